"""Whether a dependence is more than chance, and how precisely it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import inference
from pandas_mi.analysis.conditional import strata_of
from pandas_mi.analysis.options import (
    GivenOptions,
    Options,
    check_choice,
    check_count,
    takes_options,
)
from pandas_mi.sampling import key_of

__all__ = ["CIMethod", "Method", "Significance", "interval", "p_value_of", "test"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Margins = tuple[Ints, Ints]

Method = Literal["auto", "chi2", "permutation"]
CIMethod = Literal["bootstrap", "delta"]


@dataclass(frozen=True, slots=True)
class Significance:
    """How p-values and intervals are to be had; see `pandas_mi.pairs` for the meaning.

    Raises
    ------
    TypeError, ValueError
        When an option has the wrong type or value.
    """

    method: Method = "auto"
    n_resamples: int = 999
    ci: float | None = None
    ci_method: CIMethod = "bootstrap"

    def __post_init__(self) -> None:
        check_choice("method", self.method, ("auto", "chi2", "permutation"))
        check_choice("ci_method", self.ci_method, ("bootstrap", "delta"))
        check_count("n_resamples", self.n_resamples, 1)
        if self.ci is None:
            return
        if isinstance(self.ci, bool) or not isinstance(self.ci, int | float | np.number):
            raise TypeError(
                f"ci must be a number or None, got {type(self.ci).__name__} {self.ci!r}"
            )
        if not 0 < self.ci < 1:
            raise ValueError(f"ci must lie between 0 and 1, such as 0.95, got {self.ci!r}")


@takes_options
def test(
    data: Any,
    x: Any,
    y: Any,
    given: Any = None,  # noqa: PT028
    *,
    method: Method = "auto",  # noqa: PT028
    n_resamples: int = 999,  # noqa: PT028
    **options_given: Unpack[GivenOptions],
) -> pd.Series:
    """Test whether two columns are independent, or independent when others are known.

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y : label or list of labels
        Several are taken together, as one feature.
    given : label or list of labels, optional
        Test within each level of these.
    method : {"auto", "chi2", "permutation"}, default "auto"
        "chi2" is the G test. "permutation" compares with random tables of the same margins, which
        is what shuffling the rows gives: right for any number of rows. "auto" takes chi2 where
        the expected counts allow it, else permutation with ties counted half (mid-p).
    n_resamples : int, default 999
        Random tables; p cannot be below 1/(n_resamples + 1).
    normalized, average, min_periods
        Not used.
    slice_query, sample_size, seed, bins, missing, base, threads, progress
        As in `matrix`; `seed` also says which tables are drawn.

    Returns
    -------
    pandas.Series of float64, named "chi2" or "permutation", whichever was used
        ``mutual_information`` (in nats unless `base` says otherwise), ``statistic``
        (G = 2·n·I, I in nats), ``degrees_of_freedom``, ``p_value`` and ``n``, the rows used.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.
    ImportError
        Without SciPy.

    Notes
    -----
    Wilks 1938 (doi:10.1214/aoms/1177732360) for chi2; Patefield 1981 (doi:10.2307/2346669) for
    the random tables; p = (b + 1)/(m + 1) if b of m reach the observed information (Phipson &
    Smyth 2010, doi:10.2202/1544-6115.1585).

    Examples
    --------
    >>> frame = pd.DataFrame({"sun": [0, 1] * 50, "hat": [0, 1, 0, 1, 1, 1, 0, 0, 0, 1] * 10})
    >>> pandas_mi.test(frame, "sun", "hat").round(4)
    mutual_information     0.1927
    statistic             38.5490
    degrees_of_freedom     1.0000
    p_value                0.0000
    n                    100.0000
    Name: chi2, dtype: float64
    """
    options = Options.of(options_given)
    wanted = Significance(method, n_resamples)
    strata = strata_of(data, x, y, given, options)
    z, xz, yz, xyz = strata.sums()
    shared = strata.nats(max(xyz - xz - yz + z, 0))
    tables = strata.margins() if strata.n else []
    p_value, used = p_value_of(tables, 2 * strata.n * shared, strata.xyz, wanted, options)
    unit = 1.0 if options.base is None else np.log(options.base)
    result = {
        "mutual_information": shared / unit,
        "statistic": 2 * strata.n * shared,
        "degrees_of_freedom": sum(inference.degrees_of_freedom(*table) for table in tables),
        "p_value": p_value,
        "n": strata.n,
    }
    return pd.Series(result, name=used, dtype="float64")


test.__test__ = False  # type: ignore[attr-defined]  # pytest is not to run it


def p_value_of(
    tables: Sequence[Margins], statistic: float, cells: Ints, wanted: Significance, options: Options
) -> tuple[float, str]:
    """Return the p-value of tables of these margins, and how it was had."""
    if not tables or not sum(int(rows.sum()) for rows, _ in tables):
        return float("nan"), wanted.method
    method = wanted.method
    if method == "auto":
        method = "chi2" if inference.chi2_fits(tables) else "permutation"
    if method == "chi2":
        df = sum(inference.degrees_of_freedom(*table) for table in tables)
        return inference.chi2_p_value(statistic, df), method
    occupied = cells[cells > 0]
    joint = float((occupied * np.log(occupied)).sum())
    rng = np.random.default_rng(key_of(options.seed))
    ties = 0.5 if wanted.method == "auto" else 1.0
    return inference.permutation_p_value(tables, joint, wanted.n_resamples, rng, ties), method


def interval(cells: inference.Cells, wanted: Significance, options: Options) -> tuple[float, float]:
    """Return the ends of the confidence interval of a table in nats."""
    confidence = float(wanted.ci or 0.0)
    if wanted.ci_method == "delta":
        return inference.delta_interval(cells, confidence)
    rng = np.random.default_rng(key_of(options.seed))
    return inference.bootstrap_interval(cells, confidence, wanted.n_resamples, rng)
