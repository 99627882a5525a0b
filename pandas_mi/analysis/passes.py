"""Counting what does not fit in memory: tasks over chunk after chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from operator import add
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.gauge import Gauge
from pandas_mi.analysis.shares import Question, asked
from pandas_mi.analysis.streams import Coder, Stream, StreamedCodes, passed
from pandas_mi.analysis.view import View
from pandas_mi.counting import (
    Codes,
    JointCounts,
    Product,
    SparsePair,
    Task,
    Tile,
    Triples,
    Workspace,
    counts_of,
    fused_codes,
    groups_of,
    one_thread_each,
)

__all__ = ["counted", "planned", "stream_of"]

_BUDGET = 1 << 27  # bytes of counts that are held at once; with more, a pass over the data each
_SENT = 1 << 26  # and that one task sends to another, of which a worker may hold several
_MOST_CELLS = 1 << 25  # occupied cells of one sparse table: 512 MB
_WORTH_ADDING = 1 << 20  # cells

Counts = Any  # what a task's `count` returns
Runs = Mapping[int, NDArray[Any]]


def stream_of(columns: Mapping[int, Codes]) -> Stream | None:
    """Return the stream that the columns come from, if all do, each by its place there.

    Others are counted in memory: several columns taken together, for example.
    """
    places = {c.place if isinstance(c, StreamedCodes) else None: c for c in columns.values()}
    if None in places or list(places) != list(columns):
        return None
    streams = [c.stream for c in columns.values() if isinstance(c, StreamedCodes)]
    return streams[0] if streams else None


def planned(columns: Mapping[int, Codes]) -> Mapping[int, Codes]:
    """Return codes that tasks can be planned from: of a stream, such as stand for a chunk."""
    return {
        place: codes.stand_in() if isinstance(codes, StreamedCodes) else codes
        for place, codes in columns.items()
    }


def counted(
    stream: Stream, columns: Mapping[int, Codes], tasks: Sequence[Task]
) -> Iterator[list[tuple[Task, Counts]]]:
    """Yield tasks with the counts of all chunks, as many at a time as memory is meant to hold."""
    view, gauge = stream.view, stream.gauge
    here = view.table.cluster is None
    batches = list(_batches(tasks, columns, view.n_rows, _BUDGET if here else _SENT))
    gauge.expect(len(batches))
    for batch in batches:
        counting = _Counting.of(batch, columns, stream.coders, view.n_rows)
        counts = asked(view, counting, stream.workers, gauge)
        yield [(task, _wide(one)) for task, one in zip(batch, counts, strict=True)]
    gauge.close()


@dataclass(frozen=True)
class _Counting(Question[list[Counts]]):
    """The question how often the codes of some tasks meet.

    Attributes
    ----------
    tasks : sequence of Task
    cardinality : mapping of place to int
    coders : mapping of place to callable
    dtype : dtype
        The smallest that holds the count of all rows: half the memory of int64.
    """

    tasks: Sequence[Task]
    cardinality: Mapping[int, int]
    coders: Mapping[int, Coder]
    dtype: np.dtype[Any]

    @classmethod
    def of(
        cls,
        tasks: Sequence[Task],
        columns: Mapping[int, Codes],
        coders: Mapping[int, Coder],
        n_rows: int,
    ) -> _Counting:
        """Return the question with what it needs of all columns, and no more."""
        places = _places(tasks)
        cardinality = {place: columns[place].cardinality for place in places}
        held = {place: coders[place] for place in places}
        return cls(tasks, cardinality, held, np.min_scalar_type(n_rows))

    def look(self, view: View, workers: int, gauge: Gauge) -> list[Counts]:
        totals = [
            _SparseTotal(task) if isinstance(task, SparsePair) else _DenseTotal(task, self.dtype)
            for task in self.tasks
        ]
        counter = _Counter(self.tasks, self.cardinality, workers)
        with (
            one_thread_each(self.tasks),
            closing(passed(view, self.coders, workers)) as runs,
            ThreadPoolExecutor(workers) as pool,
        ):
            for run in gauge.passing(runs):
                add = counter.of(run, pool)
                list(pool.map(add, totals))
        return [total.counts() for total in totals]

    def add(self, found: list[Counts], more: list[Counts]) -> list[Counts]:
        return [self._sum(one, other) for one, other in zip(found, more, strict=True)]

    def packed(self, found: list[Counts]) -> list[Counts]:
        """Return the counts of each task in the fewest bytes that hold them, to be sent."""
        return [_least(one) if isinstance(one, np.ndarray) else one for one in found]

    def _sum(self, one: Counts, other: Counts) -> Counts:
        if isinstance(one, np.ndarray):
            return np.add(one, other, dtype=self.dtype)
        return _checked(one + other)


def _least(counts: NDArray[Any]) -> NDArray[Any]:
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))


def _wide(counts: Counts) -> Counts:
    return counts.astype(np.int64, copy=False) if isinstance(counts, np.ndarray) else counts


def _places(tasks: Sequence[Task]) -> list[int]:
    """Return the places whose codes some tasks need."""
    return list(dict.fromkeys(place for task in tasks for place in task.columns))


class _DenseTotal:
    """The counts of many tables, chunk after chunk."""

    def __init__(self, task: Tile | Triples | Product, dtype: np.dtype[Any]) -> None:
        self.task = task
        self._dtype = dtype
        self._sum: NDArray[Any] | None = None

    def add(self, counts: NDArray[np.int64]) -> None:
        if self._sum is None:
            self._sum = counts.astype(self._dtype)  # a copy: the workspace is used again
        else:
            np.add(self._sum, counts, out=self._sum, casting="unsafe")

    def counts(self) -> Counts:
        return self._sum


class _SparseTotal:
    """The counts of a sparse pair, chunk after chunk."""

    def __init__(self, task: SparsePair) -> None:
        self.task = task
        self._sum: JointCounts | None = None
        self._waiting: list[JointCounts] = []
        self._cells = 0

    def add(self, counts: JointCounts) -> None:
        """Put the counts by until they are as many as the sum: adding sorts all cells."""
        self._waiting.append(counts)
        self._cells += counts.counts.size
        if self._sum is None or self._cells > max(_WORTH_ADDING, self._sum.counts.size):
            self._settle()

    def counts(self) -> Counts:
        self._settle()
        return self._sum

    def _settle(self) -> None:
        parts = self._waiting if self._sum is None else [self._sum, *self._waiting]
        if len(parts) > 0:
            self._sum = reduce(add, parts)
        self._waiting, self._cells = [], 0
        _checked(self._sum)


def _checked(counts: Counts) -> Counts:
    """Return the counts of a task, unless they are sparse and too many."""
    if isinstance(counts, JointCounts) and counts.counts.size > _MOST_CELLS:
        raise ValueError(
            f"two columns have more than {_MOST_CELLS:,} combinations of levels: too many to "
            "hold for data read in chunks. Leave columns of so many levels out, or use "
            "fewer rows with slice_query= or sample_size="
        )
    return counts


class _Counter:
    """What counts chunks for some tasks: codes fused once a chunk, a workspace a thread."""

    def __init__(self, tasks: Sequence[Task], cardinality: Mapping[int, int], workers: int) -> None:
        self._workers = workers
        self._groups = groups_of(tasks)
        self._cardinality = cardinality
        self._thread = local()

    def of(self, run: Runs, pool: ThreadPoolExecutor) -> Callable[[Any], None]:
        """Return what adds the counts of a chunk to a total."""
        columns = {place: Codes(codes, self._cardinality[place]) for place, codes in run.items()}
        fused = pool.map(lambda group: fused_codes(group, columns), self._groups)
        codes = dict(zip(self._groups, fused, strict=True))

        def add(total: Any) -> None:
            total.add(counts_of(total.task, columns, codes, self._space()))

        return add

    def _space(self) -> Workspace:
        if not hasattr(self._thread, "space"):
            self._thread.space = Workspace(self._workers)
        space: Workspace = self._thread.space
        return space


def _batches(
    tasks: Sequence[Task], columns: Mapping[int, Codes], n: int, budget: int
) -> Iterator[list[Task]]:
    """Cut the tasks into lists whose counts stay within the budget, a task at least."""
    batch: list[Task] = []
    room = budget
    for task in tasks:
        size = _size(task, columns, n)
        if batch and size > room:
            yield batch
            batch, room = [], budget
        batch.append(task)
        room -= size
    if batch:
        yield batch


def _size(task: Task, columns: Mapping[int, Codes], n: int) -> int:
    """Bytes that the counts of a task may take."""
    if isinstance(task, SparsePair):
        cells = (columns[task.left].cardinality + 1) * (columns[task.right].cardinality + 1)
        return 16 * min(n, cells)
    return task.nbytes
