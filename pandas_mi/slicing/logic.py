"""AND, OR, NOT, IS, CASE and COALESCE in three-valued logic."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa

from pandas_mi.slicing.convert import as_boolean, unified
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import Mask, Mismatch, Value, boolean, rescaled, rows, spread, union

__all__ = ["case", "choose", "coalesce", "conjunction", "disjunction", "is_null", "negation"]

# A BOOLEAN is False where it is null, so that its data alone says what is known to be true.


def every(*values: Value) -> Value:
    """Return ``a AND b AND …``."""
    return reduce(conjunction, [as_boolean(value, "AND") for value in values])


def some(*values: Value) -> Value:
    """Return ``a OR b OR …``."""
    return reduce(disjunction, [as_boolean(value, "OR") for value in values])


def conjunction(left: Value, right: Value) -> Value:
    """Return ``left AND right``: false when either is, else NULL when either is."""
    data = left.data & right.data
    nulls = union(left.nulls, right.nulls)
    if nulls is not None:
        nulls = nulls & _possible(left) & _possible(right)
    return Value(Type.BOOLEAN, data, nulls)


def _possible(value: Value) -> Mask:
    """Return where a boolean is true or NULL."""
    return np.asarray(value.data if value.nulls is None else value.data | value.nulls)


def disjunction(left: Value, right: Value) -> Value:
    """Return ``left OR right``: true when either is, else NULL when either is."""
    data = left.data | right.data
    nulls = union(left.nulls, right.nulls)
    return Value(Type.BOOLEAN, data, None if nulls is None else nulls & ~data)


def negation(value: Value) -> Value:
    """Return ``NOT value``."""
    value = as_boolean(value, "NOT")
    return boolean(~value.data, value.nulls)


def is_null(value: Value, known: bool = False) -> Value:
    """Return ``value IS NULL`` (IS NOT NULL when `known`)."""
    if value.nulls is None:
        return boolean(np.full(len(value), known))
    return boolean(~value.nulls if known else value.nulls)


def is_truth(value: Value, truth: bool) -> Value:
    """Return ``value IS TRUE`` or ``IS FALSE``."""
    value = as_boolean(value, "IS TRUE")
    return boolean(value.data if truth else ~_possible(value))


# --------------------------------------------------------------------------------- choice


def coalesce(*values: Value) -> Value:
    """Return the first operand that is not NULL."""
    result, *others = unified(values, "combine")
    for other in others:
        if result.nulls is None:
            break
        n = rows(result, other)
        result, other = spread(result, n), spread(other, n)
        result = choose(result.nulls, other, result)
    return result


def case(*values: Value) -> Value:
    """Return CASE: conditions and results in turn, then what holds when no condition is true."""
    conditions = [as_boolean(value, "CASE WHEN").data for value in values[:-1:2]]
    *results, default = unified([*values[1:-1:2], values[-1]], "combine")
    n = rows(*values)
    chosen = spread(default, n)
    for condition, result in zip(reversed(conditions), reversed(results), strict=True):
        chosen = choose(np.broadcast_to(condition, n), spread(result, n), chosen)
    return chosen


def choose(condition: Mask | None, yes: Value, no: Value) -> Value:
    """Return the rows of `yes` where the condition is True, else those of `no`."""
    if condition is None:
        return no
    nulls = None
    if yes.nulls is not None or no.nulls is not None:
        nulls = np.where(condition, _null_rows(yes), _null_rows(no))
    if isinstance(no.data, pa.Array):
        return replace(no, data=_choose_text(condition, yes.data, no.data), nulls=nulls)
    scale = max(yes.scale, no.scale)
    a, b = (rescaled(value.data, scale - value.scale) for value in (yes, no))
    if yes.type is Type.INTERVAL and (yes.months, yes.days) != (no.months, no.days):
        raise Mismatch("cannot choose between intervals of different months or days")
    data: Any = np.where(condition, a, b)
    zone = no.zone or yes.zone
    return replace(no, data=data, nulls=nulls, scale=scale, zone=zone, wide=yes.wide or no.wide)


def _null_rows(value: Value) -> Any:
    return False if value.nulls is None else value.nulls


def _choose_text(condition: Mask, yes: pa.Array, no: pa.Array) -> pa.Array:
    if yes.type != no.type:
        yes, no = yes.cast(pa.large_string()), no.cast(pa.large_string())
    both = pa.concat_arrays([yes, no])
    n = len(condition)
    return both.take(pa.array(np.arange(n) + np.where(condition, 0, n)))
