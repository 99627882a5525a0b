"""Mutual information of two columns when others are known, and of three together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from pandas_mi import inference
from pandas_mi.analysis.estimates import settled
from pandas_mi.analysis.joint import features, joined, known_together
from pandas_mi.analysis.neighbours import neighbour_pair
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    GivenOptions,
    MeasureOptions,
    Options,
    takes_measure_options,
    takes_options,
)
from pandas_mi.analysis.view import sampled_view
from pandas_mi.counting import Codes
from pandas_mi.information import Entropies, entropy_sum

__all__ = ["Strata", "conditional", "interaction", "strata_of"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Strata:
    """Counts of x, y and z taken together, over the n rows where all three are known.

    Attributes
    ----------
    n : int
    z, xz, yz, xyz : ndarray of int64
        Rows of each combination that occurs, those of one level of z next to each other and in
        the order of z. Without a condition z is one level.
    x_levels, y_levels : ndarray of int64, as many as levels of z
        How many levels of x, and of y, occur in each level of z.
    """

    n: int
    z: Ints
    xz: Ints
    yz: Ints
    xyz: Ints
    x_levels: Ints
    y_levels: Ints

    def sums(self) -> tuple[int, int, int, int]:
        """Return Σ c·ln c of z, xz, yz and xyz in the fixed-point unit of n."""
        z, xz, yz, xyz = (entropy_sum(c, self.n) for c in (self.z, self.xz, self.yz, self.xyz))
        return z, xz, yz, xyz

    def margins(self) -> list[tuple[Ints, Ints]]:
        """Return the margins of the table of x and y at each level of z."""
        rows = np.split(self.xz, np.cumsum(self.x_levels)[:-1])
        columns = np.split(self.yz, np.cumsum(self.y_levels)[:-1])
        return list(zip(rows, columns, strict=True))

    def nats(self, sums: int) -> float:
        """Return a difference of such sums as information."""
        n = np.array([self.n])
        whole = entropy_sum(n, self.n)
        zeros = np.zeros_like(n)
        return float(Entropies(n, zeros, zeros, zeros).marginal(np.array([whole - sums]))[0])


@takes_measure_options
def conditional(
    data: Any,
    x: Any,
    y: Any,
    given: Any,
    **options_given: Unpack[GivenMeasureOptions],
) -> float:
    """Return what two columns tell of each other when others are known: I(X;Y|Z).

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y : label or list of labels
        Several are taken together, as one feature.
    given : label or list of labels
        The condition Z.
    normalized : bool, default False
        Divide by a mean of H(X|Z) and H(Y|Z).
    adjusted : bool, default False
        Normalised and adjusted for what shuffling x within each level of Z would give.
    estimator : {"plugin", "knn"}, default "plugin"
        "knn" (Frenzel & Pompe 2007) where all of the columns are continuous.
    slice_query, sample_size, seed, bins, missing, average, base, min_periods, threads, \
progress, correction, n_neighbors, clip
        As in `matrix`. The rows used are those where all of the columns are known.

    Returns
    -------
    float
        In nats unless `base` says otherwise. 0 where x and y are independent at each level of Z.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    See Also
    --------
    test : its p-value, with ``given=``.
    interaction : how much the condition adds or takes away.

    Notes
    -----
    I(X;Y|Z) = H(X,Z) + H(Y,Z) − H(X,Y,Z) − H(Z), plug-in; Cover & Thomas, Elements of Information
    Theory, 2.5 (doi:10.1002/047174882X). Its bias is that of a table for each level of Z, so it
    needs many more rows than I(X;Y): look at the p-value.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 1, 0, 1]})
    >>> frame["xor"] = frame["x"] ^ frame["y"]
    >>> pandas_mi.pair(frame, "x", "y"), pandas_mi.conditional(frame, "x", "y", "xor", base=2)
    (0.0, 1.0)
    """
    options = MeasureOptions.of(options_given)
    if options.correction == "shrink":
        raise ValueError(
            "correction='shrink' is for tables of two columns; with a condition there are "
            "'miller-madow', 'grassberger' and 'chao-shen'"
        )
    if options.estimator == "knn":
        view = sampled_view(data, options)
        one, two, rest = (view.places(group) for group in (x, y, given))
        return neighbour_pair(view, one, two, rest, options)
    strata = strata_of(data, x, y, given, options)
    if strata.n < max(options.min_periods, 1):
        return float("nan")
    return float(settled(_numbers(strata, options), options))


@takes_options
def interaction(
    data: Any,
    x: Any,
    y: Any,
    z: Any,
    **given: Unpack[GivenOptions],
) -> float:
    """Return how much a third column adds to what two tell of each other: I(X;Y|Z) − I(X;Y).

    Parameters
    ----------
    data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        Anything with ``__arrow_c_stream__`` will do: polars, DuckDB, ibis.
    x, y, z : label or list of labels
        The order does not matter. Several labels are taken together, as one feature.
    normalized, average
        Not used.
    slice_query, sample_size, seed, bins, missing, base, min_periods, threads, progress
        As in `matrix`. The rows used are those where all of the columns are known.

    Returns
    -------
    float
        In nats unless `base` says otherwise. Above 0 (synergy): two together tell more of the
        third than they do one by one, as with exclusive or. Below 0 (redundancy): they tell the
        same of it. Some authors give it the opposite sign.

    Raises
    ------
    UnknownColumnError, SliceError, TypeError, ValueError
        As `matrix`.

    Notes
    -----
    McGill 1954, Multivariate information transmission (doi:10.1007/BF02289159).

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 1, 0, 1], "xor": [0, 1, 1, 0]})
    >>> pandas_mi.interaction(frame, "x", "y", "xor", base=2)
    1.0
    """
    options = Options.of(given)
    parts, n = _known_parts(data, [x, y, z], options)
    if n < max(options.min_periods, 1):
        return float("nan")
    singles = [entropy_sum(np.bincount(part.codes), n) for part in parts]
    doubles = [
        entropy_sum(np.bincount(joined([one, two]).codes), n)
        for one, two in ((parts[0], parts[1]), (parts[0], parts[2]), (parts[1], parts[2]))
    ]
    # Integers, so that the order of the columns cannot change a bit.
    triple = entropy_sum(np.bincount(joined(parts).codes), n)
    sums = triple - sum(doubles) + sum(singles) - entropy_sum(np.array([n]), n)
    nothing = np.zeros(0, dtype=np.int64)
    value = Strata(n, *[nothing] * 6).nats(sums)
    return value if options.base is None else value / float(np.log(options.base))


def strata_of(data: Any, x: Any, y: Any, given: Any, options: Options) -> Strata:
    """Return the counts of x and y at each level of the condition; None is no condition."""
    if given is None:
        (one, two), n = _known_parts(data, [x, y], options)
        level = Codes(np.ones(n, dtype=np.uint8), 1)
    else:
        (one, two, level), n = _known_parts(data, [x, y, given], options)
    xz, yz = joined([level, one]), joined([level, two])
    xyz = joined([xz, two])
    return Strata(
        n,
        z=_occurring(level),
        xz=_occurring(xz),
        yz=_occurring(yz),
        xyz=_occurring(xyz),
        x_levels=_levels_in(level, xz),
        y_levels=_levels_in(level, yz),
    )


def _numbers(strata: Strata, options: MeasureOptions) -> NDArray[np.float64]:
    """N, I(X;Y|Z), H(X|Z), H(Y|Z), H(X,Y|Z) and E[I(X;Y|Z)], which `settled` takes."""
    if options.correction is not None:
        z, xz, yz, xyz = (
            inference.corrected_entropy(counts, options.correction)
            for counts in (strata.z, strata.xz, strata.yz, strata.xyz)
        )
        return np.array([strata.n, (xz + yz) - (xyz + z), xz - z, yz - z, xyz - z, 0.0])
    sums_z, sums_xz, sums_yz, sums_xyz = strata.sums()
    # Rounding may leave the bounds by an ulp: 0 ≤ I(X;Y|Z) ≤ min(H(X|Z), H(Y|Z)).
    shared = max(sums_xyz - sums_xz - sums_yz + sums_z, 0)
    shared = min(shared, sums_z - sums_xz, sums_z - sums_yz)
    entropies = [strata.nats(sums_z - sums) for sums in (sums_xz, sums_yz, sums_xyz)]
    expected = 0.0
    if options.adjusted:
        levels = (inference.expected_mutual_information(*m) for m in strata.margins())
        expected = float(strata.z @ np.array(list(levels))) / strata.n
    return np.array([strata.n, strata.nats(shared), *entropies, expected])


def _known_parts(data: Any, groups: list[Any], options: Options) -> tuple[list[Codes], int]:
    """Return each group as one feature, at the rows where all are known, and how many these are."""
    parts = features(sampled_view(data, options), groups, options)
    kept = known_together(parts, keep_missing=options.missing == "category")
    return kept, len(kept[0].codes)


def _occurring(codes: Codes) -> Ints:
    counts = np.bincount(codes.codes)
    return np.asarray(counts[counts > 0], dtype=np.int64)


def _levels_in(level: Codes, combined: Codes) -> Ints:
    """How many of the combined codes, sorted by level, each level that occurs has."""
    level_of = np.zeros(combined.cardinality + 1, dtype=np.int64)
    level_of[combined.codes] = level.codes
    counts = np.bincount(level_of[1:])
    return np.asarray(counts[counts > 0], dtype=np.int64)
