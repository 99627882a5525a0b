"""Applying an encoding that was learnt from all rows to some of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column
from pandas_mi.encoding.cells import Buckets, looked_up
from pandas_mi.encoding.learn import encode
from pandas_mi.encoding.scheme import Encoding, binned

__all__ = ["applied"]

_CELLS = 1 << 14  # a table of 16 or 32 KB, which the L1 or L2 cache holds
_WORTH_CELLS = 1 << 14  # values: with fewer, laying out the cells costs more than it saves


def applied(encoding: Encoding, column: Column) -> NDArray[Any]:
    """Return the codes of a chunk of the column that an encoding was learnt from.

    Parameters
    ----------
    encoding : Encoding
    column : Column of n rows
        All of its values are among the levels, if there are levels.

    Returns
    -------
    ndarray of the smallest unsigned dtype that holds every code, shape (n,)

    Examples
    --------
    >>> from pandas_mi.columns import Kind
    >>> _, encoding = encode(Column(Kind.INTEGER, np.array([7, 5, 7])))
    >>> applied(encoding, Column(Kind.INTEGER, np.array([7, 7])))
    array([2, 2], dtype=uint8)
    """
    if encoding.cuts is None:
        return _by_value(encoding, column)
    if encoding.cuts.dtype == object or not isinstance(column.values, np.ndarray):
        return encode(column, encoding.bins() or [])[0]
    dtype = np.min_scalar_type(encoding.cardinality)
    if len(column) > _WORTH_CELLS:
        codes = _by_cells(column, column.values, encoding.cuts, dtype)
    else:
        codes = binned(column.values, encoding.cuts).astype(dtype)
    if column.missing is not None:
        codes[column.missing] = 0
    return codes


def _by_value(encoding: Encoding, column: Column) -> NDArray[Any]:
    """Look up among all levels those of the chunk."""
    codes, own = encode(column, None)
    code_of = np.zeros(own.cardinality + 1, dtype=np.min_scalar_type(encoding.cardinality))
    if own.cardinality:
        code_of[1:] = _places(own.levels, encoding.levels) + 1
    coded: NDArray[Any] = code_of.take(codes)
    return coded


def _places(some: Any, levels: Any) -> NDArray[Any]:
    """Where some of the levels stand among all of them."""
    if isinstance(levels, pa.Array):
        return np.asarray(pc.index_in(some.cast(levels.type), value_set=levels))
    if levels.dtype == object:
        levels = pd.Index(levels, dtype=object, tupleize_cols=False)
        return np.asarray(levels.get_indexer(some))
    return np.asarray(np.searchsorted(levels, some))


def _by_cells(column: Column, values: Array, cuts: Array, dtype: Any) -> NDArray[Any]:
    """Look codes up by cells of equal width: 5 ns a value, where a binary search takes 70.

    Only the values that share a cell with a cut are searched for.
    """
    cells = _cells(cuts)
    if cells is None:
        return binned(values, cuts).astype(dtype)
    cut_cells, spare = np.empty(len(cuts), dtype=np.intp), np.empty(len(cuts))
    with np.errstate(all="ignore"):  # infinite cuts
        cells.fill(cuts, None, cut_cells, spare)
    code_of = 1 + np.searchsorted(cut_cells, np.arange(cells.size))
    code_of[cut_cells] = 0
    codes = looked_up(cells, values, column.missing, code_of.astype(dtype))
    near = np.flatnonzero(codes == 0)
    codes[near] = binned(values[near], cuts)
    return codes


def _cells(cuts: Array) -> Buckets | None:
    """Spread the cells from the first cut to the last, if there is room between them."""
    if len(cuts) < 2:
        return None
    low, high = float(cuts[0]), float(cuts[-1])
    with np.errstate(all="ignore"):
        scale = np.float64(_CELLS - 2) / (high - low)
    fits = np.isfinite(scale) and scale > 0 and np.isfinite(low)
    return Buckets(low, float(scale), _CELLS) if fits else None
