"""Evaluation of an expression over a block of rows, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pandas_mi.columns import Column, Kind, Mask
from pandas_mi.errors import SliceError
from pandas_mi.slicing import codes, fused
from pandas_mi.slicing.convert import as_boolean
from pandas_mi.slicing.functions import FUNCTIONS, OPERATORS, STRICT
from pandas_mi.slicing.query import Call, Constant, Field, Name, Node, render
from pandas_mi.slicing.values import (
    Mismatch,
    Value,
    constant,
    from_column,
    null_of,
    rows,
    spread,
)

__all__ = ["Block", "by_level", "coded", "evaluate", "prepared", "true_of", "truth"]


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
    coded : dict of int to Column
        Columns of text with their distinct values found, by position.
    fuse : bool
        Whether numexpr computes floating-point arithmetic.
    """

    columns: Mapping[int, Column]
    n_rows: int
    known: dict[int, Value] = field(default_factory=dict)
    fields: dict[int, Value] = field(default_factory=dict)
    coded: dict[int, Column] = field(default_factory=dict)
    fuse: bool = False

    def part(self, start: int, stop: int) -> Block:
        """Return some of the rows."""
        columns = {place: column.part(start, stop) for place, column in self.columns.items()}
        known = {node: _part(value, start, stop) for node, value in self.known.items()}
        return Block(columns, stop - start, known, fuse=self.fuse)


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
    """Return where a predicate is known to be true, shape (n,) or (1,)."""
    return true_of(where, evaluate(where, block))


def true_of(where: Node, value: Value) -> Mask:
    """Return where a predicate's value is true."""
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
    """Evaluate what reads no column once, and what reads one with codes once for each code.

    The subtrees' values for the rows of the block are looked up by code.
    """
    known = dict(block.known)
    for node in codes.constants(where):
        known[id(node)] = evaluate(node, block)
    texts = {place for place, column in block.columns.items() if _texts(column)}
    for node in codes.alone(where, texts):
        column = coded(node, block)
        if column.codes is not None:
            known[id(node)] = codes.looked_up(by_level(node, column), column)
    return replace(block, known=known)


def _texts(column: Column) -> bool:
    return column.codes is not None or column.kind is Kind.TEXT


def coded(node: Node, block: Block) -> Column:
    """Return the one column that a node reads, with codes where they pay; found but once."""
    (position,) = codes.fields(node)
    column = block.coded.get(position)
    if column is None:
        column = codes.coded(block.columns[position], node)
        if column.codes is not None:
            block.coded[position] = column
    return column


def by_level(node: Node, column: Column) -> Value:
    """Return a node's value for each distinct value of its column, and last for a missing one."""
    (position,) = codes.fields(node)
    table = Block({position: codes.levels(column)}, len(column.values) + 1)
    return spread(evaluate(node, table), table.n_rows)


def _decoded(column: Column, node: Field) -> Value:
    column = codes.compact(column)
    return codes.looked_up(from_column(codes.levels(column), node.label), column)
