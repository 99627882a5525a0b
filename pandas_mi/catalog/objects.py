"""Columns of Python objects of one kind as Arrow arrays, and back, object by object equal.

Parquet has typed columns and a single null. A column of Python objects is kept when its values
are all of one kind of the table `_KINDS`, and its missing values are among None, NaN, NA and
NaT; which of these stands where is kept too.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["from_arrow", "to_arrow"]

Objects = NDArray[np.object_]
Descriptor = dict[str, Any]
Store = Callable[[pd.Index], tuple[pa.Array, Descriptor]]
Restore = Callable[[pa.Array, Descriptor], Any]

_MARKERS: dict[str, Any] = {"None": None, "nan": float("nan"), "NA": pd.NA, "NaT": pd.NaT}
_MARKER_OF: dict[type, str] = {type(marker): name for name, marker in _MARKERS.items()}
_MARKER_OF |= {np.float64: "nan", np.float32: "nan"}


def to_arrow(values: Objects, store: Store) -> tuple[pa.Array, Descriptor]:
    """Return Python objects, shape (n,), as an Arrow array and what `from_arrow` needs.

    Parameters
    ----------
    values : ndarray of object, shape (n,)
    store : callable
        Stores a typed pandas Index: how Timestamps, Periods and the like are held.

    Raises
    ------
    TypeError, ValueError, OverflowError or pyarrow.ArrowException
        When the objects are of several kinds, or of one that Parquet has no column for.
    """
    missing = np.asarray(pd.isna(values), dtype=np.bool_)
    known = values[~missing]
    array, descriptor = _known_to_arrow(known, store)
    markers = np.array(list(map(_marker, values[missing])), dtype=object)
    descriptor["missing"] = sorted(set(markers))
    spread = _spread(array, missing)
    if len(descriptor["missing"]) < 2:
        return spread, descriptor
    # One null cannot tell several sorts of missing value apart: a second field does.
    which = np.full(len(values), -1, dtype=np.int8)
    which[missing] = np.searchsorted(np.array(descriptor["missing"], dtype=object), markers)
    return pa.StructArray.from_arrays([spread, pa.array(which)], ["value", "missing"]), descriptor


def from_arrow(array: pa.Array, descriptor: Descriptor, restore: Restore) -> Objects:
    """Return the Python objects that `to_arrow` took, shape (n,)."""
    names = descriptor["missing"]
    if len(names) < 2:
        missing = array.is_null().to_numpy(zero_copy_only=False)
        objects = _known_from_arrow(array, descriptor, restore)
        objects[missing] = _MARKERS[names[0]] if names else None
        return objects
    array, which = array.flatten()
    objects = _known_from_arrow(array, descriptor, restore)
    for position, name in enumerate(names):
        objects[which.to_numpy() == position] = _MARKERS[name]
    return objects


def _known_to_arrow(known: Objects, store: Store) -> tuple[pa.Array, Descriptor]:
    kind = _kind(known)
    if kind == "nothing":
        return pa.nulls(len(known)), {"of": kind}
    index = _KINDS[kind].to_index
    if index is None:
        return _KINDS[kind].to_arrow(known), {"of": kind}
    array, typed = store(index(known))
    return array, {"of": kind, "typed": typed}


def _known_from_arrow(array: pa.Array, descriptor: Descriptor, restore: Restore) -> Objects:
    objects = np.empty(len(array), dtype=object)
    if len(array) == 0 or descriptor["of"] == "nothing":
        return objects
    if "typed" in descriptor:
        # Integer intervals would turn to floats around a null, so only the known rows are read.
        known = array.is_valid()
        typed = restore(array.filter(known), descriptor["typed"])
        objects[known.to_numpy(zero_copy_only=False)] = pd.Index(typed).astype(object)
    else:
        objects[:] = _KINDS[descriptor["of"]].to_objects(array)
    return objects


def _kind(known: Objects) -> str:
    held = set(map(type, known))
    for name, kind in _KINDS.items():
        if held <= kind.types:
            return name
    names = ", ".join(sorted(one.__name__ for one in held))
    raise TypeError(
        f"it holds Python objects of type {names}, and Parquet has no column for them; give it "
        "one dtype with astype, or turn its values into text"
    )


def _marker(missing: Any) -> str:
    name = _MARKER_OF.get(type(missing))
    if name is None:
        raise TypeError(f"its missing value {missing!r} would come back as another; use None")
    return name


def _spread(known: pa.Array, missing: NDArray[np.bool_]) -> pa.Array:
    """Put the known values where `missing` is False, and nulls elsewhere."""
    if not missing.any():
        return known
    if missing.all():
        return pa.nulls(len(missing), known.type)
    return known.take(pa.array(np.cumsum(~missing) - 1, mask=missing))


def _integers(known: Objects) -> pa.Array:
    for held in (pa.int64(), pa.uint64()):
        try:
            return pa.array(known, type=held)
        except (OverflowError, pa.ArrowInvalid):
            continue
    return pa.array(list(map(decimal.Decimal, known)), type=pa.decimal256(76, 0))


def _decimals(known: Objects) -> pa.Array:
    if not all(map(decimal.Decimal.is_finite, known)):
        raise TypeError("Parquet has no infinite decimals")
    return pa.array(known)


def _listed(array: pa.Array) -> list[Any]:
    return array.to_pylist()  # type: ignore[no-any-return]


def _listed_integers(array: pa.Array) -> list[int | None]:
    return [None if one is None else int(one) for one in _listed(array)]


def _instants(known: Objects) -> pa.Array:
    zones = _only("time zone", map(str, map(attrgetter("tzinfo"), known)))
    # Folds and gaps are settled by Python here; Arrow keeps the instant in UTC.
    return pa.array(known, type=pa.timestamp("us", None if zones == "None" else "UTC"))


def _times(known: Objects) -> pa.Array:
    if _only("time zone", map(str, map(attrgetter("tzinfo"), known))) != "None":
        raise TypeError("Parquet has no times of day with a zone")
    return pa.array(known, type=pa.time64("us"))


def _pandas_instants(known: Objects) -> pd.Index:
    _only("time zone", map(str, map(attrgetter("tzinfo"), known)))
    return pd.DatetimeIndex(known)


def _only(what: str, found: Iterable[str]) -> str:
    distinct = sorted(set(found))
    if len(distinct) > 1:
        raise TypeError(f"it has values of more than one {what}: {', '.join(distinct)}")
    return distinct[0]


class _Kind(NamedTuple):
    types: frozenset[type]  # exactly these: a subclass would come back as its base
    to_arrow: Callable[[Objects], pa.Array] = pa.array
    to_objects: Callable[[pa.Array], Any] = _listed
    to_index: Callable[[Any], pd.Index] | None = None  # a typed Index that holds them


def _as(held: pa.DataType) -> Callable[[Objects], pa.Array]:
    return lambda known: pa.array(known, type=held)


_KINDS: dict[str, _Kind] = {
    "nothing": _Kind(frozenset()),
    "str": _Kind(
        frozenset({str}),
        _as(pa.large_string()),
        lambda array: array.to_numpy(zero_copy_only=False),
    ),
    "bytes": _Kind(frozenset({bytes}), _as(pa.large_binary())),
    "bool": _Kind(frozenset({bool, np.bool_}), _as(pa.bool_())),
    "int": _Kind(
        frozenset({int, *(np.dtype(code).type for code in "bBhHiIlLqQ")}),
        _integers,
        _listed_integers,
    ),
    "float": _Kind(frozenset({float, np.float32, np.float64}), _as(pa.float64())),
    "Decimal": _Kind(frozenset({decimal.Decimal}), _decimals),
    "datetime": _Kind(frozenset({datetime.datetime}), _instants),
    "date": _Kind(frozenset({datetime.date}), _as(pa.date32())),
    "time": _Kind(frozenset({datetime.time}), _times),
    "timedelta": _Kind(frozenset({datetime.timedelta}), _as(pa.duration("us"))),
    "Timestamp": _Kind(frozenset({pd.Timestamp}), to_index=_pandas_instants),
    "Timedelta": _Kind(frozenset({pd.Timedelta}), to_index=pd.TimedeltaIndex),
    "Period": _Kind(frozenset({pd.Period}), to_index=pd.PeriodIndex),
    "Interval": _Kind(frozenset({pd.Interval}), to_index=pd.IntervalIndex),
}
