"""What every table can do, and the parts of one that is read chunk by chunk."""

from __future__ import annotations

import builtins
import itertools
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.columns import Chunk, Column

__all__ = ["Part", "Rows", "Table", "chunk", "parts"]

# Physical row numbers, a run of rows, or None for all of them.
Rows = NDArray[np.int64] | builtins.slice | None
# A chunk, and which of its rows, counted from its first.
Part = tuple[int, NDArray[np.int64] | builtins.slice]


class Table(ABC):
    """Rows and labelled columns; columns are named by position, for labels may repeat."""

    @property
    @abstractmethod
    def labels(self) -> pd.Index:
        """Names of the columns."""

    @property
    @abstractmethod
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, ascending from 0, and the number of rows: shape (chunks + 1,).

        What is in memory is one chunk; of anything else one chunk is read at a time.
        """

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.bounds[-1])

    @abstractmethod
    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows, ascending; any thread may call this."""

    def keep(self, positions: Iterable[int]) -> None:  # noqa: B027
        """Say that no other columns will be asked for, before any is."""

    def extremes(self, chunk: int, position: int) -> Column | None:  # noqa: ARG002
        """Return the lowest and the highest value of a column in a chunk, if known unread.

        Two rows; bounds that no value of the chunk passes will do.
        """
        return None

    @abstractmethod
    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows as a DataFrame, in the given order."""


def chunk(table: Table, positions: Iterable[int], start: int, stop: int) -> Chunk:
    """Return the rows from start to stop, keyed by column position."""
    rows = builtins.slice(start, stop)
    columns: dict[Hashable, Column] = {place: table.column(place, rows) for place in positions}
    return Chunk(columns, stop - start, start)


def parts(bounds: NDArray[np.int64], rows: Rows) -> Iterator[Part]:
    """Cut ascending rows where the chunks begin; chunks without any of the rows are left out.

    Examples
    --------
    >>> list(parts(np.array([0, 10, 20]), np.array([3, 5, 12])))
    [(0, array([3, 5])), (1, array([2]))]
    """
    if rows is None:
        rows = builtins.slice(0, int(bounds[-1]))
    if isinstance(rows, builtins.slice):
        for place, (first, end) in enumerate(itertools.pairwise(bounds.tolist())):
            start, stop = max(rows.start, first), min(rows.stop, end)
            if start < stop:
                yield place, builtins.slice(start - first, stop - first)
        return
    ends = np.searchsorted(rows, bounds)
    for held in np.flatnonzero(ends[1:] > ends[:-1]):
        within = rows[ends[held] : ends[held + 1]] - bounds[held]
        every = len(within) == bounds[held + 1] - bounds[held]
        yield int(held), builtins.slice(0, len(within)) if every else within
