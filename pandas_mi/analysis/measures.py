"""The measures: one function an answer, all over the same steps."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.analysis.estimates import estimated, value_name
from pandas_mi.analysis.joint import features
from pandas_mi.analysis.neighbours import neighbour_pair, neighbour_values
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    MeasureOptions,
    takes_measure_options,
)
from pandas_mi.analysis.tables import encoded, warn_many_levels
from pandas_mi.analysis.view import View, sampled_view

Floats = NDArray[np.float64]

__all__ = ["matrix", "mutual_information", "pair", "target"]


@takes_measure_options
def matrix(
    data: Any,
    columns: Any = None,
    **given: Unpack[GivenMeasureOptions],
) -> pd.DataFrame:
    """Return the mutual information of every pair of columns.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    normalized : bool, default False
        Divide by a mean of the two entropies (`average`), so that values lie in [0, 1].
    slice_query : str, optional
        Use only the rows (and columns) that this SQL query or predicate selects.
    sample_size : int, optional
        Use only so many rows of the slice, drawn uniformly without replacement.
    seed : int, float or None, default 0.25
        Which sample; None draws another each time.
    bins : "auto", int, sequence, None or dict, default "auto"
        How numeric columns are binned, when they have more than twice as many distinct values
        as bins: the integer cube root of the column's known rows, from 2 to 128 ("auto"), or so
        many equal-frequency bins (int). A sequence gives inner cuts, closed on the right; None
        takes every column by value. A dict sets it column by column; `bins` returns one.
    missing : {"pairwise", "listwise", "category", "raise"}, default "pairwise"
        Use the rows where both columns of a pair are known, or where all columns in play are;
        take missing as a level of its own; or refuse missing values.
    average : {"arithmetic", "geometric", "min", "max", "joint", "row", "column"}
        The mean of the entropies that normalises, "arithmetic" by default; "joint" is the entropy
        of the pair. "row" and "column" divide by the entropy of one of the two: Theil's
        uncertainty coefficient, the share of it that the other tells, which is not symmetric.
    base : float, optional
        Unit of information: 2 for bits; nats by default.
    min_periods : int, default 1
        Fewest rows that a pair needs; with fewer the value is NaN.
    threads : int, optional
        Most threads to count with; by default all cores when it is worth it.
    progress : bool or callable, default False
        True shows a bar (needs tqdm); a callable gets the fraction done.
    adjusted : bool, default False
        Normalised and adjusted for chance: (I − E[I]) / (mean of the entropies − E[I]), E[I]
        being the mean over tables of the same margins. 0 on average for unrelated columns,
        and for a column of unique values, whatever the number of levels and rows.
    correction : {"miller-madow", "grassberger", "chao-shen", "jackknife", "shrink"}, optional
        Correct the entropies for the bias of few rows; values may leave their bounds.
    estimator : {"plugin", "knn"}, default "plugin"
        "knn" takes the columns that would be binned as continuous, and estimates from nearest
        neighbours (needs SciPy). Values do not depend on bins, may be below 0, and are infinite
        for a column with itself. Normalised it is sqrt(1 − exp(−2·I)), the informational
        coefficient: |ρ| of the Gaussian pair that tells as much.
    n_neighbors : int, default 3
        For "knn": more lessen the scatter and add bias.
    clip : bool, default False
        Raise values below 0, which adjusted, corrected and "knn" values may have, to 0.

    Returns
    -------
    pandas.DataFrame of float64, shape (k, k)
        Symmetric (but for ``average="row"`` and ``"column"``), in nats unless `base` says
        otherwise. The diagonal is the entropy of each column, or 1.0 when normalised (0.0 for a
        constant column).

    Raises
    ------
    UnknownColumnError
        When the data has no column of a given label.
    SliceError
        When the query does not parse or does not fit the data.
    TypeError, ValueError
        When an option has a wrong type or value, or a column cannot be compared by value.

    Warns
    -----
    HighCardinalityWarning
        When a column is taken by value and has more than 50 levels and more levels than half of
        its rows: plug-in values are inflated there.

    See Also
    --------
    target : every column against one.

    Notes
    -----
    Plug-in (maximum-likelihood) estimates, biased upwards by about (k − 1)(l − 1)/2n nats for
    independent columns of k and l levels (Miller 1955).

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, 2]})
    >>> pandas_mi.matrix(frame, base=2)
         x    y    z
    x  1.0  1.0  0.0
    y  1.0  1.0  0.0
    z  0.0  0.0  1.0
    """
    options = MeasureOptions.of(given)
    view = sampled_view(data, options, columns)
    places = view.places(columns)
    values = _values(view, places, places, options)
    labels = view.labels.take(places)
    return pd.DataFrame(values, index=labels, columns=labels)


@takes_measure_options
def mutual_information(
    data: Any,
    features: Any,
    columns: Any = None,
    **given: Unpack[GivenMeasureOptions],
) -> pd.DataFrame:
    """Return the mutual information of each feature with every column.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    features : label or list of labels
        One row of the result each.
    columns : label or list of labels, optional
        One column of the result each; all columns of the data, or of the query's SELECT list,
        by default.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress, adjusted, correction, estimator, n_neighbors, clip
        As in `matrix`.

    Returns
    -------
    pandas.DataFrame of float64, shape (features, columns)
        In nats unless `base` says otherwise; a feature with itself gives its entropy, or 1.0
        when normalised.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, 2]})
    >>> pandas_mi.mutual_information(frame, "x", normalized=True)
         x    y    z
    x  1.0  1.0  0.0
    """
    options = MeasureOptions.of(given)
    view = sampled_view(data, options, features, columns)
    rows, across = view.places(features), view.places(columns)
    values = _values(view, rows, across, options)
    return pd.DataFrame(values, index=view.labels.take(rows), columns=view.labels.take(across))


@takes_measure_options
def target(
    data: Any,
    column: Any,
    columns: Any = None,
    **given: Unpack[GivenMeasureOptions],
) -> pd.Series:
    """Return the mutual information of every other column with one, from high to low.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    column : label
        The column that the others tell about.
    columns : label or list of labels, optional
        The others; all by default.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress, adjusted, correction, estimator, n_neighbors, clip
        As in `matrix`.

    Returns
    -------
    pandas.Series of float64, one value a column
        In nats unless `base` says otherwise. Equal values keep the order of the columns; NaN
        stands last.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, 2]})
    >>> pandas_mi.target(frame, "y", normalized=True)
    x    1.0
    z    0.0
    Name: normalized_mutual_information, dtype: float64
    """
    options = MeasureOptions.of(given)
    view = sampled_view(data, options, column, columns)
    aim = view.place(column)
    others = [place for place in view.places(columns) if place != aim]
    values = _values(view, [aim], others, options)[0]
    name = value_name(options)
    ranked = pd.Series(values, index=view.labels.take(others), name=name)
    return ranked.sort_values(ascending=False, kind="stable")


@takes_measure_options
def pair(
    data: Any,
    x: Any,
    y: Any,
    **given: Unpack[GivenMeasureOptions],
) -> float:
    """Return the mutual information of two columns.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y : label or list of labels
        The columns; the entropy when they are the same. Several are taken together, as one
        feature of which each combination is a level.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress, adjusted, correction, estimator, n_neighbors, clip
        As in `matrix`.

    Returns
    -------
    float
        In nats unless `base` says otherwise.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"]})
    >>> pandas_mi.pair(frame, "x", "y", base=2)
    1.0
    >>> frame["exclusive"] = [1, 0, 0, 1]
    >>> frame["half"] = [1, 0, 1, 0]
    >>> pandas_mi.pair(frame, ["exclusive", "half"], "y", base=2)
    1.0
    """
    options = MeasureOptions.of(given)
    view = sampled_view(data, options, x, y)
    one, two = view.places(x), view.places(y)
    if len(one) == len(two) == 1:
        return float(_values(view, one, two, options)[0, 0])
    if options.estimator == "knn":
        return neighbour_pair(view, one, two, [], options)
    parts = features(view, [x, y], options)
    return float(estimated(dict(enumerate(parts)), [0], [1], options)[0, 0])


def _values(view: View, rows: list[int], across: list[int], options: MeasureOptions) -> Floats:
    """Return what the options ask for of each pair of places, shape (rows, across)."""
    if options.estimator == "knn":
        return neighbour_values(view, rows, across, options)
    columns = encoded(view, [*rows, *across], options)
    if len(columns) > 1 and not options.adjusted:
        warn_many_levels(columns.values())
    codes = {place: column.codes for place, column in columns.items()}
    return estimated(codes, rows, across, options)
