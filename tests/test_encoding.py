"""Encodings against the rule written out naively, and cuts of every numeric kind."""

import datetime
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandas_mi.columns import from_pandas
from pandas_mi.encoding import auto_bins, encode

UTC = datetime.UTC


def encoded(values, bins="auto", dtype=None):
    series = pd.Series(values, dtype=dtype)
    codes, encoding = encode(from_pandas(series, "x"), bins)
    return codes.tolist(), encoding


def naive(values, bins):
    """The rule in words: by value up to twice the bins, else cuts at rank ⌈i·n/k⌉."""
    known = sorted(value for value in values if value is not None)
    distinct = sorted(set(known))
    if bins is None or len(distinct) <= 2 * bins:
        return [0 if value is None else distinct.index(value) + 1 for value in values], None
    ranks = [math.ceil(i * len(known) / bins) for i in range(1, bins)]
    cuts = sorted({known[rank - 1] for rank in ranks})
    codes = [0 if v is None else 1 + sum(v > cut for cut in cuts) for v in values]
    return codes, cuts


# What spreads the values decides which of the ways through the encoder they take.
SPREADS = {
    "small integers": (st.integers(-40, 40), "Int64"),
    "large integers": (st.integers(-(2**63), 2**63 - 1), "Int64"),
    "unsigned": (st.integers(2**64 - 60, 2**64 - 1), "UInt64"),
    "floats": (st.floats(allow_nan=False), "float64"),
    "whole floats": (st.integers(-40, 40).map(float), "float64"),
    "float32": (st.floats(width=32, allow_nan=False), "float32"),
    "decimals": (st.decimals(-99, 99, places=1, allow_nan=False), object),
}


@pytest.mark.parametrize("spread", SPREADS)
@given(data=st.data(), bins=st.none() | st.integers(1, 12))
def test_codes_and_cuts_follow_the_rule(spread, data, bins):
    elements, dtype = SPREADS[spread]
    values = data.draw(st.lists(elements | st.none(), max_size=60))
    codes, encoding = encoded(values, bins, dtype)
    expected, cuts = naive(values, bins)
    assert codes == expected
    assert encoding.bins() == cuts


@given(n=st.integers(0, 10**7))
def test_auto_bins_is_the_integer_cube_root(n):
    bins = auto_bins(n)
    assert 2 <= bins <= 128
    assert bins == 2 or bins**3 <= n
    assert bins == 128 or (bins + 1) ** 3 > n


def test_codes_have_the_smallest_unsigned_dtype():
    for levels, dtype in [(255, np.uint8), (256, np.uint16), (65535, np.uint16), (65536, "u4")]:
        codes, _ = encode(from_pandas(pd.Series(range(levels)), "x"), None)
        assert codes.dtype == dtype


def test_auto_counts_known_rows_only():
    values = [*range(100), *[None] * 900]
    assert len(encoded(values, dtype="Int64")[1].cuts) == auto_bins(100) - 1


def test_negative_zero_is_zero():
    codes, encoding = encoded([-0.0, 0.0, 1.0])
    assert codes == [1, 1, 2]
    assert not np.signbit(encoding.levels).any()


def test_infinities_are_ordinary_values():
    values = [-np.inf, *range(10), np.inf]
    codes, encoding = encoded(values, 2, "float64")
    assert codes == [1] * 6 + [2] * 6
    assert encoding.bins() == [4.0]


def test_integers_above_two_to_the_53_are_binned_exactly():
    start = 2**53
    codes, encoding = encoded([start + step for step in range(9)], 3)
    assert codes == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert encoding.bins() == [start + 2, start + 5]


def test_nanoseconds_are_binned_exactly():
    start = pd.Timestamp("2024-01-01")
    stamps = [start + pd.Timedelta(step, "ns") for step in range(9)]
    codes, encoding = encoded(stamps, 3, "datetime64[ns]")
    assert codes == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert encoding.bins() == [stamps[2], stamps[5]]


def test_unused_categories_are_no_levels():
    series = pd.Series(pd.Categorical(["b", None], categories=["a", "b", "c"]))
    codes, encoding = encode(from_pandas(series, "x"))
    assert codes.tolist() == [1, 0]
    assert encoding.levels.to_pylist() == ["b"]


@pytest.mark.parametrize(
    ("values", "dtype", "cuts", "codes"),
    [
        ([1, 2, 3, None], "Int64", [1.5, 2], [1, 2, 3, 0]),
        ([1, 2, 3], "int8", [-1000, 2, 1000], [1, 1, 2]),
        ([1, 2, 3], "uint8", [-0.5, 2.9, math.inf], [1, 1, 2]),
        ([2**53, 2**53 + 1], "int64", [2**53], [1, 2]),
        ([1.5, 2.0, np.nan], "float64", [1, 2], [2, 2, 0]),
        ([2.0**53, 2.0**53 + 2], "float64", [2**53 + 1], [1, 2]),
        ([0.1], "float64", [Decimal("0.1")], [2]),
        ([0.1], "float64", [0.1], [1]),
        ([Decimal("0.1"), Decimal("0.2")], object, [Decimal("0.1")], [1, 2]),
        ([Decimal("0.1")], object, [0.1], [1]),
        ([pd.Timestamp("2024-01-02 12:00")], "datetime64[s]", ["2024-01-02"], [2]),
        ([datetime.date(2024, 1, 2)], object, [datetime.datetime(2024, 1, 2, 12)], [1]),
        ([datetime.date(2024, 1, 3)], object, [datetime.datetime(2024, 1, 2, 12)], [2]),
        ([pd.Timedelta("-1s")], "timedelta64[s]", [pd.Timedelta("-1.5s")], [2]),
        ([pd.Period("2024-02", "M")], "period[M]", [pd.Period("2024-01", "M")], [2]),
        ([1, 2], "int64", [], [1, 1]),
        ([1, 2], "int64", np.array([1, 1]), [1, 2]),
    ],
)
def test_a_value_is_at_most_its_bins_upper_cut(values, dtype, cuts, codes):
    assert encoded(values, cuts, dtype)[0] == codes


def test_a_cut_for_zoned_instants_is_an_instant():
    stamps = pd.Series(["2024-01-01T00:00Z", "2024-01-01T02:00Z"], dtype="datetime64[ns, UTC]")
    berlin = pd.Timestamp("2024-01-01T01:30", tz="Europe/Berlin")
    codes, encoding = encode(from_pandas(stamps.dt.tz_convert("Asia/Tokyo"), "x"), [berlin])
    assert codes.tolist() == [1, 2]
    assert encoding.bins() == [berlin]
    assert str(encoding.bins()[0].tz) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("values", "dtype", "cuts", "error", "message"),
    [
        ([1], "int64", [2, 1], ValueError, r"^cuts must increase, got \[2, 1\]$"),
        ([1], "int64", [None], ValueError, "^cuts must not be missing, got None$"),
        ([1], "int64", ["a"], TypeError, "^'a' is no cut for a column of kind integer: it is"),
        ([1.0], "float64", [True], TypeError, "^True is no cut for a column of kind float"),
        ([pd.Timestamp(0)], None, [pd.Timestamp(0, tz="UTC")], ValueError, "the cut has a time z"),
        ([pd.Period("2024", "Y")], None, [pd.Period("2024-01", "M")], ValueError, "frequency Y"),
    ],
)
def test_cuts_that_do_not_fit_are_refused(values, dtype, cuts, error, message):
    with pytest.raises(error, match=message):
        encoded(values, cuts, dtype)
