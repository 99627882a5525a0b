"""Every pandas dtype as an Arrow array that Parquet can hold, and back, exactly.

`store` turns the values of one column into an Arrow array and a small JSON descriptor of what
Arrow would forget; `restore` makes the column again from the two. Neither evaluates nor
unpickles anything.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pandas_mi.catalog import labels, objects
from pandas_mi.errors import CatalogError

__all__ = [
    "Arrow",
    "arrow_descriptor",
    "decoded",
    "encoded",
    "kept",
    "no_rows",
    "restore",
    "same",
    "store",
]

Arrow: TypeAlias = pa.Array | pa.ChunkedArray
Descriptor = dict[str, Any]  # JSON; its "as" names the row of _RESTORE that reads it

_NAT = np.iinfo(np.int64).min
_MASKED = frozenset(
    ["boolean", "Float32", "Float64"]
    + [f"{sign}Int{width}" for sign in ("", "U") for width in (8, 16, 32, 64)]
)


def store(values: pd.Series | pd.Index, label: Hashable) -> tuple[Arrow, Descriptor]:
    """Return a column as an Arrow array, and the descriptor that `restore` needs.

    Parameters
    ----------
    values : pandas.Series or pandas.Index, length n
    label : hashable
        Named in errors.

    Raises
    ------
    TypeError
        When the values cannot be kept in Parquet and come back equal.
    """
    try:
        return _store(values)
    except UnicodeEncodeError:
        reason = "text with lone surrogates, which no UTF-8 file can hold"
    except (TypeError, ValueError, OverflowError, pa.ArrowException) as error:
        reason = str(error)
    raise TypeError(f"column {label!r} cannot be stored: {reason}")


def restore(array: Arrow, descriptor: Descriptor) -> Any:
    """Return the values that `store` took, as a pandas or NumPy array that owns its memory."""
    if descriptor["as"] not in _RESTORE:
        raise CatalogError(
            f"the manifest knows a type {descriptor['as']!r} that this package does not; update it"
        )
    return _RESTORE[descriptor["as"]](array, descriptor)


def _store(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    if isinstance(dtype, np.dtype):
        return _store_objects(values) if dtype.kind == "O" else _store_numpy(values)
    for held, convert in _STORE:
        if isinstance(dtype, held):
            return convert(values)
    if str(dtype) in _MASKED:
        return pa.array(values.array), {"as": "masked", "dtype": str(dtype)}
    raise TypeError(f"the store does not know dtype {dtype}")


# ------------------------------------------------------------------------------- NumPy


def _store_numpy(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    array = values.to_numpy()
    dtype = array.dtype
    if dtype.kind not in "biufmM" or dtype.itemsize > 8:
        raise TypeError(f"Parquet has no type for {dtype} values; store their parts as columns")
    descriptor = {"as": "numpy", "dtype": dtype.name if dtype.isnative else dtype.str}
    native = array.astype(dtype.newbyteorder("="), copy=False)
    if dtype.kind in "mM":
        return _counts(native.view(np.int64), _temporal(dtype)), descriptor
    return pa.array(native), descriptor


def _restore_numpy(array: Arrow, descriptor: Descriptor) -> NDArray[Any]:
    dtype = np.dtype(descriptor["dtype"])
    if dtype.kind in "mM":
        return _integers(array, _temporal(dtype)).view(dtype)
    return _own(_to_numpy(array)).astype(dtype, copy=False)


def _to_numpy(array: Arrow) -> NDArray[Any]:
    return np.asarray(_one(array).to_numpy(zero_copy_only=False))


def _own(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array that may be written to: Arrow's own buffers may not."""
    return values if values.flags.writeable else values.copy()


def _temporal(dtype: np.dtype[Any], zone: str | None = None) -> pa.DataType:
    unit, _ = np.datetime_data(dtype)
    return pa.duration(unit) if dtype.kind == "m" else pa.timestamp(unit, zone)


def _counts(counts: NDArray[np.int64], held: pa.DataType) -> pa.Array:
    """Return integers as an Arrow temporal type, NaT as null."""
    array = pa.array(counts, mask=counts == _NAT).cast(held)
    # Parquet has no seconds; the cast raises where milliseconds do not reach.
    return array.cast(kept_type(held))


def _integers(array: Arrow, held: pa.DataType | None = None) -> NDArray[np.int64]:
    """Return the integers below an Arrow temporal array, NaT where null."""
    counts = (array if held is None else array.cast(held)).cast(pa.int64())
    return _own(_to_numpy(counts.fill_null(_NAT)))


# ------------------------------------------------------------------------------ pandas


def _store_zoned(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    zone = str(dtype.tz)
    if pd.api.types.pandas_dtype(f"datetime64[{dtype.unit}, {zone}]") != dtype:
        raise TypeError(f"time zone {zone} has no name to find it by; use zoneinfo.ZoneInfo")
    held = pa.timestamp(dtype.unit, "UTC")
    return _counts(values.array.asi8, held), {"as": "zoned", "unit": dtype.unit, "zone": zone}


def _restore_zoned(array: Arrow, descriptor: Descriptor) -> Any:
    unit = descriptor["unit"]
    instants = _integers(array, pa.timestamp(unit, "UTC")).view(f"datetime64[{unit}]")
    return pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(descriptor["zone"]).array


def _store_period(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    frequency = str(values.dtype).removeprefix("period[").removesuffix("]")
    ordinals = values.array.asi8
    return pa.array(ordinals, mask=ordinals == _NAT), {"as": "period", "frequency": frequency}


def _restore_period(array: Arrow, descriptor: Descriptor) -> Any:
    frequency = pd.PeriodDtype(descriptor["frequency"])
    return pd.arrays.PeriodArray(_integers(array), dtype=frequency)


def _store_interval(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    ends = values.array
    left, descriptor = _store(pd.Index(ends.left))
    right, _ = _store(pd.Index(ends.right))
    missing = pa.array(np.asarray(values.isna(), dtype=np.bool_))
    array = pa.StructArray.from_arrays([left, right], ["left", "right"], mask=missing)
    return array, {"as": "interval", "closed": ends.closed, "ends": descriptor}


def _restore_interval(array: Arrow, descriptor: Descriptor) -> Any:
    ends = _one(array).flatten()  # a missing interval makes both of its ends null
    left, right = (restore(end, descriptor["ends"]) for end in ends)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=descriptor["closed"])


def _store_sparse(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    array, dense = _store(pd.Series(np.asarray(values), dtype=dtype.subtype))
    fill = labels.to_json(dtype.fill_value)
    return array, {"as": "sparse", "fill": fill, "kind": values.array.kind, "dense": dense}


def _restore_sparse(array: Arrow, descriptor: Descriptor) -> Any:
    dense = restore(array, descriptor["dense"])
    dtype = pd.SparseDtype(dense.dtype, labels.from_json(descriptor["fill"]))
    return pd.arrays.SparseArray(dense, dtype=dtype, kind=descriptor["kind"])


def _store_category(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    held = values.array
    categories, descriptor = _store(held.categories)
    codes = pa.array(held.codes, mask=held.codes < 0)
    array: Arrow = codes
    by_value = _can_look_up(categories)
    if by_value:
        array = pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), _one(categories))
    return array, {
        "as": "category",
        "ordered": held.ordered,
        "held": "values" if by_value else "codes",
        "categories": {"values": encoded(categories), "descriptor": descriptor},
    }


def _can_look_up(categories: Arrow) -> bool:
    """Whether Arrow finds each category by its value: not so for intervals, for example."""
    try:
        found = pc.index_in(categories, value_set=_one(categories))
    except pa.ArrowException:
        return False
    return bool(np.array_equal(found.to_numpy(), np.arange(len(categories))))


def _restore_category(array: Arrow, descriptor: Descriptor) -> Any:
    stored = decoded(descriptor["categories"]["values"])
    categories = pd.Index(restore(stored, descriptor["categories"]["descriptor"]))
    codes = array
    if descriptor["held"] == "values":
        chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
        codes = pa.chunked_array([_positions(chunk, stored) for chunk in chunks], pa.int32())
    codes = _to_numpy(codes.fill_null(-1))
    return pd.Categorical.from_codes(codes, categories, ordered=descriptor["ordered"])


def _positions(chunk: pa.Array, categories: pa.Array) -> pa.Array:
    """Return where the values of a chunk, dictionary or plain, stand among the categories."""
    if pa.types.is_dictionary(chunk.type):
        levels = chunk.dictionary.cast(categories.type)
        return pc.index_in(levels, value_set=categories).take(chunk.indices)
    return pc.index_in(chunk.cast(categories.type), value_set=categories)


def _store_string(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    missing = "NA" if dtype.na_value is pd.NA else "nan"
    storage = "python" if dtype.storage == "python" else "pyarrow"
    text = pa.array(values.array, type=pa.large_string()).cast(pa.large_string())
    return text, {"as": "string", "storage": storage, "missing": missing}


def _restore_string(array: Arrow, descriptor: Descriptor) -> Any:
    dtype = _string_dtype(descriptor["storage"], descriptor["missing"])
    return dtype.__from_arrow__(_chunked(array))


def _string_dtype(storage: str, missing: str) -> Any:
    if missing == "NA":
        return pd.StringDtype(storage)
    try:
        return pd.StringDtype(storage, na_value=np.nan)
    except TypeError:  # pandas 2.2 has one string dtype whose missing value is NaN
        return pd.StringDtype("pyarrow_numpy")


def _store_objects(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    held = values.to_numpy()
    array, descriptor = objects.to_arrow(held, _store)
    descriptor = {"as": "objects", **descriptor}
    _check_equal(held, array, descriptor)
    return array, descriptor


def _check_equal(held: NDArray[np.object_], array: Arrow, descriptor: Descriptor) -> None:
    """Refuse objects that Arrow took but changed: clock times that a zone skips, for example."""
    if descriptor["of"] in ("str", "bytes", "bool", "nothing"):
        return
    known = ~np.asarray(pd.isna(held), dtype=np.bool_)
    before, after = held[known], _restore_objects(array, descriptor)[known]
    changed = np.flatnonzero(~np.asarray(before == after, dtype=np.bool_))
    if len(changed):
        raise TypeError(f"{before[changed[0]]!r} would come back as {after[changed[0]]!r}")


def _restore_objects(array: Arrow, descriptor: Descriptor) -> NDArray[np.object_]:
    return objects.from_arrow(_one(array), descriptor, restore)


def _restore_masked(array: Arrow, descriptor: Descriptor) -> Any:
    dtype: Any = pd.api.types.pandas_dtype(descriptor["dtype"])
    return dtype.__from_arrow__(_chunked(array))


# ------------------------------------------------------------------------------- Arrow


def _store_arrow(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    array = _chunked(pa.array(values.array)).unify_dictionaries()
    descriptor = _arrow_descriptor(array)
    return kept(array, descriptor), descriptor


def arrow_descriptor(array: pa.ChunkedArray, label: Hashable) -> Descriptor:
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
        return _arrow_descriptor(array)
    except pa.ArrowException as error:
        raise TypeError(f"column {label!r} cannot be stored: {error}") from None


def _arrow_descriptor(array: pa.ChunkedArray) -> Descriptor:
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


def kept(array: pa.ChunkedArray, descriptor: Descriptor) -> pa.ChunkedArray:
    """Return an Arrow column in the type that Parquet keeps without loss."""
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
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": _empty(kept_type(held))}), sink)
    back = pq.read_table(pa.BufferReader(sink.getvalue()))["x"]
    _as_type(back, held)


def _restore_arrow(array: Arrow, descriptor: Descriptor) -> Any:
    held = _decoded_column(descriptor["exactly"]).type
    array = _chunked(array)
    if "levels" in descriptor:
        levels = decoded(descriptor["levels"])
        codes = [_positions(chunk, levels).cast(held.index_type) for chunk in array.chunks]
        parts = [pa.DictionaryArray.from_arrays(one, levels, ordered=True) for one in codes]
        return pd.arrays.ArrowExtensionArray(pa.chunked_array(parts, held))
    return pd.arrays.ArrowExtensionArray(_as_type(array, held))


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


def _chunked(array: Arrow) -> pa.ChunkedArray:
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _one(array: Arrow) -> pa.Array:
    """Return a column as a single array."""
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


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
    return _one(_decoded_column(text))


def _decoded_column(text: str) -> pa.ChunkedArray:
    with pa.ipc.open_stream(base64.b64decode(text)) as stream:
        return stream.read_all()["values"]


def _empty(held: pa.DataType) -> pa.ChunkedArray:
    return pa.schema([("values", held)]).empty_table()["values"]


# Extension dtype -> how to store it; NumPy dtypes and the masked ones are seen to in `_store`.
_STORE: tuple[tuple[type, Callable[[Any], tuple[Arrow, Descriptor]]], ...] = (
    (pd.CategoricalDtype, _store_category),
    (pd.DatetimeTZDtype, _store_zoned),
    (pd.PeriodDtype, _store_period),
    (pd.IntervalDtype, _store_interval),
    (pd.SparseDtype, _store_sparse),
    (pd.StringDtype, _store_string),
    (pd.ArrowDtype, _store_arrow),
)

# What a descriptor calls itself -> how to restore it.
_RESTORE: dict[str, Callable[[Arrow, Descriptor], Any]] = {
    "numpy": _restore_numpy,
    "zoned": _restore_zoned,
    "period": _restore_period,
    "interval": _restore_interval,
    "sparse": _restore_sparse,
    "category": _restore_category,
    "string": _restore_string,
    "masked": _restore_masked,
    "arrow": _restore_arrow,
    "objects": _restore_objects,
}
