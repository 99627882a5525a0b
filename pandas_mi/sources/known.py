"""The table that a caller's data is."""

from __future__ import annotations

import os
from typing import Any

import pandas as pd
import pyarrow as pa

from pandas_mi.catalog import Version
from pandas_mi.sources.memory import ArrowTable, FrameTable
from pandas_mi.sources.spool import StreamTable
from pandas_mi.sources.table import Table

__all__ = ["as_table"]


def as_table(data: Any) -> Table:
    """Return the table that a caller's data is.

    Parameters
    ----------
    data : DataFrame, Dask DataFrame, pyarrow Table, RecordBatch, RecordBatchReader or Dataset, \
path of a Parquet file or directory, list of such paths, or any object with \
``__arrow_c_stream__`` (polars, DuckDB)
        A dataset of a store, as `Client` opens it, will do too.

    Raises
    ------
    TypeError
        When it is none of these.
    FileNotFoundError
        When the path does not exist.
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, pd.DataFrame):
        return FrameTable(data)
    if isinstance(data, Version):
        return _stored(data)
    if _is_dask(data):
        return _partitioned(data)
    if isinstance(data, pd.Series):
        raise _no_table(data, "; use .to_frame()")
    paths = [data] if isinstance(data, str | os.PathLike) else data
    if isinstance(paths, list | tuple) and paths and _are_paths(paths):
        return _parquet(paths)
    return _arrow_table(data)


def _arrow_table(data: Any) -> Table:
    if isinstance(data, pa.Table):
        return ArrowTable(data)
    if hasattr(data, "__arrow_c_stream__"):
        return _streamed(data)
    if isinstance(data, pa.RecordBatch):
        return ArrowTable(pa.Table.from_batches([data]))
    if hasattr(data, "scanner") and hasattr(data, "schema"):  # a pyarrow Dataset
        return _dataset(data)
    raise _no_table(data)


def _no_table(data: Any, hint: str = "") -> TypeError:
    return TypeError(
        "expected a DataFrame, Arrow data or the path of a Parquet file, "
        f"got {type(data).__name__}{hint}"
    )


def _is_dask(data: Any) -> bool:
    """Whether data is a DataFrame of Dask, known by its name: Dask is not imported for this."""
    held = type(data)
    return held.__name__ == "DataFrame" and held.__module__.startswith("dask.")


def _partitioned(data: Any) -> Table:
    from pandas_mi.sources import partitions

    return partitions.DaskTable(data)


def _are_paths(data: Any) -> bool:
    return all(isinstance(one, str | os.PathLike) for one in data)


def _streamed(data: Any) -> Table:
    reader = pa.RecordBatchReader.from_stream(data)
    if type(data).__module__.partition(".")[0] == "polars":  # in memory already, and shared
        return ArrowTable(reader.read_all())
    return StreamTable(reader)


# pyarrow.dataset and pyarrow.parquet are imported late: they take a fifth of the import's time.


def _parquet(paths: Any) -> Table:
    from pandas_mi.sources import parquet

    return parquet.ParquetTable(parquet.dataset_of(paths))


def _stored(version: Version) -> Table:
    if not version.row_layout.fields:  # no column could tell how many rows a file has
        return FrameTable(version.read())
    from pandas_mi.sources import stored

    return stored.StoredTable(version)


def _dataset(data: Any) -> Table:
    from pandas_mi.sources import parquet

    if parquet.is_parquet(data):
        return parquet.ParquetTable(data)
    # One batch ahead: by default it is sixteen, of each of several files.
    return StreamTable(data.scanner(batch_readahead=1, fragment_readahead=1).to_reader())
