"""Arrow data of which one chunk is in memory at a time."""

from __future__ import annotations

import builtins
from abc import abstractmethod

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Column, from_arrow
from pandas_mi.sources.memory import arrow_frame, column_places, rows_of
from pandas_mi.sources.table import Rows, Table, parts

__all__ = ["CHUNK_ROWS", "ChunkedTable"]

# A chunk has at least so many rows, if there are as many: a pass over a chunk costs some 20 µs a
# column and a table whatever its length, and with 8 bytes a value a column takes 4 MB.
CHUNK_ROWS = 1 << 19


class ChunkedTable(Table):
    """Rows in chunks; a column of a chunk is read when it is asked for.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of all columns, those included that hold a pandas index, which are left out.
    bounds : ndarray of int64, shape (chunks + 1,)
    """

    def __init__(self, schema: pa.Schema, bounds: NDArray[np.int64]) -> None:
        self._places = column_places(schema)
        self._schema = schema
        self._labels: pd.Index = pd.Index([schema.names[place] for place in self._places])
        self._bounds = bounds
        self._first = bounds[:-1]  # the numbers of the chunks' first rows in the whole table

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self._labels

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, and the number of rows."""
        return self._bounds

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers that rows have in the table of all chunks."""
        if not len(rows):
            return rows
        chunks = np.searchsorted(self._bounds, rows, side="right") - 1
        return np.asarray(rows + (self._first - self._bounds[:-1])[chunks])

    @abstractmethod
    def _read(self, chunk: int, start: int, stop: int, place: int) -> list[pa.Array]:
        """Return a run of rows of one chunk, of the column at a place of the schema.

        They are of its type, or a dictionary of values of its type.
        """

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        return from_arrow(self._array(position, rows), self.labels[position])

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, in the given order."""
        if isinstance(rows, np.ndarray) and (np.diff(rows) < 0).any():
            order = np.argsort(rows)
            places = np.empty(len(rows), dtype=np.intp)
            places[order] = np.arange(len(rows))
            return self.frame(positions, rows[order]).iloc[places]
        held = [self._schema.field(self._places[position]).type for position in positions]
        columns = [
            self._array(position, rows).cast(one)
            for position, one in zip(positions, held, strict=True)
        ]
        frame = arrow_frame(columns, [str(self.labels[place]) for place in positions])
        return frame.set_axis(self._range(rows))

    def _range(self, rows: Rows) -> pd.Index:
        """Return the numbers of rows as an index."""
        numbers: pd.Index = pd.RangeIndex(self.n_rows)
        numbers = numbers if rows is None else numbers[rows]
        whole = (self._first == self._bounds[:-1]).all()
        return numbers if whole else pd.Index(self.numbers(np.asarray(numbers)))

    def _array(self, position: int, rows: Rows) -> pa.ChunkedArray:
        place = self._places[position]
        read: list[pa.Array] = []
        for chunk, some in parts(self.bounds, rows):
            if isinstance(some, builtins.slice):
                read += self._read(chunk, some.start, some.stop, place)
                continue
            start, stop = int(some[0]), int(some[-1]) + 1
            run = pa.chunked_array(self._read(chunk, start, stop, place))
            read += rows_of(run, some - start).chunks
        held = self._schema.field(place).type
        if len({array.type for array in read}) > 1:
            read = [array.cast(held) for array in read]
        return pa.chunked_array(read, None if read else held)
