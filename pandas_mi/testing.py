"""Hypothesis strategies for mixed frames, and the laws of mutual information as checks.

For the tests of whoever builds on this package::

    from hypothesis import given
    from pandas_mi.testing import check_laws, frames

    @given(frames())
    def test_laws_hold_after_my_cleaning(frame):
        check_laws(my_cleaning(frame))
"""

from __future__ import annotations

import datetime
import itertools
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi import analysis
from pandas_mi.columns import Kind, from_pandas
from pandas_mi.errors import HighCardinalityWarning

try:
    from hypothesis import strategies as st
except ImportError:
    raise ImportError("pandas_mi.testing needs Hypothesis: pip install 'pandas-mi[test]'") from None

__all__ = ["LAWS", "check_laws", "columns", "frames"]

_INSTANTS = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1))
_DECIMALS = st.decimals(-1000, 1000, allow_nan=False, places=2)
_LABELS = st.text("abcñ €", max_size=3)

# Name of a backing -> its values, and what makes a Series of them.
_BACKINGS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "int8": (st.integers(-128, 127), "int8"),
    "int64": (st.integers(2**53, 2**53 + 20) | st.integers(-9, 9), "int64"),
    "uint64": (st.integers(2**64 - 9, 2**64 - 1), "uint64"),
    "float64": (st.floats(allow_nan=False), "float64"),
    "float32": (st.floats(width=32, allow_nan=False), "float32"),
    "bool": (st.booleans(), "bool"),
    "object text": (_LABELS, object),
    "object mixed": (st.sampled_from([1, 1.0, True, "1", 2.5, (1,), b"1"]), object),
    "object decimal": (_DECIMALS | st.just(Decimal("Infinity")), object),
    "object date": (st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)), object),
    "object time": (st.times(), object),
    "str": (_LABELS, pd.Series(["a"]).dtype),  # object before pandas 3
    "string": (_LABELS, "string"),
    "Int64": (st.integers(-(2**63), 2**63 - 1), "Int64"),
    "Float64": (st.floats(-9, 9), "Float64"),
    "boolean": (st.booleans(), "boolean"),
    "category text": (_LABELS, "category"),
    "category int": (st.integers(-9, 9), "category"),
    "datetime": (_INSTANTS, "datetime64[ns]"),
    "datetime zoned": (_INSTANTS, "datetime64[us, Europe/Berlin]"),
    "timedelta": (st.timedeltas(-datetime.timedelta(9), datetime.timedelta(9)), "timedelta64[us]"),
    "period": (st.integers(0, 99).map(lambda n: pd.Period(ordinal=n, freq="M")), "period[M]"),
    "interval": (
        st.integers(0, 9).map(lambda n: pd.Interval(float(n), n + 1.0)),
        "interval[float64, right]",
    ),
    "sparse": (st.floats(-9, 9), "Sparse[float64]"),
    "arrow int": (st.integers(-(2**31), 2**31 - 1), pd.ArrowDtype(pa.int32())),
    "arrow float": (st.floats(-9, 9), pd.ArrowDtype(pa.float64())),
    "arrow text": (_LABELS, pd.ArrowDtype(pa.string())),
    "arrow decimal": (_DECIMALS, pd.ArrowDtype(pa.decimal128(12, 2))),
    "arrow timestamp": (_INSTANTS, pd.ArrowDtype(pa.timestamp("ns"))),
}
_WITHOUT_MISSING = frozenset({"int8", "int64", "uint64", "bool"})


@st.composite
def columns(draw: st.DrawFn, rows: int, backing: str | None = None) -> pd.Series:
    """Draw a Series of `rows` values, some equal and some missing, of any backing.

    Parameters
    ----------
    rows : int
    backing : str, optional
        Such as "float64", "category text" or "arrow decimal"; any by default.
    """
    name = draw(st.sampled_from(sorted(_BACKINGS))) if backing is None else backing
    elements, dtype = _BACKINGS[name]
    pool = draw(st.lists(elements, min_size=1, max_size=12))
    choices = st.sampled_from(pool)
    if name not in _WITHOUT_MISSING:
        choices = choices | st.none()
    return _series(draw(st.lists(choices, min_size=rows, max_size=rows)), dtype)


@st.composite
def frames(
    draw: st.DrawFn,
    min_rows: int = 0,
    max_rows: int = 30,
    min_columns: int = 1,
    max_columns: int = 4,
) -> pd.DataFrame:
    """Draw a DataFrame of columns of mixed backings, with missing values.

    Parameters
    ----------
    min_rows, max_rows, min_columns, max_columns : int
        Bounds of its shape.
    """
    rows = draw(st.integers(min_rows, max_rows))
    width = draw(st.integers(min_columns, max_columns))
    return pd.DataFrame({f"c{place}": draw(columns(rows)) for place in range(width)})


def check_laws(frame: pd.DataFrame) -> None:
    """Check that every law of mutual information holds on a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of few columns: every pair of them is looked at.

    Raises
    ------
    AssertionError
        When one does not; the traceback names it.

    Examples
    --------
    >>> check_laws(pd.DataFrame({"x": [1, 2, 3], "y": ["a", None, "b"]}))
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HighCardinalityWarning)
        for law in LAWS:
            law(frame)


def symmetry(frame: pd.DataFrame) -> None:
    """I(X;Y) = I(Y;X), to the bit."""
    _same(analysis.matrix(frame), analysis.matrix(frame).T)
    _same(analysis.matrix(frame, normalized=True), analysis.matrix(frame, normalized=True).T)


def bounds(frame: pd.DataFrame) -> None:
    """0 ≤ I(X;Y) ≤ the smaller marginal entropy of the pair's own table."""
    cuts = analysis.bins(frame)
    for pair in itertools.combinations(frame.columns, 2):
        shared = analysis.pair(frame, *pair, bins=cuts)
        own = analysis.entropy(frame, list(pair), missing="listwise", bins=cuts)
        _require(np.isnan(shared) or 0 <= shared <= own.min(), (pair, shared, own))


def self_information(frame: pd.DataFrame) -> None:
    """I(X;X) = H(X), and 1 (or 0 for a constant) when normalised."""
    entropies = analysis.entropy(frame).to_numpy()
    for label, entropy in zip(frame.columns, entropies, strict=True):
        _same(analysis.pair(frame, label, label), entropy)
    expected = np.where(np.isnan(entropies), np.nan, entropies > 0)
    _same(np.diag(analysis.matrix(frame, normalized=True)), expected)


def normalized_range(frame: pd.DataFrame) -> None:
    """Normalised mutual information lies in [0, 1], whatever the mean."""
    for average in ("arithmetic", "geometric", "min", "max", "joint"):
        scaled = analysis.matrix(frame, normalized=True, average=average).to_numpy()
        known = scaled[~np.isnan(scaled)]
        _require(((known >= 0) & (known <= 1)).all(), (average, scaled))


def agreement(frame: pd.DataFrame) -> None:
    """matrix, mutual_information, target and pair agree to the bit."""
    whole = analysis.matrix(frame)
    _same(analysis.mutual_information(frame, list(frame.columns)), whole)
    for row, x in enumerate(frame.columns):
        ranked = analysis.target(frame, x)
        others = dict(zip(ranked.index, ranked, strict=True))
        for place, y in enumerate(frame.columns):
            _same(analysis.pair(frame, x, y), whole.iloc[row, place])
            _require(place == row or y in others, (x, y))
            _same(others.get(y, whole.iloc[row, row]), whole.iloc[row, place])


def row_order(frame: pd.DataFrame) -> None:
    """The order of the rows does not matter, to the bit."""
    _same(analysis.matrix(frame.iloc[::-1]), analysis.matrix(frame))


def rows_used(frame: pd.DataFrame) -> None:
    """`counts` tells in how many rows both columns are known."""
    known = np.column_stack([_known(frame[label]) for label in frame.columns]).astype(np.int64)
    _same(analysis.counts(frame), known.T @ known)


def cuts_passed_back(frame: pd.DataFrame) -> None:
    """Giving `bins` what it returned changes nothing."""
    cuts = analysis.bins(frame)
    _same(analysis.matrix(frame, bins=cuts), analysis.matrix(frame))
    _require(analysis.bins(frame, bins=cuts) == cuts, cuts)


def relabelling(frame: pd.DataFrame) -> None:
    """Other names for the levels of discrete columns change nothing, to the bit."""
    _same(analysis.matrix(_each(frame, _renamed)), analysis.matrix(frame, bins=None))


def increasing_transform(frame: pd.DataFrame) -> None:
    """A strictly increasing transform of a numeric column changes nothing, to the bit."""
    _same(analysis.matrix(_each(frame, _ranked)), analysis.matrix(frame))


def backing(frame: pd.DataFrame) -> None:
    """The same values as Python objects give the same result, to the bit."""
    _same(analysis.matrix(_each(frame, _as_objects)), analysis.matrix(frame))


def duplicated_rows(frame: pd.DataFrame) -> None:
    """Every row twice changes nothing for columns taken by value."""
    twice = pd.concat([frame, frame], ignore_index=True)
    _close(analysis.matrix(twice, bins=None), analysis.matrix(frame, bins=None))


def merged_levels(frame: pd.DataFrame) -> None:
    """Merging levels never raises mutual information (data processing)."""
    coded = _each(frame, _codes)
    merged = pd.concat([coded.iloc[:, [0]] // 2, coded.iloc[:, 1:]], axis=1)
    before, after = (analysis.matrix(each, bins=None).to_numpy() for each in (coded, merged))
    _require(not (after > before + 1e-12).any(), (before, after))


def day_by_day(frame: pd.DataFrame) -> None:
    """Rows that a tally counts part by part give what they give at once, to the bit."""
    one_kind = [
        label
        for label in frame.columns
        if from_pandas(frame[label], label).kind is not Kind.OBJECT  # its parts may be of others
    ]
    cuts = analysis.bins(frame, one_kind)
    odd, even = (
        analysis.Tally(one_kind, bins=cuts).update(frame.iloc[first::2]) for first in (1, 0)
    )
    _same((odd + even).matrix(), analysis.matrix(frame, one_kind, bins=cuts))


def frame_unchanged(frame: pd.DataFrame) -> None:
    """The caller's frame stays as it was."""
    before = frame.copy(deep=True)
    analysis.matrix(frame, missing="category")
    pd.testing.assert_frame_equal(frame, before)


LAWS: tuple[Callable[[pd.DataFrame], None], ...] = (
    symmetry,
    bounds,
    self_information,
    normalized_range,
    agreement,
    row_order,
    rows_used,
    cuts_passed_back,
    relabelling,
    increasing_transform,
    backing,
    duplicated_rows,
    merged_levels,
    day_by_day,
    frame_unchanged,
)


def _series(values: list[Any], dtype: Any) -> pd.Series:
    if dtype == "datetime64[us, Europe/Berlin]":  # as UTC: some local times do not exist
        values = pd.Series(values, dtype="datetime64[us, UTC]").tolist()
    series: pd.Series = pd.Series(values, dtype=dtype)
    return series


def _known(series: pd.Series) -> Any:
    column = from_pandas(series, series.name)
    return np.ones(len(column), dtype=np.bool_) if column.missing is None else ~column.missing


def _codes(series: pd.Series, sort: bool = False) -> pd.Series:
    """Number the distinct values, in ascending order if asked; missing stays missing."""
    known = _known(series)
    numbers = pd.Series(pd.NA, index=series.index, dtype="Int64")
    numbers[known] = pd.factorize(series[known], sort=sort)[0]
    return numbers


def _each(frame: pd.DataFrame, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    """Return the frame of the changed columns, under the same labels."""
    changed = {place: change(frame.iloc[:, place]) for place in range(frame.shape[1])}
    return pd.DataFrame(changed, index=frame.index).set_axis(frame.columns, axis=1)


def _renamed(series: pd.Series) -> pd.Series:
    return _codes(series).map("level {}".format, na_action="ignore").astype("category")


def _ranked(series: pd.Series) -> pd.Series:
    return _codes(series, sort=True) if from_pandas(series, series.name).numeric else series


def _as_objects(series: pd.Series) -> pd.Series:
    # A category of numbers is discrete, and numbers as objects are not.
    return series if isinstance(series.dtype, pd.CategoricalDtype) else series.astype(object)


def _require(holds: Any, seen: object) -> None:
    if not holds:
        raise AssertionError(f"the law does not hold: {seen}")


def _same(actual: Any, expected: Any) -> None:
    _require(np.array_equal(actual, expected, equal_nan=True), (actual, expected))


def _close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)
