"""Buffers that one thread uses again and again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Workspace"]


# Rows counted at a time: few enough for the cache. But bincount holds the interpreter's lock while
# it looks for least and largest, and a thread that waits is late to wake: two of them pass over 20
# columns of 10 levels no faster than one with 2**17 rows, 1.45 times as fast with 2**19.
_ROWS = 1 << 17
_ROWS_THREADED = 1 << 19


class Workspace:
    """Arrays by name, kept between passes.

    A fresh array of more than 128 KB costs a system call, and a page fault every 4 KB: under
    threads a third of the time of a short pass.

    Parameters
    ----------
    threads : int
        How many count at once, each with a workspace of its own.

    Attributes
    ----------
    shared : bool
        Whether others count at the same time.
    block_rows : int
        How many rows to count at a time.
    """

    def __init__(self, threads: int = 1) -> None:
        self.shared = threads > 1
        self.block_rows = _ROWS_THREADED if self.shared else _ROWS
        self._buffers: dict[tuple[str, Any], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Return an array of arbitrary content, which is valid until the name is asked again."""
        size, key = prod(shape), (name, np.dtype(dtype))
        held = self._buffers.get(key)
        if held is None or len(held) < size:
            held = self._buffers[key] = np.empty(size, dtype=dtype)
        return held[:size].reshape(shape)
