"""The rows of a table in shares, for a task each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pandas_mi.sources.table import Part, Rows, Share, Table

__all__ = ["shares_of"]

_MOST_SHARES = 1 << 12  # tasks: a scheduler takes 0.2 to 1 ms for each


def shares_of(table: Table, some: Iterable[Part]) -> list[Share]:
    """Cut the rows of chunks into shares: one for each chunk, of several when they are many."""
    every = list(some)
    size = -(-len(every) // _MOST_SHARES) or 1
    return [_share(table, every[start : start + size]) for start in range(0, len(every), size)]


def _share(table: Table, run: Sequence[Part]) -> Share:
    chunks = [chunk for chunk, _ in run]
    sizes = np.diff(table.bounds)[chunks]
    return Share(table.packed(chunks), _rows(run, sizes), len(run), table.inputs(chunks))


def _rows(run: Sequence[Part], sizes: NDArray[np.int64]) -> Rows:
    """Return the rows of some chunks of these sizes as numbers among all that the chunks have."""
    if sum(_length(rows) for _, rows in run) == sizes.sum():
        return None
    if len(run) == 1:
        return run[0][1]
    first = np.cumsum(sizes) - sizes
    return np.concatenate([_numbers(rows) + n for (_, rows), n in zip(run, first, strict=True)])


def _length(rows: NDArray[np.int64] | slice) -> int:
    return rows.stop - rows.start if isinstance(rows, slice) else len(rows)


def _numbers(rows: NDArray[np.int64] | slice) -> NDArray[np.int64]:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
