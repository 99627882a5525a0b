"""Projects, datasets, versions, and what can be uploaded."""

import datetime as dt
import gzip
import json
import os
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pandas_mi.catalog import Catalog, ingest
from pandas_mi.errors import (
    CatalogError,
    DatasetExistsError,
    DatasetNotFoundError,
    InvalidIdentifierError,
    ProjectNotFoundError,
    UnknownColumnError,
)

FRAME = pd.DataFrame({"x": [1, 2, 3], "y": ["a", None, "c"]})
NOW = dt.timedelta(0)


@pytest.fixture
def catalog(tmp_path):
    held = Catalog(tmp_path / "store")
    held.create_project("Airports")
    return held


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as raised:
        call(*args, **kwargs)
    return str(raised.value)


# ---------------------------------------------------------------------------- the root


def test_a_root_that_does_not_exist_is_an_empty_store(tmp_path):
    catalog = Catalog(tmp_path / "a" / "b")
    assert catalog.projects() == []
    assert catalog.vacuum() == []
    assert not catalog.root.exists()


@pytest.mark.parametrize("url", ["s3://bucket/x", "gs://b", "http://host/x", "file:///tmp/x"])
def test_a_url_is_refused(url):
    assert message(ValueError, Catalog, url) == (
        f"root must be a local directory, not the URL {url!r}: publishing needs a file system "
        "that makes hard links"
    )


def test_a_windows_drive_is_no_url():
    assert Catalog(r"C:\store").root.name == r"C:\store"


# ------------------------------------------------------------------------- identifiers


@pytest.mark.parametrize("name", ["a", "_", "9", "a.b-c_d", "A" * 100, "console", "com10", "a.con"])
def test_identifiers(catalog, name):
    catalog.create_project(name)
    catalog.upload(name, FRAME, name)
    assert name in catalog.projects()
    assert catalog.datasets(name) == [name]


@pytest.mark.parametrize(
    "name",
    ["", ".a", "-a", "a..b", "a.", "a/b", "a\\b", "a b", "é", "A" * 101, "a\n", "..", "a\0", "x:y"],
)
def test_what_is_no_identifier(catalog, name):
    assert message(InvalidIdentifierError, catalog.create_project, name) == (
        f"project_id {name!r} is not valid: 1 to 100 letters, digits, '_', '.' and '-', which "
        "start with a letter, a digit or '_', end with no dot, and have no two dots in a row"
    )
    with pytest.raises(InvalidIdentifierError, match=r"^dataset_id"):
        catalog.upload("Airports", FRAME, name)


@pytest.mark.parametrize("name", ["con", "NUL", "Com1", "lpt9.txt", "aux.a.b"])
def test_device_names_are_no_identifiers(catalog, name):
    assert message(InvalidIdentifierError, catalog.create_project, name) == (
        f"project_id {name!r} is not valid: Windows keeps that name for a device; "
        f"use '_{name}', for example"
    )


def test_identifiers_are_text(catalog):
    assert message(TypeError, catalog.create_project, 1) == "project_id must be a str, not int"


def test_upper_and_lower_case_are_one_name_and_the_spelling_is_kept(catalog):
    assert message(CatalogError, catalog.create_project, "AIRPORTS") == (
        "project 'Airports' already exists"
    )
    catalog.upload("airports", FRAME, "Flights")
    assert catalog.projects() == ["Airports"]
    assert catalog.datasets("AirPorts") == ["Flights"]
    assert message(DatasetExistsError, catalog.upload, "airports", FRAME, "FLIGHTS") == (
        "dataset 'Flights' already exists, with 3 rows; mode='append' adds to it, "
        "mode='overwrite' replaces it"
    )
    assert catalog.upload("airports", FRAME, "FLIGHTS", mode="append").dataset_id == "Flights"
    catalog.delete("airports", "flights")
    assert catalog.upload("airports", FRAME, "FLIGHTS").dataset_id == "FLIGHTS"
    assert sorted(path.name for path in (catalog.root / "airports").iterdir()) == [
        ".project.json",
        "flights",
    ]


# ------------------------------------------------------------------------ symbolic links


@pytest.mark.parametrize("inner", ["airports/d", "airports/d/data", "airports/d/_versions"])
def test_a_link_that_leads_out_is_refused(catalog, tmp_path, inner):
    catalog.upload("airports", FRAME, "d")
    link = catalog.root / inner
    outside = tmp_path / "outside"
    link.rename(outside)
    link.symlink_to(outside)
    expected = f"{link} leads out of the store {catalog.root} through a symbolic link"
    assert message(CatalogError, catalog.newest, "airports", "d") == expected
    assert message(CatalogError, catalog.upload, "airports", FRAME, "d") == expected
    assert message(CatalogError, catalog.vacuum, "airports", "d") == expected


def test_a_project_or_a_file_that_leads_out_is_refused(catalog, tmp_path):
    version = catalog.upload("airports", FRAME, "d")
    (path,) = version.paths
    path.rename(tmp_path / "data")
    path.symlink_to(tmp_path / "data")
    assert "leads out of the store" in message(CatalogError, version.read)
    (catalog.root / "airports").rename(tmp_path / "project")
    (catalog.root / "airports").symlink_to(tmp_path / "project")
    assert "leads out of the store" in message(CatalogError, catalog.datasets, "airports")
    assert catalog.projects() == []


def test_a_link_that_stays_inside_is_followed(catalog, tmp_path):
    catalog.upload("airports", FRAME, "d")
    (catalog.root / "airports").rename(catalog.root / "elsewhere")
    (catalog.root / "airports").symlink_to(catalog.root / "elsewhere")
    assert catalog.newest("airports", "d").rows == 3


def test_the_root_may_be_a_link(catalog, tmp_path):
    (tmp_path / "link").symlink_to(catalog.root)
    linked = Catalog(tmp_path / "link")
    linked.upload("airports", FRAME, "d")
    pd.testing.assert_frame_equal(catalog.newest("airports", "d").read(), FRAME)


# ----------------------------------------------------------------- projects and datasets


def test_what_is_not_there_is_told_with_what_is(catalog):
    catalog.upload("airports", FRAME, "flights")
    assert message(ProjectNotFoundError, catalog.datasets, "airport") == (
        "no project 'airport'; there are: 'Airports'. Did you mean 'Airports'?"
    )
    assert message(DatasetNotFoundError, catalog.newest, "airports", "flight") == (
        "no dataset 'flight' in project 'airports'; there are: 'flights'. Did you mean 'flights'?"
    )
    catalog.delete("airports", "flights")
    assert message(DatasetNotFoundError, catalog.delete, "airports", "flights") == (
        "no dataset 'flights' in project 'airports'; there are none."
    )
    assert message(ProjectNotFoundError, catalog.upload, "x", FRAME, "d") == (
        "no project 'x'; there are: 'Airports'."
    )


def test_a_project_that_holds_datasets_is_kept(catalog):
    catalog.upload("airports", FRAME, "flights")
    assert message(CatalogError, catalog.delete_project, "airports") == (
        "project 'airports' still holds datasets: 'flights'; delete them first"
    )
    catalog.delete("airports", "flights")
    catalog.delete_project("airports")
    assert list(catalog.root.iterdir()) == []


def test_files_that_are_nobodys_are_left_alone(catalog):
    for path in [catalog.root / "notes.txt", catalog.root / "airports" / "notes.txt"]:
        path.write_text("mine")
    (catalog.root / "no project").mkdir()
    (catalog.root / "empty").mkdir()
    assert catalog.projects() == ["Airports"]
    assert catalog.datasets("airports") == []
    catalog.vacuum(keep=NOW)
    assert (catalog.root / "notes.txt").exists()


def test_a_killed_deletion_of_a_project_is_finished_or_undone(catalog):
    catalog.upload("airports", FRAME, "d")
    catalog.create_project("empty")
    for number, name in enumerate(["airports", "empty"]):
        (catalog.root / name).rename(catalog.root / f".removed-{number}")
    assert catalog.projects() == []
    catalog.vacuum()
    assert catalog.projects() == ["Airports"]
    assert [path.name for path in catalog.root.iterdir()] == ["airports"]
    # A name that is taken again is not given back.
    (catalog.root / "airports").rename(catalog.root / ".removed-2")
    catalog.create_project("airports")
    catalog.vacuum()
    assert (catalog.root / ".removed-2").exists()


# ------------------------------------------------------------------------------ versions


def test_versions_are_counted_and_can_be_read(catalog):
    catalog.upload("airports", FRAME, "d")
    catalog.upload("airports", FRAME, "d", mode="append")
    catalog.upload("airports", FRAME[:1], "d", mode="overwrite")
    assert [one.rows for one in catalog.history("airports", "d")] == [3, 6, 1]
    assert [catalog.version("airports", "d", n).rows for n in (1, 2, 3)] == [3, 6, 1]
    both = pd.concat([FRAME, FRAME], ignore_index=True)
    pd.testing.assert_frame_equal(catalog.version("airports", "d", 2).read(), both)
    assert message(CatalogError, catalog.version, "airports", "d", 4) == (
        "dataset 'd' has no version 4; there are: 1, 2, 3. Superseded versions are kept for a day"
    )
    assert catalog.newest("airports", "d").created.tzinfo is dt.UTC


def test_a_dataset_that_never_was_has_no_versions(catalog):
    expected = "no dataset 'd' in project 'airports'; there are none."
    assert message(DatasetNotFoundError, catalog.version, "airports", "d", 1) == expected
    assert message(DatasetNotFoundError, catalog.history, "airports", "d") == expected


def test_vacuum_of_a_project_looks_at_all_its_datasets(catalog):
    for name in ("d", "e"):
        catalog.upload("airports", FRAME, name)
        catalog.upload("airports", FRAME, name, mode="overwrite")
    (catalog.root / "airports" / ".0.tmp").touch()
    assert len(catalog.vacuum("airports", "d", keep=NOW)) == 2
    assert len(catalog.vacuum("airports", keep=NOW)) == 3
    assert [len(catalog.history("airports", name)) for name in ("d", "e")] == [1, 1]


def test_a_deleted_dataset_can_be_read_by_number_until_it_is_vacuumed(catalog):
    catalog.upload("airports", FRAME, "d")
    catalog.delete("airports", "d")
    assert catalog.datasets("airports") == []
    version = catalog.version("airports", "d", 1)
    pd.testing.assert_frame_equal(version.read(), FRAME)
    assert message(DatasetNotFoundError, catalog.version, "airports", "d", 2) == (
        "version 2 of 'd' is its deletion"
    )
    assert len(catalog.vacuum(keep=NOW)) == 2
    assert message(CatalogError, version.read) == (
        "version 1 of dataset 'd' is no longer there: it was superseded or deleted, and vacuum "
        "removed its files"
    )
    assert catalog.upload("airports", FRAME, "d").number == 3


def test_vacuum_keeps_what_may_be_in_use(catalog):
    def age(path, hours):
        then = dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)
        os.utime(path, (then.timestamp(), then.timestamp()))

    catalog.upload("airports", FRAME, "d")
    catalog.upload("airports", FRAME, "d", mode="overwrite")
    dataset = catalog.root / "airports" / "d"
    old, young = (dataset / "data" / f"{digit * 32}.parquet" for digit in "ab")
    old.touch()
    young.touch()
    unpublished = dataset / "_versions" / ".1.tmp"
    unpublished.touch()
    for path in dataset.rglob("*"):
        age(path, 25)
    age(young, 23)
    assert catalog.vacuum() == [old, unpublished]
    assert [one.number for one in catalog.history("airports", "d")] == [1, 2]


def test_a_damaged_manifest_is_told(catalog):
    version = catalog.upload("airports", FRAME, "d")
    path = catalog.root / "airports" / "d" / "_versions" / "00000001.json"
    whole = path.read_text()
    for text, reason in [
        (whole[:100], "is damaged"),
        (whole.replace('"data/', '"../'), "'../.*' is no data file"),
        (whole.replace('"format": 1', '"format": 2'), "was written by a newer pandas_mi"),
        ("[]", "is damaged"),
    ]:
        path.write_text(text)
        with pytest.raises(CatalogError, match=reason):
            catalog.newest("airports", "d")
        assert message(CatalogError, catalog.vacuum, keep=NOW)  # in doubt, nothing is removed
    assert version.paths[0].exists()
    (catalog.root / "airports" / ".project.json").write_text("{}")
    assert "is damaged" in message(CatalogError, catalog.projects)


def test_a_damaged_page_is_told(catalog):
    version = catalog.upload("airports", pd.DataFrame({"x": np.arange(10_000)}), "d")
    data = bytearray(version.paths[0].read_bytes())
    data[len(data) // 2] ^= 1
    version.paths[0].write_bytes(data)
    assert "CRC checksum verification failed" in message(OSError, version.read)


# -------------------------------------------------------------------------------- splits


def test_a_dict_of_splits_comes_back_as_one(catalog):
    splits = {"train": FRAME, "test": FRAME[:1]}
    version = catalog.upload("airports", splits, "d")
    assert version.splits == {"train": 3, "test": 1}
    back = version.read_splits()
    assert list(back) == ["train", "test"]
    for name, frame in splits.items():
        pd.testing.assert_frame_equal(back[name], frame)
    whole = pd.concat(splits.values(), ignore_index=True)
    pd.testing.assert_frame_equal(version.read(), whole)
    pd.testing.assert_frame_equal(version.read(splits=["test"]), FRAME[:1])
    assert list(version.read_splits(["test", "train"])) == ["train", "test"]
    assert message(ValueError, version.read_splits, ["tets"]) == (
        "dataset 'd' has no split 'tets'; there are: 'train', 'test'. Did you mean 'test'?"
    )
    assert version.read_splits([]) == {}


def test_appended_splits_stand_behind_their_own(catalog):
    catalog.upload("airports", {"train": FRAME[:1], "test": FRAME[1:2]}, "d")
    version = catalog.upload("airports", {"new": FRAME[:1], "train": FRAME[2:]}, "d", mode="append")
    assert version.splits == {"train": 2, "test": 1, "new": 1}
    assert version.read()["x"].tolist() == [1, 3, 2, 1]


@pytest.mark.parametrize(
    "cut",
    [
        lambda frame: (frame[:5], frame[5:]),
        lambda frame: (frame[::2], frame[1::2]),
        lambda frame: (frame[frame["x"] < 3], frame[frame["x"] % 5 == 4]),
        lambda frame: (frame, frame.sample(frac=0.5, random_state=0)),
        lambda frame: (frame.sample(frac=0.5, random_state=0), frame[3:]),
        lambda frame: (frame[:0], frame[::-1]),
    ],
)
def test_splits_cut_from_one_frame_keep_its_index(catalog, cut, monkeypatch):
    monkeypatch.setattr(ingest, "ROW_GROUP", 3)
    first, second = cut(pd.DataFrame({"x": range(10)}))
    version = catalog.upload("airports", {"first": first, "second": second}, "d")
    back = version.read_splits()
    pd.testing.assert_frame_equal(back["first"], first)
    pd.testing.assert_frame_equal(back["second"], second)
    both = pd.concat([first, second])
    pd.testing.assert_frame_equal(version.read(), both)
    pd.testing.assert_frame_equal(pd.concat(version.row_groups()), both)
    pd.testing.assert_frame_equal(version.read([]), both[[]])
    pd.testing.assert_frame_equal(version.read(max_rows=7), both.head(7))
    catalog.upload("airports", first, "e")
    pd.testing.assert_frame_equal(
        catalog.upload("airports", second, "e", mode="append").read(), both
    )


def test_first_rows_are_counted_across_splits(catalog):
    version = catalog.upload("airports", {"a": FRAME, "b": FRAME}, "d")
    assert [len(one) for one in version.read_splits(max_rows=4).values()] == [3, 1]
    assert [len(one) for one in version.read_splits(max_rows=2).values()] == [2, 0]
    assert version.read_splits(max_rows=0)["b"].dtypes.equals(FRAME.dtypes)
    assert len(version.read(max_rows=5)) == 5


def test_splits_must_have_names_and_rows(catalog):
    assert message(ValueError, catalog.upload, "airports", {}, "d") == (
        "the dict of splits is empty; give it at least one split"
    )
    assert message(TypeError, catalog.upload, "airports", {1: FRAME}, "d") == (
        "split names must be str, not 1"
    )
    other = {"a": FRAME, "b": FRAME[["y"]]}
    assert message(ValueError, catalog.upload, "airports", other, "d") == (
        "split 'b' does not fit 'a': it lacks 'x'; there are: 'x', 'y'"
    )


# ------------------------------------------------------------------------------- appends


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (FRAME.assign(z=1), "it has 'z', unknown there; there are: 'x', 'y'"),
        (FRAME[["x"]], "it lacks 'y'; there are: 'x', 'y'"),
        (
            FRAME.rename(columns={"x": "z"}),
            "it lacks 'x' and it has 'z', unknown there; there are: 'x', 'y'",
        ),
        (FRAME[["y", "x"]], "its columns stand in another order; there they are: 'x', 'y'"),
        (FRAME.astype({"x": float}), "'x' is float64 here and int64 there; convert it first"),
        (
            FRAME.set_axis(["a", "b", "c"]),
            "its index has other levels or names; reset_index() makes it columns",
        ),
    ],
)
def test_an_append_needs_the_same_columns(catalog, other, reason):
    catalog.upload("airports", FRAME, "d")
    assert message(ValueError, catalog.upload, "airports", other, "d", mode="append") == (
        f"cannot append to dataset 'd': {reason}"
    )
    assert len(list((catalog.root / "airports" / "d" / "data").iterdir())) == 1


def test_an_append_needs_the_same_categories(catalog):
    frame = pd.DataFrame({"c": pd.Categorical(["a"], categories=["a", "b"])})
    catalog.upload("airports", frame, "d")
    other = pd.DataFrame({"c": pd.Categorical(["a"], categories=["b", "a"])})
    assert message(ValueError, catalog.upload, "airports", other, "d", mode="append") == (
        "cannot append to dataset 'd': 'c' is category here and there, but of other values "
        "(categories, kind, unit); convert it first"
    )
    same = frame.set_axis(range(1), axis=0)
    assert catalog.upload("airports", same, "d", mode="append").rows == 2


def test_splits_are_appended_to_splits_and_rows_to_rows(catalog):
    catalog.upload("airports", FRAME, "whole")
    catalog.upload("airports", {"a": FRAME}, "parts")
    parts = {"a": FRAME}
    assert message(ValueError, catalog.upload, "airports", parts, "whole", mode="append") == (
        "cannot append to dataset 'whole': it was uploaded whole; append a DataFrame or table"
    )
    assert message(ValueError, catalog.upload, "airports", FRAME, "parts", mode="append") == (
        "cannot append to dataset 'parts': it has splits; append a dict of split name to rows"
    )


def test_objects_with_other_missing_values_can_be_appended(catalog):
    parts = [
        pd.DataFrame({"x": pd.Series(values, dtype=object)})
        for values in ([None, None], ["a", np.nan], ["b", None, pd.NA], ["c"])
    ]
    for part in parts:
        catalog.upload("airports", part, "d", mode="append")
    back = catalog.newest("airports", "d").read()["x"].tolist()
    assert back[:3] == [None, None, "a"]
    assert back[3] != back[3]  # NaN
    assert back[4:] == ["b", None, pd.NA, "c"]
    assert catalog.newest("airports", "d").kinds()[0]["kind"] == "text"


def test_a_mode_is_one_of_three(catalog):
    assert message(ValueError, catalog.upload, "airports", FRAME, "d", mode="replace") == (
        "mode must be one of 'error', 'append', 'overwrite', not 'replace'"
    )
    for mode in ("error", "append", "overwrite"):
        assert catalog.upload("airports", FRAME, mode, mode=mode).rows == 3


# ------------------------------------------------------------------------------- reading


def test_columns_and_row_groups(catalog, monkeypatch):
    monkeypatch.setattr(ingest, "ROW_GROUP", 4)
    frame = pd.DataFrame({"a.b": range(10), "a": list("abcdefghij"), "c": 1.5}).set_index("c")
    version = catalog.upload("airports", frame, "d")
    assert pq.ParquetFile(version.paths[0]).num_row_groups == 3
    assert [len(part) for part in version.row_groups()] == [4, 4, 2]
    pd.testing.assert_frame_equal(pd.concat(version.row_groups(["a"])), frame[["a"]])
    pd.testing.assert_frame_equal(version.read(["a", "a.b"]), frame[["a", "a.b"]])
    pd.testing.assert_frame_equal(version.read([]), frame[[]])
    pd.testing.assert_frame_equal(version.read(max_rows=5), frame.head(5))
    pd.testing.assert_frame_equal(version.read(max_rows=0), frame.head(0))
    assert message(UnknownColumnError, version.read, ["b"]) == (
        "no column 'b'; there are: 'a.b', 'a'."
    )


def test_no_columns_of_a_default_index_still_have_rows(catalog, monkeypatch):
    monkeypatch.setattr(ingest, "ROW_GROUP", 2)
    version = catalog.upload("airports", FRAME, "d")
    assert version.read([]).shape == (3, 0)


def test_what_is_known_of_a_version(catalog):
    version = catalog.upload("airports", FRAME, "d")
    assert version.bytes == version.paths[0].stat().st_size
    assert list(version.columns) == ["x", "y"]
    assert not version.deleted
    assert version.kinds() == [
        {"name": "x", "kind": "integer", "dtype": "int64"},
        {"name": "y", "kind": "text", "dtype": str(FRAME["y"].dtype)},
    ]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pd.Series([1.5]), "float"),
        (pd.Series([True], dtype="boolean"), "boolean"),
        (pd.Series(pd.to_datetime(["2020"])), "datetime"),
        (pd.Series(pd.to_datetime(["2020"], utc=True)), "datetime"),
        (pd.Series(pd.to_timedelta(["1s"])), "timedelta"),
        (pd.Series(pd.period_range("2020", periods=1, freq="M")), "period"),
        (pd.Series(pd.interval_range(0, 1)), "interval"),
        (pd.Series(pd.Categorical([3])), "integer"),
        (pd.Series(pd.arrays.SparseArray([0.5])), "float"),
        (pd.Series([dt.date(2020, 1, 1)]), "date"),
        (pd.Series([pd.Timestamp(1)], dtype=object), "datetime"),
        (pd.Series([None], dtype=object), "null"),
        (pd.Series([1], dtype=pd.ArrowDtype(pa.decimal128(5))), "decimal"),
        (pd.Series([[1]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "object"),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_kinds(catalog, column, kind):
    version = catalog.upload("airports", pd.DataFrame({"x": column}), "d")
    assert version.kinds()[0]["kind"] == kind


# ----------------------------------------------------------------------- Arrow and files

TABLE = pa.table(
    {
        "i": pa.array([1, None, 3], pa.int32()),
        "d": pa.array(["a", "b", None]).dictionary_encode(),
        "t": pa.array([0, 1, None], pa.timestamp("s", "Asia/Tokyo")),
    }
)
ARROW = [
    TABLE,
    TABLE.to_batches()[0],
    TABLE.to_reader(max_chunksize=2),
    pa.RecordBatchReader.from_batches(TABLE.schema, iter(TABLE.to_batches(max_chunksize=1))),
]


@pytest.mark.parametrize("rows", ARROW, ids=["table", "batch", "reader", "batches"])
def test_arrow_rows_come_back_in_arrow_dtypes(catalog, rows):
    version = catalog.upload("airports", rows, "d")
    back = version.read()
    assert back.dtypes.tolist() == [pd.ArrowDtype(held) for held in TABLE.schema.types]
    assert pa.Table.from_pandas(back, schema=TABLE.schema).to_pylist() == TABLE.to_pylist()
    assert catalog.upload("airports", TABLE, "d", mode="append").rows == 6


def test_arrow_streams_of_other_libraries(catalog):
    rows = pl.DataFrame({"x": [1, 2], "y": ["a", None]})
    try:
        pa.array(["a"], pa.string_view()).cast(pa.large_string())
    except pa.ArrowException:  # the oldest Arrow has the type, and can do nothing with it
        rows = rows.drop("y")
    assert catalog.upload("airports", rows, "polars").read()["x"].tolist() == [1, 2]
    relation = duckdb.sql("SELECT range AS x FROM range(5000)")
    assert catalog.upload("airports", relation, "duckdb").read()["x"].sum() == 12_497_500


def test_an_empty_table_keeps_its_types(catalog):
    back = catalog.upload("airports", TABLE[:0], "d").read()
    assert back.shape == (0, 3)
    assert back.dtypes.tolist() == [pd.ArrowDtype(held) for held in TABLE.schema.types]


def test_a_table_of_many_chunks_is_cut_into_row_groups(catalog, monkeypatch):
    monkeypatch.setattr(ingest, "ROW_GROUP", 5)
    table = pa.concat_tables([TABLE] * 4)
    version = catalog.upload("airports", table.to_reader(max_chunksize=3), "d")
    file = pq.ParquetFile(version.paths[0])
    assert [file.metadata.row_group(group).num_rows for group in range(3)] == [5, 5, 2]
    assert version.read()["i"].tolist()[::3] == [1, 1, 1, 1]


def test_arrow_types_that_parquet_lacks_are_refused(catalog):
    table = pa.table({"x": pa.nulls(1, pa.month_day_nano_interval())})
    with pytest.raises(TypeError, match=r"column 'x' cannot be stored: .*month_day_nano_interval"):
        catalog.upload("airports", table, "d")


def test_ordered_dictionaries_that_differ_are_refused(catalog):
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array([0]), pa.array([level]), ordered=True)
        for level in ("a", "b")
    ]
    schema = pa.schema([("x", chunks[0].type)])
    batches = [pa.record_batch([chunk], schema=schema) for chunk in chunks]
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    assert message(TypeError, catalog.upload, "airports", reader, "d") == (
        "column 'x' cannot be stored: the ordered dictionaries of its chunks differ; "
        "unify them first"
    )
    assert list(catalog.root.rglob("*.parquet")) == []


def test_parquet_files_and_directories(catalog, tmp_path):
    tmp_path /= "files"
    tmp_path.mkdir()
    pq.write_table(TABLE, tmp_path / "b.parquet", row_group_size=2)
    pq.write_table(TABLE[:1], tmp_path / "a.parquet")
    whole = catalog.upload("airports", tmp_path / "b.parquet", "one").read()
    assert whole["t"].dtype == pd.ArrowDtype(pa.timestamp("ms", "Asia/Tokyo"))
    assert whole["i"].tolist() == [1, pd.NA, 3]
    named = [str(tmp_path / "b.parquet"), tmp_path / "a.parquet"]
    assert catalog.upload("airports", named, "two").read()["i"].tolist() == [1, pd.NA, 3, 1]
    ordered = catalog.upload("airports", tmp_path, "three").read()  # in lexical order
    assert ordered["i"].tolist() == [1, 1, pd.NA, 3]
    splits = {"train": tmp_path / "b.parquet", "test": tmp_path / "a.parquet"}
    assert catalog.upload("airports", splits, "four").splits == {"train": 3, "test": 1}


def test_parquet_files_must_agree(catalog, tmp_path):
    paths = [tmp_path / f"{number}.parquet" for number in range(3)]
    pq.write_table(pa.table({"x": [1]}), paths[0])
    pq.write_table(pa.table({"x": ["1"]}), paths[1])
    pq.write_table(pa.table({"y": [1]}), paths[2])
    for other, reason in [
        (paths[1], "column 'x' is string there and int64 here"),
        (paths[2], "no column 'x'; there are: 'y'"),
    ]:
        assert message(ValueError, catalog.upload, "airports", [paths[0], other], "d") == (
            f"{str(other)!r} has other columns than {str(paths[0])!r}: {reason}"
        )


def test_what_is_no_dataset_is_refused(catalog, tmp_path):
    assert message(TypeError, catalog.upload, "airports", 1, "d") == (
        "cannot upload a dataset of type int; give a DataFrame, Arrow data, paths of CSV or "
        "Parquet files, or a dict of split name to any of these"
    )
    missing = str(tmp_path / "missing.csv")
    assert message(FileNotFoundError, catalog.upload, "airports", missing, "d") == (
        f"there is no file {missing!r}"
    )
    (tmp_path / "x.json").touch()
    assert "cannot tell the format of" in message(
        ValueError, catalog.upload, "airports", tmp_path / "x.json", "d"
    )
    (tmp_path / "none").mkdir()
    assert "hold no Parquet file" in message(
        ValueError, catalog.upload, "airports", tmp_path / "none", "d"
    )


# ----------------------------------------------------------------------------------- CSV


def csv(path, text):
    packed = path.suffix == ".gz"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize(
    ("values", "held"),
    [
        (["1", "-2", ""], pa.int64()),
        (["1", "2.5"], pa.float64()),
        (["1", "x"], pa.large_string()),
        (["", "NA", "null"], pa.null()),
        (["true", "False"], pa.bool_()),
        (["true", "1"], pa.large_string()),
        (["2020-01-01", "2020-02-30"], pa.large_string()),
        (["2020-01-01", " 2020-01-02 "], pa.date32()),
        (["2020-01-01", "2020-01-02 03:04:05"], pa.timestamp("s")),
        (["2020-01-01T00:00:00.123456789"], pa.timestamp("ns")),
        (["2020-01-01T00:00:00Z", "2020-01-01T00:00:00+02:00"], pa.timestamp("s", "UTC")),
        (["12:30:01"], pa.time32("s")),
        (["nan", "inf", "1e400"], pa.float64()),
        (["9223372036854775807"], pa.int64()),
        (["a,b", 'say ""x""', "two\nlines"], pa.large_string()),
    ],
    ids=lambda value: str(value),
)
def test_the_type_of_a_csv_column_is_the_first_that_reads_all_its_values(
    catalog, tmp_path, values, held
):
    text = "x,n\n" + "".join(f'"{value}",1\n' for value in values)
    back = catalog.upload("airports", csv(tmp_path / "f.csv", text), "d").read()
    assert back["x"].dtype == pd.ArrowDtype(held)
    assert len(back) == len(values)


def test_a_late_value_changes_the_type_of_the_whole_column(catalog, tmp_path):
    text = "x,y\n" + "1,2020-01-01\n" * 700_000 + "1.5,soon\n"
    path = csv(tmp_path / "f.csv", text)
    version = catalog.upload("airports", path, "d")
    assert path.stat().st_size < 16 << 20 or version.rows
    back = version.read()
    assert back.dtypes.tolist() == [pd.ArrowDtype(pa.float64()), pd.ArrowDtype(pa.large_string())]
    assert back.iloc[-1].tolist() == [1.5, "soon"]
    assert back.iloc[0].tolist() == [1.0, "2020-01-01"]


def test_csv_files_with_tabs_packed_and_several(catalog, tmp_path):
    tabs = csv(tmp_path / "a.tsv", "x\ty\n1\ta,b\n")
    assert catalog.upload("airports", tabs, "tabs").read().iloc[0].tolist() == [1, "a,b"]
    packed = csv(tmp_path / "a.csv.gz", "x,y\n1,a\n")
    more = csv(tmp_path / "b.csv", "x,y\n2.5,b\n")
    back = catalog.upload("airports", [packed, more], "several").read()
    assert back["x"].tolist() == [1.0, 2.5]


def test_csv_files_that_cannot_be_read_are_told(catalog, tmp_path):
    good = csv(tmp_path / "good.csv", "x,y\n1,2\n")
    for name, text, reason in [
        ("twice.csv", "x,x\n1,2\n", "has two columns named 'x'; make them unique"),
        ("ragged.csv", "x,y\n1,2\n3\n", "Expected 2 columns, got 1"),
        ("empty.csv", "", "Empty CSV file"),
        ("other.csv", "x,z\n1,2\n", "has other columns than"),
    ]:
        bad = csv(tmp_path / name, text)
        assert reason in message(ValueError, catalog.upload, "airports", [good, bad], "d")
    pq.write_table(TABLE, tmp_path / "x.parquet")
    with pytest.raises(ValueError, match="cannot be mixed"):
        catalog.upload("airports", [good, tmp_path / "x.parquet"], "d")
    assert list(catalog.root.rglob("*.parquet")) == []


def test_a_file_that_breaks_off_publishes_nothing(catalog, tmp_path):
    def rows():
        yield TABLE.to_batches()[0]
        raise ValueError("the line went dead")

    reader = pa.RecordBatchReader.from_batches(TABLE.schema, rows())
    with pytest.raises(ValueError, match="the line went dead"):
        catalog.upload("airports", reader, "d")
    assert catalog.datasets("airports") == []
    assert list(catalog.root.rglob("*.parquet")) == []


# ------------------------------------------------------------------------------ manifest


def test_the_manifest_is_plain_json(catalog):
    catalog.upload("airports", {"train": FRAME}, "Flights")
    path = catalog.root / "airports" / "flights" / "_versions" / "00000001.json"
    written = json.loads(path.read_text())
    (file,) = written["files"]
    assert {key: written[key] for key in ("format", "dataset", "version", "rows")} == {
        "format": 1,
        "dataset": "Flights",
        "version": 1,
        "rows": 3,
    }
    data = path.parent.parent / file["path"]
    assert file.pop("missing") in ({}, {"y": ["None"]})  # pandas 2 holds text as objects
    assert file == {
        "path": f"data/{data.name}",
        "rows": 3,
        "bytes": data.stat().st_size,
        "split": "train",
        "range": [0, 1],
    }
    assert pq.read_table(data).column_names == ["x", "y"]  # any Parquet reader reads the rows


def test_the_frame_is_never_changed(catalog):
    frame = FRAME.copy()
    frame.index.name = None
    before = frame.copy(deep=True)
    catalog.upload("airports", frame, "d")
    back = catalog.newest("airports", "d").read()
    back.loc[0, "x"] = 99
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(catalog.newest("airports", "d").read(), before)


def test_a_relative_root_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    catalog = Catalog(Path("store"))
    catalog.create_project("p")
    monkeypatch.chdir("/")
    assert catalog.projects() == ["p"]
