"""A stream that can be read but once, kept in files while it is needed."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pandas_mi.columns.arrow import one_array
from pandas_mi.sources.chunked import CHUNK_ROWS, ChunkedTable
from pandas_mi.sources.memory import ArrowTable
from pandas_mi.sources.table import Table

__all__ = ["SpooledTable", "read_stream"]

_IN_MEMORY = 1 << 26  # bytes: a stream of no more is read into memory


def read_stream(reader: pa.RecordBatchReader) -> Table:
    """Return a stream's rows: in memory when they are few, else spooled to temporary files.

    The files take as many bytes as the rows do in memory, and are removed with the table.
    """
    batches, size = [], 0
    with reader:
        for batch in reader:
            batches.append(batch)
            size += batch.nbytes
            if size > _IN_MEMORY:
                return SpooledTable(reader.schema, _drained(batches, reader))
    return ArrowTable(pa.Table.from_batches(batches, reader.schema))


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
