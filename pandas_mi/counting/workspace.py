"""Buffers that one thread uses again and again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Workspace"]


class Workspace:
    """Arrays by name, kept between passes.

    A fresh array of more than 128 KB costs a system call, and a page fault every 4 KB: under
    threads a third of the time of a short pass.
    """

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, Any], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Return an array of arbitrary content, which is valid until the name is asked again."""
        size, key = prod(shape), (name, np.dtype(dtype))
        held = self._buffers.get(key)
        if held is None or len(held) < size:
            held = self._buffers[key] = np.empty(size, dtype=dtype)
        return held[:size].reshape(shape)
