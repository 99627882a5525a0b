"""What the tests of slice queries share: tables on several backings, and one short way to ask."""

from __future__ import annotations

import datetime
import json
import pathlib
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pandas_mi import columns
from pandas_mi.slicing import BoundSlice, bind, parse, select

HERE = pathlib.Path(__file__).parent
TEXT = "str" if pd.__version__ >= "3" else "string"  # what pandas itself calls text
BACKINGS = ["numpy", "nullable", "arrow", "object", "category"]


def reader(frame: pd.DataFrame, bound: BoundSlice) -> Any:
    """Return the function that reads blocks of a frame's needed columns."""

    def read(start: int, stop: int) -> columns.Chunk:
        held = {
            place: columns.from_pandas(frame.iloc[start:stop, place], frame.columns[place])
            for place in bound.needed
        }
        return columns.Chunk(held, stop - start, start)

    return read


def rows(frame: pd.DataFrame, query: str, ordered: bool = True) -> list[int]:
    """Return the numbers of the rows that a query selects."""
    bound = bind(parse(query), list(frame.columns))
    selection = select(bound, reader(frame, bound), len(frame), ordered=ordered)
    found = selection.rows.tolist()
    assert len(selection) == len(found)
    return found


def data(name: str) -> Any:
    """Return the contents of a data file."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


_READ = {
    "double precision": float,
    "numeric(12,2)": Decimal,
    "date": datetime.date.fromisoformat,
    "timestamp": datetime.datetime.fromisoformat,
    "timestamptz": datetime.datetime.fromisoformat,
}
_ARROW = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double precision": pa.float64(),
    "numeric(12,2)": pa.decimal128(12, 2),
    "text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
}
_PANDAS = {
    "bigint": "Int64",
    "integer": "Int32",
    "double precision": "Float64",
    "text": TEXT,
    "boolean": "boolean",
}


def frame_of(table: dict[str, Any], backing: str) -> pd.DataFrame:
    """Return a table of a data file as a DataFrame."""
    held = {}
    for place, (name, kind) in enumerate(table["columns"].items()):
        read = _READ.get(kind, lambda value: value)
        values = [None if row[place] is None else read(row[place]) for row in table["rows"]]
        held[name] = _series(values, kind, backing)
    return pd.DataFrame(held)


def _series(values: list[Any], kind: str, backing: str) -> pd.Series:
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    if backing == "arrow":
        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, type=_ARROW[kind])))
    if backing == "object":
        return pd.Series(objects, dtype=object)
    if kind in ("timestamp", "timestamptz"):
        zone = ", UTC" if kind == "timestamptz" else ""
        held = pd.Series(pd.to_datetime(objects, utc=bool(zone))).astype(f"datetime64[us{zone}]")
        return held.astype("category") if backing == "category" else held
    if backing == "category":
        return pd.Series(objects, dtype=object).astype("category")
    if backing == "numpy" and kind == "double precision":
        return pd.Series([np.nan if value is None else value for value in values], dtype="float64")
    if kind in _PANDAS:
        return pd.Series(pd.array(objects, dtype=_PANDAS[kind]))
    return pd.Series(objects, dtype=object)
