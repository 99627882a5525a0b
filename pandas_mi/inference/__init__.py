"""What a value of mutual information is worth: chance, bias, significance, precision.

Pure functions of contingency tables and their margins; nothing here looks at a row.
"""

from pandas_mi.inference.chance import adjusted, expected_mutual_information
from pandas_mi.inference.change import Change, change
from pandas_mi.inference.corrections import (
    CORRECTIONS,
    corrected_entropies,
    corrected_entropy,
)
from pandas_mi.inference.intervals import (
    Cells,
    bootstrap_interval,
    delta_interval,
    jackknife,
)
from pandas_mi.inference.paired import TwoTables
from pandas_mi.inference.significance import (
    chi2_fits,
    chi2_p_value,
    degrees_of_freedom,
    permutation_p_value,
    q_values,
)

__all__ = [
    "CORRECTIONS",
    "Cells",
    "Change",
    "TwoTables",
    "adjusted",
    "bootstrap_interval",
    "change",
    "chi2_fits",
    "chi2_p_value",
    "corrected_entropies",
    "corrected_entropy",
    "degrees_of_freedom",
    "delta_interval",
    "expected_mutual_information",
    "jackknife",
    "permutation_p_value",
    "q_values",
]
