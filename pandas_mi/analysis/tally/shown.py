"""How a tally and its tables look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from pandas_mi.analysis.tally.codings import Coding
from pandas_mi.analysis.tally.joint import cells_of
from pandas_mi.columns import python_values
from pandas_mi.counting import JointCounts
from pandas_mi.encoding import Encoding

__all__ = ["Summary", "shown_table"]

_MOST_COLUMNS = 20  # lines before it is said how many more there are
_MOST_CELLS = 1 << 24  # of a table that is asked for as a frame: 128 MB


@dataclass(frozen=True, slots=True)
class Summary:
    """The rows that a tally has counted, and what each column has."""

    n_rows: int
    codings: Sequence[Coding]

    def __str__(self) -> str:
        width = max((len(name) for name, _ in self._lines()), default=0)
        lines = [f"  {name:<{width}}  {text}" for name, text in self._lines()]
        return "\n".join([self._head(), *lines, *([f"  {self._more()}"] if self._more() else [])])

    def html(self) -> str:
        """Return the same as a table."""
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>"
            for name, text in self._lines()
        )
        more = f"<p>{self._more()}</p>" if self._more() else ""
        return f"<div><p>{self._head()}</p><table>{rows}</table>{more}</div>"

    def _head(self) -> str:
        return f"Tally of {_number(self.n_rows, 'row')}"

    def _more(self) -> str:
        more = len(self.codings) - _MOST_COLUMNS
        return f"and {_number(more, 'more column')}" if more > 0 else ""

    def _lines(self) -> list[tuple[str, str]]:
        return [(str(one.label), _codes(one)) for one in self.codings[:_MOST_COLUMNS]]


def shown_table(x: Any, y: Any, table: JointCounts, one: Encoding, two: Encoding) -> pd.DataFrame:
    """Return a table as a frame, its levels as labels; missing first, where a row has it.

    Raises
    ------
    ValueError
        When it has too many cells to be laid out.
    """
    if table.shape[0] * table.shape[1] > _MOST_CELLS:
        raise ValueError(
            f"the table of {x!r} and {y!r} has {table.shape[0]:,} rows and {table.shape[1]:,} "
            "columns: too many to lay out"
        )
    counts = np.zeros(table.shape, dtype=np.int64)
    rows, columns, found = cells_of(table)
    counts[rows, columns] = found
    top, left = int(not counts[0].any()), int(not counts[:, 0].any())
    frame: pd.DataFrame = pd.DataFrame(counts, index=_labels(one, x), columns=_labels(two, y))
    return frame.iloc[top:, left:]


def _labels(encoding: Encoding, name: Any) -> pd.Index:
    if encoding.cuts is None:
        levels = encoding.levels
        known = [] if levels is None else python_values(
            levels, encoding.kind, encoding.unit, encoding.zone
        )  # fmt: skip
        return pd.Index([np.nan, *known], name=name, tupleize_cols=False, dtype=object)
    cuts = list(map(str, encoding.bins() or []))
    ends = ["-inf", *cuts, "inf"]
    bins = [f"({low}, {high}]" for low, high in pairwise(ends)]
    return pd.Index([np.nan, *bins], name=name, dtype=object)


def _codes(coding: Coding) -> str:
    if coding.cuts is not None:
        return _number(coding.cardinality, "bin")
    return _number(coding.cardinality, "level")


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
