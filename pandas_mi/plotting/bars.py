"""Every column against one, as a ranked bar chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from pandas_mi import analysis
from pandas_mi.analysis.options import GivenMeasureOptions, takes_measure_options
from pandas_mi.plotting.canvas import (
    axes_for,
    label_ticks,
    measure_name,
    shortened,
    size_in_points,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bar"]

_ROW = 0.24  # inches that a bar and its label need


@takes_measure_options
def bar(
    data: Any,
    target: Any,
    columns: Any = None,
    *,
    top: int | None = 20,
    ax: Axes | None = None,
    **given: Unpack[GivenMeasureOptions],
) -> Axes:
    """Draw what the other columns tell about one, as horizontal bars from high to low.

    Parameters
    ----------
    data : DataFrame, or any table that `pandas_mi.target` takes
    target : label
        The column that the others tell about.
    columns : label or list of labels, optional
        The others; all by default.
    top : int or None, default 20
        Draw the highest so many; None draws all.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    normalized : bool, default False
        Divide by a mean of the two entropies, so that values lie in [0, 1].
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, \
progress, adjusted, correction, estimator, n_neighbors, clip
        As in `pandas_mi.matrix`.

    Returns
    -------
    matplotlib.axes.Axes
        Columns without a value (NaN) are left out.

    Raises
    ------
    ImportError
        Without Matplotlib, which ``pip install 'pandas-mi[plot]'`` brings.
    UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.target`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, 2]})
    >>> ax = frame.mi.plot.bar("y", base=2)
    >>> ax.get_xlabel()
    "mutual information with 'y' (bits)"
    """
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 1):
        raise ValueError(f"top must be a positive int or None, got {top!r}")
    ranked = analysis.target(data, target, columns, **given).dropna()
    shown = ranked if top is None else ranked.head(top)
    ax = axes_for(ax, 0.0, 1.0 + _ROW * len(shown))
    bars = ax.barh(range(len(shown)), shown.to_numpy())
    size = _finish(ax, shown, len(ranked))
    ax.bar_label(bars, fmt="%.3f", padding=3, fontsize=size)
    ax.set_xlabel(_with_target(measure_name(given), shortened([repr(target)])[0]))
    return ax


def _with_target(measure: str, target: str) -> str:
    """Put the target before the unit: mutual information with 'y' (nats)."""
    name, bracket, unit = measure.partition(" (")
    return f"{name} with {target}{bracket}{unit}"


def _finish(ax: Axes, shown: pd.Series, there: int) -> float:
    """Label the bars, and return the size of the text that fits."""
    room = size_in_points(ax)[1] / max(len(shown), 1)
    size = label_ticks(ax.yaxis, list(shown.index), room)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.12)  # room for the numbers at the ends of the bars
    ax.set_xlim(left=0.0)
    ax.spines[["top", "right"]].set_visible(False)
    if there > len(shown):
        note = f"the first {len(shown)} of {there} columns"
        ax.set_title(note, loc="right", fontsize="medium")
    return size
