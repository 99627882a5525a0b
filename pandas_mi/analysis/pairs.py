"""The long form of the matrix: one row a pair of columns."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd

from pandas_mi import information
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.options import GivenOptions, Options, takes_options
from pandas_mi.analysis.tables import encoded, warn_many_levels
from pandas_mi.analysis.view import sampled_view
from pandas_mi.information import Entropies

__all__ = ["pairs"]


@takes_options
def pairs(
    data: Any,
    columns: Any = None,
    **given: Unpack[GivenOptions],
) -> pd.DataFrame:
    """Return every pair of columns as a row of its own, from high to low, ready to filter.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    columns : label or list of labels, optional
        Columns in play; all by default.
    normalized : bool, default False
        Sort by the normalised value. Both values are in the result either way.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, progress
        As in `matrix`.

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
    options = Options.of(given)
    view = sampled_view(data, options)
    places = view.places(columns)
    in_play = encoded(view, places, options)
    warn_many_levels(in_play.values())
    codes = {place: column.codes for place, column in in_play.items()}
    tables = grid_entropies(codes, places, places, options)
    long = _long(tables, view.labels.take(places).to_flat_index(), options)
    ranked = "normalized" if options.normalized else "mutual_information"
    return long.sort_values(ranked, ascending=False, kind="stable", ignore_index=True)


def _long(tables: Entropies, labels: pd.Index, options: Options) -> pd.DataFrame:
    """Return the upper triangle of a square of tables, row by row."""
    left, right = np.triu_indices(len(labels), k=1)
    upper = Entropies(*(part[left, right] for part in (tables.n, tables.x, tables.y, tables.joint)))
    shared = information.mutual_information(upper, options.base)
    scaled = information.normalized(upper, options.average)
    enough = upper.n >= options.min_periods
    return pd.DataFrame(
        {
            "x": labels.take(left),
            "y": labels.take(right),
            "n": upper.n,
            "mutual_information": np.where(enough, shared, np.nan),
            "normalized": np.where(enough, scaled, np.nan),
        }
    )
