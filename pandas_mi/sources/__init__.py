"""Where rows come from: a DataFrame, Arrow data or Parquet files, as chunks of columns."""

from pandas_mi.sources.known import as_table
from pandas_mi.sources.table import Rows, Table, chunk, parts

__all__ = ["Rows", "Table", "as_table", "chunk", "parts"]
