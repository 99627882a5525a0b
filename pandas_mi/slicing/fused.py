"""Floating-point arithmetic as one fused numexpr expression, where the figures favour it.

numexpr computes ``+ - * /`` and SQRT of float64 bit for bit as NumPy does. It gets generated
names and whole numbers of its own, never the query's text. What it cannot tell (which rows
overflowed) sends the block back to NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pandas_mi.slicing import arithmetic, convert
from pandas_mi.slicing.query import Call, Node, Type, walk
from pandas_mi.slicing.values import NUMERIC, Mismatch, Value, union

__all__ = ["fused", "preferred"]

# Measured by `python -m benchmarks.slicing` on one and two threads (docs/slices.md has the
# figures): NumPy in blocks is ahead for square roots of 6 operations and for divisions, whose
# denominators must be checked; numexpr from 7 operations on.
MIN_OPERATIONS = 7
MIN_ROWS = 500_000
MAX_OPERATIONS = 60  # numexpr fails beyond 63 inputs or about 250 constants

_SYMBOLS = frozenset("+-*/")


@dataclass(slots=True)
class _Formula:
    """An expression of the operands v0, v1, … that numexpr has not computed yet."""

    text: str
    operands: dict[str, Value]


def preferred(where: Node | None, n_rows: int) -> bool:
    """Return whether numexpr is expected to beat NumPy on a predicate."""
    if where is None or n_rows < MIN_ROWS or not pd.get_option("compute.use_numexpr"):
        return False
    longest = max((_size(node) for node in walk(where) if _fusable(node)), default=0)
    divides = any("/" in node.options for node in walk(where) if isinstance(node, Call))
    return longest >= MIN_OPERATIONS and not divides and _installed()


def _installed() -> bool:
    try:
        import numexpr  # noqa: F401
    except ImportError:
        return False
    return True


def _fusable(node: Node) -> bool:
    if not isinstance(node, Call):
        return False
    return node.name in ("-", "sqrt") or (
        node.name in ("sum", "product") and _SYMBOLS.issuperset(map(str, node.options))
    )


def _size(node: Node) -> int:
    if not isinstance(node, Call) or not _fusable(node):
        return 0
    return max(len(node.args) - 1, 1) + sum(map(_size, node.args))


def fused(node: Call, known: dict[int, Value], value_of: Callable[[Node], Value]) -> Value | None:
    """Return the value of floating-point arithmetic, or None where NumPy must compute it.

    Parameters
    ----------
    node : Call
    known : dict of int to Value
        Filled with the operands' values by the identity of their nodes, so that NumPy need not
        evaluate them again.
    value_of : callable
        From a node to its value.
    """
    if not _fusable(node) or _size(node) > MAX_OPERATIONS:
        return None
    try:
        formula = _Builder(known, value_of).formula(node)
    except (_NotFloats, Mismatch):  # dates and intervals add up too
        return None
    return _computed(formula) if isinstance(formula, _Formula) else formula


def _computed(formula: _Formula) -> Value | None:
    import numexpr

    operands = {name: value.data for name, value in formula.operands.items()}
    data = numexpr.evaluate(
        formula.text, local_dict={**operands, "nan": np.nan}, global_dict={}, sanitize=False
    )
    doubtful = ~np.isfinite(data)
    some = bool(doubtful.any())
    # Where all is finite no operand was NaN, and what is not marked need not be.
    marked = [value for value in formula.operands.values() if some or not value.unmarked]
    nulls = union(*(value.nulls for value in marked))
    if some and nulls is not None:
        some = bool((doubtful & ~nulls).any())
    return None if some else Value(Type.FLOAT, np.atleast_1d(data), nulls)


class _Builder:
    """Collects the operands of one formula while it is put together."""

    def __init__(self, known: dict[int, Value], value_of: Callable[[Node], Value]) -> None:
        self._known = known
        self._value_of = value_of
        self._operands: dict[str, Value] = {}

    def formula(self, node: Node) -> _Formula | Value:
        """Return the formula of a node, or its value when it is no float64 arithmetic."""
        if not isinstance(node, Call) or not _fusable(node):
            value = self._value_of(node)
            if isinstance(node, Call):
                self._known[id(node)] = value
            if value.null:  # of no type yet: whatever it takes part in is NULL of no type too
                raise _NotFloats
            return value
        parts = [self.formula(argument) for argument in node.args]
        if node.name == "sqrt":
            return self._wrapped("sqrt({})", parts[0], node)
        if node.name == "-":
            return self._wrapped("(-{})", parts[0], node)
        result = parts[0]
        for symbol, part in zip(node.options, parts[1:], strict=True):
            result = self._joined(str(symbol), result, part)
        return result

    def _wrapped(self, shape: str, part: _Formula | Value, node: Call) -> _Formula | Value:
        if isinstance(part, Value):
            if part.type is not Type.FLOAT:
                apply = arithmetic.negate if node.name == "-" else arithmetic.square_root
                return apply(part)
            part = self._operand(part)
        return _Formula(shape.format(part.text), self._operands)

    def _joined(self, symbol: str, left: Any, right: Any) -> _Formula | Value:
        values = [part for part in (left, right) if isinstance(part, Value)]
        if len(values) == 2 and Type.FLOAT not in (left.type, right.type):
            return arithmetic.apply(symbol, left, right)
        if any(value.type not in NUMERIC for value in values):
            raise _NotFloats
        a, b = self._text(left), self._text(right)
        if symbol == "/":
            # Zero, or what overflowed: NaN makes the row doubtful.
            quotient = f"where(({b} == 0) | ({b} * 0 != 0), nan, {a} / {b})"
            return _Formula(quotient, self._operands)
        return _Formula(f"({a} {symbol} {b})", self._operands)

    def _text(self, part: Any) -> str:
        formula = self._operand(part) if isinstance(part, Value) else part
        return str(formula.text)

    def _operand(self, value: Value) -> _Formula:
        name = f"v{len(self._operands)}"
        self._operands[name] = convert.as_float(value)
        return _Formula(name, self._operands)


class _NotFloats(Exception):  # noqa: N818 - never leaves this module
    """An operand that is no number."""
