"""Floating-point arithmetic and functions: what PostgreSQL raises for a row is NULL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import Mask, Value, union

__all__ = ["add", "divide", "elementwise", "modulo", "multiply", "subtract"]

Floats = NDArray[np.float64]


def _checked(operate: Callable[..., Any], *values: Value) -> Value:
    """Apply a NumPy operation; a result that overflows or is undefined is NULL.

    The processor's own flags say whether any row needs a second look, at no cost.
    """
    arrays = [value.data for value in values]
    unmarked = operate in _PASS_NAN and any(value.unmarked for value in values)
    known = [value.nulls for value in values if not (unmarked and value.unmarked)]
    nulls = union(*known)
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            data = operate(*arrays)
            if unmarked:  # the result is NaN where an operand is, and nowhere else
                found = Value.floats(data)
                return found if nulls is None else replace(found, nulls=union(found.nulls, nulls))
            return Value(Type.FLOAT, data, nulls)
    except FloatingPointError:
        with np.errstate(all="ignore"):
            data = operate(*arrays)
            return Value(Type.FLOAT, data, union(nulls, _broken(data, arrays)))


# NaN comes out of these wherever it goes in; power(NaN, 0) is 1.
_PASS_NAN = frozenset({np.add, np.subtract, np.multiply, np.divide, np.sqrt})


def _broken(data: Floats, arrays: list[Floats]) -> Mask:
    """Return where finite operands gave an infinity, and where the result is NaN."""
    finite = np.logical_and.reduce([np.isfinite(array) for array in np.broadcast_arrays(*arrays)])
    return np.asarray(np.isnan(data) | (np.isinf(data) & finite), dtype=np.bool_)


def add(left: Value, right: Value) -> Value:
    """Return left + right."""
    return _checked(np.add, left, right)


def subtract(left: Value, right: Value) -> Value:
    """Return left - right."""
    return _checked(np.subtract, left, right)


def multiply(left: Value, right: Value) -> Value:
    """Return left · right."""
    return _checked(np.multiply, left, right)


def divide(left: Value, right: Value) -> Value:
    """Return left / right; x/0 is NULL, also for an infinite x."""
    return _checked(np.divide, left, _zero_is_null(right))


def modulo(left: Value, right: Value) -> Value:
    """Return the remainder of truncating division."""
    return _checked(np.fmod, left, _zero_is_null(right))


def _zero_is_null(value: Value) -> Value:
    zero = value.data == 0
    if not zero.any():
        return value
    return Value(Type.FLOAT, np.where(zero, 1.0, value.data), union(value.nulls, zero))


def elementwise(operate: Callable[..., Any], *values: Value) -> Value:
    """Apply any floating-point function, with NULL where it overflows or is undefined."""
    return _checked(operate, *values)


def logarithm(base: Value | None, value: Value) -> Value:
    """Return the logarithm to a base, natural without one; NULL for what is not positive."""
    if base is None:
        return _checked(np.log, _positive(value))
    divisor = _checked(np.log, _positive(base))
    return divide(_checked(np.log, _positive(value)), divisor)


def decimal_logarithm(value: Value) -> Value:
    """Return the logarithm to base 10."""
    return _checked(np.log10, _positive(value))


def _positive(value: Value) -> Value:
    low = ~(value.data > 0)
    if not low.any():
        return value
    return Value(Type.FLOAT, np.where(low, 1.0, value.data), union(value.nulls, low))


def power(base: Value, exponent: Value) -> Value:
    """Return base ** exponent; 0 to a negative power and a negative base's root are NULL."""
    return _checked(np.power, base, exponent)


def rounded(value: Value, digits: int) -> Value:
    """Round to `digits` after the point, halves to even for digits = 0."""
    if digits == 0:
        return Value(Type.FLOAT, np.rint(value.data), value.nulls)
    return Value(Type.FLOAT, np.round(value.data, digits), value.nulls)
