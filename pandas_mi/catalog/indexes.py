"""Indexes of rows and of columns: what they are made of, and made again from it."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi.catalog import arrowtypes, dtypes, labels

__all__ = ["frequency", "from_json", "made", "numbers", "to_json", "with_frequency"]

Json = dict[str, Any]


def numbers(index: pd.Index) -> range:
    """Return what a RangeIndex counts; for any other index, its positions."""
    if isinstance(index, pd.RangeIndex):
        return range(index.start, index.stop, index.step)
    return range(len(index))


def frequency(index: pd.Index) -> str | None:
    """Return the frequency of a temporal index where its name alone tells it."""
    frequency = getattr(index, "freq", None)
    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) or frequency is None:
        return None
    named = pd.tseries.frequencies.to_offset(frequency.freqstr) == frequency
    return str(frequency.freqstr) if named else None


def with_frequency(index: pd.Index, frequency: str | None) -> pd.Index:
    """Return a temporal index with a frequency, if its values follow it."""
    if frequency is not None and isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        # Appended rows may break the rhythm; then the index simply has no frequency.
        with contextlib.suppress(ValueError):
            return type(index)(index, freq=frequency)
    return index


def made(levels: Sequence[Any], names: Sequence[Hashable]) -> pd.Index:
    """Return the Index of these values, or the MultiIndex of several, with no dtype inferred."""
    if len(levels) > 1:
        parts = [made([one], [None]) for one in levels]
        return pd.MultiIndex.from_arrays(parts, names=list(names))
    # With its dtype said, pandas infers no other from Python objects.
    index: pd.Index = pd.Index(levels[0], dtype=levels[0].dtype, tupleize_cols=False)
    return index.rename(names[0])


def to_json(index: pd.Index) -> Json:
    """Return an index of column labels as JSON."""
    levels = [index.get_level_values(number) for number in range(index.nlevels)]
    names = [labels.to_json(name) for name in index.names]
    written = list(map(_level_to_json, levels))
    return {"names": names, "levels": written, "frequency": frequency(index)}


def _level_to_json(level: pd.Index) -> Json:
    if isinstance(level, pd.RangeIndex):
        return {"range": [level.start, level.stop, level.step]}
    if level.dtype == object:
        return {"values": list(map(labels.to_json, level))}
    array, descriptor = dtypes.store(level, "column labels")
    if descriptor["as"] == "string":
        return {"values": array.to_pylist(), "as": descriptor}
    return {"encoded": arrowtypes.encoded(array), "as": descriptor}


def from_json(written: Json) -> pd.Index:
    """Return the index that `to_json` wrote."""
    names = [labels.from_json(name) for name in written["names"]]
    first = written["levels"][0]
    if len(names) == 1 and "range" in first:
        return _range(first).rename(names[0])
    levels = list(map(_level_from_json, written["levels"]))
    return with_frequency(made(levels, names), written["frequency"])


def _range(written: Json) -> pd.RangeIndex:
    start, stop, step = written["range"]
    return pd.RangeIndex(start, stop, step)


def _level_from_json(written: Json) -> Any:
    if "range" in written:
        return _range(written)
    if "encoded" in written:
        return dtypes.restore(arrowtypes.decoded(written["encoded"]), written["as"])
    if "as" in written:
        return dtypes.restore(pa.array(written["values"], pa.large_string()), written["as"])
    values = np.empty(len(written["values"]), dtype=object)
    values[:] = list(map(labels.from_json, written["values"]))
    return values
