"""Contingency tables to what the options ask for: plain, normalised, adjusted or corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pandas_mi import inference, information
from pandas_mi.analysis.grid import (
    grid_entropies,
    grid_statistics,
    own_entropies,
    own_statistics,
)
from pandas_mi.analysis.options import MeasureOptions
from pandas_mi.counting import Codes, Tables
from pandas_mi.information import Entropies, table_sums

__all__ = [
    "SWAPPED",
    "estimated",
    "estimated_alone",
    "numbers",
    "numbers_of",
    "settled",
    "value_name",
]

Floats = NDArray[np.float64]

# Of each table: rows used, I, H(X), H(Y), H(X,Y) and E[I]; and where each stands for (Y, X).
SWAPPED = (0, 1, 3, 2, 4, 5)


def estimated(
    columns: Mapping[int, Codes],
    rows: Sequence[int],
    across: Sequence[int],
    options: MeasureOptions,
) -> Floats:
    """Return what the options ask for of each of the rows with each column across."""
    return settled(numbers(columns, rows, across, options), options)


def estimated_alone(
    columns: Mapping[int, Codes], wanted: Sequence[int], options: MeasureOptions
) -> Floats:
    """Return what the options ask for of each column with itself."""
    statistic = _statistic(options)
    if statistic is None:
        return settled(_plug_in(own_entropies(columns, wanted, options)), options)
    found = own_statistics(columns, wanted, options, statistic, len(SWAPPED))
    return settled(found.astype(np.float64, copy=False), options)  # integers where none is wanted


def numbers(
    columns: Mapping[int, Codes],
    rows: Sequence[int],
    across: Sequence[int],
    options: MeasureOptions,
) -> Floats:
    """Return the numbers that `settled` takes, shape (6, rows, across).

    Of each table n, I, H(X), H(Y), H(X,Y) and, to adjust for it, E[I].
    """
    statistic = _statistic(options)
    if statistic is None:
        return _plug_in(grid_entropies(columns, rows, across, options))
    found = grid_statistics(columns, rows, across, options, statistic, SWAPPED)
    return found.astype(np.float64, copy=False)  # integers where no pair is wanted


def numbers_of(tables: Tables, options: MeasureOptions) -> Floats:
    """Return the numbers that `settled` takes of tables counted elsewhere, shape (6, P)."""
    statistic = _statistic(options)
    if statistic is None:
        return _plug_in(Entropies(*table_sums(tables.rows, tables.columns, tables.counts)))
    return statistic(tables)


def settled(numbers: Floats, options: MeasureOptions) -> Floats:
    """Return what the options ask for, of what `numbers` gives."""
    n, shared, x, y, joint, expected = numbers
    if options.adjusted:
        mean = information.AVERAGES[options.average](x, y, joint)
        values = inference.adjusted(shared, expected, mean)
    elif options.normalized:
        values = information.normalized(shared, x, y, joint, options.average)
    else:
        values = shared if options.base is None else shared / np.log(options.base)
    if options.clip:
        values = np.maximum(values, 0.0)
    return np.where(n < max(options.min_periods, 1), np.nan, values)


def value_name(options: MeasureOptions) -> str:
    """Return what a Series of such values is called."""
    if options.adjusted:
        return "adjusted_mutual_information"
    if options.estimator == "knn" and options.normalized:
        return "informational_coefficient"
    return "normalized_mutual_information" if options.normalized else "mutual_information"


def _statistic(options: MeasureOptions) -> Callable[[Tables], Floats] | None:
    """Return what is to be known of each table beyond plug-in entropies, if anything."""
    if options.adjusted:
        return _chance
    return None if options.correction is None else partial(_corrected, options.correction)


def _chance(tables: Tables) -> Floats:
    """Plug-in numbers, and what chance alone would tell, shape (6, P)."""
    sums = Entropies(*table_sums(tables.rows, tables.columns, tables.counts))
    expected = [
        inference.expected_mutual_information(rows, columns)
        for rows, columns in zip(tables.rows, tables.columns, strict=True)
    ]
    found = _plug_in(sums)
    found[-1] = expected
    return found


def _plug_in(sums: Entropies) -> Floats:
    """Plug-in numbers of tables, shape (6, ...); E[I] is left at 0."""
    entropies = sums.marginal(np.stack([sums.x, sums.y, sums.joint]))
    shared = information.mutual_information(sums)
    return np.stack([sums.n, shared, *entropies, np.zeros_like(shared)])


def _corrected(correction: str, tables: Tables) -> Floats:
    """Numbers made of corrected entropies, shape (6, P)."""
    found = [
        (inference.corrected_entropy(rows, correction),) * 3
        if left == right
        else inference.corrected_entropies(rows, columns, cells, correction)
        for left, right, rows, columns, cells in zip(
            tables.left, tables.right, tables.rows, tables.columns, tables.cells, strict=True
        )
    ]
    x, y, joint = np.array(found).T
    n = tables.rows.sum(axis=-1)
    return np.stack([n, (x + y) - joint, x, y, joint, np.zeros(len(n))])
