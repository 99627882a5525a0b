"""From the parser's tree to a `Slice`: an allow-list of node classes and of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlglot import exp

from pandas_mi.errors import SliceError, did_you_mean
from pandas_mi.slicing import literals, refusals, temporal
from pandas_mi.slicing.functions import FUNCTIONS, Function
from pandas_mi.slicing.query import Call, Constant, Name, Node, Type

__all__ = ["allow", "expression"]

MAX_DEPTH = 100  # levels of the tree: evaluation takes a few of Python's thousand frames for each

_COMPARISONS = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_FUNCTIONS = {getattr(exp, function.node): (name, function) for name, function in FUNCTIONS.items()}
# What the parser notes on nodes without the query asking for anything.
_NOTES = {"typed", "safe", "coalesce", "ignore_nulls", "nested", "values", "big_int"}


def expression(tree: Any, depth: int = 0) -> Node:
    """Return a checked expression.

    Raises
    ------
    SliceError
        When the expression is not in the language.
    """
    if depth > MAX_DEPTH:
        raise SliceError("the slice query nests too deeply; write fewer parentheses")
    if isinstance(tree, exp.Paren):
        allow(tree, "this")
        return expression(tree.this, depth + 1)
    convert = _RULES.get(type(tree))
    if convert is not None:
        return convert(tree, depth + 1)
    known = _FUNCTIONS.get(type(tree))
    if known is None:
        raise refusals.refusal(tree)
    return _function(tree, *known, depth + 1)


def allow(tree: Any, *arguments: str) -> None:
    """Refuse any argument of a node that is set and not named here."""
    for name, value in tree.args.items():
        if value and name not in arguments and name not in _NOTES:
            raise refusals.refusal(tree, name)


def _function(tree: Any, name: str, function: Function, depth: int) -> Node:
    arguments = [argument.removeprefix("*") for argument in function.args]
    allow(tree, *arguments)
    operands: list[Node] = []
    for argument in arguments:
        value = tree.args.get(argument)
        if isinstance(value, list):
            operands += [expression(item, depth) for item in value]
        elif value is not None:
            operands.append(expression(value, depth))
    if len(operands) < function.required:
        raise SliceError(f"{name.upper()} needs {function.required} operands")
    return Call(name, tuple(operands))


# -------------------------------------------------------------------- names and literals


def _column(tree: Any, _depth: int) -> Node:
    allow(tree, "this", "table", "db", "catalog")
    parts = [tree.args[part] for part in ("catalog", "db", "table", "this") if tree.args.get(part)]
    for part in parts:
        if not isinstance(part, exp.Identifier):
            raise refusals.refusal(part)
    *qualifier, (text, quoted) = [(part.this, bool(part.quoted)) for part in parts]
    return Name(text, quoted, tuple(qualifier))


def _literal(tree: Any, _depth: int) -> Node:
    allow(tree, "this", "is_string")
    if tree.is_string:
        return Constant(tree.this, Type.UNKNOWN)
    return number(tree.this)


def number(text: str) -> Constant:
    """Return a literal: whole numbers of 64 bits are INTEGER, all others exact DECIMAL.

    >>> number("1.50")
    Constant(value=Decimal('1.50'), type=<Type.DECIMAL: 'a decimal'>)
    """
    value = literals.read_decimal(text)
    if value is None:
        raise SliceError(f"{text[:40]!r} is no number, or one with too many digits")
    if text.isdigit() and value < 2**63:
        return Constant(int(value), Type.INTEGER)
    return Constant(value, Type.DECIMAL)


def _boolean(tree: Any, _depth: int) -> Node:
    return Constant(bool(tree.this), Type.BOOLEAN)


def _null(_tree: Any, _depth: int) -> Node:
    return Constant(None, Type.UNKNOWN)


def _raw(tree: Any, _depth: int) -> Node:
    allow(tree, "this")
    return Constant(str(tree.this), Type.UNKNOWN)


# ------------------------------------------------------------------------------ operators


def _spine(tree: Any, classes: dict[Any, str], depth: int) -> tuple[list[Node], list[str]]:
    """Return the operands and operators of a chain such as a + b - c, without recursion."""
    operands, symbols = [], []
    while type(tree) in classes:
        allow(tree, "this", "expression")
        operands.append(tree.expression)
        symbols.append(classes[type(tree)])
        tree = tree.this
    operands.append(tree)
    nodes = [expression(operand, depth) for operand in reversed(operands)]
    return nodes, symbols[::-1]


_CHAINS: tuple[tuple[str, dict[Any, str]], ...] = (
    ("and", {exp.And: "and"}),
    ("or", {exp.Or: "or"}),
    ("||", {exp.DPipe: "||"}),
    ("sum", {exp.Add: "+", exp.Sub: "-"}),
    ("product", {exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}),
)


def _chain(name: str, classes: dict[Any, str]) -> Callable[[Any, int], Node]:
    def convert(tree: Any, depth: int) -> Node:
        operands, symbols = _spine(tree, classes, depth)
        return Call(name, tuple(operands), tuple(symbols) if len(classes) > 1 else ())

    return convert


def _comparison(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expression")
    if type(tree.this) in _COMPARISONS or type(tree.expression) in _COMPARISONS:
        raise SliceError("comparisons do not chain; write x BETWEEN 1 AND 5, or x > 1 AND x < 5")
    return Call(_COMPARISONS[type(tree)], _pair(tree, depth))


def _pair(tree: Any, depth: int) -> tuple[Node, Node]:
    return expression(tree.this, depth), expression(tree.expression, depth)


def _negated(tree: Any, node: Node) -> Node:
    return Call("not", (node,)) if tree.args.get("negate") else node


def _not(tree: Any, depth: int) -> Node:
    allow(tree, "this")
    return Call("not", (expression(tree.this, depth),))


def _minus(tree: Any, depth: int) -> Node:
    allow(tree, "this")
    node = expression(tree.this, depth)
    numeric = isinstance(node, Constant) and node.type in (Type.INTEGER, Type.DECIMAL)
    if numeric and isinstance(node, Constant) and isinstance(node.value, int | Decimal):
        return Constant(-node.value, node.type)
    return Call("-", (node,))


def _is(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expression", "negate")
    operand = expression(tree.this, depth)
    if isinstance(tree.expression, exp.Null):
        return Call("is not null" if tree.args.get("negate") else "is null", (operand,))
    if not isinstance(tree.expression, exp.Boolean):
        raise SliceError("IS takes NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM; write = for values")
    truth = "is true" if tree.expression.this else "is false"
    return _negated(tree, Call(truth, (operand,)))


def _distinct(name: str) -> Callable[[Any, int], Node]:
    def convert(tree: Any, depth: int) -> Node:
        allow(tree, "this", "expression")
        return Call(name, _pair(tree, depth))

    return convert


def _between(tree: Any, depth: int) -> Node:
    allow(tree, "this", "low", "high", "symmetric", "negate")
    operands = tuple(expression(tree.args[part], depth) for part in ("this", "low", "high"))
    name = "between symmetric" if tree.args.get("symmetric") else "between"
    return _negated(tree, Call(name, operands))


def _in(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expressions", "negate")
    items = tree.expressions
    if not items:
        raise SliceError("IN () has no items; write IN (NULL), or leave the condition out")
    operands = [expression(item, depth) for item in (tree.this, *items)]
    return _negated(tree, Call("in", tuple(operands)))


def _like(tree: Any, depth: int, escape: str = "\\") -> Node:
    allow(tree, "this", "expression", "negate")
    name = "ilike" if isinstance(tree, exp.ILike) else "like"
    return _negated(tree, Call(name, _pair(tree, depth), (escape,)))


def _escape(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expression")
    character = tree.expression
    if not (isinstance(character, exp.Literal) and character.is_string and len(character.this) < 2):
        raise SliceError("ESCAPE takes one character in quotes, or none")
    if not isinstance(tree.this, exp.Like | exp.ILike):
        raise refusals.refusal(tree)
    return _like(tree.this, depth, character.this)


def _case(tree: Any, depth: int) -> Node:
    allow(tree, "this", "ifs", "default")
    operands = [] if tree.this is None else [expression(tree.this, depth)]
    for branch in tree.args["ifs"]:
        allow(branch, "this", "true")
        operands += [expression(branch.this, depth), expression(branch.args["true"], depth)]
    default = tree.args.get("default")
    operands.append(_null(tree, depth) if default is None else expression(default, depth))
    return Call("case" if tree.this is None else "case of", tuple(operands))


# --------------------------------------------------------- functions with their own syntax

_CASTS: dict[str, tuple[str, Type, tuple[int, ...]]] = {
    "BOOLEAN": ("BOOLEAN", Type.BOOLEAN, ()),
    "SMALLINT": ("SMALLINT", Type.INTEGER, (16,)),
    "INT": ("INTEGER", Type.INTEGER, (32,)),
    "BIGINT": ("BIGINT", Type.INTEGER, (64,)),
    "FLOAT": ("REAL", Type.FLOAT, (32,)),
    "DOUBLE": ("DOUBLE PRECISION", Type.FLOAT, (64,)),
    "DECIMAL": ("NUMERIC", Type.DECIMAL, ()),
    "TEXT": ("TEXT", Type.TEXT, ()),
    "VARCHAR": ("VARCHAR", Type.TEXT, ()),
    "DATE": ("DATE", Type.DATE, ()),
    "TIMESTAMP": ("TIMESTAMP", Type.TIMESTAMP, ()),
    "TIMESTAMPTZ": ("TIMESTAMPTZ", Type.TIMESTAMPTZ, ()),
    "TIME": ("TIME", Type.TIME, ()),
    "INTERVAL": ("INTERVAL", Type.INTERVAL, ()),
}


def _cast(tree: Any, depth: int) -> Node:
    allow(tree, "this", "to")
    target = tree.args["to"]
    kind = getattr(getattr(target, "this", None), "name", "")
    if not isinstance(target, exp.DataType) or kind not in _CASTS:
        raise SliceError(f"no type {target.sql('postgres')}; there are: {_type_names()}")
    allow(target, "this", "expressions")
    spelled, result, parameters = _CASTS[kind]
    given = tuple(_parameter(item, spelled) for item in target.expressions)
    if given:
        parameters = _parameters(spelled, given)
    return Call("cast", (expression(tree.this, depth),), (spelled, result, parameters))


def _type_names() -> str:
    return ", ".join(spelled for spelled, _, _ in _CASTS.values())


def _parameter(tree: Any, spelled: str) -> int:
    text = tree.this.this if isinstance(tree.this, exp.Literal) else ""
    if not (isinstance(text, str) and text.isdigit() and len(text) < 9):
        raise SliceError(f"{spelled} takes whole numbers in parentheses")
    return int(text)


def _parameters(spelled: str, given: tuple[int, ...]) -> tuple[int, ...]:
    if spelled == "VARCHAR" and len(given) == 1 and given[0] > 0:
        return given
    if spelled == "NUMERIC" and len(given) <= 2:
        precision, scale = (*given, 0)[:2]
        if 1 <= precision <= literals.DIGITS and scale <= literals.DIGITS:
            return precision, scale
    raise SliceError(f"{spelled}({', '.join(map(str, given))}) is not supported")


def _extract(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expression")
    field = str(tree.this.name).lower()
    if field not in temporal.FIELDS:
        hint = did_you_mean(field, temporal.FIELDS)
        raise SliceError(f"no field {field}; there are: {', '.join(temporal.FIELDS)}.{hint}")
    return Call("extract", (expression(tree.expression, depth),), (field,))


def _truncate(tree: Any, depth: int) -> Node:
    allow(tree, "this", "unit")
    unit = str(tree.args["unit"].name).lower()
    if unit not in temporal.UNITS:
        hint = did_you_mean(unit, temporal.UNITS)
        raise SliceError(f"no unit {unit}; there are: {', '.join(temporal.UNITS)}.{hint}")
    return Call("date_trunc", (expression(tree.this, depth),), (unit,))


def _trim(tree: Any, depth: int) -> Node:
    allow(tree, "this", "expression", "position")
    operands = [expression(tree.this, depth)]
    operands.append(
        Constant(" ", Type.UNKNOWN)
        if tree.args.get("expression") is None
        else expression(tree.expression, depth)
    )
    return Call("trim", tuple(operands), (tree.args.get("position") or "BOTH",))


_RULES: dict[Any, Callable[[Any, int], Node]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.RawString: _raw,
    exp.Not: _not,
    exp.Neg: _minus,
    exp.Is: _is,
    exp.NullSafeEQ: _distinct("is not distinct from"),
    exp.NullSafeNEQ: _distinct("is distinct from"),
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.Extract: _extract,
    exp.TimestampTrunc: _truncate,
    exp.DateTrunc: _truncate,
    exp.Trim: _trim,
    **dict.fromkeys(_COMPARISONS, _comparison),
    **{kind: _chain(name, classes) for name, classes in _CHAINS for kind in classes},
}
