"""What the tests of rows in chunks share, on one machine and on a cluster."""

import warnings

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import pandas_mi
from pandas_mi.analysis import view
from pandas_mi.encoding import quantiles, rounds
from pandas_mi.sources import parquet

QUERIES = [
    "SELECT * FROM t",
    "SELECT * FROM t LIMIT 11 OFFSET 2",
    "SELECT * FROM t WHERE c0 IS NOT NULL",
    "SELECT DISTINCT c0 FROM t",
    "SELECT * FROM t WHERE c0 IS NULL LIMIT 5",
]


def make_chunks_small(patch):
    """Chunks and summaries of a few rows, so that small frames take every path."""
    patch.setattr(view, "IN_MEMORY", 0)
    patch.setattr(parquet, "CHUNK_ROWS", 1)
    patch.setattr(quantiles, "_OF_CHUNK", 4)
    patch.setattr(rounds, "OF_ALL", 8)
    patch.setattr(rounds, "BETWEEN", 16)


def same(one, other):
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def quietly(function, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pandas_mi.HighCardinalityWarning)
        return function(*args, **options)


@st.composite
def calls(draw):
    """Options of a call."""
    return {
        "slice_query": draw(st.none() | st.sampled_from(QUERIES)),
        "sample_size": draw(st.none() | st.integers(0, 30)),
        "bins": draw(st.sampled_from(["auto", 2, 3, None])),
        "missing": draw(st.sampled_from(["pairwise", "listwise", "category"])),
        "normalized": draw(st.booleans()),
    }


def made_flights():
    """400 rows, one an hour, of five columns."""
    rng = np.random.default_rng(7)
    n = 400
    return pd.DataFrame(
        {
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), "h"),
            "delay": np.where(rng.random(n) < 0.1, np.nan, rng.normal(0, 9, n).round(1)),
            "carrier": rng.choice(["AA", "UA", "WN"], n),
            "tail": [f"N{number}" for number in rng.integers(0, 90, n)],
            "cancelled": rng.random(n) < 0.2,
        }
    )
