"""How a DataFrame lies in Parquet files: its labels, its index, and each column's dtype.

A `Layout` is small and JSON; it is stored once per version, and it is what a later append must
agree with. What may differ from file to file (which missing values Python objects used) is a
`Piece`'s own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi import errors
from pandas_mi.catalog import arrowtypes, dtypes, indexes, kinds, labels
from pandas_mi.columns import Kind

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
    def kind(self) -> Kind:
        """What the values mean, as far as the type says it."""
        return kinds.kind(self.descriptor)


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
    numbers : range
        The rows' index, if that was a RangeIndex.
    default : bool
        Whether that RangeIndex was the default one, of the whole file.
    """

    table: pa.Table
    rows: int
    missing: Mapping[str, list[str]] = field(default_factory=dict)
    numbers: range = range(0)
    default: bool = True


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
        One per level of the row index; empty when it is a RangeIndex without a name, which
        needs no column.
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
        return indexes.from_json(self.labels)

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
        # Rows that were numbered from 0 are numbered through, as if uploaded at once.
        if self.index or not all(piece.default for piece in pieces):
            frame.index = self._index(pieces)
        return frame

    def _index(self, pieces: Sequence[Piece]) -> pd.Index:
        if not self.index:
            parts: list[pd.Index] = [pd.RangeIndex(piece.numbers) for piece in pieces]
            return parts[0].append(parts[1:])
        names = [labels.from_json(name) for name in self.names]
        if len(self.index) == 1:
            held = self.index[0].restore([_numbered(piece, self.index[0]) for piece in pieces])
            return indexes.with_frequency(indexes.made([held], names), self.frequency)
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
        if not self.columns.equals(other.columns):
            raise ValueError(_other_columns(ours, theirs))
        fields = map(_extended, map(repr, ours), self.fields, other.fields)
        index = self._extended_index(other)
        frequency = self.frequency if self.frequency == other.frequency else None
        return replace(index, fields=tuple(fields), frequency=frequency)

    def _extended_index(self, other: Layout) -> Layout:
        """Return the one of two layouts that has the index of both."""
        for one, another in ((self, other), (other, self)):
            if not one.index and another.numbered:
                return another
        if len(self.index) != len(other.index) or self.names != other.names:
            raise ValueError("its index has other levels or names; reset_index() makes it columns")
        index = map(_extended, ["its index"] * len(self.index), self.index, other.index)
        return replace(self, index=tuple(index))

    @property
    def numbered(self) -> bool:
        """Whether the index is one that a RangeIndex can be part of."""
        held = [one.descriptor for one in self.index]
        return held in ([], [{"as": "numpy", "dtype": "int64"}]) and self.names in ([], [None])


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
    labels_json = indexes.to_json(frame.columns)
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
        frequency=indexes.frequency(frame.index),
    )
    table = pa.Table.from_arrays([one.array for one in stored + levels], names=names)
    missing = {
        name: one.missing for name, one in zip(names, stored + levels, strict=True) if one.missing
    }
    return layout, Piece(table, len(frame), missing, indexes.numbers(frame.index))


class _Stored(NamedTuple):
    array: arrowtypes.Arrow
    dtype: str
    descriptor: Json
    missing: list[str]


def _stored(values: pd.Series | pd.Index, label: Hashable) -> _Stored:
    array, descriptor = dtypes.store(values, label)
    # Which missing values there are may differ from file to file: it is no part of the type.
    missing = descriptor.pop("missing", []) if descriptor["as"] == "objects" else []
    return _Stored(array, str(values.dtype), descriptor, missing)


def _stored_index(index: pd.Index) -> list[_Stored]:
    if isinstance(index, pd.RangeIndex) and index.name is None:
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
    described = [arrowtypes.described(table[name], name) for name in names]
    fields = [
        Field(stored, str(pd.ArrowDtype(column.type)), descriptor)
        for stored, column, descriptor in zip(_names(names), table.columns, described, strict=True)
    ]
    return Layout(tuple(fields), indexes.to_json(pd.Index(names)))


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
    if arrowtypes.same(ours.descriptor, theirs.descriptor):
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


def _field_to_json(one: Field) -> Json:
    return {"name": one.name, "dtype": one.dtype, "kind": str(one.kind), "as": one.descriptor}


def _field_from_json(written: Json) -> Field:
    return Field(written["name"], written["dtype"], written["as"])


def _numbered(piece: Piece, index: Field) -> Piece:
    """Give rows whose index is a range the column that other rows have for theirs."""
    if index.name in piece.table.column_names:
        return piece
    numbers = pa.chunked_array([pa.array(piece.numbers, type=pa.int64())])
    return replace(piece, table=pa.table({index.name: numbers}))


def _level(one: Field, pieces: Sequence[Piece]) -> tuple[pd.Index, Any]:
    """Return the values of a level of a MultiIndex, and for each row which of them it has."""
    held = [piece.table[one.name] for piece in pieces]
    known = [
        replace(piece, table=pa.table({one.name: column.drop_null()}))
        for piece, column in zip(pieces, held, strict=True)
    ]
    found, level = pd.factorize(indexes.made([one.restore(known)], [None]), sort=True)
    codes = np.full(sum(map(len, held)), -1, dtype=np.intp)
    codes[np.concatenate([column.is_valid().to_numpy() for column in held])] = found
    return level, codes


def _series(values: Any) -> Any:
    # Without its dtype said, pandas 3 would take an object array of text for a str column.
    return pd.Series(values, dtype=values.dtype, copy=False)


def _joined(chunks: list[pa.Array], held: pa.DataType) -> pa.ChunkedArray:
    """Join the chunks of several files, which other versions of Arrow may have typed otherwise."""
    return pa.chunked_array([one if one.type == held else one.cast(held) for one in chunks], held)
