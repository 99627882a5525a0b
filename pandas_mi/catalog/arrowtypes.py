"""Arrow columns in the types that Parquet keeps, and back; Arrow arrays as text for JSON."""

from __future__ import annotations

import base64
from collections.abc import Hashable
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "Arrow",
    "Descriptor",
    "chunked",
    "decoded",
    "describe",
    "described",
    "encoded",
    "keep",
    "kept",
    "kept_type",
    "no_rows",
    "one_array",
    "positions",
    "restored",
    "same",
]

Arrow: TypeAlias = pa.Array | pa.ChunkedArray
Descriptor = dict[str, Any]  # JSON; its "as" names what restores the column


def described(array: pa.ChunkedArray, label: Hashable) -> Descriptor:
    """Return the descriptor of an Arrow column.

    Parameters
    ----------
    array : pyarrow.ChunkedArray
        Its first rows at least, which tell the order of an ordered dictionary.
    label : hashable
        Named in errors.

    Raises
    ------
    TypeError
        When Parquet cannot hold the type.
    """
    try:
        return describe(array)
    except pa.ArrowException as error:
        raise TypeError(f"column {label!r} cannot be stored: {error}") from None


def describe(array: pa.ChunkedArray) -> Descriptor:
    """Do as `described`, with Arrow's own errors."""
    held = array.type
    descriptor = {"as": "arrow", "type": str(held), "exactly": encoded(_empty(held))}
    if pa.types.is_dictionary(held) and held.ordered and array.num_chunks:
        descriptor["levels"] = encoded(array.chunk(0).dictionary)
    _rehearse(held)
    return descriptor


def no_rows(descriptor: Descriptor) -> pa.ChunkedArray:
    """Return a column of no rows of the type that an Arrow column's descriptor tells."""
    return _decoded_column(descriptor["exactly"])


def same(one: Any, other: Any) -> bool:
    """Whether two descriptors tell the same dtype.

    What Arrow wrote is compared as Arrow reads it: its bytes may differ between versions.
    """
    if not (isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys()):
        return bool(one == other)
    return all(
        _decoded_column(one[key]).equals(_decoded_column(other[key]))
        if key in ("exactly", "levels", "values")
        else same(one[key], other[key])
        for key in one
    )


def kept(array: pa.ChunkedArray, descriptor: Descriptor, label: Hashable) -> pa.ChunkedArray:
    """Return an Arrow column in the type that Parquet keeps without loss.

    Raises
    ------
    TypeError
        When its values do not fit that type, or the descriptor.
    """
    try:
        return keep(array, descriptor)
    except (TypeError, pa.ArrowException) as error:
        raise TypeError(f"column {label!r} cannot be stored: {error}") from None


def keep(array: pa.ChunkedArray, descriptor: Descriptor) -> pa.ChunkedArray:
    """Do as `kept`, with Arrow's own errors."""
    held = array.type
    if pa.types.is_run_end_encoded(held):
        chunks = [pc.run_end_decode(chunk) for chunk in array.chunks]
        return pa.chunked_array(chunks, held.value_type).cast(kept_type(held))
    if pa.types.is_dictionary(held):
        _check_levels(array, descriptor)
        if any(chunk.dictionary.null_count for chunk in array.chunks):
            return array.cast(held.value_type).dictionary_encode().cast(kept_type(held))
        return array
    return array if held == kept_type(held) else array.cast(kept_type(held))


def _check_levels(array: pa.ChunkedArray, descriptor: Descriptor) -> None:
    if "levels" in descriptor:
        levels = decoded(descriptor["levels"])
        if any(not chunk.dictionary.equals(levels) for chunk in array.chunks):
            raise TypeError("the ordered dictionaries of its chunks differ; unify them first")


def kept_type(held: pa.DataType) -> pa.DataType:
    """Return the type that an Arrow type is written as: Parquet has no seconds, for example."""
    if pa.types.is_timestamp(held) and held.unit == "s":
        return pa.timestamp("ms", held.tz)
    if held == pa.time32("s"):
        return pa.time32("ms")
    if pa.types.is_run_end_encoded(held):
        return kept_type(held.value_type)
    views = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}
    return views.get(str(held), held)


def _rehearse(held: pa.DataType) -> None:
    """Write and read no rows of a type, so that what cannot be kept is refused at the door."""
    import pyarrow.parquet as pq  # late: a tenth of this package's import

    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": _empty(kept_type(held))}), sink)
    back = pq.read_table(pa.BufferReader(sink.getvalue()))["x"]
    _as_type(back, held)


def restored(array: Arrow, descriptor: Descriptor) -> pa.ChunkedArray:
    """Return an Arrow column that was `kept` in the type that it had before."""
    held = _decoded_column(descriptor["exactly"]).type
    array = chunked(array)
    if "levels" not in descriptor:
        return _as_type(array, held)
    levels = decoded(descriptor["levels"])
    codes = [positions(chunk, levels).cast(held.index_type) for chunk in array.chunks]
    parts = [pa.DictionaryArray.from_arrays(one, levels, ordered=True) for one in codes]
    return pa.chunked_array(parts, held)


def _as_type(array: pa.ChunkedArray, held: pa.DataType) -> pa.ChunkedArray:
    if array.type == held:
        return array
    if pa.types.is_run_end_encoded(held):
        values = array.cast(held.value_type)
        runs = [pc.run_end_encode(chunk, run_end_type=held.run_end_type) for chunk in values.chunks]
        return pa.chunked_array(runs, held)
    if pa.types.is_dictionary(held) and not pa.types.is_dictionary(array.type):
        array = array.cast(held.value_type).dictionary_encode()
    if isinstance(held, pa.BaseExtensionType):
        return pa.chunked_array([held.wrap_array(chunk) for chunk in array.chunks], held)
    return array.cast(held)


def chunked(array: Arrow) -> pa.ChunkedArray:
    """Return a column as a chunked array."""
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def one_array(array: Arrow) -> pa.Array:
    """Return a column as a single array."""
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def positions(chunk: pa.Array, categories: pa.Array) -> pa.Array:
    """Return where the values of a chunk, dictionary or plain, stand among the categories."""
    if pa.types.is_dictionary(chunk.type):
        levels = chunk.dictionary.cast(categories.type)
        return pc.index_in(levels, value_set=categories).take(chunk.indices)
    return pc.index_in(chunk.cast(categories.type), value_set=categories)


def encoded(array: Arrow) -> str:
    """Return an Arrow array as text for JSON: a compressed Arrow stream in base 64."""
    table = pa.table({"values": array})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(
        sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as writer:
        writer.write_table(table)
    return base64.b64encode(sink.getvalue()).decode("ascii")


def decoded(text: str) -> pa.Array:
    """Return the array that `encoded` wrote."""
    return one_array(_decoded_column(text))


def _decoded_column(text: str) -> pa.ChunkedArray:
    with pa.ipc.open_stream(base64.b64decode(text)) as stream:
        return stream.read_all()["values"]


def _empty(held: pa.DataType) -> pa.ChunkedArray:
    return pa.schema([("values", held)]).empty_table()["values"]
