"""Contingency tables of several column pairs, as a task hands them over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alone", "Places", "Stacks", "Tables", "summed"]

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
    counts : ndarray of int64 or uint32, shape (P, m)
        Those of the cells, in any order. Zeros may be left out, or be added.
    positions : ndarray of int64, shape (P, m), or None
        The flat position of each cell in its table. None where all cells stand row by row; those
        of columns with themselves are the diagonal.
    """

    left: Places
    right: Places
    rows: Ints
    columns: Ints
    counts: NDArray[Any]
    positions: Ints | None = None

    @property
    def cells(self) -> Ints:
        """The counts in int64, which leaves room for any arithmetic."""
        return self.counts.astype(np.int64, copy=False)

    @classmethod
    def of(cls, left: Places, right: Places, counts: NDArray[Any]) -> Tables:
        """Return the tables with these counts, shape (P, a, b)."""
        rows, columns = summed(counts, 0, 1), summed(counts, 0, 2)
        return cls(left, right, rows, columns, counts.reshape(len(counts), -1))

    @classmethod
    def of_themselves(cls, columns: Places, counts: Ints) -> Tables:
        """Return the tables of columns with themselves, of their level counts, shape (P, a)."""
        return cls(columns, columns, counts, counts, counts)


def summed(counts: NDArray[Any], *kept: int) -> Ints:
    """Sum over all axes but those kept, in the dtype at hand, which holds the count of all rows.

    Over short axes einsum adds up to six times as fast as np.sum.
    """
    found: NDArray[Any] = np.einsum(counts, range(counts.ndim), kept)
    return found.astype(np.int64, copy=False)


class Stacks:
    """Tables gathered by shape, so that their sums are taken a stack at a time."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, ...], list[tuple[Places, Places, NDArray[Any]]]] = {}

    def add(self, left: Places, right: Places, counts: NDArray[Any]) -> None:
        """Add tables with these counts, shape (P, a, b)."""
        self._found.setdefault(counts.shape[1:], []).append((left, right, counts))

    def tables(self) -> Iterator[Tables]:
        """Yield the tables, those of one shape together."""
        for found in self._found.values():
            if len(found) == 1:
                yield Tables.of(*found[0])
            else:
                yield Tables.of(*map(np.concatenate, zip(*found, strict=True)))


class Alone:
    """The counts of columns by themselves, gathered by length."""

    def __init__(self) -> None:
        self._found: dict[int, list[tuple[int, Ints]]] = {}

    def add(self, column: int, counts: Ints) -> None:
        """Add a column's level counts, shape (a,)."""
        self._found.setdefault(len(counts), []).append((column, counts))

    def tables(self) -> Iterator[Tables]:
        """Yield the tables of columns with themselves, those of one length together."""
        for found in self._found.values():
            columns, counts = zip(*found, strict=True)
            yield Tables.of_themselves(np.array(columns), np.stack(counts))
