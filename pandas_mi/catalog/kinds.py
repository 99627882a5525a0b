"""What the values of a stored column mean, from its descriptor alone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pandas_mi import columns
from pandas_mi.catalog import arrowtypes
from pandas_mi.columns import Kind

__all__ = ["kind"]


def kind(descriptor: dict[str, Any]) -> Kind:
    """Return the kind of a stored column's values from its descriptor alone."""
    held = descriptor["as"]
    if held == "category":
        return kind(descriptor["categories"]["descriptor"])
    if held == "sparse":
        return kind(descriptor["dense"])
    if held == "objects":
        return kind(descriptor["typed"]) if "typed" in descriptor else _OBJECTS[descriptor["of"]]
    if held in _KINDS:
        return _KINDS[held]
    try:
        if held == "arrow":
            return columns.from_arrow(arrowtypes.no_rows(descriptor), None).kind
        return columns.from_pandas(pd.Series([], dtype=descriptor["dtype"]), None).kind
    except TypeError:  # lists and structs: kept, though no value equals another
        return Kind.OBJECT


_KINDS = {
    "zoned": Kind.DATETIME,
    "period": Kind.PERIOD,
    "interval": Kind.INTERVAL,
    "string": Kind.TEXT,
}
_OBJECTS = {
    "nothing": Kind.NULL,
    "str": Kind.TEXT,
    "bytes": Kind.BINARY,
    "bool": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "float": Kind.FLOAT,
    "Decimal": Kind.DECIMAL,
    "datetime": Kind.DATETIME,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timedelta": Kind.TIMEDELTA,
}
