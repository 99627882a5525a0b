"""Entropies corrected for the bias of small samples.

Each is a function of the counts that are above zero, taken with their multiplicities, so the order
and layout of a table cannot change a bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["CORRECTIONS", "corrected_entropies", "corrected_entropy", "digamma", "step"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_EULER = 0.57721566490153286


def corrected_entropy(counts: Ints, correction: str | None = None) -> float:
    """Return the entropy of a distribution of which these counts were seen, in nats.

    Parameters
    ----------
    counts : ndarray of int64, any shape
        Rows of each level, or of each cell of a table; zeros count nothing.
    correction : {"miller-madow", "grassberger", "chao-shen", "jackknife", "shrink"} or None
        None is plug-in: −Σ p·ln p of the frequencies seen.

    Returns
    -------
    float
        NaN where no row was counted; 0.0 where all rows are of one level.

    Notes
    -----
    With n rows, m levels seen, f of them once, and p = c/n:

    - miller-madow adds (m − 1)/2n to the plug-in value (Miller 1955);
    - grassberger is ln n − Σ c·(ψ(c) + (−1)^c/(c + 1))/n (Grassberger 1988,
      doi:10.1016/0375-9601(88)90193-4);
    - chao-shen weighs q = (1 − f/n)·p by the chance of being seen: −Σ q·ln q/(1 − (1 − q)^n)
      (Chao & Shen 2003, doi:10.1023/A:1026096204727);
    - jackknife is n times the plug-in value less n − 1 times its mean without one of the rows,
      Σ c·(φ(n) − φ(c))/n, φ(c) being c·ln c − (c − 1)·ln(c − 1) (Zahl 1977, doi:10.2307/1936227);
    - shrink is plug-in for λ/m + (1 − λ)·p, λ the James–Stein weight
      (1 − Σ p²)/((n − 1)·Σ (p − 1/m)²) (Hausser & Strimmer 2009,
      https://jmlr.org/papers/v10/hausser09a.html), m being the levels seen.

    Examples
    --------
    >>> counts = np.array([4, 2, 3, 2, 4, 2, 1, 1])
    >>> round(corrected_entropy(counts), 6), round(corrected_entropy(counts, "miller-madow"), 6)
    (1.968382, 2.152593)
    """
    found, times = np.unique(counts[counts > 0], return_counts=True)
    if len(found) == 0:
        return float("nan")
    if times.sum() == 1:
        return 0.0
    return _FORMULAS[correction](found, times)


def corrected_entropies(
    rows: Ints, columns: Ints, cells: Ints, correction: str | None
) -> tuple[float, float, float]:
    """Return H(X), H(Y) and H(X,Y) of a table, in nats.

    Each is corrected by itself, but for "shrink": there all cells of the table, empty ones too, are
    drawn towards equal shares, and the margins are those of the shrunken table (Hausser & Strimmer
    2009, section 5). So mutual information keeps its bounds, which it would not if the margins and
    the cells seen were shrunk apart.

    Parameters
    ----------
    rows, columns, cells : ndarray of int64, shapes (k,), (l,) and (m,)
        Margins and cells; zeros count nothing.
    correction : str or None
        As in `corrected_entropy`.

    Examples
    --------
    >>> table = np.array([[9, 1], [1, 9]])
    >>> parts = corrected_entropies(table.sum(1), table.sum(0), table.ravel(), "shrink")
    >>> [round(part, 4) for part in parts]
    [0.6931, 0.6931, 1.1609]
    """
    if correction != "shrink" or not cells.any():
        x, y, joint = (corrected_entropy(part, correction) for part in (rows, columns, cells))
        return x, y, joint
    margins = [np.unique(part[part > 0], return_counts=True) for part in (rows, columns)]
    size = int(np.prod([times.sum() for _, times in margins]))
    found, times = np.unique(cells[cells > 0], return_counts=True)
    weight = _shrinkage(found, times, size)
    x, y, joint = (
        _shrunken(*part, levels, weight)
        for part, levels in zip(
            [*margins, (found, times)], [*(int(t.sum()) for _, t in margins), size], strict=True
        )
    )
    return x, y, joint


def _plug_in(counts: Ints, times: Ints) -> float:
    n = int(counts @ times)
    return float(np.log(n) - times @ (counts * np.log(counts)) / n)


def _miller_madow(counts: Ints, times: Ints) -> float:
    return _plug_in(counts, times) + float(times.sum() - 1) / (2 * int(counts @ times))


def _grassberger(counts: Ints, times: Ints) -> float:
    n = int(counts @ times)
    odd = np.where(counts % 2, -1.0, 1.0) / (counts + 1.0)
    return float(np.log(n) - times @ (counts * (digamma(counts) + odd)) / n)


def _chao_shen(counts: Ints, times: Ints) -> float:
    n = int(counts @ times)
    once = int(times[0]) if counts[0] == 1 else 0
    once -= once == n  # all seen once: a coverage of 0 would leave nothing
    q = (1 - once / n) * (counts / n)
    seen = -np.expm1(n * np.log1p(-q))
    return float(-(times @ (q * np.log(q) / seen)))


def _jackknife(counts: Ints, times: Ints) -> float:
    n = int(counts @ times)
    return float(times @ (counts * (step(np.array(n)) - step(counts))) / n)


def step(counts: Ints) -> Floats:
    """Return c·ln c − (c − 1)·ln(c − 1), 0 for c below 2, without the cancellation of the two."""
    c = np.maximum(counts, 2).astype(np.float64)
    return np.where(counts > 1, np.log(c) - (c - 1) * np.log1p(-1 / c), 0.0)


def _shrink(counts: Ints, times: Ints) -> float:
    levels = int(times.sum())
    return _shrunken(counts, times, levels, _shrinkage(counts, times, levels))


def _shrinkage(counts: Ints, times: Ints, levels: int) -> float:
    """James–Stein weight of equal shares, for so many levels, seen or not."""
    n, p = int(counts @ times), counts / int(counts @ times)
    unseen = levels - int(times.sum())
    distance = float(times @ (p - 1 / levels) ** 2) + unseen / levels**2
    spread = float(times @ (p * (1 - p))) / max(n - 1, 1)
    return 1.0 if n == 1 or spread >= distance else spread / distance


def _shrunken(counts: Ints, times: Ints, levels: int, weight: float) -> float:
    """Entropy of the shares drawn towards equal ones."""
    p = weight / levels + (1 - weight) * counts / int(counts @ times)
    unseen, share = levels - int(times.sum()), weight / levels
    rest = unseen * share * np.log(share) if unseen and share > 0 else 0.0
    return float(-(times @ (p * np.log(p))) - rest)


_FORMULAS: dict[str | None, Callable[[Ints, Ints], float]] = {
    None: _plug_in,
    "miller-madow": _miller_madow,
    "grassberger": _grassberger,
    "chao-shen": _chao_shen,
    "jackknife": _jackknife,
    "shrink": _shrink,
}

CORRECTIONS = tuple(name for name in _FORMULAS if name is not None)


def digamma(counts: Ints | Floats) -> Floats:
    """ψ of positive integers: ψ(k) = H(k−1) − γ below 2**10, else its asymptotic series."""
    k = counts.astype(np.float64)
    series = np.log(k) - 1 / (2 * k) - 1 / (12 * k**2) + 1 / (120 * k**4)
    small = _small_digamma()[np.minimum(k, (1 << 10) - 1).astype(np.intp)]
    return np.where(k < 1 << 10, small, series)


@lru_cache(maxsize=1)
def _small_digamma() -> Floats:
    harmonic = np.cumsum(1 / np.arange(1, (1 << 10) - 1))
    return np.concatenate([[np.nan, -_EULER], harmonic - _EULER])
