"""What the Python objects of a column show of its kind: part by part, and together.

A column of Python objects has the one kind that all its values share. Parts of it may look like
another: whole numbers in one and text in the next. So what each part shows is put together first,
and each is then held as the whole column would be.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi.columns import Column, Kind, by_value, from_pandas

__all__ = ["Shown", "held_as", "shown"]

_UNITS = ("s", "ms", "us", "ns")


@dataclass(frozen=True, slots=True)
class Shown:
    """What some values show.

    Attributes
    ----------
    inferred : str
        As `pandas.api.types.infer_dtype` calls them; "empty" for no value at all.
    kind : Kind
    low, high : int
        The range of whole numbers.
    exact : pyarrow.DataType or None
        The type of decimals; None where no Arrow type holds them.
    unit : str
    zone : str or None
    """

    inferred: str = "empty"
    kind: Kind = Kind.NULL
    low: int = 0
    high: int = 0
    exact: Any = None
    unit: str = ""
    zone: str | None = None

    def __add__(self, other: Shown) -> Shown:
        """Return what the values of two parts show together."""
        if "empty" in (self.inferred, other.inferred):
            return self if other.inferred == "empty" else other
        units = {self.unit, other.unit}
        temporal = self.kind in (Kind.DATETIME, Kind.TIMEDELTA)
        alike = self.inferred == other.inferred and self.zone == other.zone
        whole = self.inferred == "integer"
        if not alike or not (self.kind is other.kind or whole) or not (len(units) == 1 or temporal):
            return Shown("mixed", Kind.OBJECT)
        return replace(
            self,
            low=min(self.low, other.low),
            high=max(self.high, other.high),
            exact=_exact(self.exact, other.exact),
            unit=max(units, key=_UNITS.index) if temporal else self.unit,
        )

    @property
    def whole(self) -> Any:
        """The type that holds all whole numbers; None if none does."""
        for dtype in (np.int64, np.uint64):
            if np.iinfo(dtype).min <= self.low and self.high <= np.iinfo(dtype).max:
                return np.dtype(dtype)
        return pa.decimal256(76, 0) if max(-self.low, self.high) < 10**76 else None


def shown(values: pd.Series) -> Shown:
    """Return what a Series of Python objects shows."""
    known = np.asarray(values[values.notna()], dtype=object)
    inferred = pd.api.types.infer_dtype(known, skipna=False)
    if not len(known):
        return Shown()
    column = from_pandas(values, values.name)
    low, high = (int(known.min()), int(known.max())) if inferred == "integer" else (0, 0)
    exact = column.values.type if isinstance(column.values, pa.Array) else None
    exact = exact if column.kind is Kind.DECIMAL else None
    return Shown(inferred, column.kind, low, high, exact, column.unit, column.zone)


def held_as(target: Shown, values: pd.Series, label: Hashable) -> Column:
    """Return a part of a column of Python objects as all of it is held.

    Parameters
    ----------
    target : Shown
        What all parts show together.
    values : pandas.Series of object
    label : hashable
        Named in errors.
    """
    objects = np.asarray(values, dtype=object)
    if target.kind is Kind.OBJECT or (target.inferred == "integer" and target.whole is None):
        return by_value(objects, Kind.OBJECT, label)
    column = from_pandas(values, label)
    if target.inferred == "empty" or target.inferred == "mixed":
        return column
    if column.kind is Kind.NULL:
        return _missing(target, len(column))
    if target.inferred == "integer":
        return _number(column, target.whole)
    if target.kind is Kind.DECIMAL:
        return _decimal(column, target.exact, objects, label)
    if column.unit != target.unit:
        return replace(column, unit=target.unit, values=_finer(column, target.unit, label))
    return column


def _missing(target: Shown, n: int) -> Column:
    """Return n missing values of a kind."""
    every = np.ones(n, dtype=np.bool_)
    unit, zone = target.unit, target.zone
    if target.inferred == "integer":
        return _number(Column(Kind.INTEGER, np.zeros(n, np.int64), every), target.whole)
    arrow = {Kind.TEXT: pa.string(), Kind.BINARY: pa.large_binary(), Kind.DECIMAL: target.exact}
    if arrow.get(target.kind) is not None:
        return Column(target.kind, pa.nulls(n, arrow[target.kind]), every)
    if target.kind in (Kind.DECIMAL, Kind.INTERVAL):
        return Column(target.kind, np.empty(0, dtype=object), every, np.full(n, -1))
    held = {Kind.BOOLEAN: np.bool_, Kind.FLOAT: np.float64}.get(target.kind, np.int64)
    return Column(target.kind, np.zeros(n, dtype=held), every, unit=unit, zone=zone)


def _number(column: Column, held: Any) -> Column:
    values = column.values
    if isinstance(held, np.dtype):
        return replace(column, values=np.asarray(values).astype(held))
    if not isinstance(values, pa.Array):
        values = pa.array(values.astype(object), type=held)
    return replace(column, kind=Kind.DECIMAL, values=values)


def _decimal(column: Column, held: Any, objects: Any, label: Hashable) -> Column:
    if held is None:
        return by_value(objects, Kind.DECIMAL, label)
    values: Any = column.values
    return replace(column, values=values.cast(held))


def _finer(column: Column, unit: str, label: Hashable) -> Any:
    step = 1000 ** (_UNITS.index(unit) - _UNITS.index(column.unit))
    values: Any = column.values
    finer = values * step
    known = slice(None) if column.missing is None else ~column.missing
    if (finer[known] // step != values[known]).any():
        raise ValueError(
            f"column {label!r} holds instants that {unit!r} cannot count, among others that need "
            "it; convert the column to one datetime dtype first"
        )
    return finer


def _exact(one: Any, other: Any) -> Any:
    """Return the decimal type that holds the values of both."""
    if one is None or other is None:
        return None
    scale = max(one.scale, other.scale)
    digits = scale + max(one.precision - one.scale, other.precision - other.scale)
    if digits > 76:
        return None
    return pa.decimal128(digits, scale) if digits <= 38 else pa.decimal256(digits, scale)
