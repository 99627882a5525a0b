"""How an upload becomes the next version of a dataset, and a deletion too.

The data files are written and flushed first; then the manifest appears in one step, under the
next number, which only one writer can take. A writer that is killed before that step has changed
nothing that a reader sees.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Literal

from pandas_mi.catalog import files, ingest, manifests
from pandas_mi.catalog.versions import DataFile, Version
from pandas_mi.errors import CatalogError, DatasetExistsError

__all__ = ["Mode", "deleted", "now", "told", "uploaded"]

Mode = Literal["error", "append", "overwrite"]


def uploaded(directory: Path, dataset_id: str, dataset: Any, mode: Mode) -> Version:
    """Publish rows as the next version of the dataset in a directory."""
    base = manifests.newest(directory)
    _refuse_existing(mode, base)
    layout, parts = ingest.prepared(dataset)
    draft = Version(directory, dataset_id, 0, now(), layout, _planned(parts))
    _following(draft, base, base, mode)  # refuse what does not fit before writing it
    with told(f"cannot upload dataset {dataset_id!r}"):
        draft = replace(draft, files=_written(directory, parts))
        try:
            version = _published(draft, base, mode)
        except Exception:  # not an interrupt, which may come when it has been published
            for path in draft.paths:
                files.discard(path)
            raise
    manifests.settle(version)
    return version


def deleted(directory: Path) -> bool:
    """Publish the deletion of the dataset in a directory; return whether there was one."""
    while True:
        last = manifests.newest(directory)
        if last is None or last.deleted:
            return False
        tombstone = replace(last, number=last.number + 1, created=now(last), layout=None, files=())
        with told(f"cannot delete dataset {last.dataset_id!r}"):
            try:
                manifests.publish(tombstone)
            except FileExistsError:
                continue  # an upload was quicker: what it published is deleted instead
        manifests.settle(tombstone)
        return True


def now(after: Version | None = None) -> datetime.datetime:
    """Return the time, but never one before that of the version that is being superseded."""
    current = datetime.datetime.now(datetime.UTC)
    return current if after is None else max(current, after.created)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Make an error of the system a CatalogError that says what failed."""
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{what}: {error}; what was there before is unchanged") from error


def _refuse_existing(mode: Mode, newest: Version | None) -> None:
    if mode == "error" and newest is not None and not newest.deleted:
        raise DatasetExistsError(
            f"dataset {newest.dataset_id!r} already exists, with {newest.rows} rows; "
            "mode='append' adds to it, mode='overwrite' replaces it"
        )


def _following(draft: Version, base: Version | None, newest: Version | None, mode: Mode) -> Version:
    """Return the version that an upload makes of the newest one.

    `base` was the newest one when the upload began.
    """
    _refuse_existing(mode, newest)
    number = 0 if newest is None else newest.number
    if mode == "overwrite" and number != (0 if base is None else base.number):
        raise CatalogError(
            f"dataset {draft.dataset_id!r} changed while it was being overwritten; look at "
            f"version {number}, and upload again if it is still to be replaced"
        )
    draft = replace(draft, number=number + 1, created=now(newest))
    if newest is None or newest.deleted:
        return draft
    draft = replace(draft, dataset_id=newest.dataset_id)
    return _appended(newest, draft) if mode == "append" else draft


def _appended(newest: Version, draft: Version) -> Version:
    if (newest.splits is None) != (draft.splits is None):
        held = "was uploaded whole" if newest.splits is None else "has splits"
        raise ValueError(
            f"cannot append to dataset {newest.dataset_id!r}: it {held}; append a "
            f"{'DataFrame or table' if newest.splits is None else 'dict of split name to rows'}"
        )
    try:
        layout = newest.row_layout.extended(draft.row_layout)
    except ValueError as error:
        raise ValueError(f"cannot append to dataset {newest.dataset_id!r}: {error}") from None
    every = [*newest.files, *draft.files]
    order = list(dict.fromkeys(one.split for one in every))
    every.sort(key=lambda one: order.index(one.split))  # stable: in a split, old rows come first
    return replace(draft, layout=layout, files=tuple(every))


def _published(draft: Version, base: Version | None, mode: Mode) -> Version:
    while True:
        version = _following(draft, base, manifests.newest(draft.directory), mode)
        for path in draft.paths:
            files.touch(path)  # a vacuum must take no file of an upload that lasted days
        try:
            manifests.publish(version)
        except FileExistsError:
            continue  # another writer took the number: build on what it published
        return version


def _planned(parts: Sequence[ingest.Part]) -> tuple[DataFile, ...]:
    return tuple(
        DataFile("", 0, 0, part.split, part.missing, part.numbers.start, part.numbers.step)
        for part in parts
    )


def _written(directory: Path, parts: Sequence[ingest.Part]) -> tuple[DataFile, ...]:
    """Write each part to a file of its own, durably, or leave none of them."""
    for path in (directory, directory / "data", directory / "_versions"):
        files.make_directory(path)
    planned = [replace(one, name=f"{uuid.uuid4().hex}.parquet") for one in _planned(parts)]
    paths = [directory / "data" / one.name for one in planned]
    try:
        rows = [_write(path, part) for path, part in zip(paths, parts, strict=True)]
        files.sync_directory(directory / "data")
        return tuple(
            replace(one, rows=count, bytes=path.stat().st_size)
            for one, count, path in zip(planned, rows, paths, strict=True)
        )
    except BaseException:
        for path in paths:
            files.discard(path)
        raise


def _write(path: Path, part: ingest.Part) -> int:
    """Write one part, and return how many rows it has."""
    written = 0

    def write(handle: IO[bytes]) -> None:
        nonlocal written
        import pyarrow.parquet as pq  # late: a tenth of this package's import

        # The checksums let a reader tell a damaged page from a strange value.
        with pq.ParquetWriter(
            handle, part.schema, compression="zstd", write_page_checksum=True
        ) as writer:
            for table in ingest.row_groups(part.tables):
                writer.write_table(table, row_group_size=ingest.ROW_GROUP)
                written += table.num_rows

    files.write_new(path, write)
    return written if part.rows is None else part.rows
