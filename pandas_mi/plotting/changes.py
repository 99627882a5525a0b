"""What has changed: the matrix before, the matrix after, and their difference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import analysis
from pandas_mi.analysis.compare import ChangeMethod
from pandas_mi.analysis.options import GivenMeasureOptions, GivenOptions, takes_options
from pandas_mi.plotting.canvas import (
    contrasting,
    label_ticks,
    measure_name,
    normalized_by_default,
    pyplot,
    size_in_points,
    two_sided,
)
from pandas_mi.plotting.order import cluster_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["compare", "compare_slices"]

Order = Literal["cluster", "name"] | None
Floats = NDArray[np.float64]

_ROW = 0.2  # inches that a row of its own label needs
_MARGIN = 1.2
_LEAST, _LARGEST = 3.2, 14.0  # inches of one square
_SMALL = 0.1
_WIDE_ENOUGH = 27.0  # points of a cell that holds "+0.00*"


@normalized_by_default
@takes_options
def compare(
    before: Any,
    after: Any,
    columns: Any = None,
    *,
    data: Any = None,
    axes: Any = None,
    order: Order = "cluster",
    q: float = 0.05,
    annotate: bool | Literal["auto"] = "auto",
    cmap: Any = None,
    method: ChangeMethod = "auto",
    n_resamples: int = 999,
    **given: Unpack[GivenOptions],
) -> NDArray[Any]:
    """Draw the mutual information of every pair before and after, and what has changed.

    Parameters
    ----------
    before, after, columns, data, method, n_resamples
        As in `pandas_mi.compare`.
    axes : sequence of three matplotlib Axes, optional
        Where to draw; a new figure by default, that grows with the number of columns.
    order : {"cluster", "name", None}, default "cluster"
        Put related columns together, sort by name, or keep the order of the columns.
    q : float, default 0.05
        Mark the pairs whose q-value is not above this.
    annotate : bool or "auto", default "auto"
        Write the values into the cells; by default where they fit.
    cmap : str or Colormap, optional
        Of the two matrices; the user's own ``image.cmap`` by default.
    normalized : bool, default True
        Draw values from 0 to 1, which compare across pairs. Unlike in `pandas_mi.compare`, this
        is the default.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, progress
        As in `pandas_mi.compare`.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        Before, after (in the colours of one scale) and the difference: red for more, blue for
        less. Cells without a value are left blank, and so is the diagonal.

    Raises
    ------
    ImportError
        Without Matplotlib, which ``pip install 'pandas-mi[plot]'`` brings.
    UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.compare`.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": range(400), "x": [0, 1] * 200})
    >>> frame["y"] = frame["x"].where(frame["day"] < 200, 0)
    >>> axes = frame.mi.plot.compare("day < 200", "day >= 200", ["x", "y"])
    >>> [ax.get_title() for ax in axes]
    ['before', 'after', 'difference (* q ≤ 0.05)']
    """
    _check(order, q, axes)
    given.setdefault("normalized", True)
    found = analysis.compare(
        before, after, columns, data=data, method=method, n_resamples=n_resamples, **given
    )
    labels = _labels(found, columns)
    squares = [_square(found, name, labels) for name in ("mi_before", "mi_after", "difference")]
    places = _order(labels, squares[:2], order)
    squares = [square[np.ix_(places, places)] for square in squares]
    marked = (_square(found, "q_value", labels) <= q)[np.ix_(places, places)]
    three = _axes(axes, len(labels))
    images = _drawn(three, squares, cmap, bool(given["normalized"]))
    names = [labels[place] for place in places]
    cell = min(_cell_points(ax, len(names)) for ax in three)
    written = annotate is True or (annotate == "auto" and cell >= _WIDE_ENOUGH)
    for ax, image, square in zip(three, images, squares, strict=True):
        _finish(ax, names, cell, first=ax is three[0] or axes is not None)
        if written:
            _annotate(ax, image, square, marked if ax is three[2] else None, cell)
    if not written:
        _mark(three[2], images[2], squares[2], marked, cell)
    _title(
        three,
        images,
        measure_name(cast("GivenMeasureOptions", given)),
        f"{'*' if written else '•'} q ≤ {q:g}",
        axes is None,
    )
    return three


@normalized_by_default
@takes_options
def compare_slices(
    data: Any,
    before: str,
    after: str,
    columns: Any = None,
    *,
    axes: Any = None,
    order: Order = "cluster",
    q: float = 0.05,
    annotate: bool | Literal["auto"] = "auto",
    cmap: Any = None,
    method: ChangeMethod = "auto",
    n_resamples: int = 999,
    **given: Unpack[GivenOptions],
) -> NDArray[Any]:
    """Draw the mutual information of every pair in two slices, and what has changed.

    Parameters
    ----------
    data : DataFrame, or any table that `pandas_mi.matrix` takes
    before, after : str
        Queries that select rows, none in both.
    columns, axes, order, q, annotate, cmap, method, n_resamples, normalized, sample_size, seed, \
bins, missing, average, base, min_periods, threads, progress
        As in `pandas_mi.plotting.compare`.
    slice_query
        Not allowed: its conditions belong into both queries.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        See `pandas_mi.plotting.compare`.

    Raises
    ------
    ImportError, UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.plotting.compare`.
    """
    return compare(
        before, after, columns, data=data, axes=axes, order=order, q=q, annotate=annotate,
        cmap=cmap, method=method, n_resamples=n_resamples, **given,
    )  # fmt: skip


def _check(order: Any, q: Any, axes: Any) -> None:
    if order not in (*get_args(get_args(Order)[0]), None):
        raise ValueError(f"order must be one of 'cluster', 'name', None, got {order!r}")
    if isinstance(q, bool) or not isinstance(q, int | float) or not 0 <= q <= 1:
        raise ValueError(f"q must lie between 0 and 1, such as 0.05, got {q!r}")
    if axes is not None and np.size(axes) != 3:
        raise ValueError(f"axes must be three Axes, got {np.size(axes)}")


def _labels(found: pd.DataFrame, columns: Any) -> list[Any]:
    """Return the labels in the order of the columns: each stands before those it is x to."""
    if not len(found):
        return [] if columns is None else list(np.atleast_1d(columns))
    times = found["x"].value_counts()
    labels = list(dict.fromkeys([*found["x"], *found["y"]]))
    return sorted(labels, key=lambda label: -int(times.get(label, 0)))


def _square(found: pd.DataFrame, name: str, labels: list[Any]) -> Floats:
    place = {label: number for number, label in enumerate(labels)}
    square = np.full((len(labels) or 1,) * 2, np.nan)
    if len(found):
        rows, columns = ([place[label] for label in found[end]] for end in ("x", "y"))
        square[rows, columns] = square[columns, rows] = found[name].to_numpy(dtype=np.float64)
    return square


def _order(labels: list[Any], squares: list[Floats], order: Order) -> list[int]:
    if order is None or len(labels) < 2:
        return list(range(max(len(labels), 1)))
    if order == "name":
        return sorted(range(len(labels)), key=lambda place: str(labels[place]))
    return cluster_order(np.nan_to_num(squares[0]) + np.nan_to_num(squares[1]))


def _axes(axes: Any, size: int) -> NDArray[Any]:
    plt = pyplot()
    if axes is not None:
        return np.asarray(axes, dtype=object).ravel()
    side = min(max(_MARGIN + _ROW * size, _LEAST), _LARGEST)
    made = plt.subplots(1, 3, figsize=(3 * side + 1.5, side + 0.9), layout="constrained")[1]
    return np.asarray(made)


def _drawn(
    axes: NDArray[Any], squares: list[Floats], cmap: Any, normalized: bool
) -> list[AxesImage]:
    """Draw the squares: the first two in the colours of one scale."""
    both = np.concatenate(squares[:2])
    highest = float(both[np.isfinite(both)].max(initial=0.0)) or 1.0
    highest = math.ceil(5 * highest) / 5 if normalized else highest
    apart = float(np.nanmax(np.abs(squares[2]), initial=0.0)) or 1.0
    images = [ax.imshow(square, cmap=cmap, vmin=0.0, vmax=highest)
              for ax, square in zip(axes[:2], squares[:2], strict=True)]  # fmt: skip
    last = axes[2].imshow(squares[2], cmap=two_sided(axes[2]), vmin=-apart, vmax=apart)
    return [*images, last]


def _finish(ax: Axes, names: list[Any], cell: float, *, first: bool) -> None:
    label_ticks(ax.xaxis, names, cell, rotation=90)
    label_ticks(ax.yaxis, names, cell)
    if not first:
        ax.set_yticklabels([])
    ax.grid(visible=False)  # some styles would draw lines across the cells
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _title(axes: NDArray[Any], images: list[AxesImage], measure: str, mark: str, own: bool) -> None:
    for ax, title in zip(axes, ("before", "after", f"difference ({mark})"), strict=True):
        ax.set_title(title, fontsize="medium")
    figure = axes[0].figure
    of_both: Any = list(axes[:2]) if own else axes[1]
    for image, where, label in (
        (images[1], of_both, measure),
        (images[2], axes[2], "after − before"),  # noqa: RUF001
    ):
        bar = figure.colorbar(image, ax=where, label=label, shrink=0.8, aspect=25)
        bar.outline.set_visible(False)


def _cell_points(ax: Axes, size: int) -> float:
    """Return the side of a cell in points, before the layout is done."""
    return min(size_in_points(ax)) / max(size, 1)


def _annotate(
    ax: Axes, image: AxesImage, square: Floats, marked: NDArray[np.bool_] | None, cell: float
) -> None:
    # Small differences need another digit to be seen; a letter is 0.6 of its size wide.
    few = marked is None or float(np.nanmax(np.abs(square), initial=0.0)) >= _SMALL
    size = min(cell / (0.7 * (4 if marked is None else 6 if few else 7)), 10.0)
    for (row, column), value in np.ndenumerate(square):
        if not np.isnan(value):
            ink = contrasting(image.to_rgba(float(value)))  # type: ignore[arg-type]
            star = "*" if marked is not None and marked[row, column] else ""
            form = ".2f" if marked is None else "+.2f" if few else "+.3f"
            text = f"{value:{form}}{star}".replace("-", "\N{MINUS SIGN}")
            ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=size)


def _mark(
    ax: Axes, image: AxesImage, square: Floats, marked: NDArray[np.bool_], cell: float
) -> None:
    """Put a dot into the cells of changed pairs."""
    rows, columns = np.nonzero(marked)
    inks = [
        contrasting(image.to_rgba(square[row, column]))
        for row, column in zip(rows, columns, strict=True)
    ]
    ax.scatter(columns, rows, s=max(cell / 4, 1.5) ** 2, c=inks, linewidths=0)
