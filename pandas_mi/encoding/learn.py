"""Learning an encoding from a column, and applying it: the choice of the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column, Kind, factorized, physical_cuts
from pandas_mi.encoding.buckets import bucketed
from pandas_mi.encoding.listed import as_objects, counted, looked_up, whole_range
from pandas_mi.encoding.scheme import (
    AUTO,
    Bins,
    Encoding,
    auto_bins,
    by_cuts,
    by_levels,
    first_of_each,
    ranks,
)

__all__ = ["encode"]

Codes = NDArray[Any]

_FEWEST, _SAMPLE = 1024, 4096  # values that tell how a long column is best encoded


def encode(column: Column, bins: Bins = AUTO) -> tuple[Codes, Encoding]:
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
        return _by_value(column, None)
    if isinstance(bins, Sequence | np.ndarray) and not isinstance(bins, str):
        return _cut(column, bins)
    number = auto_bins(len(column) - column.n_missing) if isinstance(bins, str) else bins
    if column.codes is not None or not isinstance(column.values, np.ndarray):
        return _by_value(column, number)
    return _by_number(column, column.values, number)


def _by_value(column: Column, number: int | None) -> tuple[Codes, Encoding]:
    """Encode through the distinct values, which are binned when there are too many of them."""
    if column.kind is Kind.BOOLEAN and column.codes is None:
        codes = np.asarray(column.values).view(np.uint8)
        return counted(replace(column, values=np.array([False, True]), codes=codes), number)
    return counted(factorized(column), number, all_used=column.codes is None)


def _by_number(column: Column, values: Array, number: int | None) -> tuple[Codes, Encoding]:
    """Encode plain numbers: by counting a small range, by cells, or by sorting.

    Nanoseconds a value on 1M of float64: a small range 5, cells 7, hashing few distinct values
    10, sorting 30 with AVX-512 and 90 without. A sample decides, and can only cost time.
    """
    sample = _sample(column, values)
    spans = whole_range(column, values, sample)
    if spans is not None:
        return spans.encoded(column, number)
    if number is None:
        return _by_value(column, None)
    if len(values) > _SAMPLE:
        sample = np.sort(sample)
        if np.count_nonzero(first_of_each(sample)) <= 2 * number:
            return _by_value(column, number)
        found = bucketed(column, values, sample, number)
        if found is not None:
            return found
    return _sorted(column, values, number)


def _sample(column: Column, values: Array) -> Array:
    """Known values at even distances: 1,024 to 4,096 of them, or all of a short column."""
    n = len(values)
    size = n if n <= _SAMPLE else min(max(n // 64, _FEWEST), _SAMPLE)
    step = n // max(size, 1) or 1
    some = values[::step]
    return some if column.missing is None else some[~column.missing[::step]]


def _cut(column: Column, bins: Sequence[Any]) -> tuple[Codes, Encoding]:
    """Encode by the caller's own cuts."""
    cuts = physical_cuts(bins, column)
    encoding = by_cuts(column, cuts)
    if column.kind is not Kind.DECIMAL:
        return _among(column, np.asarray(column.values), cuts, encoding.cardinality), encoding
    coded = factorized(column)
    bin_of = np.searchsorted(cuts, as_objects(coded.values)).astype(np.intp) + 1
    return looked_up(coded, bin_of, encoding.cardinality), encoding


def _sorted(column: Column, values: Array, number: int) -> tuple[Codes, Encoding]:
    """Encode plain numbers from their sorted values."""
    known = values if column.missing is None else values[~column.missing]
    ascending = np.sort(known)
    first = first_of_each(ascending)
    if np.count_nonzero(first) <= 2 * number:
        # A level is its own upper bound, so levels serve as cuts.
        encoding = by_levels(column, ascending[first])
        return _among(column, values, encoding.levels, encoding.cardinality), encoding
    cuts = ascending[ranks(len(ascending), number) - 1]
    encoding = by_cuts(column, cuts[first_of_each(cuts)])
    return _among(column, values, encoding.cuts, encoding.cardinality), encoding


def _among(column: Column, values: Array, bounds: Any, cardinality: int) -> Codes:
    """Code of each value among ascending upper bounds, 0 where missing."""
    codes = np.searchsorted(bounds, values).astype(np.min_scalar_type(cardinality))
    codes += 1
    if column.missing is not None:
        codes[column.missing] = 0
    return codes
