"""Arrow arrays to columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pandas_mi.columns.column import (
    Column,
    Kind,
    Mask,
    factorized,
    indices,
    mask,
    primitive,
    recoded,
)


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
    array = one_array(array)
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


def one_array(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the chunks as one array, without a copy when there is but one."""
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


def _from_dictionary(array: pa.DictionaryArray, label: Hashable) -> Column:
    # A dictionary may hold a value twice, and nulls: only its own values can tell.
    levels = factorized(from_arrow(array.dictionary, label))
    return recoded(levels, indices(array), _nulls(array.indices))


def _from_arrow_float(array: pa.Array) -> Column:
    values, nulls = primitive(array), _nulls(array)
    if nulls is None:
        return Column.floats(values)
    return Column(Kind.FLOAT, values, np.isnan(values) | nulls)


def from_arrow_decimal(array: pa.Array) -> Column:
    """Return the column of a decimal array of any width."""
    if array.type.bit_width < 128:  # Arrow cannot yet hash or sort the narrow decimals
        array = array.cast(pa.decimal128(array.type.precision, array.type.scale))
    return Column(Kind.DECIMAL, array, _nulls(array))


def _from_arrow_temporal(kind: Kind, unit: str = "") -> Callable[[pa.Array], Column]:
    def convert(array: pa.Array) -> Column:
        held = array.type
        counts = primitive(array, np.int32 if held.bit_width == 32 else np.int64)
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
        lambda a: Column(Kind.NULL, np.zeros(len(a), dtype=np.bool_), mask(np.ones(len(a), bool))),
    ),
    (
        pa.types.is_boolean,
        lambda a: Column(
            Kind.BOOLEAN, a.fill_null(False).to_numpy(zero_copy_only=False), _nulls(a)
        ),
    ),
    (pa.types.is_integer, lambda a: Column(Kind.INTEGER, primitive(a), _nulls(a))),
    (pa.types.is_floating, _from_arrow_float),
    (pa.types.is_decimal, from_arrow_decimal),
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
