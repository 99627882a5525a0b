"""Counts to entropy, mutual information and normalised mutual information.

Entropies are summed in exact integers: every c·ln c is rounded once, to a fixed-point number of 62
bits, and integer addition has no order. So the result depends on the multiset of counts alone:
layout, padding, threads and the order of levels cannot change a bit, a constant column has entropy
0 exactly, and I(X;X) = H(X) exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["AVERAGES", "Entropies", "entropy_sum", "mutual_information", "normalized", "table_sums"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# The mean of H(X) and H(Y) by which mutual information is normalised; "joint" is H(X,Y).
AVERAGES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "arithmetic": lambda x, y, joint: (x + y) / 2,
    "geometric": lambda x, y, joint: np.sqrt(x * y),
    "min": lambda x, y, joint: np.minimum(x, y),
    "max": lambda x, y, joint: np.maximum(x, y),
    "joint": lambda x, y, joint: joint,
}


@dataclass(frozen=True, slots=True)
class Entropies:
    """What mutual information needs to know of P contingency tables.

    Attributes
    ----------
    n : ndarray of int64, shape (P,)
        Rows counted in each table.
    x, y, joint : ndarray of int64, shape (P,)
        Sums of c·ln c over the row marginal, the column marginal and the cells, in the
        fixed-point unit of `entropy_sum` for that n.
    """

    n: Ints
    x: Ints
    y: Ints
    joint: Ints

    def marginal(self, sums: Ints) -> Floats:
        """Entropy in nats that belongs to the sums, shape (P,): ln n − Σ c·ln c / n."""
        return _nats(_fixed(self.n, _bits(self.n)) - sums, self.n)


def table_sums(rows: Ints, columns: Ints, cells: Ints) -> tuple[int, int, int, int]:
    """Return n and the three sums of `Entropies` for one table.

    Parameters
    ----------
    rows, columns, cells : ndarray of int64, any shape
        Counts of the row marginal, the column marginal and the cells; zeros count nothing.
    """
    n = int(rows.sum())
    return n, entropy_sum(rows, n), entropy_sum(columns, n), entropy_sum(cells, n)


def entropy_sum(counts: Ints, n: int) -> int:
    """Return Σ c·ln c over the counts of one table, in fixed point.

    Parameters
    ----------
    counts : ndarray of int64, any shape
        Non-negative; zeros count nothing.
    n : int
        Their sum, which sets the number of fractional bits: as many as keep n·ln n below 2**62.

    Returns
    -------
    int

    Examples
    --------
    >>> entropy_sum(np.array([2, 2, 0]), 4) == 2 * entropy_sum(np.array([2, 0, 0]), 4)
    True
    """
    positive = np.ascontiguousarray(counts[counts > 1], dtype=np.int64)  # 1·ln 1 = 0
    return int(_fixed(positive, _bits(np.array([n]))).sum())


def mutual_information(tables: Entropies, base: float | None = None) -> Floats:
    """Return the plug-in (maximum-likelihood) mutual information of each table, shape (P,).

    I(X;Y) = H(X) + H(Y) − H(X,Y), in nats, or in units of ln(base); NaN where no row was counted.
    Cover & Thomas, Elements of Information Theory, 2.4 (doi:10.1002/047174882X).

    Examples
    --------
    >>> table = np.array([[1, 0], [0, 1]])
    >>> sums = table_sums(table.sum(axis=1), table.sum(axis=0), table)
    >>> mutual_information(Entropies(*np.array([sums]).T), base=2)
    array([1.])
    """
    whole = _fixed(tables.n, _bits(tables.n))
    shared = tables.joint - tables.x - tables.y + whole
    # Rounding may leave the bounds by an ulp: 0 ≤ I ≤ min(H(X), H(Y)).
    shared = np.clip(shared, 0, np.minimum(whole - tables.x, whole - tables.y))
    nats = _nats(shared, tables.n)
    return nats if base is None else nats / np.log(base)


def normalized(tables: Entropies, average: str = "arithmetic") -> Floats:
    """Return mutual information over a mean of the marginal entropies, in [0, 1], shape (P,).

    Strehl & Ghosh 2002 (https://jmlr.org/papers/v3/strehl02a.html) for the geometric mean. A
    constant column tells nothing: 0.0 where the mean is 0; NaN where no row was counted.

    Parameters
    ----------
    tables : Entropies of P tables
    average : {"arithmetic", "geometric", "min", "max", "joint"}
        Which mean of H(X) and H(Y) divides; "joint" divides by H(X,Y).
    """
    mean = AVERAGES[average](
        tables.marginal(tables.x), tables.marginal(tables.y), tables.marginal(tables.joint)
    )
    shared = mutual_information(tables)
    ratio = np.divide(shared, mean, out=np.zeros_like(shared), where=mean > 0)
    return np.where(tables.n > 0, np.minimum(ratio, 1.0), np.nan)


def _bits(n: Ints) -> Ints:
    """Fractional bits that keep n·ln n below 2**62: n < 2**b and ln n < b."""
    length = np.frexp(n.astype(np.float64))[1].astype(np.int64)
    return 62 - length - np.frexp(length.astype(np.float64))[1]


def _fixed(counts: Ints, bits: Ints) -> Ints:
    logs = np.log(np.maximum(counts, 1).astype(np.float64))
    return np.rint(np.ldexp(counts * logs, bits)).astype(np.int64)


def _nats(fixed: Ints, n: Ints) -> Floats:
    unit = np.ldexp(n.astype(np.float64), _bits(n))
    return np.divide(fixed, unit, out=np.full(fixed.shape, np.nan), where=n > 0)


