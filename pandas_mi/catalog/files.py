"""The few operations on files that publishing rests on."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

__all__ = [
    "discard",
    "make_directory",
    "move",
    "publish",
    "remove_tree",
    "sync_directory",
    "touch",
    "write_new",
]


def make_directory(path: Path) -> None:
    """Make a directory in an existing one, durably; it may be there already."""
    try:
        path.mkdir()
    except FileExistsError:
        return
    sync_directory(path.parent)


def write_new(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Make a file that must not exist yet, let `write` fill it, and flush it to the disk."""
    with path.open("xb") as handle:
        write(handle)
        handle.flush()
        os.fsync(handle.fileno())


def publish(text: str, path: Path) -> None:
    """Make a file appear whole, in one step, or raise FileExistsError when there is one.

    A hard link is the one step that every system makes exclusive: of two writers of the same
    name one gets it and the other is told. A rename would replace the file of the first. Any
    error means that the file has not appeared; `sync_directory` then makes its name durable.
    """
    temporary = path.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        write_new(temporary, lambda handle: handle.write(text.encode("ascii")))
        os.link(temporary, path)
    except FileExistsError:
        # A network file system may make the link, lose the answer, and try again.
        if not path.samefile(temporary):
            raise
    finally:
        discard(temporary)


def touch(path: Path) -> None:
    """Make a file young again, so that `vacuum` leaves it alone; it must be there."""
    os.utime(path)


def move(source: Path, target: Path) -> None:
    """Rename a directory within its parent, durably."""
    source.rename(target)
    sync_directory(target.parent)


def discard(path: Path) -> None:
    """Remove a file as far as it goes: what stays is only an orphan for `vacuum`."""
    with contextlib.suppress(OSError):
        path.unlink()


def remove_tree(path: Path) -> None:
    """Remove a directory and all below it."""
    shutil.rmtree(path)


def sync_directory(path: Path) -> None:
    """Flush a directory's entries to the disk, where the system lets one do so."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
