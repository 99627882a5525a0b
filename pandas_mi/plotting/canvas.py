"""What the pictures have in common: the axes, short labels, and text that fits."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pandas_mi.analysis.estimates import value_name
from pandas_mi.analysis.options import GivenMeasureOptions, MeasureOptions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap

__all__ = [
    "axes_for",
    "contrasting",
    "label_ticks",
    "measure_name",
    "normalized_by_default",
    "pyplot",
    "shortened",
    "size_in_points",
    "two_sided",
    "unit_name",
]

Function = TypeVar("Function", bound=Callable[..., Any])

_LONGEST = 28  # characters of a label; a longer one loses its middle
_SMALLEST = 6.0  # points: smaller text is not readable
_LINE = 1.25  # height of a line of text, in font sizes
_LESS, _MORE = "#2765a8", "#b93a24"  # told apart by colour-blind eyes too


def normalized_by_default(function: Function) -> Function:
    """Show in the signature that this function normalises unless told not to."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(default=True) if parameter.name == "normalized" else parameter
        for parameter in signature.parameters.values()
    ]
    function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return function


def axes_for(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the caller's axes, or new ones of at least the user's own figure size.

    Parameters
    ----------
    ax : Axes or None
    width, height : float
        What the picture would like, in inches.

    Raises
    ------
    ImportError
        Without Matplotlib.
    """
    plt = pyplot()
    if ax is not None:
        return ax
    usual = plt.rcParams["figure.figsize"]
    size = (max(usual[0], width), max(usual[1], height))
    axes: Axes = plt.subplots(figsize=size, layout="constrained")[1]
    return axes


def pyplot() -> Any:
    """Return Matplotlib's pyplot; raises ImportError without Matplotlib."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need Matplotlib: pip install 'pandas-mi[plot]'") from None
    return plt


def two_sided(ax: Axes) -> Colormap:
    """Return colours that leave the background at 0, whatever the style."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("two-sided", [_LESS, ax.get_facecolor(), _MORE])


def shortened(labels: Sequence[Any]) -> list[str]:
    """Return labels as texts of one line, the middle of long ones left out.

    Examples
    --------
    >>> shortened(["short", "the_number_of_requests_in_the_last_hour"])
    ['short', 'the_number_of_…the_last_hour']
    """
    return [_shortened(" ".join(str(label).split())) for label in labels]


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    head = _LONGEST // 2
    return f"{text[:head]}…{text[-(_LONGEST - head - 1) :]}"


def label_ticks(axis: Axis, labels: Sequence[Any], room: float, **text: Any) -> float:
    """Label the places 0, 1, … of an axis, in smaller text or fewer labels where room is scarce.

    Parameters
    ----------
    axis : matplotlib Axis
    labels : sequence
    room : float
        Points from one place to the next.
    **text
        Properties of the labels.

    Returns
    -------
    float
        Size of the text, in points.
    """
    usual = float(axis.get_major_ticks(1)[0].label1.get_fontsize())
    size = min(usual, max(room / _LINE, _SMALLEST))
    step = max(1, math.ceil(size * _LINE / room - 0.05))
    places = range(0, len(labels), step)
    texts = shortened([labels[place] for place in places])
    axis.set_ticks(list(places), labels=texts, fontsize=size, **text)
    return size


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of the axes in points, as they stand before the layout is done."""
    box = ax.get_window_extent()
    return 72 * box.width / ax.figure.dpi, 72 * box.height / ax.figure.dpi


def contrasting(colour: Any) -> str:
    """Return black or white, whichever is easier to read on a colour, red, green, blue in [0, 1].

    Examples
    --------
    >>> contrasting((1.0, 1.0, 0.0, 1.0)), contrasting((0.1, 0.0, 0.4, 1.0))
    ('black', 'white')
    """
    # Relative luminance of WCAG 2.1, with its power curve taken as a square.
    light = 0.2126 * colour[0] ** 2 + 0.7152 * colour[1] ** 2 + 0.0722 * colour[2] ** 2
    return "black" if light > 0.18 else "white"


def measure_name(given: GivenMeasureOptions) -> str:
    """Return what the values are that these options ask for, with their unit if they have one.

    Examples
    --------
    >>> measure_name({"base": 2}), measure_name({"normalized": True})
    ('mutual information (bits)', 'normalised mutual information')
    """
    name = value_name(MeasureOptions.of(given))
    text = name.replace("_", " ").replace("normalized", "normalised")
    return f"{text} ({unit_name(given.get('base'))})" if name == "mutual_information" else text


def unit_name(base: float | None) -> str:
    """Return the name of the unit of information that a base of the logarithm makes."""
    return "nats" if base is None else "bits" if base == 2 else f"base {base:g}"
