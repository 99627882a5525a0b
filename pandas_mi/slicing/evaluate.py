"""Evaluation of an expression over a block of rows, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.columns import Column, Kind, factorized
from pandas_mi.errors import SliceError
from pandas_mi.slicing import fused
from pandas_mi.slicing.convert import as_boolean
from pandas_mi.slicing.functions import FUNCTIONS, OPERATORS, STRICT
from pandas_mi.slicing.query import Call, Constant, Field, Name, Node, Type, render, walk
from pandas_mi.slicing.values import (
    Mask,
    Mismatch,
    Value,
    constant,
    from_column,
    null_of,
    rows,
    spread,
    take,
)

__all__ = ["Block", "evaluate", "prepared", "truth"]

Array = NDArray[Any]

FEW_CODES = 16  # comparisons of one byte that together cost no more than a lookup in a table
SAMPLE = 1024  # texts that show whether a column repeats itself
# Calls on text that cost less than finding the distinct values; LIKE and functions cost more.
_CHEAP = frozenset({"=", "<>", "<", "<=", ">", ">=", "in", "not", "is null", "is not null"})


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows, and what is known of them so far.

    Attributes
    ----------
    columns : mapping of position to Column
    n_rows : int
    known : dict of int to Value
        Values by the identity of the node that they are the value of.
    fields : dict of int to Value
        Columns' values by position, as they are first asked for.
    fuse : bool
        Whether numexpr computes floating-point arithmetic.
    """

    columns: Mapping[int, Column]
    n_rows: int
    known: dict[int, Value] = field(default_factory=dict)
    fields: dict[int, Value] = field(default_factory=dict)
    fuse: bool = False

    def part(self, start: int, stop: int) -> Block:
        """Return some of the rows."""
        columns = {position: _rows(c, start, stop) for position, c in self.columns.items()}
        known = {node: _part(value, start, stop) for node, value in self.known.items()}
        return Block(columns, stop - start, known, fuse=self.fuse)


def _rows(column: Column, start: int, stop: int) -> Column:
    missing = None if column.missing is None else column.missing[start:stop]
    codes = None if column.codes is None else column.codes[start:stop]
    values = column.values if codes is not None else column.values[start:stop]
    # The constructor costs a tenth of dataclasses.replace, and this runs for every block.
    return Column(column.kind, values, missing, codes, column.unit, column.zone, column.categorical)


def _part(value: Value, start: int, stop: int) -> Value:
    if len(value) == 1:
        return value
    nulls = None if value.nulls is None else value.nulls[start:stop]
    return replace(value, data=value.data[start:stop], nulls=nulls)


def evaluate(node: Node, block: Block) -> Value:
    """Return the value of an expression for each row of a block, or one for all of them.

    Raises
    ------
    SliceError
        When an operand has the wrong type; the message quotes the expression.
    """
    if isinstance(node, Constant):
        return constant(node)
    if isinstance(node, Field):
        return _column(node, block)
    if isinstance(node, Name):
        raise TypeError(f"{node} is not bound to a table")
    known = block.known.get(id(node))
    if known is not None:
        return known
    if block.fuse:
        value = fused.fused(node, block.known, lambda part: evaluate(part, block))
        if value is not None:
            return value
    values = [evaluate(argument, block) for argument in node.args]
    if node.name in STRICT and any(value.null for value in values):
        return null_of(rows(*values))  # nothing but NULL, whatever type it would have had
    try:
        return _function(node)(*values, *node.options)
    except Mismatch as mismatch:
        raise SliceError(f"in {render(node)}: {mismatch}") from None


def truth(where: Node, block: Block) -> Mask:
    """Return where a predicate is known to be true, shape (n,) or (1,).

    AND and OR are true exactly where their operands' truths say so; only below them does it
    matter which rows are false and which are NULL.
    """
    if isinstance(where, Call) and where.name in ("and", "or"):
        join = np.logical_and if where.name == "and" else np.logical_or
        return reduce(join, (truth(argument, block) for argument in where.args))
    value = evaluate(where, block)
    try:
        return np.asarray(as_boolean(value, "a condition").data)
    except Mismatch as mismatch:
        raise SliceError(f"in {render(where)}: {mismatch}") from None


def _function(node: Call) -> Callable[..., Value]:
    operator = OPERATORS.get(node.name)
    return FUNCTIONS[node.name].apply if operator is None else operator


def _column(node: Field, block: Block) -> Value:
    value = block.fields.get(node.position)
    if value is None:
        column = block.columns[node.position]
        value = from_column(column, node.label) if column.codes is None else _decoded(column, node)
        block.fields[node.position] = value
    return value


# ----------------------------------------------------------------- once per distinct value


def prepared(where: Node, block: Block) -> Block:
    """Evaluate what depends on one column with codes, once for each of its distinct values.

    The subtrees' values for the rows of the block are looked up by code.
    """
    texts = {
        place
        for place, column in block.columns.items()
        if column.codes is not None or column.kind is Kind.TEXT
    }
    if not texts:
        return block
    known = dict(block.known)
    coded: dict[int, Column] = {}
    for node in _alone(where, texts):
        position = min(_fields(node))
        if position not in coded:
            coded[position] = _compact(_coded(block.columns[position], node))
        column = coded[position]
        if column.codes is None:
            continue
        table = Block({position: _levels(column)}, len(column.values) + 1)
        known[id(node)] = _looked_up(spread(evaluate(node, table), table.n_rows), column)
    return replace(block, known=known)


def _fields(node: Node) -> set[int]:
    return {part.position for part in walk(node) if isinstance(part, Field)}


def _alone(node: Node, coded: set[int]) -> Iterator[Node]:
    """Yield the largest calls that read one column alone, and that one with codes."""
    if not isinstance(node, Call):
        return
    fields = _fields(node)
    if len(fields) == 1 and fields <= coded and node.name not in ("and", "or"):
        yield node
        return
    for argument in node.args:
        yield from _alone(argument, coded)


def _coded(column: Column, node: Node) -> Column:
    """Find the distinct values of plain text where that costs less than `node` on every row."""
    if column.codes is not None or len(column) <= SAMPLE:
        return column
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


def _compact(column: Column) -> Column:
    """Drop distinct values that no row has, when there are more of them than rows."""
    codes = column.codes
    if codes is None or len(column.values) <= len(codes):
        return column
    used, codes = np.unique(np.maximum(codes, 0), return_inverse=True)
    return replace(column, values=column.values.take(used), codes=codes.reshape(-1))


def _levels(column: Column) -> Column:
    """Return one row for each distinct value, and a last one that is missing."""
    k = len(column.values)
    missing = np.arange(k + 1) == k
    if k == 0:
        return Column(Kind.NULL, np.zeros(1, dtype=np.bool_), missing)
    places = np.minimum(np.arange(k + 1), k - 1)
    return replace(column, values=column.values.take(places), codes=None, missing=missing)


def _looked_up(table: Value, column: Column) -> Value:
    """Return for each row the value that `table` has for its code; the last where missing."""
    codes, missing = column.codes, column.missing
    assert codes is not None  # noqa: S101 - for the type checker
    last = len(table) - 1
    if table.type is Type.BOOLEAN and table.nulls is None and not table.data[last]:
        found = _any_of(codes, np.flatnonzero(table.data))
        return Value(Type.BOOLEAN, found if missing is None else found & ~missing)
    places = codes.astype(np.intp) if missing is None else np.where(missing, last, codes)
    return take(table, places)


def _any_of(codes: Array, wanted: Array) -> Mask:
    """Return which codes are among those wanted: by comparison when they are few."""
    if len(wanted) <= FEW_CODES // codes.itemsize + 2:
        found = np.zeros(len(codes), dtype=np.bool_)
        for code in wanted.astype(codes.dtype):
            found |= codes == code
        return found
    table = np.zeros(int(wanted[-1]) + 2, dtype=np.bool_)
    table[wanted] = True
    return table[np.minimum(codes, len(table) - 1)]


def _decoded(column: Column, node: Field) -> Value:
    column = _compact(column)
    return _looked_up(from_column(_levels(column), node.label), column)
