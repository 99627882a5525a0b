"""Consecutive rows that come as several DataFrames, as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

__all__ = ["common_dtype", "joined_frames"]


def joined_frames(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of frames with the same columns, one after the other.

    Frames without rows have no say in the dtypes; categories are united.

    Examples
    --------
    >>> from pandas_mi.sources import joined_frames
    >>> ones = [pd.DataFrame({"x": pd.Categorical([value])}) for value in "ab"]
    >>> joined_frames(ones)["x"].dtype.categories.tolist()
    ['a', 'b']
    """
    some = [frame for frame in frames if len(frame)] or list(frames[:1])
    if len(some) == 1:
        return some[0]
    labels = some[0].columns
    some = [frame.set_axis(range(len(labels)), axis=1) for frame in some]
    for place in range(len(labels)):
        held = list(dict.fromkeys(frame[place].dtype for frame in some))
        if len(held) > 1:
            common = common_dtype([frame[place].iloc[:1] for frame in some])
            for frame in some:
                frame[place] = frame[place].astype(common)
    return pd.concat(some).set_axis(labels, axis=1)


def common_dtype(ones: Sequence[pd.Series]) -> Any:
    """Return the dtype in which pandas holds the values of all these, none of them empty."""
    held: list[Any] = [series.dtype for series in ones]
    if all(dtype == held[0] for dtype in held):
        return held[0]
    if not all(isinstance(dtype, pd.CategoricalDtype) for dtype in held):
        # As frames: pandas makes objects of Series of whole numbers and of truth values.
        return pd.concat([one.to_frame(0) for one in ones])[0].dtype
    known = [dtype.categories for dtype in held if len(dtype.categories)]
    categories = known[0].append(known[1:]).unique() if known else held[0].categories
    return pd.CategoricalDtype(categories)
