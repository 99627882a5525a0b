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
    first = np.cumsum(sizes) - sizes
    if len(run) == 1 and isinstance(run[0][1], slice):
        start, stop = run[0][1].start, run[0][1].stop
        rows: Rows = None if stop - start == sizes[0] else slice(start, stop)
    else:
        rows = np.concatenate([_numbers(r) + n for (_, r), n in zip(run, first, strict=True)])
        rows = None if len(rows) == sizes.sum() else rows
    return Share(table.packed(chunks), rows, len(run), table.inputs(chunks))


def _numbers(rows: NDArray[np.int64] | slice) -> NDArray[np.int64]:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
