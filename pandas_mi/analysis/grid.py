"""Codes to the entropies of the contingency tables of many column pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.held import HeldCodes, HeldTables, held_tasks
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.passes import counted, planned, stream_of
from pandas_mi.analysis.work import mapped, reported, thread_count
from pandas_mi.counting import (
    Codes,
    Product,
    SparsePair,
    Tables,
    Task,
    Workspace,
    counts_of,
    fused_codes,
    groups_of,
    one_thread_each,
    plan,
    plan_alone,
)
from pandas_mi.information import Entropies, table_sums

__all__ = [
    "Statistic",
    "asked",
    "grid_entropies",
    "grid_statistics",
    "own_entropies",
    "own_statistics",
]

Ints = NDArray[np.int64]
# Two columns of each table, shapes (P,), and what was asked of it, shape (q, P).
Found = tuple[Ints, Ints, Any]
Statistic = Callable[[Tables], Any]
AnyTask = Task | HeldTables

# Nanoseconds of counting that threads do without the interpreter's lock: to start them costs 1e6.
_WORTH_THREADS = 5e6
# Others wait for the lock while one has bincount look for least and largest. With fewer rows a pass
# or less time, two took up to 1.8 times as long as one; else 0.7 (two million rows) to 1.0 of it.
_WORTH_ROWS, _WORTH_WAITING = 400_000, 5e7
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
    return Entropies(*grid_statistics(columns, rows, across, options, _sums, _SWAPPED))


def grid_statistics(
    columns: Mapping[int, Codes],
    rows: Sequence[int],
    across: Sequence[int],
    options: Options,
    statistic: Statistic,
    swapped: Sequence[int],
) -> NDArray[Any]:
    """Return some numbers of the table of each of the rows with each column across.

    Parameters
    ----------
    columns, rows, across, options
        As in `grid_entropies`.
    statistic : callable
        Takes `Tables` of P pairs and returns the q numbers of each, shape (q, P).
    swapped : sequence of int, length q
        Where each number stands after the two columns of a pair change places.

    Returns
    -------
    ndarray, shape (q, rows, across)
    """
    workers = thread_count(options.threads)
    keep_missing = options.missing == "category"
    tasks: Sequence[AnyTask]
    if _held(columns):
        tasks = held_tasks(columns, product(rows, across), keep_missing=keep_missing)
    else:
        tasks = plan(planned(columns), rows, across, keep_missing=keep_missing, threads=workers)
    result: NDArray[Any] | None = None
    row_of, across_of = _places(columns, rows), _places(columns, across)
    for left, right, found in asked(columns, tasks, workers, options, statistic):
        if result is None:
            result = np.zeros((len(swapped), len(rows), len(across)), dtype=found.dtype)
        for one, two, some in (left, right, found), (right, left, found[list(swapped)]):
            row, place = row_of[one], across_of[two]
            wanted = (row >= 0) & (place >= 0)
            result[:, row[wanted], place[wanted]] = some[:, wanted]
    return np.zeros((len(swapped), len(rows), len(across)), np.int64) if result is None else result


def own_entropies(
    columns: Mapping[int, Codes], wanted: Sequence[int], options: Options
) -> Entropies:
    """Return the entropies of each wanted column's table with itself, shape (wanted,)."""
    return Entropies(*own_statistics(columns, wanted, options, _sums, len(_SWAPPED)))


def own_statistics(
    columns: Mapping[int, Codes],
    wanted: Sequence[int],
    options: Options,
    statistic: Statistic,
    size: int,
) -> NDArray[Any]:
    """Return some numbers of each wanted column's table with itself, shape (size, wanted)."""
    keep_missing = options.missing == "category"
    tasks: Sequence[AnyTask]
    if _held(columns):
        tasks = held_tasks(columns, [(one, one) for one in wanted], keep_missing=keep_missing)
    else:
        tasks = plan_alone(planned(columns), wanted, keep_missing=keep_missing)
    result: NDArray[Any] | None = None
    place_of, workers = _places(columns, wanted), thread_count(options.threads)
    for column, _, found in asked(columns, tasks, workers, options, statistic):
        if result is None:
            result = np.zeros((size, len(wanted)), dtype=found.dtype)
        result[:, place_of[column]] = found
    return np.zeros((size, len(wanted)), dtype=np.int64) if result is None else result


def _places(columns: Mapping[int, Codes], wanted: Sequence[int]) -> NDArray[np.intp]:
    """Where each column stands among the wanted ones, -1 for nowhere."""
    places = np.full(max(columns, default=-1) + 1, -1, dtype=np.intp)
    places[list(wanted)] = np.arange(len(wanted))
    return places


def _held(columns: Mapping[int, Codes]) -> bool:
    return any(isinstance(codes, HeldCodes) for codes in columns.values())


def asked(
    columns: Mapping[int, Codes],
    tasks: Sequence[AnyTask],
    workers: int,
    options: Options,
    statistic: Statistic,
) -> Iterator[Found]:
    """Do the tasks, on threads when they are worth it, and yield what was asked of their tables."""
    stream = stream_of(columns)
    if stream is not None:
        streamed = [task for task in tasks if not isinstance(task, HeldTables)]  # all of them
        for batch in counted(stream, columns, streamed):
            for found in mapped(partial(_of_counts, statistic), batch, workers):
                yield from found
        return
    if not _pays(columns, tasks):
        workers = 1
    done = mapped(_answers(columns, tasks, statistic, workers), tasks, workers)
    with one_thread_each(tasks):
        for found in reported(done, [task.n_pairs for task in tasks], options.progress):
            yield from found


def _pays(columns: Mapping[int, Codes], tasks: Sequence[AnyTask]) -> bool:
    """Whether there is enough to do without the lock, or in passes that outlast the waiting."""
    rows = 0 if _held(columns) else max((len(c.codes) for c in columns.values()), default=0)
    free = sum(task.cost for task in tasks if isinstance(task, SparsePair | Product))
    whole = sum(task.cost for task in tasks)
    return free >= _WORTH_THREADS or (rows >= _WORTH_ROWS and whole >= _WORTH_WAITING)


def _answers(
    columns: Mapping[int, Codes], tasks: Sequence[AnyTask], statistic: Statistic, workers: int
) -> Callable[[AnyTask], list[Found]]:
    """Return the function that does a task, with a workspace for each thread."""
    groups = groups_of(tasks)
    fused = mapped(lambda group: fused_codes(group, columns), groups, workers)
    codes: Mapping[Any, NDArray[Any]] = dict(zip(groups, fused, strict=True))
    thread = local()

    def answers(task: AnyTask) -> list[Found]:
        if not hasattr(thread, "space"):
            thread.space = Workspace(workers)
        if isinstance(task, HeldTables):
            tables = task.tables(task.count(columns))
        else:
            tables = task.tables(counts_of(task, columns, codes, thread.space))
        return [(some.left, some.right, statistic(some)) for some in tables]

    return answers


def _of_counts(statistic: Statistic, done: tuple[Task, Any]) -> list[Found]:
    task, counts = done
    return [(some.left, some.right, statistic(some)) for some in task.tables(counts)]


def _sums(tables: Tables) -> Ints:
    return table_sums(tables.rows, tables.columns, tables.counts)
