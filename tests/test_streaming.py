"""What is read in chunks gives the answer of the same rows in memory, to the bit."""

import datetime
import threading
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest
from chunked_support import calls, made_flights, make_chunks_small, quietly, same
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pandas_mi
from pandas_mi.analysis import passes, view
from pandas_mi.encoding import rounds
from pandas_mi.slicing import rows
from pandas_mi.sources import as_table, chunked, spool
from pandas_mi.testing import columns, frames


@pytest.fixture(autouse=True, scope="module")
def _small_chunks():
    """Chunks, summaries and spools of a few rows, so that small frames take every path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "_SAMPLED_ROWS", 4)
        patch.setattr(chunked, "CHUNK_ROWS", 1)
        patch.setattr(spool, "CHUNK_ROWS", 1)
        patch.setattr(spool, "_IN_MEMORY", 0)
        make_chunks_small(patch)
        patch.setattr("pandas_mi.encoding.apply._WORTH_CELLS", 0)
        patch.setattr(rows, "FEWER_ROWS", 4)
        patch.setattr(rows, "READ_ROWS", 8)
        patch.setattr(rows, "FIRST_ROWS", 2)
        yield


def cut(draw, n):
    """Cut n rows into random runs, some of them empty."""
    ends = sorted(draw(st.lists(st.integers(0, n), max_size=6)))
    return list(zip([0, *ends], [*ends, n], strict=True))


def roads(frame, cuts, groups, path):
    """Every other way to the rows of a frame: Parquet files and streams of its Arrow form."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    (path / "many").mkdir()
    pa.parquet.write_table(table, path / "one.parquet", row_group_size=groups)
    for place, (start, stop) in enumerate(cuts):
        name = path / f"many/{place}.parquet"
        pa.parquet.write_table(table.slice(start, stop - start), name, row_group_size=groups)
    yield path / "one.parquet"
    yield path / "many"
    yield pa.dataset.dataset(path / "one.parquet")
    yield table.to_reader(max_chunksize=groups)


# What Parquet keeps without a store: backings that come back as the same kind.
PLAIN = ["int8", "int64", "uint64", "float64", "float32", "bool", "str", "string", "Int64"]
PLAIN += ["boolean", "category text", "datetime", "datetime zoned", "arrow decimal", "arrow text"]


@st.composite
def plain_frames(draw):
    rows = draw(st.integers(1, 40))
    backings = draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=4))
    return pd.DataFrame({f"c{i}": draw(columns(rows, name)) for i, name in enumerate(backings)})


@settings(max_examples=settings().max_examples // 4)
@given(data=st.data(), frame=plain_frames(), options=calls())
def test_every_road_gives_the_bits_of_the_frame(tmp_path_factory, data, frame, options):
    cuts, groups = cut(data.draw, len(frame)), data.draw(st.integers(1, 9))
    expected = quietly(pandas_mi.matrix, frame, **options)
    used = quietly(pandas_mi.counts, frame, **options)
    cuts_used = quietly(pandas_mi.bins, frame, **options)
    for road in roads(frame, cuts, groups, tmp_path_factory.mktemp("roads")):
        again = road if not isinstance(road, pa.RecordBatchReader) else None
        same(quietly(pandas_mi.matrix, road, **options), expected)
        if again is not None:
            same(quietly(pandas_mi.counts, again, **options), used)
            assert quietly(pandas_mi.bins, again, **options) == cuts_used


@settings(max_examples=settings().max_examples // 4)
@given(data=st.data(), frame=frames(min_rows=1, max_rows=40), options=calls())
def test_a_client_call_gives_the_bits_of_the_frame(tmp_path_factory, data, frame, options):
    client = pandas_mi.Client(tmp_path_factory.mktemp("store"))
    client.create_project("p")
    runs = cut(data.draw, len(frame))
    try:
        parts = {f"s{i}": frame.iloc[start:stop] for i, (start, stop) in enumerate(runs)}
        client.upload_dataset("p", parts, "t")
    except (TypeError, ValueError):
        assume(False)  # nothing that Parquet can hold
    del options["missing"]
    expected = quietly(pandas_mi.mutual_information, frame, ["c0"], **options)
    result = quietly(client.get_mutual_information, "p", "t", ["c0"], **options)
    same(pd.DataFrame(result).T, expected)


@pytest.fixture(scope="module")
def flights():
    """A frame whose rows a Parquet file holds sorted by time."""
    return made_flights()


@pytest.fixture(scope="module")
def path(flights, tmp_path_factory):
    path = tmp_path_factory.mktemp("flights") / "flights.parquet"
    pa.parquet.write_table(pa.Table.from_pandas(flights), path, row_group_size=40)
    return path


@pytest.mark.parametrize(
    "query",
    [
        "\"when\" >= '2024-01-10' AND \"when\" < '2024-01-11' OR carrier = 'UA'",
        "SELECT carrier, delay FROM t WHERE \"when\" BETWEEN '2024-01-03' AND '2024-01-04 12:00'",
        "SELECT DISTINCT carrier, cancelled FROM t ORDER BY carrier LIMIT 4",
        "SELECT * FROM t ORDER BY delay DESC NULLS LAST, tail LIMIT 25 OFFSET 3",
        "SELECT * FROM t WHERE delay > 1e9",
        "SELECT * FROM t WHERE carrier IN ('AA', 'ZZ') LIMIT 30",
        "SELECT tail FROM t WHERE delay IN (1.5, 2.5) ORDER BY tail",
        "delay = 1e99 AND NOT cancelled",
        "SELECT * FROM t LIMIT 0",
    ],
)
def test_slices_of_chunks_are_those_of_the_frame(flights, path, query):
    expected = flights.mi.slice(query)
    rows = pandas_mi.slice(path, query)
    assert rows.index.tolist() == expected.index.tolist()
    assert rows.columns.tolist() == expected.columns.tolist()
    same(
        rows.astype(object).where(rows.notna(), None),
        expected.astype(object).where(expected.notna(), None),
    )
    options = {"slice_query": query, "missing": "listwise"}
    same(quietly(pandas_mi.matrix, path, **options), quietly(flights.mi.matrix, **options))


def groups_read(monkeypatch):
    """Which row groups are read from now on, column by column."""
    seen = []
    whole = pa.parquet.ParquetFile.read_row_groups
    head = pa.parquet.ParquetFile.iter_batches

    def groups(reader, wanted, columns, **options):
        seen.extend((group, *columns) for group in wanted)
        return whole(reader, wanted, columns, **options)

    def batches(reader, size, wanted, columns, **options):
        seen.extend((group, *columns) for group in wanted)
        return head(reader, size, wanted, columns, **options)

    monkeypatch.setattr(pa.parquet.ParquetFile, "read_row_groups", groups)
    monkeypatch.setattr(pa.parquet.ParquetFile, "iter_batches", batches)
    return seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("\"when\" < '2024-01-02'", {0}),
        ("\"when\" BETWEEN '2024-01-04' AND '2024-01-05' AND carrier = 'UA'", {1, 2}),
        ("\"when\" IN ('2024-01-01', '2024-01-17')", {0, 9}),
        ("delay > 1000", set()),
        ('SELECT "when", delay FROM t LIMIT 30', {0}),
        ('SELECT "when", delay FROM t WHERE cancelled IS NOT NULL LIMIT 41', {0, 1}),
    ],
)
def test_only_row_groups_that_can_match_are_read(monkeypatch, path, query, expected):
    seen = groups_read(monkeypatch)
    pandas_mi.counts(path, ["when", "delay"], slice_query=query)
    assert {group for group, _ in seen} == expected


def test_sparse_tables_and_several_passes(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({c: rng.integers(0, 400, 3000).astype(str) for c in "xyz"})
    path = tmp_path / "wide.parquet"
    frame.to_parquet(path, row_group_size=700)
    expected = quietly(frame.mi.matrix)
    same(quietly(pandas_mi.matrix, path), expected)
    monkeypatch.setattr(passes, "_BUDGET", 1)
    monkeypatch.setattr(passes, "_WORTH_ADDING", 1)
    same(quietly(pandas_mi.matrix, path), expected)
    monkeypatch.setattr(passes, "_MOST_CELLS", 1000)
    with pytest.raises(ValueError, match=r"^two columns have more than 1,000 combinations"):
        quietly(pandas_mi.matrix, path)


def test_too_many_levels_are_refused_by_name(monkeypatch, path):
    monkeypatch.setattr(rounds, "_MOST_LEVELS", 60)
    with pytest.raises(ValueError, match=r"^column 'tail' has more than 60 levels, taken by value"):
        pandas_mi.matrix(path)
    pandas_mi.matrix(path, ["carrier", "delay"])


def test_functions_that_need_all_codes_gather_them(flights, path):
    options = {"bins": 3}
    left = quietly(pandas_mi.contributions, path, "carrier", "delay", **options)
    pd.testing.assert_frame_equal(
        left, quietly(flights.mi.contributions, "carrier", "delay", **options)
    )
    same(
        pandas_mi.pairs(path, ["carrier", "cancelled"]), flights.mi.pairs(["carrier", "cancelled"])
    )


def test_features_of_several_columns_are_not_taken_for_others(flights, path):
    for x, y in [("carrier", ["delay", "tail"]), (["cancelled", "carrier"], "delay")]:
        options = {"bins": 3}
        found = quietly(pandas_mi.pair, path, x, y, **options)
        assert found == quietly(flights.mi.pair, x, y, **options)
    given = quietly(pandas_mi.conditional, path, "delay", "carrier", "cancelled", bins=3)
    assert given == quietly(flights.mi.conditional, "delay", "carrier", "cancelled", bins=3)


def test_rows_in_another_order_are_those_of_the_frame(flights, path):
    query = "SELECT * FROM t ORDER BY delay"
    for estimator in ("plugin", "knn"):
        options = {"slice_query": query, "estimator": estimator}
        found = pandas_mi.lagged(path, "delay", "delay", [0, 1, 3], **options)
        same(found, flights.mi.lagged("delay", "delay", [0, 1, 3], **options))


def test_missing_values_are_refused_with_their_number(flights, path):
    n = int(flights["delay"].isna().sum())
    with pytest.raises(ValueError, match=rf"^missing values in 'delay' \({n} rows\); "):
        pandas_mi.matrix(path, missing="raise")


def test_progress_tells_rising_fractions_up_to_one(path):
    seen = []
    quietly(pandas_mi.matrix, path, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) >= 20
    assert seen[-1] == 1.0
    quietly(pandas_mi.matrix, path, progress=True)


def test_an_interrupt_leaves_no_threads_and_no_files(flights, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = threading.active_count()

    def interrupt(share):
        raise KeyboardInterrupt

    reader = pa.Table.from_pandas(flights).to_reader(max_chunksize=50)
    with pytest.raises(KeyboardInterrupt):
        pandas_mi.matrix(reader, progress=interrupt)
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_a_stream_is_spooled_and_removed(flights, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reader = pa.Table.from_pandas(flights).to_reader(max_chunksize=50)
    table = as_table(reader)
    table.keep([0, 1, 2])
    assert list(tmp_path.iterdir()) == []
    assert len(table.bounds) == 9
    assert len(list(tmp_path.glob("pandas_mi-*/*.arrow"))) == len(table.bounds) - 1 == 8
    wanted = ["when", "delay", "carrier"]
    assert next(tmp_path.glob("*/0.arrow")).stat().st_size < 3000
    same(quietly(pandas_mi.matrix, table, wanted), quietly(flights.mi.matrix, wanted))
    del table
    assert list(tmp_path.iterdir()) == []


def test_batches_with_dictionaries_of_their_own():
    batches = [
        pa.record_batch({"x": pa.array(some, pa.string()).dictionary_encode()})
        for some in (["a", "b", None], ["b", "c"], [None, None], ["c", "a"])
    ]
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    expected = pd.DataFrame({"x": ["a", "b", None, "b", "c", None, None, "c", "a"]}).mi.entropy()
    same(pandas_mi.entropy(reader), expected)


def test_keys_of_directories_are_columns(flights, tmp_path):
    for carrier, some in flights.groupby("carrier"):
        folder = tmp_path / f"carrier={carrier}"
        folder.mkdir()
        some.drop(columns="carrier").to_parquet(folder / "0.parquet")
    expected = flights.sort_values("carrier", kind="stable").mi.matrix(["carrier", "delay"])
    same(pandas_mi.matrix(tmp_path, ["carrier", "delay"]), expected)
    same(pandas_mi.matrix(sorted(tmp_path.rglob("*.parquet")), ["delay"]), expected.iloc[1:, 1:])


def test_rows_of_a_stored_dataset_come_back_as_they_were(flights, tmp_path):
    client = pandas_mi.Client(tmp_path)
    client.create_project("p")
    indexed = flights.assign(carrier=flights["carrier"].astype("category")).set_index("when")
    objects = pd.DataFrame({"day": [datetime.date(2024, 1, d) for d in range(1, 9)], "n": range(8)})
    ranged = objects.set_axis(pd.RangeIndex(10, 26, 2))
    for name, frame, query in [
        ("indexed", indexed, 'SELECT * FROM "t" WHERE delay > 3 ORDER BY delay LIMIT 9'),
        ("objects", objects, 'SELECT n, day FROM "t" WHERE n > 2'),
        ("ranged", ranged, 'SELECT * FROM "t" WHERE n = 3 OR n = 6'),
        ("ranged2", ranged, 'SELECT * FROM "t" WHERE n > 100'),
    ]:
        client.upload_dataset("p", frame.iloc[:5], name)
        client.upload_dataset("p", frame.iloc[5:], name, mode="append")
        rows = client.get_slice(query.replace('"t"', f'"{name}"'), "p")
        pd.testing.assert_frame_equal(rows, frame.mi.slice(query), check_freq=False)


def test_a_vacuumed_version_says_so(flights, tmp_path):
    client = pandas_mi.Client(tmp_path)
    client.create_project("p")
    client.upload_dataset("p", flights, "t")
    held = client._catalog.newest("p", "t")
    client.delete_dataset("p", "t")
    client.vacuum(keep=datetime.timedelta(0))
    with pytest.raises(pandas_mi.CatalogError, match=r"^version 1 of dataset 't' is no longer"):
        pandas_mi.matrix(held)


def test_columns_of_python_objects_differ_from_file_to_file(tmp_path):
    """Files of one dataset may hold nothing, other widths, or several sorts of missing value."""
    zoned = pd.Timestamp("2024-01-01 12:00", tz="Europe/Berlin")
    columns = {
        "big": [1, 2, None, 1, 2**70, 3, 2**70, None],
        "late": [None, None, None, None, "a", "b", "a", None],
        "missing": ["x", None, np.nan, "y", "x", "x", "y", "y"],
        "stamp": [zoned, None, zoned, zoned + pd.Timedelta("1D"), zoned, zoned, None, zoned],
        "month": [*pd.period_range("2024-01", periods=4, freq="M"), None, None, None, None],
        "exact": [Decimal("1.5"), None, Decimal("2.25"), Decimal(1), *[Decimal("1.125")] * 4],
        "sparse": pd.arrays.SparseArray([0, 0, 1, 0, 2, 0, 0, 1]),
    }
    frame = pd.DataFrame(
        {k: v if k == "sparse" else pd.Series(v, dtype=object) for k, v in columns.items()}
    )
    client = pandas_mi.Client(tmp_path)
    client.create_project("p")
    client.upload_dataset("p", {"a": frame.iloc[:4], "b": frame.iloc[4:]}, "t")
    held = client._catalog.newest("p", "t")
    for options in ({}, {"slice_query": "missing = 'x' OR stamp > '2024-01-01 10:00:00+00'"}):
        same(quietly(pandas_mi.matrix, held, **options), quietly(frame.mi.matrix, **options))
    expected = held.read()
    pd.testing.assert_frame_equal(pandas_mi.slice(held, "SELECT * FROM t"), expected)
    rows = pandas_mi.slice(held, "SELECT * FROM t WHERE sparse > 0 ORDER BY sparse DESC")
    pd.testing.assert_frame_equal(rows, expected.iloc[[4, 2, 7]])


def test_files_that_differ_are_cast_to_the_first(tmp_path):
    for name, table in {
        "a": pa.table({"x": pa.array([1, 2], pa.int64()), "y": ["a", None]}),
        "b": pa.table({"x": pa.array([2, 3], pa.int32())}),
        "c": pa.table(
            {"y": pa.array(["b", "b"], pa.large_string()), "x": pa.array([3, 3], pa.int8())}
        ),
    }.items():
        pa.parquet.write_table(table, tmp_path / f"{name}.parquet")
    frame = pd.DataFrame({"x": [1, 2, 2, 3, 3, 3], "y": ["a", None, None, None, "b", "b"]})
    same(pandas_mi.matrix(tmp_path), frame.mi.matrix())
    assert pandas_mi.slice(tmp_path, "y = 'b'")["x"].tolist() == [3, 3]
    dataset = pa.dataset.dataset(tmp_path).filter(pa.dataset.field("x") > 1)
    same(pandas_mi.counts(dataset), frame.iloc[1:].mi.counts())
