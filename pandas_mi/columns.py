"""One typed view of a column, whatever holds it.

This is the only module that knows which backings pandas and Arrow have. Everything above it
sees a `Column`: a kind, plain values, and a mask of missing rows.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from numbers import Number
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["Chunk", "Column", "Kind", "factorized", "from_arrow", "from_pandas", "level_order"]

Array = NDArray[Any]
Mask = NDArray[np.bool_]


class Kind(enum.StrEnum):
    """What the values of a column mean, apart from how they are held."""

    NULL = "null"  # nothing but missing values, of no known type
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    TIMEDELTA = "timedelta"
    PERIOD = "period"
    TIME = "time"
    TEXT = "text"
    BINARY = "binary"
    INTERVAL = "interval"
    OBJECT = "object"  # values of several types, compared by Python equality


NUMERIC = frozenset(
    {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.DATE, Kind.DATETIME, Kind.TIMEDELTA, Kind.PERIOD}
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chunk of n rows.

    Attributes
    ----------
    kind : Kind
        What the values mean.
    values : ndarray or pyarrow.Array
        Without `codes` one value a row, shape (n,); with `codes` the k distinct values,
        none of them missing, in no particular order, shape (k,). BOOLEAN is bool; INTEGER and
        FLOAT any NumPy integer or floating dtype; DATE, DATETIME, TIMEDELTA, TIME and PERIOD
        are integers that count `unit` (since 1970-01-01 UTC, midnight, or as period ordinals);
        TEXT, BINARY and DECIMAL are pyarrow arrays; what no typed array can hold is a NumPy
        object array.
    missing : ndarray of bool, shape (n,), or None
        Which rows are missing; None when no row is. Values below it are arbitrary.
    codes : ndarray of int, shape (n,), or None
        For each row the position of its value in `values`; -1 or any position where missing.
    unit : str
        Resolution of a temporal kind ("D", "s", "ms", "us", "ns"), or a period's frequency.
    zone : str or None
        Time zone of a DATETIME; None for a naive one.
    categorical : bool
        Held as a category or dictionary, and so discrete whatever its kind.
    """

    kind: Kind
    values: Array | pa.Array
    missing: Mask | None = None
    codes: Array | None = None
    unit: str = ""
    zone: str | None = None
    categorical: bool = False

    def __len__(self) -> int:
        return len(self.values if self.codes is None else self.codes)

    @property
    def numeric(self) -> bool:
        """Whether the values are binned when there are many of them."""
        return self.kind in NUMERIC and not self.categorical

    @property
    def n_missing(self) -> int:
        """Number of missing rows."""
        return 0 if self.missing is None else int(np.count_nonzero(self.missing))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a table: some of its columns, by label.

    Attributes
    ----------
    columns : mapping of label to Column, each of `n_rows` rows
    n_rows : int
    first_row : int
        Physical number, in the whole table, of the chunk's first row.
    """

    columns: Mapping[Hashable, Column]
    n_rows: int
    first_row: int = 0


def from_pandas(values: pd.Series | pd.Index, label: Hashable) -> Column:
    """Return the column that a pandas Series or Index holds.

    Parameters
    ----------
    values : pandas.Series or pandas.Index, length n
    label : hashable
        Named in errors.

    Raises
    ------
    TypeError
        When the values are complex or unhashable.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, pd.SparseDtype):
        return _from_numpy(np.asarray(values), label)
    if isinstance(dtype, pd.CategoricalDtype):
        return _from_categorical(values.array, label)
    if isinstance(dtype, pd.DatetimeTZDtype):
        instants = np.asarray(values.array, dtype=f"datetime64[{dtype.unit}]")
        return replace(_from_numpy(instants, label), zone=str(dtype.tz))
    if isinstance(dtype, pd.PeriodDtype):
        frequency = str(dtype).removeprefix("period[").removesuffix("]")
        missing = _mask(np.asarray(values.isna()))
        return Column(Kind.PERIOD, values.array.asi8, missing, unit=frequency)
    if isinstance(dtype, pd.IntervalDtype):
        return _by_value(values.array, Kind.INTERVAL, label)
    if isinstance(dtype, np.dtype):
        return _from_numpy(values.to_numpy(), label)
    if hasattr(values.array, "__arrow_array__"):
        try:
            return from_arrow(values.array.__arrow_array__(), label)
        except UnicodeEncodeError:  # lone surrogates: text that no UTF-8 column can hold
            pass
    return _from_objects(np.asarray(values, dtype=object), label)


def from_arrow(array: pa.Array | pa.ChunkedArray, label: Hashable) -> Column:
    """Return the column that an Arrow array holds.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray, length n
    label : hashable
        Named in errors.

    Raises
    ------
    TypeError
        When the values are lists, structs, maps or unions, which no value equals.
    """
    array = _one_array(array)
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    if pa.types.is_dictionary(array.type):
        return _from_dictionary(array, label)
    for matches, convert in _ARROW:
        if matches(array.type):
            return convert(array)
    raise TypeError(
        f"column {label!r} holds Arrow values of type {array.type}, which cannot be compared by "
        "value; drop the column, or make columns of its parts"
    )


def factorized(column: Column) -> Column:
    """Return the column with `codes`: its distinct values once, and each row's position there.

    The distinct values stand in no particular order; `level_order` sorts them.
    """
    if column.codes is not None:
        return column
    if isinstance(column.values, pa.Array):
        encoded = column.values.dictionary_encode()
        return replace(column, values=encoded.dictionary, codes=_indices(encoded))
    if column.missing is None:
        codes, levels = pd.factorize(column.values)
        return replace(column, values=levels, codes=codes)
    known = replace(column, values=column.values[~column.missing], missing=None)
    return _scattered(factorized(known), column.missing)


def level_order(column: Column) -> NDArray[np.intp]:
    """Return the positions that sort the distinct values of a factorized column, shape (k,).

    Text and binary sort by code point, intervals by their ends, values of mixed types numbers
    first, then by the name of their type and by themselves as text.
    """
    values = column.values
    if isinstance(values, pa.Array):
        return np.asarray(pc.sort_indices(values), dtype=np.intp)
    if column.kind is Kind.INTERVAL:
        return np.asarray(pd.arrays.IntervalArray(values).argsort(), dtype=np.intp)
    if column.kind is Kind.OBJECT:
        keys = list(map(_mixed_key, values))
        return np.asarray(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)
    return np.argsort(values, kind="stable")


def _mixed_key(value: Any) -> tuple[str, Any]:
    # Equal numbers of different types (1, 1.0, True) must get equal keys.
    return ("", value) if isinstance(value, Number) else (type(value).__name__, str(value))


def _mask(missing: Mask) -> Mask | None:
    """Return the mask, or None when it is False throughout."""
    return missing if missing.any() else None


# ---------------------------------------------------------------------- NumPy and pandas


def _from_numpy(values: Array, label: Hashable) -> Column:
    kind = values.dtype.kind
    if kind == "O":
        return _from_objects(values, label)
    if kind == "b":
        return Column(Kind.BOOLEAN, values)
    if kind in "iu":
        return Column(Kind.INTEGER, values)
    if kind == "f":
        return Column(Kind.FLOAT, values, _mask(np.isnan(values)))
    if kind in "mM":
        meaning = Kind.TIMEDELTA if kind == "m" else Kind.DATETIME
        unit, _ = np.datetime_data(values.dtype)
        return Column(meaning, values.view(np.int64), _mask(np.isnat(values)), unit=unit)
    raise TypeError(
        f"column {label!r} holds {values.dtype} values, which have no order to bin by; "
        "pass real and imaginary parts, or magnitude and angle, as columns of their own"
    )


def _from_categorical(values: pd.Categorical, label: Hashable) -> Column:
    codes = values.codes
    return _recoded(from_pandas(values.categories, label), codes, _mask(codes < 0))


def _recoded(levels: Column, codes: Array, missing: Mask | None) -> Column:
    """Return the column whose row i is row ``codes[i]`` of `levels`, unless it is missing."""
    if len(levels) == 0:  # every row is missing
        return replace(factorized(levels), codes=codes, missing=missing, categorical=True)
    if levels.missing is not None:
        missing = _mask(levels.missing.take(codes, mode="clip") | (codes < 0))
    if levels.codes is not None:
        codes = levels.codes.take(codes, mode="clip")
    return replace(levels, codes=codes, missing=missing, categorical=True)


# ------------------------------------------------------------------------- Python objects


def _from_objects(values: Array, label: Hashable) -> Column:
    """Give Python objects the one kind that they all share, else take them by value."""
    missing = _mask(np.asarray(pd.isna(values), dtype=np.bool_))
    known = values if missing is None else values[~missing]
    convert = _OBJECTS.get(pd.api.types.infer_dtype(known, skipna=False))
    if convert is None:
        return _by_value(values, Kind.OBJECT, label)
    try:
        column = convert(known)
    except (ValueError, TypeError, OverflowError, pa.ArrowException):
        # No typed array can hold these values: they keep Python's own equality.
        return _by_value(values, Kind.OBJECT, label)
    return column if missing is None else _scattered(column, missing)


def _scattered(column: Column, missing: Mask) -> Column:
    """Spread the rows of `column` over the places where `missing` is False."""
    spread = np.zeros(len(missing), dtype=np.intp)
    if len(column):
        spread[~missing] = np.arange(len(column))
    if column.codes is not None:
        codes = column.codes[spread] if len(column) else spread
        return replace(column, codes=codes, missing=missing)
    if len(column):
        return replace(column, values=column.values.take(spread), missing=missing)
    return Column(Kind.NULL, np.zeros(len(missing), dtype=np.bool_), missing)


def _by_value(values: Any, kind: Kind, label: Hashable) -> Column:
    """Factorize by Python's equality: 1, 1.0 and True are one value."""
    try:
        codes, levels = pd.factorize(values)
    except TypeError:
        raise TypeError(
            f"column {label!r} holds unhashable values (lists, dicts, arrays), which cannot be "
            "compared by value; drop the column, or turn them into tuples or text first"
        ) from None
    objects = np.asarray(levels, dtype=object)
    if any(issubclass(held, complex | np.complexfloating) for held in set(map(type, objects))):
        raise TypeError(
            f"column {label!r} holds complex values, which have no order to bin by; "
            "pass real and imaginary parts, or magnitude and angle, as columns of their own"
        )
    return Column(kind, objects, _mask(codes < 0), codes)


def _integers(known: Array) -> Column:
    for dtype in (np.int64, np.uint64):
        try:
            exact = known.astype(dtype)
        except OverflowError:
            continue
        return Column(Kind.INTEGER, exact)
    return Column(Kind.DECIMAL, pa.array(known, type=pa.decimal256(76, 0)))


def _decimals(known: Array) -> Column:
    try:
        return _from_arrow_decimal(_one_array(pa.array(known)))
    except (TypeError, pa.ArrowException):  # an infinity, or more than 76 digits
        codes, levels = pd.factorize(known)
        return Column(Kind.DECIMAL, levels, codes=codes)


def _instants(known: Array) -> Column:
    zoned = {zone is not None for zone in set(map(attrgetter("tzinfo"), known))}
    if len(zoned) > 1:
        raise ValueError("naive and zoned instants do not compare")
    try:
        return from_pandas(pd.Index(pd.to_datetime(known, utc=zoned.pop())), None)
    except pd.errors.OutOfBoundsDatetime:  # nanoseconds end in 1677 and 2262
        return from_arrow(pa.array(known), None)


def _dates(known: Array) -> Column:
    if any(issubclass(held, datetime.datetime) for held in set(map(type, known))):
        raise ValueError("dates and instants do not compare")
    return from_arrow(pa.array(known, type=pa.date32()), None)


def _durations(known: Array) -> Column:
    try:
        return from_pandas(pd.Index(pd.to_timedelta(known)), None)
    except pd.errors.OutOfBoundsTimedelta:
        return from_arrow(pa.array(known), None)


def _times(known: Array) -> Column:
    if set(map(attrgetter("tzinfo"), known)) != {None}:
        raise ValueError("no typed array holds zoned times of day")
    return from_arrow(pa.array(known, type=pa.time64("us")), None)


# What pandas' infer_dtype says of objects -> how to hold them. Whatever is not here, or does
# not convert, is compared by Python's equality.
_OBJECTS: dict[str, Callable[[Array], Column]] = {
    "empty": lambda known: Column(Kind.NULL, np.zeros(len(known), dtype=np.bool_)),
    "string": lambda known: from_arrow(pa.array(known), None),
    "bytes": lambda known: from_arrow(pa.array(known, type=pa.large_binary()), None),
    "boolean": lambda known: Column(Kind.BOOLEAN, known.astype(np.bool_)),
    "integer": _integers,
    "floating": lambda known: _from_numpy(known.astype(np.float64), None),
    "complex": lambda known: _from_numpy(known.astype(np.complex128), None),
    "decimal": _decimals,
    "datetime": _instants,
    "datetime64": lambda known: from_pandas(pd.Index(pd.to_datetime(known)), None),
    "date": _dates,
    "timedelta": _durations,
    "timedelta64": _durations,
    "time": _times,
    "period": lambda known: from_pandas(pd.PeriodIndex(known), None),
    "interval": lambda known: from_pandas(pd.IntervalIndex(known), None),
}


# ---------------------------------------------------------------------------------- Arrow


def _one_array(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(array, pa.Array):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    # 32-bit offsets overflow when the chunks hold more than 2 GiB together.
    if pa.types.is_string(array.type):
        array = array.cast(pa.large_string())
    elif pa.types.is_binary(array.type):
        array = array.cast(pa.large_binary())
    try:
        return array.combine_chunks()
    except pa.ArrowException:  # dictionaries that hold nulls cannot be unified
        return array.cast(array.type.value_type).combine_chunks().dictionary_encode()


def _nulls(array: pa.Array) -> Mask | None:
    """Return which rows are Arrow nulls, shape (n,), or None when none is."""
    if array.null_count == 0:
        return None
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False))


def _primitive(array: pa.Array, dtype: Any = None) -> Array:
    """Return a fixed-width array's values without a copy; arbitrary where null."""
    dtype = np.dtype(dtype or array.type.to_pandas_dtype())
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.zeros(len(array), dtype=dtype)
    return np.frombuffer(data, dtype=dtype, count=len(array), offset=array.offset * dtype.itemsize)


def _indices(array: pa.DictionaryArray) -> Array:
    """Return valid positions in the dictionary, 0 where null."""
    indices = array.indices
    return _primitive(indices.fill_null(0) if indices.null_count else indices)


def _from_dictionary(array: pa.DictionaryArray, label: Hashable) -> Column:
    # A dictionary may hold a value twice, and nulls: only its own values can tell.
    levels = factorized(from_arrow(array.dictionary, label))
    return _recoded(levels, _indices(array), _nulls(array.indices))


def _from_arrow_float(array: pa.Array) -> Column:
    values, nulls = _primitive(array), _nulls(array)
    nan = np.isnan(values)
    return Column(Kind.FLOAT, values, _mask(nan if nulls is None else nan | nulls))


def _from_arrow_decimal(array: pa.Array) -> Column:
    if array.type.bit_width < 128:  # Arrow cannot yet hash or sort the narrow decimals
        array = array.cast(pa.decimal128(array.type.precision, array.type.scale))
    return Column(Kind.DECIMAL, array, _nulls(array))


def _from_arrow_temporal(kind: Kind, unit: str = "") -> Callable[[pa.Array], Column]:
    def convert(array: pa.Array) -> Column:
        held = array.type
        counts = _primitive(array, np.int32 if held.bit_width == 32 else np.int64)
        if held == pa.date64():
            counts = counts // 86_400_000
        return Column(
            kind,
            counts,
            _nulls(array),
            unit=unit or held.unit,
            zone=getattr(held, "tz", None),
        )

    return convert


def _from_arrow_text(kind: Kind, wide: pa.DataType) -> Callable[[pa.Array], Column]:
    def convert(array: pa.Array) -> Column:
        plain = pa.types.is_string(array.type) or pa.types.is_binary(array.type)
        held = array if plain or array.type == wide else array.cast(wide)
        return Column(kind, held, _nulls(array))

    return convert


def _is_any(*names: str) -> Callable[[pa.DataType], bool]:
    checks = [getattr(pa.types, f"is_{name}") for name in names]
    return lambda held: any(check(held) for check in checks)


# Arrow type -> how to view it; the first row that matches counts.
_ARROW: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], Column]], ...] = (
    (
        pa.types.is_null,
        lambda a: Column(Kind.NULL, np.zeros(len(a), dtype=np.bool_), _mask(np.ones(len(a), bool))),
    ),
    (
        pa.types.is_boolean,
        lambda a: Column(
            Kind.BOOLEAN, a.fill_null(False).to_numpy(zero_copy_only=False), _nulls(a)
        ),
    ),
    (pa.types.is_integer, lambda a: Column(Kind.INTEGER, _primitive(a), _nulls(a))),
    (pa.types.is_floating, _from_arrow_float),
    (pa.types.is_decimal, _from_arrow_decimal),
    (pa.types.is_date, _from_arrow_temporal(Kind.DATE, "D")),
    (pa.types.is_timestamp, _from_arrow_temporal(Kind.DATETIME)),
    (pa.types.is_duration, _from_arrow_temporal(Kind.TIMEDELTA)),
    (pa.types.is_time, _from_arrow_temporal(Kind.TIME)),
    (
        _is_any("string", "large_string", "string_view"),
        _from_arrow_text(Kind.TEXT, pa.large_string()),
    ),
    (
        _is_any("binary", "large_binary", "fixed_size_binary", "binary_view"),
        _from_arrow_text(Kind.BINARY, pa.large_binary()),
    ),
)
