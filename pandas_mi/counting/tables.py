"""Contingency tables of several column pairs, as a task hands them over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Places", "Tables"]

Ints = NDArray[np.int64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tables:
    """P contingency tables of one shape.

    Attributes
    ----------
    left, right : ndarray of int, shape (P,)
        Which two columns each table is of.
    rows, columns : ndarray of int64, shapes (P, a) and (P, b)
        Their marginals: the sums over each row and each column of a table.
    cells : ndarray of int64, shape (P, m)
        The counts themselves, in any order. Zeros may be left out, or be added.
    positions : ndarray of int64, shape (P, m), or None
        The flat position of each cell in its table. None where all cells stand row by row; those
        of columns with themselves are the diagonal.
    """

    left: Places
    right: Places
    rows: Ints
    columns: Ints
    cells: Ints
    positions: Ints | None = None

    @classmethod
    def of(cls, left: Places, right: Places, counts: Ints) -> Tables:
        """Return the tables with these counts, shape (P, a, b)."""
        cells = counts.reshape(len(counts), -1)
        return cls(left, right, counts.sum(axis=2), counts.sum(axis=1), cells)

    @classmethod
    def of_themselves(cls, columns: Places, counts: Ints) -> Tables:
        """Return the tables of columns with themselves, of their level counts, shape (P, a)."""
        return cls(columns, columns, counts, counts, counts)
