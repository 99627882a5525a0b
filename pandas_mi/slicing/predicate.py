"""Where a predicate is true: bound once to a block, then asked for run after run of its rows.

Only the truth of the whole matters, so that AND and OR need no more of their operands than where
they are true, and NOT is pushed down to the comparisons: ``NOT a < 5`` is ``a >= 5``, NULL where
`a` is. A comparison of a column with a constant is one NumPy call on the column's own values; a
NaN makes it false by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pandas_mi.columns import Array, Column, Kind, Mask
from pandas_mi.slicing import codes, exact, short
from pandas_mi.slicing.convert import unified
from pandas_mi.slicing.evaluate import Block, by_level, coded, evaluate, prepared, true_of, truth
from pandas_mi.slicing.like import pattern_parts
from pandas_mi.slicing.query import Call, Constant, Field, Node, Type
from pandas_mi.slicing.values import Mismatch, Value, from_column

__all__ = ["Test", "compiled"]

# Writes where rows `start` to `stop` of the block pass into the last argument, all of it.
Test = Callable[[int, int, Mask], None]

_NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
_PREDICATES = frozenset(
    {*_NEGATED, "between", "between symmetric", "in", "like", "ilike", "is null", "is not null"}
    | {"is true", "is false", "is distinct from", "is not distinct from"}
)
# Types whose values are whole numbers of one scale, which compare in the column's own dtype.
_WHOLE = frozenset(
    {Type.INTEGER, Type.DECIMAL, Type.DATE, Type.TIMESTAMP, Type.TIMESTAMPTZ, Type.TIME}
)


def compiled(where: Node, block: Block, negated: bool = False) -> Test:
    """Return the test of whether a predicate (or its negation) is true.

    Raises
    ------
    SliceError
        When an operand has the wrong type, whether or not any row would be asked for it.
    """
    if isinstance(where, Call):
        if where.name in ("and", "or"):
            every = (where.name == "and") != negated
            tests = [compiled(argument, block, negated) for argument in where.args]
            return _every(tests) if every else _some(tests)
        if where.name == "not" and _logical(where.args[0]):
            return compiled(where.args[0], block, not negated)
        for rule in (_comparison, _between, _listed, _prefix):
            test = rule(where, block, negated)
            if test is not None:
                return test
    return _computed(Call("not", (where,)) if negated else where, block)


def _logical(node: Node) -> bool:
    """Return whether a node is a boolean for sure, so that NOT need not check its type."""
    if not isinstance(node, Call):
        return False
    if node.name in ("and", "or", "not"):
        return all(map(_logical, node.args))
    return node.name in _PREDICATES


# ---------------------------------------------------------------------------------- logic


def _every(tests: list[Test]) -> Test:
    first, *others = tests

    def test(start: int, stop: int, out: Mask) -> None:
        first(start, stop, out)
        found = np.empty_like(out)
        for other in others:
            if not out.any():  # a pass over the booleans costs a tenth of a comparison
                return
            other(start, stop, found)
            np.logical_and(out, found, out=out)

    return test


def _some(tests: list[Test]) -> Test:
    first, *others = tests

    def test(start: int, stop: int, out: Mask) -> None:
        first(start, stop, out)
        found = np.empty_like(out)
        for other in others:
            other(start, stop, found)
            np.logical_or(out, found, out=out)

    return test


def _known(test: Test, column: Column) -> Test:
    """Return the test, which fails where the column is missing."""
    missing = column.missing
    if missing is None:
        return test

    def known(start: int, stop: int, out: Mask) -> None:
        test(start, stop, out)
        np.greater(out, missing[start:stop], out=out)  # and not missing

    return known


# ----------------------------------------------------- a column compared with a constant


def _comparison(node: Call, block: Block, negated: bool) -> Test | None:
    """Return the test of ``column < constant``, or None where it takes more than that."""
    if node.name not in exact.COMPARISONS:
        return None
    left, right = node.args
    symbol = _NEGATED[node.name] if negated else node.name
    if isinstance(left, Field) and _constant(right):
        return _against(left, symbol, right, block)
    if isinstance(right, Field) and _constant(left):
        return _against(right, exact.MIRROR[symbol], left, block)
    return None


def _between(node: Call, block: Block, negated: bool) -> Test | None:
    if node.name != "between":
        return None
    place, bounds = node.args[0], node.args[1:]
    tests = []
    for symbol, bound in zip((">=", "<="), bounds, strict=True):
        test = None
        if isinstance(place, Field) and _constant(bound):
            test = _against(place, _NEGATED[symbol] if negated else symbol, bound, block)
        if test is None:
            return None
        tests.append(test)
    return _some(tests) if negated else _every(tests)


def _against(place: Field, symbol: str, bound: Node, block: Block) -> Test | None:
    column = block.columns[place.position]
    if column.codes is not None:
        return None
    held = from_column(column.part(0, 0), place.label)
    try:
        common, limit = unified([held, evaluate(bound, block)], "compare")
    except Mismatch:
        return None  # whose message quotes the expression
    if limit.nulls is not None:
        return None
    if common.type is Type.FLOAT:
        return _float_test(column, symbol, limit)
    if common.type in _WHOLE and (held.type is common.type or held.type is Type.INTEGER):
        return _whole_test(column, symbol, held, limit)
    return None


def _float_test(column: Column, symbol: str, limit: Value) -> Test | None:
    if column.kind is not Kind.FLOAT or column.values.dtype != np.float64:
        return None
    test = _ufunc_test(symbol, column.values, limit.data[0])
    # NaN fails every comparison but <>: what was not marked need not be.
    return test if column.unmarked and symbol != "<>" else _known(test, column)


def _whole_test(column: Column, symbol: str, held: Value, limit: Value) -> Test | None:
    data = column.values
    if not isinstance(data, np.ndarray) or data.dtype.kind not in "iu":
        return None
    scales = (0, 0) if held.type is Type.DATE else (held.scale, limit.scale)
    settled = exact.settled(symbol, data.dtype, scales[0], int(limit.data[0]), scales[1])
    if isinstance(settled, bool):
        always = settled
        return _known(lambda start, stop, out: out.fill(always), column)
    return _known(_ufunc_test(settled[0], data, settled[1]), column)


def _ufunc_test(symbol: str, data: Array, bound: Any) -> Test:
    ufunc = exact.COMPARISONS[symbol]
    return lambda start, stop, out: ufunc(data[start:stop], bound, out=out)


# --------------------------------------------------------------- short text, in few items


def _listed(node: Call, block: Block, negated: bool) -> Test | None:
    """Return the test of ``text IN ('a', 'b')``."""
    texts = _texts(node, "in", block)
    items = [item.value for item in node.args[1:] if isinstance(item, Constant)]
    if texts is None or len(items) < len(node.args) - 1 or (negated and None in items):
        return None
    known = [str(item) for item in items if item is not None]
    return _text_test(short.equals(texts.values, known), texts, negated)


def _prefix(node: Call, block: Block, negated: bool) -> Test | None:
    """Return the test of ``text LIKE 'abc%'``."""
    texts = _texts(node, "like", block)
    if texts is None or not isinstance(node.args[1], Constant):
        return None
    parts = pattern_parts(str(node.args[1].value), str(node.options[0]))
    if node.args[1].value is None or parts is None or len(parts) != 2 or parts[1] != "%":
        return None
    if parts[0][0] != "=":
        return None
    return _text_test(short.begins(texts.values, parts[0][1:]), texts, negated)


def _texts(node: Call, name: str, block: Block) -> Column | None:
    """Return the plain text column that comes first in a call of this name."""
    if node.name != name or not isinstance(node.args[0], Field):
        return None
    column = block.columns[node.args[0].position]
    if column.kind is not Kind.TEXT or column.codes is not None:
        return None
    if not all(item.type is Type.UNKNOWN for item in node.args[1:] if isinstance(item, Constant)):
        return None
    return column


def _text_test(test: Test | None, column: Column, negated: bool) -> Test | None:
    if test is None:
        return None
    if not negated:
        return _known(test, column)
    plain = test

    def other(start: int, stop: int, out: Mask) -> None:
        plain(start, stop, out)
        np.logical_not(out, out=out)

    return _known(other, column)


# ------------------------------------------------------------------------ everything else


def _computed(node: Node, block: Block) -> Test:
    """Return the test that evaluates a node, once for each distinct value or for each row."""
    if len(codes.fields(node)) == 1:
        column = coded(node, block)
        if column.codes is not None:
            return _by_code(true_of(node, by_level(node, column)), column)
    known = prepared(node, block)
    # Types are checked whatever rows come so far.
    truth(node, replace(known, fuse=False).part(0, 0))

    def test(start: int, stop: int, out: Mask) -> None:
        np.copyto(out, truth(node, known.part(start, stop)))

    return test


def _by_code(table: Mask, column: Column) -> Test:
    held, missing = column.codes, column.missing
    assert held is not None  # noqa: S101 - for the type checker
    find = codes.finder(table, held.dtype)

    def test(start: int, stop: int, out: Mask) -> None:
        find(held[start:stop], out)

    if missing is None or not table[-1]:
        return _known(test, column)
    nowhere = missing

    def missing_too(start: int, stop: int, out: Mask) -> None:
        test(start, stop, out)
        np.logical_or(out, nowhere[start:stop], out=out)

    return missing_too


def _constant(node: Node) -> bool:
    return not codes.fields(node)
