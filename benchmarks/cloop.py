"""A plain C loop over rows and pairs: one increment each, the yardstick for counting."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

_SOURCE = """
#include <stdint.h>
/* codes: columns x n; tables: one k x k table a pair, zeroed. */
void count_pairs(const uint8_t *codes, int64_t n, int64_t columns, int64_t k, int64_t *tables)
{
    for (int64_t i = 0; i < columns; i++)
        for (int64_t j = i + 1; j < columns; j++, tables += k * k) {
            const uint8_t *left = codes + i * n, *right = codes + j * n;
            for (int64_t row = 0; row < n; row++)
                tables[left[row] * k + right[row]]++;
        }
}
"""


@functools.cache
def _compiled():
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "loop.c"), Path(folder, "loop.so")
        source.write_text(_SOURCE)
        command = [compiler, "-O3", "-shared", "-fPIC", "-o", str(library), str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True)
            return ctypes.CDLL(str(library)).count_pairs
        except (OSError, subprocess.CalledProcessError):
            return None


def available() -> bool:
    """Whether this system has a compiler that works."""
    return _compiled() is not None


def count_pairs(codes: np.ndarray, levels: int) -> np.ndarray:
    """Tables of all pairs of columns, shape (pairs, levels + 1, levels + 1).

    `codes` is uint8 of shape (columns, n), from 1 to `levels`.
    """
    columns, n = codes.shape
    tables = np.zeros((columns * (columns - 1) // 2, levels + 1, levels + 1), dtype=np.int64)
    sizes = (ctypes.c_int64(size) for size in (n, columns, levels + 1))
    _compiled()(ctypes.c_void_p(codes.ctypes.data), *sizes, ctypes.c_void_p(tables.ctypes.data))
    return tables
