"""Chance, significance and nearest neighbours against scikit-learn, ennemi and shuffling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_selection import mutual_info_regression
from sklearn.metrics import adjusted_mutual_info_score

import pandas_mi
from benchmarks.frames import codes_of, flights
from benchmarks.measure import FULL, Row, medians, share, speedup

N_RESAMPLES = 999


def rows(size: str, rounds: int) -> Iterator[Row]:
    full = size == FULL
    yield _adjusted_pair(2_000 if full else 200, 10_000 if full else 1_000, min(rounds, 3))
    data = flights(None if full else 5_000)
    yield _adjusted_matrix(data, rounds)
    yield from _permutation(data, 1)
    yield from _neighbours(10 if full else 3, 20_000 if full else 2_000, min(rounds, 3))


def _adjusted_pair(levels: int, n: int, rounds: int) -> Row:
    random = np.random.default_rng(0)
    data = pd.DataFrame(random.integers(0, levels, (n, 2)), columns=["x", "y"])
    ours = pandas_mi.pair(data, "x", "y", bins=None, adjusted=True)
    expected = adjusted_mutual_info_score(data["x"], data["y"])
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10)
    run = {
        "ours": lambda: pandas_mi.pair(data, "x", "y", bins=None, adjusted=True),
        "scikit-learn": lambda: adjusted_mutual_info_score(data["x"], data["y"]),
    }
    case = f"adjusted for chance, {levels} x {levels} levels, {n:,} rows"
    return speedup(case, medians(run, rounds), "scikit-learn", 50)


def _adjusted_matrix(data: pd.DataFrame, rounds: int) -> Row:
    run = {
        "ours": lambda: pandas_mi.matrix(data, adjusted=True),
        "the plain matrix": lambda: pandas_mi.matrix(data),
    }
    case = f"adjusted matrix of flights, {len(data):,} x {data.shape[1]}"
    return share(case, medians(run, rounds), "the plain matrix", 2)


def _permutation(data: pd.DataFrame, rounds: int) -> Iterator[Row]:
    """p-values of all pairs. Shuffling is timed for a few tables a pair, and multiplied."""
    codes, few = codes_of(data), 3
    run = {
        "ours": lambda: pandas_mi.pairs(
            data, p_value=True, method="permutation", n_resamples=N_RESAMPLES
        ),
        "the plain matrix": lambda: pandas_mi.matrix(data),
        "shuffling rows": lambda: _shuffled(codes, few),
    }
    times = medians(run, rounds)
    times["shuffling rows"] *= N_RESAMPLES / few
    case = f"permutation p-values of flights, {N_RESAMPLES} tables a pair"
    yield share(case, times, "the plain matrix", 30)
    yield speedup(case, times, "shuffling rows", 5)


def _shuffled(codes: pd.DataFrame, times: int) -> None:
    """Count each pair again with one of its columns shuffled."""
    random = np.random.default_rng(0)
    columns = [codes[name].to_numpy().astype(np.int64) for name in codes]
    for left, right in combinations(columns, 2):
        shuffled, width = right.copy(), int(right.max()) + 1
        for _ in range(times):
            random.shuffle(shuffled)
            counts = _counts(left * width + shuffled, (int(left.max()) + 1) * width)
            float((counts * np.log(counts)).sum())


def _counts(cells: np.ndarray, size: int) -> np.ndarray:
    if size > 4 * len(cells):
        return np.unique(cells, return_counts=True)[1]
    counts = np.bincount(cells)
    return counts[counts > 0]


def _neighbours(columns: int, n: int, rounds: int) -> Iterator[Row]:
    random = np.random.default_rng(0)
    shared = random.normal(size=n)
    data = pd.DataFrame({i: shared + random.normal(size=n) for i in range(columns)})
    run: dict[str, Callable[[], Any]] = {
        "ours": lambda: pandas_mi.matrix(data, estimator="knn"),
        "scikit-learn": lambda: _sklearn_matrix(data),
    }
    ours = pandas_mi.matrix(data, estimator="knn").to_numpy()[0, 1]
    np.testing.assert_allclose(ours, _sklearn_pair(data[0], data[1]), atol=0.05)
    try:
        from ennemi import estimate_mi
    except ImportError:
        pass
    else:
        run["ennemi"] = lambda: [
            estimate_mi(data[i], data[j], k=3) for i, j in combinations(data, 2)
        ]
    times = medians(run, rounds)
    for peer in list(run)[1:]:
        yield speedup(f"knn matrix, {columns} columns x {n:,} rows", times, peer, 3)


def _sklearn_matrix(data: pd.DataFrame) -> list[float]:
    return [_sklearn_pair(data[i], data[j]) for i, j in combinations(data, 2)]


def _sklearn_pair(x: pd.Series, y: pd.Series) -> float:
    return float(mutual_info_regression(x.to_frame(), y, random_state=0)[0])
