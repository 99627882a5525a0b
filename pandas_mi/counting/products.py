"""Columns of few levels counted against many others by matrix products.

A column of a levels has a - 1 slots, rows of zeros and ones, one for each level but the first. The
product of the slots of two columns is their table but for the first level of each, which follows
from the marginals. A float32 holds integers below 2**24 exactly, so over 4,095 rows one number
carries two counts: a slot of one column weighs 1, and one of another column 4,096.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pandas_mi.counting.codes import Codes
from pandas_mi.counting.fused import Axis
from pandas_mi.counting.tables import Places, Tables
from pandas_mi.counting.workspace import Workspace

__all__ = ["MOST_ROWS", "Product"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_BITS = 12  # of each of the two counts in a number
MOST_ROWS = (1 << _BITS) - 1  # of a product, so that no count needs more bits
_CELLS = 1 << 16  # of the tables that are handed over at a time: 512 KB, for the L2 cache


@dataclass(frozen=True, slots=True)
class Product:
    """The task of counting each of some columns against each of others.

    Attributes
    ----------
    lefts, rights : tuple of Axis
        Those of one side that differ in length begin with code 0, and are padded to the longest.
    own : bool
        Whether the rights begin with the lefts, of which each pair is wanted once, and each column
        with itself.
    keep_missing : bool
        Whether missing counts as a level.
    cost : float
        Estimated nanoseconds.
    """

    lefts: tuple[Axis, ...]
    rights: tuple[Axis, ...]
    own: bool
    keep_missing: bool
    cost: float

    @property
    def n_pairs(self) -> int:
        """Number of tables that come out."""
        lefts = len(self.lefts)
        return lefts * len(self.rights) - self.own * (lefts * (lefts - 1) // 2)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns whose codes it needs."""
        return tuple(dict.fromkeys(axis.column for axis in (*self.lefts, *self.rights)))

    @property
    def nbytes(self) -> int:
        """Bytes of its counts."""
        a, b = _length(self.lefts), _length(self.rights)
        return 8 * len(self.lefts) * a * b * len(self.rights)

    def count(self, columns: Mapping[int, Codes], space: Workspace) -> Ints:
        """Count the rows, shape (lefts, length of an axis, that of a right one, rights).

        Parameters
        ----------
        columns : mapping of column to Codes, of n rows each
            The counts of several runs of rows add up.
        space : Workspace
            Holds the result until its next use.
        """
        n = len(columns[self.lefts[0].column].codes)
        half = (len(self.rights) + 1) // 2
        rows, across = _length(self.lefts) - 1, _length(self.rights) - 1
        shape = (2, 1 + rows * len(self.lefts), 1 + across * half)
        sums: Ints = space.array("sums", shape, np.int64)
        sums.fill(0)
        for start in range(0, n, MOST_ROWS):
            run = slice(start, min(start + MOST_ROWS, n))
            left = _slots(_stacked(columns, self.lefts, run, len(self.lefts), space), rows, space)
            right = _packed(_stacked(columns, self.rights, run, 2 * half, space), across, space)
            _add_product(left, right, sums, space)
        return self._whole(sums, n, space)

    def _whole(self, sums: Ints, n: int, space: Workspace) -> Ints:
        """Return the counts of every level, given those without the first and the marginals."""
        lefts, rights, half = len(self.lefts), len(self.rights), (len(self.rights) + 1) // 2
        a, b = _length(self.lefts), _length(self.rights)
        counts: Ints = space.array("counts", (lefts, a, b, rights), np.int64)
        inner = counts[:, 1:, 1:]
        found = sums[:, 1:, 1:].reshape(2, a - 1, lefts, b - 1, half).swapaxes(1, 2)
        inner[..., :half], inner[..., half:] = found[0], found[1, ..., : rights - half]
        of_left = sums[0, 1:, 0].reshape(a - 1, lefts).T
        of_right = np.concatenate(sums[:, 0, 1:].reshape(2, b - 1, half), axis=1)[:, :rights]
        np.subtract(of_right, inner.sum(axis=1), out=counts[:, 0, 1:])
        np.subtract(of_left[..., np.newaxis], inner.sum(axis=2), out=counts[:, 1:, 0])
        first = n - of_left.sum(axis=1, keepdims=True)
        np.subtract(first, counts[:, 0, 1:].sum(axis=1), out=counts[:, 0, 0])
        return counts

    def tables(self, counts: Ints) -> Iterator[Tables]:
        """Yield the tables of all pairs; uses the counts up."""
        if not self.keep_missing:
            counts[_begin_with_missing(self.lefts), 0] = 0
            counts[:, :, 0, _begin_with_missing(self.rights)] = 0
        left = np.array([axis.column for axis in self.lefts])
        right = np.array([axis.column for axis in self.rights])
        if self.own:
            each = np.arange(len(left))
            yield Tables.of_themselves(left, counts[each, :, :, each].sum(axis=2))
        step = max(1, _CELLS // counts[0].size)
        for start in range(0, len(left), step):
            first = start + 1 if self.own else 0
            some = counts[start : start + step, ..., first:]
            wanted = np.ones((len(some), len(right) - first), dtype=np.bool_)
            if self.own:  # a left column stands before the right ones that it has not met
                wanted = np.triu(wanted)
            if wanted.any():
                yield _tables(left[start : start + step], right[first:], some, wanted)


def _length(axes: Sequence[Axis]) -> int:
    return max(axis.size for axis in axes)


def _begin_with_missing(axes: Sequence[Axis]) -> NDArray[np.intp]:
    return np.flatnonzero([axis.first == 0 for axis in axes])


def _stacked(
    columns: Mapping[int, Codes], axes: Sequence[Axis], run: slice, length: int, space: Workspace
) -> NDArray[np.uint8]:
    """Return where each row stands on each axis, shape (length, rows), filled up with zeros.

    It lasts until the next call, as what is made of it does.
    """
    places = space.array("places", (length, run.stop - run.start), np.uint8)
    for place, axis in zip(places, axes, strict=False):
        np.subtract(columns[axis.column].codes[run], axis.first, out=place, casting="unsafe")
    places[len(axes) :] = 0
    return places


def _found(places: NDArray[np.uint8], slots: int, space: Workspace) -> NDArray[np.bool_]:
    """Return which slot each row of a column falls in, shape (slots, columns, rows)."""
    found: NDArray[np.bool_] = space.array("found", (slots, *places.shape), np.bool_)
    levels = np.arange(1, slots + 1, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    return np.equal(places, levels, out=found)


def _slots(places: NDArray[np.uint8], slots: int, space: Workspace) -> Floats:
    """Return a row of ones, and the slots of each column, a number for each row."""
    columns, rows = places.shape
    result: Floats = space.array("slots", (1 + slots * columns, rows), np.float32)
    result[0] = 1
    np.copyto(result[1:].reshape(slots, columns, rows), _found(places, slots, space))
    return result


def _packed(places: NDArray[np.uint8], slots: int, space: Workspace) -> Floats:
    """Return a row of ones, and the slots of each two columns in one, the later times 4,096."""
    half, rows = len(places) // 2, places.shape[1]
    result: Floats = space.array("packed", (1 + slots * half, rows), np.float32)
    result[0] = 1
    found, packed = _found(places, slots, space), result[1:].reshape(slots, half, rows)
    np.multiply(found[:, half:], np.float32(1 << _BITS), out=packed)
    np.add(packed, found[:, :half], out=packed)
    return result


def _add_product(left: Floats, right: Floats, sums: Ints, space: Workspace) -> None:
    """Add the two counts that each number of the product holds."""
    product = space.array("product", sums.shape[1:], np.float32)
    whole, low = (space.array(name, sums.shape[1:], np.int32) for name in ("whole", "low"))
    np.matmul(left, right.T, out=product)
    np.copyto(whole, product, casting="unsafe")
    sums[0] += np.bitwise_and(whole, MOST_ROWS, out=low)
    sums[1] += np.right_shift(whole, _BITS, out=whole)


def _tables(left: Places, right: Places, counts: Ints, wanted: NDArray[np.bool_]) -> Tables:
    """Return the wanted tables of each left column with each right one."""
    one, two = np.nonzero(wanted)
    rows, columns = (counts.sum(axis=axis).swapaxes(1, 2)[wanted] for axis in (2, 1))
    cells = counts.transpose(0, 3, 1, 2)[wanted].reshape(len(one), -1)
    return Tables(left[one], right[two], rows, columns, cells)
