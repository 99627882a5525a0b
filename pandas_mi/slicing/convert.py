"""Changing the type of values: CAST, literals that take the type they meet, common types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.slicing import exact, literals, temporal
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import (
    INSTANTS,
    NUMERIC,
    OPAQUE,
    Mismatch,
    Value,
    boolean,
    decimals,
    narrow,
    span,
)

__all__ = ["as_boolean", "as_float", "literal", "typed_null", "unified"]

Array = NDArray[Any]


# ------------------------------------------------------------------------- common types


def unified(values: Sequence[Value], doing: str) -> list[Value]:
    """Bring values to the one type that can hold them all, or say why there is none.

    NULLs take any type, text in quotes the type of the others.
    """
    types = {value.type for value in values} - {Type.UNKNOWN}
    if all(value.null for value in values):
        return list(values)
    target = _common(types, doing)
    zone = next((value.zone for value in values if value.zone), None)
    return [_become(value, target, zone) for value in values]


def _common(types: set[Type], doing: str) -> Type:
    if not types:
        return Type.TEXT
    if len(types) == 1:
        return types.pop()
    if types <= NUMERIC:
        return Type.FLOAT if Type.FLOAT in types else Type.DECIMAL
    if types <= INSTANTS:
        if Type.TIMESTAMPTZ in types:
            raise Mismatch(temporal.NAIVE_AGAINST_ZONED)
        return Type.TIMESTAMP
    first, second = sorted(types, key=list(Type).index)[:2]
    if types & OPAQUE:
        raise Mismatch(f"cannot {doing} {second}; only IS [NOT] NULL applies to it")
    raise Mismatch(f"cannot {doing} {first} and {second}{_advice(types)}")


def _advice(types: set[Type]) -> str:
    if Type.TEXT in types and types & NUMERIC:
        return "; CAST one of them, or write a literal of the other's type"
    if Type.BOOLEAN in types and types & NUMERIC:
        return "; write TRUE or FALSE, or CAST the boolean AS INTEGER"
    if types & INSTANTS and types & NUMERIC:
        return "; write the moment as DATE '2024-01-31', or compare EXTRACT(YEAR FROM …)"
    return "; CAST one of them"


def _become(value: Value, target: Type, zone: str | None = None) -> Value:
    """Return the value as `target`, to which it converts without loss."""
    if value.type is target:
        return value
    if value.type is Type.UNKNOWN:
        return literal(value, target, zone)
    if target is Type.FLOAT:
        return as_float(value)
    if target is Type.TIMESTAMP:
        return temporal.as_timestamp(value)
    return replace(value, type=target, wide=False)


def as_float(value: Value) -> Value:
    """Return a number as FLOAT."""
    if value.type is Type.UNKNOWN:
        return literal(value, Type.FLOAT)
    if value.type is Type.FLOAT:
        return value
    if value.type not in NUMERIC:
        raise Mismatch(f"needs a number, not {value.type}")
    return Value(Type.FLOAT, exact.to_float(value.data, value.scale), value.nulls)


def as_boolean(value: Value, where: str) -> Value:
    """Return a BOOLEAN, or refuse."""
    if value.type is Type.BOOLEAN:
        return value
    if value.type is Type.UNKNOWN:
        return literal(value, Type.BOOLEAN)
    raise Mismatch(f"{where} needs a boolean, not {value.type}; write a comparison")


# ------------------------------------------------------------------------------ literals


def literal(value: Value, target: Type, zone: str | None = None) -> Value:
    """Give an UNKNOWN literal its type: NULL takes any, text is read as PostgreSQL reads it."""
    if value.nulls is not None:
        return typed_null(target, len(value))
    if target is Type.TEXT:
        return replace(value, type=Type.TEXT)
    text = str(value.data[0])
    if target in OPAQUE:
        raise Mismatch(f"cannot compare {target}; only IS [NOT] NULL applies to it")
    result = _READ[target](text, zone)
    if result is None:
        raise Mismatch(f"{text!r} cannot be read as {target}")
    return result


def typed_null(target: Type, n: int) -> Value:
    """Return n NULLs of a type."""
    nulls = np.ones(n, dtype=np.bool_)
    if target is Type.TEXT:
        return Value(target, pa.array([""] * n, type=pa.large_string()), nulls)
    dtype = {Type.BOOLEAN: np.bool_, Type.FLOAT: np.float64}.get(target, np.int64)
    return Value(target, np.zeros(n, dtype=dtype), nulls)


def _integer(text: str, _zone: str | None) -> Value | None:
    whole = literals.read_integer(text)
    if whole is None or not exact.INT64[0] <= whole <= 2**64 - 1:
        return None
    data = narrow(np.array([whole], dtype=object))
    return Value(Type.INTEGER, data, wide=data.dtype == object)


def _decimal(text: str, _zone: str | None) -> Value | None:
    number = literals.read_decimal(text)
    return None if number is None else decimals(number)


def _float(text: str, _zone: str | None) -> Value | None:
    number = literals.read_float(text)
    if number is None:
        return None
    if number != number:
        raise Mismatch("NaN is missing here; write IS NULL")
    return Value(Type.FLOAT, np.array([number]))


def _boolean(text: str, _zone: str | None) -> Value | None:
    truth = literals.read_boolean(text)
    return None if truth is None else boolean(np.array([truth]))


def _date(text: str, _zone: str | None) -> Value | None:
    days = literals.read_date(text)
    return None if days is None else Value(Type.DATE, np.array([days], dtype=np.int64))


def _timestamp(text: str, _zone: str | None) -> Value | None:
    stamp = literals.read_timestamp(text)
    if stamp is None:
        return None
    if stamp[1] is not None:
        raise Mismatch(f"{text!r} has an offset from UTC, but the timestamps have no time zone")
    return _moment(Type.TIMESTAMP, stamp[0])


def _timestamptz(text: str, zone: str | None) -> Value | None:
    stamp = literals.read_timestamp(text)
    if stamp is None:
        return None
    written, offset = stamp
    if offset is None:
        return temporal.zoned(_moment(Type.TIMESTAMP, written), zone)
    return replace(_moment(Type.TIMESTAMPTZ, written - offset), zone=zone or "UTC")


def _time(text: str, _zone: str | None) -> Value | None:
    nanoseconds = literals.read_time(text)
    return None if nanoseconds is None else _moment(Type.TIME, nanoseconds)


def _interval(text: str, _zone: str | None) -> Value | None:
    interval = literals.read_interval(text)
    return None if interval is None else span(interval)


def _moment(kind: Type, nanoseconds: int) -> Value:
    return temporal.counted(kind, np.array([nanoseconds], dtype=object))


_READ: dict[Type, Callable[[str, str | None], Value | None]] = {
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.FLOAT: _float,
    Type.BOOLEAN: _boolean,
    Type.DATE: _date,
    Type.TIMESTAMP: _timestamp,
    Type.TIMESTAMPTZ: _timestamptz,
    Type.TIME: _time,
    Type.INTERVAL: _interval,
}
