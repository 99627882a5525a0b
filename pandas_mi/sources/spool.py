"""A stream that can be read but once, kept in files while it is needed."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Column
from pandas_mi.columns.arrow import one_array
from pandas_mi.sources.chunked import CHUNK_ROWS, ChunkedTable
from pandas_mi.sources.memory import ArrowTable, column_places
from pandas_mi.sources.table import Rows, Table

__all__ = ["SpooledTable", "StreamTable"]

_IN_MEMORY = 1 << 26  # bytes: a stream of no more is read into memory


class StreamTable(Table):
    """A stream of record batches, which is read when its rows are first asked for.

    Few rows are read into memory; else they are spooled to temporary files, which take as many
    bytes as the rows do in memory, and are removed with the table.
    """

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        self._reader = reader
        self._places = column_places(reader.schema)
        self._kept: Sequence[int] = range(len(self._places))

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        names = self._reader.schema.names
        labels: pd.Index = pd.Index([names[place] for place in self._places])
        return labels

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, and the number of rows."""
        return self._read.bounds

    def keep(self, positions: Iterable[int]) -> None:
        """Leave the other columns out of memory and files."""
        self._kept = sorted(set(positions))

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows, ascending."""
        return self._read.column(self._kept.index(position), rows)

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, in the given order."""
        return self._read.frame([self._kept.index(position) for position in positions], rows)

    @cached_property
    def _read(self) -> Table:
        places = [self._places[position] for position in self._kept]
        schema = pa.schema([self._reader.schema.field(place) for place in places])
        batches, size = [], 0
        with self._reader as reader:
            for batch in reader:
                batches.append(batch.select(places))
                size += batches[-1].nbytes
                if size > _IN_MEMORY:
                    rest = (batch.select(places) for batch in reader)
                    return SpooledTable(schema, _drained(batches, rest))
        return ArrowTable(_table(batches, schema))


class SpooledTable(ChunkedTable):
    """Record batches in temporary Arrow files, one file a chunk."""

    def __init__(self, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="pandas_mi-"))
        weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)
        rows = [
            _write(table, self._path(chunk)) for chunk, table in enumerate(_tables(batches, schema))
        ]
        super().__init__(schema, np.cumsum([0, *rows], dtype=np.int64))

    def _path(self, chunk: int) -> Path:
        return self._directory / f"{chunk}.arrow"

    def _read(self, chunk: int, start: int, stop: int, place: int) -> list[pa.Array]:
        options = pa.ipc.IpcReadOptions(included_fields=[place], use_threads=False)
        with (
            self._path(chunk).open("rb") as handle,
            pa.ipc.open_file(handle, options=options) as file,
        ):
            return list(file.read_all().column(0).slice(start, stop - start).chunks)


def _table(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    if not schema.names:  # what has no columns forgets how many rows it has
        rows = sum(batch.num_rows for batch in batches)
        return pa.table({"": pa.nulls(rows)})
    return pa.Table.from_batches(batches, schema)


def _tables(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Gather batches into tables of `CHUNK_ROWS` rows or a little more."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= CHUNK_ROWS:
            yield pa.Table.from_batches(held, schema)
            held, rows = [], 0
    if rows:
        yield pa.Table.from_batches(held, schema)


def _write(table: pa.Table, path: Path) -> int:
    """Write a table to an Arrow file, which may hold but one dictionary a column."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, one_array(table.column(place)))
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table)
    return int(table.num_rows)


def _drained(
    held: list[pa.RecordBatch], rest: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches held and then the rest, and let go of each."""
    while held:
        yield held.pop(0)
    yield from rest
