"""Dask DataFrames, and files on a cluster, give the bits of the same rows in memory."""

import contextlib
import datetime
import itertools
import os
import pickle
import re
import signal
import sys
import time
from decimal import Decimal

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from chunked_support import calls, made_flights, make_chunks_small, quietly, same
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

import pandas_mi
import pandas_mi.dask
from pandas_mi.sources import (
    as_table,
    numbered,
    parquet,
    partitions,
    parts,
    shares,
    shares_of,
    told,
)
from pandas_mi.sources.workers import current_workers, graph
from pandas_mi.testing import frames


@pytest.fixture(autouse=True, scope="module")
def _small_chunks():
    """Chunks and summaries of a few rows, so that small frames take every path."""
    with (
        pytest.MonkeyPatch.context() as patch,
        dask.config.set({"dataframe.convert-string": False}),
    ):
        patch.setattr(partitions, "_CHUNK_ROWS", 3)
        patch.setattr(numbered, "_CHUNK_ROWS", 5)
        make_chunks_small(patch)
        yield


@pytest.fixture(scope="module")
def client():
    """Two worker processes."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextlib.contextmanager
def here():
    """Compute in this process, whether there is a client or not."""
    with dask.config.set(scheduler=dask.get), pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "current_workers", lambda: None)
        yield


def cut(frame, ends, *, apart=False):
    """Return the Dask DataFrame whose partitions end at these rows, with levels of their own."""
    edges = [0, *sorted(ends), len(frame)]
    pieces = [frame.iloc[start:stop] for start, stop in itertools.pairwise(edges)]
    if apart:
        pieces = [own_levels(piece) for piece in pieces]
    made = [dask.delayed(piece, pure=False) for piece in pieces]
    return dd.from_delayed(made, meta=frame.iloc[:0], verify_meta=False)


def own_levels(piece):
    """Return a partition that knows of no other one's categories."""
    known = piece.select_dtypes("category").columns
    return piece.assign(**{c: piece[c].cat.remove_unused_categories() for c in known})


def check(data, frame, options):
    ends = data.draw(st.lists(st.integers(0, len(frame)), max_size=6))
    many = cut(frame, ends, apart=data.draw(st.booleans()))
    name = data.draw(st.sampled_from(["matrix", "counts"]))
    try:
        expected = quietly(getattr(frame.mi, name), **options)
    except pandas_mi.SliceError as error:  # an infinite decimal, which no query can compare
        with pytest.raises(pandas_mi.SliceError, match=f"^{re.escape(str(error))}$"):
            quietly(getattr(many.mi, name), **options)
    else:
        same(quietly(getattr(many.mi, name), **options), expected)


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data(), frame=frames(min_rows=1, max_rows=40), options=calls())
def test_partitions_give_the_bits_of_the_frame(data, frame, options):
    with here():
        check(data, frame, options)


@settings(max_examples=settings().max_examples // 12)
@given(data=st.data(), frame=frames(min_rows=1, max_rows=40), options=calls())
def test_worker_processes_give_the_bits_of_the_frame(client, data, frame, options):
    check(data, frame, options)


# Six values each, of which parts look like another kind, or need another type, than all of them.
OBJECTS = [
    [1, 4, -5, 2**63, 2**63 + 1, 7],
    [1, 4, 5, 7, 2**63, 2**63 + 1],
    [2**70, 4, 5, 7, 8, 2],
    [Decimal("0.5"), Decimal("0.25"), Decimal(3), Decimal(2), Decimal("1.125"), Decimal(9)],
    [pd.Timestamp(2026 - n, 1, 1) + pd.Timedelta(5 * (n in (3, 4)), "ns") for n in range(6)],
    [pd.Timedelta(6 - n, "s") + pd.Timedelta(5 * (n // 3), "ns") for n in range(6)],
    [1, 2, None, 2**40, 7, 1],
    [1, None, -5, 2**63, 2**63, 1],
    [0, 2**64 - 1, 3, None, None, 1],
    [2**70, 1, None, -3, 1, 1],
    [10**80, 1, 2, None, 1, 1],
    [1, "1", 1.0, True, None, 1],
    [None, None, "a", "b", None, "a"],
    [1.5, None, 2.5, float("inf"), 1.5, 2.0],
    [Decimal("1.5"), Decimal("1.50"), None, Decimal("0.0001"), Decimal(7), None],
    [Decimal("1.5"), Decimal("Infinity"), None, Decimal(2), Decimal(7), None],
    [Decimal("1e70"), Decimal("1e-20"), None, Decimal(2), Decimal(7), None],
    [datetime.date(2024, 1, 1), None, *[datetime.datetime(2024, 1, 1)] * 4],
    [datetime.datetime(2024, 1, d) for d in range(1, 7)],
    [*[pd.Timestamp(d, unit="ns") for d in range(3)], None, None, pd.Timestamp(9000)],
    [pd.Timestamp("2024", tz="UTC"), pd.Timestamp("2024"), None, None, None, None],
    [*pd.period_range("2024", periods=3, freq="D"), None, None, pd.Period("2024", "M")],
    [pd.Interval(0, 1), pd.Interval(0.0, 1.0), None, pd.Interval(2, 3), None, None],
    [b"a", b"b", None, "a", b"a", None],
    [datetime.time(1), None, datetime.time(2), None, datetime.time(1), None],
    [pd.Timedelta(1), pd.Timedelta(2, "s"), None, None, pd.Timedelta(1), None],
    [True, False, None, True, None, False],
]


@pytest.mark.parametrize("ends", [[1, 3], [2, 5], [4, 4]])
def test_objects_of_every_kind(ends):
    held = {f"c{n}": pd.Series(column, dtype=object) for n, column in enumerate(OBJECTS)}
    frame = pd.DataFrame(held)
    with here():
        same(quietly(cut(frame, ends).mi.matrix, bins=2), quietly(frame.mi.matrix, bins=2))
        assert cut(frame, ends).mi.bins(bins=2) == frame.mi.bins(bins=2)


@settings(max_examples=settings().max_examples // 4)
@given(
    columns=st.lists(
        st.sampled_from(OBJECTS),
        min_size=1,
        max_size=3,
    ),
    ends=st.lists(st.integers(0, 6), max_size=4),
    rows=st.permutations(range(6)),
    options=st.fixed_dictionaries(
        {
            "bins": st.sampled_from(["auto", 2, None]),
            "missing": st.sampled_from(["pairwise", "category"]),
            "slice_query": st.sampled_from([None, "i > 1", "SELECT * FROM t WHERE i < 5"]),
        }
    ),
)
def test_objects_are_taken_as_the_whole_column_shows(columns, ends, rows, options):
    held = {f"c{n}": pd.Series(column, dtype=object) for n, column in enumerate(columns)}
    frame = pd.DataFrame({**held, "i": range(6)}).iloc[rows]
    with here():
        same(quietly(cut(frame, ends).mi.matrix, **options), quietly(frame.mi.matrix, **options))


def test_dtypes_that_differ_from_partition_to_partition():
    pieces = [
        pd.DataFrame({"n": [1, 2], "t": pd.to_datetime(["2024-01-01", "2024-01-02"]).as_unit("s")}),
        pd.DataFrame({"n": [1.5, np.nan], "t": pd.to_datetime(["2024-01-01", None]).as_unit("ns")}),
        pd.DataFrame({"n": pd.Series([], dtype=object), "t": pd.Series([], dtype=object)}),
    ]
    for piece, held in zip(pieces, [[0, 3], [True, False], []], strict=True):
        piece["b"] = held
    whole = pd.concat(pieces[:2])
    many = dd.from_delayed(
        [dask.delayed(piece) for piece in pieces], meta=pieces[0].iloc[:0], verify_meta=False
    )
    with here():
        same(many.mi.matrix(bins=2), whole.mi.matrix(bins=2))
        for query in ["n >= 1", "b = 1"]:
            pd.testing.assert_frame_equal(many.mi.slice(query), whole.mi.slice(query))
        same(cut(whole.iloc[:0], []).mi.matrix(), whole.iloc[:0].mi.matrix())


def test_columns_of_partitions_are_those_of_their_names():
    pieces = [pd.DataFrame({"a": [1, 1, 2], "b": [3, 4, 5]}), pd.DataFrame({"b": [6], "a": [2]})]
    whole = pd.concat(pieces)

    def made(parts):
        delayed = [dask.delayed(part, pure=False) for part in parts]
        return dd.from_delayed(delayed, meta=pieces[0].iloc[:0], verify_meta=False)

    with here():
        pd.testing.assert_frame_equal(made(pieces).mi.slice("a > 0"), whole)
        with pytest.raises(
            ValueError,
            match=r"^a partition has the columns 'a', and the Dask DataFrame 'a', 'b'; give the "
            r"meta= that it is made with the columns of its partitions$",
        ):
            made([whole, whole[["a"]]]).mi.matrix()


@pytest.fixture(scope="module")
def flights():
    flights = made_flights()
    flights["carrier"] = pd.Categorical(flights["carrier"])
    mixed = [n % 7 if n < 200 else f"{n % 7}" for n in range(len(flights))]
    return flights.assign(code=pd.Series(mixed, dtype=object))


SLICES = [
    "delay > 3",
    "SELECT carrier, delay FROM t WHERE \"when\" BETWEEN '2024-01-03' AND '2024-01-04 12:00'",
    "SELECT DISTINCT carrier, cancelled FROM t ORDER BY carrier LIMIT 4",
    "SELECT * FROM t ORDER BY delay DESC NULLS LAST, tail LIMIT 25 OFFSET 3",
    "SELECT * FROM t WHERE delay > 1e9",
    "SELECT * FROM t WHERE carrier IN ('AA', 'ZZ') LIMIT 30",
    "SELECT * FROM t WHERE delay > -5 ORDER BY tail",
    "SELECT * FROM t WHERE code IS NOT NULL LIMIT 9",
    "SELECT * FROM t LIMIT 0",
]


@pytest.mark.parametrize("query", SLICES)
def test_slices_of_partitions_are_those_of_the_frame(flights, query):
    with here():
        many = cut(flights, [0, 10, 200, 201, 390], apart=True)
        pd.testing.assert_frame_equal(
            many.mi.slice(query), flights.mi.slice(query), check_categorical=False
        )


@pytest.mark.parametrize(
    "query", ["SELECT delay AS x, tail FROM t LIMIT 0", "SELECT tail AS x FROM t WHERE delay > 1e9"]
)
def test_a_slice_of_no_rows_keeps_its_labels_and_the_index(flights, query):
    dated = flights.set_index("when")
    with here():
        pd.testing.assert_frame_equal(cut(dated, [9]).mi.slice(query), dated.mi.slice(query))


def test_every_method_is_that_of_the_frame(flights):
    flights = flights.drop(columns="code")
    with here():
        many = cut(flights, [0, 10, 200, 201, 390], apart=True)
        for name, args, options in [
            ("pairs", [["delay", "carrier", "cancelled"]], {"p_value": True, "n_resamples": 19}),
            ("target", ["delay"], {"correction": "miller-madow"}),
            ("pair", ["delay", ["carrier", "cancelled"]], {}),
            ("contributions", ["carrier", "cancelled"], {}),
            ("conditional", ["delay", "carrier", "cancelled"], {}),
            (
                "lagged",
                ["delay", "carrier", [0, 1]],
                {"slice_query": "SELECT * FROM t ORDER BY tail"},
            ),
            ("matrix", [["delay", "when"]], {"estimator": "knn", "sample_size": 200}),
            ("entropy", [], {"base": 2}),
            ("bins", [], {}),
            ("sample", [20], {}),
        ]:
            found = quietly(getattr(many.mi, name), *args, **options)
            expected = quietly(getattr(flights.mi, name), *args, **options)
            assert type(found) is type(expected)
            if isinstance(expected, pd.DataFrame):
                pd.testing.assert_frame_equal(found, expected, check_exact=True)
            elif isinstance(expected, pd.Series):
                pd.testing.assert_series_equal(found, expected, check_exact=True)
            else:
                assert found == expected
        same(quietly(pandas_mi.matrix, many), quietly(flights.mi.matrix))
        assert set(dir(many.mi)) == set(dir(flights.mi))
        assert repr(many.mi).startswith("Mutual information of 5 columns of a Dask DataFrame\n")


def test_refusals_come_back_as_they_are(flights):
    with here():
        many = cut(flights, [100])
        with pytest.raises(pandas_mi.SliceError, match=r"^no column nope in the table"):
            many.mi.matrix(slice_query="nope > 1")
        with pytest.raises(pandas_mi.SliceError, match=r"^in tail > 1: cannot compare"):
            many.mi.matrix(slice_query="tail > 1")
        n = int(flights["delay"].isna().sum())
        with pytest.raises(ValueError, match=rf"^missing values in 'delay' \({n} rows\); "):
            many.mi.matrix(missing="raise")


def test_rows_that_do_not_stay_are_refused():
    sizes = [2, 3]

    def rows(n):
        sizes.append(3)
        return pd.DataFrame({"x": range(sizes[n] if len(sizes) > 4 else 3)})

    made = [dask.delayed(rows)(n) for n in range(2)]
    many = dd.from_delayed(made, meta=pd.DataFrame({"x": [1]}), verify_meta=False)
    with (
        here(),
        pytest.raises(ValueError, match=r"^a partition of 3 rows had 2 when .* call \.persist\(\)"),
    ):
        many.mi.entropy()


def test_progress_tells_rising_fractions_up_to_one(client, flights):
    many = cut(flights, [100, 200, 300])
    seen = []
    quietly(many.mi.matrix, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) >= 8
    assert seen[-1] == 1.0
    seen.clear()
    with here():
        quietly(many.mi.matrix, progress=seen.append)
    assert len(seen) >= 8
    assert seen[-1] == 1.0


@pytest.fixture(scope="module")
def path(flights, tmp_path_factory):
    path = tmp_path_factory.mktemp("flights") / "flights.parquet"
    table = pa.Table.from_pandas(flights.drop(columns="code"))
    pyarrow.parquet.write_table(table, path, row_group_size=40)
    return path


def test_files_are_worked_on_by_the_workers(client, flights, path, monkeypatch):
    flights = flights.drop(columns="code")
    # What is read here raises: all rows are read where the workers are.
    monkeypatch.setattr(parquet.ParquetTable, "_piece", None)
    for options in [
        {},
        {"slice_query": "delay > 3", "missing": "listwise"},
        {"slice_query": "SELECT * FROM t ORDER BY delay LIMIT 100", "bins": 4},
        {"sample_size": 150},
    ]:
        same(quietly(pandas_mi.matrix, path, **options), quietly(flights.mi.matrix, **options))
    query = "SELECT tail, delay FROM t WHERE cancelled ORDER BY tail LIMIT 20"
    found = pandas_mi.slice(path, query)
    assert found.index.tolist() == flights.mi.slice(query).index.tolist()
    assert found["tail"].tolist() == flights.mi.slice(query)["tail"].tolist()


def test_stored_datasets_are_worked_on_by_the_workers(client, flights, tmp_path):
    store = pandas_mi.Client(tmp_path)
    store.create_project("p")
    flights = flights.drop(columns="code").assign(tail=flights["tail"].astype(object))
    indexed = flights.set_axis(pd.RangeIndex(5, 805, 2))
    store.upload_dataset("p", {"one": indexed.iloc[:150], "two": indexed.iloc[150:]}, "t")
    result = quietly(store.get_mutual_information, "p", "t", ["delay"], slice_query="delay > 0")
    expected = quietly(flights.mi.mutual_information, ["delay"], slice_query="delay > 0")
    same(pd.DataFrame(result).T, expected)
    query = 'SELECT * FROM "t" WHERE delay > 3 ORDER BY delay LIMIT 90'
    pd.testing.assert_frame_equal(store.get_slice(query, "p"), indexed.mi.slice(query))


def test_files_that_change_between_passes_are_refused(tmp_path):
    path = tmp_path / "changing.parquet"
    pyarrow.parquet.write_table(pa.table({"x": [1, 2, 3]}), path)
    table = as_table(path)

    def on_a_worker():
        sent = pickle.loads(pickle.dumps(table))
        return sent.opened(table.packed([0])).column(0).values.tolist()

    assert on_a_worker() == [1, 2, 3]
    pyarrow.parquet.write_table(pa.table({"x": [4, 5, 6], "y": [7, 8, 9]}), path)
    with pytest.raises(
        ValueError,
        match=rf"^{re.escape(str(path))} was changed while it was being read; ask again when "
        "nobody writes to it, or write to a new path$",
    ):
        on_a_worker()
    path.unlink()
    with pytest.raises(FileNotFoundError):
        on_a_worker()


def test_without_distributed_there_are_no_workers(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert current_workers() is None


def dying(module, name, marker):
    """Have the first of the processes that looks at a second share die of it."""
    import importlib

    owner = getattr(importlib.import_module(module), name)
    look, seen = owner.look, []

    def killed(question, *args):
        seen.append(1)
        if len(seen) == 2:
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return look(question, *args)

    owner.look = killed


@pytest.mark.parametrize(
    ("module", "name"),
    [("pandas_mi.analysis.streams", "_Looks"), ("pandas_mi.analysis.passes", "_Counting")],
)
def test_a_killed_worker_changes_no_bit(client, flights, path, tmp_path, module, name):
    client.wait_for_workers(2)
    before = set(client.run(os.getpid).values())
    client.run(dying, module, name, str(tmp_path / "killed"))
    same(quietly(pandas_mi.matrix, path), quietly(flights.drop(columns="code").mi.matrix))
    assert (tmp_path / "killed").exists()
    client.wait_for_workers(2)
    assert len(before - set(client.run(os.getpid).values())) == 1


def test_shares_of_all_rows_name_none(monkeypatch):
    monkeypatch.setattr(shares, "_MOST_SHARES", 2)
    with here():
        table = as_table(cut(pd.DataFrame({"x": range(30)}), range(1, 30)))
        some = shares_of(table, parts(table.bounds, np.array([0, 2, 28])))
        assert [share.rows.tolist() for share in some] == [[0, 2], [1]]
        # Of many chunks the numbers of their rows, or their bounds for each share, take minutes.
        monkeypatch.setattr(shares, "_numbers", None)
        assert [share.rows for share in shares_of(table, parts(table.bounds, None))] == [None] * 2
        assert table.bounds is table.bounds


def test_a_graph_of_many_row_groups_is_small(tmp_path):
    path = tmp_path / "many.parquet"
    table = pa.table({"x": np.arange(4000)})
    pyarrow.parquet.write_table(table, path, row_group_size=1)
    data = as_table(path)
    question = {"of": "nothing"}
    some = shares_of(data, parts(data.bounds, None))
    leaves, root = graph(data, some, question)
    assert len(leaves) == 4000
    held = dict(root.__dask_graph__())
    assert len(held) == 4000 + 1 + 1000 + 250 + 63 + 16 + 4 + 1
    assert sum(len(pickle.dumps(task)) for task in held.values()) < 3_000_000


class Libc:
    """What is asked of the C library."""

    def __init__(self):
        self.asked = []

    def mallopt(self, what, size):
        self.asked.append((what, size))

    def malloc_trim(self, _):
        self.asked.append("trim")


def test_freed_memory_is_kept_between_tasks_and_given_back_after_the_last(monkeypatch):
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    monkeypatch.setattr(told, "_IDLE", 0.2)
    kept = told._Kept()
    kept._libc = libc = Libc()
    for _ in range(3):
        kept.begin()
        kept.begin()
        kept.end()
        time.sleep(0.25)  # another task goes on
        kept.end()
    begun = [(told._MMAP, 1 << 24), (told._TRIM, 1 << 25)]
    assert libc.asked == begun
    deadline = time.monotonic() + 10
    while libc.asked[-1] != "trim" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert libc.asked == [*begun, (told._MMAP, 1 << 17), (told._TRIM, 65536), "trim"]
