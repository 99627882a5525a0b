"""The types that travel: a typed column, and a chunk of rows."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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

    @classmethod
    def floats(cls, values: Array) -> Column:
        """Return a FLOAT column in which NaN is missing, and `missing` found when asked for.

        Finding it costs a pass over the values, which a comparison can do without.
        """
        column = cls(Kind.FLOAT, values)
        object.__delattr__(column, "missing")
        return column

    if not TYPE_CHECKING:  # to the type checker, every attribute would exist

        def __getattr__(self, name: str) -> Any:
            # Reached for an attribute that is not set: `missing`, of a column made by `floats`.
            if name != "missing":
                raise AttributeError(f"a Column has no attribute {name!r}")
            found = mask(np.isnan(self.values))
            object.__setattr__(self, "missing", found)
            return found

    @property
    def unmarked(self) -> bool:
        """Whether NaN is missing and `missing` has not been found yet."""
        try:
            _MISSING.__get__(self)
        except AttributeError:
            return True
        return False

    def part(self, start: int, stop: int) -> Column:
        """Return the rows from start to stop, without a copy."""
        if self.unmarked:
            return Column.floats(self.values[start:stop])
        missing = None if self.missing is None else self.missing[start:stop]
        codes = None if self.codes is None else self.codes[start:stop]
        values = self.values[start:stop] if codes is None else self.values
        # The constructor costs a tenth of dataclasses.replace.
        return Column(self.kind, values, missing, codes, self.unit, self.zone, self.categorical)

    @property
    def numeric(self) -> bool:
        """Whether the values are binned when there are many of them."""
        return self.kind in NUMERIC and not self.categorical

    @property
    def n_missing(self) -> int:
        """Number of missing rows."""
        return 0 if self.missing is None else int(np.count_nonzero(self.missing))


_MISSING: Any = Column.__dict__["missing"]  # the slot itself, which tells whether it is set


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


def factorized(column: Column) -> Column:
    """Return the column with `codes`: its distinct values once, and each row's position there.

    The distinct values stand in no particular order; `level_order` sorts them.
    """
    if column.codes is not None:
        return column
    if isinstance(column.values, pa.Array):
        encoded = column.values.dictionary_encode()
        return replace(column, values=encoded.dictionary, codes=indices(encoded))
    if column.missing is None:
        codes, levels = pd.factorize(column.values)
        return replace(column, values=levels, codes=codes)
    known = replace(column, values=column.values[~column.missing], missing=None)
    return scattered(factorized(known), column.missing)


def level_order(column: Column) -> NDArray[np.intp]:
    """Return the positions that sort the distinct values of a factorized column, shape (k,).

    Text and binary sort by code point, intervals by their ends, values of mixed types numbers
    first, then by the name of their type and by themselves as text.
    """
    values = column.values
    if isinstance(values, pa.Array):
        return np.asarray(pc.sort_indices(values), dtype=np.intp)
    if column.kind is Kind.INTERVAL:
        return np.asarray(pd.arrays.IntervalArray(values.tolist()).argsort(), dtype=np.intp)
    if column.kind is Kind.OBJECT:
        keys = list(map(_mixed_key, values))
        return np.asarray(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)
    return np.argsort(values, kind="stable")


def _mixed_key(value: Any) -> tuple[str, Any]:
    # Equal numbers of different types (1, 1.0, True) must get equal keys.
    return ("", value) if isinstance(value, Number) else (type(value).__name__, str(value))


def mask(missing: Mask) -> Mask | None:
    """Return the mask, or None when it is False throughout."""
    return missing if missing.any() else None


def recoded(levels: Column, codes: Array, missing: Mask | None) -> Column:
    """Return the column whose row i is row ``codes[i]`` of `levels`, unless it is missing."""
    if len(levels) == 0:  # every row is missing
        return replace(factorized(levels), codes=codes, missing=missing, categorical=True)
    if levels.missing is not None:
        nowhere = levels.missing.take(codes, mode="clip")
        missing = mask(nowhere if missing is None else nowhere | missing)
    if levels.codes is not None:
        codes = levels.codes.take(codes, mode="clip")
    return replace(levels, codes=codes, missing=missing, categorical=True)


def scattered(column: Column, missing: Mask) -> Column:
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


def primitive(array: pa.Array, dtype: Any = None) -> Array:
    """Return a fixed-width array's values without a copy; arbitrary where null."""
    dtype = np.dtype(dtype or array.type.to_pandas_dtype())
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.zeros(len(array), dtype=dtype)
    return np.frombuffer(data, dtype=dtype, count=len(array), offset=array.offset * dtype.itemsize)


def indices(array: pa.DictionaryArray) -> Array:
    """Return valid positions in the dictionary, 0 where null."""
    held = array.indices
    return primitive(held.fill_null(0) if held.null_count else held)
