"""Which values stand at given ranks of more numbers than fit in memory, exactly.

Of each sorted chunk some values are kept, with how many are not above them. Summaries add up, and
bound the rank of every value that they keep, whatever the order of the data: after one look at
all chunks each rank lies between two known values, and another look keeps what is between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Array
from pandas_mi.encoding.cells import looked_up
from pandas_mi.encoding.even import cells_of, spread
from pandas_mi.encoding.scheme import first_of_each

__all__ = [
    "BETWEEN",
    "EVERYTHING",
    "OF_ALL",
    "Brackets",
    "Summary",
    "brackets",
    "merged",
    "summary",
]

Ints = NDArray[np.int64]

_WORTH_CELLS = 1 << 14  # values: with fewer, laying out the cells costs more than it saves
_OF_CHUNK = 1 << 15  # values kept of a chunk, where not all can be: 30 rows apart in a million
OF_ALL = 1 << 16  # and of all chunks: 1.5 MB with their ranks
BETWEEN = 1 << 19  # values between brackets, where all are kept: 12 MB with their ranks


@dataclass(frozen=True, slots=True)
class Brackets:
    """Disjoint ranges of values, ascending, in which all wanted ranks lie.

    Attributes
    ----------
    low : ndarray, shape (b,) or (b - 1,)
        The value below each range; the first has none when there are but b - 1.
    high : ndarray, shape (b,), or None
        The highest value of each range. None for all values at once.
    """

    low: Array
    high: Array | None

    def positions(self, ascending: Array) -> tuple[Ints, Ints]:
        """Return where each range begins and ends in sorted values, shapes (b,)."""
        if self.high is None:
            return np.array([0]), np.array([len(ascending)])
        starts = np.searchsorted(ascending, self.low, side="right")
        ends = np.searchsorted(ascending, self.high, side="right")
        return np.concatenate([np.zeros(len(ends) - len(starts), starts.dtype), starts]), ends


EVERYTHING = Brackets(np.empty(0), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """Some of the values seen, ascending, and how many of those seen are not above each.

    Attributes
    ----------
    values : ndarray, shape (m,)
        Distinct.
    least, most : ndarray of int64, shape (m,)
        Bounds on the number of values seen that are at most this one.
    n : int
        How many values were seen.
    whole : bool
        Whether every distinct value (within the brackets) is there, so that `least` is `most`.
    """

    values: Array
    least: Ints
    most: Ints
    n: int
    whole: bool = True

    def at(self, values: Array) -> tuple[Ints, Ints]:
        """Return bounds on how many of the values seen are at most each of others."""
        after = np.searchsorted(self.values, values, side="right")
        least = np.concatenate([[0], self.least])[after]
        if self.whole:
            return least, least
        known = self.values[np.maximum(after - 1, 0)] == values
        most = np.concatenate([self.most, [self.n]])[np.where(known, after - 1, after)]
        return least, most

    def rank_places(self, ranks: Ints) -> Ints:
        """Return where the values of these one-based ranks stand, if `whole`."""
        return np.searchsorted(self.least, ranks)

    def thinned(self, limit: int) -> Summary:
        """Return the summary with at most `limit` of its values, evenly spaced, and the last."""
        if len(self.values) <= limit:
            return self
        kept = _spaced(len(self.values), limit)
        return Summary(self.values[kept], self.least[kept], self.most[kept], self.n, whole=False)


def merged(parts: Sequence[Summary], limit: int) -> Summary:
    """Return the summary of all values that several summarise, of at most `limit` of them."""
    if len(parts) == 1:
        return parts[0]
    n = sum(part.n for part in parts)
    if all(part.whole for part in parts):
        values, counts = _added(parts)
        return Summary(values, counts, counts, n).thinned(limit)
    values = np.sort(np.concatenate([part.values for part in parts]))
    values = values[first_of_each(values)]
    if len(values) > limit:  # ranks are looked up for those alone that are kept
        values = values[_spaced(len(values), limit)]
    least, most = np.zeros((2, len(values)), dtype=np.int64)
    for part in parts:
        fewest, highest = part.at(values)
        least += fewest
        most += highest
    return Summary(values, least, most, n, whole=False)


def _spaced(n: int, limit: int) -> Ints:
    """Return at most `limit` of n places, evenly spaced, and the last in any case."""
    places = np.arange(0, n, -(-n // limit))
    return places if places[-1] == n - 1 else np.append(places, n - 1)


def _added(parts: Sequence[Summary]) -> tuple[Array, Ints]:
    """Add the steps by which the counts grow, which takes one sort and no search."""
    values = np.concatenate([part.values for part in parts])
    steps = np.concatenate([np.diff(part.least, prepend=0) for part in parts])
    order = np.argsort(values)
    values = values[order]
    first = np.flatnonzero(first_of_each(values))
    if not len(first):
        return values, steps
    return values[first], np.cumsum(np.add.reduceat(steps[order], first))


def summary(values: Array, within: Brackets = EVERYTHING, limit: int = OF_ALL) -> Summary:
    """Summarise known values: all that are within the brackets, unless they are too many.

    Parameters
    ----------
    values : ndarray, shape (n,)
    within : Brackets
    limit : int
        Of distinct values, up to which all are kept.

    Examples
    --------
    >>> found = summary(np.array([1.0, 2.0, 1.0]))
    >>> found.values, found.least
    (array([1., 2.]), array([2, 3]))
    """
    if within.high is None:
        return _of_all(np.sort(values), limit)
    near, below = _near(values, within.low, within.high)
    ascending = np.sort(near)
    starts, ends = within.positions(ascending)
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    places = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    kept, counts = _runs(ascending[places], places + np.repeat(below, lengths))
    # The value below a range, with its rank, tells how many come before the range.
    anchors = (starts + below)[len(ends) - len(within.low) :]
    kept, first = np.unique(np.concatenate([kept, within.low]), return_index=True)
    counts = np.concatenate([counts, anchors])[first]
    return Summary(kept, counts, counts, len(values)).thinned(limit)


def _near(values: Array, low: Array, high: Array) -> tuple[Array, Ints]:
    """Leave out most values that are in no bracket; count those left out below each bracket.

    A look-up by cells of equal width takes 8 ns a value, where sorting takes 15 to 70.
    """
    cells = spread(np.concatenate([low[:1], high]))
    if cells is None or len(values) < _WORTH_CELLS:
        return values, np.zeros(len(high), dtype=np.int64)
    first, last = cells_of(cells, low), cells_of(cells, high)
    if len(low) < len(high):
        first = np.concatenate([[0], first])
    # Each cell between brackets has the number of brackets before it, and 1 more; the others 0.
    region = 1 + np.searchsorted(last, np.arange(cells.size))
    opened = np.cumsum(np.bincount(first, minlength=cells.size))
    ended = np.cumsum(np.bincount(last + 1, minlength=cells.size + 1))[: cells.size]
    region[opened > ended] = 0
    region_of = looked_up(cells, values, None, region.astype(np.min_scalar_type(len(high) + 1)))
    counts = np.bincount(region_of, minlength=len(high) + 2)
    return values[region_of == 0], np.cumsum(counts[1:])[: len(high)]


def _of_all(ascending: Array, limit: int) -> Summary:
    n = len(ascending)
    if np.count_nonzero(first_of_each(ascending)) <= limit:
        values, counts = _runs(ascending, np.arange(n))
        return Summary(values, counts, counts, n)
    values = ascending[_spaced(n, _OF_CHUNK)]
    values = values[first_of_each(values)]
    counts = np.searchsorted(ascending, values, side="right")
    return Summary(values, counts, counts, n, whole=False)


def _runs(ascending: Array, places: Ints) -> tuple[Array, Ints]:
    """Return the distinct values, and how many are not above each, given where each stands."""
    last = np.roll(first_of_each(ascending), -1)
    return ascending[last], places[last] + 1


def brackets(known: Summary, ranks: Ints) -> Brackets:
    """Return ranges of values in which the values of these one-based, ascending ranks lie."""
    below = np.searchsorted(known.most, ranks) - 1  # the last value that cannot reach the rank
    above = np.searchsorted(known.least, ranks)  # the first that must
    starts = np.flatnonzero(np.concatenate([[True], below[1:] >= above[:-1]]))
    ends = np.append(starts[1:] - 1, len(ranks) - 1)
    low = below[starts]
    return Brackets(known.values[low[low >= 0]], known.values[above[ends]])
