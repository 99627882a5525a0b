"""Equal-frequency bins of plain numbers, without sorting them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column
from pandas_mi.encoding.cells import BUCKETS, Buckets, placed
from pandas_mi.encoding.scheme import Encoding, by_cuts, first_of_each, ranks

__all__ = ["bucketed"]

_CELLS_A_CUT = 128  # one value in 50 to 100 shares a cell with a cut


def bucketed(
    column: Column, values: Array, sample: Array, number: int
) -> tuple[NDArray[Any], Encoding] | None:
    """Encode numbers by cells; None when their range is not finite.

    The running count of the cells tells in which cell each cut lies. The values of these cells
    are sorted, and give the cuts exactly; all others get their code from their cell.

    Parameters
    ----------
    column : Column of n rows
    values : ndarray of a number type, shape (n,)
        Of more than 2 * number distinct values.
    sample : ndarray, shape (m,)
        Some of the known values, ascending; they place the cells.
    number : int
        Bins, two or more distinct cuts included.
    """
    cells = _cells(sample, number)
    if cells is None:
        return None
    found = placed(cells, values, column.missing)
    assert found is not None  # noqa: S101 - every number has a cell
    counts = found.counts
    ends = np.cumsum(counts)
    wanted = ranks(int(ends[-1]), number)
    cut_cells = np.searchsorted(ends, wanted)
    # 0 in the cells that hold a cut: these rows are settled one by one.
    code_of = 1 + np.cumsum(np.bincount(cut_cells + 1, minlength=cells.size + 1))[: cells.size]
    code_of[cut_cells] = 0
    codes = found.looked_up(code_of.astype(np.min_scalar_type(number)))
    if column.missing is not None:
        codes[column.missing] = 0
    near = codes == 0
    if column.missing is not None:
        near &= ~column.missing
    rows = np.flatnonzero(near)
    return _settled(column, values, codes, rows, _positions(ends, counts, cut_cells, wanted))


def _cells(sample: Array, number: int) -> Buckets | None:
    """Spread the cells over the middle of the sample, so that a far value does not widen them."""
    size = min(BUCKETS, max(1024, _CELLS_A_CUT * number))
    tail = len(sample) // 512
    for low, high in sample[[[tail, -1 - tail], [0, -1]]].astype(np.float64):
        with np.errstate(all="ignore"):
            scale = (size - 2) / (high - low)
        if np.isfinite(scale) and scale > 0 and np.isfinite(low):
            return Buckets(float(low), float(scale), size)
    return None


def _positions(
    ends: NDArray[np.intp],
    counts: NDArray[np.intp],
    cut_cells: NDArray[np.intp],
    wanted: NDArray[np.int64],
) -> NDArray[np.intp]:
    """Where each cut stands among the sorted values of the cells that hold one."""
    held = cut_cells[first_of_each(cut_cells)]
    before = np.cumsum(counts[held]) - counts[held]  # of earlier such cells
    within = wanted - (ends[cut_cells] - counts[cut_cells]) - 1
    return np.asarray(before[np.searchsorted(held, cut_cells)] + within)


def _settled(
    column: Column,
    values: Array,
    codes: NDArray[Any],
    rows: NDArray[np.intp],
    positions: NDArray[np.intp],
) -> tuple[NDArray[Any], Encoding]:
    """Code the rows that share a cell with a cut, and merge the cuts that are equal."""
    near = values[rows]
    every = np.sort(near)[positions]
    first = np.flatnonzero(first_of_each(every))
    cuts = every[first]
    codes[rows] = np.searchsorted(every, near) + 1
    encoding = by_cuts(column, cuts)
    if len(cuts) < len(every):
        # Code c of the cuts with repeats has first == c - 1 or is never used below the last.
        merged = np.searchsorted(first, np.arange(len(every) + 2) - 1) + 1
        merged[0] = 0
        codes = merged.astype(np.min_scalar_type(encoding.cardinality)).take(codes)
    return codes, encoding
