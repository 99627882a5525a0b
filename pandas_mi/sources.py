"""Where rows come from: a DataFrame, Arrow data or Parquet files, as chunks of columns."""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Chunk, Column, from_arrow, from_pandas

__all__ = ["Rows", "Table", "as_table"]

# Physical row numbers, a run of rows, or None for all of them.
Rows = NDArray[np.int64] | builtins.slice | None


class Table(Protocol):
    """Rows and labelled columns; columns are named by position, for labels may repeat."""

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows in the given order."""

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows as a DataFrame."""


def chunk(table: Table, positions: Iterable[int], start: int, stop: int) -> Chunk:
    """Return the rows from start to stop, keyed by column position."""
    rows = builtins.slice(start, stop)
    columns: dict[Hashable, Column] = {place: table.column(place, rows) for place in positions}
    return Chunk(columns, stop - start, start)


def as_table(data: Any) -> Table:
    """Return the table that a caller's data is.

    Parameters
    ----------
    data : DataFrame, pyarrow Table, RecordBatch, RecordBatchReader or Dataset, path of a Parquet
        file or directory, or any object with ``__arrow_c_stream__`` (polars, DuckDB, ...)

    Raises
    ------
    TypeError
        When it is none of these.
    FileNotFoundError
        When the path does not exist.
    """
    if isinstance(data, pd.DataFrame):
        return FrameTable(data)
    if isinstance(data, pd.Series):
        raise _no_table(data, "; use .to_frame()")
    if isinstance(data, pa.Table):
        return ArrowTable(data)
    if isinstance(data, str | os.PathLike):
        return _parquet(Path(data))
    if hasattr(data, "__arrow_c_stream__"):
        return ArrowTable(pa.RecordBatchReader.from_stream(data).read_all())
    if isinstance(data, pa.RecordBatch):
        return ArrowTable(pa.Table.from_batches([data]))
    if hasattr(data, "to_table") and hasattr(data, "schema"):  # a pyarrow Dataset
        return DatasetTable(data)
    raise _no_table(data)


def _no_table(data: Any, hint: str = "") -> TypeError:
    return TypeError(
        "expected a DataFrame, Arrow data or the path of a Parquet file, "
        f"got {type(data).__name__}{hint}"
    )


@dataclass(frozen=True)
class FrameTable(Table):
    """A pandas DataFrame, which is never changed."""

    data: pd.DataFrame

    @property
    def labels(self) -> pd.Index:
        return self.data.columns

    @property
    def n_rows(self) -> int:
        return len(self.data)

    def column(self, position: int, rows: Rows = None) -> Column:
        series = self.data.iloc[:, position]
        label = self.data.columns[position]
        return from_pandas(series if rows is None else series.iloc[rows], label)

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        chosen = self.data.iloc[:, positions]
        return chosen.copy() if rows is None else chosen.iloc[rows].copy()


@dataclass(frozen=True)
class ArrowTable(Table):
    """Arrow data in memory, with the columns that pandas stored as an index left out."""

    data: pa.Table

    @property
    def labels(self) -> pd.Index:
        return pd.Index([self._names[place] for place in self._places], dtype=object)

    @property
    def n_rows(self) -> int:
        return int(self.data.num_rows)

    @property
    def _names(self) -> list[str]:
        return list(self.data.schema.names)

    @property
    def _places(self) -> list[int]:
        index = _index_columns(self.data.schema)
        return [place for place, name in enumerate(self._names) if name not in index]

    def _array(self, position: int) -> pa.ChunkedArray:
        return self.data.column(self._places[position])

    def column(self, position: int, rows: Rows = None) -> Column:
        return from_arrow(_rows_of(self._array(position), rows), self.labels[position])

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        # Arrow-backed columns lose nothing; NumPy ones would turn integers with nulls to float.
        columns = [_rows_of(self._array(position), rows) for position in positions]
        table = pa.table(columns, names=[str(self.labels[place]) for place in positions])
        frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
        return frame if rows is None else frame.set_axis(pd.RangeIndex(self.n_rows)[rows])


@dataclass(frozen=True)
class DatasetTable(ArrowTable):
    """A pyarrow Dataset, of which a column is read when it is asked for."""

    data: Any
    _read: dict[int, pa.ChunkedArray] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        return int(self.data.count_rows())

    def _array(self, position: int) -> pa.ChunkedArray:
        if position not in self._read:
            name = self._names[self._places[position]]
            self._read[position] = self.data.to_table(columns=[name]).column(0)
        return self._read[position]


def _parquet(path: Path) -> DatasetTable:
    from pyarrow import dataset

    if not path.exists():
        raise FileNotFoundError(f"no file or directory {str(path)!r}")
    if path.is_dir():
        files = sorted(map(str, path.rglob("*.parquet")))
        if not files:
            raise FileNotFoundError(f"no *.parquet file in the directory {str(path)!r}")
    else:
        files = [str(path)]
    partitioning = dataset.partitioning(flavor="hive")
    return DatasetTable(dataset.dataset(files, format="parquet", partitioning=partitioning))


def _index_columns(schema: pa.Schema) -> set[str]:
    """Names of the columns that hold a pandas index, as pandas' own reader would know them."""
    metadata = (schema.metadata or {}).get(b"pandas")
    if metadata is None:
        return set()
    held = json.loads(metadata).get("index_columns", [])
    return {name for name in held if isinstance(name, str)}


def _rows_of(array: pa.ChunkedArray, rows: Rows) -> pa.ChunkedArray:
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
