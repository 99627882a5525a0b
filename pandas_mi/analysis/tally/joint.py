"""The joint counts of every pair of columns: counted, added, and moved to more levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.grid import asked
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.counting import Codes, JointCounts, SparsePair, Tables, joint_counts, plan

__all__ = ["PairCounts", "added", "cells_of", "counted", "empty", "moved", "of_cells", "with_rows"]

Ints = NDArray[np.int64]
CodeMap = NDArray[np.intp]
Pair = tuple[int, int]

_SMALL_CELLS = 1 << 12  # 32 KB: such a table is held cell by cell, however few are occupied
# Few rows go straight into the tables, at 30 µs a table and 6 ns a row: planning how to count them
# together takes 10 ms for 20 columns.
_FEW_ROWS = 1 << 13
_MOST_CELLS = 1 << 25  # occupied cells of one table: 512 MB


@dataclass(frozen=True, slots=True)
class PairCounts:
    """How many rows have each code, and each two codes of two columns; 0 is missing.

    Attributes
    ----------
    own : tuple of ndarray of int64
        Of each column, the rows that have each code, shape (cardinality + 1,).
    joint : mapping of (i, j), i < j, to JointCounts
        Dense where that takes less memory than sparse (8 bytes a cell, or 16 an occupied one),
        or little.
    """

    own: tuple[Ints, ...]
    joint: Mapping[Pair, JointCounts]


def empty(cardinalities: Sequence[int]) -> PairCounts:
    """Return the counts of no rows, in columns of so many levels."""
    nothing = np.empty(0, dtype=np.int64)
    sizes = [cardinality + 1 for cardinality in cardinalities]
    joint = {
        (i, j): _compact(JointCounts((sizes[i], sizes[j]), nothing, nothing))
        for j in range(len(sizes))
        for i in range(j)
    }
    return PairCounts(tuple(np.zeros(size, dtype=np.int64) for size in sizes), joint)


def counted(columns: Sequence[Codes]) -> PairCounts:
    """Count the rows of some columns.

    Parameters
    ----------
    columns : sequence of Codes, each of n rows, n ≥ 1
    """
    held, places = dict(enumerate(columns)), range(len(columns))
    workers = thread_count(None)
    tasks = plan(held, places, places, keep_missing=True, threads=workers)
    dense = [task for task in tasks if not isinstance(task, SparsePair)]
    own: dict[int, Ints] = {}
    joint: dict[Pair, JointCounts] = {}
    framed = partial(_framed, [codes.cardinality for codes in columns])
    for left, right, found in asked(held, dense, workers, Options(), framed):
        for one, two, table in zip(left.tolist(), right.tolist(), found, strict=True):
            if one == two:
                own[one] = table
            else:
                joint[min(one, two), max(one, two)] = _checked(_compact(table, one > two))
    sparse = [task for task in tasks if isinstance(task, SparsePair)]
    for task, table in zip(sparse, mapped(lambda one: one.count(held), sparse, workers),
                           strict=True):  # fmt: skip
        pair = (min(task.left, task.right), max(task.left, task.right))
        joint[pair] = _checked(_compact(table, task.left > task.right))
    return PairCounts(tuple(own[place] for place in places), dict(sorted(joint.items())))


def added(one: PairCounts, other: PairCounts) -> PairCounts:
    """Return the counts of both sets of rows, of the same codes."""
    joint = {pair: _checked(_sum(table, other.joint[pair])) for pair, table in one.joint.items()}
    own = tuple(some + more for some, more in zip(one.own, other.own, strict=True))
    return PairCounts(own, joint)


def with_rows(counts: PairCounts, columns: Sequence[Codes]) -> PairCounts:
    """Return the counts with those of some rows.

    Parameters
    ----------
    counts : PairCounts
    columns : sequence of Codes, each of n rows, n ≥ 1
        Of the same codes.
    """
    if not columns or len(columns[0].codes) > _FEW_ROWS:
        return added(counts, counted(columns))
    wide = [column.codes.astype(np.intp) for column in columns]
    own = tuple(
        some + np.bincount(codes, minlength=len(some))
        for some, codes in zip(counts.own, wide, strict=True)
    )
    joint = {}
    for (i, j), table in counts.joint.items():
        if table.cells is not None:
            joint[i, j] = _checked(_compact(table + joint_counts(columns[i], columns[j])))
            continue
        found = table.counts.copy()
        np.add.at(found.reshape(-1), wide[i] * table.shape[1] + wide[j], 1)
        joint[i, j] = JointCounts(table.shape, found)
    return PairCounts(own, joint)


def moved(
    counts: PairCounts, maps: Sequence[CodeMap | None], cardinalities: Sequence[int]
) -> PairCounts:
    """Return the same counts of other codes.

    Parameters
    ----------
    counts : PairCounts
    maps : sequence of ndarray of int, or None
        Of each column the new code of each code, increasing; None: all stay.
    cardinalities : sequence of int
        Of the new codes.
    """
    if all(code_of is None for code_of in maps):
        return counts
    own = tuple(
        some if code_of is None else _spread(some, code_of, size + 1)
        for some, code_of, size in zip(counts.own, maps, cardinalities, strict=True)
    )
    joint = {
        (i, j): _moved(table, maps[i], maps[j], (cardinalities[i] + 1, cardinalities[j] + 1))
        for (i, j), table in counts.joint.items()
    }
    return PairCounts(own, joint)


def _framed(cardinalities: Sequence[int], tables: Tables) -> list[Ints | JointCounts]:
    """Give each table its full shape: a place for missing, and none for padding; a copy."""
    found: list[Ints | JointCounts] = []
    across = tables.cells.reshape(len(tables.left), -1)
    shape = (tables.rows.shape[1], tables.columns.shape[1])
    for left, right, rows, cells in zip(
        tables.left.tolist(), tables.right.tolist(), tables.rows, across, strict=True
    ):
        if left == right:
            found.append(_axis(rows, cardinalities[left] + 1, 0))
            continue
        table = _axis(cells.reshape(shape), cardinalities[left] + 1, 0)
        table = _axis(table, cardinalities[right] + 1, 1)
        found.append(JointCounts((table.shape[0], table.shape[1]), table.copy()))
    return found


def _axis(counts: Ints, size: int, axis: int) -> Ints:
    """Cut padding off an axis, or put a 0 first where no row is missing."""
    if counts.shape[axis] >= size:
        return counts[:size] if axis == 0 else counts[:, :size]
    before = [(0, 0)] * counts.ndim
    before[axis] = (1, 0)
    return np.pad(counts, before)


def _compact(table: JointCounts, swapped: bool = False) -> JointCounts:
    """Return the table, or that of the columns in the other order, in the form of least memory."""
    if swapped:
        table = table.transposed()
    size = table.shape[0] * table.shape[1]
    if table.cells is None:
        if size <= _SMALL_CELLS or size <= 2 * np.count_nonzero(table.counts):
            return table
        cells = np.flatnonzero(table.counts)
        return JointCounts(table.shape, table.counts.ravel()[cells], cells)
    if size > _SMALL_CELLS and size > 2 * len(table.cells):
        return table
    return JointCounts(table.shape, _spread(table.counts, table.cells, size).reshape(table.shape))


def _sum(one: JointCounts, other: JointCounts) -> JointCounts:
    """Add two tables, each in the form of least memory; where one is dense so is the sum."""
    if one.cells is not None and other.cells is not None:
        return _compact(one + other)
    if one.cells is None and other.cells is None:
        return one + other
    dense, sparse = (one, other) if one.cells is None else (other, one)
    counts = dense.counts.copy()
    counts.reshape(-1)[sparse.cells] += sparse.counts
    return JointCounts(dense.shape, counts)


def _moved(
    table: JointCounts, rows: CodeMap | None, columns: CodeMap | None, shape: tuple[int, int]
) -> JointCounts:
    if rows is None and columns is None:
        return table
    cells = np.flatnonzero(table.counts) if table.cells is None else table.cells
    counts = table.counts.ravel()[cells] if table.cells is None else table.counts
    left, right = np.divmod(cells, table.shape[1])
    left = left if rows is None else rows[left]
    right = right if columns is None else columns[right]
    return _compact(JointCounts(shape, counts, left * shape[1] + right))


def _spread(counts: Ints, places: CodeMap, size: int) -> Ints:
    spread = np.zeros(size, dtype=np.int64)
    spread[places] = counts
    return spread


def _checked(table: JointCounts) -> JointCounts:
    if table.counts.size > _MOST_CELLS:
        raise ValueError(
            f"two columns have more than {_MOST_CELLS:,} combinations of levels: too many for a "
            "tally to hold. Leave columns of so many levels out, or give them cuts with bins="
        )
    return table


def cells_of(table: JointCounts) -> Iterator[Ints]:
    """Yield the codes of both columns and the count of each occupied cell, in order."""
    cells = np.flatnonzero(table.counts) if table.cells is None else table.cells
    yield from np.divmod(cells, table.shape[1])
    yield table.counts.ravel()[cells] if table.cells is None else table.counts


def of_cells(
    left: Ints, right: Ints, x: Ints, y: Ints, rows: Ints, cardinalities: Sequence[int]
) -> PairCounts:
    """Return the counts of which these are the occupied cells, in the order of `cells_of`.

    Parameters
    ----------
    left, right : ndarray of int64, shape (m,)
        The two columns of each cell, ascending; a column with itself included.
    x, y, rows : ndarray of int64, shape (m,)
        The two codes, and how many rows have them.
    cardinalities : sequence of int
    """
    counts = empty(cardinalities)
    joint = dict(counts.joint)
    first = np.flatnonzero((np.diff(left, prepend=-1) != 0) | (np.diff(right, prepend=-1) != 0))
    for start, stop in pairwise([*first.tolist(), len(left)]):
        i, j, run = int(left[start]), int(right[start]), slice(start, stop)
        if i == j:
            counts.own[i][x[run]] = rows[run]
        else:
            shape = (cardinalities[i] + 1, cardinalities[j] + 1)
            joint[i, j] = _compact(JointCounts(shape, rows[run], x[run] * shape[1] + y[run]))
    return PairCounts(counts.own, joint)
