"""What a column told about another some rows before."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any, Unpack

import numpy as np
import pandas as pd

from pandas_mi import neighbors
from pandas_mi.analysis.estimates import estimated, value_name
from pandas_mi.analysis.joint import features
from pandas_mi.analysis.neighbours import continuous_columns, scaled
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    MeasureOptions,
    takes_measure_options,
)
from pandas_mi.analysis.view import View, view_of
from pandas_mi.counting import Codes

__all__ = ["lagged"]

AtLag = Callable[[slice, slice], float]


@takes_measure_options
def lagged(
    data: Any,
    x: Any,
    y: Any,
    lags: Any,
    **given: Unpack[GivenMeasureOptions],
) -> pd.Series:
    """Return the mutual information of one column with another some rows later, for each lag.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Rows in order: that of the data, or of the query's ORDER BY. Anything with
        ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y : label or list of labels
        Several are taken together, as one feature. The same column twice tells how long it
        remembers itself.
    lags : int or iterable of int
        By how many rows x comes before y; below 0 for after.
    sample_size
        Not allowed: a sample has no neighbouring rows.
    normalized, slice_query, seed, bins, missing, average, base, min_periods, threads, progress, \
adjusted, correction, estimator, n_neighbors, clip
        As in `matrix`. With ``missing="listwise"`` a row is left out of a lag where either
        column is missing, as with "pairwise": dropping it beforehand would shift the others.

    Returns
    -------
    pandas.Series of float64, one value a lag
        I(x at t − lag; y at t), in nats unless `base` says otherwise. Rows without a partner
        within the data are left out; NaN where no row is left. Every lag uses the same bins.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`, and ValueError for a sample.

    Examples
    --------
    >>> frame = pd.DataFrame({"rain": [0, 1, 1, 0, 1, 0, 0, 1], "wet": [0, 0, 1, 1, 0, 1, 0, 0]})
    >>> pandas_mi.lagged(frame, "rain", "wet", range(3)).round(3)
    lag
    0    0.034
    1    0.683
    2    0.057
    Name: mutual_information, dtype: float64
    """
    options = MeasureOptions.of(given)
    if options.sample_size is not None:
        raise ValueError(
            "lagged takes no sample_size: a sample has no neighbouring rows; "
            "choose a run of rows with slice_query, such as 'SELECT * FROM t LIMIT 10000'"
        )
    steps = _checked_lags(lags)
    view = view_of(data, options.slice_query, ordered=True)
    if options.missing == "listwise":
        options = dataclasses.replace(options, missing="pairwise")
    value = _by_neighbours if options.estimator == "knn" else _by_counts
    at_lag = value(view, x, y, options)
    values = [at_lag(*_shifted(lag, view.n_rows)) for lag in steps]
    index = pd.Index(steps, name="lag", dtype="int64")
    return pd.Series(values, index=index, name=value_name(options), dtype="float64")


def _shifted(lag: int, n: int) -> tuple[slice, slice]:
    """Which rows of x stand against which rows of y."""
    rows, before, after = max(n - abs(lag), 0), max(-lag, 0), max(lag, 0)
    return slice(before, before + rows), slice(after, after + rows)


def _by_counts(view: View, x: Any, y: Any, options: MeasureOptions) -> AtLag:
    one, two = features(view, [x, y], options)

    def value(rows_x: slice, rows_y: slice) -> float:
        pair = {
            0: Codes(one.codes[rows_x], one.cardinality),
            1: Codes(two.codes[rows_y], two.cardinality),
        }
        return float(estimated(pair, [0], [1], options)[0, 0])

    return value


def _by_neighbours(view: View, x: Any, y: Any, options: MeasureOptions) -> AtLag:
    places = view.places(x), view.places(y)
    columns = continuous_columns(view, [*places[0], *places[1]], options)
    one, two = (np.column_stack([columns[place].scores for place in group]) for group in places)

    def value(rows_x: slice, rows_y: slice) -> float:
        left, right = one[rows_x], two[rows_y]
        known = ~np.isnan(np.column_stack([left, right])).any(axis=1)
        if np.count_nonzero(known) < max(options.min_periods, 2):
            return float("nan")
        left, right = left[known], right[known]
        if np.array_equal(left, right):
            return float(scaled(np.array(np.inf), options))
        shared = neighbors.continuous(left, right, k=options.n_neighbors)
        return float(scaled(np.array(shared), options))

    return value


def _checked_lags(lags: Any) -> list[int]:
    try:
        return [operator.index(lag) for lag in (lags if hasattr(lags, "__iter__") else [lags])]
    except TypeError:
        raise TypeError(
            f"lags must be an int or a sequence of them, such as range(-24, 25), got {lags!r}"
        ) from None
