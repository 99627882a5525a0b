"""Choosing rows: blocks of the table, the predicate, DISTINCT, ORDER BY, LIMIT."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import numpy as np

from pandas_mi.columns import Chunk, Kind, Mask
from pandas_mi.cores import cores
from pandas_mi.errors import SliceError
from pandas_mi.slicing import fused, ordering
from pandas_mi.slicing.binding import BoundSlice
from pandas_mi.slicing.evaluate import Block, evaluate
from pandas_mi.slicing.predicate import compiled
from pandas_mi.slicing.query import Field, Node, OrderKey
from pandas_mi.slicing.selection import Counted, Rows, Selection, marked, shared
from pandas_mi.slicing.values import Value, concatenated, spread, take

__all__ = ["Rows", "select"]

T = TypeVar("T")

Run = tuple[int, int]  # first row, and the one after the last
Read = Callable[[int, int], Chunk]
Found = tuple[Rows, list[Value]]  # rows, and the values of some expressions there

READ_ROWS = 2**18  # read at once while LIMIT may end the search, or with values for ORDER BY
SHARE_ROWS = 2**22  # read at once of data in memory: it costs about 50 µs a column and a run
BLOCK_ROWS = 2**17  # evaluated at once: a few temporaries of this size stay in cache
FUSED_ROWS = 2**19  # evaluated at once by numexpr, which cuts blocks of its own; a call costs 20 µs
THREAD_ROWS = 2**19  # of data in memory that more than one thread shares
FEWER_ROWS = 2**20  # of data in chunks, held before those are let go that cannot be in the result
MOST_HELD = 2**25  # rows whose values ORDER BY or DISTINCT may hold then: 256 MB a number
FIRST_ROWS = 2**12  # read first when LIMIT may end the search early

# The kinds of which an empty column says nothing, and those whose codes differ from block to block.
_UNKNOWN = frozenset({Kind.NULL, Kind.OBJECT})
_CODED = frozenset({Kind.OBJECT, Kind.INTERVAL})


def select(
    bound: BoundSlice,
    read: Read,
    n_rows: int,
    *,
    ordered: bool = True,
    runs: Sequence[Run] | None = None,
) -> Selection:
    """Return the rows that a query selects.

    Parameters
    ----------
    bound : BoundSlice
    read : callable
        ``read(start, stop)`` returns a Chunk of these rows: the needed columns by position.
    n_rows : int
        Rows of the table.
    ordered : bool, default True
        When False, an ORDER BY that changes no more than the order is left out.
    runs : sequence of (first row, row after the last), optional
        The runs of rows to look in, ascending, each read at once; by default all rows, in runs
        that memory holds in any case.

    Returns
    -------
    Selection
        Their numbers are in the order of ORDER BY, ascending without.

    Raises
    ------
    SliceError
        When the query's types do not fit the columns, or DISTINCT or ORDER BY have to hold more
        rows than memory is meant for.
    """
    sliced = bound.limit is not None or bound.offset > 0
    order = bound.order if ordered or sliced else ()
    nodes: list[Node] = [Field(place, "") for _, place in bound.columns] if bound.distinct else []
    nodes += [key.node for key in order]
    reader = _Reader(read, n_rows, runs, values=bool(nodes))
    if bound.where is not None and not (nodes or sliced or reader.chunked):
        return _marked(bound.where, reader)
    rows = _chosen(bound, order, nodes, reader)
    rows = rows if ordered or not order else np.sort(rows)
    return Selection(len(rows), lambda: rows)


def _chosen(
    bound: BoundSlice, order: Sequence[OrderKey], nodes: list[Node], reader: _Reader
) -> Rows:
    """Return the numbers of the rows, as ORDER BY says."""
    wanted = bound.offset + bound.limit if bound.limit is not None and not nodes else None
    fewer = _Fewer(bound, order)
    rows, values = _matching(bound.where, nodes, reader, wanted, fewer)
    rows, values = fewer.distinct(rows, values)
    stop = len(rows) if bound.limit is None else bound.offset + bound.limit
    if order:
        rows = rows[ordering.permutation(fewer.keys(values), order, stop)]
    return rows[bound.offset : stop]


class _Fewer:
    """Which of the rows found so far can still be in the result: values take memory."""

    def __init__(self, bound: BoundSlice, order: Sequence[OrderKey]) -> None:
        self._distinct = len(bound.columns) if bound.distinct else 0
        self._order = order
        self._stop = None if bound.limit is None else bound.offset + bound.limit

    def keys(self, values: list[Value]) -> list[Value]:
        """Return the values of the ORDER BY keys."""
        return values[len(values) - len(self._order) :]

    def distinct(self, rows: Rows, values: list[Value]) -> Found:
        """Keep the first row of each distinct combination, if that is asked for."""
        if not self._distinct:
            return rows, values
        kept = ordering.first_of_each(values[: self._distinct], len(rows))
        return rows[kept], [take(value, kept) for value in values]

    def kept(self, rows: Rows, values: list[Value]) -> Found:
        """Keep what may be in the result, ascending."""
        rows, values = self.distinct(rows, values)
        if self._order and self._stop is not None:
            best = np.sort(ordering.permutation(self.keys(values), self._order, self._stop))
            rows, values = rows[best], [take(value, best) for value in values]
        if len(rows) > MOST_HELD:
            clause = "SELECT DISTINCT" if self._distinct else "ORDER BY"
            raise SliceError(
                f"{clause} has to hold the values of more than {MOST_HELD:,} rows of data read "
                "in chunks; select fewer rows in WHERE, or fewer columns, or give LIMIT"
            )
        return rows, values


class _Reader:
    """The table, and in which runs of rows to read it."""

    def __init__(
        self, read: Read, n_rows: int, runs: Sequence[Run] | None, *, values: bool = True
    ) -> None:
        """Take note of the table; `values` of several blocks are put together unless False."""
        self._read = read
        self._runs = runs
        self.n_rows = n_rows
        empty = read(0, 0)
        kinds = {column.kind for column in empty.columns.values()}
        whole = _UNKNOWN | _CODED if values else _UNKNOWN
        # What is read in chunks has types of its own, and nulls of no type are null throughout.
        self.whole = not kinds.isdisjoint(whole if runs is None else whole - {Kind.NULL})
        self.empty = _block(empty)

    @property
    def chunked(self) -> bool:
        """Whether the rows come in runs that the caller chose."""
        return self._runs is not None and not self.whole

    def runs(self, size: int) -> Iterator[Run]:
        """Yield first and last row of runs that grow from `size` to READ_ROWS."""
        if self._runs is not None and not self.whole:
            yield from _growing(self._runs, size)
            return
        start, size = 0, self.n_rows if self.whole else size
        while start < self.n_rows:
            stop = min(start + size, self.n_rows)
            yield start, stop
            start, size = stop, size if self.whole else min(2 * size, READ_ROWS)

    def shares(self, workers: int) -> list[Run]:
        """Return runs of at most SHARE_ROWS, as many for each worker."""
        if self.whole or self.chunked:
            return list(self.runs(READ_ROWS))
        workers = workers if self.n_rows >= THREAD_ROWS else 1
        count = workers * max(-(-self.n_rows // (workers * SHARE_ROWS)), 1)
        edges = [self.n_rows * place // count for place in range(count + 1)]
        return [run for run in itertools.pairwise(edges) if run[0] < run[1]]

    def block(self, start: int, stop: int) -> Block:
        """Return the rows from start to stop."""
        return self.empty if start == stop else _block(self._read(start, stop))


def _growing(runs: Sequence[Run], size: int) -> Iterator[Run]:
    """Yield the runs, the first of them in parts that grow from `size`."""
    for start, stop in runs:
        while size < READ_ROWS and start + size < stop:
            yield start, start + size
            start, size = start + size, 2 * size
        yield start, stop
        size = READ_ROWS


def _block(chunk: Chunk) -> Block:
    columns = {int(str(position)): column for position, column in chunk.columns.items()}
    return Block(columns, chunk.n_rows)


def _matching(
    where: Node | None,
    nodes: list[Node],
    reader: _Reader,
    wanted: int | None,
    fewer: _Fewer,
) -> Found:
    """Return the rows for which the predicate is true, and the nodes' values there."""
    pieces: list[Found] = []
    count, room = 0, FEWER_ROWS
    for piece in _pieces(where, nodes, reader, wanted):
        pieces.append(piece)
        count += len(piece[0])
        if wanted is not None and count >= wanted:
            break
        if reader.chunked and nodes and count > room:
            pieces = [fewer.kept(*_together(pieces))]
            count = len(pieces[0][0])
            room = 2 * count + FEWER_ROWS
    return _together(pieces)


def _together(pieces: list[Found]) -> Found:
    rows = [rows for rows, _ in pieces]
    columns = zip(*(values for _, values in pieces), strict=True)
    return (
        rows[0] if len(rows) == 1 else np.concatenate(rows),
        [concatenated(parts) for parts in columns],
    )


def _pieces(
    where: Node | None, nodes: list[Node], reader: _Reader, wanted: int | None
) -> Iterator[Found]:
    """Yield the matching rows of run after run, several at a time where that is faster."""
    fuse = not reader.chunked and fused.preferred(where, reader.n_rows)

    def piece(run: Run) -> Found:
        block = reader.block(*run)
        places = _true(where, replace(block, fuse=fuse))
        values = [take(spread(evaluate(node, block), block.n_rows), places) for node in nodes]
        places += run[0]
        return places, values

    runs = [] if wanted is not None else reader.shares(1 if fuse else cores())
    if reader.n_rows == 0 or (wanted is None and not runs):
        return iter([piece((0, 0))])
    if wanted is not None:
        search = reader.runs(FIRST_ROWS) if wanted else iter(())
        first = next(search, (0, 0))  # no rows still show the types, which are checked always
        return map(piece, itertools.chain([first], search))
    return _mapped(piece, runs, 1 if fuse else cores())


def _marked(where: Node, reader: _Reader) -> Selection:
    """Return the rows for which a predicate is true, of data in memory."""
    fuse = fused.preferred(where, reader.n_rows)
    marks = np.empty(reader.n_rows, dtype=np.bool_)

    def mark(run: Run) -> list[Counted]:
        found = marks[slice(*run)]
        parts = _mark(where, replace(reader.block(*run), fuse=fuse), found)
        return [
            (run[0] + start, run[0] + stop, int(np.count_nonzero(found[start:stop])))
            for start, stop in parts
        ]

    workers = 1 if fuse else cores()
    pieces = shared(mark, reader.shares(workers) or [(0, 0)], workers)
    workers = cores() if reader.n_rows >= THREAD_ROWS else 1
    return marked(marks, list(itertools.chain(*pieces)), workers)


def _mapped(task: Callable[[Run], T], runs: Sequence[Run], workers: int) -> Iterator[T]:
    """Yield the tasks' results in order; each thread is one ahead at most, for they take memory."""
    if workers == 1 or len(runs) == 1:
        yield from map(task, runs)
        return
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[T]] = deque()
    try:
        for run in runs:
            waiting.append(pool.submit(task, run))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _true(where: Node | None, block: Block) -> Rows:
    """Return the places in a block at which the predicate is true."""
    if where is None:
        return np.arange(block.n_rows, dtype=np.int64)
    found = np.empty(block.n_rows, dtype=np.bool_)
    deque(_mark(where, block, found), maxlen=0)
    return np.flatnonzero(found)


def _mark(where: Node, block: Block, found: Mask) -> Iterator[Run]:
    """Write at which rows of a block the predicate is true; yield the runs as they are done."""
    test = compiled(where, block)
    size = FUSED_ROWS if block.fuse else BLOCK_ROWS
    for start in range(0, block.n_rows, size):
        stop = min(start + size, block.n_rows)
        test(start, stop, found[start:stop])
        yield start, stop
