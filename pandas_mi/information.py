"""Counts to entropy, mutual information and normalised mutual information.

Entropies are summed in exact integers: every c·ln c is rounded once, to a fixed-point number of 62
bits, and integer addition has no order. So the result depends on the multiset of counts alone:
layout, padding, threads and the order of levels cannot change a bit, a constant column has entropy
0 exactly, and I(X;X) = H(X) exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["AVERAGES", "Entropies", "entropy_sum", "mutual_information", "normalized", "table_sums"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SMALL = 16  # bits: counts below 2**16 are looked up, in 512 KB that the L2 cache holds
_MANY = 1 << 12  # counts above 1: with fewer, what rounding takes is below the 14th digit
_CELLS = 1 << 15  # cells summed at a time: their terms take 256 KB and stay in the L2 cache

_BITS_OF = np.array([62 - length - length.bit_length() for length in range(64)])  # n < 2**63

# The mean of H(X) and H(Y) by which mutual information is normalised; "joint" is H(X,Y), "row" and
# "column" take one of the two (Theil's uncertainty coefficient).
AVERAGES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "arithmetic": lambda x, y, joint: (x + y) / 2,
    "geometric": lambda x, y, joint: np.sqrt(x * y),
    "min": lambda x, y, joint: np.minimum(x, y),
    "max": lambda x, y, joint: np.maximum(x, y),
    "joint": lambda x, y, joint: joint,
    "row": lambda x, y, joint: x,
    "column": lambda x, y, joint: y,
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


def table_sums(rows: Ints, columns: Ints, cells: Ints) -> Ints:
    """Return n and the three sums of `Entropies` for each table, shape (4, P).

    Parameters
    ----------
    rows, columns, cells : ndarray of int, shapes (P, a), (P, b) and (P, m)
        Counts of the row marginals, the column marginals and the cells; zeros count nothing.
        Of one table: shapes (a,), (b,) and (m,), which give a result of shape (4,).
    """
    n = _summed_up(rows)
    lengths = _length(n)
    x = _sums(rows, lengths)
    if rows is columns is cells:  # of columns with themselves
        return np.stack([n, x, x, x])
    return np.stack([n, x, _sums(columns, lengths), _sums(cells, lengths)])


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
    return int(_sums(np.ravel(counts), _length(np.asarray(n))))


def mutual_information(tables: Entropies, base: float | None = None) -> Floats:
    """Return the plug-in (maximum-likelihood) mutual information of each table, shape (P,).

    I(X;Y) = H(X) + H(Y) − H(X,Y), in nats, or in units of ln(base); NaN where no row was counted.
    Cover & Thomas, Elements of Information Theory, 2.4 (doi:10.1002/047174882X).

    Examples
    --------
    >>> table = np.array([[1, 0], [0, 1]])
    >>> sums = table_sums(table.sum(axis=1), table.sum(axis=0), table.ravel())
    >>> mutual_information(Entropies(*np.array([sums]).T), base=2)
    array([1.])
    """
    whole = _fixed(tables.n, _bits(tables.n))
    shared = tables.joint - tables.x - tables.y + whole
    # Rounding may leave the bounds by an ulp: 0 ≤ I ≤ min(H(X), H(Y)).
    shared = np.clip(shared, 0, np.minimum(whole - tables.x, whole - tables.y))
    nats = _nats(shared, tables.n)
    return nats if base is None else nats / np.log(base)


def normalized(
    shared: Floats, x: Floats, y: Floats, joint: Floats, average: str = "arithmetic"
) -> Floats:
    """Return mutual information over a mean of the marginal entropies, at most 1, shape (P,).

    Strehl & Ghosh 2002 (https://jmlr.org/papers/v3/strehl02a.html) for the geometric mean. A
    constant column tells nothing: 0.0 where the mean is 0; NaN stays NaN.

    Parameters
    ----------
    shared, x, y, joint : ndarray of float64, shape (P,)
        I(X;Y), H(X), H(Y) and H(X,Y), in one unit.
    average : {"arithmetic", "geometric", "min", "max", "joint", "row", "column"}
        Which mean of H(X) and H(Y) divides; "joint" divides by H(X,Y), "row" by H(X), "column"
        by H(Y).

    Examples
    --------
    >>> normalized(np.array([0.5]), np.array([1.0]), np.array([2.0]), np.array([2.5]), "min")
    array([0.5])
    """
    mean = AVERAGES[average](x, y, joint)
    ratio = np.divide(shared, mean, out=np.zeros_like(shared), where=mean > 0)
    return np.where(np.isnan(shared), np.nan, np.minimum(ratio, 1.0))


def _sums(counts: Ints, lengths: Ints) -> Ints:
    """Σ c·ln c along the last axis, in fixed point; `lengths` of n has the shape of the result."""
    if lengths.size == 0 or (lengths == lengths.flat[0]).all():
        return _sums_of_length(counts, int(lengths.flat[0]) if lengths.size else 0)
    sums = np.zeros(lengths.shape, dtype=np.int64)
    for length in np.unique(lengths):
        alike = lengths == length
        sums[alike] = _sums_of_length(counts[alike], int(length))
    return sums


def _sums_of_length(counts: Ints, length: int) -> Ints:
    """Σ c·ln c of tables that share one fixed-point unit, as n's of one bit length do."""
    if counts.size == counts.shape[-1] > _CELLS:  # one large table: few of its cells count
        # By places, which are found three times as fast as a mask picks.
        counts = counts.ravel()[np.flatnonzero(counts > 1)].reshape(*counts.shape[:-1], -1)
    sums = _summed(_terms, counts, length)
    if counts.shape[-1] <= _MANY:
        return sums
    many = np.count_nonzero(counts > 1, axis=-1) > _MANY
    if not many.any():
        return sums
    return np.where(many, sums + _rounded(_summed(_lost, counts, length)), sums)


def _summed(terms: Callable[[Ints, int], Ints], counts: Ints, length: int) -> Ints:
    """Add up the terms of the counts along the last axis."""
    sums = np.zeros(counts.shape[:-1], dtype=np.int64)
    step = max(1, _CELLS // max(1, sums.size))
    for start in range(0, counts.shape[-1], step):
        sums += _summed_up(_looked_up(terms, counts[..., start : start + step], length))
    return sums


def _summed_up(values: Ints) -> Ints:
    """Sum along the last axis: a short one takes einsum a fifth of np.sum's time."""
    return np.asarray(np.einsum("...m->...", values, dtype=np.int64))


def _looked_up(terms: Callable[[Ints, int], Ints], counts: Ints, length: int) -> Ints:
    """Return the term of each count: from a table when it is small, else worked out."""
    found = _small(terms, length).take(counts, mode="clip")
    if length > _SMALL:
        large = counts >= 1 << _SMALL
        if large.any():
            found[large] = terms(counts[large], length)
    return found


@lru_cache(maxsize=16)
def _small(terms: Callable[[Ints, int], Ints], length: int) -> Ints:
    """Terms of the small counts: looking one up costs 1 ns, a logarithm 10."""
    return terms(np.arange(1 << min(length, _SMALL), dtype=np.int64), length)


def _terms(counts: Ints, length: int) -> Ints:
    """c·ln c in fixed point."""
    return _fixed(counts, _bits_of_length(np.asarray(length)))


def _lost(counts: Ints, length: int) -> Ints:
    """Return what rounding takes from c·ln c, in millionths (2**-20) of the fixed-point unit.

    A million equal counts are all rounded the same way, which would cost the twelfth digit. These
    are summed as integers too, so that the order still does not matter.
    """
    exact = _scaled(counts, _bits_of_length(np.asarray(length)))
    return np.rint(np.ldexp(exact - np.rint(exact), 20)).astype(np.int64)


def _rounded(lost: Ints) -> Ints:
    rounded: Ints = np.rint(np.ldexp(lost.astype(np.float64), -20)).astype(np.int64)
    return rounded


def _length(n: Ints) -> Ints:
    """Bits that n is written with."""
    return np.asarray(np.frexp(n.astype(np.float64))[1], dtype=np.int64)


def _bits_of_length(length: Ints) -> Ints:
    """Fractional bits that keep n·ln n below 2**62: n < 2**b and ln n < b."""
    return np.asarray(_BITS_OF[length])


def _bits(n: Ints) -> Ints:
    return _bits_of_length(_length(n))


def _fixed(counts: Ints, bits: Ints) -> Ints:
    return np.rint(_scaled(counts, bits)).astype(np.int64)


def _scaled(counts: Ints, bits: Ints) -> Floats:
    logs = np.log(np.maximum(counts, 1).astype(np.float64))
    return np.asarray(np.ldexp(counts * logs, bits))


def _nats(fixed: Ints, n: Ints) -> Floats:
    unit = np.ldexp(n.astype(np.float64), _bits(n))
    nats: Floats = np.divide(fixed, unit, out=np.full(fixed.shape, np.nan), where=n > 0)
    return nats
