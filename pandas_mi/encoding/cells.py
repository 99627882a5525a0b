"""Plain numbers to the numbers of few cells, in their order: what one `bincount` can count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Array, Mask

__all__ = ["BUCKETS", "Buckets", "Cells", "Offsets", "Placed", "blocks", "looked_up", "placed"]

Places = NDArray[np.intp]

BUCKETS = 1 << 14  # 128 KB of counts; with 100 cuts one value in a hundred shares a cell with one
_BLOCK = 1 << 16  # rows: their cells and a spare fill 1 MB, and stay in the L2 cache


class Cells(Protocol):
    """A map from values to cells that keeps their order."""

    @property
    def size(self) -> int:
        """Number of cells."""

    def fill(self, values: Array, missing: Mask | None, cells: Places, spare: Array) -> bool:
        """Write the cell of each value into `cells`, and 0 where it is missing.

        A larger value is in the same cell or a later one. `spare` is an array of float64 to work
        in. Returns whether the map fits the values.
        """


@dataclass(frozen=True, slots=True)
class Offsets:
    """One cell for each integer from `low` on; the values are integers, or floats that hold them.

    Attributes
    ----------
    low : scalar of the values' dtype
    size : int
    """

    low: Any
    size: int

    def fill(self, values: Array, missing: Mask | None, cells: Places, spare: Array) -> bool:
        """Take the distance from the lowest; False when a float holds no integer."""
        if values.dtype.kind == "f":
            np.subtract(values, self.low, out=spare, casting="same_kind", dtype=_wide(values))
            if missing is not None:
                spare[missing] = 0.0
            np.copyto(cells, spare, casting="unsafe")
            return bool((cells == spare).all())
        # Modulo the width of the type the difference is exact, whatever the sign of the lowest.
        unsigned = np.dtype(values.dtype.str.replace("i", "u"))
        low = np.asarray(self.low, dtype=values.dtype).view(unsigned)
        np.subtract(values.view(unsigned), low, out=cells, casting="unsafe")
        if missing is not None:
            cells[missing] = 0
        return True


@dataclass(frozen=True, slots=True)
class Buckets:
    """Cells of equal width, with the first and the last for whatever lies outside.

    Subtraction, multiplication and rounding keep the order of floats, so a value in an earlier
    cell than another is smaller, exactly.
    """

    low: float
    scale: float
    size: int = BUCKETS

    def fill(self, values: Array, missing: Mask | None, cells: Places, spare: Array) -> bool:
        """Scale and round, which fits any number."""
        low = np.float64(self.low)
        np.subtract(values, low, out=spare, casting="same_kind", dtype=_wide(values))
        np.multiply(spare, self.scale, out=spare)
        np.add(spare, 1.0, out=spare)
        np.clip(spare, 0.0, self.size - 1.0, out=spare)
        np.copyto(cells, spare, casting="unsafe")
        if missing is not None:
            cells[missing] = 0
        return True


@dataclass(frozen=True, slots=True)
class Placed:
    """The cells of n values.

    Attributes
    ----------
    places : ndarray of uint8 or uint16, shape (n,)
        The cell of each value; 0 where it is missing. Reading two bytes again takes an eighth of
        the time of finding the cell once more.
    counts : ndarray of intp, shape (cells,)
        How many known values each cell has.
    """

    places: NDArray[Any]
    counts: Places

    def looked_up(self, table: Array) -> Array:
        """Return the table's entry for the cell of each value, shape (n,)."""
        found = np.empty(len(self.places), dtype=table.dtype)
        wide = np.empty(min(len(found), _BLOCK), dtype=np.intp)
        for block in blocks(len(found)):  # take() would make an array of 64-bit places each time
            places = wide[: block.stop - block.start]
            np.copyto(places, self.places[block])
            table.take(places, out=found[block], mode="clip")
        return found


def placed(cells: Cells, values: Array, missing: Mask | None) -> Placed | None:
    """Find and count the cell of each value; None when the map does not fit."""
    held = np.empty(len(values), dtype=np.min_scalar_type(cells.size - 1))
    counts = np.zeros(cells.size, dtype=np.intp)
    for block, places in _placed(cells, values, missing):
        if places is None:
            return None
        counts += np.bincount(places, minlength=cells.size)
        np.copyto(held[block], places, casting="unsafe")
        if missing is not None:
            counts[0] -= np.count_nonzero(missing[block])
    return Placed(held, counts)


def looked_up(cells: Buckets, values: Array, missing: Mask | None, table: Array) -> Array:
    """Return the table's entry for the cell of each value, shape (n,); arbitrary where missing."""
    found = np.empty(len(values), dtype=table.dtype)
    for block, places in _placed(cells, values, missing):
        assert places is not None  # noqa: S101 - a map that fits any number
        table.take(places, out=found[block], mode="clip")
    return found


def blocks(n: int) -> Iterator[slice]:
    """Cut n rows into runs whose temporaries stay in the cache."""
    return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))


def _placed(
    cells: Cells, values: Array, missing: Mask | None
) -> Iterator[tuple[slice, Places | None]]:
    """Yield each block and its rows' cells, None where the map does not fit."""
    places = np.empty(min(len(values), _BLOCK), dtype=np.intp)
    spare = np.empty(len(places), dtype=np.float64)
    for block in blocks(len(values)):
        n = block.stop - block.start
        hidden = None if missing is None else missing[block]
        with np.errstate(all="ignore"):  # infinities, and whatever stands where a row is missing
            fits = cells.fill(values[block], hidden, places[:n], spare[:n])
        yield block, places[:n] if fits else None


def _wide(values: Array) -> Any:
    """Return the type to subtract in: at least float64."""
    return np.result_type(values.dtype, np.float64) if values.dtype.kind == "f" else np.float64
