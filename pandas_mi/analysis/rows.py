"""The rows of a slice or a sample, as a DataFrame."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pandas_mi.analysis.options import Options, Seed
from pandas_mi.analysis.view import sampled_view, view_of

__all__ = ["sample", "slice"]


def slice(data: Any, query: str) -> pd.DataFrame:  # noqa: A001
    """Return the rows and columns that a query selects, with their index and dtypes.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
    query : str
        ``SELECT … FROM … WHERE … ORDER BY … LIMIT …``, or a bare predicate.

    Returns
    -------
    pandas.DataFrame
        A copy; rows stand as ORDER BY says, else as in the data. Data that is not a DataFrame
        comes back Arrow-backed, its index the physical row numbers.

    Raises
    ------
    SliceError
        When the query cannot be parsed, is not supported, or does not fit the data.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1.0, None, 30.0], "city": ["A", "B", "A"]})
    >>> pandas_mi.slice(frame, "x < 20 AND city IN ('A', 'B')")
         x city
    0  1.0    A
    """
    options = Options(slice_query=query)
    return view_of(data, options.slice_query, ordered=True).frame()


def sample(
    data: Any, sample_size: int, seed: Seed = 0.25, slice_query: str | None = None
) -> pd.DataFrame:
    """Return a uniform sample of the rows without replacement, in their original order.

    These are the very rows that the other functions use when given the same options.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
    sample_size : int
        How many rows; all of them when there are no more. A smaller sample of the same seed is
        part of a larger one.
    seed : int, float or None, default 0.25
        None draws other rows each time.
    slice_query : str, optional
        Sample from the rows that this query selects.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    TypeError, ValueError
        When `sample_size` is not a count, or `seed` not a finite number.

    Examples
    --------
    >>> pandas_mi.sample(pd.DataFrame({"x": range(1000)}), 3).index.tolist()
    [301, 543, 571]
    """
    options = Options(sample_size=sample_size, seed=seed, slice_query=slice_query)
    return sampled_view(data, options).frame()
