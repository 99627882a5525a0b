"""Operators and mathematical functions: which arithmetic fits the operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pandas_mi.slicing import casts, convert, exact, floats, temporal
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import INSTANTS, NUMERIC, Mismatch, Value, union

__all__ = ["apply", "chain", "negate"]

_FLOAT: dict[str, Callable[[Value, Value], Value]] = {
    "+": floats.add,
    "-": floats.subtract,
    "*": floats.multiply,
    "/": floats.divide,
    "%": floats.modulo,
}
_EXACT: dict[str, Callable[[Value, Value], Value]] = {
    "+": exact.add,
    "-": lambda left, right: exact.add(left, right, -1),
    "*": exact.multiply,
    "/": exact.divide,
    "%": exact.modulo,
}


def chain(*operands: Any) -> Value:
    """Return ``a + b - c …`` or ``a * b / c …`` from left to right: values, then symbols."""
    values, symbols = operands[: len(operands) // 2 + 1], operands[len(operands) // 2 + 1 :]
    result: Value = values[0]
    for symbol, value in zip(symbols, values[1:], strict=True):
        result = apply(symbol, result, value)
    return result


def apply(symbol: str, left: Value, right: Value) -> Value:
    """Return ``left symbol right``."""
    types = {left.type, right.type} - {Type.UNKNOWN}
    if types & (INSTANTS | {Type.INTERVAL, Type.TIME}):
        return _temporal(symbol, left, right)
    if not types:  # '1' + '2': PostgreSQL cannot choose an operator; NULL + NULL is NULL
        types = {Type.INTEGER} if left.null and right.null else types
    if not types or not types <= NUMERIC:
        odd = next((t for t in (left.type, right.type) if t not in NUMERIC), left.type)
        raise Mismatch(f"{symbol} needs numbers, not {odd}{_hint(symbol, odd)}")
    a, b = _numbers(left, right)
    table = _FLOAT if a.type is Type.FLOAT else _EXACT
    return table[symbol](a, b)


def _hint(symbol: str, odd: Type) -> str:
    if odd is Type.TEXT:
        return "; join text with ||, or CAST it" if symbol == "+" else "; CAST it first"
    return "; CAST it AS INTEGER first" if odd is Type.BOOLEAN else ""


def _numbers(left: Value, right: Value) -> tuple[Value, Value]:
    """Return both operands as FLOAT, or both exact with INTEGER kept where it is."""
    if Type.FLOAT in (left.type, right.type):
        return convert.as_float(left), convert.as_float(right)
    other = next((v.type for v in (left, right) if v.type is not Type.UNKNOWN), Type.INTEGER)
    typed = [convert.literal(v, other) if v.type is Type.UNKNOWN else v for v in (left, right)]
    return typed[0], typed[1]


def _temporal(symbol: str, left: Value, right: Value) -> Value:
    """Return date ± interval, date ± days, date - date and interval ± interval."""
    sign = {"+": 1, "-": -1}.get(symbol, 0)
    if sign == 1 and left.type in (Type.INTERVAL, Type.INTEGER) and right.type in INSTANTS:
        left, right = right, left
    left, right = _typed_moment(left, right, sign)
    if sign == -1 and left.type in INSTANTS and right.type in INSTANTS:
        return temporal.difference(left, right)
    if sign and left.type in INSTANTS and right.type is Type.INTERVAL:
        return temporal.shift(left, right, sign)
    if sign and left.type is Type.DATE and right.type is Type.INTEGER:
        return temporal.add_days(left, right, sign)
    if sign and left.type is Type.INTERVAL and right.type is Type.INTERVAL:
        return temporal.add_intervals(left, right, sign)
    if symbol == "*" and {left.type, right.type} == {Type.INTERVAL, Type.INTEGER}:
        first, second = (left, right) if left.type is Type.INTERVAL else (right, left)
        return temporal.times(first, second)
    raise Mismatch(
        f"cannot compute {left.type} {symbol} {right.type}; dates take + and - INTERVAL '1 day'"
    )


def _typed_moment(left: Value, right: Value, sign: int) -> tuple[Value, Value]:
    """Give a literal beside a moment its type: a moment after minus, else an interval."""
    if right.type is Type.UNKNOWN:
        same = sign == -1 and left.type in INSTANTS and not right.null
        target = left.type if same else Type.INTERVAL
        return left, convert.literal(right, target, left.zone)
    if left.type is Type.UNKNOWN:
        target = right.type if sign == -1 else Type.INTERVAL
        typed = convert.literal(left, target, right.zone)
        return (right, typed) if sign == 1 else (typed, right)
    return left, right


def negate(value: Value) -> Value:
    """Return -value."""
    if value.type is Type.INTERVAL:
        return temporal.negated(value)
    value = number(value, "-")
    if value.type is Type.FLOAT:
        return replace(value, data=-value.data)
    return exact.negate(value)


# ------------------------------------------------------------------------------ functions


def number(value: Value, what: str) -> Value:
    """Return a number, or refuse."""
    if value.type is Type.UNKNOWN:
        return convert.literal(value, Type.FLOAT)
    if value.type not in NUMERIC:
        raise Mismatch(f"{what} needs a number, not {value.type}")
    return value


def absolute(value: Value) -> Value:
    """Return ABS(value)."""
    value = number(value, "ABS")
    if value.type is Type.FLOAT:
        return replace(value, data=np.abs(value.data))
    negative = np.asarray(value.data < 0, dtype=np.bool_)
    opposite = exact.negate(value)
    if opposite.data.dtype != value.data.dtype:
        value = replace(value, data=value.data.astype(opposite.data.dtype))
    nulls = None if opposite.nulls is None else opposite.nulls & negative
    return replace(
        value, data=np.where(negative, opposite.data, value.data), nulls=union(value.nulls, nulls)
    )


def sign(value: Value) -> Value:
    """Return -1, 0 or 1."""
    value = number(value, "SIGN")
    if value.type is Type.FLOAT:
        return replace(value, data=np.sign(value.data))
    direction = (value.data > 0).astype(np.int64) - (value.data < 0).astype(np.int64)
    return Value(Type.DECIMAL, direction, value.nulls)


def round_to(value: Value, digits: Value | None = None) -> Value:
    """Return ROUND(value [, digits]): decimals half away from zero, floats half to even."""
    value = number(value, "ROUND")
    if digits is not None and digits.type is not Type.INTEGER and not digits.null:
        raise Mismatch(f"ROUND needs a whole number of digits, not {digits.type}")
    if digits is not None and (len(digits) != 1 or digits.null):
        raise Mismatch("ROUND needs one constant number of digits")
    places = 0 if digits is None else min(max(int(digits.data[0]), -400), 400)
    if value.type is Type.FLOAT:
        return floats.rounded(value, places)
    if value.type is Type.INTEGER and digits is None:
        return floats.rounded(convert.as_float(value), 0)
    return casts.rounded(replace(value, type=Type.DECIMAL, wide=False), places)


def _to_whole(value: Value, what: str, whole: Any, up: int) -> Value:
    value = number(value, what)
    if value.type is Type.FLOAT:
        return replace(value, data=whole(value.data))
    if value.type is Type.INTEGER:
        return replace(value, type=Type.DECIMAL, wide=False)
    one = 10**value.scale
    data = value.data.astype(object) if one >= 2**62 else value.data
    quotient = -(-data // one) if up else data // one
    return replace(value, data=quotient, scale=0)


def floor(value: Value) -> Value:
    """Return the greatest whole number that is not greater."""
    return _to_whole(value, "FLOOR", np.floor, 0)


def ceiling(value: Value) -> Value:
    """Return the least whole number that is not less."""
    return _to_whole(value, "CEIL", np.ceil, 1)


def of_floats(function: Callable[..., Value], name: str) -> Callable[..., Value]:
    """Return a function of numbers that is computed in floating point."""

    def apply_to(*values: Value) -> Value:
        return function(*(convert.as_float(number(value, name)) for value in values))

    return apply_to


square_root = of_floats(lambda value: floats.elementwise(np.sqrt, value), "SQRT")
exponential = of_floats(lambda value: floats.elementwise(np.exp, value), "EXP")
natural_logarithm = of_floats(lambda value: floats.logarithm(None, value), "LN")
power = of_floats(floats.power, "POWER")


def logarithm(first: Value, second: Value | None = None) -> Value:
    """Return LOG(value), to base 10, or LOG(base, value)."""
    values = [convert.as_float(number(v, "LOG")) for v in (first, second) if v is not None]
    return floats.logarithm(*values) if len(values) == 2 else floats.decimal_logarithm(values[0])


def modulo(left: Value, right: Value) -> Value:
    """Return MOD(left, right), which has the sign of `left`."""
    return apply("%", left, right)
