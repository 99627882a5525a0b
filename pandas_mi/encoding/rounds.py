"""Learning an encoding from chunk after chunk: what each tells, how that adds up, what follows.

A round looks at every chunk of a column, in any order of the chunks that is kept when what they
tell is added. Then it is settled, or another round has to look closer. Nothing is estimated: the
encoding is the one that `encode` learns from all rows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Array, Column, factorized, level_order
from pandas_mi.encoding.learn import encode
from pandas_mi.encoding.listed import as_objects
from pandas_mi.encoding.quantiles import (
    BETWEEN,
    EVERYTHING,
    OF_ALL,
    Brackets,
    Summary,
    brackets,
    merged,
    summary,
)
from pandas_mi.encoding.scheme import Bins, Encoding, auto_bins, by_cuts, by_levels, ranks

__all__ = ["Round", "first_round"]

_MOST_LEVELS = 1 << 22  # distinct values of a column taken by value
_MOST_BYTES = 1 << 28  # and what they may take; a chunk's own come on top


class Round(Protocol):
    """One look at every chunk."""

    def look(self, column: Column) -> Any:
        """Return what a chunk tells; any thread may call this."""

    def add(self, found: Any, more: Any) -> Any:
        """Return what the chunks so far and the next one tell together.

        Raises
        ------
        ValueError
            When the column has more levels than memory is meant for.
        """

    def packed(self, found: Any) -> Any:
        """Return what was found in fewer bytes, to be sent to another process."""

    def settle(self, found: Any) -> Encoding | Round:
        """Return what was learnt, or the round that has to follow."""


def first_round(column: Column, bins: Bins) -> Encoding | Round:
    """Return how to learn the encoding of a column, of which any chunk shows the kind.

    Parameters
    ----------
    column : Column of n rows, none at all included
    bins : "auto", int, sequence or None
        As `encode` takes it.

    Examples
    --------
    >>> from pandas_mi.columns import Kind
    >>> chunks = [Column(Kind.INTEGER, np.arange(4)), Column(Kind.INTEGER, np.arange(4, 9))]
    >>> first = first_round(chunks[0], 2)
    >>> first.settle(first.add(*map(first.look, chunks))).cuts
    array([4])
    """
    if not column.numeric:
        return Levels(column, None)
    if isinstance(bins, Sequence) and not isinstance(bins, str):
        return encode(column, bins)[1]
    if bins is None or column.codes is not None or not isinstance(column.values, np.ndarray):
        return Levels(column, bins)
    # All values are kept up to where they would be taken by value, whatever the number of rows.
    return Ranks(column, bins, OF_ALL if isinstance(bins, str) else max(OF_ALL, 2 * bins))


@dataclass(frozen=True, slots=True)
class Found:
    """Distinct values, in no particular order, and how often each was seen."""

    values: Array | pa.Array
    counts: NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many known values were seen."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class Levels:
    """The round that lists distinct values, of which memory must hold all.

    Attributes
    ----------
    column : Column
        Shows the kind.
    number : "auto", int or None
        Bins of a numeric kind that no NumPy array holds; None for by value.
    """

    column: Column
    number: str | int | None

    def look(self, column: Column) -> Found:
        """Return the distinct values of a chunk."""
        codes, encoding = encode(column, None)
        values: Any = np.empty(0) if encoding.levels is None else encoding.levels
        counts = np.bincount(codes, minlength=len(values) + 1)[1:]
        return Found(_wide(values), counts.astype(np.int64))

    def add(self, found: Found, more: Found) -> Found:
        """Return the distinct values of both."""
        if not len(more.values):
            return found
        if not len(found.values):
            return more
        both = factorized(replace(self._of(_joined(found.values, more.values)), codes=None))
        counts = np.concatenate([found.counts, more.counts])
        # Weights make bincount sum in float64, which is exact below 2**53 rows.
        sums = np.bincount(both.codes, weights=counts).astype(np.int64)  # type: ignore[arg-type]
        _check_size(both.values)
        return Found(both.values, sums)

    def packed(self, found: Found) -> Found:
        """Return what was found: every level is needed."""
        return found

    def settle(self, found: Found) -> Encoding:
        """Return the encoding."""
        order = level_order(self._of(found.values))
        levels, n = found.values.take(order), found.n
        number = auto_bins(n) if isinstance(self.number, str) else self.number
        if number is None or len(levels) <= 2 * number:
            return by_levels(self.column, levels)
        ends = np.searchsorted(np.cumsum(found.counts[order]), ranks(n, number))
        return by_cuts(self.column, as_objects(levels.take(np.unique(ends))))

    def _of(self, values: Array | pa.Array) -> Column:
        return replace(self.column, values=values, codes=np.arange(len(values)), missing=None)


@dataclass(frozen=True, slots=True)
class Ranks:
    """The round that summarises plain numbers, within brackets after the first look.

    Attributes
    ----------
    column : Column
        Shows the kind.
    number : "auto" or int
        Bins.
    limit : int
        Values that may be kept.
    within : Brackets
    """

    column: Column
    number: str | int
    limit: int
    within: Brackets = EVERYTHING

    def look(self, column: Column) -> Pile:
        """Return the summary of a chunk."""
        values = np.asarray(column.values)
        known = values if column.missing is None else values[~column.missing]
        return Pile([summary(known, self.within, self.limit)])

    def add(self, found: Pile, more: Pile) -> Pile:
        """Return the summaries of both, merged when they have become many."""
        pile = Pile([*found.parts, *more.parts])
        if len(pile.parts) > 2 and sum(len(part.values) for part in pile.parts) > BETWEEN:
            return Pile([merged(pile.parts, self.limit)])
        return pile

    def packed(self, found: Pile) -> Pile:
        """Return the summaries merged, if they are more than one may hold."""
        few = sum(len(part.values) for part in found.parts) <= self.limit
        return found if few else Pile([merged(found.parts, self.limit)])

    def settle(self, found: Pile) -> Encoding | Round:
        """Return the encoding where every rank has its value, else the round that looks closer."""
        return self._settled(merged(found.parts, self.limit))

    def _settled(self, found: Summary) -> Encoding | Round:
        number = auto_bins(found.n) if isinstance(self.number, str) else self.number
        first = self.within.high is None
        if first and found.whole and len(found.values) <= 2 * number:
            return by_levels(self.column, found.values)
        wanted = ranks(found.n, number)
        if found.whole:
            return by_cuts(self.column, found.values[np.unique(found.rank_places(wanted))])
        # A closer look that finds too much, as only contrived data have it, is given more room.
        limit = max(BETWEEN, 16 * number) if first else 4 * self.limit
        return replace(self, limit=limit, within=brackets(found, wanted))


@dataclass(frozen=True, slots=True)
class Pile:
    """Summaries of some chunks: merging many at once is cheaper than one by one."""

    parts: list[Summary]

    @property
    def n(self) -> int:
        """How many known values were seen."""
        return sum(part.n for part in self.parts)


def _wide(values: Any) -> Any:
    """Return Arrow text with 64-bit offsets: chunks of one column may differ in that."""
    if not isinstance(values, pa.Array):
        return values
    wide = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
    return values.cast(wide.get(values.type, values.type))


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, pa.Array):
        return pa.concat_arrays([one, other.cast(one.type)])
    return np.concatenate([one, other])


def _check_size(values: Array | pa.Array) -> None:
    if len(values) > _MOST_LEVELS or values.nbytes > _MOST_BYTES:
        raise ValueError(
            f"more than {min(len(values), _MOST_LEVELS):,} levels, taken by value "
            f"({values.nbytes >> 20:,} MB): too many to hold for data read in chunks. Leave the "
            "column out, select fewer rows with slice_query= or sample_size=, or give bins= if "
            "it is numeric"
        )
