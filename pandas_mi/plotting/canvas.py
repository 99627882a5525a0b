"""What the pictures have in common: the axes, short labels, and text that fits."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar

import numpy as np

from pandas_mi import analysis
from pandas_mi.analysis.options import Average, BinsOption, Missing, Progress, Seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = [
    "MeasureOptions",
    "axes_for",
    "contrasting",
    "label_ticks",
    "shortened",
    "taking_options",
    "unit_name",
]

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST = 28  # characters of a label; a longer one loses its middle
_SMALLEST = 5.0  # points: smaller text is not readable
_LINE = 1.25  # height of a line of text, in font sizes


class MeasureOptions(TypedDict, total=False):
    """The options of `pandas_mi.matrix`, but for `normalized`, whose default differs here."""

    slice_query: str | None
    sample_size: int | None
    seed: Seed
    bins: BinsOption
    missing: Missing
    average: Average
    base: float | None
    min_periods: int
    threads: int | None
    progress: Progress


def taking_options(function: Callable[P, R]) -> Callable[P, R]:
    """Write the options of every measure out in the signature of a plot, and check them.

    Help and tab completion show them so, and a misspelt one is named before any work is done.
    """
    own = inspect.signature(function)
    parameters = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    shared = inspect.signature(analysis.matrix).parameters.values()
    parameters += [p for p in shared if p.name in MeasureOptions.__annotations__]
    signature = own.replace(parameters=parameters)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{function.__name__}: {error}") from None
        return function(*args, **kwargs)

    checked.__signature__ = signature  # type: ignore[attr-defined]
    return checked


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
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need Matplotlib: pip install 'pandas-mi[plot]'") from None
    if ax is not None:
        return ax
    usual = plt.rcParams["figure.figsize"]
    size = (max(usual[0], width), max(usual[1], height))
    _, axes = plt.subplots(figsize=size, layout="constrained")
    return axes


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


def label_ticks(axis: Axis, labels: Sequence[Any], room: float, **text: Any) -> None:
    """Label the places 0, 1, … of an axis, in smaller text or fewer labels where room is scarce.

    Parameters
    ----------
    axis : matplotlib Axis
    labels : sequence
    room : float
        Points from one place to the next.
    **text
        Properties of the labels.
    """
    usual = axis.get_ticklabels()[0].get_fontsize() if axis.get_ticklabels() else 10.0
    size = min(usual, max(room / _LINE, _SMALLEST))
    step = max(1, int(np.ceil(size * _LINE / room - 0.05)))
    places = np.arange(0, len(labels), step)
    texts = shortened([labels[place] for place in places])
    axis.set_ticks(places, labels=texts, fontsize=size, **text)


def contrasting(colour: Sequence[float]) -> str:
    """Return black or white, whichever is easier to read on a colour.

    Examples
    --------
    >>> contrasting((1.0, 1.0, 0.0, 1.0)), contrasting((0.1, 0.0, 0.4, 1.0))
    ('black', 'white')
    """
    # Relative luminance of WCAG 2.1, with its power curve taken as a square.
    light = 0.2126 * colour[0] ** 2 + 0.7152 * colour[1] ** 2 + 0.0722 * colour[2] ** 2
    return "black" if light > 0.18 else "white"


def unit_name(base: float | None) -> str:
    """Return the name of the unit of information that a base of the logarithm makes."""
    return {None: "nats", 2: "bits"}.get(base, f"base {base}")
