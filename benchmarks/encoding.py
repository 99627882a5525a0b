"""Encoding alone: one column to codes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.measure import FULL, Row, medians, share
from pandas_mi.columns import from_pandas
from pandas_mi.encoding import auto_bins, encode


def rows(size: str, rounds: int) -> Iterator[Row]:
    n = 1_000_000 if size == FULL else 125_000
    random = np.random.default_rng(0)
    numbers = pd.Series(random.normal(size=n))
    words = pd.Series(random.integers(0, 1000, n)).astype(str).astype("string[pyarrow]")
    category = words.astype("category")

    k = auto_bins(n)  # divides n, so that interpolated quantiles cut between the same values
    np.testing.assert_array_equal(coded(numbers), pd.qcut(numbers, k, labels=False) + 1)
    run = {"ours": lambda: coded(numbers), "pd.qcut": lambda: pd.qcut(numbers, k, labels=False)}
    yield share(f"encoding float64, {n:,} rows", medians(run, rounds), "pd.qcut", 0.6)

    np.testing.assert_array_equal(coded(words), pd.factorize(words, sort=True)[0] + 1)
    run = {"ours": lambda: coded(words), "pd.factorize": lambda: pd.factorize(words)}
    yield share(f"encoding strings, {n:,} rows", medians(run, rounds), "pd.factorize", 1.05)

    np.testing.assert_array_equal(coded(category), category.cat.codes + 1)
    taken = medians({"ours": lambda: coded(category)}, 3 * rounds)["ours"] / n * 1e9
    yield Row(f"encoding category, {n:,} rows", taken, "1 ns a value", 1.0, taken, 1.0, unit="ns")


def coded(series: pd.Series) -> np.ndarray:
    """Codes as the package learns them from a column of a frame."""
    codes, _ = encode(from_pandas(series, series.name))
    return codes
