"""CAST: one function for each type that it can make. What cannot be converted is NULL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.slicing import convert, exact, literals, temporal, writing
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import (
    INSTANTS,
    Mask,
    Mismatch,
    Value,
    boolean,
    narrow,
    rescaled,
    union,
)

__all__ = ["cast", "rounded"]

Array = NDArray[Any]


def cast(value: Value, spelled: str, target: Type, parameters: tuple[int, ...]) -> Value:
    """Return CAST(value AS type).

    Parameters
    ----------
    value : Value
    spelled : str
        The type as messages name it.
    target : Type
    parameters : tuple of int
        Bits of an INTEGER or FLOAT; precision and scale of a DECIMAL, length of a TEXT, or none.
    """
    if value.null:
        return convert.typed_null(target, len(value))
    if value.type is Type.UNKNOWN:
        # A quoted literal is read at once, and refused when it does not fit.
        value = convert.literal(value, Type.TEXT if target is Type.TEXT else target)
    result = _TO[target](value, parameters)
    if result is None:
        raise Mismatch(f"cannot CAST {value.type} AS {spelled}")
    return result


def _read(value: Value, read: Callable[[str], Any]) -> tuple[Array, Mask | None]:
    """Read each distinct text once; shape (n,) of Python objects, and where it cannot be read."""
    encoded = value.data.dictionary_encode()
    found = np.empty(len(encoded.dictionary) + 1, dtype=object)
    found[:-1] = [read(text) for text in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices.fill_null(len(found) - 1))
    objects = found[codes]
    unread = np.asarray(pd.isna(objects), dtype=np.bool_)
    return np.where(unread, 0, objects), union(value.nulls, unread if unread.any() else None)


# -------------------------------------------------------------------------------- numbers


def _to_integer(value: Value, parameters: tuple[int, ...]) -> Value | None:
    (bits,) = parameters
    whole: Value | None = None
    if value.type is Type.INTEGER:
        whole = value
    elif value.type is Type.BOOLEAN:
        whole = Value(Type.INTEGER, value.data.astype(np.int64), value.nulls)
    elif value.type is Type.DECIMAL:
        whole = replace(rounded(value, 0), type=Type.INTEGER)
    elif value.type is Type.FLOAT:
        whole = _float_to_integer(value)
    elif value.type is Type.TEXT:
        data, nulls = _read(value, literals.read_integer)
        whole = Value(Type.INTEGER, data, nulls)
    return None if whole is None else _limited(whole, bits)


def _float_to_integer(value: Value) -> Value:
    nearest = np.rint(value.data)
    outside = ~((nearest >= -(2.0**63)) & (nearest < 2.0**63))
    data = np.where(outside, 0, nearest).astype(np.int64)
    return Value(Type.INTEGER, data, union(value.nulls, outside if outside.any() else None))


def _limited(value: Value, bits: int) -> Value:
    """Make NULL what does not fit into a signed integer of so many bits."""
    low, high = exact.bounds(value.data)
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    data, nulls = value.data, value.nulls
    if low < least or high > most:
        outside = np.asarray((data < least) | (data > most), dtype=np.bool_)
        data, nulls = np.where(outside, 0, data), union(nulls, outside)
    return Value(Type.INTEGER, data.astype(np.int64), nulls)


def _to_float(value: Value, parameters: tuple[int, ...]) -> Value | None:
    (bits,) = parameters
    if value.type is Type.TEXT:
        data, nulls = _read(value, literals.read_float)
        value = _without_nan(Value(Type.FLOAT, data.astype(np.float64), nulls))
    elif value.type not in (Type.INTEGER, Type.DECIMAL, Type.FLOAT):
        return None
    value = convert.as_float(value)
    if bits == 64:
        return value
    with np.errstate(over="ignore"):
        data = value.data.astype(np.float32).astype(np.float64)
    lost = np.isinf(data) & ~np.isinf(value.data)
    return Value(Type.FLOAT, data, union(value.nulls, lost if lost.any() else None))


def _without_nan(value: Value) -> Value:
    nan = np.isnan(value.data)
    return replace(value, nulls=union(value.nulls, nan)) if nan.any() else value


def _to_decimal(value: Value, parameters: tuple[int, ...]) -> Value | None:
    if value.type is Type.TEXT:
        value = _from_decimals(*_read(value, literals.read_decimal))
    elif value.type is Type.FLOAT:
        value = _float_to_decimal(value)
    elif value.type is Type.INTEGER:
        value = replace(value, type=Type.DECIMAL, wide=False)
    elif value.type is not Type.DECIMAL:
        return None
    if not parameters:
        return value
    precision, scale = parameters
    return _within(_at_scale(rounded(value, scale), scale), precision)


def _at_scale(value: Value, scale: int) -> Value:
    return replace(value, data=rescaled(value.data, scale - value.scale), scale=scale)


def _within(value: Value, precision: int) -> Value:
    limit = 10**precision
    low, high = exact.bounds(value.data)
    if max(-low, high) < limit:
        return value
    outside = np.asarray(abs(value.data.astype(object)) >= limit, dtype=np.bool_)
    data = narrow(np.where(outside, 0, value.data))
    return replace(value, data=data, nulls=union(value.nulls, outside))


def _float_to_decimal(value: Value) -> Value:
    """Return floats as the decimals of 15 digits nearest to them, as PostgreSQL does."""
    known = np.isfinite(value.data)
    distinct, codes = np.unique(np.where(known, value.data, 0.0), return_inverse=True)
    numbers = np.empty(len(distinct), dtype=object)
    numbers[:] = [Decimal(f"{number:.15g}") for number in distinct]
    nulls = union(value.nulls, None if known.all() else ~known)
    return _from_decimals(numbers[codes.reshape(-1)], nulls)


def _from_decimals(numbers: Array, nulls: Mask | None) -> Value:
    """Return Decimal objects (0 where there is none) at the scale of the finest."""
    codes, distinct = pd.factorize(numbers)
    exponents = [-int(Decimal(number).as_tuple().exponent) for number in distinct]
    scale = max([0, *exponents])
    whole = np.empty(len(distinct), dtype=object)
    with localcontext(prec=4 * literals.DIGITS):
        whole[:] = [int(Decimal(number).scaleb(scale)) for number in distinct]
    return Value(Type.DECIMAL, narrow(whole[codes]), nulls, scale=scale)


def rounded(value: Value, digits: int) -> Value:
    """Round a DECIMAL to `digits` after the point (before it, when negative), half away from 0."""
    drop = value.scale - digits
    if drop <= 0:
        return value
    factor = 10**drop
    data = value.data.astype(object) if factor >= 2**62 else value.data
    low, high = exact.bounds(data)
    if max(-low, high) + factor >= 2**63:
        data = data.astype(object)
    magnitude = (abs(data) + factor // 2) // factor
    whole = np.where(data < 0, -magnitude, magnitude)
    if digits < 0:
        return replace(value, data=rescaled(narrow(whole), -digits), scale=0)
    return replace(value, data=narrow(whole), scale=digits)


# ------------------------------------------------------------------- booleans and instants


def _to_boolean(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type is Type.BOOLEAN:
        return value
    if value.type is Type.INTEGER:
        return boolean(np.asarray(value.data != 0, dtype=np.bool_), value.nulls)
    if value.type is not Type.TEXT:
        return None
    data, nulls = _read(value, literals.read_boolean)
    return boolean(data.astype(np.bool_), nulls)


def _to_date(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type in INSTANTS:
        return temporal.as_date(value)
    return _from_text(value, Type.DATE)


def _to_timestamp(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type in INSTANTS:
        return temporal.local(value)
    return _from_text(value, Type.TIMESTAMP)


def _to_timestamptz(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type is Type.TIMESTAMPTZ:
        return value
    if value.type in INSTANTS:
        return temporal.zoned(temporal.as_timestamp(value), "UTC")
    return _from_text(value, Type.TIMESTAMPTZ)


def _to_time(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type is Type.TIME:
        return value
    if value.type in (Type.TIMESTAMP, Type.TIMESTAMPTZ):
        local = temporal.local(value)
        return replace(local, type=Type.TIME, data=local.data % (86_400 * 10**local.scale))
    return _from_text(value, Type.TIME)


def _to_interval(value: Value, _parameters: tuple[int, ...]) -> Value | None:
    if value.type in (Type.INTERVAL, Type.TIME):
        return replace(value, type=Type.INTERVAL)
    return None


def _from_text(value: Value, target: Type) -> Value | None:
    """Read each distinct text as a moment; NULL where it is none."""
    if value.type is not Type.TEXT:
        return None
    counts, nulls = _read(value, _MOMENTS[target])
    if target is Type.DATE:
        return Value(target, counts.astype(np.int64), nulls)
    zone = "UTC" if target is Type.TIMESTAMPTZ else None
    return replace(temporal.counted(target, counts), nulls=nulls, zone=zone)


def _naive(text: str) -> int | None:
    stamp = literals.read_timestamp(text)
    return None if stamp is None or stamp[1] is not None else stamp[0]


def _instant(text: str) -> int | None:
    stamp = literals.read_timestamp(text)
    return None if stamp is None else stamp[0] - (stamp[1] or 0)


_MOMENTS: dict[Type, Callable[[str], int | None]] = {
    Type.DATE: literals.read_date,
    Type.TIMESTAMP: _naive,
    Type.TIMESTAMPTZ: _instant,
    Type.TIME: literals.read_time,
}


# ----------------------------------------------------------------------------------- text


def _to_text(value: Value, parameters: tuple[int, ...]) -> Value | None:
    text = writing.as_text(value)
    if not parameters:
        return text
    return replace(text, data=pc.utf8_slice_codeunits(text.data, 0, parameters[0]))


_TO: dict[Type, Callable[[Value, tuple[int, ...]], Value | None]] = {
    Type.BOOLEAN: _to_boolean,
    Type.INTEGER: _to_integer,
    Type.FLOAT: _to_float,
    Type.DECIMAL: _to_decimal,
    Type.TEXT: _to_text,
    Type.DATE: _to_date,
    Type.TIMESTAMP: _to_timestamp,
    Type.TIMESTAMPTZ: _to_timestamptz,
    Type.TIME: _to_time,
    Type.INTERVAL: _to_interval,
}
