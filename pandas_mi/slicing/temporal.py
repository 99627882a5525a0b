"""Dates, timestamps and intervals: fields, truncation and arithmetic over whole counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.slicing import exact
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import INSTANTS, Mismatch, Value, narrow, union

__all__ = ["difference", "extract", "seconds", "shift", "truncate"]

Array = NDArray[Any]
Counts = NDArray[np.int64]

DAY = 86_400
_UNITS = {0: "s", 3: "ms", 6: "us", 9: "ns"}


def seconds(value: Value) -> tuple[Array, int]:
    """Return a temporal value as whole numbers of 10**-scale seconds, and that scale."""
    if value.type is Type.DATE:
        return exact.multiply(*_days(value)).data, 0
    if value.type is Type.INTERVAL and (value.months or value.days):
        # PostgreSQL compares intervals with months of 30 days and days of 24 hours.
        fixed = (value.months * 30 + value.days) * DAY * 10**value.scale
        return value.data.astype(object) + fixed, value.scale
    return value.data, value.scale


def _days(value: Value) -> tuple[Value, Value]:
    return Value(Type.DECIMAL, value.data), Value(Type.DECIMAL, np.array([DAY]))


def as_timestamp(value: Value) -> Value:
    """Return a DATE as the TIMESTAMP of its midnight; leave the others."""
    if value.type is not Type.DATE:
        return value
    return Value(Type.TIMESTAMP, seconds(value)[0], value.nulls)


def as_date(value: Value) -> Value:
    """Return the day on which each timestamp falls, in its own zone."""
    if value.type is Type.DATE:
        return value
    shown = local(value)
    return Value(Type.DATE, _fit(shown.data) // (DAY * 10**shown.scale), shown.nulls)


def _fit(data: Array) -> Counts:
    """Return counts as int64; those that do not fit are far outside every calendar."""
    if data.dtype == object:
        return np.asarray(np.clip(data, *exact.INT64), dtype=object).astype(np.int64)
    return data.astype(np.int64, copy=False)


# ---------------------------------------------------------------------------------- zones


def local(value: Value) -> Value:
    """Return instants as naive timestamps: what a clock in their zone shows."""
    value = as_timestamp(value)
    if value.type is not Type.TIMESTAMPTZ or value.zone in (None, "UTC"):
        return replace(value, type=Type.TIMESTAMP, zone=None)
    index = pd.DatetimeIndex(_instants(value)).tz_localize("UTC").tz_convert(value.zone)
    shown = index.tz_localize(None).to_numpy().view(np.int64)
    return replace(value, type=Type.TIMESTAMP, data=shown, zone=None)


def counted(kind: Type, nanoseconds: Array) -> Value:
    """Return nanoseconds in the coarsest unit that holds them exactly."""
    counts, scale = nanoseconds, 9
    while scale and not (counts % 1000).any():
        counts, scale = counts // 1000, scale - 3
    return Value(kind, narrow(counts), scale=scale)


def zoned(value: Value, zone: str | None) -> Value:
    """Return the instants at which a clock in `zone` shows the timestamps.

    An hour that the clock shows twice is the standard one; one that it skips is moved on.
    """
    if zone in (None, "UTC"):
        return replace(value, type=Type.TIMESTAMPTZ, zone=zone or "UTC")
    index = pd.DatetimeIndex(_instants(value))
    ambiguous = np.zeros(len(index), dtype=np.bool_)
    placed = index.tz_localize(zone, ambiguous=ambiguous, nonexistent="shift_forward")
    counts = placed.tz_convert("UTC").tz_localize(None).to_numpy().view(np.int64)
    return replace(value, type=Type.TIMESTAMPTZ, data=counts, zone=zone)


def _instants(value: Value) -> Array:
    data = _fit(value.data)
    if value.nulls is not None:
        data = np.where(value.nulls, 0, data)
    return data.view(f"datetime64[{_UNITS[value.scale]}]")


# --------------------------------------------------------------------------------- fields


def _calendar(days: Counts) -> tuple[Counts, Counts, Counts]:
    """Return year, month and day of the month of days since 1970."""
    dates = days.view("datetime64[D]")
    months = dates.astype("datetime64[M]")
    index = months.view(np.int64)
    return (
        index // 12 + 1970,
        index % 12 + 1,
        days - months.astype("datetime64[D]").view(np.int64) + 1,
    )


def _day_of_year(days: Counts) -> Counts:
    years = days.view("datetime64[D]").astype("datetime64[Y]")
    return days - years.astype("datetime64[D]").view(np.int64) + 1


def _iso_week(days: Counts) -> Counts:
    thursday = days - (days + 3) % 7 + 3  # a week belongs to the year of its Thursday
    return (_day_of_year(thursday) - 1) // 7 + 1


_DATE_FIELDS: dict[str, Callable[[Counts], Counts]] = {
    "year": lambda days: _calendar(days)[0],
    "quarter": lambda days: (_calendar(days)[1] - 1) // 3 + 1,
    "month": lambda days: _calendar(days)[1],
    "week": _iso_week,
    "day": lambda days: _calendar(days)[2],
    "dow": lambda days: (days + 4) % 7,
    "isodow": lambda days: (days + 3) % 7 + 1,
    "doy": _day_of_year,
}
_CLOCK_FIELDS = {"hour": (3600, 24), "minute": (60, 60), "second": (1, 60)}
FIELDS = (*_DATE_FIELDS, *_CLOCK_FIELDS, "epoch")


def extract(field: str, value: Value) -> Value:
    """Return EXTRACT(field FROM value), an exact DECIMAL."""
    if value.type is Type.INTERVAL:
        return _extract_interval(field, value)
    if value.type is Type.TIME:
        if field in _DATE_FIELDS:
            raise Mismatch(f"a time of day has no {field}")
        return _clock_field(field, value)
    if value.type not in INSTANTS:
        raise Mismatch(f"EXTRACT needs a date or a timestamp, not {value.type}")
    if field == "epoch":
        counts, scale = seconds(value)
        return Value(Type.DECIMAL, counts, value.nulls, scale=scale)
    if field in _CLOCK_FIELDS:
        return _clock_field(field, local(value))
    days = _safe_days(as_date(value).data)
    return Value(Type.DECIMAL, _DATE_FIELDS[field](days), value.nulls)


def _safe_days(days: Array) -> Counts:
    # Beyond these NumPy's calendar overflows; what lies below a null mask may be anything.
    return np.clip(days.astype(np.int64), -(2**40), 2**40)


def _clock_field(field: str, value: Value) -> Value:
    if field == "epoch":
        return Value(Type.DECIMAL, value.data, value.nulls, scale=value.scale)
    width, size = _CLOCK_FIELDS[field]
    counts, one = _fit(value.data), 10**value.scale
    if field == "second":
        return Value(Type.DECIMAL, counts % (60 * one), value.nulls, scale=value.scale)
    return Value(Type.DECIMAL, counts // (width * one) % size, value.nulls)


def _extract_interval(field: str, value: Value) -> Value:
    if field == "epoch":
        # For EXTRACT a year has 365.25 days, for comparisons 360.
        years, months = divmod(abs(value.months), 12)
        fixed = (years * 31_557_600 + months * 30 * DAY) * (1 if value.months >= 0 else -1)
        fixed += value.days * DAY
        data = value.data.astype(object) + fixed * 10**value.scale
        return Value(Type.DECIMAL, data, value.nulls, scale=value.scale)
    one = 10**value.scale
    whole = Value(Type.DECIMAL, value.data, value.nulls)
    if field == "day":
        return _quotient(whole, DAY * one)
    if field in _CLOCK_FIELDS:
        width, size = _CLOCK_FIELDS[field]
        within = exact.modulo(whole, Value(Type.DECIMAL, np.array([width * size * one])))
        if field == "second":
            return replace(within, scale=value.scale)
        return _quotient(within, width * one)
    raise Mismatch(f"an interval has no {field} here; compare it with an INTERVAL, or use epoch")


def _quotient(counts: Value, size: int) -> Value:
    """Return how many whole times `size` goes into the counts, towards zero."""
    whole = replace(counts, type=Type.INTEGER)
    times = exact.divide(whole, Value(Type.INTEGER, np.array([size], dtype=np.int64)))
    return replace(times, type=Type.DECIMAL)


# ----------------------------------------------------------------------------- truncation

_MONTHS = {
    "month": 1,
    "quarter": 3,
    "year": 12,
    "decade": 120,
    "century": 1200,
    "millennium": 12000,
}
_FIXED = {"second": 1, "minute": 60, "hour": 3600, "day": DAY, "week": 7 * DAY}
_FRACTIONS = {"milliseconds": 3, "microseconds": 6}
UNITS = (*_FRACTIONS, *_FIXED, *_MONTHS)


def truncate(unit: str, value: Value) -> Value:
    """Return DATE_TRUNC(unit, value): the start of the unit, in the value's own zone."""
    if value.type not in INSTANTS:
        raise Mismatch(f"DATE_TRUNC needs a date or a timestamp, not {value.type}")
    shown = local(value)
    data, one = _fit(shown.data), 10**shown.scale
    if unit in _FRACTIONS:
        step = 10 ** max(shown.scale - _FRACTIONS[unit], 0)
        start = data // step * step
    elif unit in _FIXED:
        # Monday 1969-12-29 begins a week; every other fixed unit begins with 1970.
        step, offset = _FIXED[unit] * one, (3 * DAY * one if unit == "week" else 0)
        start = (data + offset) // step * step - offset
    else:
        start = _month_starts(data // (DAY * one), unit) * (DAY * one)
    result = replace(shown, data=start)
    return zoned(result, value.zone) if value.type is Type.TIMESTAMPTZ else result


def _month_starts(days: Counts, unit: str) -> Counts:
    size = _MONTHS[unit]
    months = _safe_days(days).view("datetime64[D]").astype("datetime64[M]").view(np.int64)
    # Centuries and millennia begin with the year that ends in 01.
    origin = 12 if unit in ("century", "millennium") else 0
    since_year_zero = months + 1970 * 12 - origin
    starts = since_year_zero // size * size + origin - 1970 * 12
    return starts.view("datetime64[M]").astype("datetime64[D]").view(np.int64)


# ----------------------------------------------------------------------------- arithmetic


def shift(value: Value, interval: Value, sign: int) -> Value:
    """Return value ± interval: months first (their ends clamped), then days, then seconds."""
    calendar = bool(interval.months or interval.days)
    start = local(value) if calendar else as_timestamp(value)
    data = start.data
    if interval.months:
        data = _add_months(_fit(data), sign * interval.months, DAY * 10**start.scale)
    moved = Value(Type.DECIMAL, data, start.nulls, scale=start.scale)
    if interval.days:
        days = np.array([sign * interval.days * DAY], dtype=np.int64)
        moved = exact.add(moved, Value(Type.DECIMAL, days))
    result = _timestamp(moved, start)
    if value.type is Type.TIMESTAMPTZ and calendar:
        result = zoned(result, value.zone)
    time = _clock_time(interval)
    whole = Value(Type.DECIMAL, result.data, result.nulls, scale=result.scale)
    return _timestamp(exact.add(whole, time, sign), result)


def _clock_time(interval: Value) -> Value:
    """Return an interval's seconds; whole ones without a fraction, to keep the unit coarse."""
    data, scale = interval.data, interval.scale
    while len(data) == 1 and scale and int(data[0]) % 1000 == 0:
        data, scale = data // 1000, scale - 3
    return Value(Type.DECIMAL, data, interval.nulls, scale=scale)


def _timestamp(counts: Value, like: Value) -> Value:
    """Return counts of seconds as timestamps; those beyond 64 bits are NULL."""
    data, nulls = counts.data, counts.nulls
    if data.dtype == object:
        outside = np.asarray((data < exact.INT64[0]) | (data > exact.INT64[1]), dtype=np.bool_)
        nulls = union(nulls, outside)
        data = np.where(outside, 0, data).astype(np.int64)
    return replace(like, data=data, nulls=nulls, scale=counts.scale)


def _add_months(counts: Counts, months: int, day: int) -> Counts:
    days, time = counts // day, counts % day
    start = _safe_days(days).view("datetime64[D]").astype("datetime64[M]")
    target = start + np.timedelta64(months, "M")
    first = target.astype("datetime64[D]").view(np.int64)
    length = (target + np.timedelta64(1, "M")).astype("datetime64[D]").view(np.int64) - first
    within = days - start.astype("datetime64[D]").view(np.int64)
    return np.asarray((first + np.minimum(within, length - 1)) * day + time)


def difference(left: Value, right: Value) -> Value:
    """Return left - right of dates (whole days) or of timestamps (an interval)."""
    if left.type is Type.DATE and right.type is Type.DATE:
        first, second = (Value(Type.INTEGER, v.data, v.nulls) for v in (left, right))
        return exact.add(first, second, -1)
    if (left.type is Type.TIMESTAMPTZ) != (right.type is Type.TIMESTAMPTZ):
        raise Mismatch(NAIVE_AGAINST_ZONED)
    gap = exact.add(_whole(left), _whole(right), -1)
    return Value(Type.INTERVAL, gap.data, gap.nulls, scale=gap.scale)


NAIVE_AGAINST_ZONED = (
    "a timestamp without a time zone against one with a time zone; localise the column with "
    "dt.tz_localize, or write TIMESTAMPTZ '2024-01-31 12:00+00'"
)


def add_days(value: Value, days: Value, sign: int) -> Value:
    """Return a DATE moved by whole days."""
    moved = exact.add(Value(Type.INTEGER, value.data, value.nulls), days, sign)
    return Value(Type.DATE, moved.data, moved.nulls)


def add_intervals(left: Value, right: Value, sign: int) -> Value:
    """Return left ± right of two intervals."""
    gap = exact.add(_whole(left), _whole(right), sign)
    months, days = left.months + sign * right.months, left.days + sign * right.days
    return Value(Type.INTERVAL, gap.data, gap.nulls, scale=gap.scale, months=months, days=days)


def negated(value: Value) -> Value:
    """Return the interval that undoes one."""
    return replace(value, data=-value.data, months=-value.months, days=-value.days)


def times(value: Value, factor: Value) -> Value:
    """Return the interval repeated a whole number of times."""
    calendar = bool(value.months or value.days)
    if calendar and len(factor) != 1:
        raise Mismatch("cannot multiply months or days by a column; use hours")
    count = int(factor.data[0]) if calendar else 0
    span = exact.multiply(_whole(value), replace(factor, type=Type.DECIMAL, wide=False))
    months, days = value.months * count, value.days * count
    return Value(Type.INTERVAL, span.data, span.nulls, scale=span.scale, months=months, days=days)


def _whole(value: Value) -> Value:
    """Return an interval's or timestamp's count of seconds as a number."""
    counts, scale = (value.data, value.scale) if value.type is Type.INTERVAL else seconds(value)
    return Value(Type.DECIMAL, counts, value.nulls, scale=scale)
