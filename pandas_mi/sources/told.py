"""What a task of Dask tells, with its size; and the memory that it works in."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

import pyarrow as pa

__all__ = ["Told", "freed_memory_kept"]

_TRIM, _MMAP = -1, -3  # what glibc's mallopt() calls its thresholds
_MB = 1 << 20
_IDLE = 1.0  # seconds without a task; those of one call follow each other in less than a tenth


@dataclass(frozen=True)
class Told:
    """What a task found. Dask asks for its size, to decide where it is cheapest to add it up."""

    found: Any

    def __sizeof__(self) -> int:
        return _size(self.found)


def _size(held: Any) -> int:
    """Bytes of the arrays that an object holds."""
    if isinstance(held, Mapping):
        return sum(map(_size, held.values()))
    if isinstance(held, list | tuple):
        return sum(map(_size, held))
    if is_dataclass(held):
        return sum(_size(getattr(held, one.name)) for one in fields(held))
    return int(getattr(held, "nbytes", 0)) or sys.getsizeof(held)


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let what is freed be used again, by this task and by those that follow soon.

    Workers of Dask set MALLOC_TRIM_THRESHOLD_, and with it every array of more than 128 KB costs
    a system call, and a page fault every 4 KB: a seventh of the time of a task. What is kept, some
    50 MB, is given back as soon as no task has come for a while.
    """
    _kept.begin()
    try:
        yield
    finally:
        _kept.end()


class _Kept:
    """The memory of a process that tasks work in, perhaps several at once."""

    def __init__(self) -> None:
        tuned = os.environ.get("MALLOC_TRIM_THRESHOLD_", "")
        libc: Any = ctypes.CDLL(None) if sys.platform == "linux" and tuned.isdigit() else None
        self._libc: Any = libc if hasattr(libc, "mallopt") else None
        self._tuned = int(tuned) if self._libc else 0
        self._lock = Lock()
        self._tasks = 0
        self._ended = 0.0
        self._watched = False

    def begin(self) -> None:
        with self._lock:
            self._tasks += 1
            if self._libc and not self._watched:
                self._watched = True
                self._libc.mallopt(_MMAP, 16 * _MB)
                self._libc.mallopt(_TRIM, 32 * _MB)
                Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        pa.default_memory_pool().release_unused()  # what this thread holds; another could not
        with self._lock:
            self._tasks -= 1
            self._ended = monotonic()

    def _watch(self) -> None:
        while True:
            sleep(_IDLE)
            with self._lock:
                if self._tasks == 0 and monotonic() - self._ended >= _IDLE:
                    self._watched = False
                    self._libc.mallopt(_MMAP, 128 << 10)
                    self._libc.mallopt(_TRIM, self._tuned)
                    self._libc.malloc_trim(0)
                    return


_kept = _Kept()
