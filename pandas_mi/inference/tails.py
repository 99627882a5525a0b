"""How far the information of random tables strays from its mean, at most: proven bounds.

Tables of given margins are no independent columns, but not far from it. Three ways to bound a
chance by that of independent parts, all for Markov's inequality with exp(θ·n·I):

- counts are independent Poisson counts, given both margins;
- columns are independent multinomial samples, given the totals of the rows;
- some of the columns are a sample of the rows without replacement, each outcome of which is at
  most so many times as likely as with replacement. Where all columns tell as much as is asked,
  so do, of their share, one half or the other, or two of three parts.

The first costs about ½·ln(2π·a) nats for each level of both margins, the second as much for each
level of the shorter one, the third ½·ln 2 and half of the exponent, or ½·ln 3 and a third of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi import extras
from pandas_mi.inference.chance import expected_mutual_information

__all__ = ["log_tail", "poisson_bound"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Margins = tuple[Ints, Ints]

_LEAST, _MOST = -2.0, 0.5  # θ; above, tilted Poisson laws are not log-concave
_TRIALS, _FACTOR = 8, 4.0  # of θ; by how much it is changed first
_HOPE = 4.0  # a normal law with an exponent of less than a quarter of what is asked is no hope
_PARTS = (2, 3, 4, 6, 10, 16, 32)  # of the columns
_SERIES = 1 << 9  # rows of a column: (1 − θ)·_SERIES/e must be below 700
_POINTS = 24.0  # deviations either way that the moments of a tilted count are summed over

# θ: ln of the largest mean of exp(θ·d) over all Poisson laws, where d = x·ln(x/μ) − x + μ. The
# largest lies at μ = 1.7 to 8.4; for great μ the mean tends to 1/sqrt(1 − θ) from above.
_DEVIANCE_BOUNDS = {
    0.2: 0.126442, 0.3: 0.199751, 0.4: 0.282752, 0.5: 0.379181, 0.6: 0.495298, 0.7: 0.642841,
    0.8: 0.848197,
}  # fmt: skip


def poisson_bound(strata: Sequence[Margins], told: float) -> float:
    """Return an upper bound of ln P(Σ n·I ≥ told) for random tables of the given margins.

    n·I is the sum of the deviances of the cells, whose mean of exp(θ·d) is bounded for every mean
    a·b/n, so this takes no sum over cells.

    Parameters
    ----------
    strata : sequence of (rows, columns), margins of shapes (k,) and (l,)
        Without empty levels.
    told : float
        In nats.
    """
    cells = sum(len(rows) * len(columns) for rows, columns in strata)
    given = sum(
        _minus_log_poisson(rows) + _minus_log_poisson(columns) - _minus_log_poisson(rows.sum())
        for rows, columns in strata
    )
    bounds = (cells * log + given - theta * told for theta, log in _DEVIANCE_BOUNDS.items())
    return min(0.0, *bounds)


def log_tail(strata: Sequence[Margins], told: float, enough: float) -> tuple[float, int]:
    """Return an upper bound of the logarithm of a tail of Σ n·I, and which tail: 1 or −1.

    1 stands for P(Σ n·I ≥ told), where told is above the mean of the law; −1 for P(… ≤ told).

    Parameters
    ----------
    strata : sequence of (rows, columns), margins of shapes (k,) and (l,)
        Without empty levels; best if the rows are the shorter ones.
    told : float
        In nats.
    enough : float
        A bound below this is as good as any.
    """
    away, variance = _outset(strata, told)
    side = 1 if away > 0 else -1
    if away**2 / (2 * variance) < -enough / _HOPE:
        return 0.0, side
    costs, shares = _costs(strata)

    def bound(theta: float) -> float:
        exponent = sum(_log_mean(rows, columns, theta) for rows, columns in strata) - theta * told
        # Beyond what a float holds nothing is bounded.
        return float((costs + shares * exponent).min()) if np.isfinite(exponent) else 0.0

    theta = float(np.clip(away / variance, _LEAST, _MOST))
    best, factor = bound(theta), _FACTOR
    for _ in range(_TRIALS):
        if best < enough:
            break
        further = float(np.clip(theta * factor, _LEAST, _MOST))
        found = bound(further)
        if found < best:
            best, theta = found, further
        else:  # the bound is convex in θ
            factor **= -0.5
    return min(best, 0.0), side


def _outset(strata: Sequence[Margins], told: float) -> tuple[float, float]:
    """By how much more than its mean is told, and a guess at the variance.

    2·n·I is like chi-square where many rows are expected in each cell; where few are, Σ c·ln c is
    like a multiple of a Poisson count.
    """
    mean, joint, free = 0.0, 0.0, 0
    for rows, columns in strata:
        n = rows.sum()
        expected = float(n * expected_mutual_information(rows, columns))
        mean += expected
        joint += expected + _x_log_x(rows) + _x_log_x(columns) - _x_log_x(n)
        free += (len(rows) - 1) * (len(columns) - 1)
    return told - mean, max(min(free / 2, joint), 1.0)


def _costs(strata: Sequence[Margins]) -> tuple[Floats, Floats]:
    """Return what independent columns cost, and the share of the exponent that is left, by way.

    All columns, or all but one of g parts of them. Leaving out each in turn counts every column
    g − 1 times, so one of these g samples tells at least the share (g − 1)/g of the whole.
    """
    costs, shares = [sum(_log_density(rows, int(rows.sum())) for rows, _ in strata)], [1.0]
    for parts in _PARTS:
        drawn = [(rows, _most_drawn(columns, parts)) for rows, columns in strata]
        costs.append(np.log(parts) + sum(_log_density(*each) for each in drawn))
        shares.append(1 - 1 / parts)
    return np.array(costs), np.array(shares)


def _most_drawn(columns: Ints, parts: int) -> int:
    """Rows in the columns outside the smallest part, columns dealt to the parts by size."""
    ordered = np.sort(columns)
    return int(columns.sum() - min(ordered[part::parts].sum() for part in range(parts)))


def _log_density(rows: Ints, drawn: int) -> float:
    """Ln of how many times as likely a sample may be without replacement as with it, at most.

    Π (a)_c/a**c · n**m/(n)_m for m rows drawn, c of each level a, (n)_m = n(n − 1)…(n − m + 1).
    With any Lagrange multiplier for Σ c = m its largest value is bounded level by level.
    """
    n = int(rows.sum())
    logs = _log_factorial()
    a, times = np.unique(rows, return_counts=True)
    multiplier = -np.log1p(-drawn / n) if drawn < n else 0.0
    most = np.ceil(a * (drawn / n))
    each = logs(a + 1) - logs(a - most + 1) - most * (np.log(a) - multiplier)
    rest = drawn * (np.log(n) - multiplier) - logs(n + 1) + logs(n - drawn + 1)
    return float(times @ each + rest)


def _log_mean(rows: Ints, columns: Ints, theta: float) -> float:
    """Return an upper bound of ln E[exp(θ·n·I)] for independent multinomial columns.

    n·I is taken with the shares that the rows have, p = a/n: Σ c·ln(c/(b·p)). To it is added what
    is 0 where the totals of the rows are a, u·(total − a), to spare what it owes to the totals.
    """
    a, a_times = np.unique(rows, return_counts=True)
    b, b_times = np.unique(columns, return_counts=True)
    shares, small = a / rows.sum(), b <= _SERIES
    slopes = _slopes(shares, a_times, b, b_times)
    parts = [
        of(shares, a_times, slopes, b[some], theta)
        for of, some in ((_of_small, small), (_of_large, ~small))
    ]
    return float(b_times @ np.concatenate(parts))


def _slopes(shares: Floats, times: Ints, b: Ints, b_times: Ints) -> Floats:
    """By how much more n·I falls than it should when a row's total grows, by level; 0 on average.

    A Poisson count of mean μ tells E[(x + 1)·ln(x + 1) − x·ln x] more for a row more, about
    ln μ + 1 where μ is large. Any number would do; the better, the lower the bound.
    """
    weights = b * b_times / (b @ b_times)
    slopes = np.log(shares) - np.interp(np.log(np.outer(shares, b)), *_growth()) @ weights
    return np.asarray(slopes - (times * shares) @ slopes)


@lru_cache(maxsize=1)
def _growth() -> tuple[Floats, Floats]:
    """Ln μ, and E[(x + 1)·ln(x + 1) − x·ln x] of Poisson counts of mean μ."""
    means, x = np.geomspace(1e-6, 1e12, 600), np.arange(1200.0)
    few = means[means < 800, np.newaxis]
    chances = np.exp(x * np.log(few) - few - _log_factorial()(x + 1))
    growth = np.log(means) + 1
    growth[: len(few)] = chances @ ((x + 1) * np.log(x + 1) - x * np.log(np.maximum(x, 1)))
    return np.log(means), growth


def _of_small(shares: Floats, times: Ints, slopes: Floats, sizes: Ints, theta: float) -> Floats:
    """Ln of E[exp(θ·Σ (c·ln(c/(b·p)) + u·(c − b·p)))], c multinomial of b rows, for each size b.

    b! times the coefficient of z**b in the product over p of Σ exp(θ·(x·ln x + u·x))·(p**(1 −
    θ)·z)**x/x!, with z scaled so that no coefficient is far above exp((1 − θ)·b/e).
    """
    if len(sizes) == 0:
        return np.empty(0)
    most, logs = int(sizes[-1]), _log_factorial()
    x = np.arange(most + 1.0)
    scale = (1 - theta) * np.log(most) - 1
    weights = theta * x * np.log(np.maximum(x, 1)) - logs(x + 1) + x * scale
    product = np.ones(1)
    for share, slope, power in zip(shares, slopes, times, strict=True):
        factor = np.exp(weights + x * ((1 - theta) * np.log(share) + theta * slope))
        product = np.convolve(product, _power(factor, int(power)))[: most + 1]
    b = sizes.astype(float)
    return np.asarray(np.log(product[sizes]) + logs(b + 1) - b * scale - theta * b * np.log(b))


def _power(series: Floats, power: int) -> Floats:
    """Return a power series to a power, to as many terms."""
    found: Floats | None = None
    while True:
        if power & 1:
            found = series if found is None else np.convolve(found, series)[: len(series)]
        power >>= 1
        if power == 0:
            assert found is not None  # noqa: S101
            return found
        series = np.convolve(series, series)[: len(series)]


def _of_large(shares: Floats, times: Ints, slopes: Floats, sizes: Ints, theta: float) -> Floats:
    """Do it for large sizes, by a bound.

    Multinomial counts are Poisson counts given their sum b. Tilted by exp(θ·d) these remain
    log-concave for θ ≤ ½, and so does their sum: no value of it is likelier than
    2/sqrt(1 + 4·variance) (Bobkov, Marsiglietti & Melbourne 2022, doi:10.1017/S096354832100016X).
    """
    found = np.empty(len(sizes))
    for place, size in enumerate(sizes):
        log_means, variances = _tilted(shares * size, slopes, theta)
        likeliest = min(0.0, np.log(2) - 0.5 * np.log1p(4 * float(times @ variances)))
        found[place] = times @ log_means + likeliest + _minus_log_poisson(size)
    return found


def _tilted(means: Floats, slopes: Floats, theta: float) -> tuple[Floats, Floats]:
    """Ln E[exp(θ·(d + u·(x − μ)))] of Poisson counts x, and the variance of those so tilted.

    Summed around the mode, over every h-th count, h up to a sixth of a deviation: as good as over
    all, for what that misses of a smooth law is less than exp(−2·(π·6)²), and where it ends at 0
    less than exp(−30).
    """
    mode = means * np.exp(theta / (1 - theta) * slopes)
    deviation = np.sqrt(mode / (1 - theta)) + 1
    stride = np.maximum(np.floor(deviation / 6), 1)
    first = np.maximum(np.floor(mode - _POINTS / 2 * deviation), 0)
    steps = np.arange(int((_POINTS * deviation / stride).max()) + 1)
    x = first[:, np.newaxis] + stride[:, np.newaxis] * steps
    mu = means[:, np.newaxis]
    told = x * np.log(np.maximum(x, 1) / mu) + (slopes[:, np.newaxis] - 1) * (x - mu)
    logs = x * np.log(mu) - mu - _log_factorial()(x + 1) + theta * told
    most = logs.max(axis=1)  # a slope may make the mean more than a float holds
    weights = np.exp(logs - most[:, np.newaxis])
    total = weights.sum(axis=1)
    away = x - mode[:, np.newaxis]
    centre = (weights * away).sum(axis=1) / total
    spread = (weights * away**2).sum(axis=1) / total - centre**2
    return most + np.log(stride * total), spread


def _x_log_x(counts: Any) -> float:
    return float((counts * np.log(counts)).sum())


def _log_factorial() -> Any:
    return extras.load("scipy.special", "stats", "p-values need SciPy").gammaln


def _minus_log_poisson(means: Any) -> float:
    """Σ −ln P(X = a), X Poisson of mean a: ½·ln 2πa and Stirling's next term, from above."""
    return float((0.5 * np.log(2 * np.pi * means) + 1 / (12 * means)).sum())
