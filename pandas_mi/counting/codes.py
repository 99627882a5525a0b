"""Codes of one column, and the contingency table of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Codes", "JointCounts", "dense_limit", "joint_counts"]

Ints = NDArray[np.int64]

_MOST_CELLS = 1 << 24  # 128 MB, the most for one table
_DENSE_CELLS = 1 << 16  # int64 cells that stay in a core's L2 cache: 2 ns an increment


@dataclass(frozen=True, slots=True)
class Codes:
    """One column as small unsigned integers.

    Attributes
    ----------
    codes : ndarray of unsigned int, shape (n,)
        0 where the row is missing, 1..k for the levels or bins.
    cardinality : int
        k, the number of levels or bins.
    missing : bool or None
        Whether a row is missing, where that is known already.
    """

    codes: NDArray[Any]
    cardinality: int
    missing: bool | None = None

    @property
    def any_missing(self) -> bool:
        """Whether code 0 occurs; True of no rows at all, so that every axis has a place."""
        if len(self.codes) == 0:
            return True
        return int(self.codes.min()) == 0 if self.missing is None else self.missing

    @property
    def n_known(self) -> int:
        """Number of rows that are not missing."""
        return len(self.codes) if self.missing is False else int(np.count_nonzero(self.codes))


@dataclass(frozen=True, slots=True)
class JointCounts:
    """Contingency table of two columns; row 0 and column 0 count the missing.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the table: the two cardinalities plus 1.
    counts : ndarray of int64
        Dense: every cell, of the table's shape. Sparse: the m occupied cells, shape (m,).
    cells : ndarray of int64, shape (m,), or None
        Sparse: ascending flat positions of the occupied cells. None when dense.
    """

    shape: tuple[int, int]
    counts: Ints
    cells: Ints | None = None

    def __add__(self, other: JointCounts) -> JointCounts:
        """Count both sets of rows, which must be of the same two encodings."""
        if self.shape != other.shape:
            raise ValueError(f"tables of shapes {self.shape} and {other.shape} do not add")
        if self.cells is None and other.cells is None:
            return JointCounts(self.shape, self.counts + other.counts)
        few, many = sorted((self._sparse(), other._sparse()), key=lambda one: one.counts.size)
        return many._with(few)

    def _with(self, few: JointCounts) -> JointCounts:
        """Add the cells of a sparse table to those of another that has no fewer.

        Looking few cells up and copying many takes a tenth of sorting all of them.
        """
        assert self.cells is not None  # noqa: S101 - both are sparse
        assert few.cells is not None  # noqa: S101
        places = np.searchsorted(self.cells, few.cells)
        found = np.zeros(len(places), dtype=np.bool_)
        within = places < len(self.cells)
        found[within] = self.cells[places[within]] == few.cells[within]
        counts = self.counts.copy()
        counts[places[found]] += few.counts[found]
        if found.all():
            return JointCounts(self.shape, counts, self.cells)
        new = ~found
        cells = np.insert(self.cells, places[new], few.cells[new])
        return JointCounts(self.shape, np.insert(counts, places[new], few.counts[new]), cells)

    def _sparse(self) -> JointCounts:
        if self.cells is not None:
            return self
        cells = np.flatnonzero(self.counts)
        return JointCounts(self.shape, self.counts.ravel()[cells], cells)

    def known(self) -> JointCounts:
        """Return the table of the rows where neither column is missing."""
        if self.cells is None:
            counts = self.counts.copy()
            counts[0, :] = counts[:, 0] = 0
            return JointCounts(self.shape, counts)
        both = (self.cells >= self.shape[1]) & (self.cells % self.shape[1] > 0)
        return JointCounts(self.shape, self.counts[both], self.cells[both])

    def marginals(self) -> tuple[Ints, Ints]:
        """Return the row sums and the column sums, one count a level."""
        if self.cells is None:
            return self.counts.sum(axis=1), self.counts.sum(axis=0)
        rows, columns = np.divmod(self.cells, self.shape[1])
        return _sums(rows, self.counts, self.shape[0]), _sums(columns, self.counts, self.shape[1])

    def transposed(self) -> JointCounts:
        """Return the table of the two columns in the other order."""
        shape = (self.shape[1], self.shape[0])
        if self.cells is None:
            return JointCounts(shape, np.ascontiguousarray(self.counts.T))
        rows, columns = np.divmod(self.cells, self.shape[1])
        cells = columns * shape[1] + rows
        order = np.argsort(cells)
        return JointCounts(shape, self.counts[order], cells[order])

    @property
    def total(self) -> int:
        """Number of rows counted."""
        return int(self.counts.sum())


def joint_counts(left: Codes, right: Codes) -> JointCounts:
    """Count how often each code of one column meets each code of another.

    Parameters
    ----------
    left, right : Codes of n rows

    Returns
    -------
    JointCounts
        Dense when the table is small or the rows outnumber its cells, else sparse, so that two
        columns of unique values take memory in proportion to the rows.

    Examples
    --------
    >>> one = Codes(np.array([1, 1, 2], dtype=np.uint8), 2)
    >>> joint_counts(one, one).counts
    array([[0, 0, 0],
           [0, 2, 0],
           [0, 0, 1]])
    """
    shape = (left.cardinality + 1, right.cardinality + 1)
    size = shape[0] * shape[1]
    dense = size <= dense_limit(len(left.codes))
    # Row-major position of the cell that each row falls in. Half the bytes sort twice as fast.
    dtype = np.dtype(np.uint32 if not dense and size < 1 << 32 else np.int64)
    cells = left.codes.astype(dtype)
    np.multiply(cells, shape[1], out=cells)
    np.add(cells, right.codes, out=cells, casting="unsafe")
    if dense:
        counts = np.bincount(cells, minlength=size).reshape(shape)
        return JointCounts(shape, counts.astype(np.int64, copy=False))
    cells.sort()
    first = np.ones(len(cells), dtype=np.bool_)
    np.not_equal(cells[1:], cells[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    counts = np.diff(starts, append=len(cells)).astype(np.int64, copy=False)
    return JointCounts(shape, counts, cells[starts].astype(np.int64))


def dense_limit(n: int) -> int:
    """Return the most cells that a table of n rows may have to be counted cell by cell.

    Sorting takes 12 to 20 ns a row. Counting takes less until the table has three times as many
    cells as rows: most are empty then, and zeroing and scanning them costs more than it saves.
    """
    return max(_DENSE_CELLS, min(2 * n, _MOST_CELLS))


def _sums(places: Ints, counts: Ints, size: int) -> Ints:
    # Weights make bincount sum in float64, which is exact below 2**53 rows.
    return np.bincount(places, weights=counts, minlength=size).astype(np.int64)
