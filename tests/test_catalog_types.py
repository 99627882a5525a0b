"""What is uploaded comes back equal, whatever holds it; what cannot is refused by name."""

import datetime as dt
import decimal
import json
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pandas_mi.catalog import Catalog, labels
from pandas_mi.errors import CatalogError

D = decimal.Decimal
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
KATHMANDU = dt.timezone(dt.timedelta(hours=5, minutes=45))


def series(values, dtype=None):
    return pd.Series(values, dtype=dtype)


def objects(*values):
    return pd.Series(values, dtype=object)


def arrow(values, held=None):
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, held)
    if isinstance(array, pa.Array):
        array = pa.chunked_array([array])
    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def coded(codes, categories, ordered=False):
    return pd.Series(pd.Categorical.from_codes(codes, categories, ordered=ordered))


DAYS = pd.to_datetime(["2020-01-01", None, "2021-06-30"])
COLUMNS = {
    **{name: series([1, 0, 7], name) for name in ("int8", "int16", "int32", "int64", "uint8")},
    "uint64": series([1, 2**64 - 1, 0], "uint64"),
    "big-endian": series(np.array([1, 2], dtype=">i4")),
    **{name: series([1.5, np.nan, np.inf, -0.0], name) for name in ("float16", "float32")},
    "float64": series([1.5, np.nan, -np.inf, 5e-324]),
    "bool": series([True, False]),
    **{f"datetime {u}": series(DAYS).astype(f"datetime64[{u}]") for u in ("s", "ms", "us", "ns")},
    **{f"zoned {u}": series(DAYS.tz_localize("Asia/Tokyo").as_unit(u)) for u in ("s", "ns")},
    "fixed offset": series(DAYS.tz_localize(KATHMANDU)),
    "utc": series(DAYS.tz_localize("UTC")),
    "around a fold": series(
        pd.date_range("2024-10-27", periods=6, freq="h", tz="UTC").tz_convert(BERLIN)
    ),
    **{
        f"timedelta {u}": series([1, None, 3], "timedelta64[ns]").astype(f"timedelta64[{u}]")
        for u in ("s", "ms", "us", "ns")
    },
    "period": series(pd.PeriodIndex(["2020-01", None], freq="M")),
    "quarters": series(pd.period_range("2020", periods=3, freq="Q-FEB")),
    "interval": series(pd.interval_range(0, 3, closed="left")),
    "interval with missing": series(pd.IntervalIndex([pd.Interval(0.5, 1.5), None])),
    "interval of instants": series(
        pd.interval_range(pd.Timestamp("2020", tz="Europe/Berlin"), periods=3)
    ),
    "overlapping intervals": series(pd.IntervalIndex.from_tuples([(0, 2), (1, 3), (0, 2)])),
    "sparse": series(pd.arrays.SparseArray([0, 0, 1])),
    "sparse nan": series(pd.arrays.SparseArray([np.nan, 0.0, 1.0], kind="block")),
    "sparse bool": series(pd.arrays.SparseArray([True, False], fill_value=True)),
    "Int64": series([2**53 + 1, None], "Int64"),
    "UInt8": series([255, None], "UInt8"),
    "Float32": series([1.5, None], "Float32"),
    "Float64": series([1.5, None], "Float64"),
    "boolean": series([True, None, False], "boolean"),
    "text": series(["a", None, "", "é\n\0"]),
    "string python": series(["a", None], "string[python]"),
    "string pyarrow": series(["a", None], "string[pyarrow]"),
    "object text": objects("a", None, "b"),
    "object text nan": objects("a", np.nan, "b"),
    "object text, every missing": objects(None, np.nan, "b", pd.NA, pd.NaT),
    "object bytes": objects(b"a\0", None),
    "object bool": objects(True, None, False),
    "object int": objects(1, np.nan, -5),
    "object int 64": objects(1, 2**64 - 1),
    "object int huge": objects(1, -(2**200), None),
    "object float": objects(1.5, np.nan),
    "object Decimal": objects(D("1.5"), None, D("-12345678901234567890.123456789")),
    "object datetime": objects(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59), None),
    "object zoned datetime": objects(dt.datetime(2024, 1, 1, tzinfo=BERLIN), pd.NaT),
    "object date": objects(dt.date(1, 1, 1), None),
    "object time": objects(dt.time(1, 2, 3, 4), None),
    "object timedelta": objects(dt.timedelta(days=999_999, microseconds=1), None),
    "object Timestamp": objects(pd.Timestamp(1, tz=BERLIN), None),
    "object Timedelta": objects(pd.Timedelta(1), pd.NaT),
    "object Period": objects(pd.Period("2020"), None),
    "object Interval": objects(pd.Interval(1, 2), None),
    "object, all missing": objects(None, None),
    "category": coded([0, 1, -1, 0], ["b", "a", "unused"]),
    "category ordered": coded([1, 0], ["low", "high"], ordered=True),
    "category int": coded([0, 2, -1], [5, 3, 1]),
    "category float": coded([0, 2, -1], [5.5, np.inf, 1.0], ordered=True),
    "category bool": coded([0, 1], [True, False]),
    "category date": coded([1, 0], pd.Index([dt.date(2020, 1, 2), dt.date(2020, 1, 1)])),
    "category datetime": coded([1, 0, -1], pd.to_datetime(["2021", "2020"])),
    "category zoned": coded([1, 0], pd.to_datetime(["2021", "2020"]).tz_localize("Asia/Tokyo")),
    "category timedelta": coded([1, 0], pd.to_timedelta(["2s", "1s"])),
    "category period": coded([1, 0], pd.PeriodIndex(["2021", "2020"], freq="Y")),
    "category interval": series(pd.cut([1, 5, 9, np.nan], 3)),
    "category Decimal": coded([1, 0], pd.Index([D("1.5"), D("2")])),
    "category string": coded([1, 0], pd.Index(["b", "a"], dtype="string[pyarrow]")),
    "category nullable": coded([1, 0], pd.Index([3, 1], dtype="Int64")),
    "category, none": coded([-1, -1], []),
    "arrow int": arrow([1, None], pa.int32()),
    "arrow float": arrow([1.5, float("nan"), None]),
    "arrow float16": arrow([np.float16(1.5), None], pa.float16()),
    "arrow string": arrow(["a", None], pa.string()),
    "arrow large string": arrow(["a", None], pa.large_string()),
    "arrow bool": arrow([True, None]),
    "arrow null": arrow([None, None]),
    "arrow binary": arrow([b"abc", None], pa.binary(3)),
    "arrow decimal": arrow([D("1.20"), None], pa.decimal128(5, 2)),
    "arrow wide decimal": arrow([D("1.20"), None], pa.decimal256(60, 2)),
    "arrow date32": arrow([1, None], pa.date32()),
    "arrow date64": arrow([86_400_000, None], pa.date64()),
    **{f"arrow time32 {u}": arrow([1, None], pa.time32(u)) for u in ("s", "ms")},
    **{f"arrow time64 {u}": arrow([1, None], pa.time64(u)) for u in ("us", "ns")},
    **{f"arrow timestamp {u}": arrow([1, None], pa.timestamp(u)) for u in ("s", "ms", "us", "ns")},
    "arrow zoned": arrow([1, None], pa.timestamp("s", "Europe/Berlin")),
    **{f"arrow duration {u}": arrow([1, None], pa.duration(u)) for u in ("s", "ms", "us", "ns")},
    "arrow dictionary": arrow(["a", None, "a"], pa.dictionary(pa.int8(), pa.string())),
    "arrow dictionary of int": arrow([3, None], pa.dictionary(pa.int16(), pa.int64())),
    "arrow dictionary of duration": arrow(pa.array([1, 2], pa.duration("s")).dictionary_encode()),
    "arrow ordered dictionary": arrow(
        pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), pa.array([5, 3]), ordered=True)
    ),
    "arrow list": arrow([[1, None], None, []]),
    "arrow struct": arrow([{"a": 1}, None], pa.struct([("a", pa.timestamp("s"))])),
    "arrow map": arrow([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
}


@pytest.fixture
def catalog(tmp_path):
    held = Catalog(tmp_path / "store")
    held.create_project("p")
    return held


def returned(catalog, dataset):
    return catalog.upload("p", dataset, "d", mode="overwrite").read()


def assert_returned(catalog, frame):
    before = frame.copy(deep=True)
    back = returned(catalog, frame)
    pd.testing.assert_frame_equal(back, frame, check_freq=True)
    pd.testing.assert_frame_equal(frame, before)
    return back


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_dtype_comes_back_equal(catalog, name):
    column = COLUMNS[name]
    assert_returned(catalog, pd.DataFrame({"before": range(len(column)), "x": column}))
    assert_returned(catalog, pd.DataFrame({"x": column.iloc[:0]}))


def test_all_of_them_together_twice_over(catalog):
    # pandas itself cannot fill up the first, and makes an invalid dtype of the second
    odd = {"big-endian", "sparse bool"}
    frame = pd.DataFrame({name: COLUMNS[name] for name in COLUMNS if name not in odd})
    frame = frame.astype({"arrow null": "object"})  # the short columns are filled with missing
    catalog.upload("p", frame, "d")
    catalog.upload("p", frame, "d", mode="append")
    both = catalog.newest("p", "d").read()
    for part in (both.iloc[: len(frame)], both.iloc[len(frame) :].reset_index(drop=True)):
        pd.testing.assert_frame_equal(part, frame)


@pytest.mark.parametrize("name", [name for name in COLUMNS if name.startswith("object")])
def test_objects_come_back_as_the_same_objects(catalog, name):
    frame = pd.DataFrame({"x": COLUMNS[name]})
    back = returned(catalog, frame)["x"]
    assert list(map(type, back)) == list(map(type, frame["x"]))


@pytest.mark.parametrize(
    "name", ["int64", "datetime ns", "utc", "timedelta s", "category", "Int64"]
)
def test_what_is_read_may_be_written_to(catalog, name):
    back = returned(catalog, pd.DataFrame({"x": COLUMNS[name]}))
    back.loc[0, "x"] = back.loc[1, "x"]
    assert back["x"].isna()[0] == back["x"].isna()[1]


def test_a_null_in_a_dictionary_comes_back_as_missing(catalog):
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["a", None]))
    back = returned(catalog, pd.DataFrame({"x": arrow(array)}))["x"]
    assert back.isna().tolist() == [False, True, True]
    assert back.dtype == pd.ArrowDtype(array.type)


def test_views_and_runs_come_back_as_their_values(catalog):
    runs = pc.run_end_encode(pa.array([1, 1, None, 2]))
    back = returned(catalog, pd.DataFrame({"x": arrow(runs)}))["x"]
    assert back.dtype == pd.ArrowDtype(runs.type)
    assert back.tolist() == arrow(runs).tolist()


LABELS = {
    "ints": [3, 1],
    "range": pd.RangeIndex(4, 8, 2, name="n"),
    "tuples": pd.Index([("a", 1), ("b", None)], tupleize_cols=False),
    "mixed": pd.Index(["x", 1], dtype=object),
    "text and its number": pd.Index(["1", 1], dtype=object),
    "floats": pd.Index([1.5, np.nan]),
    "bools": [True, False],
    "dots and blanks": ["a.b", "a"],
    "empty text": ["", " "],
    "MultiIndex": pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["x", None]),
    "dates": pd.Index([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], name=("a", "tuple")),
    "instants": pd.date_range("2020", periods=2, name="day"),
    "zoned": pd.date_range("2020", periods=2, tz="Asia/Tokyo"),
    "categories": pd.CategoricalIndex(["u", "v"], ["v", "u", "w"], ordered=True, name="c"),
    "periods": pd.PeriodIndex(["2020", "2021"], freq="Y"),
    "intervals": pd.interval_range(0, 2),
    "an object of each sort": pd.Index([dt.datetime(2020, 1, 1), b"\0"], dtype=object),
    "__index_0__": ["__index_0__", "x"],
}


@pytest.mark.parametrize("name", LABELS)
def test_column_labels_of_any_sort_come_back(catalog, name):
    frame = pd.DataFrame([[1, "a"], [2, "b"]], index=[5, 6])
    frame.columns = LABELS[name]
    assert_returned(catalog, frame)
    chosen = catalog.newest("p", "d").read([frame.columns[0]])
    pd.testing.assert_frame_equal(chosen, frame.iloc[:, [0]], check_freq=False)


INDEXES = {
    "default": pd.RangeIndex(2),
    "range": pd.RangeIndex(5, 7),
    "named range": pd.RangeIndex(2, name="row"),
    "ints": pd.Index([7, 7], dtype="int16"),
    "text": pd.Index(["a", "b"], name="x"),
    "objects": pd.Index(["a", None], dtype=object),
    "tuples": pd.MultiIndex.from_tuples([("a", 1), ("a", None)], names=["x", 3]),
    "days": pd.date_range("2020", periods=2, name=("t", 1)),
    "zoned": pd.date_range("2020", periods=2, tz="Europe/Berlin"),
    "no rhythm": pd.to_datetime(["2020-01-05", "2020-01-01"]),
    "spans": pd.timedelta_range("1s", periods=2, freq="h"),
    "periods": pd.PeriodIndex(["2020", "2021"], freq="Y"),
    "categories": pd.CategoricalIndex(["u", "v"], ["v", "u", "w"]),
    "intervals": pd.interval_range(0, 2),
    "levels of all sorts": pd.MultiIndex.from_arrays(
        [
            pd.to_datetime(["2020", "2021"]),
            pd.Categorical(["a", "b"]),
            pd.Index([dt.date(2020, 1, 1)] * 2),
            [1.5, np.nan],
        ]
    ),
}


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_of_any_sort_comes_back(catalog, name):
    assert_returned(catalog, pd.DataFrame({"x": [1, 2]}, index=INDEXES[name]))
    assert_returned(catalog, pd.DataFrame(index=INDEXES[name]))
    none = INDEXES[name][:0]
    none = none.remove_unused_levels() if isinstance(none, pd.MultiIndex) else none
    assert_returned(catalog, pd.DataFrame({"x": [1, 2]}).iloc[:0].set_axis(none))


def test_a_frequency_that_appended_rows_break_is_dropped(catalog):
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.date_range("2020-01-01", periods=2))
    later = frame.set_axis(pd.date_range("2020-01-03", periods=2), axis=0)
    catalog.upload("p", frame, "d")
    going_on = catalog.upload("p", later, "d", mode="append").read()
    assert going_on.index.freqstr == "D"
    assert catalog.upload("p", frame, "d", mode="append").read().index.freq is None


def test_a_frame_without_rows_or_columns_comes_back(catalog):
    assert_returned(catalog, pd.DataFrame())
    assert_returned(catalog, pd.DataFrame(index=range(3)))
    assert len(catalog.upload("p", pd.DataFrame(index=range(2)), "d", mode="append").read()) == 5


REFUSED = {
    "mixed": (objects(1, "a"), "it holds Python objects of type int, str"),
    "int and float": (objects(1, 1.5), "it holds Python objects of type float, int"),
    "lists": (objects([1], [2]), "it holds Python objects of type list"),
    "complex": (series([1j]), "no type for complex128"),
    "surrogates": (objects("\ud800"), "text with lone surrogates"),
    "infinite decimals": (objects(D("Infinity")), "no infinite decimals"),
    "decimal nan": (objects(D("NaN"), D(1)), r"its missing value Decimal\('NaN'\)"),
    "zoned times": (objects(dt.time(1, tzinfo=dt.UTC)), "no times of day with a zone"),
    "several zones": (
        objects(dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, tzinfo=BERLIN)),
        "more than one time zone: Europe/Berlin, None",
    ),
    "mixed categories": (series(pd.Categorical(["a", 1])), "it holds Python objects"),
    "long ints": (objects(10**80), "precision"),
    "far seconds": (series(np.array([2**61], "datetime64[s]")), "out of bounds"),
    "arrow intervals": (arrow([None], pa.month_day_nano_interval()), "month_day_nano_interval"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_held_is_refused_before_anything_is_written(catalog, name):
    column, reason = REFUSED[name]
    with pytest.raises(TypeError, match=rf"column 'bad one' cannot be stored: .*{reason}"):
        catalog.upload("p", pd.DataFrame({"fine": 1, "bad one": column}), "d")
    assert [path.name for path in catalog.root.rglob("*")] == ["p", ".project.json"]


def test_duplicate_column_names_are_refused(catalog):
    frame = pd.DataFrame([[1, 2, 3]], columns=["x", "y", "x"])
    with pytest.raises(ValueError, match=r"duplicate column labels: 'x'; make them unique"):
        catalog.upload("p", frame, "d")
    table = pa.table([pa.array([1]), pa.array([2])], names=["x", "x"])
    with pytest.raises(ValueError, match=r"duplicate column names: 'x'; make them unique"):
        catalog.upload("p", table, "d")


def test_labels_that_json_cannot_hold_are_refused(catalog):
    with pytest.raises(TypeError, match="has no form in JSON"):
        catalog.upload("p", pd.DataFrame([[1]], columns=pd.Index([frozenset()])), "d")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        1.0,
        float("inf"),
        "text",
        ("a", (1, None)),
        pd.Timestamp("2020-01-01T00:00:00.123456789", tz="Asia/Tokyo"),
        pd.Timedelta(5, "ns"),
        np.datetime64("2020-01-01", "D"),
        np.timedelta64(3, "h"),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        dt.date(2020, 1, 1),
        dt.time(1, 2),
        b"\0\xff",
        pd.NaT,
        pd.NA,
    ],
    ids=repr,
)
def test_a_label_survives_json(value):
    back = labels.from_json(json.loads(json.dumps(labels.to_json(value))))
    assert type(back) is type(value)
    assert back is value or back == value


def test_a_manifest_is_never_unpickled(catalog):
    catalog.upload("p", pd.DataFrame({"x": [1]}), "d")
    manifest = catalog.root / "p" / "d" / "_versions" / "00000001.json"
    manifest.write_text(manifest.read_text().replace("numpy", "pickle"))
    with pytest.raises(CatalogError, match="knows a type 'pickle' that this package does not"):
        catalog.newest("p", "d").read()
