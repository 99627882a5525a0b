"""Comparisons in three-valued logic, for operands of any type that has an order."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pandas_mi.slicing import exact, logic, temporal, text
from pandas_mi.slicing.convert import unified
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import OPAQUE, Mask, Mismatch, Value, boolean, rows, spread, union

__all__ = ["between", "compare", "contains", "distinct", "extreme", "nullif"]

MANY = 8  # items from which one hash lookup is faster than a comparison with each


def compare(left: Value, right: Value, symbol: str) -> Value:
    """Return ``left symbol right``: NULL when one of them is."""
    a, b = unified([left, right], "compare")
    _check_ordered(a)
    if symbol != "<>" and all(value.unmarked or value.nulls is None for value in (a, b)):
        # What is not marked is NaN, and so false by itself.
        data = _compared(symbol, a, b)
        return Value.later(Type.BOOLEAN, data, lambda: union(a.nulls, b.nulls))
    nulls = union(a.nulls, b.nulls)
    return boolean(_compared(symbol, a, b), nulls)


def _check_ordered(value: Value) -> None:
    if value.type in OPAQUE:
        raise Mismatch(f"cannot compare {value.type}; only IS [NOT] NULL applies to it")


def _compared(symbol: str, a: Value, b: Value) -> Mask:
    if a.type is Type.TEXT:
        return text.compare(symbol, a, b)
    if a.type in (Type.FLOAT, Type.BOOLEAN):
        return np.asarray(exact.COMPARISONS[symbol](a.data, b.data), dtype=np.bool_)
    if a.type is Type.DATE:
        return exact.compare(symbol, a.data, 0, b.data, 0)
    return exact.compare(symbol, *temporal.seconds(a), *temporal.seconds(b))


def between(value: Value, low: Value, high: Value, symmetric: bool = False) -> Value:
    """Return ``value BETWEEN low AND high``; either order of the bounds when symmetric."""
    inside = logic.conjunction(compare(value, low, ">="), compare(value, high, "<="))
    if not symmetric:
        return inside
    swapped = logic.conjunction(compare(value, high, ">="), compare(value, low, "<="))
    return logic.disjunction(inside, swapped)


def distinct(left: Value, right: Value, same: bool = False) -> Value:
    """Return ``left IS DISTINCT FROM right`` (NOT DISTINCT when `same`): never NULL."""
    equal = compare(left, right, "=")
    n = len(equal.data)
    a, b = (np.broadcast_to(_nulls(value), n) for value in (left, right))
    alike = np.where(a | b, a & b, equal.data)
    return boolean(alike if same else ~alike)


def _nulls(value: Value) -> Mask:
    return np.zeros(len(value), dtype=np.bool_) if value.nulls is None else value.nulls


# ----------------------------------------------------------------------------- IN (list)


def contains(value: Value, *items: Value) -> Value:
    """Return ``value IN (items)``: NULL rather than false when an item is NULL."""
    unified([value, *(item for item in items if not item.null)], "compare")
    known = [item for item in items if not item.null]
    many = 1 if value.type is Type.TEXT else MANY  # one hash of a text costs two comparisons
    if len(known) > many and all(len(item) == 1 and item.nulls is None for item in known):
        found = _looked_up(value, known)
    else:
        found = reduce(
            logic.disjunction, [compare(value, item, "=") for item in known] or [_false(value)]
        )
    if len(known) < len(items):
        found = logic.disjunction(
            found, compare(value, items[0] if items[0].null else _null(items), "=")
        )
    return found


def _null(items: tuple[Value, ...]) -> Value:
    return next(item for item in items if item.null)


def _false(value: Value) -> Value:
    return boolean(np.zeros(len(value), dtype=np.bool_), value.nulls)


def _looked_up(value: Value, items: list[Value]) -> Value:
    """Look every row up in one hash table of the items."""
    value, *items = unified([value, *items], "compare")
    _check_ordered(value)
    if value.type is Type.TEXT:
        wanted = pa.array([item.data[0].as_py() for item in items], type=value.data.type)
        return boolean(text.truths(pc.is_in(value.data, value_set=wanted)), value.nulls)
    if value.type in (Type.FLOAT, Type.BOOLEAN):
        return boolean(_member(value.data, np.concatenate([i.data for i in items])), value.nulls)
    data, scale = temporal.seconds(value)
    return boolean(_member(data, _wanted(items, data, scale)), value.nulls)


def _wanted(items: list[Value], data: Any, scale: int) -> Any:
    """Return the items that the data's own unit and dtype can hold; no row equals the others."""
    limits = None if data.dtype == object else np.iinfo(data.dtype)
    wanted = []
    for counts, item_scale in map(temporal.seconds, items):
        whole, rest = divmod(
            int(counts[0]) * 10 ** max(scale - item_scale, 0), 10 ** max(item_scale - scale, 0)
        )
        if not rest and (limits is None or limits.min <= whole <= limits.max):
            wanted.append(whole)
    return np.array(wanted, dtype=data.dtype)


def _member(data: Any, wanted: Any) -> Mask:
    return np.asarray(pd.Series(data).isin(wanted).to_numpy(), dtype=np.bool_)


def simple_case(value: Value, *branches: Value) -> Value:
    """Return ``CASE value WHEN … THEN … ELSE … END``."""
    *pairs, default = branches
    conditions = [compare(value, candidate, "=") for candidate in pairs[::2]]
    turns = [part for turn in zip(conditions, pairs[1::2], strict=True) for part in turn]
    return logic.case(*turns, default)


# ----------------------------------------------------- NULLIF, GREATEST and LEAST, by order


def nullif(left: Value, right: Value) -> Value:
    """Return `left`, or NULL where it equals `right`."""
    equal = compare(left, right, "=").data
    if left.type is Type.UNKNOWN and right.type is not Type.UNKNOWN:
        left = unified([left, right], "compare")[0]
    elif left.type is Type.UNKNOWN:
        left = unified([left], "compare")[0]
    left = spread(left, len(equal)) if len(left) == 1 else left
    equal = np.broadcast_to(equal, len(left))
    if left.type is Type.BOOLEAN:
        return boolean(left.data, union(left.nulls, equal))
    return text.spread_nulls(left, union(left.nulls, equal))


def extreme(*values: Value, symbol: str) -> Value:
    """Return the greatest (symbol ">") or least ("<") of the operands that are not NULL."""
    typed = unified(values, "compare")
    for value in typed:
        _check_ordered(value)
    return reduce(lambda best, other: _better(best, other, symbol), typed)


def _better(best: Value, other: Value, symbol: str) -> Value:
    n = rows(best, other)
    best, other = spread(best, n), spread(other, n)
    replace_it = (_compared(symbol, other, best) & ~_nulls(other)) | _nulls(best)
    return logic.choose(replace_it, other, best)
