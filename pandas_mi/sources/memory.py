"""Tables that are in memory: one chunk each."""

from __future__ import annotations

import builtins
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Column, from_arrow, from_numpy, from_pandas
from pandas_mi.sources.table import Rows, Table, parts

__all__ = ["ArrowTable", "FrameTable", "arrow_frame", "column_places", "rows_of"]

# Copying so many values takes longer than starting threads does; it waits for memory more than
# for the processor, and so gains from few.
COPIED_VALUES = 2**18
COPYING_THREADS = 4
_FEW_COLUMNS = 24  # of a frame, which are then taken out at once


@dataclass(frozen=True)
class FrameTable(Table):
    """A pandas DataFrame, which is never changed."""

    data: pd.DataFrame
    # Columns by position: taking one out of the frame costs pandas 50 µs; all of them, 10 each.
    _series: dict[int, pd.Series] = field(default_factory=dict, repr=False, compare=False)
    # Those that are numbers of NumPy, whole: a part of a Column costs a third of a Series' part.
    _numbers: dict[int, Column] = field(default_factory=dict, repr=False, compare=False)

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self.data.columns

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, and the number of rows."""
        return np.array([0, len(self.data)])

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        series = self._held(position)
        if rows is None:
            return from_pandas(series, series.name)
        numbers = isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf"
        if isinstance(rows, builtins.slice):
            if numbers:
                return self._whole_numbers(position).part(rows.start, rows.stop)
        elif numbers:  # a sixth of the time that pandas takes for a few thousand rows
            return from_numpy(series.to_numpy().take(rows), series.name)
        elif isinstance(series.array, pd.arrays.ArrowExtensionArray):
            # pandas would join all chunks first, to take a few of their rows.
            return from_arrow(rows_of(series.array.__arrow_array__(), rows), series.name)
        return from_pandas(series.iloc[rows], series.name)

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, in the given order."""
        if not isinstance(rows, np.ndarray) or type(self.data) is not pd.DataFrame:
            chosen = self.data.iloc[:, positions]
            return chosen.copy() if rows is None else chosen.iloc[rows].copy()
        # Column by column: iloc would copy all rows of the columns first.
        held = [*(self._held(position).array for position in positions), self.data.index]
        few = len(rows) * len(held) < COPIED_VALUES
        with ThreadPoolExecutor(1 if few else COPYING_THREADS) as pool:
            mapped = map if few else pool.map
            *columns, index = mapped(lambda one: one.take(rows), held)
        # Of a bare array of objects pandas would guess the dtype anew.
        series = (
            pd.Series(c, index, c.dtype, copy=False) if c.dtype.kind == "O" else c for c in columns
        )
        frame = pd.DataFrame(dict(enumerate(series)), index=index, copy=False)
        frame.columns = self.data.columns.take(positions)
        frame.attrs = self.data.attrs
        return frame

    def _held(self, position: int) -> pd.Series:
        few = type(self.data) is pd.DataFrame and self.data.shape[1] <= _FEW_COLUMNS
        if few and len(self._series) == 1:  # whoever asks for another may ask for all
            self._series.update(enumerate(series for _, series in self.data.items()))
        series = self._series.get(position)
        if series is None:
            series = self._series[position] = self.data.iloc[:, position]
        return series

    def _whole_numbers(self, position: int) -> Column:
        column = self._numbers.get(position)
        if column is None:
            series = self._held(position)
            column = self._numbers[position] = from_pandas(series, series.name)
        return column


@dataclass(frozen=True)
class ArrowTable(Table):
    """Arrow data in memory, with the columns that pandas stored as an index left out."""

    data: pa.Table

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        names = self.data.schema.names
        labels: pd.Index = pd.Index([names[place] for place in column_places(self.data.schema)])
        return labels

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, and the number of rows."""
        return np.array([0, self.data.num_rows])

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        return from_arrow(self._array(position, rows), self.labels[position])

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, in the given order."""
        columns = [self._array(position, rows) for position in positions]
        frame = arrow_frame(columns, [str(self.labels[place]) for place in positions])
        return frame if rows is None else frame.set_axis(pd.RangeIndex(self.n_rows)[rows])

    def _array(self, position: int, rows: Rows) -> pa.ChunkedArray:
        return rows_of(self.data.column(column_places(self.data.schema)[position]), rows)


def arrow_frame(columns: list[pa.ChunkedArray], names: list[str]) -> pd.DataFrame:
    """Return Arrow-backed columns: NumPy ones would turn integers with nulls to floats."""
    table = pa.table(columns, names=names)
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    return frame


def column_places(schema: pa.Schema) -> list[int]:
    """Return where the columns stand in a schema, without those that hold a pandas index."""
    metadata = (schema.metadata or {}).get(b"pandas")
    held = [] if metadata is None else json.loads(metadata).get("index_columns", [])
    index = {name for name in held if isinstance(name, str)}
    return [place for place, name in enumerate(schema.names) if name not in index]


def rows_of(array: pa.ChunkedArray, rows: Rows) -> pa.ChunkedArray:
    """Return the rows of an Arrow column, in the given order."""
    if rows is None:
        return array
    if isinstance(rows, builtins.slice):
        return array.slice(rows.start, rows.stop - rows.start)
    if (rows[1:] <= rows[:-1]).any():
        return array.cast(_wide(_whole(array.type))).take(pa.array(rows))
    # Chunk by chunk: Arrow would join them all first, to take a few of their rows.
    held = _whole(array.type)
    bounds = np.cumsum([0, *map(len, array.chunks)], dtype=np.int64)
    taken = [_taken(array.chunk(place).cast(held), some) for place, some in parts(bounds, rows)]
    return pa.chunked_array(taken, held)


def _taken(array: pa.Array, rows: NDArray[np.int64] | builtins.slice) -> pa.Array:
    return array if isinstance(rows, builtins.slice) else array.take(pa.array(rows))


def _whole(held: pa.DataType) -> pa.DataType:
    """Return the type to take rows of: views cannot be taken."""
    views = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    return views.get(held, held)


def _wide(held: pa.DataType) -> pa.DataType:
    """Return a type of 64-bit offsets: those of 32 bits overflow at 2 GiB."""
    wide = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
    return wide.get(held, held)
