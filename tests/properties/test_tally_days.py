"""A tally of days in any order, merged in any way, is the tally of all rows at once."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pandas_mi import Tally, TallyFileError
from pandas_mi.columns import Kind, from_pandas
from pandas_mi.testing import frames

pytestmark = pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")

OPTIONS = (
    {},
    {"normalized": True, "missing": "category"},
    {"adjusted": True},
    {"correction": "shrink", "average": "row", "normalized": True},
    {"correction": "grassberger", "base": 2, "min_periods": 3},
)


def as_objects(day: pd.DataFrame) -> pd.DataFrame:
    """The same values as Python objects; categories stay, for numbers in them are discrete."""
    kept = {
        label: day[label].dtype
        for label in day
        if isinstance(day[label].dtype, pd.CategoricalDtype)
    }
    return day.astype(object).astype(kept)


def as_arrow(day: pd.DataFrame) -> object:
    """The same values as Arrow data, where it has them."""
    # Arrow has no type of its own for the first three, and none for infinite decimals.
    others = (pd.PeriodDtype, pd.IntervalDtype, pd.SparseDtype)
    if any(isinstance(day[label].dtype, others) for label in day):
        return day
    try:
        return pa.Table.from_pandas(day, preserve_index=False)
    except (pa.ArrowException, OverflowError, TypeError):
        return day


def as_nullable(day: pd.DataFrame) -> pd.DataFrame:
    """The same values as pandas' own nullable types: whole floats are integers there."""
    arrow = [label for label in day if isinstance(day[label].dtype, pd.ArrowDtype)]
    with np.errstate(invalid="ignore"):  # pandas 2.2 casts large floats to see whether they fit
        return day.drop(columns=arrow).convert_dtypes().join(day[arrow])


def as_it_is(day: pd.DataFrame) -> pd.DataFrame:
    return day


BACKINGS = (as_it_is, as_objects, as_arrow, as_nullable)


def holds_one_kind(frame: pd.DataFrame, label: str) -> bool:
    """Whether every part of the column is of its kind, as values of several types are not."""
    return from_pandas(frame[label], label).kind is not Kind.OBJECT


@contextmanager
def counting(way: tuple[int, int, int]) -> Iterator[None]:
    """Set the rows that go straight into the tables, those that wait, and small tables' cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pandas_mi.analysis.tally.joint._FEW_ROWS", way[0])
        patch.setattr("pandas_mi.analysis.tally.state._WAITING_ROWS", way[1])
        patch.setattr("pandas_mi.analysis.tally.joint._SMALL_CELLS", way[2])
        yield


WAYS = st.tuples(*map(st.sampled_from, ([0, 5, 100], [0, 10, 100], [0, 4096])))


@st.composite
def days(draw: st.DrawFn) -> tuple[pd.DataFrame, dict, list]:
    """Draw a frame, bins for it, and its rows by days in some order, some of them empty."""
    frame = draw(frames(max_rows=30))
    frame = frame[[label for label in frame if holds_one_kind(frame, label)]]
    assume(frame.shape[1] > 0)
    bins = draw(st.sampled_from(["auto", 2, 3, None]))
    n_days = draw(st.integers(1, 5))
    day_of = draw(st.lists(st.integers(0, n_days - 1), min_size=len(frame), max_size=len(frame)))
    parts = [frame[np.equal(day_of, day)] for day in draw(st.permutations(range(n_days)))]
    return frame, frame.mi.bins(bins=bins), parts


def saved(tally: Tally) -> bytes:
    with TemporaryDirectory() as folder:
        tally.save(f"{folder}/tally")
        return Path(folder, "tally").read_bytes()


def loaded(data: bytes) -> Tally:
    with TemporaryDirectory() as folder:
        path = Path(folder, "tally")
        path.write_bytes(data)
        return Tally.load(path)


def same(tally: Tally, frame: pd.DataFrame, bins: dict, asked: tuple = OPTIONS[1:2]) -> None:
    for options in asked:
        pd.testing.assert_frame_equal(
            tally.matrix(**options), frame.mi.matrix(bins=bins, **options), check_exact=True
        )
    pd.testing.assert_frame_equal(tally.counts(), frame.mi.counts())
    pd.testing.assert_series_equal(tally.entropy(), frame.mi.entropy(bins=bins), check_exact=True)
    assert tally.n_rows == len(frame)
    assert tally.bins == bins


@given(days(), WAYS)
def test_day_by_day_is_all_at_once(drawn, way):
    frame, bins, parts = drawn
    tally = Tally(frame.columns, bins=bins)
    with counting(way):
        for part in parts:
            tally.update(part)
        same(tally, frame, bins, OPTIONS)


@given(days(), WAYS, st.data())
def test_any_merge_of_any_order_is_written_as_the_same_bytes(drawn, way, data):
    frame, bins, parts = drawn
    with counting(way):
        tallies = [Tally(frame.columns, bins=bins).update(part) for part in parts]
        for tally in tallies[::2]:
            tally.counts()  # nothing waits any more
        tallies = [sum(tallies[:2]).update(frame.iloc[:0]), *tallies[2:]]
        tallies[0].counts()
    while len(tallies) > 1:
        one = tallies.pop(data.draw(st.integers(0, len(tallies) - 1)))
        other = tallies.pop(data.draw(st.integers(0, len(tallies) - 1)))
        tallies.append(one + other)
    whole = Tally(frame.columns, bins=bins).update(frame)
    same(tallies[0], frame, bins)
    assert saved(tallies[0]) == saved(whole)


@given(days(), st.data())
def test_the_backing_of_a_day_does_not_matter(drawn, data):
    frame, bins, parts = drawn
    tally = Tally(frame.columns, bins=bins)
    for part in parts:
        tally.update(data.draw(st.sampled_from(BACKINGS))(part))
    same(tally, frame, bins)


@given(days())
@settings(max_examples=25)
def test_saved_and_loaded_it_goes_on_as_if_nothing_had_happened(drawn):
    frame, bins, parts = drawn
    tally = Tally(frame.columns, bins=bins).update(parts[0])
    data = saved(tally)
    tally = loaded(data)
    assert saved(tally) == data
    for part in parts[1:]:
        tally = pickle.loads(pickle.dumps(tally.update(part)))
    same(tally, frame, bins)


@given(days(), st.data())
@settings(max_examples=25)
def test_a_changed_byte_is_found(drawn, data):
    frame, bins, _ = drawn
    whole = bytearray(saved(Tally(frame.columns, bins=bins).update(frame)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TallyFileError):
        loaded(bytes(whole))
