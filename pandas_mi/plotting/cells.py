"""The joint table of two columns, with what each cell contributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import analysis
from pandas_mi.analysis.options import GivenOptions, takes_options
from pandas_mi.plotting.canvas import (
    axes_for,
    contrasting,
    label_ticks,
    shortened,
    size_in_points,
    two_sided,
    unit_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.image import AxesImage

__all__ = ["pair"]

_CELL = 0.45  # inches of a cell that holds its numbers
_MARGIN = 2.4  # inches for labels and colour bar
_LARGEST = 14.0  # inches
_ROOM = (34.0, 22.0)  # points, width and height, of a cell that holds "+0.123" and a count


@dataclass(frozen=True)
class _Side:
    """One axis: its labels, which of them each row of the table has, and whether they ascend."""

    labels: list[str]
    places: NDArray[np.intp]
    ascends: bool


@takes_options
def pair(
    data: Any,
    x: Any,
    y: Any,
    *,
    ax: Axes | None = None,
    annotate: bool | Literal["auto"] = "auto",
    max_levels: int = 40,
    **given: Unpack[GivenOptions],
) -> Axes:
    """Draw the joint table of two columns, coloured by what each cell adds to their information.

    Red cells (+) hold more rows than independence would give them, blue ones (-) fewer; cells
    that look like the background are as expected, or empty. `pandas_mi.contributions` returns
    the numbers.

    Parameters
    ----------
    data : DataFrame, or any table that `pandas_mi.contributions` takes
    x, y : label
        The columns along the horizontal and the vertical axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    annotate : bool or "auto", default "auto"
        Write contribution and number of rows into the cells; by default where they fit.
    max_levels : int, default 40
        Of a column taken by value with more levels, draw the most frequent ones, and the sum of
        all others as one.
    normalized : bool, default False
        Divide the contributions so that they sum to the normalised value.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, progress
        As in `pandas_mi.matrix`.

    Returns
    -------
    matplotlib.axes.Axes
        Numbers, dates and bins ascend to the right and upwards.

    Raises
    ------
    ImportError
        Without Matplotlib, which ``pip install 'pandas-mi[plot]'`` brings.
    UnknownColumnError, SliceError, TypeError, ValueError
        As `pandas_mi.pair`.

    Examples
    --------
    >>> frame = pd.DataFrame({"rain": ["no", "no", "yes"], "delay": [1, 2, 9]})
    >>> ax = frame.mi.plot.pair("rain", "delay", bins={"delay": [5]})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['≤ 5', '> 5']
    """
    if isinstance(max_levels, bool) or not isinstance(max_levels, int) or max_levels < 2:
        raise ValueError(f"max_levels must be an int of at least 2, got {max_levels!r}")
    table = analysis.contributions(data, x, y, **given)
    across, up = _side(table, 0, max_levels), _side(table, 1, max_levels)
    ax = axes_for(
        ax,
        min(_MARGIN + _CELL * 1.3 * len(across.labels), _LARGEST),
        min(_MARGIN + _CELL * len(up.labels), _LARGEST),
    )
    unit = "normalised" if given.get("normalized") else unit_name(given.get("base"))
    image = _draw(ax, across, up, table["contribution"], f"contribution ({unit})")
    _label(ax, across, up, [str(x), str(y)])
    total, rows = table["contribution"].sum(min_count=1), table["count"].sum()
    ax.set_title(f"{total:.3f} {unit} in {rows:,} rows", fontsize="medium")
    if annotate is True or (annotate == "auto" and _fits(ax, across, up)):
        _annotate(ax, image, _summed(across, up, table["count"]))
    return ax


def _side(table: pd.DataFrame, level: int, most: int) -> _Side:
    """Return one axis of the table, with the levels that have rows."""
    index: Any = table.index
    names, codes = index.levels[level], np.asarray(index.codes[level], dtype=np.intp)
    binned = isinstance(names, pd.CategoricalIndex)
    ascends = binned or pd.api.types.is_numeric_dtype(names.dtype) or _temporal(names)
    codes = np.where(codes < 0, len(names), codes)  # missing stands last
    used, places = np.unique(codes, return_inverse=True)
    labels = shortened(["missing" if code == len(names) else names[code] for code in used])
    if binned or len(labels) <= most:
        return _Side(_short_instants(labels), places, bool(ascends))
    return _most_frequent(labels, places, table["count"], most - 1)


def _most_frequent(
    labels: list[str], places: NDArray[np.intp], counts: pd.Series, kept: int
) -> _Side:
    """Keep the most frequent levels, in their order, and put the others together."""
    frequent = counts.groupby(places).sum().nlargest(kept).index.sort_values()
    position = np.full(len(labels), kept, dtype=np.intp)
    position[frequent] = np.arange(kept)
    texts = [labels[place] for place in frequent]
    return _Side([*texts, f"{len(labels) - kept} others"], position[places], False)


def _temporal(names: pd.Index) -> bool:
    return isinstance(names, pd.DatetimeIndex | pd.TimedeltaIndex | pd.PeriodIndex)


def _short_instants(labels: list[str]) -> list[str]:
    """Leave the time of day out where it is midnight throughout."""
    midnight = " 00:00:00"
    if all(label.endswith(midnight) for label in labels):
        return [label.removesuffix(midnight) for label in labels]
    return labels


def _summed(across: _Side, up: _Side, values: pd.Series) -> NDArray[np.float64]:
    """Return a square of the values, shape (levels up, levels across)."""
    # Without any row there is still one blank cell, for an image must have a size.
    square = np.zeros((len(up.labels) or 1, len(across.labels) or 1))
    np.add.at(square, (up.places, across.places), values.to_numpy(dtype=np.float64))
    return square


def _draw(ax: Axes, across: _Side, up: _Side, values: pd.Series, label: str) -> AxesImage:
    square = _summed(across, up, values)
    limit = float(np.nanmax(np.abs(square), initial=0.0)) or 1.0
    image = ax.imshow(
        square, cmap=two_sided(ax), norm=_root_norm(limit), aspect="auto",
        origin="lower" if up.ascends else "upper",
    )  # fmt: skip
    ticks = [limit * part for part in (-1, -0.25, 0, 0.25, 1)]
    colours = ax.figure.colorbar(image, ax=ax, label=label, aspect=30, ticks=ticks)
    colours.ax.set_yticklabels(["0" if tick == 0 else _signed(tick, ".2g") for tick in ticks])
    colours.ax.minorticks_off()
    colours.outline.set_visible(False)
    return image


def _root_norm(limit: float) -> Normalize:
    """Return the scale from contributions to colours: the square root, with their sign.

    Beside the few cells that say most, a linear scale would not show the others at all.
    """
    from matplotlib.colors import FuncNorm

    return FuncNorm(
        (lambda v: np.sign(v) * np.sqrt(np.abs(v)), lambda r: np.sign(r) * r**2), -limit, limit
    )


def _signed(value: float, form: str) -> str:
    return f"{value:+{form}}".replace("-", "\N{MINUS SIGN}")


def _label(ax: Axes, across: _Side, up: _Side, names: list[str]) -> None:
    ax.grid(visible=False)  # some styles would draw lines across the cells
    ax.tick_params(length=0)
    width, height = _cell_points(ax, across, up)
    crowded = max(map(len, across.labels), default=0) * 6 > width  # a letter is about 6 points
    label_ticks(ax.xaxis, across.labels, width if crowded else 72.0, rotation=90 if crowded else 0)
    label_ticks(ax.yaxis, up.labels, height)
    ax.set_xlabel(shortened(names)[0])
    ax.set_ylabel(shortened(names)[1])


def _cell_points(ax: Axes, across: _Side, up: _Side) -> tuple[float, float]:
    """Return width and height of a cell in points, before the layout is done."""
    width, height = size_in_points(ax)
    return width / max(len(across.labels), 1), height / max(len(up.labels), 1)


def _fits(ax: Axes, across: _Side, up: _Side) -> bool:
    width, height = _cell_points(ax, across, up)
    return width >= _ROOM[0] and height >= _ROOM[1]


def _annotate(ax: Axes, image: AxesImage, counts: NDArray[np.float64]) -> None:
    for (row, column), value in np.ndenumerate(image.get_array()):
        if counts[row, column]:
            ink = contrasting(image.to_rgba(value))
            text = f"{_signed(value, '.3f')}\n{counts[row, column]:,.0f}"
            ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=7.5)
