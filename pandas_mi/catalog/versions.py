"""One published version of a dataset: what its manifest says, and its rows.

A dataset is a directory ``data`` of Parquet files, and a directory ``_versions`` of numbered
manifests. The manifest of the greatest number is the dataset; a file that it does not name is
not part of it.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from pandas_mi import errors
from pandas_mi.catalog import files, names
from pandas_mi.catalog.layout import Layout, Piece
from pandas_mi.errors import CatalogError

__all__ = ["DataFile", "Version", "newest", "numbers", "publish", "read", "settle"]

FORMAT = 1
_MANIFEST = re.compile(r"(\d{8,})\.json")
_DATA_FILE = re.compile(r"[0-9a-f]{32}\.parquet")


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
    """

    name: str
    rows: int
    bytes: int
    split: str | None = None
    missing: Mapping[str, list[str]] = field(default_factory=dict)


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
        return self._layout.columns

    def kinds(self) -> list[dict[str, Any]]:
        """Return name, kind and dtype of each column, JSON-ready."""
        return [
            {"name": str(label), "kind": str(one.kind), "dtype": one.dtype}
            for label, one in zip(self.columns, self._layout.fields, strict=True)
        ]

    @property
    def paths(self) -> list[Path]:
        """The data files, in the order of the rows."""
        return [self.path(one) for one in self.files]

    def path(self, one: DataFile) -> Path:
        """Return where a data file lies."""
        return self.directory / "data" / one.name

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
        return self._layout.restore(pieces, chosen)

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

        Each is a frame of its own, with the same dtypes; memory holds one at a time.
        """
        chosen = self._positions(columns)
        for one in self.files:
            for piece in self._pieces(one, chosen):
                yield self._layout.restore([piece], chosen)

    @property
    def _layout(self) -> Layout:
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
                yield Piece(piece.table.slice(0, rows), rows, piece.missing)
                left -= rows
                if left <= 0:
                    return

    def _pieces(self, one: DataFile, chosen: list[int] | None) -> Iterator[Piece]:
        layout = self._layout
        fields = layout.fields if chosen is None else [layout.fields[i] for i in chosen]
        wanted = [each.name for each in (*fields, *layout.index)]
        try:
            # An open file is read to its end even when `vacuum` removes its name.
            handle = names.inside(self.directory.parent.parent, self.path(one)).open("rb")
        except FileNotFoundError:
            raise CatalogError(
                f"version {self.number} of dataset {self.dataset_id!r} is no longer there: "
                "it was superseded or deleted, and vacuum removed its files"
            ) from None
        with handle:
            held = pq.ParquetFile(handle, page_checksum_verification=True)
            for group in range(max(held.num_row_groups, 1)):
                yield _piece(held, group, wanted, one)


def _piece(held: pq.ParquetFile, group: int, wanted: list[str], one: DataFile) -> Piece:
    if held.num_row_groups == 0:  # no rows, or no columns that could tell how many there are
        return Piece(held.schema_arrow.empty_table().select(wanted), one.rows, one.missing)
    # A dot in a name means nesting to the reader, and then it reads more than was asked for.
    table = held.read_row_group(group, columns=wanted).select(wanted)
    return Piece(table, held.metadata.row_group(group).num_rows, one.missing)


# ---------------------------------------------------------------------------- manifests


def numbers(directory: Path) -> list[int]:
    """Return the numbers of a dataset's manifests, in order."""
    try:
        held = [_MANIFEST.fullmatch(path.name) for path in (directory / "_versions").iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(match[1]) for match in held if match)


def newest(directory: Path) -> Version | None:
    """Return the newest version of a dataset, a tombstone included; None before the first."""
    while held := numbers(directory):
        try:
            return read(directory, held[-1])
        except FileNotFoundError:
            continue  # superseded and vacuumed since the directory was listed
    return None


def read(directory: Path, number: int) -> Version:
    """Return one version of a dataset.

    Raises
    ------
    FileNotFoundError
        When there is no such version.
    CatalogError
        When its manifest is damaged, or newer than this package.
    """
    path = names.inside(directory.parent.parent, manifest_path(directory, number))
    text = path.read_text(encoding="ascii")
    try:
        written = json.loads(text)
        if written["format"] > FORMAT:
            raise CatalogError(f"{path} was written by a newer pandas_mi; update the package")
        return _from_json(directory, written)
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogError(f"{path} is damaged ({error}); older versions may still be read") from (
            error
        )


def publish(version: Version) -> None:
    """Make a version the newest of its dataset.

    Raises
    ------
    FileExistsError
        When another writer has published one of this number.
    OSError
        When the system refuses; the version is not published then.
    """
    written = json.dumps(_to_json(version), indent=1)
    files.publish(written, manifest_path(version.directory, version.number))


def settle(version: Version) -> None:
    """Make a published version survive a power cut."""
    try:
        files.sync_directory(version.directory / "_versions")
    except OSError as error:
        raise CatalogError(
            f"version {version.number} of dataset {version.dataset_id!r} is published, but the "
            f"disk does not confirm it: {error}; a power cut may undo it"
        ) from error


def manifest_path(directory: Path, number: int) -> Path:
    """Return where the manifest of a version lies."""
    return directory / "_versions" / f"{number:08}.json"


def _to_json(version: Version) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "dataset": version.dataset_id,
        "version": version.number,
        "created": version.created.isoformat(),
        "rows": version.rows,
        "schema": None if version.layout is None else version.layout.to_json(),
        "files": [
            {
                "path": f"data/{one.name}",
                "rows": one.rows,
                "bytes": one.bytes,
                "split": one.split,
                "missing": one.missing,
            }
            for one in version.files
        ],
    }


def _from_json(directory: Path, written: dict[str, Any]) -> Version:
    return Version(
        directory=directory,
        dataset_id=written["dataset"],
        number=written["version"],
        created=datetime.datetime.fromisoformat(written["created"]),
        layout=None if written["schema"] is None else Layout.from_json(written["schema"]),
        files=tuple(map(_file_from_json, written["files"])),
    )


def _file_from_json(written: dict[str, Any]) -> DataFile:
    name = written["path"].removeprefix("data/")
    if not _DATA_FILE.fullmatch(name):  # a manifest must not name files elsewhere
        raise ValueError(f"{written['path']!r} is no data file")
    return DataFile(name, written["rows"], written["bytes"], written["split"], written["missing"])
