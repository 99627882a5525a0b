"""Which columns to fuse into one code: estimates of cost, and the cheapest choice."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from math import inf, log2, prod

from pandas_mi.counting.codes import Codes, dense_limit
from pandas_mi.counting.fused import Axis, Group

__all__ = [
    "axis_of",
    "cheapest",
    "cheapest_triangle",
    "cost_across",
    "cost_of_triangle",
    "pass_cost",
    "single",
    "sparse_cost",
]

Members = tuple[Axis, ...]  # columns that are to be one group

# How many codes a group may have. Two groups of 256 make a table of 512 KB, which still fits a
# core's L2 cache; larger groups pay against a column of few levels.
_CAPACITIES = (1, 16, 64, 128, 256, 1024)
_MEMBERS = 8  # columns in a group, as unfolding takes a step for each two of them


def cheapest_triangle(axes: Sequence[Axis], n: int) -> list[Group]:
    """Fuse columns that are all counted against each other, over n rows.

    A pass costs little more for a table of 10,000 cells than for one of 100, and serves four
    pairs when each side has two columns. But unfolding costs in proportion to the cells: with
    few rows, or with columns of many levels, small groups win. So every capacity is tried on
    paper, which takes microseconds.
    """
    return _groups(min(_choices(axes), key=lambda members: _cost(members, members, n)))


def cheapest(
    lefts: Sequence[Axis], rights: Sequence[Axis], n: int
) -> tuple[list[Group], list[Group]]:
    """Fuse the columns of two sets that are counted against each other, over n rows."""
    choices = product(_choices(lefts), _choices(rights))
    left, right = min(choices, key=lambda sides: _cost(sides[0], sides[1], n))
    return _groups(left), _groups(right)


def cost_of_triangle(axes: Sequence[Axis], n: int) -> float:
    """Nanoseconds that `cheapest_triangle` takes: half of all against all."""
    return min(_cost(members, members, n) for members in _choices(axes)) / 2


def cost_across(lefts: Sequence[Axis], rights: Sequence[Axis], n: int) -> float:
    """Nanoseconds that `cheapest` takes."""
    choices = product(_choices(lefts), _choices(rights))
    return min(_cost(left, right, n) for left, right in choices)


@lru_cache(maxsize=1 << 12)  # the same sizes come again and again
def pass_cost(n: int, cells: int) -> float:
    """Nanoseconds to count n rows into a table, and to unfold it.

    Measured: 0.4 a row to add two codes; to increment a cell 1.3 while the L1 cache holds them
    (4,096 cells), 1.9 at 2**16, 2.2 at 2**18 (L2), 5.4 at 2**20. Unfolding and the sum of c·ln c
    cost 1.5 a cell; the calls themselves 5 microseconds.
    """
    beyond_l1, beyond_l2 = max(0.0, log2(cells) - 12), max(0.0, log2(cells) - 18)
    return 5_000 + n * (1.7 + 0.15 * beyond_l1 + 1.5 * beyond_l2) + 1.5 * cells


def sparse_cost(n: int) -> float:
    """Nanoseconds to count n rows by sorting."""
    return 20_000 + 20.0 * n


def axis_of(column: int, codes: Codes) -> Axis:
    """Return the axis of a column in a fused table: no place for missing where none is."""
    missing = codes.any_missing
    return Axis(column, codes.cardinality + missing, 1 - missing)


def single(axis: Axis) -> Group:
    """Return the group of one column, whose codes are used as they are: 0 is missing."""
    return Group((Axis(axis.column, axis.n_codes, 0),))


def _choices(axes: Sequence[Axis]) -> list[list[Members]]:
    """Return the groups that each capacity makes, but for those that leave every column alone."""
    two = prod(sorted(axis.size for axis in axes)[:2]) if len(axes) > 1 else inf
    return [_fused(axes, capacity) for capacity in _CAPACITIES if capacity == 1 or capacity >= two]


def _fused(axes: Sequence[Axis], capacity: int) -> list[Members]:
    """Fuse the largest column with the largest that still fits, and so on; none at capacity 1."""
    most = _MEMBERS if capacity > 1 else 1
    rest = sorted(axes, key=lambda axis: axis.size)
    sizes = [axis.size for axis in rest]
    fused = []
    while rest:
        members, room = [rest.pop()], capacity // max(sizes.pop(), 1)
        while len(members) < most and (fits := bisect_right(sizes, room)):
            members.append(rest.pop(fits - 1))
            room //= max(sizes.pop(fits - 1), 1)
        fused.append(tuple(members))
    return fused


def _groups(fused: Sequence[Members]) -> list[Group]:
    """Return the groups of these columns, those of one form and of about one size together."""
    groups = [Group(members) if len(members) > 1 else single(members[0]) for members in fused]
    return sorted(groups, key=lambda group: (group.form, group.size), reverse=True)


def _size(members: Members) -> int:
    """Size of the group that the columns will be."""
    if len(members) == 1:
        return members[0].n_codes
    return prod(axis.size for axis in members)


def _cost(lefts: Sequence[Members], rights: Sequence[Members], n: int) -> float:
    """Nanoseconds to count all against all; infinite where a fused table would be too large."""
    total = 0.0
    left = Counter((_size(members), len(members) == 1) for members in lefts).items()
    right = left if rights is lefts else Counter((_size(m), len(m) == 1) for m in rights).items()
    for ((size, alone), times), ((other, too), others) in product(left, right):
        if size * other <= dense_limit(n):
            one = pass_cost(n, size * other)
        else:
            one = sparse_cost(n) if alone and too else inf
        total += one * times * others
    return total
