"""What two columns tell about each other, before and after: what has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, Unpack

import numpy as np
import pandas as pd

from pandas_mi import inference
from pandas_mi.analysis.options import (
    GivenOptions,
    Options,
    check_choice,
    check_count,
    takes_options,
)
from pandas_mi.analysis.sides import Sides, of_slices, of_tables, of_tallies
from pandas_mi.analysis.tally import Tally
from pandas_mi.counting import JointCounts
from pandas_mi.sampling import key_of

__all__ = ["ChangeMethod", "compare", "compare_slices"]

ChangeMethod = Literal["auto", "delta", "permutation"]
Function = TypeVar("Function", bound=Callable[..., Any])

_COLUMNS = ["mi_before", "mi_after", "difference", "standard_error", "p_value"]


@takes_options
def compare(
    before: Any,
    after: Any,
    columns: Any = None,
    *,
    data: Any = None,
    method: ChangeMethod = "auto",
    n_resamples: int = 999,
    **given: Unpack[GivenOptions],
) -> pd.DataFrame:
    """Test for every pair of columns whether its mutual information has changed.

    As ``df.mi.compare(before, after)`` the two are slices of one frame.

    Parameters
    ----------
    before, after : two tables, two `Tally`, or two queries
        Tables of any form that `matrix` takes. With `data` queries that select its rows, none of
        them in both; without it, a string is the path of a Parquet file.
    columns : label or list of labels, optional
        Columns in play; all by default, which both must have.
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files, optional
        The table that the queries are put to.
    method : {"auto", "delta", "permutation"}, default "auto"
        "delta" takes the difference over its standard error for normal. "permutation" lets rows
        change sides at random, which is right for few rows and weak dependence too. "auto" takes
        delta where it is as good, else permutation.
    n_resamples : int, default 999
        Random tables a p-value; of a pair with more than 256 occupied cells 49 at most, whose mean
        and spread tell the rest.
    normalized : bool, default False
        Compare the normalised values.
    bins
        As in `matrix`; what is not given is learnt from the rows of both together, so that values
        compare. A tally has its bins.
    slice_query, sample_size
        As in `matrix`, for each of two tables; two queries allow no third.
    seed
        Which sample, and which random tables.
    missing, average, base, min_periods, threads, progress
        As in `matrix`.

    Returns
    -------
    pandas.DataFrame, one row for each pair of different columns
        ``x`` and ``y`` (labels); ``mi_before`` and ``mi_after`` (in nats unless `base` or
        `normalized` says otherwise), ``difference`` (after − before) and its ``standard_error``,
        all without the bias that few rows bring, as ``correction="jackknife"`` gives them, so that
        they may be below 0; ``p_value``; ``q_value``, the false-discovery rate over all pairs;
        ``n_before`` and ``n_after``, the rows used. The surest change comes first, NaN last.

    Raises
    ------
    UnknownColumnError, SliceError
        As `matrix`.
    TypeError
        When a column holds values before that do not compare with those after.
    ValueError
        When the two share rows, or a wrong value is given.
    ImportError
        Without SciPy, where random tables of more than 256 occupied cells are drawn.

    See Also
    --------
    over : the value in each period.

    Notes
    -----
    The test is of equal mutual information, not of equal tables. The difference of the jackknifed
    values (Zahl 1977, doi:10.2307/1936227) over its error is normal for many rows of dependent
    columns. The permutation of membership is exact when nothing has changed; the statistic being
    studentised, it is also right, for many rows, when distributions differ and information does
    not (Chung & Romano 2013, doi:10.1214/13-AOS1090). q after Benjamini & Hochberg 1995
    (doi:10.1111/j.2517-6161.1995.tb02031.x).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame({"day": np.arange(2000), "x": rng.random(2000), "y": rng.random(2000)})
    >>> frame.loc[1000:, "y"] = frame["x"]
    >>> changed = frame.mi.compare("day < 1000", "day >= 1000", ["x", "y"], bins=4)
    >>> changed[["mi_before", "mi_after", "standard_error", "q_value", "n_after"]].round(3)
       mi_before  mi_after  standard_error  q_value  n_after
    0       -0.0     1.232           0.018      0.0     1000
    """
    if data is not None:
        return compare_slices(
            data, before, after, columns, method=method, n_resamples=n_resamples, **given
        )
    options = _checked(method, n_resamples, given)
    tallies = [isinstance(one, Tally) for one in (before, after)]
    if any(tallies) and not all(tallies):
        raise TypeError("a tally is compared with another tally, not with a table")
    sides = (of_tallies if all(tallies) else of_tables)(before, after, columns, options)
    return _compared(sides, options, method, n_resamples)


@takes_options
def compare_slices(
    data: Any,
    before: str,
    after: str,
    columns: Any = None,
    *,
    method: ChangeMethod = "auto",
    n_resamples: int = 999,
    **given: Unpack[GivenOptions],
) -> pd.DataFrame:
    """Test for every pair of columns whether its mutual information differs between two slices.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
    before, after : str
        Queries that select rows, as ``slice_query`` of `matrix` does, and none in both.
    columns : label or list of labels, optional
        Columns in play; all by default.
    slice_query
        Not allowed: its conditions belong into both queries.
    method, n_resamples, normalized, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress
        As in `pandas_mi.compare`.

    Returns
    -------
    pandas.DataFrame, one row for each pair of different columns
        ``x``, ``y``, ``mi_before``, ``mi_after``, ``difference``, ``standard_error``, ``p_value``,
        ``q_value``, ``n_before`` and ``n_after``, the surest change first; see
        `pandas_mi.compare`.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError, ImportError
        As `pandas_mi.compare`.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": range(400), "x": [0, 1] * 200})
    >>> frame["y"] = frame["x"].where(frame["day"] < 200, 0)
    >>> changed = frame.mi.compare("day < 200", "day >= 200", ["x", "y"])
    >>> changed[["mi_before", "mi_after", "p_value"]].round(3)
       mi_before  mi_after  p_value
    0      0.696       0.0      0.0
    """
    options = _checked(method, n_resamples, given)
    sides = of_slices(data, before, after, columns, options)
    return _compared(sides, options, method, n_resamples)


def _checked(method: str, n_resamples: int, given: GivenOptions) -> Options:
    check_choice("method", method, ("auto", "delta", "permutation"))
    check_count("n_resamples", n_resamples, 1)
    return Options.of(given)


def _compared(sides: Sides, options: Options, method: str, n_resamples: int) -> pd.DataFrame:
    """Return the table of all pairs, the surest change first."""
    rows = {
        pair: _row(before, after, options, method, n_resamples)
        for pair, before, after in sides.tables(options)
    }
    ordered = sorted(rows)
    values = np.array([rows[pair] for pair in ordered], dtype=np.float64).reshape(-1, 7)
    labels = sides.labels.to_flat_index()
    left, right = np.array(ordered, dtype=np.intp).reshape(-1, 2).T
    long = pd.DataFrame({"x": labels.take(left), "y": labels.take(right)})
    long[_COLUMNS] = values[:, :5]
    long["q_value"] = inference.q_values(values[:, 4])
    for place, name in ((5, "n_before"), (6, "n_after")):
        long[name] = values[:, place].astype(np.int64)
    return _surest_first(long)


def _surest_first(long: pd.DataFrame) -> pd.DataFrame:
    """Sort by p, and those that are too small to differ by the difference over its error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = np.abs(long["difference"].to_numpy() / long["standard_error"].to_numpy())
    order = np.lexsort((-np.nan_to_num(evidence), long["p_value"].to_numpy()))
    return long.iloc[order].reset_index(drop=True)


def _row(
    before: JointCounts, after: JointCounts, options: Options, method: str, n_resamples: int
) -> list[float]:
    """Return both values, their difference, its error, p, and the rows of each side."""
    n = [before.total, after.total]
    if min(n) < max(options.min_periods, 2):
        return [np.nan] * 5 + n
    found = inference.change(
        _two_tables(before, after),
        np.random.default_rng(key_of(options.seed)),
        method=method,
        n_resamples=n_resamples,
        average=options.average if options.normalized else None,
    )
    unit = 1.0 if options.base is None or options.normalized else np.log(options.base)
    values = [found.before, found.after, found.after - found.before, found.error]
    return [*(value / unit for value in values), found.p_value, *n]


def _two_tables(before: JointCounts, after: JointCounts) -> inference.TwoTables:
    """Return the cells that either occupies."""
    if before.cells is None and after.cells is None:
        return inference.TwoTables.of(before.counts, after.counts)
    one, two = (_occupied(table) for table in (before, after))
    cells, places = np.unique(np.concatenate([one[0], two[0]]), return_inverse=True)
    counts = np.zeros((2, len(cells)), dtype=np.int64)
    counts[0, places[: len(one[0])]] = one[1]
    counts[1, places[len(one[0]) :]] = two[1]
    return inference.TwoTables.at(counts, *np.divmod(cells, before.shape[1]))


def _occupied(table: JointCounts) -> tuple[Any, Any]:
    if table.cells is not None:
        return table.cells, table.counts
    cells = np.flatnonzero(table.counts)
    return cells, table.counts.ravel()[cells]
