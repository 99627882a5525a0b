"""ORDER BY and DISTINCT over the rows that a query selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.errors import SliceError
from pandas_mi.slicing import temporal
from pandas_mi.slicing.query import OrderKey, Type, render
from pandas_mi.slicing.values import Value

__all__ = ["first_of_each", "permutation"]

Array = NDArray[Any]
Places = NDArray[np.intp]

_UNORDERED = frozenset({Type.RANGE, Type.BINARY, Type.OBJECT})


def permutation(keys: Sequence[Value], order: Sequence[OrderKey], stop: int) -> Places:
    """Return the places of the rows in order, as many as `stop`; ties keep their order."""
    if not keys or len(keys[0]) == 0:
        return np.empty(0, dtype=np.intp)
    columns = [_sortable(value, key) for value, key in zip(keys, order, strict=True)]
    candidates = _candidates(columns[0], stop)
    # lexsort takes its main key last; of each pair the nulls decide first.
    layers = [layer[candidates] for pair in reversed(columns) for layer in reversed(pair)]
    return candidates[np.lexsort(layers)][:stop]


def _sortable(value: Value, key: OrderKey) -> tuple[Array, Array]:
    """Return two ascending keys: whether a row goes last, and its rank-giving value."""
    if value.type in _UNORDERED:
        raise SliceError(f"cannot ORDER BY {render(key.node)}, which holds {value.type}")
    nulls = np.zeros(len(value), dtype=np.bool_) if value.nulls is None else value.nulls
    data = _numbers(value)
    if key.descending:
        data = -data if data.dtype.kind == "f" else ~data  # -x overflows for the least integer
    data = np.where(nulls, data.dtype.type(0), data)
    return (~nulls if key.nulls_first else nulls), data


def _numbers(value: Value) -> Array:
    """Return numbers that sort as the values do."""
    data: Any = value.data
    if value.type is Type.INTERVAL:
        data = temporal.seconds(value)[0]
    if isinstance(data, pa.Array):
        ranks = pc.rank(data, sort_keys="ascending", tiebreaker="dense")
        return np.asarray(ranks).astype(np.int64)
    if data.dtype == object:
        return np.unique(data, return_inverse=True)[1].reshape(-1)
    if data.dtype == np.bool_:
        return np.asarray(data.astype(np.int8))
    return np.asarray(data)


def _candidates(first: tuple[Array, Array], stop: int) -> Places:
    """Return the places that may be among the first `stop`: a selection, not a sort."""
    last, data = first
    n = len(data)
    if stop >= n // 2:
        return np.arange(n)
    if stop <= 0:
        return np.empty(0, dtype=np.intp)
    early = np.flatnonzero(~last)
    if len(early) <= stop:
        return np.arange(n) if len(early) < stop else early
    bound = np.partition(data[early], stop - 1)[stop - 1]
    return np.asarray(early[data[early] <= bound], dtype=np.intp)


def first_of_each(values: Sequence[Value], n: int) -> Places:
    """Return the place of the first row of each distinct combination, ascending."""
    joint = np.zeros(n, dtype=np.int64)
    for value in values:
        codes = _codes(value)
        size = int(codes.max(initial=0)) + 1
        joint = pd.factorize(joint * size + codes)[0].astype(np.int64)
    return np.flatnonzero(~pd.Series(joint).duplicated().to_numpy())


def _codes(value: Value) -> NDArray[np.int64]:
    """Return a number for each distinct value, 0 for NULL."""
    if isinstance(value.data, pa.Array):
        codes = np.asarray(value.data.dictionary_encode().indices.fill_null(0)).astype(np.int64)
    else:
        codes = pd.factorize(value.data)[0].astype(np.int64)
    return codes + 1 if value.nulls is None else np.where(value.nulls, 0, codes + 1)
