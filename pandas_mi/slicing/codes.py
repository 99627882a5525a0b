"""Columns with codes: what depends on one alone is computed once for each distinct value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pandas_mi.columns import Array, Column, Kind, Mask, factorized
from pandas_mi.slicing.query import Call, Constant, Field, Node, Type, walk
from pandas_mi.slicing.values import Value, take

__all__ = ["alone", "coded", "compact", "constants", "fields", "finder", "levels", "looked_up"]

LOOKUP_BYTES = 8  # runs of codes, times bytes of a code, that cost as much as a lookup
LOOKUP_ROWS = 2**14  # whose codes, widened to 64 bits on the way, stay in the nearest cache
SAMPLE = 1024  # texts that show whether a column repeats itself
# Calls on text that cost less than finding the distinct values; LIKE and functions cost more.
_CHEAP = frozenset({"=", "<>", "<", "<=", ">", ">=", "in", "not", "is null", "is not null"})


def fields(node: Node) -> set[int]:
    """Return the positions of the columns that an expression reads."""
    return {part.position for part in walk(node) if isinstance(part, Field)}


def constants(node: Node) -> Iterator[Call]:
    """Yield the largest calls that read no column."""
    if not isinstance(node, Call):
        return
    if not fields(node):
        yield node
        return
    for argument in node.args:
        yield from constants(argument)


def alone(node: Node, texts: set[int]) -> Iterator[Call]:
    """Yield the largest calls that read one column alone, and that one of `texts`."""
    if not isinstance(node, Call):
        return
    read = fields(node)
    if len(read) == 1 and read <= texts and node.name not in ("and", "or"):
        yield node
        return
    for argument in node.args:
        yield from alone(argument, texts)


def coded(column: Column, node: Node) -> Column:
    """Find the distinct values of plain text where that costs less than `node` on every row."""
    if column.codes is not None or column.kind is not Kind.TEXT or len(column) <= SAMPLE:
        return compact(column)
    if all(_cheap(part) for part in walk(node) if isinstance(part, Call)):
        return column
    texts: Any = column.values
    repeats = len(texts.slice(0, SAMPLE).unique()) <= SAMPLE // 8
    return factorized(column) if repeats else column


def _cheap(node: Call) -> bool:
    if node.name != "like":
        return node.name in _CHEAP
    pattern = node.args[1]
    text = str(pattern.value) if isinstance(pattern, Constant) else "_"
    return text.endswith("%") and not any(wildcard in text[:-1] for wildcard in "%_\\")


def compact(column: Column) -> Column:
    """Drop distinct values that no row has, when there are more of them than rows."""
    codes = column.codes
    if codes is None or len(column.values) <= len(codes):
        return column
    if len(codes) == 0:  # one value is left to tell the type
        return replace(column, values=column.values[:1])
    used, codes = np.unique(np.maximum(codes, 0), return_inverse=True)
    return replace(column, values=column.values.take(used), codes=codes.reshape(-1))


def levels(column: Column) -> Column:
    """Return one row for each distinct value, and a last one that is missing."""
    k = len(column.values)
    missing = np.arange(k + 1) == k
    if k == 0:
        return Column(Kind.NULL, np.zeros(1, dtype=np.bool_), missing)
    places = np.minimum(np.arange(k + 1), k - 1)
    return replace(column, values=column.values.take(places), codes=None, missing=missing)


def looked_up(table: Value, column: Column) -> Value:
    """Return for each row the value that `table` has for its code; the last where missing."""
    codes, missing = column.codes, column.missing
    assert codes is not None  # noqa: S101 - for the type checker
    last = len(table) - 1
    if table.type is Type.BOOLEAN and table.nulls is None and not table.data[last]:
        found = np.empty(len(codes), dtype=np.bool_)
        finder(table.data, codes.dtype)(codes, found)
        return Value(Type.BOOLEAN, found if missing is None else found & ~missing)
    places = codes.astype(np.intp) if missing is None else np.where(missing, last, codes)
    return take(table, places)


def finder(table: Mask, dtype: np.dtype[Any]) -> Callable[[Array, Mask], None]:
    """Return what writes ``table[codes]`` of such codes into its second argument.

    By comparisons where the entries that are True stand together: categories are sorted as a
    rule, so that a prefix or a range is one run of codes. A run costs 0.7 ms for five million
    codes of one byte, the table 4.8 ms. The last entry of the table is that of missing rows.
    """
    edges = np.flatnonzero(np.diff(table[:-1], prepend=False, append=False)).tolist()
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    if len(runs) * dtype.itemsize > LOOKUP_BYTES:
        return partial(_by_table, table)
    return partial(_by_runs, runs)


def _by_table(table: Mask, codes: Array, out: Mask) -> None:
    for start in range(0, len(codes), LOOKUP_ROWS):
        part = slice(start, start + LOOKUP_ROWS)
        np.take(table, codes[part], mode="clip", out=out[part])


def _by_runs(runs: list[tuple[int, int]], codes: Array, out: Mask) -> None:
    if not runs:
        out.fill(False)
        return
    _within(runs[0], codes, out)
    for run in runs[1:]:
        found = np.empty_like(out)
        _within(run, codes, found)
        np.logical_or(out, found, out=out)


def _within(run: tuple[int, int], codes: Array, out: Mask) -> None:
    first, end = run
    if end - first == 1:
        np.equal(codes, first, out=out)
    else:  # one comparison, for what lies below wraps around to large numbers
        unsigned = (codes - codes.dtype.type(first)).view(f"u{codes.itemsize}")
        np.less(unsigned, end - first, out=out)
