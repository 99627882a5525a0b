"""The steps put together: rows → slice → sample → codes → joint counts → information → result."""

from pandas_mi.analysis.measures import (
    bins,
    counts,
    entropy,
    matrix,
    mutual_information,
    pair,
    target,
)
from pandas_mi.analysis.rows import sample, slice  # noqa: A004

__all__ = [
    "bins",
    "counts",
    "entropy",
    "matrix",
    "mutual_information",
    "pair",
    "sample",
    "slice",
    "target",
]
