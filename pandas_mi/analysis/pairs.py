"""The long form of the matrix: one row a pair of columns."""

from __future__ import annotations

import dataclasses
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import inference
from pandas_mi.analysis.estimates import numbers, settled
from pandas_mi.analysis.evidence import weighed
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.neighbours import neighbour_values
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    MeasureOptions,
    takes_measure_options,
)
from pandas_mi.analysis.significance import CIMethod, Method, Significance
from pandas_mi.analysis.tables import encoded, presence, warn_many_levels
from pandas_mi.analysis.view import View, sampled_view
from pandas_mi.counting import Codes

__all__ = ["pairs"]

Floats = NDArray[np.float64]


@takes_measure_options
def pairs(
    data: Any,
    columns: Any = None,
    *,
    p_value: bool = False,
    method: Method = "auto",
    n_resamples: int = 999,
    ci: float | None = None,
    ci_method: CIMethod = "bootstrap",
    **given: Unpack[GivenMeasureOptions],
) -> pd.DataFrame:
    """Return every pair of columns as a row of its own, from high to low, ready to filter.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    p_value : bool, default False
        Add ``p_value``, the chance of telling as much if the two were independent, and
        ``q_value``, the false-discovery rate over all pairs of the result (needs SciPy).
    method : {"auto", "chi2", "permutation"}, default "auto"
        How p-values are had, as in `test`.
    n_resamples : int, default 999
        Random tables a p-value, and resampled tables an interval.
    ci : float, optional
        Add ``low`` and ``high``, the ends of a confidence interval of this level, such as 0.95,
        for the mutual information in the population. It is corrected for bias, so the plug-in
        value may lie above it.
    ci_method : {"bootstrap", "delta"}, default "bootstrap"
        Resample each table, or take the normal law and the jackknife's error, which is faster.
    normalized : bool, default False
        Sort by the normalised value. Both values are in the result either way.
    adjusted : bool, default False
        Add ``adjusted``, the value adjusted for chance, and sort by it.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, \
progress, correction, estimator, n_neighbors, clip
        As in `matrix`; `seed` also says which tables are drawn.

    Returns
    -------
    pandas.DataFrame, one row for each of the k(k - 1)/2 pairs of different columns
        Columns ``x`` and ``y`` (labels, in the order of the columns), ``n`` (the rows used),
        ``mutual_information`` (in nats unless `base` says otherwise) and ``normalized``. Equal
        values keep the order of the columns; NaN stands last.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    See Also
    --------
    matrix : the same values as a square.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, None]})
    >>> pandas_mi.pairs(frame, base=2).round(3)
       x  y  n  mutual_information  normalized
    0  x  y  4               1.000       1.000
    1  x  z  3               0.252       0.274
    2  y  z  3               0.252       0.274
    """
    options = MeasureOptions.of(given)
    wanted = Significance(method, n_resamples, ci, ci_method)
    if options.estimator == "knn" and (p_value or ci is not None):
        raise ValueError(
            "estimator='knn' counts no tables, so it has neither p_value nor ci; "
            "use estimator='plugin' for them"
        )
    view = sampled_view(data, options, columns)
    places = view.places(columns)
    codes = {} if options.estimator == "knn" else _codes(view, places, options)
    if p_value or ci is not None:
        found, evidence = weighed(codes, places, options, wanted, p_value=p_value)
        long = _long(view, places, options, found)
        p, low, high = np.where(long["mutual_information"].isna(), np.nan, _upper(evidence))
        if p_value:
            long["p_value"], long["q_value"] = p, inference.q_values(p)
        if ci is not None:
            unit = 1.0 if options.base is None else np.log(options.base)
            long["low"], long["high"] = low / unit, high / unit
    elif options.estimator == "knn":
        long = _long(view, places, options, None)
    else:
        long = _long(view, places, options, numbers(codes, places, places, options))
    ranked = "normalized" if options.normalized else "mutual_information"
    ranked = "adjusted" if options.adjusted else ranked
    return long.sort_values(ranked, ascending=False, kind="stable", ignore_index=True)


def _codes(view: View, places: list[int], options: MeasureOptions) -> dict[int, Codes]:
    in_play = encoded(view, places, options)
    if not options.adjusted:
        warn_many_levels(in_play.values())
    return {place: column.codes for place, column in in_play.items()}


def _long(
    view: View, places: list[int], options: MeasureOptions, found: Floats | None
) -> pd.DataFrame:
    """Return the upper triangle of a square of values, row by row; none found asks neighbours."""
    plain = dataclasses.replace(options, normalized=False, adjusted=False)
    scaled = dataclasses.replace(plain, normalized=True)
    if found is None:
        n = grid_entropies(presence(view, places, options), places, places, options).n
        values = [neighbour_values(view, places, places, kind) for kind in (plain, scaled)]
    else:
        n = found[0].astype(np.int64)
        values = [settled(found, kind) for kind in (plain, scaled)]
    held = {"n": n, "mutual_information": values[0], "normalized": values[1]}
    if options.adjusted and found is not None:
        held["adjusted"] = settled(found, options)
    labels = view.labels.take(places).to_flat_index()
    left, right = np.triu_indices(len(places), k=1)
    ends = {"x": labels.take(left), "y": labels.take(right)}
    return pd.DataFrame(ends | {name: _upper(square) for name, square in held.items()})


def _upper(square: NDArray[Any]) -> NDArray[Any]:
    """Return what stands above the diagonal of the last two axes, row by row."""
    return square[(..., *np.triu_indices(square.shape[-1], k=1))]
