"""Applying an encoding that was learnt from all rows to some of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column, factorized
from pandas_mi.encoding import listed
from pandas_mi.encoding.cells import looked_up
from pandas_mi.encoding.even import cells_of, spread
from pandas_mi.encoding.learn import encode
from pandas_mi.encoding.scheme import Encoding, binned

__all__ = ["applied"]

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
    if column.codes is not None or isinstance(column.values, pa.Array):
        coded = factorized(column)
        return listed.looked_up(
            coded, _places(coded.values, encoding.levels) + 1, encoding.cardinality
        )
    codes, own = encode(column, None)
    code_of = np.zeros(own.cardinality + 1, dtype=np.min_scalar_type(encoding.cardinality))
    if own.cardinality:
        code_of[1:] = _places(own.levels, encoding.levels) + 1
    coded_rows: NDArray[Any] = code_of.take(codes)
    return coded_rows


def _places(some: Any, levels: Any) -> NDArray[np.intp]:
    """Where some values stand among the levels; anywhere for values that are no levels."""
    if isinstance(levels, pa.Array):
        places = pc.index_in(some.cast(levels.type), value_set=levels).fill_null(0)
        return np.asarray(places).astype(np.intp)
    if levels.dtype == object:
        known = pd.Index(levels, dtype=object, tupleize_cols=False)
        # Objects on both sides: pandas would take dates for the instants that they begin at.
        wanted = pd.Index(some, dtype=object, tupleize_cols=False)
        return np.asarray(known.get_indexer(wanted))
    return np.asarray(np.searchsorted(levels, some))


def _by_cells(column: Column, values: Array, cuts: Array, dtype: Any) -> NDArray[Any]:
    """Look codes up by cells of equal width: 5 ns a value, where a binary search takes 70.

    Only the values that share a cell with a cut are searched for.
    """
    cells = spread(cuts)
    if cells is None:
        return binned(values, cuts).astype(dtype)
    cut_cells = cells_of(cells, cuts)
    code_of = 1 + np.searchsorted(cut_cells, np.arange(cells.size))
    code_of[cut_cells] = 0
    codes = looked_up(cells, values, column.missing, code_of.astype(dtype))
    near = np.flatnonzero(codes == 0)
    codes[near] = binned(values[near], cuts)
    return codes
