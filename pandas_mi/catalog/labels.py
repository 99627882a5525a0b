"""Labels and other single values as JSON, exactly and readably.

JSON's own values stand for themselves; every other value is an object with one key that names
its type: ``{"tuple": ["a", 1]}``, ``{"date": "2024-05-01"}``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["from_json", "to_json"]


def to_json(value: Hashable) -> Any:
    """Return a value as what `json.dumps` writes.

    Raises
    ------
    TypeError
        When the value is of a type that the store does not keep.

    >>> to_json(("a", 1, None))
    {'tuple': ['a', 1, None]}
    """
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    if value is None or type(value) in (bool, int, str):
        return value
    if value is pd.NaT:  # an instance of datetime, so it must be seen before the table is
        return {"missing": "NaT"}
    if value is pd.NA:
        return {"missing": "NA"}
    for kind, (held, written, _) in _TAGS.items():
        if type(value) is held:
            return {kind: written(value)}
    raise TypeError(f"{value!r} is of type {type(value).__name__}, which has no form in JSON")


def from_json(written: Any) -> Any:
    """Return the value that `to_json` wrote.

    >>> from_json({"tuple": ["a", 1, None]})
    ('a', 1, None)
    """
    if not isinstance(written, dict):
        return written
    ((kind, value),) = written.items()
    if kind == "missing":
        return {"NaT": pd.NaT, "NA": pd.NA}[value]
    return _TAGS[kind][2](value)


def _timestamp_to_json(value: pd.Timestamp) -> list[Any]:
    zone = None if value.tzinfo is None else str(value.tzinfo)
    naive = value if zone is None else value.tz_convert("UTC").tz_localize(None)
    return [str(naive.to_datetime64()), value.unit, zone]


def _timestamp_from_json(written: list[Any]) -> pd.Timestamp:
    text, unit, zone = written
    instant = pd.Timestamp(np.datetime64(text, unit))
    return instant if zone is None else instant.tz_localize("UTC").tz_convert(zone)


# Name in JSON -> (type, how to write it, how to read it). Floats are tagged because JSON has no
# NaN or infinity, and because 1.0 must not come back as 1.
_TAGS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "float": (float, repr, float),
    "tuple": (tuple, lambda v: [to_json(part) for part in v], lambda w: tuple(map(from_json, w))),
    "timestamp": (pd.Timestamp, _timestamp_to_json, _timestamp_from_json),
    "timedelta": (
        pd.Timedelta,
        lambda v: [int(v.to_timedelta64().astype(np.int64)), v.unit],
        lambda w: pd.Timedelta(np.timedelta64(*w)),
    ),
    "datetime64": (
        np.datetime64,
        lambda v: [str(v), np.datetime_data(v.dtype)[0]],
        lambda w: np.datetime64(*w),
    ),
    "timedelta64": (
        np.timedelta64,
        lambda v: [int(v.astype(np.int64)), np.datetime_data(v.dtype)[0]],
        lambda w: np.timedelta64(*w),
    ),
    "datetime": (
        datetime.datetime,
        datetime.datetime.isoformat,
        datetime.datetime.fromisoformat,
    ),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
}
