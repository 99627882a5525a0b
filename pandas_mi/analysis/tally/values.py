"""Labels, cuts and levels of any type as JSON, exactly: what a tally writes of Python objects."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from pandas_mi.catalog import labels

__all__ = ["from_json", "to_json"]


def to_json(value: Any) -> Any:
    """Return a value as what `json.dumps` writes: as a store does labels, and some types more.

    Raises
    ------
    TypeError
        When the value is of a type that has no form there.

    >>> to_json(pd.Interval(0, 1.5))
    {'interval': [0, {'float': '1.5'}, 'right']}
    """
    if type(value) is tuple:
        return {"tuple": list(map(to_json, value))}
    for kind, (held, written, _) in _TAGS.items():
        if type(value) is held:
            return {kind: written(value)}
    return labels.to_json(value)


def from_json(written: Any) -> Any:
    """Return the value that `to_json` wrote.

    >>> from_json({"decimal": "1.50"})
    Decimal('1.50')
    """
    if isinstance(written, dict):
        ((kind, value),) = written.items()
        if kind == "tuple":
            return tuple(map(from_json, value))
        if kind in _TAGS:
            return _TAGS[kind][2](value)
    return labels.from_json(written)


# Name in JSON -> (type, how to write it, how to read it).
_TAGS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "decimal": (Decimal, str, Decimal),
    "fraction": (Fraction, str, Fraction),
    "period": (
        pd.Period,
        lambda v: [v.ordinal, v.freqstr],
        lambda w: pd.Period(ordinal=w[0], freq=w[1]),
    ),
    "interval": (
        pd.Interval,
        lambda v: [to_json(_whole(v.left)), to_json(_whole(v.right)), v.closed],
        lambda w: pd.Interval(from_json(w[0]), from_json(w[1]), w[2]),
    ),
    "duration": (
        datetime.timedelta,
        lambda v: [v.days, v.seconds, v.microseconds],
        lambda w: datetime.timedelta(*w),
    ),
}


def _whole(end: Any) -> Any:
    """Return the end of an interval as one of those that are equal to it: 1 of 1.0."""
    return int(end) if isinstance(end, float) and end.is_integer() else end
