"""What mutual information is to be expected of chance alone, margins fixed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["adjusted", "expected_mutual_information"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TAIL = 25.0  # nats: counts with less than e**-25 beyond them are left out
_BLOCK = 1 << 13  # pairs of marginal counts at a time: a dozen arrays of them stay in L2
_MOST_STEPS = 24  # either way; beyond, a stride costs less than visiting every count
_ALIAS = 30.0  # nats: a stride may change a sum by e**-30 of it


def expected_mutual_information(rows: Ints, columns: Ints) -> float:
    """Return the mean mutual information of all tables with the given margins, in nats.

    Under the hypergeometric model each count x of a cell with margins a and b has mean a·b/n, so
    E[I] = H(X) + H(Y) − ln n + Σ E[x·ln x] / n; Vinh, Epps & Bailey 2010
    (https://jmlr.org/papers/v11/vinh10a.html). E[x·ln x] depends on (a, b, n) alone: it is
    computed once for each two distinct margins, of which there are at most about 2n.

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
    joint = float(a_times @ _mean_x_log_x(a, b, n) @ b_times)
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


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells by their two margins a and b in a table of n rows, shape (m,) each.

    `low` and `high` bound the counts that matter: beyond, by Bernstein's inequality, lies less
    than e**-_TAIL of the law.
    """

    a: Ints
    b: Ints
    n: int
    deviation: Floats
    mode: Ints
    low: Ints
    high: Ints

    @classmethod
    def of(cls, a: Ints, b: Ints, n: int) -> _Cells:
        mean = a * (b / n)
        variance = mean * ((n - a) / n) * ((n - b) / max(n - 1, 1))
        reach = _TAIL / 3 + np.sqrt(_TAIL**2 / 9 + 2 * _TAIL * variance)
        least, most = np.maximum(0, a + b - n), np.minimum(a, b)
        return cls(
            a, b, n,
            deviation=np.sqrt(variance),
            mode=np.clip(np.rint(mean).astype(np.int64), least, most),
            low=np.maximum(least, np.floor(mean - reach).astype(np.int64)),
            high=np.minimum(most, np.ceil(mean + reach).astype(np.int64)),
        )  # fmt: skip

    def some(self, chosen: NDArray[np.intp]) -> _Cells:
        return _Cells(
            self.a[chosen], self.b[chosen], self.n, self.deviation[chosen],
            self.mode[chosen], self.low[chosen], self.high[chosen],
        )  # fmt: skip


def _mean_x_log_x(a: Ints, b: Ints, n: int) -> Floats:
    """E[x·ln x] of the hypergeometric count of each two margins, shape (len(a), len(b))."""
    cells = _Cells.of(np.repeat(a, len(b)), np.tile(b, len(a)), n)
    means = np.empty(len(cells.a))
    width = cells.high - cells.low
    order = np.argsort(width, kind="stable")
    wide = np.searchsorted(width[order], 2 * _MOST_STEPS)
    for block in _blocks(order[:wide], _BLOCK):
        means[block] = _visited(cells.some(block))
    for block in _blocks(order[wide:], _BLOCK):
        means[block] = _strided(cells.some(block))
    return means.reshape(len(a), len(b))


def _blocks(order: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    return (order[start : start + size] for start in range(0, len(order), size))


def _visited(cells: _Cells) -> Floats:
    """Sum over every count, from the mode outwards, by the ratio of neighbouring terms."""
    logs = _x_log_x(int(cells.high.max(initial=0)) + 1)
    total = np.ones(len(cells.a))
    weighted = logs[cells.mode].copy()
    for sign, steps in ((1, cells.high - cells.mode), (-1, cells.mode - cells.low)):
        x = cells.mode.copy()
        # Upwards the weight of x is that of x − 1 times up_a·up_b / (down_x·down_rest).
        falling = [(cells.a - x).astype(float), (cells.b - x).astype(float)]
        rising = [x.astype(float), (cells.n - cells.a - cells.b + x).astype(float)]
        top, bottom = (falling, rising) if sign > 0 else (rising, falling)
        weight = np.ones(len(x))
        for _ in range(int(steps.max(initial=0))):
            bottom[0] += 1.0
            bottom[1] += 1.0
            weight *= top[0]
            weight *= top[1]
            weight /= bottom[0]
            weight /= bottom[1]
            top[0] -= 1.0
            top[1] -= 1.0
            x += sign
            total += weight
            weighted += weight * logs.take(x, mode="clip")
    return np.asarray(weighted / total)


def _strided(cells: _Cells) -> Floats:
    """Sum over every h-th count, which is as good as over all.

    A hypergeometric count is a sum of independent Bernoulli ones (Vatutin & Mikhailov 1982),
    so its characteristic function at 2π/h, which is what a stride of h
    misses, is at most exp(−s²(1 − cos(2π/h))), s being its deviation.
    """
    least = np.sqrt(_ALIAS / 2) / np.maximum(cells.deviation, 1e-9)  # of sin(π/h)
    stride = np.where(least < 1, np.pi / np.arcsin(np.minimum(least, 1.0)), 1).astype(np.int64)
    points = (cells.high - cells.low) // stride + 1
    starts = np.cumsum(points) - points
    which = np.repeat(np.arange(len(points)), points)
    x = np.arange(len(which)) - starts[which]
    x *= stride[which]
    x += cells.low[which]
    a, b, rest = cells.a, cells.b, cells.n - cells.a - cells.b
    weight = _log_weight(a, b, rest, cells.mode)[which]
    weight -= _log_weight(a[which], b[which], rest[which], x)
    np.exp(weight, out=weight)
    total = np.add.reduceat(weight, starts)
    weight *= _x_log_x(int(x.max(initial=0)) + 1)[x]
    return np.asarray(np.add.reduceat(weight, starts) / total)


def _log_weight(a: Ints, b: Ints, rest: Ints, x: Ints) -> Floats:
    """Minus the logarithm of the probability of x, but for a constant; rest is n − a − b."""
    logs = _log_factorials(1 << int(a[0] + b[0] + rest[0]).bit_length())
    result = logs[x]
    for other in (a - x, b - x, rest + x):
        result += logs[other]
    return np.asarray(result)


@lru_cache(maxsize=2)
def _log_factorials(size: int) -> Floats:
    """Ln k! − k·ln size for k = 0..size.

    The linear part cancels in a sum over the four counts of a 2 × 2 table; without it the values
    are smaller, and so are their rounding errors.
    """
    logs = np.log(np.arange(1, size + 1) / size)
    return np.concatenate([[0.0], np.cumsum(logs)])


@lru_cache(maxsize=4)
def _x_log_x_to(size: int) -> Floats:
    x = np.arange(size, dtype=np.float64)
    return np.asarray(x * np.log(np.maximum(x, 1.0)))


def _x_log_x(size: int) -> Floats:
    return _x_log_x_to(1 << int(size).bit_length())
