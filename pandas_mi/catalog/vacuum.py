"""What can still be read of a dataset, and the removal of the rest."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from pandas_mi.catalog import files, manifests, names
from pandas_mi.catalog.versions import Version

__all__ = ["readable", "vacuumed", "vacuumed_temporaries"]


def readable(directory: Path) -> list[Version]:
    """Return the versions of a dataset that are not deletions, oldest first."""
    return [one for one in _all_versions(directory) if not one.deleted]


def vacuumed(directory: Path, before: datetime.datetime) -> list[Path]:
    """Remove what nobody can need: versions superseded, and other files written, before a time.

    Returns
    -------
    list of pathlib.Path
        The files that were removed.
    """
    # The data files are listed first: one that is published after that is not in the list.
    written = list(_old(directory / "data", "*.parquet", before))
    held = list(_all_versions(directory))
    expired = [old for old, new in pairwise(held) if new.created <= before]
    kept = {path for one in held if one not in expired for path in one.paths}
    # Manifests go first, so that none is left that names a file which is gone.
    removed = _removed([manifests.path(directory, one.number) for one in expired])
    removed += _removed(path for path in written if path not in kept and _is_old(path, before))
    return removed + vacuumed_temporaries(directory / "_versions", before)


def vacuumed_temporaries(directory: Path, before: datetime.datetime) -> list[Path]:
    """Remove the manifests that were never published."""
    return _removed(_old(directory, ".*.tmp", before))


def _all_versions(directory: Path) -> Iterator[Version]:
    for number in manifests.numbers(directory):
        try:
            yield manifests.read(directory, number)
        except FileNotFoundError:
            continue  # another vacuum was quicker


def _old(directory: Path, pattern: str, before: datetime.datetime) -> Iterator[Path]:
    names.inside(directory.parent, directory)
    return (path for path in directory.glob(pattern) if _is_old(path, before))


def _is_old(path: Path, before: datetime.datetime) -> bool:
    try:
        return path.lstat().st_mtime <= before.timestamp()
    except FileNotFoundError:
        return False


def _removed(paths: Iterable[Path]) -> list[Path]:
    removed = list(paths)
    for path in removed:
        files.discard(path)
    for parent in {path.parent for path in removed}:
        files.sync_directory(parent)
    return [path for path in removed if not path.exists()]
