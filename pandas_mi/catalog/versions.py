"""One published version of a dataset: which files it has, and their rows."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pandas_mi import errors
from pandas_mi.catalog import names
from pandas_mi.catalog.layout import Layout, Piece
from pandas_mi.errors import CatalogError

__all__ = ["DataFile", "Version"]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a version.

    Attributes
    ----------
    name : str
        Its name in the dataset's ``data`` directory.
    rows, bytes : int
    split : str or None
    missing : mapping of field name to list of str
        Which missing values its columns of Python objects hold.
    start, step : int
        The index of its rows, where that is a range.
    """

    name: str
    rows: int
    bytes: int
    split: str | None = None
    missing: Mapping[str, list[str]] = field(default_factory=dict)
    start: int = 0
    step: int = 1

    def piece(self, table: pa.Table, first: int, rows: int) -> Piece:
        """Return some of its rows, from the row `first` on."""
        every = range(self.start, self.start + self.step * self.rows, self.step)
        default = (self.start, self.step) == (0, 1)
        return Piece(table, rows, self.missing, every[first : first + rows], default)


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of a dataset, which never changes.

    Attributes
    ----------
    directory : pathlib.Path
        The dataset's.
    dataset_id : str
        As it was spelt when the dataset was first uploaded.
    number : int
    created : datetime.datetime
        When it was published, in UTC.
    layout : Layout or None
        How its rows are restored; None for the tombstone that a deletion publishes.
    files : tuple of DataFile
        In the order of the rows, the splits one after the other.
    """

    directory: Path
    dataset_id: str
    number: int
    created: datetime.datetime
    layout: Layout | None
    files: tuple[DataFile, ...] = ()

    @property
    def deleted(self) -> bool:
        """Whether this version is the deletion of the dataset."""
        return self.layout is None

    @property
    def rows(self) -> int:
        """Number of rows in all splits."""
        return sum(one.rows for one in self.files)

    @property
    def bytes(self) -> int:
        """Size of the data files."""
        return sum(one.bytes for one in self.files)

    @property
    def splits(self) -> dict[str, int] | None:
        """Rows of each split, in order; None for a dataset that was uploaded whole."""
        if not self.files or self.files[0].split is None:
            return None
        rows: dict[str, int] = {}
        for one in self.files:
            rows[str(one.split)] = rows.get(str(one.split), 0) + one.rows
        return rows

    @property
    def columns(self) -> pd.Index:
        """The labels of the columns."""
        return self.row_layout.columns

    def kinds(self) -> list[dict[str, Any]]:
        """Return name, kind and dtype of each column, JSON-ready."""
        return [
            {"name": str(label), "kind": str(one.kind), "dtype": one.dtype}
            for label, one in zip(self.columns, self.row_layout.fields, strict=True)
        ]

    @property
    def paths(self) -> list[Path]:
        """The data files, in the order of the rows."""
        return [self.path(one) for one in self.files]

    def path(self, one: DataFile) -> Path:
        """Return where a data file lies."""
        return self.directory / "data" / one.name

    def gone(self) -> CatalogError:
        """Return the error that tells that `vacuum` has removed the files."""
        return CatalogError(
            f"version {self.number} of dataset {self.dataset_id!r} is no longer there: "
            "it was superseded or deleted, and vacuum removed its files"
        )

    def read(
        self,
        columns: Sequence[Hashable] | None = None,
        *,
        splits: Sequence[str] | None = None,
        max_rows: int | None = None,
    ) -> pd.DataFrame:
        """Return the rows, equal to the frame that was uploaded.

        Parameters
        ----------
        columns : sequence of labels, optional
            Read only these, in this order; all by default.
        splits : sequence of str, optional
            Read only these, in the dataset's order; all by default.
        max_rows : int, optional
            Stop after this many rows.

        Raises
        ------
        UnknownColumnError
            When a column is asked for that is not there.
        ValueError
            When a split is asked for that is not there.
        CatalogError
            When `vacuum` has removed the version.
        """
        chosen = self._positions(columns)
        pieces = list(self._limited(self._chosen_files(splits), chosen, max_rows))
        return self.row_layout.restore(pieces, chosen)

    def read_splits(
        self, splits: Sequence[str] | None = None, *, max_rows: int | None = None
    ) -> dict[str, pd.DataFrame]:
        """Return the rows of each split; `max_rows` counts across them, in order."""
        held = self.splits or {}
        read: dict[str, pd.DataFrame] = {}
        for split in held:
            if splits is None or split in splits:
                read[split] = self.read(splits=[split], max_rows=max_rows)
                max_rows = None if max_rows is None else max_rows - len(read[split])
        self._chosen_files(splits)
        return read

    def row_groups(self, columns: Sequence[Hashable] | None = None) -> Iterator[pd.DataFrame]:
        """Yield the rows of all splits in order, one row group after the other.

        Put one below the other they are what `read` returns; memory holds one at a time.
        """
        chosen = self._positions(columns)
        numbered = not self.row_layout.index and all(
            (f.start, f.step) == (0, 1) for f in self.files
        )
        first = 0
        for one in self.files:
            for piece in self._pieces(one, chosen):
                frame = self.row_layout.restore([replace(piece, default=numbered)], chosen)
                if numbered:
                    frame.index = pd.RangeIndex(first, first + piece.rows)
                yield frame
                first += piece.rows

    @property
    def row_layout(self) -> Layout:
        """How the rows are restored; CatalogError for a deletion, which has none."""
        if self.layout is None:
            raise CatalogError(f"version {self.number} of {self.dataset_id!r} is its deletion")
        return self.layout

    def _positions(self, columns: Sequence[Hashable] | None) -> list[int] | None:
        if columns is None:
            return None
        position = {label: number for number, label in enumerate(self.columns)}
        unknown = [label for label in columns if label not in position]
        if unknown:
            raise errors.unknown_columns(unknown, position)
        return [position[label] for label in columns]

    def _chosen_files(self, splits: Sequence[str] | None) -> list[DataFile]:
        if splits is None:
            return list(self.files)
        held = self.splits or {}
        unknown = [split for split in splits if split not in held]
        if unknown:
            there = f"there are: {errors.listing(held)}" if held else "it was uploaded whole"
            raise ValueError(
                f"dataset {self.dataset_id!r} has no split {unknown[0]!r}; {there}."
                f"{errors.did_you_mean(unknown[0], held)}"
            )
        return [one for one in self.files if one.split in splits]

    def _limited(
        self, chosen_files: list[DataFile], chosen: list[int] | None, max_rows: int | None
    ) -> Iterator[Piece]:
        """Yield pieces until there are `max_rows`; at least one, which tells the dtypes."""
        left = max_rows
        for one in chosen_files:
            for piece in self._pieces(one, chosen):
                if left is None:
                    yield piece
                    continue
                rows = min(left, piece.rows)
                table = piece.table.slice(0, rows)
                yield replace(piece, table=table, rows=rows, numbers=piece.numbers[:rows])
                left -= rows
                if left <= 0:
                    return

    def _pieces(self, one: DataFile, chosen: list[int] | None) -> Iterator[Piece]:
        import pyarrow.parquet as pq  # late: a tenth of this package's import

        layout = self.row_layout
        fields = layout.fields if chosen is None else [layout.fields[i] for i in chosen]
        wanted = [each.name for each in (*fields, *layout.index)]
        try:
            # An open file is read to its end even when `vacuum` removes its name.
            handle = names.inside(self.directory.parent.parent, self.path(one)).open("rb")
        except FileNotFoundError:
            raise self.gone() from None
        with handle:
            held = pq.ParquetFile(handle, page_checksum_verification=True)
            yield from _row_groups(
                held, [name for name in wanted if name in held.schema_arrow.names], one
            )


def _row_groups(held: Any, wanted: list[str], one: DataFile) -> Iterator[Piece]:
    if held.num_row_groups == 0:  # no rows, or no columns that could tell how many there are
        yield one.piece(held.schema_arrow.empty_table().select(wanted), 0, one.rows)
    first = 0
    for group in range(held.num_row_groups):
        # A dot in a name means nesting to the reader, and then it reads more than was asked for.
        table = held.read_row_group(group, columns=wanted).select(wanted)
        rows = held.metadata.row_group(group).num_rows
        yield one.piece(table, first, rows)
        first += rows
