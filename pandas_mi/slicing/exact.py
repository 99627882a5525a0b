"""Exact arithmetic: whole numbers of powers of ten, in 64 bits while they fit."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import Mask, Mismatch, Value, narrow, rescaled, union

__all__ = ["add", "compare", "divide", "modulo", "multiply", "negate", "to_float"]

Array = NDArray[Any]

INT64 = (-(2**63), 2**63 - 1)
DIGITS = 1000  # a decimal that needs more is out of range, as in PostgreSQL beyond 131,072
_LIMIT = 10**DIGITS

COMPARISONS: dict[str, np.ufunc] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def bounds(data: Array) -> tuple[int, int]:
    """Return the least and the greatest of whole numbers, as Python integers; 0 without any."""
    return (int(data.min()), int(data.max())) if len(data) else (0, 0)


def _inside(low: int, high: int) -> bool:
    return INT64[0] <= low and high <= INT64[1]


# ------------------------------------------------------------------------------ comparing


def compare(symbol: str, left: Array, left_scale: int, right: Array, right_scale: int) -> Mask:
    """Compare whole numbers of 10**-scale, shape (n,) or (1,) each, exactly."""
    if len(right) == 1 and len(left) != 1:
        return _against(symbol, left, left_scale, int(right[0]), right_scale)
    if len(left) == 1 and len(right) != 1:
        return _against(MIRROR[symbol], right, right_scale, int(left[0]), left_scale)
    left = rescaled(left, right_scale - left_scale)
    right = rescaled(right, left_scale - right_scale)
    return np.asarray(COMPARISONS[symbol](left, right), dtype=np.bool_)


MIRROR = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _against(symbol: str, data: Array, scale: int, bound: int, bound_scale: int) -> Mask:
    """Compare with one number, in the data's own dtype."""
    found = settled(symbol, data.dtype, scale, bound, bound_scale)
    if isinstance(found, bool):
        return np.full(len(data), found)
    return np.asarray(COMPARISONS[found[0]](data, found[1]), dtype=np.bool_)


def settled(
    symbol: str, dtype: np.dtype[Any], scale: int, bound: int, bound_scale: int
) -> tuple[str, Any] | bool:
    """Return a comparison as one in the data's own dtype, or its answer where no row matters.

    Examples
    --------
    >>> settled("<", np.dtype(np.int8), 0, 25, 1)  # i < 2.5 becomes i <= 2
    ('<=', np.int8(2))
    >>> settled("<", np.dtype(np.int8), 0, 1000, 0)
    True
    """
    whole, rest = divmod(
        bound * 10 ** max(scale - bound_scale, 0), 10 ** max(bound_scale - scale, 0)
    )
    if rest:  # the bound lies strictly between whole and whole + 1
        if symbol in ("=", "<>"):
            return symbol == "<>"
        symbol = "<=" if symbol in ("<", "<=") else ">"
    if dtype.kind == "O":
        return symbol, whole
    limits = np.iinfo(dtype)
    if limits.min <= whole <= limits.max:
        return symbol, dtype.type(whole)
    above = whole > limits.max
    return symbol == "<>" or ((symbol in ("<", "<=")) == above and symbol != "=")


# ------------------------------------------------------------------------------ computing


def _combined(
    left: Value,
    right: Value,
    operate: Callable[[Any, Any], Any],
    reach: tuple[int, int],
    scale: int,
    extra: Mask | None = None,
) -> Value:
    """Apply an operation whose result lies within `reach`; out of range is NULL."""
    a, b = left.data, right.data
    if not _inside(*reach):
        a, b = a.astype(object), b.astype(object)
    data = operate(_widened(a), _widened(b))
    wide = left.wide or right.wide
    whole = left.type is Type.INTEGER and right.type is Type.INTEGER
    return _ranged(data, union(left.nulls, right.nulls, extra), whole, scale, wide)


def _widened(data: Array) -> Array:
    if data.dtype == object or data.dtype == np.int64:
        return data
    if data.dtype == np.uint64 and len(data) and int(data.max()) > INT64[1]:
        return data.astype(object)
    return data.astype(np.int64)


def _ranged(data: Array, nulls: Mask | None, whole: bool, scale: int, wide: bool) -> Value:
    if data.dtype == object:
        least, most = (
            (INT64[0], 2**64 - 1 if wide else INT64[1]) if whole else (1 - _LIMIT, _LIMIT - 1)
        )
        outside = np.asarray((data < least) | (data > most), dtype=np.bool_)
        if outside.any():
            nulls = union(nulls, outside)
            data = np.where(outside, 0, data)
        data = narrow(data)
    if scale > DIGITS:
        raise Mismatch(f"more than {DIGITS} digits after the decimal point")
    kind = Type.INTEGER if whole else Type.DECIMAL
    return Value(kind, data, nulls, scale=scale, wide=wide and whole)


def _aligned(left: Value, right: Value) -> tuple[Value, Value, int]:
    scale = max(left.scale, right.scale)
    return _scaled(left, scale), _scaled(right, scale), scale


def _scaled(value: Value, scale: int) -> Value:
    return Value(
        value.type,
        rescaled(value.data, scale - value.scale),
        value.nulls,
        scale=scale,
        wide=value.wide,
    )


def add(left: Value, right: Value, sign: int = 1) -> Value:
    """Return left + sign · right for INTEGER or DECIMAL operands."""
    left, right, scale = _aligned(left, right)
    (a, b), (c, d) = bounds(left.data), bounds(right.data)
    if sign > 0:
        return _combined(left, right, operator.add, (min(a + c, a, c), max(b + d, b, d)), scale)
    return _combined(left, right, operator.sub, (min(a - d, a, c), max(b - c, b, d)), scale)


def multiply(left: Value, right: Value) -> Value:
    """Return left · right for INTEGER or DECIMAL operands."""
    (a, b), (c, d) = bounds(left.data), bounds(right.data)
    corners = (a * c, a * d, b * c, b * d, a, b, c, d)
    reach = (min(corners), max(corners))
    return _combined(left, right, operator.mul, reach, left.scale + right.scale)


def negate(value: Value) -> Value:
    """Return -value for INTEGER or DECIMAL."""
    zero = Value(value.type, np.zeros(1, dtype=np.int64), scale=value.scale)
    return add(zero, value, -1)


def _nonzero(right: Value) -> tuple[Value, Mask | None]:
    zero = np.asarray(right.data == 0, dtype=np.bool_)
    if not zero.any():
        return right, None
    data = np.where(zero, 1, right.data)
    return Value(right.type, data, right.nulls, scale=right.scale, wide=right.wide), zero


def divide(left: Value, right: Value) -> Value:
    """Return left / right: integers truncate, decimals get PostgreSQL's number of digits."""
    right, zero = _nonzero(right)
    if left.type is Type.INTEGER and right.type is Type.INTEGER:
        low, high = bounds(left.data)
        (c, d) = bounds(right.data)
        reach = (min(low, -high, c), max(high, -low, d))
        return _combined(left, right, _truncated, reach, 0, zero)
    return _decimal_quotient(left, right, zero)


def _truncated(a: Array, b: Array) -> Array:
    """Divide towards zero; NumPy and Python divide towards minus infinity."""
    quotient = a // b
    inexact = (quotient * b != a) & ((a < 0) != (b < 0))
    return np.asarray(quotient + inexact.astype(np.int64))


def modulo(left: Value, right: Value) -> Value:
    """Return the remainder of truncating division: it has the sign of `left`."""
    right, zero = _nonzero(right)
    left, right, scale = _aligned(left, right)
    (a, b), (c, d) = bounds(left.data), bounds(right.data)
    return _combined(left, right, _remainder, (min(a, c, -b), max(b, d, -a)), scale, zero)


def _remainder(a: Array, b: Array) -> Array:
    return np.asarray(a - _truncated(a, b) * b)


# ------------------------------------------------------------------------- decimal division


def _decimal_quotient(left: Value, right: Value, zero: Mask | None) -> Value:
    """Divide as PostgreSQL's numeric does: at least 16 significant digits, rounded half away."""
    a, b = np.broadcast_arrays(left.data.astype(object), right.data.astype(object))
    digits = _quotient_digits(a, left.scale, b, right.scale)
    most = int(digits.max()) if len(digits) else 0
    shift = digits + right.scale - left.scale
    quotient = _rounded(abs(a) * _powers(shift), abs(b) * _powers(-shift))
    signed = np.where((a < 0) != (b < 0), -quotient, quotient)
    data = signed * _powers(most - digits)
    return _ranged(data, union(left.nulls, right.nulls, zero), False, most, False)


def _rounded(numerator: Array, denominator: Array) -> Array:
    """Divide nonnegative by positive Python integers, halves away from zero."""
    return np.asarray((2 * numerator + denominator) // (2 * denominator))


def _powers(exponents: Array) -> Array:
    """Return 10**exponent as Python integers; each distinct exponent is raised once."""
    distinct, codes = np.unique(exponents, return_inverse=True)
    raised = np.empty(len(distinct), dtype=object)
    raised[:] = [10 ** max(int(exponent), 0) for exponent in distinct]
    return raised[codes.reshape(-1)]


def _quotient_digits(a: Array, a_scale: int, b: Array, b_scale: int) -> NDArray[np.int64]:
    """Return how many digits after the point each quotient has (numeric.c, select_div_scale)."""
    a_weight, a_first = _leading(a, a_scale)
    b_weight, b_first = _leading(b, b_scale)
    weight = a_weight - b_weight - (a_first <= b_first)
    digits = np.maximum(16 - 4 * weight, max(a_scale, b_scale, 0))
    return np.asarray(digits.clip(max=DIGITS), dtype=np.int64)


def _leading(data: Array, scale: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the weight and the value of the first digit to base 10,000; (0, 0) of zero."""
    distinct, codes = np.unique(data, return_inverse=True)
    pairs = np.array([_first_digit(abs(int(value)), scale) for value in distinct] or [(0, 0)])
    weights, firsts = pairs.T.astype(np.int64)
    codes = codes.reshape(-1)
    return weights[codes], firsts[codes]


def _first_digit(whole: int, scale: int) -> tuple[int, int]:
    if whole == 0:
        return 0, 0
    padding = -scale % 4  # the point falls between two digits to base 10,000
    text = str(whole * 10**padding)
    groups = -(-len(text) // 4)
    first = int(text[: len(text) - 4 * (groups - 1)])
    return groups - 1 - (scale + padding) // 4, first


# ------------------------------------------------------------------------------- to floats


def to_float(data: Array, scale: int) -> NDArray[np.float64]:
    """Return whole numbers of 10**-scale as the nearest float64.

    >>> to_float(np.array([1, 3]), 1)
    array([0.1, 0.3])
    """
    if scale == 0 and data.dtype != object:
        return data.astype(np.float64)
    if data.dtype != object and scale <= 22 and max(map(abs, bounds(data))) < 2**53:
        return np.asarray(data / 10.0**scale)  # both exact, so that IEEE rounds but once
    distinct, codes = np.unique(data.astype(object), return_inverse=True)
    floats = np.array([_nearest(int(whole), scale) for whole in distinct], dtype=np.float64)
    return floats[codes.reshape(-1)]


def _nearest(whole: int, scale: int) -> float:
    try:
        nearest: float = whole / 10**scale  # Python divides integers with one rounding
        return nearest
    except OverflowError:
        return float("inf") if whole > 0 else float("-inf")
