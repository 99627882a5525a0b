"""Values of one kind make one column, whatever holds them."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pandas_mi
from pandas_mi.columns import Kind, factorized, from_arrow, from_pandas, level_order

TEXT = ["b", None, "a", "b", "c", None]
WHOLE = [3, None, 1, 3, 2, None]
FLOATS = [3.0, None, -0.0, 3.0, 2.5, None]
TRUTH = [True, None, False, True, True, None]
MONEY = [Decimal("3.00"), None, Decimal("1.5"), Decimal("3.00"), Decimal(-2), None]
DAYS = [datetime.date(2024, 1, day) if day else None for day in (3, 0, 1, 3, 2, 0)]
STAMPS = [pd.Timestamp(2024, 1, day) if day else None for day in (3, 0, 1, 3, 2, 0)]
SPANS = [pd.Timedelta(day, "D") if day else None for day in (3, 0, 1, 3, 2, 0)]
TIMES = [datetime.time(day) if day else None for day in (3, 0, 1, 3, 2, 0)]
BYTES = [b"b", None, b"a", b"b", b"c", None]
MONTHS = [pd.Period(f"2024-{month:02}", "M") if month else None for month in (3, 0, 1, 3, 2, 0)]
SPACES = [pd.Interval(n, n + 1) if n else None for n in (3, 0, 1, 3, 2, 0)]

UTC_STAMPS = pd.Series(STAMPS, dtype="datetime64[ns]").dt.tz_localize("UTC")
MIXED_ZONES = [None if pd.isna(s) else s.tz_convert(zone) for s, zone in
               zip(UTC_STAMPS, ["Asia/Tokyo", "UTC"] * 3, strict=True)]  # fmt: skip


def arrow(values, kind):
    return pd.Series(values, dtype=pd.ArrowDtype(kind))


def objects(values):
    return pd.Series(values, dtype=object)


def index_of(values):
    return pd.Series(pd.Categorical(values))


def dictionary(values, kind):
    return pd.Series(pd.array(pa.array(values, kind).dictionary_encode(), dtype=pd.ArrowDtype(
        pa.dictionary(pa.int32(), kind))))  # fmt: skip


BACKINGS = {
    "text": [
        objects(TEXT),
        pd.Series(TEXT),
        pd.Series(TEXT, dtype="string[python]"),
        pd.Series(TEXT, dtype="string[pyarrow]"),
        arrow(TEXT, pa.string()),
        arrow(TEXT, pa.large_string()),
        index_of(TEXT),
        pd.Series(pd.Categorical(TEXT, categories=["z", "c", "b", "a"], ordered=True)),
        dictionary(TEXT, pa.string()),
        dictionary(TEXT, pa.large_string()),
    ],
    "integers": [
        objects(WHOLE),
        pd.Series(WHOLE, dtype="Int8"),
        pd.Series(WHOLE, dtype="UInt64"),
        arrow(WHOLE, pa.int8()),
        arrow(WHOLE, pa.uint64()),
        arrow(WHOLE, pa.int64()),
    ],
    "integers as category": [index_of(WHOLE), dictionary(WHOLE, pa.int64())],
    "integers without missing": [
        *(
            pd.Series([3, 1, 2], dtype=f"{sign}int{size}")
            for sign in ("", "u")
            for size in (8, 16, 32, 64)
        ),
        pd.Series([3, 1, 2], dtype="Int64"),
        pd.Series([3, 1, 2], dtype="Sparse[int64]"),
    ],
    "floats": [
        objects(FLOATS),
        *(pd.Series(FLOATS, dtype=f"float{size}") for size in (16, 32, 64)),
        pd.Series(FLOATS, dtype="Float64"),
        pd.Series(FLOATS, dtype="Float32"),
        pd.Series(FLOATS, dtype="Sparse[float64]"),
        *(arrow(FLOATS, kind) for kind in (pa.float32(), pa.float64())),
    ],
    "booleans": [
        objects(TRUTH),
        objects([value if value is None else np.bool_(value) for value in TRUTH]),
        pd.Series(TRUTH, dtype="boolean"),
        arrow(TRUTH, pa.bool_()),
        index_of(TRUTH),
    ],
    "decimals": [
        objects(MONEY),
        arrow(MONEY, pa.decimal128(5, 2)),
        arrow(MONEY, pa.decimal256(50, 4)),
    ],
    "dates": [objects(DAYS), arrow(DAYS, pa.date32()), arrow(DAYS, pa.date64())],
    "instants": [
        objects(STAMPS),
        objects([value and value.to_pydatetime() for value in STAMPS]),
        objects([value and value.to_datetime64() for value in STAMPS]),
        *(pd.Series(STAMPS, dtype=f"datetime64[{unit}]") for unit in ("s", "ms", "us", "ns")),
        *(arrow(STAMPS, pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")),
    ],
    "zoned instants": [
        UTC_STAMPS,
        UTC_STAMPS.dt.tz_convert("Asia/Tokyo").dt.as_unit("s"),
        UTC_STAMPS.astype(object),
        objects(MIXED_ZONES),
        arrow(list(UTC_STAMPS), pa.timestamp("us", "Europe/Berlin")),
    ],
    "timedeltas": [
        objects(SPANS),
        objects([value and value.to_pytimedelta() for value in SPANS]),
        *(pd.Series(SPANS, dtype=f"timedelta64[{unit}]") for unit in ("s", "ns")),
        arrow(SPANS, pa.duration("ms")),
    ],
    "times of day": [objects(TIMES), arrow(TIMES, pa.time32("s")), arrow(TIMES, pa.time64("ns"))],
    "bytes": [
        objects(BYTES),
        arrow(BYTES, pa.binary()),
        arrow(BYTES, pa.large_binary()),
        arrow(BYTES, pa.binary(1)),
        index_of(BYTES),
    ],
    "periods": [objects(MONTHS), pd.Series(MONTHS, dtype="period[M]")],
    "intervals": [objects(SPACES), pd.Series(pd.array(SPACES, dtype="interval[float64, right]"))],
    "nothing known": [
        objects([None, np.nan, pd.NA, pd.NaT]),
        arrow([None] * 4, pa.null()),
        pd.Series([None] * 4, dtype="category"),
        pd.Series([np.nan] * 4),
        pd.Series([pd.NaT] * 4),
        pd.Series([None] * 4, dtype="Int64"),
        arrow([None] * 4, pa.string()),
    ],
}


@pytest.mark.parametrize("name", BACKINGS)
def test_the_backing_does_not_matter(name):
    partner = [1, 2, 1, 1, 2, 2]
    results = [
        pd.DataFrame({"x": series, "y": partner[: len(series)]}).mi.matrix(missing="category")
        for series in BACKINGS[name]
    ]
    for result in results:
        pd.testing.assert_frame_equal(result, results[0], check_exact=True)


@pytest.mark.parametrize("name", BACKINGS)
def test_missing_rows_and_levels_are_the_values_own(name):
    for series in BACKINGS[name]:
        column = factorized(from_pandas(series, "x"))
        known = series.notna().to_numpy()
        missing = np.zeros(len(series), bool) if column.missing is None else column.missing
        assert (missing == ~known).all()
        used = np.unique(column.codes[known])
        assert len(used) == series.nunique()
        assert sorted(level_order(column)) == list(range(len(column.values)))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5], Kind.OBJECT),
        ([1, True, 1.0], Kind.OBJECT),
        (["a", 1], Kind.OBJECT),
        ([datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1)], Kind.OBJECT),
        ([pd.Timestamp(0), pd.Timestamp(0, tz="UTC")], Kind.OBJECT),
        ([pd.Period("2024", "Y"), pd.Period("2024-01", "M")], Kind.OBJECT),
        ([datetime.time(1, tzinfo=datetime.UTC), datetime.time(1)], Kind.OBJECT),
        (["\ud800", "a"], Kind.OBJECT),
        ([2**63, 0], Kind.INTEGER),
        ([2**64, -1], Kind.DECIMAL),
        ([10**80, 1], Kind.OBJECT),
        ([Decimal("Infinity"), Decimal(1)], Kind.DECIMAL),
        ([datetime.datetime(1, 1, 1), datetime.datetime(9999, 1, 1)], Kind.DATETIME),
        ([(1, 2), (1, 2)], Kind.OBJECT),
    ],
)
def test_objects_take_their_one_kind_or_pythons_equality(values, kind):
    series = objects(values)
    column = factorized(from_pandas(series, "x"))
    assert column.kind == kind
    assert len(column.values) == len(set(values))


def test_numbers_and_truth_values_of_one_value_are_one_level():
    column = from_pandas(objects([1, 1.0, True, 2, "1", None]), "x")
    assert column.codes.tolist() == [0, 0, 0, 1, 2, -1]
    assert level_order(column).tolist() == [0, 1, 2]


def test_a_dictionary_with_doubled_values_and_nulls_is_taken_by_value():
    chunks = [
        pa.DictionaryArray.from_arrays([0, 1, 2, None], ["a", None, "a"]),
        pa.DictionaryArray.from_arrays([0, 1], ["b", "a"]),
    ]
    column = from_arrow(pa.chunked_array(chunks), "x")
    assert column.missing.tolist() == [False, True, False, True, False, False]
    assert [column.values[code].as_py() for code in column.codes[~column.missing]] == [
        "a", "a", "b", "a",
    ]  # fmt: skip


def test_one_dictionary_array_is_taken_by_value_too():
    doubled = pa.DictionaryArray.from_arrays([0, 1, 2, None, 3], ["a", None, "a", "b"])
    column = from_arrow(doubled, "x")
    assert column.missing.tolist() == [False, True, False, True, False]
    assert column.codes[0] == column.codes[2] != column.codes[4]


def test_arrow_slices_read_their_own_rows():
    whole = pa.array([9, 1, None, 3], pa.int32())
    assert from_arrow(whole[1:], "x").values[[0, 2]].tolist() == [1, 3]
    assert from_arrow(whole[1:], "x").missing.tolist() == [False, True, False]


def test_arrow_nan_is_missing_though_pandas_says_it_is_known():
    column = from_arrow(pa.array([1.0, float("nan"), None]), "x")
    assert column.missing.tolist() == [False, True, True]


@pytest.mark.parametrize("kind", [pa.string_view(), pa.binary_view()])
def test_views_are_read(kind):
    assert len(from_arrow(pa.array(["a", None], kind), "x")) == 2


def test_run_end_encoded_arrays_are_read():
    runs = pa.RunEndEncodedArray.from_arrays([2, 3], [7, 8])
    assert from_arrow(runs, "x").values.tolist() == [7, 7, 8]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (pd.Series([1j]), "column 'x' holds complex128 values, which have no order to bin by; "),
        (objects([1j, 2]), "column 'x' holds complex values"),
        (objects([1j, "a"]), "column 'x' holds complex values, which have no order to bin by; "),
        (objects([[1], [2]]), "column 'x' holds unhashable values (lists, dicts, arrays), "),
        (objects([{"a": 1}]), "column 'x' holds unhashable values"),
        (objects([np.array([1])]), "column 'x' holds unhashable values"),
        (arrow([[1]], pa.list_(pa.int64())), "column 'x' holds Arrow values of type list<"),
        (arrow([{"a": 1}], pa.struct({"a": pa.int64()})), "column 'x' holds Arrow values of type"),
    ],
)
def test_what_cannot_be_compared_by_value_is_refused(series, message):
    with pytest.raises(TypeError) as caught:
        from_pandas(series, "x")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8"])
def test_the_byte_order_of_numbers_does_not_matter(dtype):
    values = (np.arange(300) % 60 * (1_000_003 if dtype == "i8" else 1 / 7)).astype(dtype)
    one, other = (
        pandas_mi.matrix(pd.DataFrame({"x": values.astype(order + dtype), "y": values}), bins=None)
        for order in "<>"
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)
