"""The tasks that count the pairs of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from numpy.typing import NDArray

from pandas_mi.counting.blocks import Blocks, dozens
from pandas_mi.counting.codes import Codes, dense_limit
from pandas_mi.counting.fused import Axis, Group, Tile
from pandas_mi.counting.grouping import (
    axis_of,
    cheapest,
    cheapest_triangle,
    cost_across,
    cost_of_triangle,
    pass_cost,
    single,
    sparse_cost,
)
from pandas_mi.counting.products import Product
from pandas_mi.counting.sparse import SparsePair
from pandas_mi.counting.strips import Strip, cuts, strips, strips_across
from pandas_mi.counting.triples import Triples
from pandas_mi.counting.workspace import Workspace

__all__ = ["Task", "counts_of", "groups_of", "plan", "plan_alone"]

Task = Tile | Triples | Product | SparsePair

_NARROW = 256  # codes: a column with more is counted by itself; the table of two with so many is
# never sparse, which lets the pairs inside a group come from the tables across groups
_TILE_CELLS = 1 << 18  # 2 MB of counts for one left group and its right ones
_WORTH_SPLITTING = 2e6  # nanoseconds: no task of less is cut in two for the sake of threads


def plan(
    columns: Mapping[int, Codes],
    rows: Sequence[int],
    across: Sequence[int],
    *,
    keep_missing: bool = False,
    threads: int = 1,
) -> list[Task]:
    """Lay out the tasks that count every column of `rows` against every column of `across`.

    A pair that the two lists hold in both orders is counted once. Plans differ in speed alone.

    Parameters
    ----------
    columns : mapping of column to Codes, of n rows each
    rows, across : sequences of columns, each without repeats
    keep_missing : bool
        Whether missing counts as a level.
    threads : int
        How many will take up the tasks, which are cut so that each finds enough.

    Returns
    -------
    list of Tile, Triples, Product or SparsePair, the longest first
    """
    in_rows, in_across = set(rows), set(across)
    axes = {column: axis_of(column, columns[column]) for column in [*rows, *across]}
    n = max((len(columns[column].codes) for column in axes), default=0)
    common = [axes[column] for column in rows if column in in_across]
    drafts = [
        *_triangle(common, n, threads),
        *_rectangle(
            [axes[c] for c in rows if c not in in_across], [axes[c] for c in across], n, threads
        ),
        *_rectangle(common, [axes[c] for c in across if c not in in_rows], n, threads),
    ]
    whole = sum(draft.cost(n) for draft in drafts)
    most = max(whole / (4 * threads), _WORTH_SPLITTING) if threads > 1 else whole
    tasks = [task for draft in drafts for task in draft.tasks(n, most, keep_missing)]
    return sorted(tasks, key=lambda task: task.cost, reverse=True)


def plan_alone(
    columns: Mapping[int, Codes], wanted: Iterable[int], *, keep_missing: bool = False
) -> list[Task]:
    """Lay out the tasks that count each wanted column by itself."""
    drafts = [_alone(axis_of(column, columns[column])) for column in wanted]
    n = max((len(columns[column].codes) for column in wanted), default=0)
    return [task for draft in drafts for task in draft.tasks(n, 0.0, keep_missing)]


def groups_of(tasks: Iterable[Any]) -> list[Group]:
    """Return the groups whose fused codes some tasks need, each once."""
    return list(dict.fromkeys(g for task in tasks if isinstance(task, Tile) for g in task.groups))


def counts_of(
    task: Task,
    columns: Mapping[int, Codes],
    fused: Mapping[Group, NDArray[Any]],
    space: Workspace,
) -> Any:
    """Count the rows of some columns for a task, given the codes of its groups too.

    The counts of several runs of rows add up; they last until the next use of the workspace.
    """
    if isinstance(task, Tile):
        return task.count(fused, space)
    if isinstance(task, Triples | Product):
        return task.count(columns, space)
    return task.count(columns)


@dataclass(frozen=True, slots=True)
class _Draft:
    """One left group, and groups of any form to count it against.

    Attributes
    ----------
    left : Group
    rights : sequence of Group
    own_left, own_right : bool
        Whether the pairs inside the left group, and inside the right one, are wanted too.
    """

    left: Group
    rights: Sequence[Group]
    own_left: bool = False
    own_right: bool = False

    def cost(self, n: int) -> float:
        """Estimated nanoseconds."""
        if not self.rights:
            return pass_cost(n, self.left.size)
        return sum(len(run) * self._pass(run[0], n) for run in self._alike())

    def tasks(self, n: int, most: float, keep_missing: bool) -> Iterator[Task]:
        """Cut the draft into tasks that take at most so many nanoseconds each, if they can."""
        own = self.own_left
        for rights in self._runs(n, most) if self.rights else [()]:
            cost = (
                len(rights) * self._pass(rights[0], n) if rights else pass_cost(n, self.left.size)
            )
            if rights and self._size(rights[0]) > dense_limit(n):
                left, right = self.left.axes[0].column, rights[0].axes[0].column
                yield SparsePair(left, right, keep_missing, cost)
            else:
                yield Tile(self.left, tuple(rights), own, self.own_right, keep_missing, cost)
                own = False

    def _alike(self) -> list[list[Group]]:
        """Right groups of one form and about one size: singles are padded to the largest."""
        by_size = groupby(self.rights, key=lambda right: (right.form, right.size.bit_length()))
        return [list(run) for _, run in by_size]

    def _runs(self, n: int, most: float) -> Iterator[Sequence[Group]]:
        """Right groups by runs that share a task."""
        for alike in self._alike():
            cells, cost = self._size(alike[0]), self._pass(alike[0], n)
            length = max(1, min(_TILE_CELLS // cells, int(most / cost)))
            if cells > dense_limit(n):
                length = 1
            for start in range(0, len(alike), length):
                yield alike[start : start + length]

    def _size(self, right: Group) -> int:
        return self.left.size * right.size

    def _pass(self, right: Group, n: int) -> float:
        size = self._size(right)
        return pass_cost(n, size) if size <= dense_limit(n) else sparse_cost(n)


_AnyDraft = _Draft | Blocks | Strip


def _triangle(axes: Sequence[Axis], n: int, threads: int) -> Iterator[_AnyDraft]:
    """Every pair of the columns, each with itself included."""
    narrow, wide = _by_width(axes)
    yield from _narrow_triangle(narrow, n, threads)
    for place, axis in enumerate(wide):
        yield _alone(axis)
        yield from _rectangle([axis], [*narrow, *wide[place + 1 :]], n, threads)


def _rectangle(
    rows: Sequence[Axis], across: Sequence[Axis], n: int, threads: int
) -> Iterator[_AnyDraft]:
    """Every pair of one of the rows with one of the columns across."""
    if not rows or not across:
        return
    (narrow, wide), (narrow_across, wide_across) = _by_width(rows), _by_width(across)
    yield from _narrow_rectangle(narrow, narrow_across, n, threads)
    for axis in wide:
        yield from _fused_rectangle([axis], narrow_across, n)
        yield from (_Draft(single(axis), [single(other)]) for other in wide_across)
    for axis in wide_across:
        yield from _fused_rectangle([axis], narrow, n)


def _narrow_triangle(axes: Sequence[Axis], n: int, threads: int) -> Iterator[_AnyDraft]:
    """Every pair: columns up to some length by products, others fused or three at a time."""

    def cost(cut: int) -> float:
        few, many = _cut(axes, cut)
        others = cost_across(many, few, n) + _cost_parted(*_parted(many, n), n)
        return others + _cost(strips(few), n, threads)

    few, many = _cut(axes, _cheapest(cuts(axes), cost))
    yield from strips(few)
    yield from _fused_rectangle(many, few, n)
    some, rest = _parted(many, n)
    if some:
        yield Blocks(some)
    yield from _fused_rectangle(some, rest, n)
    yield from _fused_triangle(rest, n)


def _parted(axes: Sequence[Axis], n: int) -> tuple[Sequence[Axis], Sequence[Axis]]:
    """Part the columns that cost less when they are counted three at a time, if any."""
    some, rest = dozens(axes, n)
    if some and _cost_parted(some, rest, n) < cost_of_triangle(axes, n):
        return some, rest
    return [], axes


def _cost_parted(some: Sequence[Axis], rest: Sequence[Axis], n: int) -> float:
    """Nanoseconds of every pair: of some three at a time, of the others fused."""
    cost = cost_of_triangle(rest, n)
    return cost + Blocks(some).cost(n) + cost_across(some, rest, n) if some else cost


def _narrow_rectangle(
    rows: Sequence[Axis], across: Sequence[Axis], n: int, threads: int
) -> Iterator[_AnyDraft]:
    """Every pair of one of the rows with one of the columns across, likewise."""

    def cost(cut: int) -> float:
        (few, many), (few_across, many_across) = _cut(rows, cut), _cut(across, cut)
        fused = cost_across(few, many_across, n) + cost_across(many, across, n)
        return fused + _cost(strips_across(few, few_across), n, threads)

    cut = _cheapest(cuts(rows if len(rows) < len(across) else across), cost)
    (few, many), (few_across, many_across) = _cut(rows, cut), _cut(across, cut)
    yield from strips_across(few, few_across)
    yield from _fused_rectangle(few, many_across, n)
    yield from _fused_rectangle(many, across, n)


def _cheapest(choices: Sequence[int], cost: Callable[[int], float]) -> int:
    """Return the choice of least cost, which takes time to estimate and is not asked of one."""
    return choices[0] if len(choices) == 1 else min(choices, key=cost)


def _cost(products: Iterable[Strip], n: int, threads: int) -> float:
    """Nanoseconds of products, which threads share; passes of bincount hold each other up."""
    return sum(strip.cost(n) for strip in products) / threads


def _fused_triangle(axes: Sequence[Axis], n: int) -> Iterator[_Draft]:
    """Each group against the later ones; pairs inside a group come from the same tables."""
    if not axes:
        return
    groups = cheapest_triangle(axes, n)
    last = len(groups) - 1
    for place, group in enumerate(groups[:last] or groups):
        yield _Draft(group, groups[place + 1 :], own_left=True, own_right=place + 1 == last)


def _fused_rectangle(rows: Sequence[Axis], across: Sequence[Axis], n: int) -> Iterator[_Draft]:
    if rows and across:
        lefts, rights = cheapest(rows, across, n)
        yield from (_Draft(left, rights) for left in lefts)


def _alone(axis: Axis) -> _Draft:
    return _Draft(single(axis), [], own_left=True)


def _cut(axes: Sequence[Axis], size: int) -> tuple[list[Axis], list[Axis]]:
    """Part the columns of at most so many levels from the others."""
    return [a for a in axes if a.size <= size], [a for a in axes if a.size > size]


def _by_width(axes: Sequence[Axis]) -> tuple[list[Axis], list[Axis]]:
    """Part the columns that may be fused from those that are always counted by themselves."""
    narrow = [axis for axis in axes if axis.n_codes <= _NARROW]
    return narrow, [axis for axis in axes if axis.n_codes > _NARROW]
