"""What a table looks like to this package: kinds, encodings and missing values, told cheaply."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pandas_mi.analysis.view import View, view_of
from pandas_mi.columns import Column
from pandas_mi.encoding import Encoding, auto_bins, encode

__all__ = ["Summary", "summary"]

_JUDGED = 10_000  # rows that tell kinds and encodings: 50 columns of them take 50 ms
_SHOWN = 30  # columns
_MANY_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """What `summary` found.

    Attributes
    ----------
    rows, columns : int
        The size of the table.
    table : pandas.DataFrame
        A row for each of the first columns: kind, encoding and missing values, as text and int.
    judged : bool
        Whether kinds and encodings were told from a part of the rows.
    """

    rows: int
    columns: int
    table: pd.DataFrame
    judged: bool


def summary(frame: pd.DataFrame) -> Summary:
    """Return how each of a frame's first columns will be encoded, and what it misses.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of more than 10,000 rows, evenly spaced ones are looked at; missing values are counted in
        all of them.

    Examples
    --------
    >>> summary(pd.DataFrame({"x": range(100), "y": ["a", None] * 50})).table
          kind            encoding  missing
    x  integer              4 bins        0
    y     text   by value, 1 level       50
    """
    shown = frame.iloc[:, :_SHOWN]
    judged = shown.iloc[:: -(-len(frame) // _JUDGED) or 1]
    view = view_of(judged, None)
    missing = [int(shown.iloc[:, place].isna().sum()) for place in range(shown.shape[1])]
    rows = [
        (*_described(view, place, len(frame) - missing[place]), missing[place])
        for place in range(shown.shape[1])
    ]
    table = pd.DataFrame(rows, index=shown.columns, columns=["kind", "encoding", "missing"])
    return Summary(len(frame), frame.shape[1], table, len(judged) < len(frame))


def _described(view: View, place: int, known: int) -> tuple[str, str]:
    """Return kind and encoding of a column, of which so many rows are known in all."""
    try:
        column = view.column(place)
        _, encoding = encode(column, auto_bins(known))
    except TypeError:
        return "other", "cannot be used: no order, or not hashable"
    kind = "category" if column.categorical else str(column.kind)
    return kind, _encoding_text(column, encoding, len(column) < known)


def _encoding_text(column: Column, encoding: Encoding, judged: bool) -> str:
    count = encoding.cardinality
    if encoding.cuts is not None:
        return f"{'about ' if judged else ''}{count} bins"
    if count == 0:
        return "nothing is known"
    levels = f"{count}{' or more' if judged else ''} level{'s' if count > 1 else ''}"
    inflated = count > max(_MANY_LEVELS, (len(column) - column.n_missing) / 2)
    return f"by value, {levels}{' (too many)' if inflated else ''}"
