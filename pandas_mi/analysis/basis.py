"""What the measures rest on: each column's entropy and cuts, and the rows that a pair uses."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd

from pandas_mi.analysis.estimates import estimated_alone
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.neighbours import neighbour_values
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    GivenOptions,
    MeasureOptions,
    Options,
    takes_measure_options,
    takes_options,
)
from pandas_mi.analysis.tables import encoded, presence
from pandas_mi.analysis.view import sampled_view

__all__ = ["bins", "counts", "entropy"]


@takes_measure_options
def entropy(
    data: Any,
    columns: Any = None,
    **given: Unpack[GivenMeasureOptions],
) -> pd.Series:
    """Return the entropy of each column, as encoded: the diagonal of `matrix`.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress, adjusted, correction, estimator, n_neighbors, clip
        As in `matrix`.

    Returns
    -------
    pandas.Series of float64, one value a column
        In nats unless `base` says otherwise; 1.0 when normalised (0.0 for a constant column).

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> pandas_mi.entropy(pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "a", "a"]}), base=2)
    x    1.0
    y    0.0
    Name: entropy, dtype: float64
    """
    options = MeasureOptions.of(given)
    view = sampled_view(data, options, columns)
    places = view.places(columns)
    if options.estimator == "knn":
        values = np.array(
            [neighbour_values(view, [place], [place], options)[0, 0] for place in places]
        )
    else:
        codes = {place: column.codes for place, column in encoded(view, places, options).items()}
        values = estimated_alone(codes, places, options)
    return pd.Series(values, index=view.labels.take(places), name="entropy")


@takes_options
def counts(
    data: Any,
    columns: Any = None,
    **given: Unpack[GivenOptions],
) -> pd.DataFrame:
    """Return the number of rows that `matrix` uses for each pair of columns.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress
        As in `matrix`.

    Returns
    -------
    pandas.DataFrame of int64, shape (k, k)

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> pandas_mi.counts(pd.DataFrame({"x": [1, None, 3], "y": [1, 2, None]}))
       x  y
    x  2  1
    y  1  2
    """
    options = Options.of(given)
    view = sampled_view(data, options, columns)
    places = view.places(columns)
    used = grid_entropies(presence(view, places, options), places, places, options).n
    labels = view.labels.take(places)
    return pd.DataFrame(used, index=labels, columns=labels)


@takes_options
def bins(
    data: Any,
    columns: Any = None,
    **given: Unpack[GivenOptions],
) -> dict[Any, list[Any] | None]:
    """Return the inner cuts of each column, in the form that ``bins=`` takes.

    Passing them back makes two slices share one encoding.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress
        As in `matrix`.

    Returns
    -------
    dict of label to list, or to None for a column taken by value
        Cuts ascend and are values of the column's own type. A bin is closed on the right; the
        outer ones have no bound.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": range(10), "y": ["a", "b"] * 5})
    >>> pandas_mi.bins(frame)
    {'x': [4], 'y': None}
    """
    options = Options.of(given)
    view = sampled_view(data, options, columns)
    columns_in_play = encoded(view, view.places(columns), options).values()
    return {column.label: column.encoding.bins() for column in columns_in_play}
