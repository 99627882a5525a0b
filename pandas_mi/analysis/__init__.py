"""The steps put together: rows → slice → sample → codes → joint counts → information → result."""

from pandas_mi.analysis.basis import bins, counts, entropy
from pandas_mi.analysis.compare import compare, compare_slices
from pandas_mi.analysis.conditional import conditional, interaction
from pandas_mi.analysis.contributions import contributions
from pandas_mi.analysis.lagged import lagged
from pandas_mi.analysis.measures import matrix, mutual_information, pair, target
from pandas_mi.analysis.over import over
from pandas_mi.analysis.pairs import pairs
from pandas_mi.analysis.rows import sample, slice  # noqa: A004
from pandas_mi.analysis.significance import test
from pandas_mi.analysis.tally import Tally

__all__ = [
    "Tally",
    "bins",
    "compare",
    "compare_slices",
    "conditional",
    "contributions",
    "counts",
    "entropy",
    "interaction",
    "lagged",
    "matrix",
    "mutual_information",
    "over",
    "pair",
    "pairs",
    "sample",
    "slice",
    "target",
    "test",
]
