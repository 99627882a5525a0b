"""Every pandas dtype as an Arrow array that Parquet can hold, and back, exactly.

`store` turns the values of one column into an Arrow array and a small JSON descriptor of what
Arrow would forget; `restore` makes the column again from the two. Neither evaluates nor
unpickles anything.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pandas_mi.catalog import arrowtypes, labels, objects
from pandas_mi.catalog.arrowtypes import Arrow, Descriptor, chunked, one_array
from pandas_mi.errors import CatalogError

__all__ = ["restore", "store"]

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
    return np.asarray(one_array(array).to_numpy(zero_copy_only=False))


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
    return array.cast(arrowtypes.kept_type(held))


def _integers(array: Arrow, held: pa.DataType | None = None) -> NDArray[np.int64]:
    """Return the integers below an Arrow temporal array, NaT where null."""
    counts = (array if held is None else array.cast(held)).cast(pa.int64())
    return _own(_to_numpy(counts.fill_null(_NAT)))


# ------------------------------------------------------------------------------ pandas


def _store_zoned(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    descriptor = {"as": "zoned", "unit": dtype.unit, "zone": str(dtype.tz)}
    if isinstance(dtype.tz, zoneinfo.ZoneInfo) and _zone(descriptor) != dtype.tz:
        descriptor["library"] = "zoneinfo"  # pandas 2 takes a name for one of pytz
    if pd.DatetimeTZDtype(dtype.unit, _zone(descriptor)) != dtype:
        raise TypeError(f"time zone {dtype.tz} has no name to find it by; use zoneinfo.ZoneInfo")
    return _counts(values.array.asi8, pa.timestamp(dtype.unit, "UTC")), descriptor


def _restore_zoned(array: Arrow, descriptor: Descriptor) -> Any:
    unit = descriptor["unit"]
    instants = _integers(array, pa.timestamp(unit, "UTC")).view(f"datetime64[{unit}]")
    return pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(_zone(descriptor)).array


def _zone(descriptor: Descriptor) -> datetime.tzinfo:
    if descriptor.get("library") == "zoneinfo":
        return zoneinfo.ZoneInfo(descriptor["zone"])
    dtype: Any = pd.api.types.pandas_dtype(f"datetime64[ns, {descriptor['zone']}]")
    zone: datetime.tzinfo = dtype.tz
    return zone


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
    ends = one_array(array).flatten()  # a missing interval makes both of its ends null
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
        array = pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), one_array(categories))
    return array, {
        "as": "category",
        "ordered": held.ordered,
        "held": "values" if by_value else "codes",
        "categories": {"values": arrowtypes.encoded(categories), "descriptor": descriptor},
    }


def _can_look_up(categories: Arrow) -> bool:
    """Whether Arrow finds each category by its value: not so for intervals, for example."""
    try:
        found = pc.index_in(categories, value_set=one_array(categories))
    except pa.ArrowException:
        return False
    return bool(np.array_equal(found.to_numpy(), np.arange(len(categories))))


def _restore_category(array: Arrow, descriptor: Descriptor) -> Any:
    stored = arrowtypes.decoded(descriptor["categories"]["values"])
    categories = pd.Index(restore(stored, descriptor["categories"]["descriptor"]))
    codes = array
    if descriptor["held"] == "values":
        found = [arrowtypes.positions(chunk, stored) for chunk in chunked(array).chunks]
        codes = pa.chunked_array(found, pa.int32())
    codes = _to_numpy(codes.fill_null(-1))
    return pd.Categorical.from_codes(codes, categories, ordered=descriptor["ordered"])


def _store_string(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    dtype: Any = values.dtype
    missing = "NA" if dtype.na_value is pd.NA else "nan"
    storage = "python" if dtype.storage == "python" else "pyarrow"
    text = pa.array(values.array, type=pa.large_string()).cast(pa.large_string())
    return text, {"as": "string", "storage": storage, "missing": missing}


def _restore_string(array: Arrow, descriptor: Descriptor) -> Any:
    dtype = _string_dtype(descriptor["storage"], descriptor["missing"])
    return dtype.__from_arrow__(chunked(array))


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
    return objects.from_arrow(one_array(array), descriptor, restore)


def _restore_masked(array: Arrow, descriptor: Descriptor) -> Any:
    dtype: Any = pd.api.types.pandas_dtype(descriptor["dtype"])
    return dtype.__from_arrow__(chunked(array))


def _store_arrow(values: pd.Series | pd.Index) -> tuple[Arrow, Descriptor]:
    array = chunked(pa.array(values.array)).unify_dictionaries()
    descriptor = arrowtypes.describe(array)
    return arrowtypes.keep(array, descriptor), descriptor


def _restore_arrow(array: Arrow, descriptor: Descriptor) -> Any:
    return pd.arrays.ArrowExtensionArray(arrowtypes.restored(array, descriptor))


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
