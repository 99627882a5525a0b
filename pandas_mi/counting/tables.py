"""Contingency tables of several column pairs, as a task hands them over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alone", "Places", "Stacks", "Tables"]

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


class Stacks:
    """Tables gathered by shape, so that their sums are taken a stack at a time."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, ...], list[tuple[Places, Places, Ints]]] = {}

    def add(self, left: Places, right: Places, counts: NDArray[Any]) -> None:
        """Add tables with these counts, shape (P, a, b)."""
        found = self._found.setdefault(counts.shape[1:], [])
        found.append((left, right, counts.astype(np.int64, copy=False)))

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
