"""Text functions and LIKE, on pyarrow's kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.slicing import convert, writing
from pandas_mi.slicing.query import Type
from pandas_mi.slicing.values import Mask, Mismatch, Value, boolean, rows, spread, union

__all__ = ["compare", "concat", "join", "text_of"]

Array = NDArray[Any]

LARGEST = 2**31  # bytes of text that one expression may make of a block


def text_of(value: Value, what: str) -> Value:
    """Return a TEXT operand, or refuse."""
    if value.type is Type.UNKNOWN:
        return convert.literal(value, Type.TEXT)
    if value.type is not Type.TEXT:
        raise Mismatch(f"{what} needs text, not {value.type}; CAST it AS TEXT")
    return value


def integer_of(value: Value, what: str) -> Value:
    """Return an INTEGER operand, or refuse."""
    if value.type is Type.UNKNOWN:
        return convert.literal(value, Type.INTEGER)
    if value.type is not Type.INTEGER:
        raise Mismatch(f"{what} needs an integer, not {value.type}")
    return value


def compare(symbol: str, left: Value, right: Value) -> Mask:
    """Compare by code point; UTF-8 sorts as its code points do."""
    kernel = _COMPARE[symbol]
    a, b = _operands(left, right)
    return truths(kernel(a, b))


_COMPARE = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def _operands(left: Value, right: Value) -> tuple[Any, Any]:
    """Return both sides as pyarrow wants them: of one type, single values as scalars."""
    a, b = left.data, right.data
    if a.type != b.type:
        wide = pa.large_string()
        a, b = a.cast(wide), b.cast(wide)
    if len(a) == 1 and len(b) != 1:
        return a[0], b
    return a, (b[0] if len(b) == 1 and len(a) != 1 else b)


def truths(found: Any) -> Mask:
    """Return an Arrow boolean array as NumPy, False where null."""
    if found.null_count:
        found = found.fill_null(False)
    bits = found.buffers()[1]
    if bits is None or len(found) == 0:
        return np.zeros(len(found), dtype=np.bool_)
    # Arrow's own to_numpy takes 1 ns a row, this a tenth of it.
    first = found.offset // 8
    count = found.offset % 8 + len(found)
    held = np.frombuffer(bits, np.uint8, -(-count // 8), first)
    unpacked = np.unpackbits(held, count=count, bitorder="little")
    return unpacked.view(np.bool_)[found.offset % 8 :]


# ------------------------------------------------------------------------------ functions


def _one(kernel: Callable[..., Any], what: str) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        value = text_of(value, what)
        return replace(value, data=kernel(value.data))

    return apply


lower = _one(pc.utf8_lower, "LOWER")
upper = _one(pc.utf8_upper, "UPPER")


def length(value: Value) -> Value:
    """Return the number of characters."""
    value = text_of(value, "LENGTH")
    counts = np.asarray(pc.utf8_length(value.data).fill_null(0)).astype(np.int64)
    return Value(Type.INTEGER, counts, value.nulls)


def _single(value: Value) -> Any:
    """Return the one value; anything where it is null."""
    if isinstance(value.data, pa.Array):
        return value.data[0].as_py() or ""
    return int(value.data[0])


def _rowwise(function: Callable[..., Any], out: Type, *values: Value) -> Value:
    """Apply a Python function once to each distinct combination of operands."""
    n = rows(*values)
    nulls = union(*(value.nulls for value in values))
    columns = [_coded(spread(value, n)) for value in values]
    joint = np.zeros(n, dtype=np.int64)
    for codes, items in columns:
        joint = np.unique(joint * max(len(items), 1) + codes, return_inverse=True)[1].reshape(-1)
    _, first, inverse = np.unique(joint, return_index=True, return_inverse=True)
    results = [function(*(items[codes[row]] for codes, items in columns)) for row in first.tolist()]
    if out is Type.TEXT:
        data = pa.array(results, type=pa.large_string()).take(pa.array(inverse.reshape(-1)))
    else:
        data = np.array(results, dtype=np.int64)[inverse.reshape(-1)]
    return Value(out, data, nulls)


def _coded(value: Value) -> tuple[NDArray[np.int64], list[Any]]:
    if isinstance(value.data, pa.Array):
        encoded = value.data.fill_null("").dictionary_encode()
        return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()
    items, codes = np.unique(value.data, return_inverse=True)
    return codes.reshape(-1), items.tolist()


def substring(value: Value, start: Value, count: Value | None = None) -> Value:
    """Return `count` characters from the one-based `start`, which may lie before the text."""
    value, start = text_of(value, "SUBSTRING"), integer_of(start, "SUBSTRING")
    operands = [value, start] if count is None else [value, start, integer_of(count, "SUBSTRING")]
    nulls = union(*(operand.nulls for operand in operands))
    if all(len(operand) == 1 for operand in operands[1:]):
        bounds = _window(*(_single(operand) for operand in operands[1:]))
        if bounds is None:
            return replace(convert.typed_null(Type.TEXT, len(value)), data=value.data)
        data = pc.utf8_slice_codeunits(value.data, *bounds)
        return spread_nulls(replace(value, data=data), nulls)
    result = _rowwise(_substring, Type.TEXT, *operands)
    if count is None:
        return result
    negative = np.asarray(operands[2].data < 0, dtype=np.bool_)
    return replace(result, nulls=union(result.nulls, negative))


def spread_nulls(value: Value, nulls: Mask | None) -> Value:
    """Return the value with these nulls, repeated when it is single and they are not."""
    if nulls is not None and len(nulls) > len(value):
        value = spread(value, len(nulls))
    return replace(value, nulls=nulls)


def _window(start: int, count: int | None = None) -> tuple[int, int] | None:
    """Return the zero-based range; None for a negative length, which PostgreSQL raises for."""
    stop = 2**31 - 1 if count is None else start - 1 + count
    if count is not None and count < 0:
        return None
    return min(max(start - 1, 0), 2**31 - 1), min(max(stop, 0), 2**31 - 1)


def _substring(text: str, start: int, count: int | None = None) -> str:
    bounds = _window(start, count)
    return "" if bounds is None else text[bounds[0] : bounds[1]]


def left(value: Value, count: Value) -> Value:
    """Return the first `count` characters; all but the last -count when negative."""
    return _end(value, count, "LEFT", lambda text, n: text[:n])


def right(value: Value, count: Value) -> Value:
    """Return the last `count` characters; all but the first -count when negative."""
    return _end(
        value, count, "RIGHT", lambda text, n: text[max(len(text) - n, 0) if n >= 0 else -n :]
    )


def _end(value: Value, count: Value, what: str, cut: Callable[[str, int], str]) -> Value:
    return _rowwise(cut, Type.TEXT, text_of(value, what), integer_of(count, what))


def trim(value: Value, characters: Value | None = None, side: str = "BOTH") -> Value:
    """Strip any of the characters (blanks without them) from the ends."""
    value = text_of(value, "TRIM")
    kernel, strip = _TRIM[side]
    if characters is None:
        return replace(value, data=kernel(value.data, characters=" "))
    characters = text_of(characters, "TRIM")
    if len(characters) == 1:
        data = kernel(value.data, characters=_single(characters))
        return spread_nulls(replace(value, data=data), union(value.nulls, characters.nulls))
    return _rowwise(strip, Type.TEXT, value, characters)


_TRIM: dict[str, tuple[Callable[..., Any], Callable[[str, str], str]]] = {
    "BOTH": (pc.utf8_trim, lambda text, characters: text.strip(characters)),
    "LEADING": (pc.utf8_ltrim, lambda text, characters: text.lstrip(characters)),
    "TRAILING": (pc.utf8_rtrim, lambda text, characters: text.rstrip(characters)),
}


def replaced(value: Value, old: Value, new: Value) -> Value:
    """Return the text with every `old` replaced by `new`."""
    operands = [text_of(operand, "REPLACE") for operand in (value, old, new)]
    _check_growth(*operands)
    return _rowwise(lambda t, a, b: t.replace(a, b) if a else t, Type.TEXT, *operands)


def _check_growth(text: Value, _old: Value, new: Value) -> None:
    # Nested calls with a long replacement multiply: 30 of them would fill any memory.
    longest = pc.max(pc.binary_length(new.data)).as_py() or 0
    if text.data.nbytes * max(longest, 1) * (len(new) if len(text) == 1 else 1) > LARGEST:
        raise Mismatch("REPLACE would make too much text")


def position(needle: Value, value: Value) -> Value:
    """Return the one-based place of the first `needle`, 0 without one."""
    operands = (text_of(value, "POSITION"), text_of(needle, "POSITION"))
    return _rowwise(lambda text, part: text.find(part) + 1, Type.INTEGER, *operands)


def starts_with(value: Value, prefix: Value) -> Value:
    """Return whether the text begins with `prefix`."""
    value, prefix = text_of(value, "STARTS_WITH"), text_of(prefix, "STARTS_WITH")
    nulls = union(value.nulls, prefix.nulls)
    if len(prefix) == 1:
        found = truths(pc.starts_with(value.data, pattern=_single(prefix)))
        return boolean(found, nulls)
    counts = _rowwise(lambda text, part: text.startswith(part), Type.INTEGER, value, prefix)
    return boolean(counts.data.astype(np.bool_), nulls)


# -------------------------------------------------------------------------- concatenation


def join(*values: Value) -> Value:
    """Return ``a || b``: NULL as soon as one operand is."""
    if not any(value.type in (Type.TEXT, Type.UNKNOWN) for value in values):
        raise Mismatch(f"|| needs text on one side, not {values[0].type} and {values[1].type}")
    return _joined([writing.as_text(value) for value in values])


def concat(*values: Value) -> Value:
    """Return CONCAT(a, b, …), which passes over NULLs."""
    texts = []
    for value in values:
        if value.type is Type.BOOLEAN:  # CONCAT alone writes t and f
            value = _initials(value)
        text = writing.as_text(value)
        if text.nulls is not None:
            text = spread(text, len(text.nulls))
            kept = pc.if_else(pa.array(text.nulls), pa.scalar("", text.data.type), text.data)
            text = Value(Type.TEXT, kept)
        texts.append(text)
    return _joined(texts)


def _initials(value: Value) -> Value:
    written = pa.array(["f", "t"], type=pa.large_string())
    return Value(Type.TEXT, written.take(pa.array(value.data.astype(np.int8))), value.nulls)


def _joined(texts: list[Value]) -> Value:
    nulls = union(*(text.nulls for text in texts))
    n = rows(*texts)
    size = sum(text.data.nbytes * (n if len(text) == 1 else 1) for text in texts)
    if size > LARGEST:
        raise Mismatch("|| would make too much text")
    parts = [spread(text, n).data.cast(pa.large_string()).fill_null("") for text in texts]
    blank = pa.scalar("", pa.large_string())
    return spread_nulls(Value(Type.TEXT, pc.binary_join_element_wise(*parts, blank)), nulls)
