"""Columns whose distinct values are listed: codes by look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column, level_order
from pandas_mi.encoding.cells import Offsets, Placed, blocks, placed
from pandas_mi.encoding.scheme import Encoding, by_cuts, by_levels, ranks

__all__ = ["as_objects", "counted", "looked_up", "whole_range"]

Codes = NDArray[Any]
Counts = NDArray[np.intp]

_SMALL_RANGE = 1 << 16  # integers: one count a value, which stay in a core's L2 cache


def counted(
    column: Column, number: int | None, *, all_used: bool = False
) -> tuple[Codes, Encoding]:
    """Encode a factorized column through a look-up table over its distinct values.

    Parameters
    ----------
    column : Column with codes
    number : int or None
        Bins, used when the distinct values number more than twice as many.
    all_used : bool
        Whether each distinct value is known to occur.
    """
    order = level_order(column)
    if (number is None or len(order) <= 2 * number) and (all_used or _all_used(column)):
        return _as_they_are(column, order)
    counts = _level_counts(column)[order]
    order, counts = order[counts > 0], counts[counts > 0]
    codes, encoding = _coded(column, column.values.take(order), counts, number)
    code_of = np.zeros(len(column.values), dtype=np.intp)
    code_of[order] = codes
    return looked_up(column, code_of, encoding.cardinality), encoding


def looked_up(column: Column, code_of: NDArray[np.intp], cardinality: int) -> Codes:
    """Return the code of each row of a factorized column, given that of each distinct value."""
    dtype = np.min_scalar_type(cardinality)
    codes = np.zeros(len(column), dtype=dtype)
    if len(code_of) == 0:  # no known value at all
        return codes
    table = code_of.astype(dtype)
    held = _held(column)
    for block in blocks(len(codes)):  # take() turns its indices into 64-bit ones first
        table.take(held[block], out=codes[block], mode="wrap")
    return _hidden(column, codes)


def as_objects(values: Array | pa.Array) -> Array:
    """Return values that NumPy can compare."""
    return values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values


@dataclass(frozen=True, slots=True)
class _Range:
    """Every value of the column is one of the integers from low on."""

    cells: Offsets
    dtype: np.dtype[Any]
    placed: Placed

    def encoded(self, column: Column, number: int | None) -> tuple[Codes, Encoding]:
        """Encode through a look-up table over the range."""
        counts, held = self.placed.counts, self.dtype
        used = np.flatnonzero(counts)
        # Modulo the width of an integer type the sum is exact; float16 cannot hold every term.
        wide = np.result_type(held, np.float64) if held.kind == "f" else held
        levels = (used.astype(wide) + self.cells.low).astype(held)
        of_level, encoding = _coded(column, levels, counts[used], number)
        code_of = np.zeros(self.cells.size, dtype=np.min_scalar_type(encoding.cardinality))
        code_of[used] = of_level
        codes = self.placed.looked_up(code_of)
        return _hidden(column, codes), encoding


def whole_range(column: Column, values: Array, sample: Array) -> _Range | None:
    """Return how often each integer of a small range occurs, or None when that is not the case.

    Parameters
    ----------
    column : Column of n rows
    values : ndarray of a number type, shape (n,)
        Its rows.
    sample : ndarray, shape (m,)
        Some of the known values, which rule most columns out.
    """
    if len(sample) == 0 or not _may_be_range(sample):
        return None
    span = _span(values) or _span(values if column.missing is None else values[~column.missing])
    if span is None or span[1] > 1024 + 8 * len(values):
        return None
    cells = Offsets(*span)
    found = placed(cells, values, column.missing)
    return None if found is None else _Range(cells, values.dtype, found)


def _may_be_range(sample: Array) -> bool:
    if sample.dtype.kind == "f" and not (np.isfinite(sample) & (sample == np.rint(sample))).all():
        return False
    return _span(sample) is not None


def _span(values: Array) -> tuple[Any, int] | None:
    """Return the lowest value and the length of the range, when that is small."""
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    length = int(high) - int(low) + 1
    return (low, length) if length <= _SMALL_RANGE else None


def _coded(
    column: Column, levels: Array | pa.Array, counts: Counts, number: int | None
) -> tuple[Counts, Encoding]:
    """Return the code of each level, in their order, and the encoding."""
    if number is None or len(levels) <= 2 * number:
        return np.arange(1, len(levels) + 1), by_levels(column, levels)
    # The value of rank r is the first whose running count reaches r.
    ends = np.unique(np.searchsorted(np.cumsum(counts), ranks(int(counts.sum()), number)))
    codes = np.searchsorted(ends, np.arange(len(levels))) + 1
    return codes, by_cuts(column, as_objects(levels.take(ends)))


def _as_they_are(column: Column, order: NDArray[np.intp]) -> tuple[Codes, Encoding]:
    """Encode by positions in the sorted levels, all of which occur."""
    size = len(order)
    encoding = by_levels(column, column.values.take(order))
    if (order == np.arange(size)).all():
        held, codes = _held(column), np.empty(len(column), dtype=np.min_scalar_type(size))
        if held.itemsize == codes.itemsize:  # a cast would go through a buffer
            held = held.view(codes.dtype)
        np.add(held, 1, out=codes, casting="unsafe")
        return _hidden(column, codes), encoding
    code_of = np.zeros(size, dtype=np.intp)
    code_of[order] = np.arange(1, size + 1)
    return looked_up(column, code_of, size), encoding


def _all_used(column: Column) -> bool:
    """Whether every distinct value occurs; mostly the first rows tell."""
    seen = np.zeros(len(column.values), dtype=np.bool_)
    held = _held(column)
    for block in (slice(0, 16 * len(seen)), *blocks(len(held))):
        known = held[block]
        if column.missing is not None:
            known = known[~column.missing[block]]
        seen[known] = True
        if seen.all():
            return True
    return False


def _level_counts(column: Column) -> Counts:
    held = _held(column)
    known = held if column.missing is None else held[~column.missing]
    return np.bincount(known, minlength=len(column.values))


def _held(column: Column) -> Array:
    assert column.codes is not None  # noqa: S101 - factorized
    return column.codes


def _hidden(column: Column, codes: Codes) -> Codes:
    """Put 0 where the row is missing."""
    if column.missing is not None:
        codes[column.missing] = 0
    return codes
