"""Typed values of a block of rows: what expressions are evaluated to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.columns import Column, Kind
from pandas_mi.errors import SliceError
from pandas_mi.slicing.query import Constant, Interval, Type

__all__ = ["Mismatch", "Value", "constant", "from_column", "union"]

Array = NDArray[Any]
Mask = NDArray[np.bool_]

NUMERIC = frozenset({Type.INTEGER, Type.DECIMAL, Type.FLOAT})
INSTANTS = frozenset({Type.DATE, Type.TIMESTAMP, Type.TIMESTAMPTZ})
OPAQUE = frozenset({Type.PERIOD, Type.RANGE, Type.BINARY, Type.OBJECT})
UNIT_SCALES = {"D": 0, "s": 0, "ms": 3, "us": 6, "ns": 9}


class Mismatch(Exception):  # noqa: N818 - never leaves the package; evaluation says where
    """An operand of the wrong type."""


@dataclass(frozen=True, slots=True)
class Value:
    """The values of one expression over n rows, or one value that stands for all of them.

    Attributes
    ----------
    type : Type
    data : ndarray or pyarrow.Array, length n or 1
        BOOLEAN is bool, and False where null. INTEGER, DECIMAL, TIMESTAMP[TZ], TIME and INTERVAL
        are whole numbers (any NumPy integer dtype, or Python integers where those are too
        narrow) of 10**-scale (seconds); DATE counts days. FLOAT is float64. TEXT is a pyarrow
        array, as is an UNKNOWN literal.
    nulls : ndarray of bool, length n or 1, or None
    scale : int
    zone : str or None
        Of TIMESTAMPTZ: where its days begin.
    months, days : int
        What an INTERVAL adds before its seconds.
    wide : bool
        An INTEGER that may exceed 64 signed bits, because an unsigned column takes part.
    pending : callable or None
        Finds the nulls of a value that was made without them.
    """

    type: Type
    data: Any
    nulls: Mask | None = None
    scale: int = 0
    zone: str | None = None
    months: int = 0
    days: int = 0
    wide: bool = False
    pending: Callable[[], Mask | None] | None = None

    @classmethod
    def later(cls, kind: Type, data: Any, pending: Callable[[], Mask | None]) -> Value:
        """Return a value whose nulls are found by `pending`, when something asks for them."""
        value = cls(kind, data, pending=pending)
        object.__delattr__(value, "nulls")
        return value

    @classmethod
    def floats(cls, data: Any) -> Value:
        """Return a FLOAT that is null where it is NaN."""
        return cls.later(Type.FLOAT, data, lambda: _nan(data))

    if not TYPE_CHECKING:  # to the type checker, every attribute would exist

        def __getattr__(self, name: str) -> Any:
            # Reached for an attribute that is not set: `nulls`, of a value made by `later`.
            if name != "nulls":
                raise AttributeError(f"a Value has no attribute {name!r}")
            found = self.pending()
            object.__setattr__(self, "nulls", found)
            return found

    @property
    def unmarked(self) -> bool:
        """Whether the nulls have not been found yet; those of a FLOAT are its NaNs then."""
        try:
            _NULLS.__get__(self)
        except AttributeError:
            return True
        return False

    def __len__(self) -> int:
        return len(self.data)

    @property
    def null(self) -> bool:
        """Whether this is NULL, or nothing but NULLs of no known type."""
        return self.type is Type.UNKNOWN and self.nulls is not None


_NULLS: Any = Value.__dict__["nulls"]  # the slot itself, which tells whether it is set


def _nan(data: Any) -> Mask | None:
    found = np.isnan(data)
    return found if found.any() else None


def union(*masks: Mask | None) -> Mask | None:
    """Return where any of the masks is True; None when there are none.

    >>> union(None, np.array([True, False]), np.array([False]))
    array([ True, False])
    """
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def boolean(data: Mask, nulls: Mask | None = None) -> Value:
    """Return a BOOLEAN, made False where it is null."""
    if nulls is not None:
        data = data & ~nulls
    return Value(Type.BOOLEAN, data, nulls)


def null_of(n: int) -> Value:
    """Return n NULLs."""
    return Value(Type.UNKNOWN, np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.bool_))


def rows(*values: Value) -> int:
    """Return the number of rows that values have together."""
    lengths = {len(value) for value in values} - {1}
    return lengths.pop() if lengths else 1


def spread(value: Value, n: int) -> Value:
    """Repeat a single value n times."""
    if len(value) == n:
        return value
    nulls = None if value.nulls is None else np.repeat(value.nulls, n)
    if isinstance(value.data, pa.Array):
        return replace(value, data=pa.repeat(value.data[0], n), nulls=nulls)
    return replace(value, data=np.repeat(value.data, n), nulls=nulls)


def take(value: Value, positions: Array) -> Value:
    """Return the rows at `positions`."""
    if len(value) == 1 and isinstance(positions, np.ndarray) and len(positions) != 1:
        return spread(value, len(positions))
    nulls = None if value.nulls is None else value.nulls.take(positions)
    return replace(value, data=value.data.take(positions), nulls=nulls)


def constant(node: Constant) -> Value:
    """Return a literal as a value of one row."""
    value = node.value
    if value is None:
        return null_of(1)
    if isinstance(value, str):
        return Value(node.type, pa.array([value], type=pa.large_string()))
    if isinstance(value, Decimal):
        return decimals(value)
    if isinstance(value, Interval):
        return span(value)
    dtype = np.bool_ if node.type is Type.BOOLEAN else np.int64
    return Value(node.type, np.array([value], dtype=dtype))


def decimals(value: Decimal) -> Value:
    """Return one exact decimal."""
    sign, digits, exponent = value.as_tuple()
    whole = int("".join(map(str, digits))) * (-1 if sign else 1) * 10 ** max(int(exponent), 0)
    return Value(
        Type.DECIMAL, narrow(np.array([whole], dtype=object)), scale=max(-int(exponent), 0)
    )


def span(value: Interval) -> Value:
    """Return one interval."""
    return Value(
        Type.INTERVAL,
        np.array([value.nanoseconds], dtype=np.int64),
        scale=9,
        months=value.months,
        days=value.days,
    )


def narrow(data: Array) -> Array:
    """Return Python integers as int64 when they all fit."""
    if data.dtype != object:
        return data
    try:
        return data.astype(np.int64)
    except OverflowError:
        return data


# ------------------------------------------------------------------------------ columns


def from_column(column: Column, label: str) -> Value:
    """Return a column without codes as a value."""
    kind = column.kind
    if column.unmarked:
        return Value.floats(column.values.astype(np.float64, copy=False))
    missing = column.missing
    if kind is Kind.NULL:
        return null_of(len(column))
    if kind is Kind.DECIMAL:
        return _decimal_column(column, label)
    if kind is Kind.TEXT:
        return Value(Type.TEXT, column.values, missing)
    if kind is Kind.BOOLEAN:
        return boolean(column.values, missing)
    if kind is Kind.FLOAT:
        return Value(Type.FLOAT, column.values.astype(np.float64, copy=False), missing)
    if kind is Kind.INTEGER:
        return Value(Type.INTEGER, column.values, missing, wide=column.values.dtype == np.uint64)
    scale = UNIT_SCALES.get(column.unit, 0)
    held = _KINDS[kind]
    if held is Type.TIMESTAMP and column.zone is not None:
        held = Type.TIMESTAMPTZ
    return Value(held, column.values, missing, scale=scale, zone=column.zone)


_KINDS = {
    Kind.DATE: Type.DATE,
    Kind.DATETIME: Type.TIMESTAMP,
    Kind.TIMEDELTA: Type.INTERVAL,
    Kind.TIME: Type.TIME,
    Kind.PERIOD: Type.PERIOD,
    Kind.INTERVAL: Type.RANGE,
    Kind.BINARY: Type.BINARY,
    Kind.OBJECT: Type.OBJECT,
}


def _decimal_column(column: Column, label: str) -> Value:
    values = column.values
    if isinstance(values, pa.Array):
        data = narrow(_unscaled(values))
        return Value(Type.DECIMAL, data, column.missing, scale=values.type.scale)
    if not all(value.is_finite() for value in values):
        raise SliceError(
            f"column {label!r} holds an infinite decimal, which a slice query cannot compare; "
            "turn the column into floats first"
        )
    scale = max((-int(value.as_tuple().exponent) for value in values), default=0)
    scale = max(scale, 0)
    whole = [int(value.scaleb(scale)) for value in values]
    return Value(Type.DECIMAL, narrow(np.array(whole, dtype=object)), column.missing, scale=scale)


def _unscaled(values: pa.Array) -> Array:
    """Return the whole numbers of a decimal128 or decimal256 array: its 64-bit words joined."""
    words = values.type.bit_width // 64
    buffer = values.buffers()[1]
    if buffer is None or len(values) == 0:
        return np.zeros(len(values), dtype=np.int64)
    flat = np.frombuffer(buffer, dtype=np.int64, count=words * (values.offset + len(values)))
    table = flat.reshape(-1, words)[values.offset :]
    low = np.ascontiguousarray(table[:, 0])
    if bool((table[:, 1:] == (low >> 63)[:, None]).all()):
        return low
    whole = table[:, -1].astype(object)
    for word in range(words - 2, -1, -1):
        whole = whole * 2**64 + np.ascontiguousarray(table[:, word]).view(np.uint64).astype(object)
    return whole


# -------------------------------------------------------------------------------- joining


def concatenated(values: Sequence[Value]) -> Value:
    """Return the rows of several values of one type, one after the other."""
    typed = [value for value in values if value.type is not Type.UNKNOWN] or list(values)
    first = typed[0]
    scale = max(value.scale for value in typed)
    nulls = None
    if any(value.nulls is not None for value in values):
        nulls = np.concatenate([_mask_of(value) for value in values])
    if any(isinstance(value.data, pa.Array) for value in typed):
        parts = [_text_of(value) for value in values]
        return replace(first, data=pa.concat_arrays(parts), nulls=nulls)
    data = np.concatenate([rescaled(value.data, scale - value.scale) for value in values])
    return replace(first, data=data, nulls=nulls, scale=scale)


def _mask_of(value: Value) -> Mask:
    return np.zeros(len(value), dtype=np.bool_) if value.nulls is None else value.nulls


def _text_of(value: Value) -> pa.Array:
    if value.type is Type.UNKNOWN and not isinstance(value.data, pa.Array):
        return pa.nulls(len(value), pa.large_string())
    return value.data.cast(pa.large_string()) if value.type is not Type.BINARY else value.data


def rescaled(data: Array, digits: int) -> Array:
    """Multiply whole numbers by 10**digits, exactly."""
    if digits <= 0 or len(data) == 0:
        return data
    factor = 10**digits
    low, high = int(data.min()), int(data.max())
    if data.dtype != object and max(-low, high) * factor < 2**63:
        return np.asarray(data.astype(np.int64) * factor)
    scaled: Array = data.astype(object) * factor
    return narrow(scaled)
