"""A dataset of the store, read row group by row group, with the dtypes it was uploaded with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pandas_mi.catalog import Version, dtypes, names
from pandas_mi.catalog.layout import Field, Piece
from pandas_mi.columns import Column, from_arrow, from_pandas
from pandas_mi.sources.parquet import ParquetTable, read_rows
from pandas_mi.sources.table import Rows, parts

__all__ = ["StoredTable"]

# How a column is stored -> whether what Parquet holds has the column's kind without restoring.
_PLAIN = frozenset({"numpy", "masked", "string"})


class StoredTable(ParquetTable):
    """The rows of one version of a dataset, of all splits in order.

    Raises
    ------
    CatalogError
        When `vacuum` has removed the version.
    """

    _verified = True

    def __init__(self, version: Version) -> None:
        self._version = version
        self._layout = version.row_layout
        root = version.directory.parent.parent
        paths = [str(names.inside(root, path)) for path in version.paths]
        try:
            types = [pq.read_schema(path) for path in paths]
            schema = pa.schema([self._field(one, types) for one in self._layout.fields])
            files = ds.dataset(paths, schema=schema, format="parquet")
            super().__init__(files)
        except FileNotFoundError:
            raise version.gone() from None
        self._labels = version.columns

    def _field(self, one: Field, schemas: Sequence[pa.Schema]) -> pa.Field:
        """Return a column as it is read from any of the files."""
        held = [schema.field(one.name).type for schema in schemas]
        if one.descriptor["as"] != "objects":
            return pa.field(one.name, held[0])
        marked = [len(file.missing.get(one.name, [])) > 1 for file in self._version.files]
        plain = [t.field(0).type if m else t for t, m in zip(held, marked, strict=True)]
        return pa.field(one.name, _common(plain))

    def _typed(self, array: pa.ChunkedArray, file: int, field: pa.Field) -> pa.ChunkedArray:
        if len(self._version.files[file].missing.get(field.name, [])) > 1:
            # A second field tells which sort of missing value it was.
            values = [chunk.flatten()[0] for chunk in array.chunks]
            array = pa.chunked_array(values, array.type.field(0).type)
        return super()._typed(array, file, field)

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows, ascending."""
        array, label = self._array(position, rows), self.labels[position]
        descriptor = self._layout.fields[position].descriptor
        if descriptor["as"] == "sparse":
            descriptor = descriptor["dense"]
        if descriptor["as"] in _PLAIN and not pa.types.is_temporal(array.type):
            return from_arrow(array, label)
        if descriptor["as"] != "objects":
            return _restored(array, descriptor, label)
        if "typed" not in descriptor:
            return from_arrow(array, label)
        column = _restored(array, descriptor["typed"], label)
        # Instants held as Python objects are compared in UTC.
        return column if column.zone is None else replace(column, zone="UTC")

    def extremes(self, chunk: int, position: int) -> Column | None:
        """Return the lowest and the highest value that the files' statistics tell."""
        plain = self._layout.fields[position].descriptor["as"] in _PLAIN
        return super().extremes(chunk, position) if plain else None

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, with their index, in the given order."""
        if isinstance(rows, np.ndarray) and (np.diff(rows) < 0).any():
            order = np.argsort(rows)
            return self.frame(positions, rows[order]).iloc[np.argsort(order)]
        pieces = list(self._pieces(positions, rows))
        frame = self._layout.restore(pieces or [self._no_rows(positions)], positions)
        return frame if self._layout.index else frame.set_axis(self._index(rows))

    def _pieces(self, positions: list[int], rows: Rows) -> Iterator[Piece]:
        """Yield the rows as they lie in the files, with the columns that make their index."""
        flat = [piece for pieces in self._chunks for piece in pieces]
        bounds = np.cumsum([0, *(piece.rows for piece in flat)], dtype=np.int64)
        for place, some in parts(bounds, rows):
            file = self._version.files[flat[place].file]
            table = self._table(flat[place], self._names(positions), some)
            numbers = np.arange(flat[place].rows)[some] + self._before(flat[place])
            for one in self._layout.index:
                if one.name not in table.column_names:  # its index was a range
                    held = pa.array(file.start + file.step * numbers)
                    table = table.append_column(one.name, held)
            yield Piece(table, len(numbers), file.missing)

    def _before(self, piece: Any) -> int:
        """Return how many rows of its file come before a piece."""
        metadata = self._files[piece.file].metadata
        return sum(metadata.row_group(group).num_rows for group in range(piece.groups[0]))

    def _table(self, piece: Any, wanted: list[str], rows: Any) -> pa.Table:
        with self._files[piece.file].open() as handle:
            reader = pq.ParquetFile(handle, page_checksum_verification=True)
            wanted = [name for name in wanted if name in reader.schema_arrow.names]
            if isinstance(rows, slice):
                return read_rows(reader, piece, rows.start, rows.stop, wanted)
            table = read_rows(reader, piece, 0, int(rows[-1]) + 1, wanted)
        return table.take(pa.array(rows))

    def _names(self, positions: list[int]) -> list[str]:
        fields = [self._layout.fields[position] for position in positions]
        return [one.name for one in (*fields, *self._layout.index)]

    def _no_rows(self, positions: list[int]) -> Piece:
        """Return what tells the dtypes where no row is wanted."""
        first = self._version.files[0]
        held = pq.read_schema(self._version.path(first)).empty_table()
        wanted = [name for name in self._names(positions) if name in held.column_names]
        return Piece(held.select(wanted), 0, first.missing)

    def _index(self, rows: Rows) -> pd.Index:
        """Return the index of rows that a range numbers in each file."""
        files = self._version.files
        if all((file.start, file.step) == (0, 1) for file in files):
            return self._range(rows)
        ranges: list[pd.Index] = [
            pd.RangeIndex(file.start, file.start + file.step * file.rows, file.step)
            for file in files
        ]
        return ranges[0].append(ranges[1:])[self._range(rows)]


def _restored(array: pa.ChunkedArray, descriptor: Any, label: Any) -> Column:
    values = dtypes.restore(array, descriptor)
    return from_pandas(pd.Series(values, dtype=values.dtype, copy=False), label)


def _common(types: list[pa.DataType]) -> pa.DataType:
    """Return the type that the values of all files have, of one kind of Python object.

    Files may hold nothing, integers of several widths, or decimals of several scales.
    """
    distinct = list(dict.fromkeys(held for held in types if not pa.types.is_null(held)))
    if len(distinct) < 2:
        return distinct[0] if distinct else pa.null()
    scale = max(getattr(held, "scale", 0) for held in distinct)
    return pa.decimal256(76, scale)
