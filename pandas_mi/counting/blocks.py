"""Which columns are worth counting three at a time, and which three."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import log2, prod

from pandas_mi.counting.fused import Axis
from pandas_mi.counting.triples import MOST_LEVELS, Block, Triples

__all__ = ["Blocks", "dozens"]

_FEW_LEVELS = 16  # or fewer: two columns and two others fill a table of 65,536 cells at most
_FEWEST_ROWS, _MOST_ROWS = 1 << 14, (1 << 32) - 1  # the most that a 32-bit count holds
_TASK_CELLS = 1 << 18  # of the tables of a task: 2 MB


@dataclass(frozen=True)
class Blocks:
    """Columns of which each pair is wanted once, and each with itself.

    Attributes
    ----------
    axes : sequence of Axis, three at least
    """

    axes: Sequence[Axis]

    def cost(self, n: int) -> float:
        """Estimated nanoseconds."""
        return sum(_cost(block, n) for block in self._all)

    def tasks(self, n: int, most: float, keep_missing: bool) -> Iterator[Triples]:
        """Cut the blocks into tasks that take at most so many nanoseconds each, if they can."""
        rest = {axis.column for axis in self.axes}
        for blocks in self._runs(n, most):
            task = Triples(tuple(blocks), (), keep_missing, sum(_cost(b, n) for b in blocks))
            own = tuple(column for column in task.columns if column in rest)
            rest.difference_update(own)
            yield Triples(task.blocks, own, keep_missing, task.cost)

    def _runs(self, n: int, most: float) -> Iterator[list[Block]]:
        """Blocks that share a task."""
        run: list[Block] = []
        cells, cost = 0, 0.0
        for block in self._all:
            cells += _table_cells(block)
            cost += _cost(block, n)
            if run and (cells > _TASK_CELLS or cost > most):
                yield run
                run, cells, cost = [], _table_cells(block), _cost(block, n)
            run.append(block)
        yield run

    @cached_property
    def _all(self) -> list[Block]:
        return list(_blocks_of(self.axes))


def dozens(axes: Sequence[Axis], n: int) -> list[Axis]:
    """Return the columns that three at a time may be worth it for, if there are three."""
    found = [axis for axis in axes if _FEW_LEVELS < axis.size <= MOST_LEVELS]
    return found if len(found) >= 3 and _FEWEST_ROWS <= n <= _MOST_ROWS else []


def _blocks_of(axes: Sequence[Axis]) -> Iterator[Block]:
    """Lay out blocks such that each two columns stand in one of them.

    A Latin square: of three parts of s columns, the i-th of one and the j-th of the next meet
    the (i + j mod s)-th of the last, which makes s² blocks; and so on inside each part.
    """
    if len(axes) <= 3:
        if len(axes) > 1:
            yield tuple(axes)
        return
    parts = [axes[start::3] for start in range(3)]
    longest = len(parts[0])
    for i, j in product(range(longest), repeat=2):
        places = (i, j, (i + j) % longest)
        block = [part[k] for part, k in zip(parts, places, strict=True) if k < len(part)]
        if len(block) > 1:
            yield tuple(block)
    for part in parts:
        yield from _blocks_of(part)


def _cost(block: Block, n: int) -> float:
    """Nanoseconds to count n rows, and to sum up what was counted.

    Measured: 2.4 a row for three columns while they have up to 2**15 cells, 3.6 with 2**18; 1.85
    for two; 0.9 for each of their cells and 1.5 for each of the tables'.
    """
    cells = prod(axis.size for axis in block)
    if len(block) == 2:
        return 15_000 + 1.85 * n + 1.5 * cells
    a_row = 2.4 + 0.4 * max(0.0, log2(cells) - 15)
    return 20_000 + a_row * n + 0.9 * cells + 1.5 * _table_cells(block)


def _table_cells(block: Block) -> int:
    return sum(left.size * right.size for left, right in combinations(block, 2))
