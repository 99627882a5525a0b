"""Names of a query against the labels of a table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from pandas_mi.errors import SliceError, did_you_mean, listing
from pandas_mi.slicing.query import Call, Constant, Field, Name, Node, OrderKey, Slice, Type, walk

__all__ = ["BoundSlice", "bind"]


@dataclass(frozen=True, slots=True)
class BoundSlice:
    """A query whose names are positions among the columns of one table.

    Attributes
    ----------
    columns : tuple of (label, position)
        The result's columns.
    needed : tuple of int
        Positions of the columns that choosing the rows reads, ascending.
    where : Node or None
    order : tuple of OrderKey
    limit : int or None
    offset : int
    distinct : bool
    """

    columns: tuple[tuple[Hashable, int], ...]
    needed: tuple[int, ...]
    where: Node | None
    order: tuple[OrderKey, ...]
    limit: int | None
    offset: int
    distinct: bool


def bind(query: Slice, labels: Sequence[Hashable]) -> BoundSlice:
    """Find the columns that a query names.

    Parameters
    ----------
    query : Slice
    labels : sequence of hashable
        The table's column labels, in order.

    Returns
    -------
    BoundSlice

    Raises
    ------
    SliceError
        When a name matches no column, or several.

    Examples
    --------
    >>> from pandas_mi.slicing import parse
    >>> bind(parse("SELECT b AS c FROM t WHERE a > 1"), ["a", "b"]).columns
    (('c', 1),)
    """
    scope = _Scope(query, labels)
    columns = scope.result_columns()
    where = None if query.where is None else scope.bound(query.where)
    order = tuple(replace(key, node=scope.order_key(key.node, columns)) for key in query.order)
    if query.distinct:
        _check_distinct_order(order, columns)
    nodes = [*([where] if where is not None else []), *(key.node for key in order)]
    needed = {node.position for top in nodes for node in walk(top) if isinstance(node, Field)}
    if query.distinct:
        needed |= {position for _, position in columns}
    return BoundSlice(
        columns,
        tuple(sorted(needed)),
        where,
        order,
        query.limit,
        query.offset,
        query.distinct,
    )


class _Scope:
    """The names that one table offers."""

    def __init__(self, query: Slice, labels: Sequence[Hashable]) -> None:
        self.query = query
        self.labels = list(labels)
        self.exact = _index(self.labels, str)
        self.folded = _index(self.labels, lambda label: str(label).lower())

    def bound(self, node: Node) -> Node:
        """Return the expression with positions for names."""
        if isinstance(node, Name):
            position = self.position(node)
            return Field(position, str(self.labels[position]))
        if isinstance(node, Call):
            return replace(node, args=tuple(self.bound(argument) for argument in node.args))
        return node

    def position(self, name: Name) -> int:
        """Return the position of the one column that a name means."""
        self.check_qualifier(name)
        found = self.exact.get(name.text, [])
        if not name.quoted:
            # An exact match first; only a label that is text answers to an unquoted name.
            found = [place for place in found if isinstance(self.labels[place], str)]
            if not found:
                folded = self.folded.get(name.text.lower(), [])
                found = [place for place in folded if isinstance(self.labels[place], str)]
        if len(found) == 1:
            return found[0]
        if found:
            raise SliceError(self._ambiguous(name, found))
        raise SliceError(self._unknown(name))

    def _ambiguous(self, name: Name, found: list[int]) -> str:
        matches = listing(self.labels[place] for place in found)
        hint = "write the one you mean in double quotes, exactly as it is spelled"
        if len({str(self.labels[place]) for place in found}) == 1:
            hint = "rename the columns so that their names differ"
        return f"column {name} is ambiguous: it matches {matches}; {hint}"

    def _unknown(self, name: Name) -> str:
        near = did_you_mean(name.text, self.labels)
        if name.quoted and name.text.lower() in self.folded:
            near += " A name in double quotes must match exactly."
        hyphened = [str(x) for x in self.labels if str(x).startswith(name.text + "-")]
        if hyphened:
            near = f' A name with a hyphen needs double quotes: "{hyphened[0]}".'
        return f"no column {name} in the table; there are: {listing(self.labels)}.{near}"

    def check_qualifier(self, name: Name) -> None:
        """Refuse a qualifier that is not the table or its alias."""
        if not name.qualifier:
            return
        for known in self.query.qualifiers:
            if len(known) >= len(name.qualifier) and all(
                _same(a, b) for a, b in zip(reversed(known), reversed(name.qualifier), strict=False)
            ):
                return
        written = ".".join(text for text, _ in name.qualifier)
        if not self.query.qualifiers:
            raise SliceError(
                f"{name}: a predicate has no table to qualify columns with; write {name.text}, "
                f'or "{written}.{name.text}" in double quotes if that is the column\'s name'
            )
        known_as = ".".join(text for text, _ in self.query.qualifiers[-1])
        raise SliceError(f"{name}: the query reads {known_as!r}, not {written!r}")

    def result_columns(self) -> tuple[tuple[Hashable, int], ...]:
        """Return the SELECT list as labels and positions."""
        everything = [(label, place) for place, label in enumerate(self.labels)]
        if self.query.columns is None:
            return tuple(everything)
        columns: list[tuple[Hashable, int]] = []
        for name, alias in self.query.columns:
            if name is None:
                columns += everything
                continue
            if name.text == "*":
                self.check_qualifier(name)
                columns += everything
                continue
            place = self.position(name)
            columns.append((self.labels[place] if alias is None else alias, place))
        self._check_result_names([label for label, _ in columns])
        return tuple(columns)

    def _check_result_names(self, names: list[Hashable]) -> None:
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise SliceError(
                f"the result would have two columns named {twice[0]!r}; rename one with AS"
            )

    def order_key(self, node: Node, columns: tuple[tuple[Hashable, int], ...]) -> Node:
        """Return a key of ORDER BY: a number or an alias means a result column."""
        if isinstance(node, Constant):
            return self._numbered(node, columns)
        if isinstance(node, Name) and not node.qualifier and self.query.columns is not None:
            aliased = [place for label, place in columns if _answers(node, label)]
            if len(set(aliased)) > 1:
                raise SliceError(f"ORDER BY {node} is ambiguous among the result's columns")
            if aliased:
                return Field(aliased[0], str(self.labels[aliased[0]]))
        return self.bound(node)

    def _numbered(self, node: Constant, columns: tuple[tuple[Hashable, int], ...]) -> Node:
        if node.type is not Type.INTEGER or not isinstance(node.value, int):
            raise SliceError("ORDER BY needs a column or an expression, not a constant")
        if not 1 <= node.value <= len(columns):
            raise SliceError(
                f"ORDER BY {node.value}: the result has no such column; it has {len(columns)}"
            )
        place = columns[node.value - 1][1]
        return Field(place, str(self.labels[place]))


def _index(labels: list[Hashable], spell: Callable[[Hashable], str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(spell(label), []).append(place)
    return places


def _same(known: tuple[str, bool], written: tuple[str, bool]) -> bool:
    return known[0] == written[0] or (not written[1] and known[0].lower() == written[0].lower())


def _answers(name: Name, label: Hashable) -> bool:
    return isinstance(label, str) and _same((label, True), (name.text, name.quoted))


def _check_distinct_order(
    order: tuple[OrderKey, ...], columns: tuple[tuple[Hashable, int], ...]
) -> None:
    shown = {position for _, position in columns}
    for key in order:
        if not (isinstance(key.node, Field) and key.node.position in shown):
            raise SliceError(
                "with SELECT DISTINCT, ORDER BY can only use columns of the SELECT list"
            )
