"""Row numbers and a seed to a uniform sample that does not depend on how the rows are cut.

A row is in the sample when the hash of its physical number is among the smallest. Changing the
hash or the key changes every sample that users have drawn: both are frozen.
"""

from __future__ import annotations

import operator
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["key_of", "sample", "sample_hash"]


def sample(rows: NDArray[np.int64], size: int, key: int) -> NDArray[np.int64]:
    """Return `size` of the rows, uniformly without replacement, in their order.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Physical numbers of the rows to choose from, each at most once.
    size : int
        How many to return; all n when it is larger. A smaller sample is part of a larger one.
    key : int
        From `key_of`.

    Returns
    -------
    ndarray of int64, shape (min(size, n),)

    Examples
    --------
    >>> sample(np.arange(1000), 3, key_of(0.25))
    array([301, 543, 571])
    """
    if size >= len(rows):
        return rows
    if size == 0:
        return rows[:0]
    hashes = sample_hash(rows, key)
    # The hash is a bijection of the row number, so exactly `size` rows reach the threshold.
    threshold = np.partition(hashes, size - 1)[size - 1]
    chosen: NDArray[np.int64] = rows[hashes <= threshold]
    return chosen


def sample_hash(rows: NDArray[np.int64], key: int) -> NDArray[np.uint64]:
    """Return splitmix64's finaliser of each row number, a bijection on 64 bits, shape (n,).

    Steele, Lea & Flood 2014, Fast splittable pseudorandom number generators
    (doi:10.1145/2660193.2660195).
    """
    z = rows.astype(np.uint64)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(key)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def key_of(seed: float | None) -> int:
    """Return the 64-bit key of a seed.

    Parameters
    ----------
    seed : int, float or None
        A float that is an integer counts as that integer; None draws fresh entropy.

    Raises
    ------
    TypeError
        When the seed is not a number.
    ValueError
        When it is NaN or infinite.

    Examples
    --------
    >>> hex(key_of(0.25))
    '0x24bea7eb12abd32f'
    >>> key_of(1.0) == key_of(1)
    True
    """
    words = None if seed is None else _entropy_words(seed)
    return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0])


def _entropy_words(seed: Any) -> list[int]:
    if isinstance(seed, float | np.floating):
        value = float(seed)
        if not np.isfinite(value):
            raise ValueError(f"seed must be finite, got {seed!r}")
        if not value.is_integer():
            return [2, struct.unpack("<Q", struct.pack("<d", value))[0]]
        seed = int(value)
    if isinstance(seed, bool | np.bool_):
        raise TypeError(f"seed must be an int, a float or None, got {seed!r}")
    try:
        integer = operator.index(seed)
    except TypeError:
        raise TypeError(
            f"seed must be an int, a float or None, got {type(seed).__name__}"
        ) from None
    return [int(integer < 0), abs(integer)]
