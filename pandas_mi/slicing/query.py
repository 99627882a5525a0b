"""What a checked query is: a small tree of plain, immutable nodes, free of the parser's own."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Call", "Constant", "Field", "Interval", "Name", "Node", "OrderKey", "Slice", "Type"]


class Type(enum.StrEnum):
    """The SQL type of an expression; the value is how messages name it."""

    UNKNOWN = "an untyped literal"  # NULL, or text in quotes that takes the type it meets
    BOOLEAN = "a boolean"
    INTEGER = "an integer"
    DECIMAL = "a decimal"
    FLOAT = "a float"
    TEXT = "text"
    DATE = "a date"
    TIMESTAMP = "a timestamp"
    TIMESTAMPTZ = "a timestamp with time zone"
    TIME = "a time of day"
    INTERVAL = "an interval"
    PERIOD = "a period"
    RANGE = "a pandas Interval"
    BINARY = "binary data"
    OBJECT = "values of several types"


@dataclass(frozen=True, slots=True)
class Interval:
    """A span of time as SQL has it: months and days are not fixed numbers of seconds."""

    months: int = 0
    days: int = 0
    nanoseconds: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. Text in quotes has type UNKNOWN until it meets a type; so has NULL."""

    value: bool | int | Decimal | str | Interval | None
    type: Type


@dataclass(frozen=True, slots=True)
class Name:
    """A column as the query writes it."""

    text: str
    quoted: bool
    qualifier: tuple[tuple[str, bool], ...] = ()  # (name, quoted) of table, dataset …

    def __str__(self) -> str:
        parts = (*self.qualifier, (self.text, self.quoted))
        return ".".join(_identifier(text, quoted) for text, quoted in parts)


@dataclass(frozen=True, slots=True)
class Field:
    """A column as binding found it: its position among the table's columns."""

    position: int
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function over nodes; `options` are what is no expression."""

    name: str
    args: tuple[Node, ...]
    options: tuple[object, ...] = ()

    def __str__(self) -> str:
        return render(self)


Node = Constant | Name | Field | Call


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of ORDER BY."""

    node: Node
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """A checked slice query.

    Attributes
    ----------
    table : str or None
        The table's name, its parts joined by dots; None for a bare predicate.
    qualifiers : tuple of tuple of (str, bool)
        What a column may be qualified with: the name's parts, or the alias, and if quoted.
    columns : tuple of (Name, alias or None), or None
        The SELECT list; None for all columns. A name of None stands for ``*``.
    where : Node or None
    order : tuple of OrderKey
    limit : int or None
    offset : int
    distinct : bool
    """

    table: str | None = None
    qualifiers: tuple[tuple[tuple[str, bool], ...], ...] = ()
    columns: tuple[tuple[Name | None, str | None], ...] | None = None
    where: Node | None = None
    order: tuple[OrderKey, ...] = ()
    limit: int | None = None
    offset: int = 0
    distinct: bool = False


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    yield node
    if isinstance(node, Call):
        for argument in node.args:
            yield from walk(argument)


def render(node: Node) -> str:
    """Return the node as SQL, for messages; long ones are cut.

    >>> render(Call("<", (Name("x", False), Constant(5, Type.INTEGER))))
    'x < 5'
    """
    text = _render(node, 4)
    return text if len(text) <= 80 else text[:77] + "..."


_INFIX = {"and", "or", "=", "<>", "<", "<=", ">", ">=", "||", "like", "ilike"}


_SHAPES = {
    "not": "NOT {0}",
    "-": "-{0}",
    "in": "{0} IN ({rest})",
    "between": "{0} BETWEEN {1} AND {2}",
    "between symmetric": "{0} BETWEEN SYMMETRIC {1} AND {2}",
    "is null": "{0} IS NULL",
    "is not null": "{0} IS NOT NULL",
    "is true": "{0} IS TRUE",
    "is false": "{0} IS FALSE",
    "is distinct from": "{0} IS DISTINCT FROM {1}",
    "is not distinct from": "{0} IS NOT DISTINCT FROM {1}",
}


def _render(node: Node, depth: int) -> str:
    if isinstance(node, Constant):
        return _literal(node.value)
    if not isinstance(node, Call):
        return str(node)
    if depth == 0:
        return "..."
    parts = [_render(argument, depth - 1) for argument in node.args[:4]]
    if len(node.args) > 4:
        parts.append("...")
    if node.name in ("sum", "product"):
        signs = [str(sign) for sign in node.options]
        return " ".join([parts[0], *(f"{s} {p}" for s, p in zip(signs, parts[1:], strict=False))])
    if node.name in _INFIX:
        return f" {node.name.upper()} ".join(parts)
    shape = _SHAPES.get(node.name)
    if shape is not None:
        return shape.format(*parts, rest=", ".join(parts[1:]))
    if node.name in ("cast", "extract", "date_trunc"):
        option = str(node.options[0])
        return {
            "cast": f"CAST({parts[0]} AS {option})",
            "extract": f"EXTRACT({option.upper()} FROM {parts[0]})",
            "date_trunc": f"DATE_TRUNC('{option}', {parts[0]})",
        }[node.name]
    return f"{node.name.upper()}({', '.join(parts)})"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Interval):
        return f"INTERVAL '{value.months} months {value.days} days {value.nanoseconds / 1e9:g} s'"
    return str(value).upper()


def _identifier(text: str, quoted: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if quoted else text
