"""Tables that are in memory: one chunk each."""

from __future__ import annotations

import builtins
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Column, from_arrow, from_pandas
from pandas_mi.sources.table import Rows, Table

__all__ = ["ArrowTable", "FrameTable", "arrow_frame", "column_places", "rows_of"]


@dataclass(frozen=True)
class FrameTable(Table):
    """A pandas DataFrame, which is never changed."""

    data: pd.DataFrame

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
        series = self.data.iloc[:, position]
        label = self.data.columns[position]
        return from_pandas(series if rows is None else series.iloc[rows], label)

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, in the given order."""
        chosen = self.data.iloc[:, positions]
        return chosen.copy() if rows is None else chosen.iloc[rows].copy()


@dataclass(frozen=True)
class ArrowTable(Table):
    """Arrow data in memory, with the columns that pandas stored as an index left out."""

    data: pa.Table

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        names = self.data.schema.names
        labels: pd.Index = pd.Index(
            [names[place] for place in column_places(self.data.schema)], dtype=object
        )
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
    return array.cast(_takeable(array.type)).take(pa.array(rows))


def _takeable(held: pa.DataType) -> pa.DataType:
    """Return the type to take rows of: 32-bit offsets overflow at 2 GiB, views cannot be taken."""
    if pa.types.is_string(held) or pa.types.is_string_view(held):
        return pa.large_string()
    if pa.types.is_binary(held) or pa.types.is_binary_view(held):
        return pa.large_binary()
    return held
