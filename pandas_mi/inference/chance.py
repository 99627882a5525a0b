"""What mutual information is to be expected of chance alone, margins fixed."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from math import comb, factorial

import numpy as np
from numpy.typing import NDArray

from pandas_mi.inference.corrections import digamma

__all__ = ["adjusted", "expected_mutual_information"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Cells by their mean a·b/n: to `_FEW` and from `_MANY` on, series whose terms are products of a
# part of a and a part of b sum them all at once. Both leave out less than 1e-12 of E[I]: what
# the first loses is rounding, e**_FEW times that of one term; the second e**-_MANY.
_FEW, _FEW_TERMS = 8.0, 42
_MANY, _MANY_TERMS = 32.0, 18
_TAIL = 25.0  # nats: between them, counts with less than e**-25 beyond them are left out
_BLOCK = 1 << 9  # cells at a time: with their 80 counts, arrays of 300 KB that stay in L2


def expected_mutual_information(rows: Ints, columns: Ints) -> float:
    """Return the mean mutual information of all tables with the given margins, in nats.

    Under the hypergeometric model each count x of a cell with margins a and b has mean a·b/n, so
    E[I] = H(X) + H(Y) − ln n + Σ E[x·ln x] / n; Vinh, Epps & Bailey 2010
    (https://jmlr.org/papers/v11/vinh10a.html). E[x·ln x] depends on (a, b, n) alone, so the
    distinct margins suffice, of which there are at most about sqrt(2n).

    Parameters
    ----------
    rows, columns : ndarray of int64, shapes (k,) and (l,)
        The margins of the table, of equal sums; zeros count nothing.

    Returns
    -------
    float
        NaN where no row was counted.

    Examples
    --------
    >>> round(expected_mutual_information(np.array([2, 2]), np.array([2, 2])), 6)
    0.231049
    """
    n = int(rows.sum())
    if n == 0:
        return float("nan")
    margins = (np.unique(counts[counts > 0], return_counts=True) for counts in (rows, columns))
    # In one order, so that exchanging rows and columns cannot change a bit.
    (a, a_times), (b, b_times) = sorted(margins, key=_key)
    if a[-1] == n or b[-1] == n:  # a constant column
        return 0.0
    joint = _sum_of_means(a.astype(float), a_times, b.astype(float), b_times, n)
    x, y = (float(times @ (c * np.log(c))) for c, times in ((a, a_times), (b, b_times)))
    # Rounding may leave the bounds by an ulp: 0 ≤ E[I] ≤ min(H(X), H(Y)).
    most = np.log(n) - max(x, y) / n
    return float(np.clip(np.log(n) - (x + y - joint) / n, 0.0, most))


def _key(margin: tuple[Ints, Ints]) -> tuple[int, bytes, bytes]:
    counts, times = margin
    return len(counts), counts.tobytes(), times.tobytes()


def adjusted(shared: Floats, expected: Floats, mean: Floats) -> Floats:
    """Return mutual information adjusted for chance: (I − E[I]) / (mean(H) − E[I]).

    Vinh, Epps & Bailey 2010 (https://jmlr.org/papers/v11/vinh10a.html). 1 at most, 0 on average
    for unrelated columns, so negative at times. Where chance alone reaches the upper bound, as for
    a constant column or one of unique values, it is 0.0: nothing was told.

    Parameters
    ----------
    shared, expected, mean : ndarray of float64, shape (P,)
        I, E[I] and the mean of the two entropies, in one unit.
    """
    room = mean - expected
    # Differences of a few ulps of the entropies are rounding, not room.
    open_ = room > 1e-12 * np.maximum(mean, 1e-300)
    ratio = np.divide(shared - expected, room, out=np.zeros_like(room), where=open_)
    return np.where(np.isnan(shared), np.nan, np.minimum(ratio, 1.0))


def _sum_of_means(a: Floats, a_times: Ints, b: Floats, b_times: Ints, n: int) -> float:
    """Σ E[x·ln x] over all cells, of the distinct margins a and b, ascending."""
    few, many = (np.searchsorted(b, mean * n / a) for mean in (_FEW, _MANY))
    total = _of_few(a, a_times, b, b_times, n, few) + _of_many(a, a_times, b, b_times, n, many)
    each = many - few
    row = np.repeat(np.arange(len(a)), each)
    column = np.arange(len(row)) + np.repeat(few - (np.cumsum(each) - each), each)
    means = _between(a[row], b[column], n)
    return float(total + (a_times[row] * b_times[column]) @ means)


def _of_few(
    a: Floats, a_times: Ints, b: Floats, b_times: Ints, n: int, end: NDArray[np.intp]
) -> float:
    """Sum over the cells of each a and the first `end` of b, where few rows are expected.

    Newton's series x·ln x = Σ Δ^j·C(x, j), whose means are those of the factorial moments:
    E[x(x − 1)…(x − j + 1)] = Π (a − i)(b − i)/(n − i), i < j, which is at most (a·b/n)**j.
    """
    terms = int(min(_FEW_TERMS, a[-1], b[-1]))
    a, a_times, end = a[end > 0], a_times[end > 0], end[end > 0]
    b, b_times = b[: end.max(initial=0)], b_times[: end.max(initial=0)]
    i = np.arange(terms)
    one, two = (((c[:, np.newaxis] - i) / np.sqrt(n - i)).cumprod(axis=1) for c in (a, b))
    upto = (two * b_times[:, np.newaxis]).cumsum(axis=0)[end - 1]
    return float(((a_times @ (one * upto)) * _newton()[1 : terms + 1]).sum())


def _of_many(
    a: Floats, a_times: Ints, b: Floats, b_times: Ints, n: int, start: NDArray[np.intp]
) -> float:
    """Sum over the cells of each a and all of b from `start`, where many rows are expected.

    E[x·ln x] = a·b/n · E[ln z], z = 1 + x of margins a − 1 and b − 1 in n − 1 rows. Of Gregory's
    series ln z = ψ(z) + Σ |G_j|·(j − 1)!/(z(z + 1)…(z + j − 1)) each mean has a closed form, by
    Vandermonde: ψ(a) + ψ(b) − ψ(n), and Π (n + i)/((a + i)(b + i)), i < j. Both pass over an
    empty cell, of chance below e**(−a·b/n).
    """
    kept = start < len(b)
    a, a_times, start = a[kept], a_times[kept], start[kept]
    first = int(start.min(initial=len(b)))
    b, b_times, start = b[first:], b_times[first:], start - first
    i = np.arange(_MANY_TERMS)
    parts = []
    for counts, times in ((a, a_times), (b, b_times)):
        rising = (np.sqrt(n + i) / (counts[:, np.newaxis] + i)).cumprod(axis=1)
        log = digamma(counts)[:, np.newaxis] - digamma(np.array(n)) / 2
        every = np.hstack([np.ones_like(log), log, rising])
        parts.append((times * counts)[:, np.newaxis] * every)
    one, two = parts
    upwards = two[::-1].cumsum(axis=0)[::-1][start]
    series = (one[:, 2:] * upwards[:, 2:]).sum(axis=0) @ _gregory()
    return float(one[:, 0] @ upwards[:, 1] + one[:, 1] @ upwards[:, 0] + series) / n


def _between(a: Floats, b: Floats, n: int) -> Floats:
    """E[x·ln x] of cells with margins a and b, shape (m,), summed over the counts."""
    mean = a * b / n
    order = np.argsort(mean, kind="stable")
    found = np.empty(len(mean))
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        found[block] = _summed(a[block], b[block], n)
    return found


def _summed(a: Floats, b: Floats, n: int) -> Floats:
    """Sum over all counts that matter, by the ratio of neighbouring chances.

    By Bernstein's inequality less than e**-_TAIL of the law lies beyond.
    """
    least = np.maximum(a + b - n, 0.0)
    reach = _TAIL / 3 + np.sqrt(_TAIL**2 / 9 + 2 * _TAIL * (a * b / n))
    most = np.minimum(np.minimum(a, b), a * b / n + reach)
    steps, rest = int((most - least).max(initial=0)), np.abs(n - a - b)
    a, b = a - least, b - least
    below = least.astype(np.intp) if least.any() else np.intp(0)  # one for all is faster
    logs = _x_log_x(int(np.max(below)) + steps)
    i = np.arange(steps)[:, np.newaxis]
    # All steps at once: calls for one step of few cells would take longer than its arithmetic.
    chance = a - i
    part = b - i
    chance *= part
    chance /= np.add(rest, i + 1, out=part)
    chance /= i + 1
    # Once a or b is used up, the chance is 0 and remains so. np.cumprod takes three times as long.
    for before, after in pairwise(chance):
        after *= before
    total = 1 + chance.sum(axis=0)
    chance *= logs[below + (i + 1)]
    return np.asarray((logs[below] + chance.sum(axis=0)) / total)


def _x_log_x(most: int) -> Floats:
    x = np.arange(most + 1, dtype=np.float64)
    return np.asarray(x * np.log(np.maximum(x, 1.0)))


@lru_cache(maxsize=1)
def _newton() -> Floats:
    """Δ^j of x·ln x at 0 over j!, by j, taken of 50 digits: the differences cancel 2**j."""
    with localcontext(prec=50):
        values = [x * Decimal(max(x, 1)).ln() for x in range(_FEW_TERMS + 1)]
        differences = [
            sum((-1) ** (j - x) * comb(j, x) * values[x] for x in range(j + 1)) / factorial(j)
            for j in range(_FEW_TERMS + 1)
        ]
    return np.array(differences, dtype=np.float64)


@lru_cache(maxsize=1)
def _gregory() -> Floats:
    """|G_j|·(j − 1)! for j = 1, 2, …, of Gregory's coefficients G."""
    found: list[float] = []
    for j in range(1, _MANY_TERMS + 1):
        found.append(1 / (j + 1) - sum(g / (j - k) for k, g in enumerate(found)))
    return np.array([g * factorial(j) for j, g in enumerate(found)])
