"""From the parser's SELECT statement to a `Slice`."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from pandas_mi.errors import SliceError
from pandas_mi.slicing import refusals
from pandas_mi.slicing.lower import allow, expression
from pandas_mi.slicing.query import Name, OrderKey, Slice, render

__all__ = ["select"]

_LARGEST = 2**63 - 1


def select(tree: Any) -> Slice:
    """Return a checked SELECT statement.

    Raises
    ------
    SliceError
        When it has a clause that is not in the language.
    """
    if not isinstance(tree, exp.Select):
        raise refusals.refusal(tree)
    clauses = ("expressions", "distinct", "limit", "offset", "from_", "from", "where", "order")
    allow(tree, *clauses)
    table, qualifiers = _table(tree.args.get("from_") or tree.args.get("from"))
    where = tree.args.get("where")
    distinct = tree.args.get("distinct")
    if distinct is not None:
        allow(distinct)
    return Slice(
        table=table,
        qualifiers=qualifiers,
        columns=_columns(tree.expressions),
        where=None if where is None else expression(where.this),
        order=_order(tree.args.get("order")),
        limit=_limit(tree.args.get("limit")),
        offset=_offset(tree.args.get("offset")),
        distinct=distinct is not None,
    )


def _table(clause: Any) -> tuple[str, tuple[tuple[tuple[str, bool], ...], ...]]:
    if clause is None:
        raise SliceError(
            "the query names no table; write SELECT … FROM table, or a predicate alone"
        )
    allow(clause, "this")
    table = clause.this
    if not isinstance(table, exp.Table):
        raise refusals.refusal(table)
    allow(table, "this", "db", "catalog", "alias")
    parts = [table.args[part] for part in ("catalog", "db", "this") if table.args.get(part)]
    if not all(isinstance(part, exp.Identifier) for part in parts):
        unnamed = next(part for part in parts if not isinstance(part, exp.Identifier))
        raise refusals.refusal(unnamed)
    name = ".".join(part.this for part in parts)
    alias = table.args.get("alias")
    if alias is None:
        written = tuple((part.this, bool(part.quoted)) for part in parts)
        return name, (written,)
    if alias.args.get("columns"):
        raise SliceError("column names after a table's alias are not supported; use AS in the list")
    if not isinstance(alias.this, exp.Identifier):
        raise refusals.refusal(alias.this)
    return name, (((alias.this.this, bool(alias.this.quoted)),),)


def _columns(items: list[Any]) -> tuple[tuple[Name | None, str | None], ...] | None:
    if not items:
        raise SliceError("the SELECT list is empty; write SELECT *")
    if len(items) == 1 and type(items[0]) is exp.Star:
        allow(items[0])
        return None
    return tuple(_column(item) for item in items)


def _column(item: Any) -> tuple[Name | None, str | None]:
    alias = None
    if isinstance(item, exp.Alias):
        allow(item, "this", "alias")
        alias, item = str(item.args["alias"].this), item.this
    if isinstance(item, exp.Star) and alias is None:
        allow(item)
        return None, None
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) and alias is None:
        allow(item.this)
        parts: list[Any] = item.parts[:-1]
        qualifier = tuple((part.this, bool(part.quoted)) for part in parts)
        return Name("*", False, qualifier), None
    while isinstance(item, exp.Paren):
        item = item.this
    if not isinstance(item, exp.Column):
        node = expression(item)
        raise SliceError(_not_a_column(item, render(node)))
    name = expression(item)
    return (name if isinstance(name, Name) else None), alias


def _not_a_column(item: Any, shown: str) -> str:
    hint = "name columns there, and compute new ones with pandas"
    if isinstance(item, exp.Sub) and isinstance(item.this, exp.Column):
        hint += "; a name with a hyphen needs double quotes"
    return f"expressions in the SELECT list are not supported ({shown}); {hint}"


def _order(clause: Any) -> tuple[OrderKey, ...]:
    if clause is None:
        return ()
    allow(clause, "expressions")
    return tuple(_key(item) for item in clause.expressions)


def _key(item: Any) -> OrderKey:
    allow(item, "this", "desc", "nulls_first")
    return OrderKey(
        expression(item.this), bool(item.args.get("desc")), bool(item.args.get("nulls_first"))
    )


def _limit(clause: Any) -> int | None:
    if clause is None:
        return None
    if isinstance(clause, exp.Fetch):
        allow(clause, "direction", "count", "limit_options")
        _check_options(clause.args.get("limit_options"))
        count = clause.args.get("count")
        return 1 if count is None else _count(count, "FETCH")
    allow(clause, "expression", "limit_options")
    _check_options(clause.args.get("limit_options"))
    bound = clause.expression
    if isinstance(bound, exp.Null) or (isinstance(bound, exp.Var) and bound.name.upper() == "ALL"):
        return None
    return _count(bound, "LIMIT")


def _check_options(options: Any) -> None:
    if options is not None:
        allow(options, "rows")


def _offset(clause: Any) -> int:
    if clause is None:
        return 0
    allow(clause, "this", "expression")
    bound = clause.expression
    return 0 if isinstance(bound, exp.Null) else _count(bound, "OFFSET")


def _count(bound: Any, clause: str) -> int:
    while isinstance(bound, exp.Paren):
        bound = bound.this
    if isinstance(bound, exp.Parameter | exp.Placeholder):
        raise refusals.refusal(bound)
    whole = isinstance(bound, exp.Literal) and not bound.is_string and bound.this.isdigit()
    if not whole or len(bound.this) > 19 or int(bound.this) > _LARGEST:
        raise SliceError(f"{clause} takes a whole number that is not negative")
    return int(bound.this)
