"""Text as PostgreSQL reads it when it becomes a number, a boolean, a date or an interval.

Every function returns None for text that PostgreSQL would not take.
"""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal, localcontext

from pandas_mi.slicing.query import Interval

__all__ = [
    "read_boolean",
    "read_date",
    "read_decimal",
    "read_float",
    "read_integer",
    "read_interval",
    "read_time",
    "read_timestamp",
]

DIGITS = 1000  # digits that a number may have, and its largest exponent
DAY = 86_400 * 10**9  # nanoseconds

_SPACE = " \t\n\r\f\v"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_FLOATS = {"nan", "inf", "infinity", "+inf", "+infinity", "-inf", "-infinity"}
_WORDS = (("true", True), ("yes", True), ("false", False), ("no", False))
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_DATE = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,9}))?)?")
_ZONE = re.compile(r"(?:[zZ]|UTC|([+-])([0-9]{1,2})(?::?([0-9]{2}))?)$")


def read_integer(text: str) -> int | None:
    """Read an integer.

    >>> read_integer(" -12 "), read_integer("1.0"), read_integer("1_000")
    (-12, None, None)
    """
    text = text.strip(_SPACE)
    return int(text) if _INTEGER.fullmatch(text) and len(text) <= DIGITS else None


def read_decimal(text: str) -> Decimal | None:
    """Read a finite decimal of a sane size.

    >>> read_decimal("1.50"), read_decimal("1e3"), read_decimal("abc")
    (Decimal('1.50'), Decimal('1E+3'), None)
    """
    text = text.strip(_SPACE)
    match = _DECIMAL.fullmatch(text)
    if match is None or len(text) > DIGITS or abs(int(match[1] or 0)) > DIGITS:
        return None
    return Decimal(text)


def read_float(text: str) -> float | None:
    """Read a floating-point number; None also when it is too large or too small for one.

    >>> read_float("1e5"), read_float("-Infinity"), read_float("1e999")
    (100000.0, -inf, None)
    """
    text = text.strip(_SPACE)
    if text.lower() in _FLOATS:
        return float(text)
    if not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    digits = re.split("[eE]", text)[0]
    underflow = value == 0 and any(digit in digits for digit in "123456789")
    return None if math.isinf(value) or underflow else value


def read_boolean(text: str) -> bool | None:
    """Read a boolean: true, false, yes, no or the beginning of one; on, off, 1, 0.

    >>> read_boolean("T"), read_boolean("off"), read_boolean("maybe")
    (True, False, None)
    """
    word = text.strip(_SPACE).lower()
    if word in ("1", "on", "0", "off", "of"):
        return word in ("1", "on")
    return next((value for full, value in _WORDS if word and full.startswith(word)), None)


# ------------------------------------------------------------------------ dates and times


def _day(text: str) -> int | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    parts = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
    try:
        return datetime.date(*map(int, parts)).toordinal() - _EPOCH
    except ValueError:
        return None


def read_time(text: str) -> int | None:
    """Read a time of day, as nanoseconds since midnight.

    >>> read_time("12:30"), read_time("25:00")
    (45000000000000, None)
    """
    match = _TIME.fullmatch(text.strip(_SPACE))
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    fraction = int((match[4] or "").ljust(9, "0"))
    total = ((hour * 60 + minute) * 60 + second) * 10**9 + fraction
    return total if minute < 60 and second <= 60 and total <= DAY and hour <= 24 else None


def read_timestamp(text: str) -> tuple[int, int | None] | None:
    """Read a timestamp: nanoseconds since 1970 as written, and its offset from UTC if any.

    >>> read_timestamp("1970-01-02 00:00:01+01")
    (86401000000000, 3600000000000)
    """
    text = text.strip(_SPACE)
    day, _, clock = text.replace("T", " ").partition(" ")
    days = _day(day)
    if days is None:
        return None
    clock, offset = _split_zone(clock.strip(_SPACE))
    time = read_time(clock) if clock else 0
    if time is None or (offset is not None and not clock):
        return None
    return days * DAY + time, offset


def _split_zone(clock: str) -> tuple[str, int | None]:
    match = _ZONE.search(clock)
    if match is None:
        return clock, None
    minutes = int(match[2] or 0) * 60 + int(match[3] or 0)
    offset = minutes * 60 * 10**9 * (-1 if match[1] == "-" else 1)
    return clock[: match.start()].rstrip(_SPACE), offset


def read_date(text: str) -> int | None:
    """Read a date, as days since 1970; a time of day after it is left out.

    >>> read_date("1970-01-31"), read_date("1970-02-30")
    (30, None)
    """
    stamp = read_timestamp(text)
    return None if stamp is None else stamp[0] // DAY


# ------------------------------------------------------------------------------ intervals

_MONTH_UNITS = {"month": 1, "mon": 1, "year": 12, "y": 12, "yr": 12, "decade": 120, "century": 1200}
_DAY_UNITS = {"day": 1, "d": 1, "week": 7, "w": 7}
_NANOSECOND_UNITS = {
    "hour": 3600 * 10**9,
    "h": 3600 * 10**9,
    "hr": 3600 * 10**9,
    "minute": 60 * 10**9,
    "min": 60 * 10**9,
    "m": 60 * 10**9,
    "second": 10**9,
    "sec": 10**9,
    "s": 10**9,
    "millisecond": 10**6,
    "ms": 10**6,
    "microsecond": 10**3,
    "us": 10**3,
    "": 10**9,
}
_PLURALS = {"centuries": "century", "millennia": "millennium"}
_PART = re.compile(
    r"\s*(?:([+-]?)([0-9]{1,9}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,9})?))?"
    r"|([+-]?[0-9]{1,12}(?:\.[0-9]{0,12})?|[+-]?\.[0-9]{1,12})\s*([a-zA-Z]*))"
)


def read_interval(text: str) -> Interval | None:
    """Read an interval such as '1 year -2 days 03:00'.

    >>> read_interval("1.5 months ago")
    Interval(months=-1, days=-15, nanoseconds=0)
    """
    body = text.strip(_SPACE)
    ago = body.lower().endswith(" ago")
    body = body[:-4].rstrip(_SPACE) if ago else body
    total, position = (0, 0, 0), 0
    while position < len(body):
        match = _PART.match(body, position)
        part = None if match is None else _part(match)
        if match is None or part is None:
            return None
        total = (total[0] + part[0], total[1] + part[1], total[2] + part[2])
        position = match.end()
    if not body:
        return None
    sign = -1 if ago else 1
    return Interval(sign * total[0], sign * total[1], sign * total[2])


def _part(match: re.Match[str]) -> tuple[int, int, int] | None:
    if match[2]:
        clock = (int(match[2]) * 60 + int(match[3])) * 60 * 10**9
        total = clock + int(Decimal(match[4] or 0) * 10**9)
        return 0, 0, -total if match[1] == "-" else total
    unit = match[6].lower()
    unit = _PLURALS.get(unit, unit)
    units = {**_MONTH_UNITS, **_DAY_UNITS, **_NANOSECOND_UNITS}
    if unit not in units:
        unit = unit.removesuffix("s")
    if unit not in units:
        return None
    return _scaled(Decimal(match[5]), unit)


def _scaled(number: Decimal, unit: str) -> tuple[int, int, int]:
    """Spread a number of one unit over months, days of 24 hours and nanoseconds."""
    with localcontext(prec=60):
        if unit in _NANOSECOND_UNITS:
            return 0, 0, int(number * _NANOSECOND_UNITS[unit])
        months = days = Decimal(0)
        if unit in _MONTH_UNITS:
            months = number * _MONTH_UNITS[unit]
            # A part of a month is that part of 30 days, but a part of a year whole months.
            days = (months - int(months)) * 30 if _MONTH_UNITS[unit] == 1 else Decimal(0)
            months = months if _MONTH_UNITS[unit] == 1 else months.to_integral_value()
        else:
            days = number * _DAY_UNITS[unit]
        return int(months), int(days), int((days - int(days)) * DAY)
