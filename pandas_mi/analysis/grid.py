"""Codes to the entropies of the contingency tables of many column pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.options import Options
from pandas_mi.analysis.work import mapped, reported, thread_count
from pandas_mi.counting import Codes, Task, Tile, Workspace, fused_codes, plan, plan_alone
from pandas_mi.information import Entropies, table_sums

__all__ = ["grid_entropies", "own_entropies", "pair_entropies"]

Ints = NDArray[np.int64]
Sums = tuple[Ints, Ints, Ints]  # two columns of each table, shapes (P,), and its sums, (4, P)

_WORTH_THREADS = 5e6  # nanoseconds of counting, where starting threads costs up to 1e6
_SWAPPED = [0, 2, 1, 3]  # the sums of a table are n, x, y and joint


def grid_entropies(
    columns: Mapping[int, Codes], rows: Sequence[int], across: Sequence[int], options: Options
) -> Entropies:
    """Return the entropies of the tables of each of the rows with each column across.

    Parameters
    ----------
    columns : mapping of place to Codes, of n rows each
    rows, across : sequences of places, each without repeats
    options : Options

    Returns
    -------
    Entropies
        Arrays of shape (rows, across).
    """
    workers = thread_count(options.threads)
    tasks = plan(columns, rows, across, keep_missing=options.missing == "category", threads=workers)
    sums = np.zeros((4, len(rows), len(across)), dtype=np.int64)
    row_of, across_of = _places(columns, rows), _places(columns, across)
    for left, right, found in _summed(columns, tasks, workers, options):
        for one, two, some in (left, right, found), (right, left, found[_SWAPPED]):
            row, place = row_of[one], across_of[two]
            wanted = (row >= 0) & (place >= 0)
            sums[:, row[wanted], place[wanted]] = some[:, wanted]
    return Entropies(*sums)


def pair_entropies(
    columns: Mapping[int, Codes], pairs: Sequence[tuple[int, int]], options: Options
) -> Entropies:
    """Return the entropies of the table of each pair of places, shape (pairs,).

    The whole grid of their left and right places is counted: meant for pairs that fill most of it.
    """
    rows = list(dict.fromkeys(left for left, _ in pairs))
    across = list(dict.fromkeys(right for _, right in pairs))
    tables = grid_entropies(columns, rows, across, options)
    left = _places(columns, rows)[[pair[0] for pair in pairs]]
    right = _places(columns, across)[[pair[1] for pair in pairs]]
    return Entropies(*(sums[left, right] for sums in (tables.n, tables.x, tables.y, tables.joint)))


def own_entropies(
    columns: Mapping[int, Codes], wanted: Sequence[int], options: Options
) -> Entropies:
    """Return the entropies of each wanted column's table with itself, shape (wanted,)."""
    tasks = plan_alone(columns, wanted, keep_missing=options.missing == "category")
    sums = np.zeros((4, len(wanted)), dtype=np.int64)
    place_of = _places(columns, wanted)
    for column, _, found in _summed(columns, tasks, thread_count(options.threads), options):
        sums[:, place_of[column]] = found
    return Entropies(*sums)


def _places(columns: Mapping[int, Codes], wanted: Sequence[int]) -> NDArray[np.intp]:
    """Where each column stands among the wanted ones, -1 for nowhere."""
    places = np.full(max(columns, default=-1) + 1, -1, dtype=np.intp)
    places[list(wanted)] = np.arange(len(wanted))
    return places


def _summed(
    columns: Mapping[int, Codes], tasks: Sequence[Task], workers: int, options: Options
) -> Iterator[Sums]:
    """Do the tasks, on threads when they are worth it, and yield the sums of their tables."""
    if sum(task.cost for task in tasks) < _WORTH_THREADS:
        workers = 1
    done = mapped(_sums_of(columns, tasks), tasks, workers)
    for found in reported(done, [task.n_pairs for task in tasks], options.progress):
        yield from found


def _sums_of(columns: Mapping[int, Codes], tasks: Sequence[Task]) -> Callable[[Task], list[Sums]]:
    """Return the function that does a task, with a workspace for each thread."""
    groups = {group for task in tasks if isinstance(task, Tile) for group in task.groups}
    codes: Mapping[Any, NDArray[Any]] = {group: fused_codes(group, columns) for group in groups}
    thread = local()

    def sums(task: Task) -> list[Sums]:
        if isinstance(task, Tile):
            if not hasattr(thread, "space"):
                thread.space = Workspace()
            tables = task.tables(task.count(codes, thread.space))
        else:
            tables = task.tables(task.count(columns))
        return [(t.left, t.right, table_sums(t.rows, t.columns, t.cells)) for t in tables]

    return sums
