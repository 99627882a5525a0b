"""``df.mi``: the functions of the package as methods of every DataFrame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from pandas_mi import analysis, plotting
from pandas_mi.analysis.summary import summary

__all__ = ["MIAccessor", "MIPlots"]

P = ParamSpec("P")
R = TypeVar("R")


class _OnFrame:
    """What knows a frame, and shows its public methods alone to tab completion."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __dir__(self) -> list[str]:
        return sorted(name for name in vars(type(self)) if not name.startswith("_"))


def _method(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[_OnFrame, P], R]:
    """Return the method that calls a function with the accessor's frame, of the same signature."""

    def method(accessor: _OnFrame, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(accessor._frame, *args, **kwargs)

    return functools.update_wrapper(method, function)


class MIPlots(_OnFrame):
    """Pictures of mutual information: ``df.mi.plot``.

    The methods return Matplotlib Axes, draw on ``ax=`` when it is given, keep the style that is
    set, and neither show nor save.
    """

    heatmap = _method(plotting.heatmap)
    bar = _method(plotting.bar)
    pair = _method(plotting.pair)
    over = _method(plotting.over)
    compare = _method(plotting.compare_slices)


@pd.api.extensions.register_dataframe_accessor("mi")
class MIAccessor(_OnFrame):
    """Mutual information between the columns of a DataFrame.

    Examples
    --------
    >>> pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"]}).mi.pair("x", "y", base=2)
    1.0
    """

    matrix = _method(analysis.matrix)
    mutual_information = _method(analysis.mutual_information)
    target = _method(analysis.target)
    pair = _method(analysis.pair)
    pairs = _method(analysis.pairs)
    contributions = _method(analysis.contributions)
    conditional = _method(analysis.conditional)
    interaction = _method(analysis.interaction)
    lagged = _method(analysis.lagged)
    test = _method(analysis.test)
    compare = _method(analysis.compare_slices)
    over = _method(analysis.over)
    entropy = _method(analysis.entropy)
    counts = _method(analysis.counts)
    bins = _method(analysis.bins)
    slice = _method(analysis.slice)
    sample = _method(analysis.sample)

    def __repr__(self) -> str:
        title, table, notes = self._summary()
        return "\n".join([title, "", table.to_string(), "", *notes])

    def _repr_html_(self) -> str:
        title, table, notes = self._summary()
        return f"<p>{title}</p>{table.to_html(notebook=True)}<p>{'<br>'.join(notes)}</p>"

    def _summary(self) -> tuple[str, pd.DataFrame, list[str]]:
        """Return the title, the table and the notes of what a lone ``df.mi`` shows."""
        found = summary(self._frame)
        title = f"Mutual information of {found.columns} columns in {found.rows:,} rows"
        notes = ["Try .mi.matrix(), .mi.pairs(), .mi.target(column), .mi.plot.heatmap()."]
        if found.judged:
            notes.insert(0, "Kinds and encodings are judged by evenly spaced rows.")
        if found.columns > len(found.table):
            notes.insert(0, f"… and {found.columns - len(found.table)} more columns.")
        if found.table["encoding"].str.contains("too many").any():
            notes.append("Leave columns of too many levels out: their values are inflated.")
        return title, found.table, notes

    @property
    def plot(self) -> MIPlots:
        """Pictures: ``plot.heatmap()``, ``plot.bar(target)``, ``plot.pair(x, y)`` and others."""
        return MIPlots(self._frame)
