"""Levels of a column that comes day by day: one form a kind, whatever held the values."""

from __future__ import annotations

import math
from collections.abc import Hashable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from numbers import Number
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.columns import Column, Kind, factorized, level_order
from pandas_mi.encoding import Encoding

__all__ = ["converted", "levels_of", "met", "places", "united"]

_NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL)  # each can hold those before it, mostly
_UNITS = ("D", "s", "ms", "us", "ns")
_PER = {"D": 1, "s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}


class Meaning(Protocol):
    """Anything that says what values mean: a Column, a Coding, an Encoding."""

    @property
    def kind(self) -> Kind: ...
    @property
    def unit(self) -> str: ...
    @property
    def zone(self) -> str | None: ...


class Held(Meaning, Protocol):
    """Levels, and what they mean."""

    @property
    def levels(self) -> Any: ...


def met(one: Any, other: Meaning, label: Hashable = None) -> tuple[Kind, str, str | None]:
    """Return the kind, unit and zone that the values of both have together.

    Integers, floats and decimals are numbers alike; of two units the finer holds both; instants
    of two time zones are told in UTC. The order of the two, and of many, does not matter.

    Raises
    ------
    TypeError
        When values of the one are never equal to, or never to be told from, those of the other.
    """
    if one.kind is Kind.NULL or other.kind is Kind.NULL:
        known = other if one.kind is Kind.NULL else one
        return known.kind, known.unit, known.zone
    label = one.label if label is None else label
    kinds = {one.kind, other.kind}
    if len(kinds) > 1 and not kinds <= set(_NUMBERS):
        raise TypeError(
            f"column {label!r} holds {other.kind}, and the tally has counted {one.kind} there; "
            "convert the column, or tally it under another name"
        )
    kind = max(kinds, key=_NUMBERS.index) if len(kinds) > 1 else one.kind
    if kind is Kind.PERIOD and one.unit != other.unit:
        raise TypeError(
            f"column {label!r} holds periods of frequency {other.unit}, and the tally has counted "
            f"periods of frequency {one.unit} there; convert them with asfreq"
        )
    if (one.zone is None) != (other.zone is None):
        naive = "naive instants"
        zoned = f"instants of time zone {one.zone or other.zone}"
        held, before = (naive, zoned) if other.zone is None else (zoned, naive)
        raise TypeError(
            f"column {label!r} holds {held}, and the tally has counted {before} there; "
            "make them alike with dt.tz_localize"
        )
    zone = one.zone if one.zone == other.zone else "UTC"
    return kind, _finer(one.unit, other.unit), zone


def levels_of(own: Encoding, meaning: Meaning) -> Any:
    """Return the levels of an encoding by value in the one form of their kind.

    Booleans are bool; integers int64, or uint64 where one needs it; floats float64; temporal
    kinds int64 that count the unit; text and binary Arrow arrays of 64-bit offsets; decimals,
    intervals and mixed values objects.
    """
    levels: Any = own.levels
    if own.kind in (Kind.TEXT, Kind.BINARY):
        return levels.cast(_ARROW[own.kind])
    if Kind.DECIMAL in (own.kind, meaning.kind):
        return _decimals(levels)
    if own.kind is Kind.OBJECT:
        return _objects([_plain(level) for level in np.asarray(levels)])
    if own.kind in (Kind.INTERVAL, Kind.BOOLEAN):
        return np.asarray(levels)
    if own.kind is Kind.FLOAT or meaning.kind is Kind.FLOAT:
        return _exactly(np.asarray(levels))
    return _rescaled(_integers(np.asarray(levels)), own.unit, meaning.unit)


def converted(held: Held, meaning: Meaning) -> Any:
    """Return levels in the form that they have among values of another meaning, if any."""
    if held.levels is None or (held.kind, held.unit) == (meaning.kind, meaning.unit):
        return held.levels
    if meaning.kind is Kind.DECIMAL:
        return _decimals(held.levels)
    if meaning.kind is Kind.FLOAT:
        return _exactly(held.levels)
    return _rescaled(held.levels, held.unit, meaning.unit)


def united(meaning: Meaning, one: Any, other: Any) -> Any:
    """Return the levels of two lists, each once, in canonical order."""
    if isinstance(one, pa.Array):
        values = pc.unique(pa.concat_arrays([one, other]))
        return values.take(pc.sort_indices(values))
    if one.dtype != object:
        return _united_numbers(one, other)
    both = factorized(Column(meaning.kind, np.concatenate([one, other])))
    return both.values.take(level_order(both))


def places(some: Any, levels: Any) -> NDArray[np.intp]:
    """Where some values stand among the levels, -1 for nowhere, shape (len(some),)."""
    if isinstance(levels, pa.Array):
        found = pc.index_in(some, value_set=levels)
        return np.asarray(found.fill_null(-1)).astype(np.intp)
    if levels.dtype == object:
        known = pd.Index(levels, dtype=object, tupleize_cols=False)
        return np.asarray(known.get_indexer(some), dtype=np.intp)
    if len(levels) == 0:
        return np.full(len(some), -1, dtype=np.intp)
    some, levels = _alike(some, levels)
    near = np.minimum(np.searchsorted(levels, some), len(levels) - 1)
    return np.where(levels[near] == some, near, -1)


def _united_numbers(one: Any, other: Any) -> Any:
    return np.union1d(*_alike(one, other))


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Return integers of which some need 64 bits without a sign as such, as all of them are."""
    if one.dtype == other.dtype:
        return one, other
    if any(len(part) and part.min() < 0 for part in (one, other)):
        raise ValueError("it has integers below 0 and above 2**63 - 1, which no one type holds")
    return one.astype(np.uint64), other.astype(np.uint64)


def _integers(levels: Any) -> Any:
    if levels.dtype == np.uint64 and len(levels) and levels.max() > np.iinfo(np.int64).max:
        return levels
    return levels.astype(np.int64)


def _exactly(levels: Any) -> Any:
    """Return numbers as floats that are equal to them."""
    with np.errstate(over="ignore"):
        floats = levels.astype(np.float64)
    # Compared as Python numbers: NumPy would turn the integers into floats first.
    if floats.dtype != levels.dtype and floats.tolist() != levels.tolist():
        raise ValueError(
            "among its numbers are some that no float64 holds exactly, so that integers and "
            "floats cannot be told to be equal; give every part of the rows one dtype"
        )
    return floats


def _decimals(levels: Any) -> Any:
    """Return numbers as decimals without trailing zeros, so that equal ones are written alike."""
    listed = levels.to_pylist() if isinstance(levels, pa.Array) else levels.tolist()
    return _objects([_EXACT.normalize(Decimal(one)) if one else Decimal(0) for one in listed])


def _objects(values: list[Any]) -> Any:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _plain(value: Any) -> Any:
    """Return one of the values that are equal to it, whichever comes first: 1 of 1, 1.0, True."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if not isinstance(value, Number):
        return value
    number: Any = value
    if abs(number) == math.inf:
        return float(number)
    return next((kind(number) for kind in (int, float) if kind(number) == number), number)


def _rescaled(counts: Any, unit: str, wanted: str) -> Any:
    """Count a finer unit, exactly."""
    if unit == wanted or len(counts) == 0:
        return counts
    times = _PER[wanted] // _PER[unit]
    furthest = max(abs(int(counts.min())), abs(int(counts.max())))
    if furthest * times > np.iinfo(np.int64).max:
        raise ValueError(
            f"among its values, counted in {unit!r}, are some that {wanted!r} of other rows "
            "cannot hold; give every part of the rows one dtype"
        )
    return counts * times


def _finer(one: str, other: str) -> str:
    return max(one, other, key=_UNITS.index) if one != other else one


_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_ARROW = {Kind.TEXT: pa.large_string(), Kind.BINARY: pa.large_binary()}
