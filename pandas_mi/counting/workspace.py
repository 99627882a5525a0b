"""Buffers that one thread uses again and again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Workspace"]


# Rows counted at a time: few enough for the cache. But bincount and add.at hold the interpreter's
# lock for much of their time, and threads meet there less often over longer blocks: with 2**17 rows
# two take 1.05 of the time that one takes (20 columns of 10 levels, 500,000 rows), with 2**19 0.95.
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
    """

    def __init__(self, threads: int = 1) -> None:
        self.block_rows = _ROWS if threads == 1 else _ROWS_THREADED
        self._buffers: dict[tuple[str, Any], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Return an array of arbitrary content, which is valid until the name is asked again."""
        size, key = prod(shape), (name, np.dtype(dtype))
        held = self._buffers.get(key)
        if held is None or len(held) < size:
            held = self._buffers[key] = np.empty(size, dtype=dtype)
        return held[:size].reshape(shape)
