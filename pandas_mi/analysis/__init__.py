"""The steps put together: rows → slice → sample → codes → joint counts → information → result."""

from pandas_mi.analysis.basis import bins, counts, entropy
from pandas_mi.analysis.conditional import conditional, interaction
from pandas_mi.analysis.contributions import contributions
from pandas_mi.analysis.lagged import lagged
from pandas_mi.analysis.measures import matrix, mutual_information, pair, target
from pandas_mi.analysis.pairs import pairs
from pandas_mi.analysis.rows import sample, slice  # noqa: A004
from pandas_mi.analysis.significance import test

__all__ = [
    "bins",
    "conditional",
    "contributions",
    "counts",
    "entropy",
    "interaction",
    "lagged",
    "matrix",
    "mutual_information",
    "pair",
    "pairs",
    "sample",
    "slice",
    "target",
    "test",
]
