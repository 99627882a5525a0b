"""What is read in chunks gives the answer of the same rows in memory, to the bit."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pandas_mi
from pandas_mi.analysis import view
from pandas_mi.encoding import quantiles
from pandas_mi.sources import chunked, parquet, spool
from pandas_mi.testing import frames

QUERIES = [
    "SELECT * FROM t",
    "SELECT * FROM t LIMIT 11 OFFSET 2",
    "SELECT * FROM t WHERE c0 IS NOT NULL",
    "SELECT DISTINCT c0 FROM t",
    "SELECT * FROM t WHERE c0 IS NULL LIMIT 5",
]


@pytest.fixture(autouse=True, scope="module")
def _small_chunks():
    """Chunks, summaries and spools of a few rows, so that small frames take every path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "IN_MEMORY", 0)
        patch.setattr(view, "_SAMPLED_ROWS", 4)
        patch.setattr(chunked, "CHUNK_ROWS", 1)
        patch.setattr(parquet, "CHUNK_ROWS", 1)
        patch.setattr(spool, "CHUNK_ROWS", 1)
        patch.setattr(spool, "_IN_MEMORY", 0)
        patch.setattr(quantiles, "_OF_CHUNK", 4)
        yield


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


def cut(draw, n):
    """Cut n rows into random runs, some of them empty."""
    ends = sorted(draw(st.lists(st.integers(0, n), max_size=6)))
    return list(zip([0, *ends], [*ends, n], strict=True))


def stored(frame, options, cuts, draw, path):
    """Whether the frame is something Parquet can hold; then its answer by every road."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    (path / "many").mkdir()
    pa.parquet.write_table(table, path / "one.parquet", row_group_size=draw(st.integers(1, 9)))
    for place, (start, stop) in enumerate(cuts):
        pa.parquet.write_table(table.slice(start, stop - start), path / f"many/{place}.parquet")
