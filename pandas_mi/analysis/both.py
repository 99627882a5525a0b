"""Two tables as one: the rows of the first, then those of the second."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.analysis.view import View
from pandas_mi.columns import Column, Kind, alike, joined
from pandas_mi.sources import Rows, Table, parts

__all__ = ["BothTables", "shown_kind"]


class BothTables(Table):
    """The rows of some views of the same labels, one view after the other.

    Parameters
    ----------
    views : sequence of View

    Raises
    ------
    TypeError
        When a column holds values in one view that do not compare with those of another.
    """

    def __init__(self, views: Sequence[View]) -> None:
        self._views = views
        lengths = [list(view.run_lengths()) for view in views]
        self._bounds = np.cumsum([0, *(n for runs in lengths for n in runs)], dtype=np.int64)
        self._starts = np.cumsum([0, *map(sum, lengths)], dtype=np.int64)
        self._sketches = [
            alike(shown_kind(views[0], place), shown_kind(views[1], place), label)
            for place, label in enumerate(views[0].labels)
        ]

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self._views[0].labels

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks of both begin, and the number of rows."""
        return self._bounds

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        sketch = self._sketches[position]
        found = [
            _column(self._views[number], position, some)
            for number, some in parts(self._starts, rows)
        ]
        return joined(found, sketch) if found else sketch

    def frame(self, positions: list[int], rows: Rows) -> NoReturn:
        """Refuse: nobody asks two tables for rows."""
        raise NotImplementedError


def shown_kind(view: View, place: int) -> Column:
    """Return a column without rows; of Python objects only all rows show the kind."""
    table = view.table.settled([view.positions[place]], view.rows)
    sketch = table.column(view.positions[place], slice(0, 0))
    if sketch.kind is not Kind.NULL or table.cluster is not None:
        return sketch
    return view.column(place).part(0, 0)


def _column(view: View, place: int, rows: NDArray[np.int64] | builtins.slice) -> Column:
    """Return some rows of a view, counted from its first."""
    if isinstance(view.rows, np.ndarray):
        rows = view.rows[rows]
    elif isinstance(rows, builtins.slice) and rows == builtins.slice(0, view.n_rows):
        return view.column(place)
    return view.table.column(view.positions[place], rows)
