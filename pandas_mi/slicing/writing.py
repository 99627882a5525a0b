"""Values as text, written as PostgreSQL writes them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi.slicing import convert
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import Mismatch, Value

__all__ = ["as_text"]


def as_text(value: Value) -> Value:
    """Return any value as PostgreSQL writes it."""
    if value.type is Type.TEXT:
        return value
    if value.type is Type.UNKNOWN:
        return convert.literal(value, Type.TEXT)
    if value.type not in _WRITE:
        raise Mismatch(f"{value.type} has no text here")
    data = value.data if value.nulls is None else np.where(value.nulls, 0, value.data)
    codes, distinct = pd.factorize(data)
    write = _WRITE[value.type]
    written = pa.array([write(item, value.scale) for item in distinct], type=pa.large_string())
    return Value(Type.TEXT, written.take(pa.array(codes)), value.nulls)


def _write_float(number: float, _scale: int) -> str:
    """Write the shortest digits that read back, with an exponent where PostgreSQL has one.

    >>> [_write_float(x, 0) for x in (1.0, 1e15, 1e-5, -0.1)]
    ['1', '1e+15', '1e-05', '-0.1']
    """
    if not np.isfinite(number):
        return "Infinity" if number > 0 else "-Infinity"
    _, digits, exponent = Decimal(repr(float(number))).normalize().as_tuple()
    magnitude = len(digits) + int(exponent) - 1
    if number and not -5 < magnitude < 15:
        mantissa = "".join(map(str, digits))
        point = mantissa[0] + ("." + mantissa[1:] if len(mantissa) > 1 else "")
        return f"{'-' if number < 0 else ''}{point}e{magnitude:+03d}"
    text = f"{Decimal(repr(float(number))):f}"
    return text.removesuffix(".0")


def _write_decimal(whole: int, scale: int) -> str:
    digits = str(abs(int(whole))).rjust(scale + 1, "0")
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return "-" + text if whole < 0 else text


def _write_date(days: int, _scale: int) -> str:
    return str(np.datetime64(int(days), "D"))


def _write_time(count: int, scale: int) -> str:
    whole, rest = divmod(int(count), 10**scale)
    fraction = f".{rest:0{scale}d}".rstrip("0") if rest else ""
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{fraction}"


def _write_timestamp(count: int, scale: int) -> str:
    days, time = divmod(int(count), 86_400 * 10**scale)
    return f"{_write_date(days, 0)} {_write_time(time, scale)}"


_WRITE: dict[Type, Callable[[Any, int], str]] = {
    Type.BOOLEAN: lambda truth, scale: "true" if truth else "false",
    Type.INTEGER: lambda whole, scale: str(int(whole)),
    Type.DECIMAL: _write_decimal,
    Type.FLOAT: _write_float,
    Type.DATE: _write_date,
    Type.TIME: _write_time,
    Type.TIMESTAMP: _write_timestamp,
}
