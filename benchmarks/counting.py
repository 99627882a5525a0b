"""Counting alone: codes to the entropies of all pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import cloop
from benchmarks.measure import FULL, Row, medians, share, speedup
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.options import Options
from pandas_mi.counting import Codes
from pandas_mi.information import Entropies, mutual_information, table_sums


def rows(size: str, rounds: int) -> Iterator[Row]:
    n = 500_000 if size == FULL else 30_000
    yield from _against_loop("20 x 10 levels", 20, 10, n, 0.9, rounds, threaded=True)
    yield from _against_loop("20 x 64 levels", 20, 64, n, 2.5, rounds)
    yield from _against_loop("100 x binary", 100, 2, n, 0.12, rounds if size != FULL else 3)
    yield _wide(100 if size != FULL else 1000, min(rounds, 2))


def made(columns: int, levels: int, n: int) -> np.ndarray:
    """Independent codes from 1 to levels, shape (columns, n)."""
    return np.random.default_rng(0).integers(1, levels + 1, (columns, n), dtype=np.uint8)


def counted(codes: np.ndarray, levels: int, threads: int | None) -> Entropies:
    """What the package does between encoding and the result."""
    columns = {place: Codes(column, levels) for place, column in enumerate(codes)}
    return grid_entropies(columns, list(columns), list(columns), Options(threads=threads))


def _against_loop(
    name: str, columns: int, levels: int, n: int, limit: float, rounds: int, threaded: bool = False
) -> Iterator[Row]:
    codes = made(columns, levels, n)
    run = {
        "ours": lambda: counted(codes, levels, 1),
        "ours, 2 threads": lambda: counted(codes, levels, 2),
        "np.bincount a pair": lambda: _bincounts(codes, levels),
    }
    if not threaded:
        del run["ours, 2 threads"], run["np.bincount a pair"]
    if cloop.available():
        run["C loop"] = lambda: cloop.count_pairs(codes, levels)
        check_tables(codes, levels, cloop.count_pairs(codes, levels))
    times = medians(run, rounds)
    case = f"counting {name} x {n:,} rows"
    if cloop.available():
        yield share(f"{case}, one thread", times, "C loop", limit)
    if threaded:
        yield speedup(f"{case}, one thread", times, "np.bincount a pair", 2)
        yield speedup(f"{case}, two threads", times, "ours", 1.5, ours="ours, 2 threads")


def check_tables(codes: np.ndarray, levels: int, tables: np.ndarray) -> None:
    """The peer's tables give the very same bits of mutual information."""
    sums = table_sums(tables.sum(axis=2), tables.sum(axis=1), tables.reshape(len(tables), -1))
    expected = mutual_information(Entropies(*sums))
    found = mutual_information(counted(codes, levels, None))[np.triu_indices(len(codes), 1)]
    np.testing.assert_array_equal(found, expected)


def _bincounts(codes: np.ndarray, levels: int) -> None:
    size = (levels + 1) ** 2
    for place, left in enumerate(codes):
        scaled = left.astype(np.int64) * (levels + 1)
        for right in codes[place + 1 :]:
            np.bincount(scaled + right, minlength=size)


def _wide(columns: int, rounds: int) -> Row:
    codes = made(columns, 10, 10_000)
    joint = one_hot_sums(codes, 10)
    found = counted(codes, 10, None)
    upper = np.triu_indices(columns, 1)
    nats = np.log(10_000) - joint[upper] / 10_000
    np.testing.assert_allclose(found.marginal(found.joint)[upper], nats, rtol=1e-9)
    run = {
        "ours": lambda: counted(codes, 10, None),
        "one-hot float32 product": lambda: one_hot_sums(codes, 10),
    }
    case = f"wide: {columns:,} columns x 10 levels x 10,000 rows"
    return speedup(case, medians(run, rounds), "one-hot float32 product", 2)


def one_hot_sums(codes: np.ndarray, levels: int, block: int = 50) -> np.ndarray:
    """Σ c·ln c of each pair's table, from one float32 matrix product a pair of blocks."""
    columns, n = codes.shape
    hot = (codes[:, np.newaxis] == np.arange(1, levels + 1)[:, np.newaxis]).astype(np.float32)
    hot = hot.reshape(columns // block, block * levels, n)
    sums = np.zeros((columns, columns))
    for i, left in enumerate(hot):
        for j in range(i, len(hot)):
            counts = (left @ hot[j].T).reshape(block, levels, block, levels).astype(np.float64)
            terms = counts * np.log(np.maximum(counts, 1))
            found = terms.sum(axis=(1, 3))
            sums[i * block : (i + 1) * block, j * block : (j + 1) * block] = found
    return sums
