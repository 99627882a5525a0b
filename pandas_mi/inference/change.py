"""Whether two columns tell as much about each other in one set of rows as in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import erfc, exp, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from pandas_mi import extras
from pandas_mi.inference.paired import Measured, TwoTables

__all__ = ["Change", "change"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELLS = 1 << 18  # counts of drawn tables at a time: a dozen arrays of 2 MB
_FEW_CELLS = 256  # a table of no more is drawn n_resamples times, a larger one less often
_DRAWS, _FEWEST_DRAWS = 49, 19
_DRAWN_CELLS = 1 << 20  # of all draws of a large table, unless they would be too few
_SHUFFLED = 8  # rows a cell: with fewer, shuffling all rows is faster than drawing every cell
_MISLEADING = 0.05  # of a degree of freedom, or of all dependence: less changes no law much
_MOST_CELLS = 1 << 24  # of a table that is laid out to see whether margins mislead
_TAIL = 10  # the largest tenth of the drawn statistics shows how their law ends
_FEWEST_OF_TAIL = 10
_ROUNDING = 1e-10  # of a statistic: smaller differences are ties
_MOST_DRAWN = 10**9  # rows, of which NumPy draws fewer
_ROWS_A_CELL = 10
_FEWEST_ROWS = 200
_MOST_SHIFT = 0.25  # sparse cells that only one table's size makes sparse, in roots of df
_SPARSE = 3.0  # expected rows: below, the jackknife leaves some bias
_MOST_SPARSE = 0.25  # of the cells, where variances are little more than their floor
_REGULAR = 100.0  # floors: a variance that is so many belongs to dependent columns
_LEAST = 1.0  # floors: the least variance, for that of a few rows may be none
_MANY = 100  # degrees of freedom: with more, even independent columns have a normal law


@dataclass(frozen=True, slots=True)
class Change:
    """What the tables of one pair of columns tell before and after.

    Attributes
    ----------
    before, after : float
        Values corrected for bias, in nats or normalised.
    error : float
        The standard error of their difference.
    p_value : float
    method : {"delta", "permutation"}
        How p was had.
    """

    before: float
    after: float
    error: float
    p_value: float
    method: str


def change(
    tables: TwoTables,
    rng: np.random.Generator,
    *,
    method: str = "auto",
    n_resamples: int = 999,
    average: str | None = None,
) -> Change:
    """Test whether two tables have the same mutual information.

    The statistic is the difference of the jackknifed values over its standard error. By the delta
    method it is normal. Or rows change sides at random: the counts of one side are a multivariate
    hypergeometric draw of all. That is exact when nothing has changed; as the statistic is
    studentised, it is right for many rows when all has changed but the information (Chung &
    Romano 2013, doi:10.1214/13-AOS1090). Where changed margins alone would show as dependence of
    all rows, tables are drawn from the law that has each side's margins and one association.

    Parameters
    ----------
    tables : TwoTables
    rng : numpy.random.Generator
    method : {"auto", "delta", "permutation"}
        "auto" takes delta where it is as good.
    n_resamples : int
        Draws; a table of more than 256 cells is drawn 19 to 49 times, which tells mean and spread
        of the statistic, and the normal law the rest.
    average : str or None
        The mean of the entropies that normalises; None for nats.

    Returns
    -------
    Change
        NaN where a table has fewer than 2 rows.

    Examples
    --------
    >>> before, after = np.array([[400, 100], [100, 400]]), np.array([[300, 200], [200, 300]])
    >>> tables = TwoTables.of(before, after)
    >>> found = change(tables, np.random.default_rng(0))
    >>> round(found.after - found.before, 3), found.p_value < 1e-9
    (-0.173, True)
    """
    if min(tables.n) < 2:
        return Change(nan, nan, nan, nan, "delta")
    found = tables.measured(tables.counts, average)
    before, after = map(float, found.values)
    error = sqrt(float(found.variances.sum()))
    if min(tables.shape) < 2 or error == 0.0:  # nothing is told, before and after
        return Change(before, after, error, 1.0, "delta")
    many = sum(tables.n) >= _MOST_DRAWN
    if method == "delta" or many or (method == "auto" and delta_fits(tables, average)):
        return Change(before, after, error, _normal((after - before) / error), "delta")
    draws = min(n_resamples, _draws(len(tables.rows), n_resamples))
    random_tables = _refitted if _margins_mislead(tables) else _reshuffled
    drawn = np.concatenate(list(random_tables(tables, draws, average, rng)))
    sides = (tables.measured(counts[np.newaxis], average) for counts in tables.counts)
    statistic = float(_statistics(tables, *sides)[0])
    if draws < n_resamples:
        p_value = _matched(statistic, drawn)
    else:
        p_value = _counted(statistic, drawn, 0.5 if method == "auto" else 1.0)
    return Change(before, after, error, p_value, "permutation")


def delta_fits(tables: TwoTables, average: str | None) -> bool:
    """Return whether the difference over its error may be taken for normal.

    There must be rows enough for the cells; the two must be dependent, or have many degrees of
    freedom; and cells too sparse for the jackknife must be few, or sparse in both tables alike. All
    but the last is judged by the rows of both together, which no side's own luck decides.
    """
    (small, large), whole = sorted(tables.n), tables.counts.sum(axis=0)
    if small < max(_FEWEST_ROWS, _ROWS_A_CELL * len(whole)):
        return False
    k, l = tables.shape  # noqa: E741
    free, times = (k - 1) * (l - 1), (small + large) / small
    sparse = np.count_nonzero(whole < _SPARSE * times)
    both = tables.measured(whole[np.newaxis], average)
    regular = both.raw[0] * times >= _REGULAR * both.floors[0] * times**2
    if not regular and (free < _MANY or sparse > _MOST_SPARSE * len(whole)):
        return False
    return bool(sparse * (1 - small / large) <= _MOST_SHIFT * sqrt(free))


def _draws(cells: int, n_resamples: int) -> int:
    if cells <= _FEW_CELLS:
        return n_resamples
    return min(max(_DRAWN_CELLS // cells, _FEWEST_DRAWS), _DRAWS)


def _margins_mislead(tables: TwoTables) -> bool:
    """Return whether much of the dependence of all rows comes of changed margins alone.

    Two sides of independent columns are not independent together when both margins have changed
    (Simpson 1951, doi:10.1111/j.2517-6161.1951.tb00088.x), and then rows that change sides
    show another law. Without a change the shift is 1/n of a degree of freedom.
    """
    (k, l), n = tables.shape, np.array(tables.n, dtype=np.float64)  # noqa: E741
    rows, columns = tables.margins(tables.counts)
    constant = [min(map(np.count_nonzero, side)) < 2 for side in zip(rows, columns, strict=True)]
    if any(constant) or k * l > _MOST_CELLS:
        return True
    whole = tables.counts.sum(axis=0)[np.newaxis] / n.sum()
    expected = np.einsum("sr,sc,s->rc", rows, columns, 1 / n) / n.sum()
    outer = np.multiply.outer(expected.sum(axis=1), expected.sum(axis=0))
    shift = float((expected * np.log(np.where(expected > 0, expected / outer, 1.0))).sum())
    least = (k - 1) * (l - 1) / (2 * float(n.sum()))
    return shift > _MISLEADING * max(least, float(tables.told(whole, None)[0]))


def _reshuffled(
    tables: TwoTables, size: int, average: str | None, rng: np.random.Generator
) -> Iterator[Floats]:
    """Yield the statistics of tables whose rows have changed sides at random.

    The smaller side is drawn, whichever it is, so that exchanging the two changes no draw.
    """
    whole, n = tables.counts.sum(axis=0), tables.n
    smaller = 0 if n[0] <= n[1] else 1
    shuffled = sum(n) < _SHUFFLED * len(whole)
    for many in _runs(size, len(whole)):
        some = rng.multivariate_hypergeometric(
            whole, n[smaller], size=many, method="count" if shuffled else "marginals"
        )
        sides = [tables.measured(counts, average) for counts in (some, whole - some)]
        yield _statistics(tables, *(sides if smaller == 0 else sides[::-1]))


def _refitted(
    tables: TwoTables, size: int, average: str | None, rng: np.random.Generator
) -> Iterator[Floats]:
    """Yield the statistics of tables of each side's own margins, and of one association.

    Each is less what the two laws differ by, for margins alone change information too.
    """
    fitted = tables.of_one_association()
    shares = fitted / fitted.sum(axis=1, keepdims=True)
    values = tables.told(shares, average)
    # Drawn in an order that does not depend on which side is which.
    first = 0 if (tables.n[0], *tables.counts[0]) <= (tables.n[1], *tables.counts[1]) else 1
    for many in _runs(size, shares.shape[1]):
        found: dict[int, Measured] = {}
        for side in (first, 1 - first):
            counts = rng.multinomial(tables.n[side], shares[side], size=many)
            drawn = tables.measured(counts, average)
            found[side] = drawn._replace(values=drawn.values - values[side])
        yield _statistics(tables, found[0], found[1])


def _runs(size: int, cells: int) -> Iterator[int]:
    step = max(_CELLS // cells, 1)
    return (min(step, size - start) for start in range(0, size, step))


def _statistics(tables: TwoTables, before: Measured, after: Measured) -> Floats:
    """Return the difference over the jackknife's error of each two tables, shape (R,)."""
    k, l = tables.shape  # noqa: E741
    free = (k - 1) * (l - 1)
    least = sum(_LEAST * free / (2 * n**2) for n in tables.n)
    apart = after.values - before.values
    return np.asarray(apart / np.sqrt(np.maximum(before.raw + after.raw, least)))


def _counted(statistic: float, drawn: Floats, ties: float) -> float:
    """Return the share of the draws, and of the statistic, that reach it on either side.

    Whatever equals the statistic, itself included, counts as `ties`: 1, or one half (mid-p).
    Beyond all draws an exponential tail, which is heavier than the normal one, goes on from the
    largest tenth (after Knijnenburg et al. 2009, doi:10.1093/bioinformatics/btp211).
    """
    sizes, size = np.sort(np.abs(drawn)), abs(statistic)
    reached, above = (
        len(sizes) - int(np.searchsorted(sizes, size * (1 + sign * _ROUNDING))) for sign in (-1, 1)
    )
    p_value = (above + ties * (reached - above + 1)) / (len(sizes) + 1)
    kept = len(sizes) // _TAIL
    if reached or kept < _FEWEST_OF_TAIL:
        return p_value
    start = float(sizes[-kept - 1])
    mean = float((sizes[-kept:] - start).mean()) * (1 + 2 / sqrt(kept))
    return min(p_value, kept / len(sizes) * exp((start - size) / mean)) if mean > 0 else p_value


def _matched(statistic: float, drawn: Floats) -> float:
    """Return the p-value of Student's t for one more draw of a normal law."""
    special = extras.load("scipy.special", "stats", "p-values need SciPy")
    m, spread = len(drawn), float(drawn.std(ddof=1))
    if spread == 0.0:
        return 1.0
    t = abs(statistic - float(drawn.mean())) / (spread * sqrt(1 + 1 / m))
    return float(2 * special.stdtr(m - 1, -t))


def _normal(statistic: float) -> float:
    return erfc(abs(statistic) / sqrt(2))
