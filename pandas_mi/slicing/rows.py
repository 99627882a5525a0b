"""Choosing rows: blocks of the table, the predicate, DISTINCT, ORDER BY, LIMIT."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Chunk, Kind
from pandas_mi.slicing import fused, ordering
from pandas_mi.slicing.binding import BoundSlice
from pandas_mi.slicing.evaluate import Block, evaluate, prepared, truth
from pandas_mi.slicing.query import Field, Node
from pandas_mi.slicing.values import Value, concatenated, spread, take

__all__ = ["select"]

Rows = NDArray[np.int64]
Read = Callable[[int, int], Chunk]

READ_ROWS = 2**18  # read at once: reading costs about 50 µs a column, whatever its length
BLOCK_ROWS = 2**17  # evaluated at once: a few temporaries of this size stay in cache
FIRST_ROWS = 2**12  # read first when LIMIT may end the search early

# The kinds of which an empty column says nothing, or whose codes differ from block to block.
_WHOLE = frozenset({Kind.NULL, Kind.OBJECT, Kind.INTERVAL})


def select(bound: BoundSlice, read: Read, n_rows: int, *, ordered: bool = True) -> Rows:
    """Return the numbers of the rows that a query selects.

    Parameters
    ----------
    bound : BoundSlice
    read : callable
        ``read(start, stop)`` returns a Chunk of these rows: the needed columns by position.
    n_rows : int
        Rows of the table.
    ordered : bool, default True
        When False, an ORDER BY that changes no more than the order is left out.

    Returns
    -------
    ndarray of int64
        In the order of ORDER BY, ascending without.

    Raises
    ------
    SliceError
        When the query's types do not fit the columns.
    """
    sliced = bound.limit is not None or bound.offset > 0
    order = bound.order if ordered or sliced else ()
    nodes: list[Node] = [Field(place, "") for _, place in bound.columns] if bound.distinct else []
    nodes += [key.node for key in order]
    wanted = bound.offset + bound.limit if bound.limit is not None and not nodes else None
    rows, values = _matching(bound.where, nodes, _Reader(read, n_rows), wanted)
    if bound.distinct:
        kept = ordering.first_of_each(values[: len(bound.columns)], len(rows))
        rows, values = rows[kept], [take(value, kept) for value in values]
    stop = len(rows) if bound.limit is None else bound.offset + bound.limit
    if order:
        keys = values[len(values) - len(order) :]
        rows = rows[ordering.permutation(keys, order, stop)]
    rows = rows[bound.offset : stop]
    return rows if ordered or not order else np.sort(rows)


class _Reader:
    """The table, and in which runs of rows to read it."""

    def __init__(self, read: Read, n_rows: int) -> None:
        self._read = read
        self.n_rows = n_rows
        empty = read(0, 0)
        self.whole = any(column.kind in _WHOLE for column in empty.columns.values())
        self.empty = _block(empty)

    def runs(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield first and last row of runs that grow from `size` to READ_ROWS."""
        start, size = 0, self.n_rows if self.whole else size
        while start < self.n_rows:
            stop = min(start + size, self.n_rows)
            yield start, stop
            start, size = stop, size if self.whole else min(2 * size, READ_ROWS)

    def block(self, start: int, stop: int) -> Block:
        """Return the rows from start to stop."""
        return self.empty if start == stop else _block(self._read(start, stop))


def _block(chunk: Chunk) -> Block:
    columns = {int(str(position)): column for position, column in chunk.columns.items()}
    return Block(columns, chunk.n_rows)


def _matching(
    where: Node | None, nodes: list[Node], reader: _Reader, wanted: int | None
) -> tuple[Rows, list[Value]]:
    """Return the rows for which the predicate is true, and the nodes' values there."""
    pieces: list[tuple[Rows, list[Value]]] = []
    count = 0
    for piece in _pieces(where, nodes, reader, wanted):
        pieces.append(piece)
        count += len(piece[0])
        if wanted is not None and count >= wanted:
            break
    rows = [rows for rows, _ in pieces]
    columns = zip(*(values for _, values in pieces), strict=True)
    return (
        rows[0] if len(rows) == 1 else np.concatenate(rows),
        [concatenated(parts) for parts in columns],
    )


def _pieces(
    where: Node | None, nodes: list[Node], reader: _Reader, wanted: int | None
) -> Iterator[tuple[Rows, list[Value]]]:
    """Yield the matching rows of run after run, several at a time where that is faster."""
    fuse = fused.preferred(where, reader.n_rows)

    def piece(run: tuple[int, int]) -> tuple[Rows, list[Value]]:
        block = reader.block(*run)
        places = _true(where, replace(block, fuse=fuse))
        values = [take(spread(evaluate(node, block), block.n_rows), places) for node in nodes]
        places += run[0]
        return places, values

    if reader.n_rows == 0:
        return iter([piece((0, 0))])
    if wanted is not None:
        return map(piece, reader.runs(FIRST_ROWS))
    runs = list(reader.runs(READ_ROWS))
    workers = 1 if fuse else min(_cores(), len(runs) // 2)
    return map(piece, runs) if workers < 2 else _threaded(piece, runs, workers)


def _threaded(
    piece: Callable[[tuple[int, int]], tuple[Rows, list[Value]]],
    runs: list[tuple[int, int]],
    workers: int,
) -> Iterator[tuple[Rows, list[Value]]]:
    # NumPy and pyarrow let go of the interpreter while they work on a block.
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(piece, runs)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _true(where: Node | None, block: Block) -> Rows:
    """Return the places in a block at which the predicate is true."""
    if where is None:
        return np.arange(block.n_rows, dtype=np.int64)
    found = np.empty(block.n_rows, dtype=np.bool_)
    block = prepared(where, block)
    size = max(block.n_rows, 1) if block.fuse else BLOCK_ROWS  # numexpr cuts blocks of its own
    for start in range(0, max(block.n_rows, 1), size):
        stop = min(start + size, block.n_rows)
        found[start:stop] = truth(where, block.part(start, stop))
    return np.flatnonzero(found)
