"""What columns tell about each other in each period, or each group."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import inference
from pandas_mi.analysis.both import shown_kind
from pandas_mi.analysis.contributions import level_labels
from pandas_mi.analysis.estimates import numbers_of, settled
from pandas_mi.analysis.options import (
    BinsOption,
    GivenMeasureOptions,
    MeasureOptions,
    takes_measure_options,
)
from pandas_mi.analysis.periods import periods_of
from pandas_mi.analysis.significance import CIMethod, Significance, interval
from pandas_mi.analysis.tables import encoded, warn_many_levels
from pandas_mi.analysis.view import View, sampled_view
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.counting import Codes, JointCounts, Tables, joint_counts

__all__ = ["over"]

# A cell costs 2 ns to clear and to sum, where sorting rows and looking at groups one by one costs
# 20 ns a row and 150 µs a group.
_CELLS_A_ROW = 16
_MOST_CELLS = 1 << 24

Floats = NDArray[np.float64]


@takes_measure_options
def over(
    data: Any,
    column: Any,
    pairs: Any,
    *,
    freq: str | None = None,
    ci: float | None = None,
    ci_method: CIMethod = "delta",
    n_resamples: int = 999,
    count: bool = False,
    **given: Unpack[GivenMeasureOptions],
) -> pd.DataFrame:
    """Return the mutual information of pairs of columns in each period, or each group.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    column : label
        Which period, or group, a row belongs to. Rows where it is missing are left out.
    pairs : tuple (x, y), or list of such
        The columns to measure.
    freq : str, optional
        The length of a period of a time column: "h", "D", "W", "M", "Q", "Y", or whatever else
        `pandas.Period` takes. Instants with a time zone count by their local time. Without it there
        is a group for each value or bin of the column, as `bins` has it.
    ci : float, optional
        Add the ends of a confidence interval of this level, such as 0.95, as `pairs` does. Not
        with `normalized` or `adjusted`.
    ci_method : {"delta", "bootstrap"}, default "delta"
        As in `pairs`.
    n_resamples : int, default 999
        Resampled tables an interval.
    count : bool, default False
        Add the rows used.
    min_periods : int, default 1
        Fewest rows that a pair needs in a period; with fewer the value is NaN.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, threads, progress, \
adjusted, correction, clip
        As in `matrix`. Columns are encoded once, over all periods, so that periods compare.
    estimator, n_neighbors
        Not allowed: periods are counted.

    Returns
    -------
    pandas.DataFrame of float64, one row for each period or group
        Periods ascend, and those without a row are there too, with NaN. Columns ``(x, y)``; with
        `ci` or `count` a third level: ``value``, ``low``, ``high`` and ``n``. In nats unless `base`
        says otherwise.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`; and when `freq` does not fit the column.

    See Also
    --------
    compare : tests whether two slices differ.

    Notes
    -----
    Plug-in values are biased upwards by about (k − 1)(l − 1)/2n nats, n being the rows of the
    period: where the number of rows varies, so would they. ``correction="jackknife"`` or
    ``adjusted=True`` take the bias off. The interval is corrected already, by the jackknife.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=60)
    >>> frame = pd.DataFrame({"day": days, "x": [0, 1] * 30, "y": [0, 1] * 15 + [0, 0, 1] * 10})
    >>> frame.mi.over("day", ("x", "y"), freq="M", base=2).round(2)
    x           x
    y           y
    day
    2024-01  1.0
    2024-02  0.0
    """
    options = MeasureOptions.of(given)
    wanted = Significance(n_resamples=n_resamples, ci=ci, ci_method=ci_method)
    _check(options, ci, count)
    chosen = _as_pairs(pairs)
    in_play = list(dict.fromkeys(label for pair in chosen for label in pair))
    view = sampled_view(data, options, [column], in_play)
    groups = _Groups.of(view, column, in_play, freq, options)
    workers = thread_count(options.threads)
    done = mapped(lambda pair: _values(groups, pair, wanted, options, count), chosen, workers)
    return _wide(groups, chosen, list(done))


def _check(options: MeasureOptions, ci: float | None, count: bool) -> None:
    if options.estimator == "knn":
        raise ValueError("over counts tables, so it has no estimator='knn'; use 'plugin'")
    if ci is not None and (options.normalized or options.adjusted):
        raise ValueError("ci= is for mutual information itself: leave normalized and adjusted out")
    if not isinstance(count, bool | np.bool_):
        raise TypeError(f"count must be bool, got {type(count).__name__} {count!r}")


def _as_pairs(pairs: Any) -> list[tuple[Any, Any]]:
    """Return one pair, or several, as a list."""
    several = [pairs] if isinstance(pairs, tuple) else pairs
    fits = isinstance(several, Sequence) and not isinstance(several, str) and len(several) > 0
    if not fits or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in several):
        raise TypeError(
            "pairs must be one pair of labels, such as ('x', 'y'), or a list of them, "
            f"got {pairs!r}"
        )
    return list(dict.fromkeys((x, y) for x, y in several))


@dataclass(frozen=True)
class _Groups:
    """The columns in play at the rows that belong to a group.

    Attributes
    ----------
    index : pandas.Index, shape (k,)
        The groups.
    group : ndarray of int, shape (n,)
        Which group each row belongs to, from 0.
    columns : mapping of label to (place, Codes of n rows)
    """

    index: pd.Index
    group: NDArray[np.intp]
    columns: Mapping[Any, tuple[int, Codes]]

    @classmethod
    def of(
        cls, view: View, column: Any, labels: Sequence[Any], freq: Any, options: MeasureOptions
    ) -> _Groups:
        """Encode the column and the others, each once for all groups."""
        place, places = view.place(column), {label: view.place(label) for label in labels}
        index: pd.Index | None = None
        if freq is not None:
            index, cuts = periods_of(view, place, freq, thread_count(options.threads))
            bins = _with_cuts(view, place, [*places.values(), place], cuts, options.bins)
            options = dataclasses.replace(options, bins=bins)
        found = encoded(view, [place, *places.values()], options)
        if not options.adjusted:
            warn_many_levels(one for at, one in found.items() if at != place)
        index = level_labels(found[place].encoding) if index is None else index
        known, codes = _known(found[place].codes.codes)
        columns = {label: (at, _taken(found[at].codes, known)) for label, at in places.items()}
        return cls(index.rename(column), codes, columns)


def _with_cuts(
    view: View, place: int, places: Sequence[int], cuts: list[Any], bins: BinsOption
) -> dict[Any, Any]:
    """Return the settings of all columns, that of one of them being cuts."""
    own = view.labels[place]
    if isinstance(bins, Mapping):
        if own in bins:
            raise ValueError(
                f"freq= and bins= both say where to cut {own!r}; leave one of them out"
            )
        return {**bins, own: cuts}
    numeric = [one for one in places if shown_kind(view, one).numeric]
    return {**{view.labels[one]: bins for one in numeric}, own: cuts}


def _known(codes: NDArray[Any]) -> tuple[Any, NDArray[np.intp]]:
    """Return which rows have a group, None for all, and their groups from 0."""
    known = codes > 0
    if known.all():
        return None, codes.astype(np.intp) - 1
    return known, codes[known].astype(np.intp) - 1


def _taken(codes: Codes, known: Any) -> Codes:
    held = codes.codes if known is None else codes.codes[known]
    return Codes(held, codes.cardinality)


@dataclass(frozen=True)
class _Counted:
    """The tables of a pair of columns in some groups.

    Attributes
    ----------
    groups : ndarray of int, shape (P,)
    tables : Tables
        P of them.
    cells : callable
        Returns the occupied cells of the table at a place.
    """

    groups: NDArray[np.intp]
    tables: Tables
    cells: Callable[[int], inference.Cells]


def _values(
    groups: _Groups, pair: tuple[Any, Any], wanted: Significance, options: MeasureOptions,
    count: bool,
) -> dict[str, Floats]:  # fmt: skip
    """Return the numbers of a pair, each of shape (groups,)."""
    size, values = len(groups.index), np.full(len(groups.index), np.nan)
    n, ends = np.zeros(size), np.full((size, 2), np.nan)
    for some in _counted(groups, pair, options.missing == "category"):
        values[some.groups] = settled(numbers_of(some.tables, options), options)
        n[some.groups] = some.tables.rows.sum(axis=1)
        if wanted.ci is not None:
            known = np.flatnonzero(~np.isnan(values[some.groups]))
            for place in known:
                ends[some.groups[place]] = interval(some.cells(int(place)), wanted, options)
    low, high = ends.T / (1.0 if options.base is None else np.log(options.base))
    bounds = {} if wanted.ci is None else {"low": low, "high": high}
    return {"value": values, **bounds} | ({"n": n} if count else {})


def _counted(groups: _Groups, pair: tuple[Any, Any], keep_missing: bool) -> Iterator[_Counted]:
    """Count a pair in all groups at once.

    The code of the group and the first column together is counted against the second's.
    """
    (left, x), (right, y) = (groups.columns[label] for label in pair)
    size, width = len(groups.index), x.cardinality + 1
    if size == 0:
        return
    cells = groups.group * width + x.codes
    wide = size * width * (y.cardinality + 1)
    if wide > min(_CELLS_A_ROW * len(cells), _MOST_CELLS):
        most = size * width - 1
        table = joint_counts(Codes(cells.astype(np.min_scalar_type(most)), most), y)
        if table.cells is not None:
            yield from _sparse(table, width, left, right, keep_missing)
            return
        found = table.counts
    else:
        found = np.bincount(cells * (y.cardinality + 1) + y.codes, minlength=wide)
    counts = found.astype(np.int64, copy=False).reshape(size, width, -1)
    if not keep_missing:
        counts[:, 0] = counts[:, :, 0] = 0
    tables = Tables.of(np.full(size, left), np.full(size, right), counts)
    if left == right:
        tables = Tables.of_themselves(tables.left, tables.rows)
    yield _Counted(np.arange(size), tables, lambda place: inference.Cells.of(counts[place]))


def _sparse(
    table: JointCounts, width: int, left: int, right: int, keep_missing: bool
) -> Iterator[_Counted]:
    """Yield group after group, of cells that stand in the order of the groups."""
    rows, columns = np.divmod(np.asarray(table.cells), table.shape[1])
    group, rows = np.divmod(rows, width)
    known = np.ones(len(rows), np.bool_) if keep_missing else (rows > 0) & (columns > 0)
    group, rows, columns, counts = (some[known] for some in (group, rows, columns, table.counts))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    for start, stop in itertools.pairwise([*starts.tolist(), len(group)]):
        cells = inference.Cells.at(counts[start:stop], rows[start:stop], columns[start:stop])
        one, two = (margin[np.newaxis] for margin in cells.margins())
        held = one if left == right else cells.counts[np.newaxis]
        tables = Tables(np.array([left]), np.array([right]), one, two, held)
        yield _Counted(group[start : start + 1], tables, partial(_same, cells))


def _same(cells: inference.Cells, place: int) -> inference.Cells:  # noqa: ARG001
    return cells


def _wide(
    groups: _Groups, pairs: Sequence[tuple[Any, Any]], done: Sequence[dict[str, Floats]]
) -> pd.DataFrame:
    """Return the numbers side by side, named by pair, and by what they are if there are several."""
    names = list(done[0])
    keys = [(*pair, name) if len(names) > 1 else pair for pair in pairs for name in names]
    columns: Any = pd.MultiIndex.from_tuples(keys, names=["x", "y", None][: len(keys[0])])
    held = [found[name] for found in done for name in names]
    values = np.column_stack([some.astype(np.float64) for some in held])
    return pd.DataFrame(values, index=groups.index, columns=columns)
