"""Columns of few levels fused into one code, so that one pass counts many pairs.

Two columns of 10 levels make one code of 100 values. One pass over two such codes fills a table
of 10,000 cells, from which the tables of four pairs follow by summing. A pass costs an addition
and an increment a row (1.7 ns together), whatever the number of pairs in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.counting.codes import Codes
from pandas_mi.counting.tables import Alone, Stacks, Tables, summed
from pandas_mi.counting.workspace import Workspace

__all__ = ["Axis", "Group", "Tile", "fused_codes", "increment", "known"]

Ints = NDArray[np.int64]
_MOST_ROWS = 1 << 22  # a block for the largest tables: 32 MB of cell numbers
_ONE = np.uint32(1)


@dataclass(frozen=True, slots=True)
class Axis:
    """One column's place in a fused table.

    Attributes
    ----------
    column : int
        Which column it is.
    size : int
        Length of the axis.
    first : int
        The code that stands at 0: code 0 (missing), or 1 where no row is missing.
    """

    column: int
    size: int
    first: int

    @property
    def n_codes(self) -> int:
        """Number of codes from 0 on, whether 0 occurs or not."""
        return self.size + self.first


@dataclass(frozen=True, slots=True)
class Group:
    """Columns fused into one code, the last varying fastest.

    Attributes
    ----------
    axes : tuple of Axis
    size : int
        Number of fused codes.
    form : tuple
        What two groups share when their tables unfold alike; () for a column by itself.
    """

    axes: tuple[Axis, ...]
    size: int = field(init=False)
    form: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        alone = len(self.axes) == 1
        form = () if alone else tuple((axis.size, axis.first) for axis in self.axes)
        object.__setattr__(self, "form", form)
        object.__setattr__(self, "size", prod(axis.size for axis in self.axes))


def increment(counts: NDArray[Any], positions: NDArray[np.intp]) -> None:
    """Count the cells that rows fall in: 32-bit counts by np.add.at, others by bincount.

    np.add.at holds the interpreter's lock all the time, so threads do without it.
    """
    if counts.dtype == np.uint32:
        np.add.at(counts, positions, _ONE)
    else:
        counts += np.bincount(positions, minlength=len(counts))


def known(counts: NDArray[Any], axis: Axis, place: int, *, keep_missing: bool) -> NDArray[Any]:
    """Clear the counts of one axis's missing, unless they are a level. Zeros cost no copy."""
    if axis.first == 0 and not keep_missing:
        counts[(slice(None),) * place + (0,)] = 0
    return counts


def fused_codes(group: Group, columns: Mapping[int, Codes]) -> NDArray[Any]:
    """Return the group's code of each row, shape (n,), in the smallest unsigned dtype.

    A column by itself is used as it is, without a copy.
    """
    first, *rest = group.axes
    codes = columns[first.column].codes
    if not rest:
        return codes
    dtype = np.min_scalar_type(group.size - 1)
    # Arithmetic modulo 2**8 or 2**16 is exact here: only the final sum must be in range.
    fused = codes.astype(dtype)
    offset = first.first
    for axis in rest:
        fused *= dtype.type(axis.size)
        fused += columns[axis.column].codes.astype(dtype, copy=False)
        offset = offset * axis.size + axis.first
    fused -= dtype.type(offset % (1 << 8 * dtype.itemsize))
    return fused


@dataclass(frozen=True, slots=True)
class Tile:
    """The task of counting one group against several of the same form.

    Attributes
    ----------
    left : Group
    rights : tuple of Group
        All of one form. None at all: the left group is counted alone.
    own_left, own_right : bool
        Whether to derive the pairs inside the left group, and inside each right one.
    keep_missing : bool
        Whether missing counts as a level.
    cost : float
        Estimated nanoseconds.
    """

    left: Group
    rights: tuple[Group, ...]
    own_left: bool
    own_right: bool
    keep_missing: bool
    cost: float

    @property
    def n_pairs(self) -> int:
        """Number of tables that come out."""
        left, rights = len(self.left.axes), [len(right.axes) for right in self.rights]
        own = self.own_left * _own_pairs(left) + self.own_right * sum(map(_own_pairs, rights))
        return left * sum(rights) + own

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups whose codes it needs."""
        return (self.left, *self.rights)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns whose codes it needs."""
        return tuple(dict.fromkeys(axis.column for group in self.groups for axis in group.axes))

    @property
    def nbytes(self) -> int:
        """Bytes of its counts."""
        return 8 * max(len(self.rights), 1) * prod(self._shape)

    @property
    def _shape(self) -> tuple[int, int]:
        # Singles may differ in size: all are padded to the largest.
        return self.left.size, max((right.size for right in self.rights), default=1)

    def count(self, codes: Mapping[Group, NDArray[Any]], space: Workspace) -> NDArray[Any]:
        """Count the rows, shape (rights, left size, right size), in int64 or uint32.

        Parameters
        ----------
        codes : mapping of Group to ndarray of unsigned int, shape (n,)
            As `fused_codes` returns them. The counts of several runs of rows add up.
        space : Workspace
            Holds the result until its next use.
        """
        left, cells = codes[self.left], prod(self._shape)
        if not self.rights:
            return _bincount(left, self.left.size).reshape(1, -1, 1)
        rights = [codes[right] for right in self.rights]
        adding = not space.shared and _worth_adding(len(left), cells)
        step = space.block_rows if adding else _step(cells, space.block_rows)
        if len(rights) == 1 and len(left) <= step and not adding:  # the table is not copied
            return self._once(left, rights[0], space)
        counts = space.array("counts", (len(rights), cells), np.uint32 if adding else np.int64)
        counts.fill(0)
        for start in range(0, len(left), step):
            scaled = self._scaled(left[start : start + step], space)
            for right, total in zip(rights, counts, strict=True):
                increment(total, _positions(scaled, right[start : start + step], space))
        return counts.reshape(-1, *self._shape)

    def _once(self, left: NDArray[Any], right: NDArray[Any], space: Workspace) -> Ints:
        positions = _positions(self._scaled(left, space), right, space)
        return _bincount(positions, prod(self._shape)).reshape(1, *self._shape)

    def _scaled(self, left: NDArray[Any], space: Workspace) -> NDArray[Any]:
        """Where each row's part of the table begins, in the fewest bytes that hold every cell."""
        rows, width = self._shape
        dtype = np.min_scalar_type(max(rows * width - 1, width))
        scaled = space.array("scaled", left.shape, dtype)
        np.multiply(left, dtype.type(width), out=scaled, dtype=dtype)
        return scaled

    def tables(self, counts: NDArray[Any]) -> Iterator[Tables]:
        """Yield the tables of all pairs, those of one shape together; uses the counts up."""
        alone, found = Alone(), Stacks()
        if self.own_left:
            self._own(self.left, summed(counts[0], 0), alone, found)
        if self.own_right:
            for right, table in zip(self.rights, counts, strict=True):
                self._own(right, summed(table, 1)[: right.size], alone, found)
        if self.rights:
            self._across(counts, found)
        yield from alone.tables()
        yield from found.tables()

    def _known(self, counts: NDArray[Any], axis: Axis, place: int) -> NDArray[Any]:
        return known(counts, axis, place, keep_missing=self.keep_missing)

    def _across(self, counts: NDArray[Any], found: Stacks) -> None:
        """Add the tables of each left column with each right one."""
        form = self.rights[0].form
        columns = np.array([[axis.column for axis in right.axes] for right in self.rights])
        for place, axis in enumerate(self.left.axes):
            # Shape (rights, levels of this left column, right size).
            some = self._known(_margin(counts, self.left, place, 1), axis, 1)
            for other, across in enumerate(self.rights[0].axes):
                table = _margin(some, self.rights[0], other, 2) if form else some
                table = self._known(table, across, 2)
                found.add(np.full(len(columns), axis.column), columns[:, other], table)

    def _own(self, group: Group, counts: Ints, alone: Alone, found: Stacks) -> None:
        """Add the tables of the columns of a group with themselves and with each other."""
        shaped = counts.reshape([axis.size for axis in group.axes])
        for place, axis in enumerate(group.axes):
            alone.add(axis.column, self._known(summed(shaped, place), axis, 0))
        for one, two in combinations(range(shaped.ndim), 2):
            left, right = group.axes[one], group.axes[two]
            table = summed(shaped, one, two)
            table = self._known(self._known(table, left, 0), right, 1)
            found.add(np.array([left.column]), np.array([right.column]), table[np.newaxis])


def _own_pairs(columns: int) -> int:
    return columns * (columns + 1) // 2


def _step(cells: int, least: int) -> int:
    """How many rows to count at a time: a larger table is worth a longer run."""
    return min(max(least, 4 * cells), _MOST_ROWS)


def _positions(scaled: NDArray[Any], right: NDArray[Any], space: Workspace) -> NDArray[np.intp]:
    """Return which cell each row falls in."""
    positions = space.array("positions", scaled.shape, np.intp)
    np.add(scaled, right, out=positions, casting="unsafe")
    return positions


def _worth_adding(n: int, cells: int) -> bool:
    """Whether np.add.at to 32-bit counts is faster than bincount to 64-bit ones.

    With 4,096 cells they take as long; with 10,000 it saves a tenth of 1.9 ns a row, with 65,536
    a third of 3.4, with 430,000 as much of what it takes to sum them. Fewer rows do not fill the
    table.
    """
    return 1 << 13 <= cells <= 1 << 19 and cells <= 2 * n < 1 << 32


def _bincount(values: NDArray[Any], size: int) -> Ints:
    return np.bincount(values, minlength=size).astype(np.int64, copy=False)


def _margin(counts: NDArray[Any], group: Group, place: int, axis: int) -> NDArray[Any]:
    """Sum a group's axis of the counts over all of its columns but one."""
    if len(group.axes) == 1:
        return counts
    before = prod(other.size for other in group.axes[:place])
    after = prod(other.size for other in group.axes[place + 1 :])
    size = group.axes[place].size
    outer, inner = counts.shape[:axis], counts.shape[axis + 1 :]
    shaped = counts.reshape(prod(outer), before, size, after, prod(inner))
    kept = np.einsum("obsai->osi", shaped)
    return np.asarray(kept).reshape(*outer, size, *inner)
