"""Slice queries: which rows and columns of a table a line of SQL selects."""

from __future__ import annotations

from pandas_mi.slicing.binding import BoundSlice, bind
from pandas_mi.slicing.parse import parse
from pandas_mi.slicing.pruning import may_match
from pandas_mi.slicing.query import Slice
from pandas_mi.slicing.rows import select
from pandas_mi.slicing.selection import Selection

__all__ = ["BoundSlice", "Selection", "Slice", "bind", "may_match", "parse", "select"]
