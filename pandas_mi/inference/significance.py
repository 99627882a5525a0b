"""Whether a dependence is more than chance: the G test and random tables of the same margins."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi import extras
from pandas_mi.inference.tails import log_tail, poisson_bound

__all__ = [
    "chi2_fits",
    "chi2_p_value",
    "degrees_of_freedom",
    "permutation_p_value",
    "q_values",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Margins = tuple[Ints, Ints]

_LEAST_EXPECTED = 5.0  # Cochran's rule
_MOST_SHIFT = 0.035  # deviations by which G may exceed chi-square: 0.4 % more of p ≤ 0.05
_NEVER = -13.0  # ln of the chance that drawing would show otherwise: 2 in 10**6
_CELLS = 1 << 20  # int64 cells of random tables at a time: 8 MB
_ROUNDING = 1e-12  # of Σ c·ln c: smaller differences are ties


def degrees_of_freedom(rows: Ints, columns: Ints) -> int:
    """Return (k − 1)(l − 1) for the k and l levels that were seen.

    Parameters
    ----------
    rows, columns : ndarray of int64, shapes (k,) and (l,)
        The margins of a table; zeros count nothing.
    """
    k, l = int(np.count_nonzero(rows)), int(np.count_nonzero(columns))  # noqa: E741
    return max(k - 1, 0) * max(l - 1, 0)


def chi2_p_value(statistic: float, df: int) -> float:
    """Return the chance that chi-square with `df` degrees of freedom reaches the statistic.

    The G test (Wilks 1938, doi:10.1214/aoms/1177732360): G = 2·n·I, I in nats, is
    chi-square distributed for independent columns and many rows.

    Returns
    -------
    float
        1.0 without degrees of freedom; NaN for a statistic of NaN.

    Examples
    --------
    >>> round(chi2_p_value(3.841459, 1), 6)
    0.05
    """
    if np.isnan(statistic):
        return float("nan")
    if df == 0:
        return 1.0
    special = extras.load("scipy.special", "stats", "p-values need SciPy")
    return float(special.chdtrc(df, statistic))


def chi2_fits(strata: Sequence[Margins]) -> bool:
    """Return whether G may be taken for chi-square in tables of these margins.

    Every expected count must be at least 5, and Williams' (1976, doi:10.1093/biomet/63.1.33)
    first-order term, by which G is greater on average, at most 0.035 deviations of chi-square: that
    keeps the share of p ≤ 0.05 below 0.06.

    Parameters
    ----------
    strata : sequence of (rows, columns), margins of shapes (k,) and (l,)
        One table, or one for each level of a condition.

    Examples
    --------
    >>> even = np.array([50, 50])
    >>> chi2_fits([(even, np.array([80, 20]))]), chi2_fits([(even, np.array([99, 1]))])
    (True, False)
    """
    excess, df = 0.0, 0
    for margins in strata:
        a, b = (margin[margin > 0].astype(np.float64) for margin in margins)
        free = (len(a) - 1) * (len(b) - 1)
        if free > 0:
            n = a.sum()
            if a.min() * b.min() < _LEAST_EXPECTED * n:
                return False
            excess += (n * (1 / a).sum() - 1) * (n * (1 / b).sum() - 1) / (6 * n)
            df += free
    return bool(excess <= _MOST_SHIFT * np.sqrt(2 * df))


def permutation_p_value(
    strata: Sequence[Margins],
    joint: float,
    n_resamples: int,
    rng: np.random.Generator,
    ties: float = 1.0,
) -> float:
    """Return the share of random tables of the same margins that tell as much.

    p = (b + 1)/(m + 1) of m tables, b of which reach the observed Σ c·ln c over the cells, which
    orders tables of fixed margins as mutual information does. The tables are drawn from the very
    law that shuffling the rows gives (Patefield 1981, doi:10.2307/2346669; Phipson & Smyth 2010,
    doi:10.2202/1544-6115.1585), at a cost that does not grow with the rows. Where a proven bound
    says that any of m tables reaches it with a chance below e**-13, none is drawn, and b is 0;
    where it says so of tables that do not reach it, b is m.

    Parameters
    ----------
    strata : sequence of (rows, columns), margins of shapes (k,) and (l,)
        One table, or for conditional information one for each level of the condition.
    joint : float
        Observed Σ c·ln c over all cells of all strata.
    n_resamples : int
        m.
    rng : numpy.random.Generator
    ties : float, default 1.0
        What a table that tells just as much counts in b. 1 never finds too often what is not
        there, and in small tables of few levels too seldom; one half (Lancaster's mid-p, 1961,
        doi:10.1080/01621459.1961.10482105) finds it as often as p says, on average.

    Returns
    -------
    float
        In [1/(m + 1), 1]; 1.0 where the margins settle the table.

    Examples
    --------
    >>> margins = [(np.array([9, 9]), np.array([9, 9]))]
    >>> permutation_p_value(margins, 2 * 9 * np.log(9), 999, np.random.default_rng(0))
    0.001
    """
    tables = [_canonical(*margins) for margins in strata]
    settled = [_settled(*margins) for margins in tables]
    free = [margins for margins, known in zip(tables, settled, strict=True) if known is None]
    fixed = sum((known for known in settled if known is not None), 0.0)
    if not free:
        return 1.0
    surely = _sure(free, joint - fixed, _NEVER - math.log(n_resamples))
    if surely is not None:
        return (surely * n_resamples + 1) / (n_resamples + 1)
    drawn = np.full(n_resamples, fixed)
    for rows, columns in free:
        drawn += _drawn_sums(rows, columns, n_resamples, rng)
    rounding = _ROUNDING * max(abs(joint), 1.0)
    above, reached = (np.count_nonzero(drawn > joint + sign * rounding) for sign in (1, -1))
    return float(above + ties * (reached - above) + 1) / (n_resamples + 1)


def q_values(p_values: Floats) -> Floats:
    """Return the smallest false-discovery rate at which each test is found, shape (P,).

    Benjamini & Hochberg 1995 (doi:10.1111/j.2517-6161.1995.tb02031.x). NaN stays NaN and does
    not count among the tests.

    Examples
    --------
    >>> q_values(np.array([0.01, 0.04, np.nan, 0.02]))
    array([0.03, 0.04,  nan, 0.03])
    """
    q = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    falling = known[np.argsort(-p_values[known], kind="stable")]
    tests = len(falling)
    scaled = p_values[falling] * tests / np.arange(tests, 0, -1)
    q[falling] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    return q


def _canonical(rows: Ints, columns: Ints) -> Margins:
    """Sort the margins, the shorter first, so that p depends on nothing but their values."""
    one, two = np.sort(rows[rows > 0]), np.sort(columns[columns > 0])
    return (two, one) if (len(two), tuple(two)) < (len(one), tuple(one)) else (one, two)


def _settled(rows: Ints, columns: Ints) -> float | None:
    """Σ c·ln c where the margins settle it; else None. The shorter margin comes first."""
    if len(rows) < 2:
        return _x_log_x(columns)
    return 0.0 if min(rows.max(), columns.max()) == 1 else None


def _sure(strata: Sequence[Margins], joint: float, never: float) -> int | None:
    """0 where no table will reach Σ c·ln c of the observed cells, 1 where every one will."""
    told = joint
    for rows, columns in strata:
        told -= _x_log_x(rows) + _x_log_x(columns) - _x_log_x(rows.sum())
    if poisson_bound(strata, told) < never:
        return 0
    bound, side = log_tail(strata, told, never)
    return None if bound >= never else int(side < 0)


def _drawn_sums(rows: Ints, columns: Ints, size: int, rng: np.random.Generator) -> Floats:
    """Σ c·ln c of random tables with these margins, shape (size,)."""
    if _mostly_empty(rows, columns):
        return _shuffled_sums(rows, columns, size, rng)
    stats = extras.load("scipy.stats", "stats", "random tables need SciPy")
    law, most = stats.random_table(rows, columns), int(min(rows.max(), columns.max()))
    x_log_x = _logs(most).take if most < _CELLS else _times_log
    sums = [
        x_log_x(law.rvs(stop - start, random_state=rng)).sum(axis=(1, 2))
        for start, stop in _runs(size, max(_CELLS // (len(rows) * len(columns)), 1))
    ]
    return np.concatenate(sums)


def _mostly_empty(rows: Ints, columns: Ints) -> bool:
    """Whether ordering the rows, 10 ns each, costs less than drawing cells, 15 to 120 ns each."""
    return len(rows) * len(columns) > max(int(rows.sum()) // 4, 1 << 14)


def _shuffled_sums(rows: Ints, columns: Ints, size: int, rng: np.random.Generator) -> Floats:
    """Do it by shuffling, where most cells are empty: memory in proportion to the rows."""
    logs, n = _logs(int(min(rows.max(), columns.max()))), int(rows.sum())
    cells = len(rows) * len(columns)
    # Half the bytes sort twice as fast.
    dtype = np.uint32 if cells < 1 << 32 else np.uint64
    starts = np.repeat((np.arange(len(columns)) * len(rows)).astype(dtype), columns)
    labels = np.repeat(np.arange(len(rows), dtype=np.uint64), rows)
    mask = np.uint64((1 << len(rows).bit_length()) - 1)
    sums = np.empty(size)
    for place in range(size):
        # Sorting random numbers that end in the labels takes half the time of a shuffle. Two of
        # them are alike with a chance of n²/2**65 times the levels.
        keys = rng.bit_generator.random_raw(n)
        keys &= ~mask
        keys |= labels
        keys.sort()
        keys &= mask
        found = starts + keys.astype(dtype)
        sums[place] = logs[_counts(found, cells)].sum()
    return sums


def _counts(found: NDArray[Any], cells: int) -> Ints:
    """How many rows each cell holds, in any order, empty cells or not."""
    if cells <= 4 * len(found):
        return np.bincount(found.astype(np.intp))
    found.sort()
    starts = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]]))
    return np.diff(starts, append=len(found))


def _runs(size: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, size)) for start in range(0, size, step))


def _logs(most: int) -> Floats:
    return _times_log(np.arange(most + 1))


def _times_log(counts: Ints) -> Floats:
    return np.asarray(counts * np.log(np.maximum(counts, 1)))


def _x_log_x(counts: Ints) -> float:
    return float(_times_log(counts).sum())
