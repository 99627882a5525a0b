"""Cells of equal width between given values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Array
from pandas_mi.encoding.cells import Buckets

__all__ = ["cells_of", "spread"]

_CELLS = 1 << 14  # a table of 16 or 32 KB, which the L1 or L2 cache holds


def spread(ascending: Array) -> Buckets | None:
    """Spread cells from the first value to the last, if there is room between them.

    Examples
    --------
    >>> cells_of(spread(np.array([0.0, 1.0])), np.array([-1.0, 0.0, 0.5, 1.0, np.inf]))
    array([    0,     1,  8192, 16383, 16383])
    """
    if len(ascending) < 2:
        return None
    low, high = float(ascending[0]), float(ascending[-1])
    with np.errstate(all="ignore"):
        scale = np.float64(_CELLS - 2) / (high - low)
    fits = np.isfinite(scale) and scale > 0 and np.isfinite(low)
    return Buckets(low, float(scale), _CELLS) if fits else None


def cells_of(cells: Buckets, values: Array) -> NDArray[np.intp]:
    """Return the cell of each of a few values, shape (n,)."""
    places = np.empty(len(values), dtype=np.intp)
    with np.errstate(all="ignore"):  # infinities
        cells.fill(values, None, places, np.empty(len(values)))
    return places
