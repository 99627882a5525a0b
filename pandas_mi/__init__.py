"""Mutual information between the columns of a table: ``df.mi`` on any pandas DataFrame."""

from pandas_mi.accessor import MIAccessor
from pandas_mi.analysis import (
    Tally,
    bins,
    compare,
    conditional,
    contributions,
    counts,
    entropy,
    interaction,
    lagged,
    matrix,
    mutual_information,
    over,
    pair,
    pairs,
    sample,
    slice,  # noqa: A004
    target,
    test,
)
from pandas_mi.client import Client
from pandas_mi.errors import (
    CatalogError,
    DatasetExistsError,
    DatasetNotFoundError,
    HighCardinalityWarning,
    InvalidIdentifierError,
    PandasMIError,
    PandasMIWarning,
    ProjectNotFoundError,
    SliceError,
    TallyFileError,
    UnknownColumnError,
)

__version__ = "0.1.0"

__all__ = [
    "CatalogError",
    "Client",
    "DatasetExistsError",
    "DatasetNotFoundError",
    "HighCardinalityWarning",
    "InvalidIdentifierError",
    "MIAccessor",
    "PandasMIError",
    "PandasMIWarning",
    "ProjectNotFoundError",
    "SliceError",
    "Tally",
    "TallyFileError",
    "UnknownColumnError",
    "bins",
    "compare",
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
