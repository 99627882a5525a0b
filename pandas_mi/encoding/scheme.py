"""How a column becomes codes: what is learnt from it, and how many bins it gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column, Kind, python_values

__all__ = ["AUTO", "Bins", "Encoding", "auto_bins", "binned", "by_cuts", "by_levels", "ranks"]

AUTO = "auto"
_MOST_AUTO = 128  # bins: more would leave fewer rows in a cell than plug-in estimates bear

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
    return int(min(max(exact, 2), _MOST_AUTO))


def by_levels(column: Column, levels: Array | pa.Array) -> Encoding:
    """Return the encoding of a column by its distinct values, in canonical order."""
    return Encoding(column.kind, column.unit, column.zone, levels=_plain_zero(levels))


def by_cuts(column: Column, cuts: Array) -> Encoding:
    """Return the encoding of a column by its inner cuts, ascending."""
    return Encoding(column.kind, column.unit, column.zone, cuts=_plain_zero(cuts))


def ranks(n: int, number: int) -> NDArray[np.int64]:
    """Return the one-based ranks ⌈i·n/k⌉ of the k - 1 inner cuts, in exact integers."""
    return -(-np.arange(1, number, dtype=np.int64) * n // number)


def first_of_each(ascending: Array) -> NDArray[np.bool_]:
    """Return which values differ from the one before: np.unique takes five times as long."""
    first = np.ones(len(ascending), dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    return first


def binned(values: Array, bounds: Array) -> NDArray[np.intp]:
    """Return one plus the number of bounds below each value, shape (n,)."""
    return np.searchsorted(bounds, values) + 1


def _plain_zero(values: Array | pa.Array) -> Any:
    """Turn -0.0 into 0.0."""
    floating = isinstance(values, np.ndarray) and values.dtype.kind == "f"
    return values + 0.0 if floating else values
