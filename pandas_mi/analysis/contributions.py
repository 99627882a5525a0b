"""Where the mutual information of two columns comes from: its terms, cell by cell."""

from __future__ import annotations

import itertools
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import information
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.options import GivenOptions, Options, takes_options
from pandas_mi.analysis.tables import Encoded, encoded, warn_many_levels
from pandas_mi.analysis.view import sampled_view
from pandas_mi.columns import Kind, python_values
from pandas_mi.counting import JointCounts, joint_counts
from pandas_mi.encoding import Encoding
from pandas_mi.information import Entropies

__all__ = ["contributions", "level_labels"]

Ints = NDArray[np.int64]

_DIGITS = range(4, 18)  # significant digits of a cut; 17 tell any two floats apart


@takes_options
def contributions(
    data: Any,
    x: Any,
    y: Any,
    **given: Unpack[GivenOptions],
) -> pd.DataFrame:
    """Return what each cell of the joint table of two columns adds to their mutual information.

    A cell of probability p adds p·ln(p / (p_x·p_y)): more than 0 where the two levels meet more
    often than independence would have them meet, less than 0 where they meet less often. The
    terms sum to `pair` of the same options.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y : label
        The two columns.
    normalized : bool, default False
        Divide the contributions by a mean of the two entropies, so that they sum to the
        normalised value.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, progress
        As in `matrix`.

    Returns
    -------
    pandas.DataFrame, one row for each cell that holds rows
        The index has two levels, named as the columns are: their values, in ascending order, or
        the ranges of their bins, as an ordered category of text. Missing is NaN there, with
        ``missing="category"``. Columns: ``count``, ``probability`` (the counts over their sum)
        and ``contribution`` (in nats unless `base` says otherwise). ``.unstack()`` makes tables.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Notes
    -----
    The logarithm alone is the pointwise mutual information of the two levels (Church & Hanks
    1990, https://aclanthology.org/J90-1003).

    Examples
    --------
    >>> frame = pd.DataFrame({"rain": ["no", "no", "yes", "yes"], "delay": [1, 2, 8, 9]})
    >>> table = pandas_mi.contributions(frame, "rain", "delay", bins={"delay": [5]}, base=2)
    >>> table
                count  probability  contribution
    rain delay
    no   ≤ 5        2          0.5           0.5
    yes  > 5        2          0.5           0.5
    >>> table["contribution"].sum()
    np.float64(1.0)
    """
    options = Options.of(given)
    view = sampled_view(data, options, x, y)
    places = view.place(x), view.place(y)
    in_play = encoded(view, places, options)
    if places[0] != places[1]:
        warn_many_levels(in_play.values())
    left, right = (in_play[place] for place in places)
    table = joint_counts(left.codes, right.codes)
    cells = _cells(table if options.missing == "category" else table.known(), left, right)
    if cells["count"].sum() < options.min_periods:
        return cells.assign(contribution=np.nan)
    codes = {place: column.codes for place, column in in_play.items()}
    tables = grid_entropies(codes, places[:1], places[1:], options)
    return cells.assign(contribution=cells["contribution"] / _unit(tables, options))


def _cells(table: JointCounts, x: Encoded, y: Encoded) -> pd.DataFrame:
    """Return the occupied cells of a table, row by row, with what each contributes in nats."""
    rows, columns, counts = _occupied(table)
    levels: Any = [level_labels(x.encoding), level_labels(y.encoding)]
    codes: Any = [rows - 1, columns - 1]  # code 0 is missing, which pandas writes as -1
    index = pd.MultiIndex(levels=levels, codes=codes, names=[x.label, y.label])
    share = counts / max(table.total, 1)
    terms = _terms(table, rows, columns, counts)
    held = {"count": counts, "probability": share, "contribution": terms}
    return pd.DataFrame(held, index=index)


def _occupied(table: JointCounts) -> tuple[Ints, Ints, Ints]:
    """Return row, column and count of each cell that holds rows, row by row."""
    cells = np.flatnonzero(table.counts) if table.cells is None else table.cells
    counts = table.counts[table.counts > 0] if table.cells is None else table.counts
    rows, columns = np.divmod(cells, table.shape[1])
    # Missing has code 0, and stands last, as pandas has it.
    order = np.lexsort(((columns - 1) % table.shape[1], (rows - 1) % table.shape[0]))
    return rows[order], columns[order], counts[order]


def _terms(table: JointCounts, rows: Ints, columns: Ints, counts: Ints) -> NDArray[np.float64]:
    """Return p·ln(p / (p_x·p_y)) of each cell, in nats."""
    of_rows, of_columns = (sums.astype(np.float64) for sums in table.marginals())
    total = float(max(table.total, 1))
    ratios = counts * total / (of_rows[rows] * of_columns[columns])
    return np.asarray(counts / total * np.log(ratios))


def _unit(tables: Entropies, options: Options) -> float:
    """Return by what to divide nats: ln(base), or the mean of the entropies that normalises."""
    if not options.normalized:
        return 1.0 if options.base is None else float(np.log(options.base))
    entropies = (tables.marginal(sums) for sums in (tables.x, tables.y, tables.joint))
    mean = float(information.AVERAGES[options.average](*entropies).item())
    return mean if mean > 0 else 1.0  # a constant column: its terms are 0 already


def level_labels(encoding: Encoding) -> pd.Index:
    """Return what each code of an encoding stands for: its values, or the ranges of its bins.

    Examples
    --------
    >>> level_labels(Encoding(Kind.FLOAT, cuts=np.array([0.25, 1 / 3]))).tolist()
    ['≤ 0.25', '(0.25, 0.3333]', '> 0.3333']
    """
    if encoding.cuts is not None:
        ranges = _ranges(encoding.bins() or [])
        return pd.CategoricalIndex(ranges, categories=ranges, ordered=True)
    # pandas would guess at a type that mixed values share.
    dtype: Any = object if encoding.kind is Kind.OBJECT else None
    levels: Any = [] if encoding.levels is None else encoding.levels
    shown = python_values(levels, encoding.kind, encoding.unit, encoding.zone)
    labels: pd.Index = pd.Index(shown, dtype=dtype, tupleize_cols=False)
    return labels


def _ranges(cuts: list[Any]) -> list[str]:
    """Return the text of each bin that inner cuts make; bins are closed on the right."""
    if not cuts:
        return ["all"]
    texts = _texts(cuts)
    inner = [f"({low}, {high}]" for low, high in itertools.pairwise(texts)]
    return [f"≤ {texts[0]}", *inner, f"> {texts[-1]}"]


def _texts(cuts: list[Any]) -> list[str]:
    """Return cuts as short texts that are still different."""
    if all(isinstance(cut, float) for cut in cuts):
        for digits in _DIGITS:
            texts = [f"{cut:.{digits}g}" for cut in cuts]
            if len(set(texts)) == len(cuts):
                return texts
    texts = [str(cut) for cut in cuts]
    midnight = " 00:00:00"  # of dates that are held as instants
    return [t.removesuffix(midnight) for t in texts] if _all_end(texts, midnight) else texts


def _all_end(texts: list[str], suffix: str) -> bool:
    return all(text.endswith(suffix) for text in texts)
