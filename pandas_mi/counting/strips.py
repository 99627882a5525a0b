"""Which columns are worth counting by matrix products, and how many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pandas_mi.counting.fused import Axis
from pandas_mi.counting.grouping import single
from pandas_mi.counting.products import MOST_ROWS, Product

__all__ = ["Strip", "cuts", "strips", "strips_across"]

# Levels of the left columns of a product, and half of those of the right: 15 MB of slots each, and
# 17 MB of counts. Making slots costs as much as multiplying each by a hundred others.
_LEVELS = 1024
_FEWEST_SLOTS = 224  # of a product that is cut in parts for the sake of threads
_FEWEST_COLUMNS = 32  # with fewer, slots cost more than they save


@dataclass(frozen=True, slots=True)
class Strip:
    """Left columns, and right ones to count them against by one product.

    Attributes
    ----------
    lefts, rights : sequence of Axis
    own : bool
        Whether the rights begin with the lefts, of which each pair is wanted once.
    """

    lefts: Sequence[Axis]
    rights: Sequence[Axis]
    own: bool = False

    def cost(self, n: int) -> float:
        """Nanoseconds to make the slots, to multiply them, and to take the tables from the product.

        Measured: a multiplication and addition 0.013 where the core has AVX-512, up to twice that
        elsewhere; a slot of a left column 0.7 a row, and twice that of a right one, which weighs
        two together; a cell of a table 2 for each product, and 9 at the end.
        """
        (left, a), (right, b) = _slots(self.lefts), _slots(self.rights)
        right = (right + 1) // 2
        products = n // MOST_ROWS + 1
        cells = len(self.lefts) * len(self.rights) * (a + 1) * (b + 1)
        a_row = 0.015 * left * right + 0.7 * (left + 2 * right)
        return 60_000 * products + n * a_row + cells * (9 + 2 * products)

    def tasks(self, n: int, most: float, keep_missing: bool) -> Iterator[Product]:
        """Cut the strip into tasks that take at most so many nanoseconds each, if they can."""
        parts = min(int(-(-self.cost(n) // most)), _slots(self.lefts)[0] // _FEWEST_SLOTS)
        step = -(-len(self.lefts) // max(parts, 1))
        for start in range(0, len(self.lefts), step):
            rights = self.rights[start:] if self.own else self.rights
            part = Strip(self.lefts[start : start + step], rights, self.own)
            sides = _padded(part.lefts), _padded(part.rights)
            yield Product(*sides, self.own, keep_missing, part.cost(n))


def cuts(axes: Iterable[Axis]) -> list[int]:
    """Return the lengths up to which columns may be counted by products, 0 for none."""
    sizes = [axis.size for axis in axes]
    if len(sizes) < _FEWEST_COLUMNS:
        return [0]
    return [0, *sorted({1 << (size - 1).bit_length() for size in sizes})]


def strips(axes: Sequence[Axis]) -> Iterator[Strip]:
    """Count every pair of the columns, each with itself included."""
    rest = _by_form(axes)
    while rest:
        lefts = rest[: _columns(rest, _LEVELS)]
        first = max(_columns(rest, 2 * _LEVELS), len(lefts))
        yield Strip(lefts, rest[:first], own=True)
        yield from (Strip(lefts, rights) for rights in _chunks(rest[first:], 2 * _LEVELS))
        rest = rest[len(lefts) :]


def strips_across(rows: Sequence[Axis], across: Sequence[Axis]) -> Iterator[Strip]:
    """Count every one of the rows against every one of the columns across."""
    for lefts in _chunks(_by_form(rows), _LEVELS):
        yield from (Strip(lefts, rights) for rights in _chunks(_by_form(across), 2 * _LEVELS))


def _chunks(axes: Sequence[Axis], levels: int) -> Iterator[Sequence[Axis]]:
    while axes:
        length = _columns(axes, levels)
        yield axes[:length]
        axes = axes[length:]


def _by_form(axes: Sequence[Axis]) -> list[Axis]:
    """Sort by length, descending: columns of a product are padded to the length of its first."""
    return sorted(axes, key=lambda axis: (axis.n_codes, axis.first), reverse=True)


def _columns(axes: Sequence[Axis], levels: int) -> int:
    """How many of the columns, the longest first, have at most so many levels together."""
    return max(1, levels // axes[0].size)


def _slots(axes: Sequence[Axis]) -> tuple[int, int]:
    """Slots of all columns, and of one."""
    one = max(axis.size for axis in _padded(axes)) - 1
    return one * len(axes) + 1, one


def _padded(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """Return the axes as they are if all are alike, else with a place for missing on each."""
    if len({(axis.size, axis.first) for axis in axes}) == 1:
        return tuple(axes)
    return tuple(single(axis).axes[0] for axis in axes)
