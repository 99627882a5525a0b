"""The steps put together: rows → slice → sample → codes → joint counts → information → result."""

from pandas_mi.analysis.contributions import contributions
from pandas_mi.analysis.measures import (
    bins,
    counts,
    entropy,
    matrix,
    mutual_information,
    pair,
    target,
)
from pandas_mi.analysis.pairs import pairs
from pandas_mi.analysis.rows import sample, slice  # noqa: A004

__all__ = [
    "bins",
    "contributions",
    "counts",
    "entropy",
    "matrix",
    "mutual_information",
    "pair",
    "pairs",
    "sample",
    "slice",
    "target",
]
