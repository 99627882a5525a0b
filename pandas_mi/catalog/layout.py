"""How a DataFrame lies in Parquet files: its labels, its index, and each column's dtype.

A `Layout` is small and JSON; it is stored once per version, and it is what a later append must
agree with. What may differ from file to file (which missing values Python objects used) is a
`Piece`'s own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi import columns, errors
from pandas_mi.catalog import dtypes, labels

__all__ = ["Field", "Layout", "Piece", "frame_layout", "table_layout"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the files: its name there, its pandas dtype, and how to restore it."""

    name: str
    dtype: str
    descriptor: Json

    def restore(self, pieces: Sequence[Piece]) -> Any:
        """Return the column's values over consecutive pieces."""
        if self.descriptor["as"] == "objects":
            return np.concatenate([self._objects(piece) for piece in pieces])
        chunks = [chunk for piece in pieces for chunk in piece.table[self.name].chunks]
        types = [piece.table[self.name].type for piece in pieces]
        return dtypes.restore(_joined(chunks, types[0]), self.descriptor)

    def _objects(self, piece: Piece) -> Any:
        missing = piece.missing.get(self.name, [])
        return dtypes.restore(piece.table[self.name], {**self.descriptor, "missing": missing})

    @property
    def kind(self) -> columns.Kind:
        """What the values mean, as far as the type says it."""
        return _kind(self.descriptor)


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows as they lie in a file.

    Attributes
    ----------
    table : pyarrow.Table
    rows : int
        Told apart from the table's, because a table without columns has none.
    missing : mapping of field name to list of str
        Which missing values the columns of Python objects hold.
    """

    table: pa.Table
    rows: int
    missing: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What turns files back into the frame that they were made of.

    Attributes
    ----------
    fields : tuple of Field
        One per column of the frame, in order.
    labels : dict
        The frame's columns Index, as JSON.
    index : tuple of Field
        One per level of the row index; empty for a default RangeIndex.
    names : list
        The names of the index levels, as JSON.
    frequency : str or None
        That of a DatetimeIndex or TimedeltaIndex.
    """

    fields: tuple[Field, ...]
    labels: Json
    index: tuple[Field, ...] = ()
    names: list[Any] = field(default_factory=list)
    frequency: str | None = None

    @property
    def columns(self) -> pd.Index:
        """The labels of the frame's columns."""
        return _index_from_json(self.labels)

    def restore(self, pieces: Sequence[Piece], chosen: Sequence[int] | None = None) -> pd.DataFrame:
        """Return the frame that consecutive pieces hold.

        Parameters
        ----------
        pieces : sequence of Piece
        chosen : sequence of int, optional
            Positions of the columns to restore; all by default.
        """
        rows = sum(piece.rows for piece in pieces)
        positions = range(len(self.fields)) if chosen is None else chosen
        held = [self.fields[position].restore(pieces) for position in positions] if pieces else []
        frame = pd.DataFrame(dict(enumerate(map(_series, held))), index=range(rows), copy=False)
        frame.columns = self.columns if chosen is None else self.columns.take(list(chosen))
        if self.index:
            frame.index = self._index(pieces)
        return frame

    def _index(self, pieces: Sequence[Piece]) -> pd.Index:
        names = [labels.from_json(name) for name in self.names]
        if len(self.index) == 1:
            return _with_frequency(_index([self.index[0].restore(pieces)], names), self.frequency)
        levels, codes = zip(*(_level(one, pieces) for one in self.index), strict=True)
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)

    def to_json(self) -> Json:
        """Return what the manifest carries."""
        return {
            "labels": self.labels,
            "columns": list(map(_field_to_json, self.fields)),
            "index": list(map(_field_to_json, self.index)),
            "index_names": self.names,
            "index_frequency": self.frequency,
        }

    @classmethod
    def from_json(cls, written: Json) -> Layout:
        """Return the layout that `to_json` wrote."""
        return cls(
            fields=tuple(map(_field_from_json, written["columns"])),
            labels=written["labels"],
            index=tuple(map(_field_from_json, written["index"])),
            names=written["index_names"],
            frequency=written["index_frequency"],
        )

    def extended(self, other: Layout) -> Layout:
        """Return the layout of these rows followed by those of another layout.

        Raises
        ------
        ValueError
            When the column names, their order or their types differ.
        """
        ours, theirs = list(self.columns), list(other.columns)
        if ours != theirs:
            raise ValueError(_other_columns(ours, theirs))
        if len(self.index) != len(other.index) or self.names != other.names:
            raise ValueError("its index has other names or levels, or only one of the two has one")
        fields = map(_extended, map(repr, ours), self.fields, other.fields)
        index = map(_extended, ["its index"] * len(self.index), self.index, other.index)
        frequency = self.frequency if self.frequency == other.frequency else None
        return replace(self, fields=tuple(fields), index=tuple(index), frequency=frequency)


def frame_layout(frame: pd.DataFrame) -> tuple[Layout, Piece]:
    """Return the layout of a DataFrame and its rows as they are to be written.

    Raises
    ------
    TypeError
        When a column holds what Parquet cannot give back equal.
    ValueError
        When two columns have one label.
    """
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].unique()
        raise ValueError(f"duplicate column labels: {errors.listing(twice)}; make them unique")
    labels_json = _index_to_json(frame.columns)
    stored = [_stored(values, label) for label, values in frame.items()]
    levels = _stored_index(frame.index)
    names = _names([*frame.columns, *(f"__index_{i}__" for i in range(len(levels)))])
    fields = [
        Field(name, one.dtype, one.descriptor)
        for name, one in zip(names, stored + levels, strict=True)
    ]
    layout = Layout(
        fields=tuple(fields[: len(stored)]),
        labels=labels_json,
        index=tuple(fields[len(stored) :]),
        names=[labels.to_json(name) for name in frame.index.names] if levels else [],
        frequency=_frequency(frame.index),
    )
    table = pa.Table.from_arrays([one.array for one in stored + levels], names=names)
    missing = {
        name: one.missing for name, one in zip(names, stored + levels, strict=True) if one.missing
    }
    return layout, Piece(table, len(frame), missing)


class _Stored(NamedTuple):
    array: dtypes.Arrow
    dtype: str
    descriptor: Json
    missing: list[str]


def _stored(values: pd.Series | pd.Index, label: Hashable) -> _Stored:
    array, descriptor = dtypes.store(values, label)
    # Which missing values there are may differ from file to file: it is no part of the type.
    missing = descriptor.pop("missing", []) if descriptor["as"] == "objects" else []
    return _Stored(array, str(values.dtype), descriptor, missing)


def _stored_index(index: pd.Index) -> list[_Stored]:
    if _is_default(index):
        return []
    if not isinstance(index, pd.MultiIndex):
        return [_stored(index, "index")]
    levels = [_stored(level, f"index level {i}") for i, level in enumerate(index.levels)]
    # The values of a level with missing rows are of another dtype than the level is.
    rows = [pa.array(codes, mask=np.asarray(codes) < 0) for codes in index.codes]
    return [one._replace(array=one.array.take(at)) for one, at in zip(levels, rows, strict=True)]


def table_layout(table: pa.Table) -> Layout:
    """Return the layout of an Arrow table, whose first rows stand for all that follow.

    Raises
    ------
    TypeError
        When Parquet cannot hold a column's type.
    ValueError
        When two columns have one name.
    """
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"duplicate column names: {errors.listing(twice)}; make them unique")
    described = [dtypes.arrow_descriptor(table[name], name) for name in names]
    fields = [
        Field(stored, str(pd.ArrowDtype(column.type)), descriptor)
        for stored, column, descriptor in zip(_names(names), table.columns, described, strict=True)
    ]
    return Layout(tuple(fields), _index_to_json(pd.Index(names)))


def _names(wanted: Iterable[Hashable]) -> list[str]:
    """Return distinct column names for the files, near the labels: 1 and "1" must not collide."""
    taken: dict[str, None] = {}  # in order
    for label in wanted:
        name, number = str(label), 1
        while name in taken:
            number += 1
            name = f"{label}~{number}"
        taken[name] = None
    return list(taken)


def _extended(what: str, ours: Field, theirs: Field) -> Field:
    if dtypes.same(ours.descriptor, theirs.descriptor):
        return ours
    nothing = [one.descriptor.get("of") == "nothing" for one in (ours, theirs)]
    if any(nothing) and ours.descriptor["as"] == theirs.descriptor["as"]:
        return replace(theirs, name=ours.name) if nothing[0] else ours
    difference = f"{theirs.dtype} here and {ours.dtype} there"
    if ours.dtype == theirs.dtype:
        difference = f"{ours.dtype} here and there, but of other values (categories, kind, unit)"
    raise ValueError(f"{what} is {difference}; convert it first")


def _other_columns(ours: list[Hashable], theirs: list[Hashable]) -> str:
    lacking = [label for label in ours if label not in theirs]
    new = [label for label in theirs if label not in ours]
    if not lacking and not new:
        return f"its columns stand in another order; there they are: {errors.listing(ours)}"
    parts = [f"it lacks {errors.listing(lacking)}"] if lacking else []
    parts += [f"it has {errors.listing(new)}, unknown there"] if new else []
    return f"{' and '.join(parts)}; there are: {errors.listing(ours)}"


def _kind(descriptor: Json) -> columns.Kind:
    """Return the kind of a stored column's values from its descriptor alone."""
    held = descriptor["as"]
    if held == "category":
        return _kind(descriptor["categories"]["descriptor"])
    if held == "sparse":
        return _kind(descriptor["dense"])
    if held == "objects":
        return _kind(descriptor["typed"]) if "typed" in descriptor else _OBJECTS[descriptor["of"]]
    if held in _KINDS:
        return _KINDS[held]
    try:
        if held == "arrow":
            return columns.from_arrow(dtypes.no_rows(descriptor), None).kind
        return columns.from_pandas(pd.Series([], dtype=descriptor["dtype"]), None).kind
    except TypeError:  # lists and structs: kept, though no value equals another
        return columns.Kind.OBJECT


_KINDS = {
    "zoned": columns.Kind.DATETIME,
    "period": columns.Kind.PERIOD,
    "interval": columns.Kind.INTERVAL,
    "string": columns.Kind.TEXT,
}
_OBJECTS = {
    "nothing": columns.Kind.NULL,
    "str": columns.Kind.TEXT,
    "bytes": columns.Kind.BINARY,
    "bool": columns.Kind.BOOLEAN,
    "int": columns.Kind.INTEGER,
    "float": columns.Kind.FLOAT,
    "Decimal": columns.Kind.DECIMAL,
    "datetime": columns.Kind.DATETIME,
    "date": columns.Kind.DATE,
    "time": columns.Kind.TIME,
    "timedelta": columns.Kind.TIMEDELTA,
}


def _field_to_json(one: Field) -> Json:
    return {"name": one.name, "dtype": one.dtype, "kind": str(one.kind), "as": one.descriptor}


def _field_from_json(written: Json) -> Field:
    return Field(written["name"], written["dtype"], written["as"])


# ------------------------------------------------------------------------------ indexes


def _is_default(index: pd.Index) -> bool:
    if not isinstance(index, pd.RangeIndex) or index.name is not None:
        return False
    return (index.start, index.step) == (0, 1)


def _frequency(index: pd.Index) -> str | None:
    """Return the frequency of a temporal index where its name alone tells it."""
    frequency = getattr(index, "freq", None)
    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) or frequency is None:
        return None
    named = pd.tseries.frequencies.to_offset(frequency.freqstr) == frequency
    return str(frequency.freqstr) if named else None


def _with_frequency(index: pd.Index, frequency: str | None) -> pd.Index:
    if frequency is not None and isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        # Appended rows may break the rhythm; then the index simply has no frequency.
        with contextlib.suppress(ValueError):
            return type(index)(index, freq=frequency)
    return index


def _index(levels: Sequence[Any], names: Sequence[Hashable]) -> pd.Index:
    if len(levels) > 1:
        parts = [_index([one], [None]) for one in levels]
        return pd.MultiIndex.from_arrays(parts, names=list(names))
    # With its dtype said, pandas infers no other from Python objects.
    index: pd.Index = pd.Index(levels[0], dtype=levels[0].dtype, tupleize_cols=False)
    return index.rename(names[0])


def _level(one: Field, pieces: Sequence[Piece]) -> tuple[pd.Index, Any]:
    """Return the values of a level of a MultiIndex, and for each row which of them it has."""
    held = [piece.table[one.name] for piece in pieces]
    known = [
        replace(piece, table=pa.table({one.name: column.drop_null()}))
        for piece, column in zip(pieces, held, strict=True)
    ]
    found, level = pd.factorize(_index([one.restore(known)], [None]), sort=True)
    codes = np.full(sum(map(len, held)), -1, dtype=np.intp)
    codes[np.concatenate([column.is_valid().to_numpy() for column in held])] = found
    return level, codes


def _index_to_json(index: pd.Index) -> Json:
    levels = [index.get_level_values(number) for number in range(index.nlevels)]
    names = [labels.to_json(name) for name in index.names]
    written = list(map(_level_to_json, levels))
    return {"names": names, "levels": written, "frequency": _frequency(index)}


def _level_to_json(level: pd.Index) -> Json:
    if isinstance(level, pd.RangeIndex):
        return {"range": [level.start, level.stop, level.step]}
    if level.dtype == object:
        return {"values": list(map(labels.to_json, level))}
    array, descriptor = dtypes.store(level, "column labels")
    if descriptor["as"] == "string":
        return {"values": array.to_pylist(), "as": descriptor}
    return {"encoded": dtypes.encoded(array), "as": descriptor}


def _index_from_json(written: Json) -> pd.Index:
    names = [labels.from_json(name) for name in written["names"]]
    first = written["levels"][0]
    if len(names) == 1 and "range" in first:
        return _range(first).rename(names[0])
    levels = list(map(_level_from_json, written["levels"]))
    return _with_frequency(_index(levels, names), written["frequency"])


def _range(written: Json) -> pd.RangeIndex:
    start, stop, step = written["range"]
    return pd.RangeIndex(start, stop, step)


def _level_from_json(written: Json) -> Any:
    if "range" in written:
        return _range(written)
    if "encoded" in written:
        return dtypes.restore(dtypes.decoded(written["encoded"]), written["as"])
    if "as" in written:
        return dtypes.restore(pa.array(written["values"], pa.large_string()), written["as"])
    values = np.empty(len(written["values"]), dtype=object)
    values[:] = list(map(labels.from_json, written["values"]))
    return values


def _series(values: Any) -> Any:
    # Without its dtype said, pandas 3 would take an object array of text for a str column.
    return pd.Series(values, dtype=values.dtype, copy=False)


def _joined(chunks: list[pa.Array], held: pa.DataType) -> pa.ChunkedArray:
    """Join the chunks of several files, which other versions of Arrow may have typed otherwise."""
    return pa.chunked_array([one if one.type == held else one.cast(held) for one in chunks], held)
