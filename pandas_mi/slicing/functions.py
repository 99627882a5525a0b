"""The table from SQL function or operator to its implementation: one row for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pandas_mi.slicing import arithmetic, casts, compare, like, logic, temporal, text
from pandas_mi.slicing.values import Value

__all__ = ["FUNCTIONS", "OPERATORS", "STRICT", "Function"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that queries may call.

    Attributes
    ----------
    apply : callable
        From values to a value.
    names : tuple of str
        How SQL may spell it.
    node : str
        The parser's class for it.
    args : tuple of str
        The parser's names of its operands, in order; ``*`` marks a list.
    required : int
        How many operands there must be.
    strict : bool
        Whether the result is NULL as soon as one operand is.
    """

    apply: Callable[..., Value]
    names: tuple[str, ...]
    node: str
    args: tuple[str, ...] = ("this",)
    required: int = 1
    strict: bool = True


def _pair(symbol: str) -> Callable[[Value, Value], Value]:
    return lambda left, right: compare.compare(left, right, symbol)


FUNCTIONS: dict[str, Function] = {
    # numbers
    "abs": Function(arithmetic.absolute, ("abs",), "Abs"),
    "ceil": Function(arithmetic.ceiling, ("ceil", "ceiling"), "Ceil"),
    "exp": Function(arithmetic.exponential, ("exp",), "Exp"),
    "floor": Function(arithmetic.floor, ("floor",), "Floor"),
    "ln": Function(arithmetic.natural_logarithm, ("ln",), "Ln"),
    "log": Function(arithmetic.logarithm, ("log", "log10"), "Log", ("this", "expression")),
    "mod": Function(arithmetic.modulo, ("mod",), "Mod", ("this", "expression"), 2),
    "power": Function(arithmetic.power, ("power", "pow"), "Pow", ("this", "expression"), 2),
    "round": Function(arithmetic.round_to, ("round",), "Round", ("this", "decimals")),
    "sign": Function(arithmetic.sign, ("sign",), "Sign"),
    "sqrt": Function(arithmetic.square_root, ("sqrt",), "Sqrt"),
    # text
    "concat": Function(text.concat, ("concat",), "Concat", ("*expressions",), strict=False),
    "left": Function(text.left, ("left",), "Left", ("this", "expression"), 2),
    "length": Function(text.length, ("length", "char_length", "character_length"), "Length"),
    "lower": Function(text.lower, ("lower",), "Lower"),
    "position": Function(
        text.position, ("position", "strpos"), "StrPosition", ("substr", "this"), 2
    ),
    "replace": Function(
        text.replaced, ("replace",), "Replace", ("this", "expression", "replacement"), 3
    ),
    "right": Function(text.right, ("right",), "Right", ("this", "expression"), 2),
    "starts_with": Function(
        text.starts_with, ("starts_with",), "StartsWith", ("this", "expression"), 2
    ),
    "substring": Function(
        text.substring, ("substring", "substr"), "Substring", ("this", "start", "length"), 2
    ),
    "upper": Function(text.upper, ("upper",), "Upper"),
    # any type
    "coalesce": Function(
        logic.coalesce, ("coalesce",), "Coalesce", ("this", "*expressions"), strict=False
    ),
    "greatest": Function(
        lambda *values: compare.extreme(*values, symbol=">"),
        ("greatest",),
        "Greatest",
        ("this", "*expressions"),
        strict=False,
    ),
    "least": Function(
        lambda *values: compare.extreme(*values, symbol="<"),
        ("least",),
        "Least",
        ("this", "*expressions"),
        strict=False,
    ),
    "nullif": Function(compare.nullif, ("nullif",), "Nullif", ("this", "expression"), 2, False),
}

# Operators whose result is NULL as soon as one operand is; comparisons see to that themselves.
STRICT = frozenset(
    {"like", "ilike", "||", "sum", "product", "-", "trim", "extract", "date_trunc"}
    | {name for name, function in FUNCTIONS.items() if function.strict}
)

# What has a syntax of its own; a call's options follow its operands.
OPERATORS: dict[str, Callable[..., Value]] = {
    "and": logic.every,
    "or": logic.some,
    "not": logic.negation,
    "=": _pair("="),
    "<>": _pair("<>"),
    "<": _pair("<"),
    "<=": _pair("<="),
    ">": _pair(">"),
    ">=": _pair(">="),
    "between": compare.between,
    "between symmetric": lambda value, low, high: compare.between(value, low, high, True),
    "in": compare.contains,
    "is distinct from": compare.distinct,
    "is not distinct from": lambda left, right: compare.distinct(left, right, True),
    "is null": logic.is_null,
    "is not null": lambda value: logic.is_null(value, True),
    "is true": lambda value: logic.is_truth(value, True),
    "is false": lambda value: logic.is_truth(value, False),
    "like": like.like,
    "ilike": lambda value, pattern, escape: like.like(value, pattern, escape, True),
    "||": text.join,
    "sum": arithmetic.chain,
    "product": arithmetic.chain,
    "-": arithmetic.negate,
    "case": logic.case,
    "case of": compare.simple_case,
    "cast": casts.cast,
    "trim": text.trim,
    "extract": lambda value, field: temporal.extract(field, value),
    "date_trunc": lambda value, unit: temporal.truncate(unit, value),
}
