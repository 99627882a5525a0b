"""Every column against one, as a ranked bar chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from pandas_mi import analysis
from pandas_mi.plotting.canvas import (
    MeasureOptions,
    axes_for,
    label_ticks,
    shortened,
    taking_options,
    unit_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bar"]

_ROW = 0.24  # inches that a bar and its label need


@taking_options
def bar(
    data: Any,
    target: Any,
    columns: Any = None,
    *,
    top: int | None = 20,
    ax: Axes | None = None,
    normalized: bool = False,
    **options: Unpack[MeasureOptions],
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
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, progress
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
    ranked = analysis.target(data, target, columns, normalized=normalized, **options).dropna()
    shown = ranked if top is None else ranked.head(top)
    ax = axes_for(ax, 0.0, 1.0 + _ROW * len(shown))
    bars = ax.barh(range(len(shown)), shown.to_numpy())
    _finish(ax, shown, len(ranked))
    ax.bar_label(bars, fmt="%.3f", padding=3, fontsize=ax.get_yticklabels()[0].get_fontsize()
                 if len(shown) else None)  # fmt: skip
    what = "normalised mutual information" if normalized else "mutual information"
    unit = "" if normalized else f" ({unit_name(options.get('base'))})"
    ax.set_xlabel(f"{what} with {shortened([repr(target)])[0]}{unit}")
    return ax


def _finish(ax: Axes, shown: pd.Series, there: int) -> None:
    box, (_, height) = ax.get_position(), ax.figure.get_size_inches()
    label_ticks(ax.yaxis, list(shown.index), 72 * box.height * height / max(len(shown), 1))
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.12)  # room for the numbers at the ends of the bars
    ax.set_xlim(left=0.0)
    ax.spines[["top", "right"]].set_visible(False)
    if there > len(shown):
        ax.annotate(
            f"the first {len(shown)} of {there} columns", (1.0, 0.0), xycoords="axes fraction",
            xytext=(-2, 4), textcoords="offset points", ha="right", fontsize="small", alpha=0.7,
        )  # fmt: skip
