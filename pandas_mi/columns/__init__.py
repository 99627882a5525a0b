"""One typed view of a column, whatever holds it.

This is the only place that knows which backings pandas and Arrow have. Everything above it sees a
`Column`: a kind, plain values, and a mask of missing rows.
"""

from pandas_mi.columns.arrow import from_arrow
from pandas_mi.columns.column import Array, Chunk, Column, Kind, Mask, factorized, level_order
from pandas_mi.columns.frames import by_value, from_numpy, from_pandas
from pandas_mi.columns.joined import alike, joined
from pandas_mi.columns.scalars import physical_cuts, python_values

__all__ = [
    "Array",
    "Chunk",
    "Column",
    "Kind",
    "Mask",
    "alike",
    "by_value",
    "factorized",
    "from_arrow",
    "from_numpy",
    "from_pandas",
    "joined",
    "level_order",
    "physical_cuts",
    "python_values",
]
