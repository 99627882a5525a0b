"""pandas Series to columns: NumPy, categorical, extension and object backings."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi.columns.arrow import from_arrow, from_arrow_decimal, one_array
from pandas_mi.columns.column import Array, Column, Kind, mask, recoded, scattered


def from_pandas(values: pd.Series | pd.Index, label: Hashable) -> Column:
    """Return the column that a pandas Series or Index holds.

    Parameters
    ----------
    values : pandas.Series or pandas.Index, length n
    label : hashable
        Named in errors.

    Raises
    ------
    TypeError
        When the values are complex or unhashable.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, pd.SparseDtype):
        return from_numpy(np.asarray(values), label)
    if isinstance(dtype, pd.CategoricalDtype):
        return _from_categorical(values.array, label)
    if isinstance(dtype, pd.DatetimeTZDtype):
        instants = np.asarray(values.array, dtype=f"datetime64[{dtype.unit}]")
        return replace(from_numpy(instants, label), zone=str(dtype.tz))
    if isinstance(dtype, pd.PeriodDtype):
        frequency = str(dtype).removeprefix("period[").removesuffix("]")
        missing = mask(np.asarray(values.isna()))
        return Column(Kind.PERIOD, values.array.asi8, missing, unit=frequency)
    if isinstance(dtype, pd.IntervalDtype):
        return by_value(values.array, Kind.INTERVAL, label)
    if isinstance(dtype, np.dtype):
        return from_numpy(values.to_numpy(), label)
    if hasattr(values.array, "__arrow_array__"):
        try:
            return from_arrow(values.array.__arrow_array__(), label)
        except UnicodeEncodeError:  # lone surrogates: text that no UTF-8 column can hold
            pass
    return _from_objects(np.asarray(values, dtype=object), label)


def from_numpy(values: Array, label: Hashable) -> Column:
    """Return the column that an array of one dimension holds."""
    if not values.dtype.isnative:  # pandas cannot factorize the other byte order
        values = values.astype(values.dtype.newbyteorder("="))
    kind = values.dtype.kind
    if kind == "O":
        return _from_objects(values, label)
    if kind == "b":
        return Column(Kind.BOOLEAN, values)
    if kind in "iu":
        return Column(Kind.INTEGER, values)
    if kind == "f":
        return Column.floats(values)
    if kind in "mM":
        meaning = Kind.TIMEDELTA if kind == "m" else Kind.DATETIME
        unit, _ = np.datetime_data(values.dtype)
        return Column(meaning, values.view(np.int64), mask(np.isnat(values)), unit=unit)
    raise _no_order(label, str(values.dtype))


def _no_order(label: Hashable, held: str) -> TypeError:
    return TypeError(
        f"column {label!r} holds {held} values, which have no order to bin by; "
        "pass real and imaginary parts, or magnitude and angle, as columns of their own"
    )


def _from_categorical(values: pd.Categorical, label: Hashable) -> Column:
    codes = values.codes
    any_missing = len(codes) > 0 and codes.min() < 0  # a mask of all rows costs three times as much
    missing = mask(codes < 0) if any_missing else None
    return recoded(from_pandas(values.categories, label), codes, missing)


def _from_objects(values: Array, label: Hashable) -> Column:
    """Give Python objects the one kind that they all share, else take them by value."""
    missing = mask(np.asarray(pd.isna(values), dtype=np.bool_))
    known = values if missing is None else values[~missing]
    convert = _OBJECTS.get(pd.api.types.infer_dtype(known, skipna=False))
    if convert is None:
        return by_value(values, Kind.OBJECT, label)
    try:
        column = convert(known)
    except (ValueError, TypeError, OverflowError, pa.ArrowException):
        # No typed array can hold these values: they keep Python's own equality.
        return by_value(values, Kind.OBJECT, label)
    return column if missing is None else scattered(column, missing)


def by_value(values: Any, kind: Kind, label: Hashable) -> Column:
    """Factorize by Python's equality: 1, 1.0 and True are one value."""
    try:
        codes, levels = pd.factorize(values)
    except TypeError:
        raise TypeError(
            f"column {label!r} holds unhashable values (lists, dicts, arrays), which cannot be "
            "compared by value; drop the column, or turn them into tuples or text first"
        ) from None
    objects = np.asarray(levels, dtype=object)
    if any(issubclass(held, complex | np.complexfloating) for held in set(map(type, objects))):
        raise _no_order(label, "complex")
    return Column(kind, objects, mask(codes < 0), codes)


def _integers(known: Array) -> Column:
    for dtype in (np.int64, np.uint64):
        try:
            exact = known.astype(dtype)
        except OverflowError:
            continue
        return Column(Kind.INTEGER, exact)
    return Column(Kind.DECIMAL, pa.array(known, type=pa.decimal256(76, 0)))


def _decimals(known: Array) -> Column:
    try:
        return from_arrow_decimal(one_array(pa.array(known)))
    except (TypeError, pa.ArrowException):  # an infinity, or more than 76 digits
        codes, levels = pd.factorize(known)
        return Column(Kind.DECIMAL, levels, codes=codes)


def _instants(known: Array) -> Column:
    zoned = {zone is not None for zone in set(map(attrgetter("tzinfo"), known))}
    if len(zoned) > 1:
        raise ValueError("naive and zoned instants do not compare")
    try:
        found = pd.DatetimeIndex(pd.to_datetime(known, utc=zoned.pop()))
        if found.unit == "ns" and not (found.asi8 % 1000).any():
            found = found.as_unit("us")  # as pandas 3 has it: nanoseconds end in 2262
        return from_pandas(found, None)
    except pd.errors.OutOfBoundsDatetime:  # nanoseconds end in 1677 and 2262
        return from_arrow(pa.array(known), None)


def _dates(known: Array) -> Column:
    if any(issubclass(held, datetime.datetime) for held in set(map(type, known))):
        raise ValueError("dates and instants do not compare")
    return from_arrow(pa.array(known, type=pa.date32()), None)


def _durations(known: Array) -> Column:
    try:
        return from_pandas(pd.Index(pd.to_timedelta(known)), None)
    except pd.errors.OutOfBoundsTimedelta:
        return from_arrow(pa.array(known), None)


def _times(known: Array) -> Column:
    if set(map(attrgetter("tzinfo"), known)) != {None}:
        raise ValueError("no typed array holds zoned times of day")
    return from_arrow(pa.array(known, type=pa.time64("us")), None)


# What pandas' infer_dtype says of objects -> how to hold them. Whatever is not here, or does
# not convert, is compared by Python's equality.
_OBJECTS: dict[str, Callable[[Array], Column]] = {
    "empty": lambda known: Column(Kind.NULL, np.zeros(len(known), dtype=np.bool_)),
    "string": lambda known: from_arrow(pa.array(known), None),
    "bytes": lambda known: from_arrow(pa.array(known, type=pa.large_binary()), None),
    "boolean": lambda known: Column(Kind.BOOLEAN, known.astype(np.bool_)),
    "integer": _integers,
    "floating": lambda known: from_numpy(known.astype(np.float64), None),
    "decimal": _decimals,
    "datetime": _instants,
    "datetime64": lambda known: from_pandas(pd.Index(pd.to_datetime(known)), None),
    "date": _dates,
    "timedelta": _durations,
    "timedelta64": _durations,
    "time": _times,
    "period": lambda known: from_pandas(pd.PeriodIndex(known), None),
    "interval": lambda known: from_pandas(pd.IntervalIndex(list(known)), None),
}
