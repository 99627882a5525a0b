"""The same answer from every table that holds the same rows."""

import datetime
import itertools
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

import pandas_mi
from pandas_mi.sources import as_table
from pandas_mi.sources.memory import rows_of

FRAME = pd.DataFrame(
    {
        "x": pd.array([1, 2, None, 2**53 + 1] * 5, dtype="Int64"),
        "y": ["a", None, "b", "c"] * 5,
        "z": np.arange(20) / 3,
        "d": [datetime.date(2024, 1, day) for day in range(1, 21)],
        "m": [Decimal(n) / 4 for n in range(20)],
        "k": pd.Categorical(["u", "v"] * 10),
    }
)
EXPECTED = FRAME.mi.matrix()
QUERY = "SELECT z, y AS name FROM t WHERE x <= 2 AND y IS NOT NULL LIMIT 5 OFFSET 1"


def arrow():
    return pa.Table.from_pandas(FRAME, preserve_index=False)


@pytest.fixture
def parquet(tmp_path):
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(arrow(), path, row_group_size=7)
    return path


@pytest.fixture
def directory(tmp_path):
    """Files whose lexical order is the order of the rows."""
    for name, start in [("b/10", 14), ("a", 0), ("b/1", 7)]:
        path = tmp_path / "many" / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True, parents=True)
        pyarrow.parquet.write_table(arrow().slice(start, 7), path)
    (tmp_path / "many" / "notes.txt").write_text("not a table")
    return tmp_path / "many"


SOURCES = {
    "frame": lambda: FRAME,
    "table": arrow,
    "chunked table": lambda: pa.concat_tables([arrow().slice(0, 3), arrow().slice(3)]),
    "record batch": lambda: arrow().combine_chunks().to_batches()[0],
    "reader": lambda: arrow().to_reader(max_chunksize=3),
    "polars": lambda: pl.from_arrow(arrow()),
    "duckdb": lambda: duckdb.from_arrow(arrow()),
    "dataset": lambda: pyarrow.dataset.dataset(arrow()),
}


def same(result, expected):
    np.testing.assert_array_equal(result, expected)
    pd.testing.assert_index_equal(result.columns, expected.columns)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_matrix(source):
    same(pandas_mi.matrix(SOURCES[source]()), EXPECTED)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_slice_and_sample(source):
    result = pandas_mi.slice(SOURCES[source](), QUERY)
    expected = FRAME.mi.slice(QUERY)
    assert result.index.tolist() == expected.index.tolist() == [4, 8, 12, 16]
    assert result.columns.tolist() == ["z", "name"]
    assert result["name"].tolist() == expected["name"].tolist()
    drawn = pandas_mi.sample(SOURCES[source](), 5)
    assert drawn.index.tolist() == FRAME.mi.sample(5).index.tolist()


def test_a_slice_keeps_integers_and_missing_exact():
    result = pandas_mi.slice(arrow(), "x > 2")
    assert result["x"].tolist() == [2**53 + 1] * 5
    assert pandas_mi.slice(arrow(), "x IS NULL")["x"].isna().all()


def test_a_parquet_file_is_read(parquet):
    same(pandas_mi.matrix(parquet), EXPECTED)
    same(pandas_mi.matrix(str(parquet), slice_query="z < 3"), FRAME[FRAME["z"] < 3].mi.matrix())
    assert pandas_mi.target(parquet, "y").notna().all()


def test_a_directory_is_read_in_lexical_order_of_its_files(directory):
    rows = pandas_mi.slice(directory, "SELECT z FROM t LIMIT 20")
    # "b/1.parquet" < "b/10.parquet"
    assert rows["z"].tolist() == FRAME["z"].tolist()
    same(pandas_mi.matrix(directory), EXPECTED)


def test_only_the_columns_in_play_are_read(parquet, monkeypatch):
    read = []
    whole = pyarrow.parquet.ParquetFile.read_row_groups

    def seen(reader, groups, columns, **options):
        read.extend(columns)
        return whole(reader, groups, columns, **options)

    monkeypatch.setattr(pyarrow.parquet.ParquetFile, "read_row_groups", seen)
    pandas_mi.pair(parquet, "x", "z")
    assert set(read) == {"x", "z"}


def test_a_stored_index_is_no_column(tmp_path):
    path = tmp_path / "indexed.parquet"
    for frame in (FRAME.set_index("y"), FRAME.set_index(pd.Index(range(5, 25)))):
        frame.to_parquet(path)
        same(pandas_mi.matrix(path), pd.read_parquet(path).mi.matrix())


def test_the_callers_frame_is_not_shared_with_the_slice():
    frame = FRAME.copy()
    rows = frame.mi.slice("SELECT * FROM t")
    rows.loc[0, "z"] = -1.0
    assert frame["z"].equals(FRAME["z"])


class Hiding(pd.DataFrame):
    """A subclass whose items leave the first column out."""

    @property
    def _constructor(self):
        return Hiding

    def items(self):
        return list(super().items())[1:]


def test_columns_are_taken_by_position_whatever_a_subclass_iterates_over():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.integers(0, 4, (300, 6)), columns=list("abcdef"))
    pd.testing.assert_frame_equal(
        pandas_mi.matrix(Hiding(frame)), pandas_mi.matrix(frame), check_exact=True
    )
    for one, two in itertools.combinations(frame, 2):
        assert pandas_mi.matrix(frame).at[one, two] == pandas_mi.pair(frame, one, two)


def test_no_such_path(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^no file or directory '.*missing.parquet'$"):
        pandas_mi.matrix(tmp_path / "missing.parquet")
    with pytest.raises(FileNotFoundError, match=r"^no \*.parquet file in the directory '"):
        pandas_mi.matrix(tmp_path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1, 2], "got list"),
        (np.zeros((2, 2)), "got ndarray"),
        (FRAME["x"], r"got Series; use .to_frame\(\)"),
        (None, "got NoneType"),
    ],
)
def test_what_is_no_table_is_refused(data, message):
    with pytest.raises(TypeError, match=f"^expected a DataFrame, Arrow data or .*, {message}$"):
        pandas_mi.matrix(data)


def test_doubled_names_in_arrow_are_refused():
    table = pa.table([[1, 2], [1, 2]], names=["x", "x"])
    with pytest.raises(ValueError, match=r"^the table has more than once: 'x'"):
        pandas_mi.matrix(table)


CHUNKED = {
    "text": pa.chunked_array([["a", None], [], ["b", "c", "b"], ["a"]]),
    "view": pa.chunked_array([["a", None], ["b", "c", "b", "a"]], pa.string_view()),
    "coded": pa.chunked_array(
        [
            pa.array(["x", "y"]).dictionary_encode(),
            pa.array(["z", None, "y", "x"]).dictionary_encode(),
        ]
    ),
    "number": pa.chunked_array([[1, 2, 3], [4, None, 6]]),
}


@pytest.mark.parametrize("array", CHUNKED.values(), ids=CHUNKED)
@pytest.mark.parametrize("rows", [[0, 2, 5], [1], [0, 1, 2, 3, 4, 5], [5, 0], [3, 3], []])
def test_rows_of_arrow_chunks(array, rows):
    taken = rows_of(array, np.array(rows, dtype=np.int64))
    assert taken.to_pylist() == [array.to_pylist()[row] for row in rows]


def test_some_rows_of_a_chunked_arrow_backed_column():
    table = as_table(pd.DataFrame({"x": pd.array(CHUNKED["text"], pd.ArrowDtype(pa.string()))}))
    column = table.column(0, np.array([1, 2, 5]))
    assert column.values.to_pylist() == [None, "b", "a"]
    assert column.missing.tolist() == [True, False, False]
