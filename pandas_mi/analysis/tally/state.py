"""What a tally knows: codings, counts, and rows that wait to be counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.tally import joint
from pandas_mi.analysis.tally.codings import Coding, code_map, coded, together
from pandas_mi.analysis.tally.joint import PairCounts, added, empty, moved
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.columns import Column
from pandas_mi.counting import Codes

__all__ = ["State", "joined", "settled", "start", "with_rows"]

Codings = tuple[Coding, ...]

# Rows whose codes wait: counted alone, 1,000 rows of 20 columns take a millisecond; together with
# others they take a tenth of it. The codes of so many take 64 KB to 256 KB a column.
_WAITING_ROWS = 1 << 16
_WAITING_PARTS = 1 << 8  # each update passes over all of them
_WORTH_THREADS = 500_000  # values to encode


@dataclass(frozen=True, slots=True)
class Part:
    """The codes of some rows.

    Attributes
    ----------
    codings : tuple of Coding
        That the codes are of.
    codes : tuple of ndarray of unsigned int, each of shape (n_rows,)
    n_rows : int
    """

    codings: Codings
    codes: tuple[NDArray[Any], ...]
    n_rows: int


@dataclass(frozen=True, slots=True)
class State:
    """All of a tally at one moment; never changed, only superseded.

    Attributes
    ----------
    codings : tuple of Coding
        That have met all rows.
    n_rows : int
        All rows, those that wait included.
    counts : PairCounts
    counted_by : tuple of Coding
        That the counts are of: they may know fewer levels.
    waiting : tuple of Part
        Rows that are not in the counts yet.
    """

    codings: Codings
    n_rows: int
    counts: PairCounts
    counted_by: Codings
    waiting: tuple[Part, ...] = ()


def start(codings: Codings) -> State:
    """Return the state of a tally of no rows."""
    return State(codings, 0, empty([coding.cardinality for coding in codings]), codings)


def with_rows(state: State, columns: Sequence[Column], n_rows: int) -> State:
    """Return the state with the rows of a chunk."""
    workers = thread_count(None) if n_rows * len(columns) > _WORTH_THREADS else 1
    pairs = list(zip(state.codings, columns, strict=True))
    done = list(mapped(lambda pair: coded(*pair), pairs, workers))
    codings = tuple(coding for _, coding in done)
    if all(map(_is, codings, state.codings)):
        codings = state.codings
    part = Part(codings, tuple(codes for codes, _ in done), n_rows)
    after = replace(
        state, codings=codings, n_rows=state.n_rows + n_rows, waiting=(*state.waiting, part)
    )
    return _within_bounds(after)


def joined(one: State, other: State) -> State:
    """Return the state of both sets of rows, of tallies of the same columns and cuts."""
    codings = tuple(map(together, one.codings, other.codings))
    counts = added(_moved(one, codings), _moved(other, codings))
    waiting = (*one.waiting, *other.waiting)
    return _within_bounds(State(codings, one.n_rows + other.n_rows, counts, codings, waiting))


def settled(state: State) -> State:
    """Return the state with all rows counted, by its last codings."""
    counts = _moved(state, state.codings)
    if state.waiting:
        codes = [
            _united(state, place, coding.cardinality) for place, coding in enumerate(state.codings)
        ]
        counts = joint.with_rows(counts, codes)
    return State(state.codings, state.n_rows, counts, state.codings)


def _within_bounds(state: State) -> State:
    rows, parts = sum(part.n_rows for part in state.waiting), len(state.waiting)
    return settled(state) if rows > _WAITING_ROWS or parts > _WAITING_PARTS else state


def _moved(state: State, codings: Codings) -> PairCounts:
    maps = list(map(code_map, state.counted_by, codings))
    return moved(state.counts, maps, [coding.cardinality for coding in codings])


def _united(state: State, place: int, cardinality: int) -> Codes:
    """Return the codes of one column of all rows that wait, by the last coding."""
    last = state.codings[place]
    dtype = np.min_scalar_type(cardinality)
    found = []
    for part in state.waiting:
        code_of, codes = code_map(part.codings[place], last), part.codes[place]
        found.append(codes if code_of is None else code_of.astype(dtype).take(codes))
    return Codes(np.concatenate(found).astype(dtype, copy=False), cardinality)


def _is(one: Coding, other: Coding) -> bool:
    return one is other
