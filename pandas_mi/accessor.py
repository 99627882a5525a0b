"""``df.mi``: the functions of the package as methods of every DataFrame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from pandas_mi import analysis

__all__ = ["MIAccessor"]

P = ParamSpec("P")
R = TypeVar("R")


def _method(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[MIAccessor, P], R]:
    """Return the method that calls a function with the accessor's frame, of the same signature."""

    def method(accessor: MIAccessor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(accessor._frame, *args, **kwargs)

    return functools.update_wrapper(method, function)


@pd.api.extensions.register_dataframe_accessor("mi")
class MIAccessor:
    """Mutual information between the columns of a DataFrame.

    Examples
    --------
    >>> pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"]}).mi.pair("x", "y", base=2)
    1.0
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    matrix = _method(analysis.matrix)
    mutual_information = _method(analysis.mutual_information)
    target = _method(analysis.target)
    pair = _method(analysis.pair)
    entropy = _method(analysis.entropy)
    counts = _method(analysis.counts)
    bins = _method(analysis.bins)
    slice = _method(analysis.slice)
    sample = _method(analysis.sample)
