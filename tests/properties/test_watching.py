"""What must hold of comparing two sets of rows, and of values over periods, on every frame."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import pandas_mi
from pandas_mi.analysis import view
from pandas_mi.inference import TwoTables, change
from pandas_mi.sources import chunked, parquet
from pandas_mi.testing import frames

FEW = settings(max_examples=settings.default.max_examples // 4)  # each compares all pairs twice
VALUES = ["mi_before", "mi_after", "difference", "standard_error", "p_value", "q_value"]
counts = st.lists(st.integers(0, 9), min_size=6, max_size=6)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pandas_mi.HighCardinalityWarning)
        yield


def exactly(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def in_order(result):
    """By pair, for equal evidence may stand in any order."""
    return result.sort_values(["x", "y"], ignore_index=True, key=lambda labels: labels.map(str))


def halves(data, frame):
    """A mask of rows, and the frame with a column to slice by."""
    side = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
    return np.array(side, dtype=bool), frame.assign(side=np.array(side, dtype=np.int64))


def compared(frame, **options):
    columns = [label for label in frame.columns if label != "side"]
    return frame.mi.compare("side = 0", "side = 1", columns, n_resamples=19, **options)


@FEW
@given(frame=frames(), data=st.data(), normalized=st.booleans())
def test_swapping_changes_the_sign_alone(frame, data, normalized):
    _, frame = halves(data, frame)
    columns = [label for label in frame.columns if label != "side"]
    there = in_order(compared(frame, normalized=normalized))
    back = in_order(
        frame.mi.compare("side = 1", "side = 0", columns, n_resamples=19, normalized=normalized)
    )
    names = {
        "mi_before": "mi_after",
        "mi_after": "mi_before",
        "n_before": "n_after",
        "n_after": "n_before",
    }
    turned = back.rename(columns=names)[there.columns]
    turned["difference"] = 0 - turned["difference"]
    exactly(there, turned)


@FEW
@given(frame=frames(), data=st.data())
def test_the_order_of_rows_does_not_matter(frame, data):
    _, frame = halves(data, frame)
    order = data.draw(st.permutations(range(len(frame))))
    exactly(compared(frame), compared(frame.iloc[order]))


@FEW
@given(
    frame=frames(), data=st.data(), missing=st.sampled_from(["pairwise", "listwise", "category"])
)
def test_slices_are_tables(frame, data, missing):
    side, frame = halves(data, frame)
    bare = frame.drop(columns="side")
    slices = compared(frame, missing=missing)
    try:
        tables = pandas_mi.compare(bare[~side], bare[side], n_resamples=19, missing=missing)
    except TypeError as error:  # objects that are numbers in one part, and mixed in the other
        assert "which do not compare" in str(error)  # noqa: PT017
        assume(False)
    exactly(slices, tables)


@FEW
@given(frame=frames(), data=st.data())
def test_tallies_are_tables(frame, data):
    side, frame = halves(data, frame)
    bare = frame.drop(columns="side")
    assume(0 < side.sum() < len(side))
    try:
        bins = bare.mi.bins()
        tallies = [pandas_mi.Tally(bare.columns, bins=bins).update(bare[s]) for s in (~side, side)]
    except (TypeError, ValueError):
        assume(False)  # what a tally does not take
    try:
        counted = pandas_mi.compare(*tallies, n_resamples=19)
    except TypeError as error:  # objects that are numbers in one part, and mixed in the other
        assert "the tally has counted" in str(error)  # noqa: PT017
        assume(False)
    exactly(counted, compared(frame))


@FEW
@given(frame=frames(), data=st.data(), missing=st.sampled_from(["pairwise", "listwise"]))
def test_chunks_are_frames(frame, data, missing, tmp_path_factory):
    _, frame = halves(data, frame)
    path = tmp_path_factory.mktemp("watching") / "frame.parquet"
    frame.columns = [str(label) for label in frame.columns]
    try:
        frame.to_parquet(path, row_group_size=3)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        assume(False)
    columns = [label for label in frame.columns if label != "side"]
    queries = {"before": "side = 0", "after": "side = 1", "columns": columns}
    try:
        table = pq.read_table(path)
        expected = pandas_mi.compare(**queries, data=table, n_resamples=19, missing=missing)
    except TypeError:
        assume(False)  # an interval is a structure there
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "IN_MEMORY", 0)
        patch.setattr(chunked, "CHUNK_ROWS", 1)
        patch.setattr(parquet, "CHUNK_ROWS", 1)
        found = pandas_mi.compare(**queries, data=path, n_resamples=19, missing=missing)
    exactly(found, expected)


@example([3, 6, 0, 0, 0, 0], [3, 6, 0, 0, 6, 0], [0, 1, 2], [0, 1])
@given(before=counts, after=counts, columns=st.permutations(range(3)), rows=st.permutations([0, 1]))
def test_names_of_levels_do_not_matter(before, after, columns, rows):
    one, two = (np.array(some).reshape(2, 3) for some in (before, after))
    other = [table[rows][:, columns].T for table in (one, two)]
    found, again = (
        change(TwoTables.of(*tables), np.random.default_rng(1), n_resamples=49)
        for tables in ((one, two), other)
    )
    np.testing.assert_array_equal(
        [found.before, found.after, found.error, found.p_value],
        [again.before, again.after, again.error, again.p_value],
    )


@FEW
@given(frame=frames(), data=st.data())
def test_over_is_pair_of_each_group(frame, data):
    side, frame = halves(data, frame)
    columns = [label for label in frame.columns if label != "side"]
    x, y = data.draw(st.sampled_from(columns)), data.draw(st.sampled_from(columns))
    options = data.draw(
        st.sampled_from(
            [{}, {"normalized": True}, {"adjusted": True}, {"correction": "grassberger"},
             {"missing": "category"}, {"base": 2, "min_periods": 3}]
        )
    )  # fmt: skip
    found = frame.mi.over("side", (x, y), **options)
    bins = frame.mi.bins(list({x, y}))
    for group, value in zip(found.index, found.iloc[:, 0], strict=True):
        expected = frame.mi.pair(x, y, slice_query=f"side = {group}", bins=bins, **options)
        np.testing.assert_array_equal(value, expected)
    assert list(found.index) == sorted(set(side.astype(int)))
