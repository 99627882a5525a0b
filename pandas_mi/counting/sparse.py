"""Pairs of columns with so many levels that most cells of their table are empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pandas_mi.counting.codes import Codes, JointCounts, joint_counts
from pandas_mi.counting.tables import Tables

__all__ = ["SparsePair"]


@dataclass(frozen=True, slots=True)
class SparsePair:
    """The task of counting two columns by sorting: memory in proportion to the rows.

    Attributes
    ----------
    left, right : int
        The two columns.
    keep_missing : bool
        Whether missing counts as a level.
    cost : float
        Estimated nanoseconds.
    """

    left: int
    right: int
    keep_missing: bool
    cost: float

    @property
    def n_pairs(self) -> int:
        """Number of tables that come out."""
        return 1

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns whose codes it needs."""
        return tuple(dict.fromkeys((self.left, self.right)))

    def count(self, columns: Mapping[int, Codes]) -> JointCounts:
        """Count the rows; the counts of several runs of rows add up."""
        return joint_counts(columns[self.left], columns[self.right])

    def tables(self, counts: JointCounts) -> Iterator[Tables]:
        """Yield the pair's table."""
        table = counts if self.keep_missing else counts.known()
        rows, columns = table.marginals()
        left, right = np.array([[self.left], [self.right]])
        down, across, cells = (np.reshape(c, (1, -1)) for c in (rows, columns, table.counts))
        positions = None if table.cells is None else table.cells[np.newaxis]
        yield Tables(left, right, down, across, cells, positions)
