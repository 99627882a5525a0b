"""The periods of a time column: which there are, and the cuts between them."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pandas_mi.analysis.both import shown_kind
from pandas_mi.analysis.gauge import Gauge
from pandas_mi.analysis.shares import Question, asked
from pandas_mi.analysis.streams import passed
from pandas_mi.analysis.view import View
from pandas_mi.columns import Column, Kind, python_values

__all__ = ["periods_of"]

_MOST = 100_000  # periods: a row of the result each
_TIMES = (Kind.DATE, Kind.DATETIME, Kind.PERIOD)

Ends = tuple[int, int] | None


def periods_of(view: View, place: int, freq: Any, workers: int) -> tuple[pd.PeriodIndex, list[Any]]:
    """Return the periods from the first to the last known time, and the cuts between them.

    Parameters
    ----------
    view : View
    place : int
        A column of dates, instants or periods; instants with a time zone by its own days.
    freq : str
        What `pandas.Period` takes.
    workers : int

    Returns
    -------
    periods : pandas.PeriodIndex, shape (k,)
    cuts : list, shape (k - 1,)
        In the form that ``bins=`` takes: the last instant of each period but the last.

    Raises
    ------
    TypeError
        When the column holds no times.
    ValueError
        When pandas does not know the frequency, or there would be too many periods.
    """
    label, sketch = view.labels[place], shown_kind(view, place)
    if sketch.kind is Kind.NULL:  # no time is known
        return pd.PeriodIndex([], freq=_offset(freq)), []
    if sketch.kind not in _TIMES or sketch.categorical:
        held = "a category" if sketch.categorical else sketch.kind
        raise TypeError(
            f"freq= needs a column of dates or instants, and {label!r} holds {held}; "
            "leave freq= out for a group a value, or set bins="
        )
    offset = _offset(freq)
    ends: Ends = asked(view, _Ends(place), workers, Gauge(False, 0))
    if ends is None:
        return pd.PeriodIndex([], freq=offset), []
    periods = _between(ends, sketch, offset, label)
    return periods, _cuts(periods, sketch, label)


@dataclass(frozen=True)
class _Ends(Question["Ends"]):
    """The question for the least and the greatest value of a column, None where none is known."""

    place: int

    def look(self, view: View, workers: int, gauge: Gauge) -> Ends:
        found: Ends = None
        with closing(passed(view, {self.place: _ends}, workers)) as runs:
            for run in gauge.passing(runs):
                found = self.add(found, run[self.place])
        return found

    def add(self, found: Ends, more: Ends) -> Ends:
        if found is None or more is None:
            return more if found is None else found
        return min(found[0], more[0]), max(found[1], more[1])


def _ends(column: Column) -> Ends:
    values: Any = column.values
    if column.codes is not None:
        values = values.take(column.codes, mode="clip") if len(values) else values
    if column.missing is not None and len(values):
        values = values[~column.missing]
    return (int(values.min()), int(values.max())) if len(values) else None


def _offset(freq: Any) -> Any:
    try:
        return pd.Period(ordinal=0, freq=freq).freq
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"freq must be what pandas.Period takes, such as 'D', 'W' or 'M', got {freq!r}: {error}"
        ) from None


def _between(ends: tuple[int, int], sketch: Column, offset: Any, label: Hashable) -> Any:
    first, last = (
        _period(time, offset)
        for time in python_values(np.array(ends), sketch.kind, sketch.unit, sketch.zone)
    )
    many = (last.ordinal - first.ordinal) // offset.n + 1
    if many > _MOST:
        raise ValueError(
            f"column {label!r} spans {many:,} periods of {offset.freqstr!r}, more than {_MOST:,}; "
            "choose longer ones, or fewer rows"
        )
    return pd.period_range(first, last, freq=offset)


def _period(time: Any, offset: Any) -> Any:
    if isinstance(time, pd.Period):
        return time.asfreq(offset, how="start")
    stamp = pd.Timestamp(time).tz_localize(None)
    if offset.n > 1 and isinstance(offset, pd.offsets.Tick):  # quarters of an hour begin at :15
        stamp = stamp.floor(offset.freqstr)
    return pd.Period(stamp, freq=offset)


def _cuts(periods: Any, sketch: Column, label: Hashable) -> list[Any]:
    """Return the last value of the column's own that each period but the last can have."""
    if sketch.kind is Kind.PERIOD:
        last = periods[1:].asfreq(sketch.unit, how="start").asi8 - 1
        if (np.diff(last) < 1).any():
            raise ValueError(
                f"column {label!r} holds periods of {sketch.unit!r}, which freq= cannot divide"
            )
    else:
        starts = periods[1:].to_timestamp(how="start")
        if sketch.zone is not None:
            earlier = np.ones(len(starts), dtype=np.bool_)  # of an hour that a clock shows twice
            starts = starts.tz_localize(sketch.zone, ambiguous=earlier, nonexistent="shift_forward")
            starts = starts.tz_convert(None)
        counts = starts.to_numpy().astype(f"datetime64[{sketch.unit}]").astype(np.int64)
        last = counts - 1
    return python_values(last, sketch.kind, sketch.unit, sketch.zone)
