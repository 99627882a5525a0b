"""Values over periods or groups, as lines with bands or points with bars."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import pandas as pd

from pandas_mi import analysis
from pandas_mi.analysis.options import GivenMeasureOptions, takes_measure_options
from pandas_mi.analysis.significance import CIMethod
from pandas_mi.plotting.canvas import (
    axes_for,
    label_ticks,
    measure_name,
    shortened,
    size_in_points,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["over"]

_WIDE = 7.0  # inches
_LEVEL = 0.95
_CORRECTION: Literal["jackknife"] = "jackknife"
_MARKED = 60  # points of a line: with more, markers would hide it
_SPREAD = 0.5  # of the room of a group, over which the points of its pairs are spread


def _corrected_by_default(function: Any) -> Any:
    """Show in the signature that values are corrected unless told otherwise."""
    signature = inspect.signature(function)
    parameters = [
        one.replace(default=_CORRECTION) if one.name == "correction" else one
        for one in signature.parameters.values()
    ]
    function.__signature__ = signature.replace(parameters=parameters)
    return function


@_corrected_by_default
@takes_measure_options
def over(
    data: Any,
    column: Any,
    pairs: Any,
    *,
    ax: Axes | None = None,
    freq: str | None = None,
    ci: float | Literal["auto"] | None = "auto",
    ci_method: CIMethod = "delta",
    n_resamples: int = 999,
    **given: Unpack[GivenMeasureOptions],
) -> Axes:
    """Draw the mutual information of pairs of columns in each period, or each group.

    Parameters
    ----------
    data : DataFrame, or any table that `pandas_mi.over` takes
    column, pairs, freq
        As in `pandas_mi.over`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    ci : float, "auto" or None, default "auto"
        The level of the bands; by default 0.95, and no bands for normalised and adjusted values,
        which have none.
    ci_method, n_resamples
        As in `pandas_mi.over`.
    correction : str or None, default "jackknife"
        Draw values without most of their bias, in the middle of the bands: plug-in ones would lie
        above them where rows are few. Unlike in `pandas_mi.over`, this is the default, but for
        `normalized` and `adjusted`.
    normalized, slice_query, sample_size, seed, bins, missing, average, base, min_periods, \
threads, progress, adjusted, estimator, n_neighbors, clip
        As in `pandas_mi.over`.

    Returns
    -------
    matplotlib.axes.Axes
        A line a pair, with gaps where a period has no value. Groups that have no order are drawn
        as points with bars.

    Raises
    ------
    ImportError
        Without Matplotlib, which ``pip install 'pandas-mi[plot]'`` brings.
    UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.over`.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=400, freq="6h")
    >>> frame = pd.DataFrame({"day": days, "x": [0, 1] * 200, "y": [0, 1, 1, 0, 1] * 80})
    >>> ax = frame.mi.plot.over("day", ("x", "y"), freq="M")
    >>> ax.get_ylabel()
    'mutual information (nats)'
    """
    bare = given.get("normalized", False) or given.get("adjusted", False)
    if not bare:
        given.setdefault("correction", _CORRECTION)
    level: Any = (None if bare else _LEVEL) if ci == "auto" else ci
    values = analysis.over(
        data, column, pairs, freq=freq, ci=level, ci_method=ci_method, n_resamples=n_resamples,
        **given,
    )  # fmt: skip
    ax = axes_for(ax, _WIDE, 0.0)
    ordered = isinstance(values.index, pd.PeriodIndex | pd.CategoricalIndex)
    (_draw_lines if ordered else _draw_points)(ax, values, level)
    _label(ax, values, measure_name(given))
    return ax


def _named(values: pd.DataFrame, level: Any) -> list[tuple[str, pd.DataFrame]]:
    """Return each pair's name and its values, with both ends if there are any."""
    found = []
    for pair in dict.fromkeys((key[0], key[1]) for key in values.columns):
        some = [key for key in values.columns if (key[0], key[1]) == pair]
        names = ["value"] if level is None else ["value", "low", "high"]
        part = pd.DataFrame(values[some].to_numpy(), columns=names)
        found.append((" \N{EN DASH} ".join(shortened(list(pair))), part))
    return found


def _draw_lines(ax: Axes, values: pd.DataFrame, level: Any) -> None:
    places = _places(values.index)
    marker = "o" if len(values) <= _MARKED else None
    for name, part in _named(values, level):
        (line,) = ax.plot(places, part["value"], marker=marker, markersize=3.5, label=name)
        if level is not None:
            ax.fill_between(
                places, part["low"], part["high"], color=line.get_color(), alpha=0.2, linewidth=0
            )


def _draw_points(ax: Axes, values: pd.DataFrame, level: Any) -> None:
    pairs = _named(values, level)
    for number, (name, part) in enumerate(pairs):
        shift = (number + 0.5) / len(pairs) - 0.5
        places = np.arange(len(part)) + _SPREAD * shift
        (line,) = ax.plot(places, part["value"], "o", markersize=4.5, label=name)
        if level is not None:
            ax.vlines(places, part["low"], part["high"], color=line.get_color(), alpha=0.6)


def _places(index: pd.Index) -> Any:
    """Return where the groups stand: periods at their beginning, others side by side."""
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp().to_numpy()
    return np.arange(len(index))


def _label(ax: Axes, values: pd.DataFrame, measure: str) -> None:
    if not isinstance(values.index, pd.PeriodIndex):
        room = size_in_points(ax)[0] / max(len(values), 1)
        longest = max(map(len, shortened(list(values.index))), default=0)
        crowded = longest * 6 > room  # a letter is about 6 points
        label_ticks(
            ax.xaxis, list(values.index), room if crowded else 72.0, rotation=90 if crowded else 0
        )
    else:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator()
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.set_ylabel(measure)
    ax.set_xlabel(shortened([values.index.name])[0])
    ax.spines[["top", "right"]].set_visible(False)
    names = ax.get_legend_handles_labels()[1]
    if len(names) == 1:
        ax.set_title(names[0], fontsize="medium")
    else:
        ax.legend(fontsize="small", frameon=False, ncols=1 + len(names) // 8)
