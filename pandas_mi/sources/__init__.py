"""Where rows come from: a DataFrame, Arrow data or Parquet files, as chunks of columns."""

from pandas_mi.sources.joined import joined_frames
from pandas_mi.sources.known import as_table
from pandas_mi.sources.memory import FrameTable
from pandas_mi.sources.numbered import NumberedTable
from pandas_mi.sources.offered import offer
from pandas_mi.sources.shares import shares_of
from pandas_mi.sources.table import Cluster, Fold, Part, Rows, Share, Table, chunk, parts

__all__ = [
    "Cluster",
    "Fold",
    "FrameTable",
    "NumberedTable",
    "Part",
    "Rows",
    "Share",
    "Table",
    "as_table",
    "chunk",
    "joined_frames",
    "offer",
    "parts",
    "shares_of",
]
