"""Mutual information of continuous columns from nearest neighbours, without bins.

Distances are in the maximum norm. Counting along one column is two binary searches a row in its
sorted values; only joint distances need a tree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pandas_mi import extras

__all__ = ["continuous", "informational_coefficient", "mixed", "scores"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def continuous(
    x: Floats, y: Floats, given: Floats | None = None, *, k: int = 3, workers: int = 1
) -> float:
    """Return the mutual information of two continuous columns, in nats, given others if any.

    Algorithm 1 of Kraskov, Stögbauer & Grassberger 2004 (doi:10.1103/PhysRevE.69.066138):
    ψ(k) + ψ(n) − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩, where n_x counts the rows nearer in x than the k-th
    neighbour in (x, y); given z, ψ(k) − ⟨ψ(n_xz + 1) + ψ(n_yz + 1) − ψ(n_z + 1)⟩ (Frenzel &
    Pompe 2007, doi:10.1103/PhysRevLett.99.204101). Where the k-th neighbour is at no distance,
    ψ(k) and all counts are of the rows at the very same place (Gao et al. 2017,
    https://papers.nips.cc/paper/7180), so repeated values need no noise.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,), or (n, d) for several columns taken together
        Finite.
    given : ndarray of float64, shape (n, d), optional
    k : int
        Neighbours; fewer where there are not so many rows.
    workers : int
        Threads.

    Returns
    -------
    float
        It may be below 0; NaN with fewer than 2 rows.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 100)
    >>> round(continuous(x, x**2), 2)
    2.71
    """
    n = len(x)
    if n < 2:
        return float("nan")
    k = min(k, n - 1)
    digamma = extras.load("scipy.special", "stats", "estimator='knn' needs SciPy").digamma
    conditions = [] if given is None else list(given.T)
    space = np.column_stack([x, y, *conditions])
    reach, near = _kth_neighbour(space, k, workers)
    one, two = (
        digamma(_within(np.column_stack([part, *conditions]), reach, workers)) for part in (x, y)
    )
    rest = digamma(_within(given, reach, workers)) if given is not None else digamma(n)
    # Sorted, so that neither the order of the rows nor that of x and y changes a bit.
    return float(np.sort(digamma(near) + rest - (one + two)).mean())


def mixed(x: Floats, levels: Ints, *, k: int = 3) -> float:
    """Return the mutual information of a continuous column and a discrete one, in nats.

    Ross 2014 (doi:10.1371/journal.pone.0087357): ψ(n) + ⟨ψ(k) − ψ(n_level) − ψ(m)⟩, where m
    counts the rows of all levels that are nearer than the k-th neighbour of the same level.
    Repeated values count as in `continuous`. A level of a single row has no neighbour; its row is
    left out, as Ross does.

    Parameters
    ----------
    x : ndarray of float64, shape (n,)
        Finite.
    levels : ndarray of int, shape (n,)
        Not below 0.
    k : int
        Neighbours; fewer in a level of fewer rows.

    Returns
    -------
    float
        It may be below 0; NaN with fewer than 2 rows, 0.0 where every level is of one row.

    Examples
    --------
    >>> round(mixed(np.arange(100.0), np.repeat([0, 1], 50)), 4)
    0.6865
    """
    if len(x) < 2:
        return float("nan")
    kept = np.bincount(levels)[levels] > 1
    if not kept.any():
        return 0.0
    digamma = extras.load("scipy.special", "stats", "estimator='knn' needs SciPy").digamma
    order = np.lexsort((x[kept], levels[kept]))
    x, levels = x[kept][order], levels[kept][order]  # by level, then by value
    sizes = np.bincount(levels)[levels]
    neighbours = np.minimum(k, sizes - 1)
    reach = _kth_along(x, levels, neighbours)
    apart = reach > 0
    same = _run_lengths(levels, x)
    near = np.where(apart, neighbours, same)
    every = _counted(x, reach)
    terms = digamma(near) - digamma(sizes) - digamma(every)
    return float(digamma(len(x)) + np.sort(terms).mean())


def scores(ranks: Ints, rng: np.random.Generator) -> Floats:
    """Return normal scores of a column: Φ⁻¹(i/(n + 1)) for its i-th smallest value.

    Mutual information does not change under increasing transforms, so the estimate should not
    either: heavy tails, units and outliers count for nothing, which scaling by a deviation cannot
    say (for a log-normal column it loses a fifth of the value at 500 rows). Normal scores are
    better than plain ranks, whose even spacing counts too few rows. Equal values are put in random
    order: left tied, a grid of repeated values is taken for dependence (0.70 instead of 0.51 for
    10,000 Gaussian rows rounded to 0.01). It tells nothing new, so the truth is the same.

    Parameters
    ----------
    ranks : ndarray of int, shape (n,)
        Any numbers that order the values; equal for equal values.
    rng : numpy.random.Generator
        Drawn from only where values repeat.

    Examples
    --------
    >>> scores(np.array([1, 0, 2]), np.random.default_rng(0)).round(3)
    array([ 0.   , -0.674,  0.674])
    """
    special = extras.load("scipy.special", "stats", "estimator='knn' needs SciPy")
    n = len(ranks)
    order = np.argsort(ranks, kind="stable")
    if np.any(np.diff(ranks[order]) == 0):
        order = np.lexsort((rng.random(n), ranks))
    result = np.empty(n)
    result[order] = special.ndtri(np.arange(1, n + 1) / (n + 1))
    return result


def informational_coefficient(shared: Floats) -> Floats:
    """Return sqrt(1 − exp(−2·I)), I in nats: |ρ| of the Gaussian pair that tells as much.

    Linfoot 1957 (doi:10.1016/S0019-9958(57)90116-X). In [0, 1]; values below 0 count as 0.

    Examples
    --------
    >>> informational_coefficient(np.array([-0.1, 0.0, 0.5108256237659907, np.inf]))
    array([0. , 0. , 0.8, 1. ])
    """
    return np.asarray(np.sqrt(-np.expm1(-2 * np.maximum(shared, 0.0))))


def _kth_neighbour(space: Floats, k: int, workers: int) -> tuple[Floats, Ints]:
    """Distance to the k-th neighbour, and how many rows it stands for, shape (n,) each.

    k, or where that distance is 0 the number of rows at the same place, this one included.
    """
    spatial = extras.load("scipy.spatial", "stats", "estimator='knn' needs SciPy")
    # Neither option changes a distance; without them the tree is built twice as fast.
    tree = spatial.cKDTree(space, balanced_tree=False, compact_nodes=False)
    reach = tree.query(space, [k + 1], p=np.inf, workers=workers)[0][:, 0]
    near = np.full(len(space), k, dtype=np.int64)
    tied = reach == 0
    if tied.any():
        _, place, times = np.unique(space[tied], axis=0, return_inverse=True, return_counts=True)
        near[tied] = times[place.ravel()]
    return reach, near


def _within(space: Floats, reach: Floats, workers: int) -> Ints:
    """Rows strictly nearer than `reach`, or at no distance, each row itself included."""
    if space.shape[1] == 1:
        return _counted(space[:, 0], reach)
    spatial = extras.load("scipy.spatial", "stats", "estimator='knn' needs SciPy")
    tree = spatial.cKDTree(space, balanced_tree=False, compact_nodes=False)
    inside = np.where(reach > 0, np.nextafter(reach, 0), 0)
    counts = tree.query_ball_point(space, inside, p=np.inf, workers=workers, return_length=True)
    return np.asarray(counts, dtype=np.int64)


def _counted(values: Floats, reach: Floats) -> Ints:
    """Count them along one column, by its sorted distinct values."""
    # Searching for ascending values is three times as fast: the caches follow.
    order = np.argsort(values)
    values, reach = values[order], reach[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    distinct, below = values[starts], np.append(starts, len(values))
    low = np.searchsorted(distinct, values - reach)
    high = np.searchsorted(distinct, values + reach)
    low = _settled(distinct, values, reach, low, 1)
    high = _settled(distinct, values, reach, np.minimum(high, len(distinct) - 1), -1)
    counts = np.empty(len(values), dtype=np.int64)
    counts[order] = below[high + 1] - below[low]
    return counts


def _settled(distinct: Floats, values: Floats, reach: Floats, end: Ints, inwards: int) -> Ints:
    """Move each end of a range to the last distinct value that is inside.

    values ± reach are rounded, but the distance of the k-th neighbour must not count as nearer
    than itself: so the distances decide.
    """
    last = len(distinct) - 1
    while True:
        distance = np.abs(values - distinct[end])
        outside = (distance >= reach) & (distance > 0)
        if not outside.any():
            break
        end = end + inwards * outside
    while True:
        further = np.minimum(np.maximum(end - inwards, 0), last)
        inside = (np.abs(values - distinct[further]) < reach) & (further != end)
        if not inside.any():
            return end
        end = np.where(inside, further, end)


def _kth_along(values: Floats, levels: Ints, k: Ints) -> Floats:
    """Distance to the k-th neighbour of the same level; rows sorted by level, then value."""
    row = np.arange(len(values))
    first, last = (np.searchsorted(levels, levels, side=side) for side in ("left", "right"))
    reach = np.full(len(values), np.inf)
    for before in range(int(k.max()) + 1):  # of the k neighbours, so many stand before the row
        start = row - before
        fits = (start >= first) & (start + k < last) & (before <= k)
        start, stop = start[fits], (start + k)[fits]
        here = values[fits]
        span = np.maximum(here - values[start], values[stop] - here)
        reach[fits] = np.minimum(reach[fits], span)
    return reach


def _run_lengths(levels: Ints, values: Floats) -> Ints:
    """Rows of the same level and value as each row; rows sorted by level, then value."""
    new = np.concatenate([[True], (levels[1:] != levels[:-1]) | (values[1:] != values[:-1])])
    starts = np.flatnonzero(new)
    lengths = np.diff(starts, append=len(values))
    return np.asarray(np.repeat(lengths, lengths), dtype=np.int64)
