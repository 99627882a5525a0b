"""What every table can do, and the parts of one that is read chunk by chunk."""

from __future__ import annotations

import builtins
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.columns import Chunk, Column

__all__ = ["Cluster", "Fold", "Part", "Rows", "Share", "Table", "chunk", "parts"]

R = TypeVar("R")

# Physical row numbers, a run of rows, or None for all of them.
Rows = NDArray[np.int64] | builtins.slice | None
# A chunk, and which of its rows, counted from its first.
Part = tuple[int, NDArray[np.int64] | builtins.slice]


@dataclass(frozen=True, slots=True)
class Share:
    """Some rows of some chunks, which one task works on.

    Attributes
    ----------
    packed : Any
        What `Table.opened` makes the table of these chunks of, where the task runs.
    rows : slice, ndarray of int, or None for all
        Which rows of that table.
    chunks : int
        How many chunks they are.
    inputs : sequence
        Tasks of Dask, whose results `Table.opened` takes too.
    """

    packed: Any
    rows: Rows
    chunks: int
    inputs: Sequence[Any] = ()


class Fold(Protocol[R]):
    """What is asked of all rows: picklable, and without a trace of who asks."""

    def look(self, table: Table, rows: Rows) -> R:
        """Return what some rows tell."""

    def add(self, found: R, more: R) -> R:
        """Return what some rows and the next ones tell together, changing neither."""

    def packed(self, found: R) -> R:
        """Return what was found in fewer bytes, where that can be, to be sent."""
        return found


class Cluster(Protocol):
    """Other processes, which work on the chunks of a table."""

    def folded(
        self,
        table: Table,
        shares: Sequence[Share],
        fold: Fold[R],
        tell: Callable[[int], None] | None,
    ) -> R:
        """Return what the shares tell together, one at least, added up between neighbours.

        `tell`, if given, is called with the number of its chunks when a share is done.
        """


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

    @property
    def cluster(self) -> Cluster | None:
        """Where the chunks are worked on; None for here."""
        return None

    def packed(self, chunks: Sequence[int]) -> Any:
        """Return what `opened` needs of some chunks: little, for each task carries its own."""
        raise NotImplementedError

    def inputs(self, chunks: Sequence[int]) -> Sequence[Any]:  # noqa: ARG002
        """Return tasks of Dask, whose results `opened` needs too."""
        return ()

    def opened(self, packed: Any, *inputs: Any) -> Table:
        """Return the table of some chunks alone, where its copy has been sent to."""
        raise NotImplementedError

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers that rows have in the table of all chunks."""
        return rows

    def settled(self, positions: Sequence[int], rows: Rows) -> Table:  # noqa: ARG002
        """Return the table whose columns have the kinds that all of these rows show together."""
        return self

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
