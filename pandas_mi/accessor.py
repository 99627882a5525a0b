"""``df.mi``: the functions of the package as methods of every DataFrame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from pandas_mi import analysis, plotting

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
    entropy = _method(analysis.entropy)
    counts = _method(analysis.counts)
    bins = _method(analysis.bins)
    slice = _method(analysis.slice)
    sample = _method(analysis.sample)

    @property
    def plot(self) -> MIPlots:
        """Pictures: ``plot.heatmap()``, ``plot.bar(target)`` and ``plot.pair(x, y)``."""
        return MIPlots(self._frame)
