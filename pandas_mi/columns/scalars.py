"""Single values: what a caller writes to what a column holds, and back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi.columns.column import Array, Column, Kind

_NANOSECONDS = {"D": 86_400 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def python_values(values: Array | pa.Array, kind: Kind, unit: str, zone: str | None) -> list[Any]:
    """Return stored values as the Python or pandas scalars that a user knows them by.

    Examples
    --------
    >>> python_values(np.array([0]), Kind.DATETIME, "s", "UTC")
    [Timestamp('1970-01-01 00:00:00+0000', tz='UTC')]
    """
    if isinstance(values, pa.Array):
        return list(values.to_pylist())
    show = _SHOWN.get(kind)
    return show(values, unit, zone) if show else list(values.tolist())


def physical_cuts(cuts: Sequence[Any], column: Column) -> Array:
    """Return a caller's inner cuts in the column's own numbers, ascending, duplicates merged.

    A value is at most the result exactly when it is at most the cut: 2.5 becomes 2 for integers.

    Raises
    ------
    TypeError
        When a cut is not a value of the column's kind.
    ValueError
        When a cut is missing, naive for a zoned column or the reverse, or below the one before.
    """
    stored = [_stored(cut, column) for cut in cuts]
    if any(after < before for before, after in itertools.pairwise(stored)):
        raise ValueError(f"cuts must increase, got {list(cuts)!r}")
    if column.kind is Kind.DECIMAL:
        exact = np.empty(len(stored), dtype=object)
        exact[:] = stored
        return np.unique(exact)
    dtype = column.values.dtype
    if column.kind is Kind.FLOAT:
        return np.unique(np.array(stored, dtype=np.float64))
    span = np.iinfo(dtype)
    # No value lies at or below a cut under the type's range, and every one below a cut above it.
    return np.unique(np.array([min(c, span.max) for c in stored if c >= span.min], dtype=dtype))


def _stored(cut: Any, column: Column) -> Any:
    """One cut as an int, float or Decimal that orders like it among the column's values."""
    if pd.isna(cut):
        raise ValueError(f"cuts must not be missing, got {cut!r}")
    try:
        return _STORED[column.kind](cut, column)
    except (TypeError, OverflowError) as error:
        raise TypeError(f"{cut!r} is no cut for a column of kind {column.kind}: {error}") from None


def _number(cut: Any) -> Any:
    if not isinstance(cut, Number) or isinstance(cut, bool | np.bool_):
        raise TypeError("it is not a number")
    return int(cut) if isinstance(cut, np.integer) else cut


def _integer(cut: Any, _: Column) -> int | float:
    number = _number(cut)
    return float(number) if number in (math.inf, -math.inf) else math.floor(number)


def _float(cut: Any, _: Column) -> float:
    number = _number(cut)
    near = float(number)
    if not math.isfinite(near) or Fraction(near) <= Fraction(number):
        return near
    return math.nextafter(near, -math.inf)


def _decimal(cut: Any, _: Column) -> Decimal:
    return Decimal(_number(cut))


def _instant(cut: Any, column: Column) -> int:
    stamp = pd.Timestamp(cut)
    if (stamp.tzinfo is None) != (column.zone is None):
        zoned, naive = ("column", "cut") if column.zone else ("cut", "column")
        raise ValueError(f"the {zoned} has a time zone and the {naive} has none: {cut!r}")
    return _rescaled(stamp.to_datetime64(), column.unit)


def _duration(cut: Any, column: Column) -> int:
    return _rescaled(pd.Timedelta(cut).to_timedelta64(), column.unit)


def _rescaled(value: Any, unit: str) -> int:
    """Count whole `unit`s up to the value, in exact integers."""
    held, _ = np.datetime_data(value.dtype)
    return int(value.astype(np.int64)) * _NANOSECONDS[held] // _NANOSECONDS[unit]


def _period(cut: Any, column: Column) -> int:
    period = cut if isinstance(cut, pd.Period) else pd.Period(cut, freq=column.unit)
    if period.freq != pd.Period(ordinal=0, freq=column.unit).freq:
        raise ValueError(f"{cut!r} is not of the column's frequency {column.unit}")
    return int(period.ordinal)


_STORED: dict[Kind, Callable[[Any, Column], Any]] = {
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _instant,
    Kind.DATETIME: _instant,
    Kind.TIMEDELTA: _duration,
    Kind.PERIOD: _period,
}


def _shown_instants(counts: Array, unit: str, zone: str | None) -> list[Any]:
    stamps = pd.DatetimeIndex(counts.astype(f"datetime64[{unit}]"))
    return list(stamps if zone is None else stamps.tz_localize("UTC").tz_convert(zone))


def _shown_times(counts: Array, unit: str) -> list[Any]:
    """Return times of day from counts of a unit since midnight."""
    held = pa.time32(unit) if unit in ("s", "ms") else pa.time64(unit)
    return list(pa.array(counts.astype(f"int{held.bit_width}")).cast(held).to_pylist())


_SHOWN: dict[Kind, Callable[[Array, str, str | None], list[Any]]] = {
    Kind.DATE: lambda counts, unit, zone: (
        counts.astype(f"datetime64[{unit}]").astype(object).tolist()
    ),
    Kind.DATETIME: _shown_instants,
    Kind.TIME: lambda counts, unit, zone: _shown_times(counts, unit),
    Kind.TIMEDELTA: lambda counts, unit, zone: list(
        pd.TimedeltaIndex(counts.astype(f"timedelta64[{unit}]"))
    ),
    Kind.PERIOD: lambda counts, unit, zone: list(
        pd.arrays.PeriodArray(counts, dtype=pd.PeriodDtype(unit))
    ),
}
