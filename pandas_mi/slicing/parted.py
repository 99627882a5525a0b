"""Choosing rows of a table in parts that do not know of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pandas_mi.slicing import ordering
from pandas_mi.slicing.binding import BoundSlice
from pandas_mi.slicing.query import Field, Node, OrderKey
from pandas_mi.slicing.rows import (
    Found,
    Read,
    Rows,
    Run,
    _Fewer,
    _matching,
    _Reader,
    _together,
)
from pandas_mi.slicing.values import Value

__all__ = ["Parted"]


@dataclass(frozen=True)
class Parted:
    """A query's choice of rows: what each part of a table tells, and how that adds up.

    Attributes
    ----------
    bound : BoundSlice
    ordered : bool
        When False, an ORDER BY that changes no more than the order is left out.
    """

    bound: BoundSlice
    ordered: bool

    @property
    def wanted(self) -> int | None:
        """Of how many rows the first ones that match will do; None for all."""
        bound = self.bound
        return None if bound.limit is None or self._nodes else bound.offset + bound.limit

    def look(self, read: Read, n_rows: int, runs: Sequence[Run]) -> Found:
        """Return the rows of a part that match, numbered within it, and what else is needed."""
        fewer = _Fewer(self.bound, self._order)
        reader = _Reader(read, n_rows, runs)
        rows, values = _matching(self.bound.where, self._nodes, reader, self.wanted, fewer)
        return self._kept(rows, [_plain(value) for value in values])

    def add(self, found: Found, more: Found) -> Found:
        """Return what two parts tell together; the second one's rows come later."""
        return self._kept(*_together([found, more]))

    def settle(self, found: Found) -> Rows:
        """Return the numbers of the rows: as ORDER BY says, ascending without."""
        rows, values = found
        bound, fewer = self.bound, _Fewer(self.bound, self._order)
        rows, values = fewer.distinct(rows, values)
        stop = len(rows) if bound.limit is None else bound.offset + bound.limit
        if self._order:
            rows = rows[ordering.permutation(fewer.keys(values), self._order, stop)]
        rows = rows[bound.offset : stop]
        return rows if self.ordered or not self._order else np.sort(rows)

    @property
    def _order(self) -> Sequence[OrderKey]:
        sliced = self.bound.limit is not None or self.bound.offset > 0
        return self.bound.order if self.ordered or sliced else ()

    @property
    def _nodes(self) -> list[Node]:
        """Whose values decide between rows that match."""
        bound = self.bound
        own: list[Node] = [Field(place, "") for _, place in bound.columns] if bound.distinct else []
        return [*own, *(key.node for key in self._order)]

    def _kept(self, rows: Rows, values: list[Value]) -> Found:
        if self.wanted is not None:
            rows = rows[: self.wanted]
        if self._nodes:
            return _Fewer(self.bound, self._order).kept(rows, values)
        return rows, values


def _plain(value: Value) -> Value:
    """Return a value with its nulls found, as another process can have it."""
    return replace(value, nulls=value.nulls, pending=None)
