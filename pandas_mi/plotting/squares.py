"""The matrix as a heat map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np
import pandas as pd

from pandas_mi import analysis
from pandas_mi.analysis.options import GivenMeasureOptions, takes_measure_options
from pandas_mi.plotting.canvas import (
    axes_for,
    contrasting,
    label_ticks,
    measure_name,
    normalized_by_default,
    size_in_points,
)
from pandas_mi.plotting.order import cluster_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["heatmap"]

Order = Literal["cluster", "name"] | None

_ROW = 0.2  # inches that a row of its own label needs
_MARGIN = 2.6  # inches for labels and colour bar
_LARGEST = 32.0  # inches: 200 labels of 7 points, and still a picture that every viewer opens
_WIDE_ENOUGH = 24.0  # points of a cell that holds "0.00"


@normalized_by_default
@takes_measure_options
def heatmap(
    data: Any,
    columns: Any = None,
    *,
    ax: Axes | None = None,
    order: Order = "cluster",
    annotate: bool | Literal["auto"] = "auto",
    cmap: Any = None,
    vmax: float | None = None,
    **given: Unpack[GivenMeasureOptions],
) -> Axes:
    """Draw the mutual information of every pair of columns as a heat map.

    Parameters
    ----------
    data : DataFrame, or any table that `pandas_mi.matrix` takes
    columns : label or list of labels, optional
        Columns in play; all by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default, that grows with the number of columns.
    order : {"cluster", "name", None}, default "cluster"
        Put related columns together, sort by name, or keep the order of the columns.
    annotate : bool or "auto", default "auto"
        Write the values into the cells; by default where they fit.
    cmap : str or Colormap, optional
        The user's own ``image.cmap`` by default.
    vmax : float, optional
        The value of the last colour: by default the highest off the diagonal, rounded up to a
        fifth when normalised. Give the same one to pictures that are to be compared.
    normalized : bool, default True
        Draw values from 0 to 1, which compare across pairs. Unlike in `pandas_mi.matrix`, this
        is the default.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, \
progress, adjusted, correction, estimator, n_neighbors, clip
        As in `pandas_mi.matrix`.

    Returns
    -------
    matplotlib.axes.Axes
        Cells without a value (NaN) are left blank.

    Raises
    ------
    ImportError
        Without Matplotlib, which ``pip install 'pandas-mi[plot]'`` brings.
    UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.matrix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"], "z": [1, 2, 1, 2]})
    >>> ax = frame.mi.plot.heatmap()
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['x', 'y', 'z']
    """
    if order not in (*get_args(get_args(Order)[0]), None):
        raise ValueError(f"order must be one of 'cluster', 'name', None, got {order!r}")
    given.setdefault("normalized", True)
    values = analysis.matrix(data, columns, **given)
    values = _ordered(values, order)
    side = min(_MARGIN + _ROW * len(values), _LARGEST)
    ax = axes_for(ax, side * 1.12, side)
    bounded = given["normalized"] or given.get("adjusted", False)
    highest = _highest(values, bounded) if vmax is None else vmax
    image = ax.imshow(values.to_numpy(), cmap=cmap, vmin=0.0, vmax=highest)
    _finish(ax, image, values, measure_name(given))
    if annotate is True or (annotate == "auto" and _cell_points(ax, len(values)) >= _WIDE_ENOUGH):
        _annotate(ax, image, values)
    return ax


def _ordered(values: pd.DataFrame, order: Order) -> pd.DataFrame:
    if order is None:
        return values
    if order == "name":
        places = sorted(range(len(values)), key=lambda place: str(values.index[place]))
    else:
        square = values.to_numpy()
        places = cluster_order((square + square.T) / 2)  # Theil's U is not symmetric
    return values.iloc[places, places]


def _highest(values: pd.DataFrame, bounded: bool) -> float:
    """Return where the colours end: with the diagonal among them, all others would look alike."""
    beside = values.to_numpy()[~np.eye(len(values), dtype=np.bool_)]
    highest = float(beside[np.isfinite(beside)].max(initial=0.0)) or 1.0
    return math.ceil(5 * highest) / 5 if bounded else highest


def _finish(ax: Axes, image: AxesImage, values: pd.DataFrame, label: str) -> None:
    """Label the axes and the colours."""
    room = _cell_points(ax, len(values))
    label_ticks(ax.yaxis, list(values.index), room)
    label_ticks(ax.xaxis, list(values.columns), room, rotation=90)
    ax.grid(visible=False)  # some styles would draw lines across the cells
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    over = bool((values > image.get_clim()[1]).any(axis=None))
    colours = ax.figure.colorbar(
        image,
        ax=ax,
        label=label,
        shrink=0.8,
        aspect=20 + len(values) / 4,
        extend="max" if over else "neither",
    )
    colours.outline.set_visible(False)


def _cell_points(ax: Axes, size: int) -> float:
    """Return the side of a cell in points, before the layout is done."""
    return min(size_in_points(ax)) / max(size, 1)


def _annotate(ax: Axes, image: AxesImage, values: pd.DataFrame) -> None:
    size = min(_cell_points(ax, len(values)) / 3, 10.0)
    for (row, column), value in np.ndenumerate(values.to_numpy()):
        if not np.isnan(value):
            ink = contrasting(image.to_rgba(value))
            ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=size)
