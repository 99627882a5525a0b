"""The numbered manifests of a dataset.

A dataset is a directory ``data`` of Parquet files, and a directory ``_versions`` of manifests.
The manifest of the greatest number is the dataset; a file that it does not name is no part of
it.
"""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

from pandas_mi.catalog import files, names
from pandas_mi.catalog.layout import Layout
from pandas_mi.catalog.versions import DataFile, Version
from pandas_mi.errors import CatalogError

__all__ = ["FORMAT", "newest", "numbers", "path", "publish", "read", "settle"]

FORMAT = 1
_MANIFEST = re.compile(r"(\d{8,})\.json")
_DATA_FILE = re.compile(r"[0-9a-f]{32}\.parquet")


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
    manifest = names.inside(directory.parent.parent, path(directory, number))
    text = manifest.read_text(encoding="ascii")
    try:
        written = json.loads(text)
        if written["format"] > FORMAT:
            raise CatalogError(f"{manifest} was written by a newer pandas_mi; update the package")
        return _from_json(directory, written)
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogError(
            f"{manifest} is damaged ({error}); older versions may still be read"
        ) from (error)


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
    files.publish(written, path(version.directory, version.number))


def settle(version: Version) -> None:
    """Make a published version survive a power cut."""
    try:
        files.sync_directory(version.directory / "_versions")
    except OSError as error:
        raise CatalogError(
            f"version {version.number} of dataset {version.dataset_id!r} is published, but the "
            f"disk does not confirm it: {error}; a power cut may undo it"
        ) from error


def path(directory: Path, number: int) -> Path:
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
                "range": [one.start, one.step],
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
    return DataFile(
        name,
        written["rows"],
        written["bytes"],
        written["split"],
        written["missing"],
        *written["range"],
    )
