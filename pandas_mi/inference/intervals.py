"""Confidence intervals of mutual information: bootstrap and jackknife."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "bootstrap_interval", "delta_interval", "jackknife"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELLS = 1 << 20  # counts of resampled tables at a time: 8 MB


@dataclass(frozen=True, slots=True)
class Cells:
    """The occupied cells of a contingency table, in row-major order.

    Attributes
    ----------
    counts : ndarray of int64, shape (m,)
        All above zero.
    rows, columns : ndarray of int64, shape (m,)
        Where each cell stands: levels 0..k − 1 and 0..l − 1, all of which occur.
    """

    counts: Ints
    rows: Ints
    columns: Ints

    @classmethod
    def of(cls, table: Ints) -> Cells:
        """Return the cells of a table, shape (a, b)."""
        rows, columns = np.nonzero(table)
        return cls.at(table[rows, columns], rows, columns)

    @classmethod
    def at(cls, counts: Ints, rows: Ints, columns: Ints) -> Cells:
        """Return the cells with counts above zero at any numbers of rows and columns."""
        levels = (np.unique(places, return_inverse=True)[1] for places in (rows, columns))
        left, right = (places.astype(np.int64) for places in levels)
        order = np.lexsort((right, left))
        return cls(counts[order].astype(np.int64), left[order], right[order])

    @property
    def n(self) -> int:
        """Rows counted."""
        return int(self.counts.sum())

    def margins(self) -> tuple[Ints, Ints]:
        """Return the sums over each row and each column, shapes (k,) and (l,)."""
        left, right = (
            np.bincount(places, weights=self.counts).astype(np.int64)
            for places in (self.rows, self.columns)
        )
        return left, right


def jackknife(cells: Cells) -> tuple[float, float]:
    """Return mutual information corrected for bias by the jackknife, and its standard error.

    Leaving out each row in turn (Quenouille 1956, doi:10.1093/biomet/43.3-4.353; Zahl 1977,
    doi:10.2307/1936227): rows of one cell give one value, so the cells suffice. It keeps its bias
    small where cells are few rows each, which plug-in values and Miller and Madow's do not.

    Returns
    -------
    value, error : float
        In nats; NaN where fewer than 2 rows were counted.

    Examples
    --------
    >>> [round(part, 4) for part in jackknife(Cells.of(np.array([[40, 10], [10, 40]])))]
    [0.1874, 0.0573]
    """
    n = cells.n
    if n < 2:
        return float("nan"), float("nan")
    left, right = cells.margins()
    joint, rows, columns = (_logs(counts) for counts in (cells.counts, left, right))
    whole = joint.sum() - rows.sum() - columns.sum()
    without = whole - (joint - _logs(cells.counts - 1))
    without += (rows - _logs(left - 1))[cells.rows] + (columns - _logs(right - 1))[cells.columns]
    values = without / (n - 1) + np.log(n - 1)
    weights = cells.counts / n
    mean = float(weights @ values)
    error = float(np.sqrt((n - 1) * (weights @ (values - mean) ** 2)))
    return n * float(whole / n + np.log(n)) - (n - 1) * mean, error


def delta_interval(cells: Cells, confidence: float) -> tuple[float, float]:
    """Return the normal interval of the jackknife, in nats: the delta method in closed form.

    Parameters
    ----------
    cells : Cells
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : float
        NaN where fewer than 2 rows were counted.

    Examples
    --------
    >>> cells = Cells.of(np.array([[40, 10], [10, 40]]))
    >>> [round(bound, 3) for bound in delta_interval(cells, 0.95)]
    [0.075, 0.3]
    """
    centre, error = jackknife(cells)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return _bounded(centre - reach, centre + reach, cells)


def bootstrap_interval(
    cells: Cells, confidence: float, n_resamples: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the percentile interval of the bootstrap, corrected for bias, in nats.

    Resampling the rows is a multinomial draw of the table. Resampled values are biased once more
    than the estimate, and spread a little less than it does, so they give the shape of the
    interval, and the jackknife its place and width.

    Parameters
    ----------
    cells : Cells
    confidence : float
        Between 0 and 1.
    n_resamples : int
    rng : numpy.random.Generator

    Returns
    -------
    low, high : float
        NaN where fewer than 2 rows were counted.
    """
    centre, error = jackknife(cells)
    if np.isnan(centre):
        return centre, centre
    values = np.concatenate(list(_resampled(cells, n_resamples, rng)))
    spread = float(values.std())
    shape = (values - values.mean()) / (spread if spread > 0 else 1.0)
    tail = (1 - confidence) / 2
    low, high = centre + error * np.quantile(shape, [tail, 1 - tail])
    return _bounded(float(low), float(high), cells)


def _resampled(cells: Cells, size: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield the mutual information of tables resampled from the observed one."""
    n, share = cells.n, cells.counts / cells.counts.sum()
    by_column = np.argsort(cells.columns, kind="stable")
    row_starts, column_starts = (
        np.flatnonzero(np.diff(places, prepend=-1))
        for places in (cells.rows, cells.columns[by_column])
    )
    step = max(_CELLS // len(share), 1)
    for start in range(0, size, step):
        tables = rng.multinomial(n, share, size=min(step, size - start))
        joint = _x_log_x(tables)
        rows = _x_log_x(np.add.reduceat(tables, row_starts, axis=1))
        columns = _x_log_x(np.add.reduceat(tables[:, by_column], column_starts, axis=1))
        yield (joint - rows - columns) / n + np.log(n)


def _x_log_x(tables: Ints) -> Floats:
    """Σ c·ln c of each table, shape (tables,)."""
    return np.asarray(_logs(tables).sum(axis=1))


def _logs(counts: Ints) -> Floats:
    return np.asarray(counts * np.log(np.maximum(counts, 1)))


def _bounded(low: float, high: float, cells: Cells) -> tuple[float, float]:
    """Keep the interval within what mutual information can be: 0 ≤ I ≤ min(ln k, ln l)."""
    if np.isnan(low):
        return low, high
    most = float(np.log(min(map(len, cells.margins()))))
    return min(max(low, 0.0), most), min(max(high, 0.0), most)
