"""Short literals against text: the first eight bytes of every text as one number.

Five million texts of six bytes, on one thread: IN with two items takes 31 ms instead of the 45 ms
of Arrow's hash table, and LIKE 'city1%' 25 ms instead of 62 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pandas_mi.columns import Array, Mask

__all__ = ["begins", "equals"]

WIDTH = 8  # bytes of the longest literal
MOST = 6  # items, each of which costs a comparison; a hash table costs the same for any number
BLOCK = 2**15  # rows of which 64-bit numbers and offsets stay in a near cache

Test = Callable[[int, int, Mask], None]


def equals(texts: pa.Array, items: Sequence[str]) -> Test | None:
    """Return the test of whether a text is one of the items; None where they are long or many."""
    encoded = [item.encode() for item in items]
    if not 1 < len(encoded) <= MOST or any(len(item) > WIDTH for item in encoded):
        return None

    def by_arrow(part: pa.Array) -> pa.Array:
        return pc.is_in(part, value_set=pa.array(items, texts.type))

    return _test(texts, encoded, np.equal, by_arrow)


def begins(texts: pa.Array, prefix: str) -> Test | None:
    """Return the test of whether a text begins with a prefix; None where that is long."""
    encoded = prefix.encode()
    if not 0 < len(encoded) <= WIDTH:
        return None
    return _test(
        texts, [encoded], np.greater_equal, lambda part: pc.starts_with(part, pattern=prefix)
    )


def _test(
    texts: pa.Array,
    items: list[bytes],
    fits: np.ufunc,
    by_arrow: Callable[[pa.Array], pa.Array],
) -> Test | None:
    """Return the test; `fits` compares the lengths of a text and an item."""
    held = _offsets_and_words(texts)
    if held is None:
        return None
    offsets, words = held
    # The last texts begin less than eight bytes before the end of the data.
    whole = int(np.searchsorted(offsets[:-1], len(words)))
    lengths = sorted({len(item) for item in items})
    groups = [
        (length, _word(b"\xff" * length), [_word(i) for i in items if len(i) == length])
        for length in lengths
    ]

    def block(start: int, stop: int, out: Mask) -> None:
        begun, sizes = _begun(offsets[start : stop + 1], words)
        out.fill(False)
        for length, mask, wanted in groups:
            masked = begun & mask
            alike = masked == wanted[0]
            for word in wanted[1:]:
                alike |= masked == word
            alike &= fits(sizes, length)
            np.logical_or(out, alike, out=out)

    def test(start: int, stop: int, out: Mask) -> None:
        middle = min(max(whole, start), stop)
        for first in range(start, middle, BLOCK):
            last = min(first + BLOCK, middle)
            block(first, last, out[first - start : last - start])
        if middle < stop:
            found = by_arrow(texts.slice(middle, stop - middle)).fill_null(False)
            out[middle - start :] = found.to_numpy(zero_copy_only=False)

    return test


def _begun(edges: Array, words: Array) -> tuple[Array, Array]:
    """Return the first eight bytes of texts that lie between edges, and their lengths.

    Codes of one length (airports, dates, postcodes) stand evenly spaced: no need to look each up.
    """
    places = edges[:-1]
    sizes = edges[1:] - places
    width, first = int(sizes[0]), int(places[0])
    if width == 0 or (sizes != width).any():
        return words[places], sizes
    return words[first : int(places[-1]) + 1 : width], sizes[:1]


def _word(text: bytes) -> Any:
    return np.frombuffer(text.ljust(WIDTH, b"\0"), dtype=np.uint64)[0]


def _offsets_and_words(texts: pa.Array) -> tuple[Array, Array] | None:
    """Return where texts begin and end, and the eight bytes that begin at each byte."""
    width = {pa.string(): np.int32, pa.large_string(): np.int64}.get(texts.type)
    if width is None or len(texts) == 0:
        return None
    _, places, data = texts.buffers()
    if places is None or data is None or data.size < WIDTH:
        return None
    size = np.dtype(width).itemsize
    offsets: Array = np.frombuffer(places, width, len(texts) + 1, texts.offset * size)
    words: Array = np.ndarray((data.size - WIDTH + 1,), np.uint64, data, strides=(1,))
    return offsets, words
