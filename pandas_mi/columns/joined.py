"""Columns of two tables, one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from pandas_mi.columns.column import Column, Kind, factorized, mask

__all__ = ["alike", "joined"]

_NUMBERS = {Kind.INTEGER, Kind.FLOAT}
_UNITS = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}


def alike(one: Column, two: Column, label: Hashable) -> Column:
    """Return a column without rows of the kind that two columns have together.

    Integers go with floats, instants and durations with those of another unit, and a column in
    which nothing is known with any.

    Raises
    ------
    TypeError
        When the two hold values that do not compare.
    """
    if Kind.NULL in (one.kind, two.kind):
        return (two if one.kind is Kind.NULL else one).part(0, 0)
    numbers = {one.kind, two.kind} == _NUMBERS
    same = numbers or (one.kind is two.kind and _zoned(one) == _zoned(two))
    if one.kind is Kind.PERIOD:
        same = same and one.unit == two.unit
    if not same or ((one.numeric or two.numeric) and one.categorical != two.categorical):
        raise TypeError(
            f"column {label!r} holds {_held(one)} before and {_held(two)} after, which do not "
            "compare; convert one of them, or leave the column out with columns="
        )
    if numbers:
        return Column(Kind.FLOAT, np.empty(0), categorical=one.categorical)
    finer = max((one, two), key=lambda column: _UNITS.get(column.unit, 0))
    return finer.part(0, 0)


def joined(columns: Sequence[Column], sketch: Column) -> Column:
    """Return the rows of several columns, as one of the kind that `alike` has found."""
    same = [_converted(column, sketch) for column in columns]
    if len(same) == 1:
        return same[0]
    if any(column.codes is not None for column in same):
        return _by_codes(same, sketch)
    values = _concatenated([column.values for column in same])
    return replace(sketch, values=values, codes=None, missing=_missing(same))


def _by_codes(columns: Sequence[Column], sketch: Column) -> Column:
    """Join the distinct values, and number them anew."""
    coded = [factorized(column) for column in columns]
    values = _concatenated([column.values for column in coded])
    missing, start, places = _missing(coded), 0, []
    for column in coded:
        known: Any = column.codes
        if column.missing is not None:
            known = np.where(column.missing, 0, known)
        places.append(known.astype(np.intp) + start)
        start += len(column.values)
    codes = np.concatenate(places)
    if len(values):
        both = factorized(replace(sketch, values=values, codes=None, missing=None))
        values, codes = both.values, np.asarray(both.codes).take(codes, mode="clip")
    return replace(sketch, values=values, codes=codes, missing=missing)


def _converted(column: Column, sketch: Column) -> Column:
    if column.kind is Kind.NULL and sketch.kind is not Kind.NULL:
        nothing = np.zeros(len(column), dtype=np.intp)
        return replace(sketch, values=sketch.values[:0], codes=nothing, missing=column.missing)
    if column.kind is Kind.INTEGER and sketch.kind is Kind.FLOAT:
        return replace(column, kind=Kind.FLOAT, values=np.asarray(column.values, np.float64))
    if column.unit != sketch.unit and sketch.kind is not Kind.PERIOD:
        return _in_unit(column, sketch)
    return column


def _in_unit(column: Column, sketch: Column) -> Column:
    """Count a finer unit."""
    times = _UNITS[sketch.unit] // _UNITS[column.unit]
    values = np.asarray(column.values, dtype=np.int64)
    if column.missing is not None and column.codes is None:
        values = np.where(column.missing, 0, values)
    if len(values) and max(-int(values.min()), int(values.max())) > np.iinfo(np.int64).max // times:
        raise ValueError(
            f"instants that {sketch.unit!r} cannot hold, which the other table has; "
            "convert one of them with .dt.as_unit"
        )
    return replace(column, values=values * times, unit=sketch.unit)


def _concatenated(values: Sequence[Any]) -> Any:
    arrow = [some for some in values if isinstance(some, pa.Array)]
    if not arrow:
        return np.concatenate(values)
    if len(arrow) < len(values):  # decimals of which some are infinite
        return np.concatenate([np.array(some.tolist(), dtype=object) for some in values])
    common = _arrow_type([some.type for some in arrow])
    return pa.concat_arrays([some.cast(common) for some in arrow])


def _arrow_type(types: Sequence[Any]) -> Any:
    first = types[0]
    if pa.types.is_decimal(first):
        scale = max(one.scale for one in types)
        whole = max(one.precision - one.scale for one in types)
        return pa.decimal256(min(whole + scale, 76), scale)
    wide = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
    return wide.get(first, first)


def _missing(columns: Sequence[Column]) -> Any:
    if all(column.missing is None for column in columns):
        return None
    masks = [
        np.zeros(len(column), np.bool_) if column.missing is None else column.missing
        for column in columns
    ]
    return mask(np.concatenate(masks))


def _zoned(column: Column) -> bool:
    return column.zone is not None


def _held(column: Column) -> str:
    if column.categorical:
        return f"a category of {column.kind}"
    if column.kind is Kind.DATETIME:
        return f"{'zoned' if _zoned(column) else 'naive'} datetime"
    return f"{column.kind}{f' ({column.unit})' if column.kind is Kind.PERIOD else ''}"
