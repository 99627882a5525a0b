"""Which chunks cannot hold a row that a predicate wants, by the range of their columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pandas_mi.columns import Column
from pandas_mi.errors import SliceError
from pandas_mi.slicing.evaluate import Block
from pandas_mi.slicing.predicate import compiled
from pandas_mi.slicing.query import Call, Constant, Field, Node

__all__ = ["may_match"]

Extremes = Callable[[int], Column | None]

# A comparison holds for some value of a range only if it does for the lowest, or the highest.
_ENDS = {"<": 0, "<=": 0, ">": 1, ">=": 1}


def may_match(where: Node | None, extremes: Extremes) -> bool:
    """Whether a predicate may be true of any row of a chunk.

    Parameters
    ----------
    where : Node or None
    extremes : callable
        Returns the lowest and the highest value of the column at a position, as a Column of two
        rows; None when they are not known.

    Notes
    -----
    Only a column compared with literals is looked at: ``=``, ``<`` and the like, BETWEEN and IN.
    The comparison itself is evaluated on the two values, so types and literals mean the same.
    """
    if not isinstance(where, Call):
        return True
    if where.name == "and":
        return all(may_match(part, extremes) for part in where.args)
    if where.name == "or":
        return any(may_match(part, extremes) for part in where.args)
    first, *rest = where.args or (where,)
    if not isinstance(first, Field) or not all(isinstance(node, Constant) for node in rest):
        return True
    tests = _tests(where.name, first, rest)
    column = extremes(first.position) if tests else None
    if column is None:
        return True
    return any(all(_holds(test, first, column) for test in every) for every in tests)


def _tests(name: str, column: Field, literals: list[Node]) -> list[list[Call]]:
    """Return comparisons, all of which must hold somewhere in the range, of one list at least."""
    if name in _ENDS and len(literals) == 1:
        return [[Call(name, (column, literals[0]))]]
    if name == "between" and len(literals) == 2:
        return [_range(column, *literals)]
    if name in ("=", "in"):
        return [_range(column, literal, literal) for literal in literals]
    return []


def _range(column: Field, low: Node, high: Node) -> list[Call]:
    return [Call(">=", (column, low)), Call("<=", (column, high))]


def _holds(test: Call, field: Field, column: Column) -> bool:
    found = np.empty(2, dtype=np.bool_)
    try:
        compiled(test, Block({field.position: column}, 2))(0, 2, found)
    except SliceError:  # evaluating the rows tells what is wrong
        return True
    return bool(found[_ENDS[test.name]])
