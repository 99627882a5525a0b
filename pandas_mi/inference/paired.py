"""The contingency tables of one pair of columns in two sets of rows, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pandas_mi.inference.corrections import step

__all__ = ["Measured", "TwoTables"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_FITS = 40
_FITTED = 0.01  # rows: a difference that no cell's law shows
_LOOKED_UP = 1 << 16  # counts below are looked up, in 512 KB that the L2 cache holds


class Measured(NamedTuple):
    """What some tables tell, each shape (R,).

    `values` are corrected for bias by the jackknife, and `raw` are its variances; `variances` are
    these without what they exceed those of independent columns by, the `floors`, which are least.
    """

    values: Floats
    raw: Floats
    variances: Floats
    floors: Floats


@dataclass(frozen=True)
class TwoTables:
    """Counts of the cells that either of two tables of the same levels occupies.

    Attributes
    ----------
    counts : ndarray of int64, shape (2, m)
        Before and after; no cell is 0 in both.
    rows, columns : ndarray of int64, shape (m,)
        Where each cell stands, 0..k − 1 and 0..l − 1; cells stand in row-major order, k ≤ l.
    turned : bool
        Whether rows and columns have changed places for that.
    """

    counts: Ints
    rows: Ints
    columns: Ints
    turned: bool = False

    @classmethod
    def of(cls, before: Ints, after: Ints) -> TwoTables:
        """Return the two tables, shape (a, b) each."""
        rows, columns = np.nonzero(before + after)
        return cls.at(np.stack([before[rows, columns], after[rows, columns]]), rows, columns)

    @classmethod
    def at(cls, counts: Ints, rows: Any, columns: Any) -> TwoTables:
        """Return the tables with these counts, shape (2, m), at any numbers of rows and columns.

        Levels are put in an order that their counts decide, so that neither their names, nor
        which column comes first, nor which table does, can change a random draw.
        """
        left, right = (np.unique(places, return_inverse=True)[1] for places in (rows, columns))
        keys = [_keys(counts, places) for places in (left, right)]
        turned = _rank(keys[1]) < _rank(keys[0])
        if turned:
            left, right, keys = right, left, keys[::-1]
        left = _places(keys[0])[left]
        weights = np.sqrt(np.arange(2.0, len(keys[0][0]) + 2))[left]
        order = np.argsort(left, kind="stable")
        told = [np.bincount(right[order], (count * weights)[order]) for count in _shown(counts)]
        right = _places(np.array([*told, *keys[1]]))[right]
        order = np.lexsort((right, left))
        return cls(counts[:, order], left[order], right[order], turned)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns that occur in either table."""
        if not len(self.rows):
            return 0, 0
        return int(self.rows[-1]) + 1, int(self.columns.max()) + 1

    @cached_property
    def _by_column(self) -> NDArray[np.intp]:
        return np.argsort(self.columns, kind="stable")

    @cached_property
    def _starts(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where each row begins, and each column when cells are taken by column."""
        places = self.rows, self.columns[self._by_column]
        rows, columns = (np.flatnonzero(np.diff(some, prepend=-1)) for some in places)
        return rows, columns

    @property
    def n(self) -> tuple[int, int]:
        """Rows counted in each table."""
        before, after = self.counts.sum(axis=1)
        return int(before), int(after)

    def measured(self, counts: Ints, average: str | None) -> Measured:
        """Return what tables with these counts at the cells tell.

        Leaving out one row at a time has a closed form: with φ(c) = c·ln c − (c − 1)·ln(c − 1) the
        jackknife's entropy is the mean of φ(n) − φ(c) over the rows (Zahl 1977,
        doi:10.2307/1936227), and its variance that of the rows' terms over n − 1. For columns that
        are independent the terms tell 2·df/n² where the variance is df/2n², of which half is noise;
        so df/2n² is taken off, and kept as the least.

        Parameters
        ----------
        counts : ndarray of int64, shape (R, m)
        average : str or None
            The mean of the entropies that normalises; None for nats.
        """
        n = counts.sum(axis=1, keepdims=True)
        rows, columns = self.margins(counts)
        whole = _step(n)
        x, y, joint = (whole - _step(some) for some in (rows, columns, counts))
        hx, hy, both = (
            np.einsum("rm,rm->r", some, terms)[:, np.newaxis] / n
            for some, terms in ((rows, x), (columns, y), (counts, joint))
        )
        value, fx, fy, fj, mean = _slopes(hx, hy, both, self._turned(average))
        joint *= fj
        terms = (fx * x).take(self.rows, axis=1)
        terms += (fy * y).take(self.columns, axis=1)
        terms += joint
        # Of the entropies' derivatives, which make the value, the terms' mean is the sum.
        terms -= fx * hx + fy * hy + fj * both
        terms *= terms
        variance = np.einsum("rm,rm->r", counts, terms) / (n * np.maximum(n - 1, 1))[:, 0]
        free = (np.count_nonzero(rows, axis=1) - 1) * (np.count_nonzero(columns, axis=1) - 1)
        floor = np.maximum(free, 0) / (2 * n[:, 0].astype(np.float64) ** 2 * mean[:, 0] ** 2)
        return Measured(value[:, 0], variance, np.maximum(variance - floor, floor), floor)

    def told(self, shares: Floats, average: str | None) -> Floats:
        """Return what laws with these probabilities of the cells tell, shape (R, m) to (R,)."""
        parts = (*self.margins(shares), shares)
        x, y, joint = (
            -(some * np.log(np.where(some > 0, some, 1.0))).sum(axis=1, keepdims=True)
            for some in parts
        )
        return _slopes(x, y, joint, self._turned(average))[0][:, 0]

    def margins(self, counts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the sums over rows and over columns, shape (R, m) to (R, k) and (R, l)."""
        rows, columns = self._starts
        by_column = counts.take(self._by_column, axis=1)
        return np.add.reduceat(counts, rows, axis=1), np.add.reduceat(by_column, columns, axis=1)

    def of_one_association(self) -> Floats:
        """Return the counts to expect of two tables that differ in their margins alone.

        Each side keeps its margins, and both together every cell: the log-linear model without the
        interaction of all three, by iterative proportional fitting (Deming & Stephan 1940,
        doi:10.1214/aoms/1177731829).

        Returns
        -------
        ndarray of float64, shape (2, m)
        """
        whole, wanted = self.counts.sum(axis=0), self.margins(self.counts)
        fitted = np.ones(self.counts.shape)
        for _ in range(_FITS):
            before = fitted
            fitted = fitted * (whole / np.maximum(fitted.sum(axis=0), 1e-300))
            for side, places in enumerate((self.rows, self.columns)):
                sums = np.maximum(self.margins(fitted)[side], 1e-300)
                fitted = fitted * (wanted[side] / sums).take(places, axis=1)
            if np.abs(fitted - before).max() < _FITTED:
                break
        return fitted

    def _turned(self, average: str | None) -> str | None:
        if not self.turned:
            return average
        return {"row": "column", "column": "row"}.get(average or "", average)


def _slopes(
    x: Floats, y: Floats, joint: Floats, average: str | None
) -> tuple[Floats, Any, Any, Any, Floats]:
    """Return the measure, its derivatives by the three entropies, and the mean that divides it."""
    shared, ones = x + y - joint, np.ones_like(x)
    if average is None:
        return shared, ones, ones, -ones, ones
    root = np.sqrt(np.maximum(x * y, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        means: dict[str, tuple[Floats, Any, Any, float]] = {
            "arithmetic": ((x + y) / 2, 0.5, 0.5, 0.0),
            "geometric": (root, root / (2 * x), root / (2 * y), 0.0),
            "min": (np.minimum(x, y), x <= y, y < x, 0.0),
            "max": (np.maximum(x, y), x >= y, y > x, 0.0),
            "joint": (joint, 0.0, 0.0, 1.0),
            "row": (x, 1.0, 0.0, 0.0),
            "column": (y, 0.0, 1.0, 0.0),
        }
        mean, mx, my, mj = means[average]
        value = shared / mean
        slopes = ((1 - value * mx) / mean, (1 - value * my) / mean, (-1 - value * mj) / mean)
    told = mean > 1e-12  # a constant column tells nothing
    fx, fy, fj = (np.where(told, slope, 0.0) for slope in slopes)
    return np.where(told, value, 0.0), fx, fy, fj, np.where(told, mean, 1.0)


def _shown(counts: Ints) -> list[Any]:
    """Return what the two tables show of a cell whichever comes first."""
    before, after = counts
    return [before + after, np.abs(before - after)]


def _keys(counts: Ints, places: NDArray[np.intp]) -> Floats:
    """Return what tells levels apart whatever they are called, shape (4, levels), exactly."""
    whole, apart = _shown(counts)
    shown = [whole, apart, _low(whole * whole), _low(whole * apart)]
    return np.array([np.bincount(places, some) for some in shown])


def _low(squares: Ints) -> Ints:
    return squares % (1 << 31)  # so that float sums of 2**22 of them are exact


def _rank(keys: Floats) -> tuple[int, list[list[float]]]:
    """Return what orders two columns: how many levels they have, and the keys of these, sorted."""
    return keys.shape[1], keys[:, np.lexsort(keys)].tolist()


def _places(keys: Floats) -> NDArray[np.intp]:
    """Return where each level stands when they are sorted by their keys."""
    places = np.empty(keys.shape[1], dtype=np.intp)
    places[np.lexsort(keys)] = np.arange(keys.shape[1])
    return places


def _step(counts: Ints) -> Floats:
    """φ(c) = c·ln c − (c − 1)·ln(c − 1), 0 for c below 2; without the cancellation of the two."""
    if counts.size == 0 or counts.max() < _LOOKED_UP:
        return _steps().take(counts)
    return step(counts)


@lru_cache(maxsize=1)
def _steps() -> Floats:
    return step(np.arange(_LOOKED_UP))
