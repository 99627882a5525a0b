"""Columns to codes: by value where there are few levels, else by equal-frequency bins.

Every column goes one of two ways. A column whose distinct values can be listed cheaply (it holds
codes already, or integers of a small range) is counted once per value, and codes are looked up.
Any other is sorted once, which gives its distinct values and its exact quantiles alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import (
    Array,
    Column,
    Kind,
    factorized,
    level_order,
    physical_cuts,
    python_values,
)

__all__ = ["AUTO", "Bins", "Encoding", "auto_bins", "encode"]

AUTO = "auto"
_MOST_AUTO = 128  # bins: more would leave fewer rows in a cell than plug-in estimates bear
_SMALL_RANGE = 1 << 16  # integers: one count a value, which stay in a core's L2 cache

# How one column is to be binned: "auto", a number of bins, inner cuts, or None for by value.
Bins = str | int | Sequence[Any] | None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a column becomes codes 1..k, 0 being missing.

    Attributes
    ----------
    kind, unit, zone
        As of the column that it was learnt from.
    levels : ndarray or pyarrow.Array, shape (k,), or None
        By value: the distinct values in canonical order; level i has code i + 1.
    cuts : ndarray, shape (k - 1,), or None
        Binned: the inner cuts, ascending. A bin is closed on the right: its values are above
        the cut before it and at most the cut that ends it.
    """

    kind: Kind
    unit: str = ""
    zone: str | None = None
    levels: Array | pa.Array | None = None
    cuts: Array | None = None

    @property
    def cardinality(self) -> int:
        """Number of levels or bins."""
        if self.cuts is not None:
            return len(self.cuts) + 1
        return 0 if self.levels is None else len(self.levels)

    def bins(self) -> list[Any] | None:
        """Return the cuts as Python values in the form that `encode` takes; None by value."""
        if self.cuts is None:
            return None
        return python_values(self.cuts, self.kind, self.unit, self.zone)


def auto_bins(n: int) -> int:
    """Return the number of bins for n known rows: the integer cube root, from 2 to 128.

    Examples
    --------
    >>> [auto_bins(n) for n in (5, 26, 27, 10**6, 10**9)]
    [2, 2, 3, 100, 128]
    """
    root = round(n ** (1 / 3))
    exact = root - 1 if root**3 > n else root
    return min(max(exact, 2), _MOST_AUTO)


def encode(column: Column, bins: Bins = AUTO) -> tuple[NDArray[Any], Encoding]:
    """Learn an encoding from a column and apply it.

    Parameters
    ----------
    column : Column of n rows
    bins : "auto", int, sequence or None
        Applies to numeric kinds; a discrete column is taken by value whatever this says. A
        number is used only when the distinct values number more than twice as many.

    Returns
    -------
    codes : ndarray of the smallest unsigned dtype, shape (n,)
    encoding : Encoding

    Raises
    ------
    ValueError, TypeError
        When cuts do not increase, or are not values of the column's kind.

    Examples
    --------
    >>> codes, encoding = encode(Column(Kind.INTEGER, np.array([7, 5, 7])))
    >>> codes, encoding.levels
    (array([2, 1, 2], dtype=uint8), array([5, 7]))
    """
    if not column.numeric:
        return _listed(factorized(column), None)
    if bins is not None and not isinstance(bins, str | int):
        return _cut(column, bins)
    number = auto_bins(len(column) - column.n_missing) if bins == AUTO else bins
    listed = _cheaply_listed(column)
    if listed is not None:
        return _listed(listed, number)
    return _listed(factorized(column), None) if number is None else _sorted(column, number)


def _cut(column: Column, bins: Sequence[Any]) -> tuple[NDArray[Any], Encoding]:
    """Encode by the caller's own cuts."""
    cuts = physical_cuts(bins, column)
    encoding = Encoding(column.kind, column.unit, column.zone, cuts=cuts)
    if column.kind is not Kind.DECIMAL:
        return _binned(column, cuts, encoding.cardinality), encoding
    coded = factorized(column)
    bin_of = np.searchsorted(cuts, _objects(coded.values)).astype(np.intp) + 1
    return _looked_up(coded, bin_of, encoding.cardinality), encoding


def _cheaply_listed(column: Column) -> Column | None:
    """Return the column with codes, or None where sorting its rows costs less."""
    if column.codes is not None or isinstance(column.values, pa.Array):
        return factorized(column)
    if column.values.dtype.kind not in "iu":
        return None
    known = column.values if column.missing is None else column.values[~column.missing]
    if len(known) == 0:
        return factorized(column)
    low, high = int(known.min()), int(known.max())
    if high - low >= _SMALL_RANGE:
        return None
    # Modular arithmetic on 64 bits is exact here, whatever the sign of the lowest value.
    codes = (column.values.astype(np.uint64) - np.uint64(low % 2**64)).astype(np.int64)
    levels = np.arange(low, high + 1, dtype=column.values.dtype)
    return replace(column, values=levels, codes=np.clip(codes, 0, high - low))


def _listed(column: Column, number: int | None) -> tuple[NDArray[Any], Encoding]:
    """Encode a factorized column through a look-up table over its distinct values."""
    order = level_order(column)
    counts = _level_counts(column)[order]
    order, counts = order[counts > 0], counts[counts > 0]
    code_of = np.zeros(len(column.values), dtype=np.intp)
    if number is None or len(order) <= 2 * number:
        code_of[order] = np.arange(1, len(order) + 1)
        levels = column.values.take(order)
        encoding = Encoding(column.kind, column.unit, column.zone, levels=_plain_zero(levels))
        return _looked_up(column, code_of, len(order)), encoding
    # The value of rank r is the first whose running count reaches r.
    ends = np.unique(np.searchsorted(np.cumsum(counts), _ranks(int(counts.sum()), number)))
    code_of[order] = np.searchsorted(ends, np.arange(len(order))) + 1
    cuts = _objects(column.values.take(order[ends]))
    encoding = Encoding(column.kind, column.unit, column.zone, cuts=_plain_zero(cuts))
    return _looked_up(column, code_of, encoding.cardinality), encoding


def _level_counts(column: Column) -> NDArray[np.intp]:
    codes = column.codes if column.missing is None else column.codes[~column.missing]
    return np.bincount(codes, minlength=len(column.values))


def _looked_up(column: Column, code_of: NDArray[np.intp], cardinality: int) -> NDArray[Any]:
    dtype = np.min_scalar_type(cardinality)
    if len(code_of) == 0:  # no known value at all
        return np.zeros(len(column), dtype=dtype)
    codes = code_of.astype(dtype).take(column.codes, mode="wrap")
    if column.missing is not None:
        codes[column.missing] = 0
    return codes


def _sorted(column: Column, number: int) -> tuple[NDArray[Any], Encoding]:
    """Encode a plain numeric column from its sorted values."""
    known = column.values if column.missing is None else column.values[~column.missing]
    ascending = np.sort(known)
    first = np.ones(len(ascending), dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    if np.count_nonzero(first) <= 2 * number:
        levels = _plain_zero(ascending[first])
        encoding = Encoding(column.kind, column.unit, column.zone, levels=levels)
        # A level is its own upper bound, so levels serve as cuts.
        return _binned(column, levels, len(levels)), encoding
    cuts = _plain_zero(np.unique(ascending[_ranks(len(ascending), number) - 1]))
    encoding = Encoding(column.kind, column.unit, column.zone, cuts=cuts)
    return _binned(column, cuts, encoding.cardinality), encoding


def _ranks(n: int, number: int) -> NDArray[np.int64]:
    """One-based ranks ⌈i·n/k⌉ of the k - 1 inner cuts, in exact integers."""
    return -(-np.arange(1, number, dtype=np.int64) * n // number)


def _binned(column: Column, cuts: Array, cardinality: int) -> NDArray[Any]:
    codes = np.searchsorted(cuts, column.values).astype(np.min_scalar_type(cardinality))
    codes += 1
    if column.missing is not None:
        codes[column.missing] = 0
    return codes


def _objects(values: Array | pa.Array) -> Array:
    return values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values


def _plain_zero(values: Array | pa.Array) -> Any:
    """Turn -0.0 into 0.0."""
    floating = isinstance(values, np.ndarray) and values.dtype.kind == "f"
    return values + 0.0 if floating else values
