"""Which columns are worth counting three at a time, and which three."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log2, prod
from typing import Any

from pandas_mi.counting.fused import Axis
from pandas_mi.counting.triples import MOST_LEVELS, Block, Triples

__all__ = ["Blocks", "dozens"]

_FEW_LEVELS = 16  # or fewer: two columns and two others fill a table of 65,536 cells at most
_FEWEST_ROWS, _MOST_ROWS = 1 << 14, (1 << 32) - 1  # the most that a 32-bit count holds
_TASK_CELLS = 1 << 18  # of the tables of a task: 2 MB


@dataclass(frozen=True, slots=True)
class Blocks:
    """Columns of which each pair is wanted once, and each with itself.

    Attributes
    ----------
    axes : sequence of Axis, three at least
    """

    axes: Sequence[Axis]

    def cost(self, n: int) -> float:
        """Estimated nanoseconds, as if all columns were of their mean size."""
        threes, twos = _numbers(len(self.axes))
        mean = sum(axis.size for axis in self.axes) / len(self.axes)
        return threes * _cost([mean] * 3, n) + twos * _cost([mean] * 2, n)

    def tasks(self, n: int, most: float, keep_missing: bool) -> Iterator[Triples]:
        """Cut the blocks into tasks that take at most so many nanoseconds each, if they can."""
        rest = {axis.column for axis in self.axes}
        for blocks, cost in self._runs(n, most):
            columns = {axis.column for block in blocks for axis in block}
            yield Triples(tuple(blocks), tuple(sorted(columns & rest)), keep_missing, cost)
            rest -= columns

    def _runs(self, n: int, most: float) -> Iterator[tuple[list[Block], float]]:
        """Blocks that share a task, and nanoseconds that they take."""
        run: list[Block] = []
        cells, cost = 0.0, 0.0
        for block in _blocks_of(self.axes):
            sizes = [axis.size for axis in block]
            more_cells, more = _table_cells(sizes), _cost(sizes, n)
            if run and (cells + more_cells > _TASK_CELLS or cost + more > most):
                yield run, cost
                run, cells, cost = [], 0.0, 0.0
            run.append(block)
            cells += more_cells
            cost += more
        yield run, cost


def dozens(axes: Sequence[Axis], n: int) -> tuple[list[Axis], list[Axis]]:
    """Part the columns that three at a time may be worth it for, if there are three."""
    some = [axis for axis in axes if _FEW_LEVELS < axis.size <= MOST_LEVELS]
    if len(some) < 3 or not _FEWEST_ROWS <= n <= _MOST_ROWS:
        return [], list(axes)
    return some, [axis for axis in axes if not _FEW_LEVELS < axis.size <= MOST_LEVELS]


def _blocks_of(axes: Sequence[Axis]) -> Iterator[Block]:
    """Lay out blocks such that each two columns stand in one of them.

    A Latin square: of three parts of s columns, the i-th of one and the j-th of the next meet
    the (i + j mod s)-th of the last, which makes s² blocks; and so on inside each part.
    """
    if len(axes) <= 3:
        if len(axes) > 1:
            yield tuple(axes)
        return
    parts = _parts(axes)
    longest = len(parts[0])
    for i, j in product(range(longest), repeat=2):
        places = (i, j, (i + j) % longest)
        block = [part[k] for part, k in zip(parts, places, strict=True) if k < len(part)]
        if len(block) > 1:
            yield tuple(block)
    for part in parts:
        yield from _blocks_of(part)


def _numbers(columns: int) -> tuple[int, int]:
    """Return how many blocks of three and of two so many columns make."""
    if columns <= 3:
        return int(columns == 3), int(columns == 2)
    longest, second, third = map(len, _parts(range(columns)))
    threes = second * third
    twos = second * (longest - third) + (longest - second) * third
    inside = [_numbers(part) for part in (longest, second, third)]
    return threes + sum(n for n, _ in inside), twos + sum(n for _, n in inside)


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start::3] for start in range(3)]


def _cost(sizes: Sequence[float], n: int) -> float:
    """Nanoseconds to count n rows of a block, and to sum up what was counted.

    Measured: 2.4 a row for three columns while they have up to 2**15 cells, 3.6 with 2**18; 1.85
    for two; 0.9 for each of their cells and 1.5 for each of the tables'.
    """
    cells = prod(sizes)
    if len(sizes) == 2:
        return 15_000 + 1.85 * n + 1.5 * cells
    a_row = 2.4 + 0.4 * max(0.0, log2(cells) - 15)
    return 20_000 + a_row * n + 0.9 * cells + 1.5 * _table_cells(sizes)


def _table_cells(sizes: Sequence[float]) -> float:
    return sum(left * right for left, right in combinations(sizes, 2))
