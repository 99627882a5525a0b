"""What the tables of all pairs tell, and how surely, from one count of the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pandas_mi import inference, information
from pandas_mi.analysis.estimates import SWAPPED, numbers_of
from pandas_mi.analysis.grid import grid_statistics
from pandas_mi.analysis.options import MeasureOptions
from pandas_mi.analysis.significance import Significance, interval, p_value_of
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.counting import Codes, Tables
from pandas_mi.information import Entropies, table_sums

__all__ = ["weighed"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Found = tuple[float, float, float]  # p, and the ends of the interval

_LARGE = 1 << 16  # cells; larger tables are settled at once, as many of them fill the memory


def weighed(
    columns: Mapping[int, Codes],
    places: Sequence[int],
    options: MeasureOptions,
    wanted: Significance,
    *,
    p_value: bool,
) -> tuple[Floats, Floats]:
    """Return what is to be known of each pair of places, and how surely.

    Parameters
    ----------
    columns : mapping of place to Codes, of n rows each
    places : sequence of places, without repeats
    options : MeasureOptions
    wanted : Significance
        With an interval where `ci` is given.
    p_value : bool

    Returns
    -------
    numbers : ndarray of float64, shape (6, places, places)
        As `estimates.numbers` gives them.
    evidence : ndarray of float64, shape (3, places, places)
        p, and the ends of the interval in nats; NaN where not asked for, and on the diagonal.
    """
    waiting: list[tuple[int, int, Callable[[], Found]]] = []

    def statistic(tables: Tables) -> Floats:
        for place in np.flatnonzero(tables.left != tables.right):
            task = _task(tables, int(place), options, wanted, p_value)
            if tables.counts.shape[1] > _LARGE:
                task = partial(_found, task())
            waiting.append((int(tables.left[place]), int(tables.right[place]), task))
        return numbers_of(tables, options)

    numbers = grid_statistics(columns, places, places, options, statistic, SWAPPED)
    evidence = np.full((3, len(places), len(places)), np.nan)
    order = {place: number for number, place in enumerate(places)}
    tasks = [task for *_, task in waiting]
    done = mapped(lambda task: task(), tasks, thread_count(options.threads))
    for (left, right, _), found in zip(waiting, done, strict=True):
        one, two = order[left], order[right]
        evidence[:, one, two] = evidence[:, two, one] = found
    return numbers.astype(np.float64, copy=False), evidence


def _found(found: Found) -> Found:
    return found


def _task(
    tables: Tables, place: int, options: MeasureOptions, wanted: Significance, p_value: bool
) -> Callable[[], Found]:
    """Return what works out the evidence of one table, of which it keeps the occupied cells."""
    margins = tables.rows[place].copy(), tables.columns[place].copy()
    occupied = np.flatnonzero(tables.counts[place])
    counts = tables.counts[place, occupied].astype(np.int64, copy=False)
    if wanted.ci is None:
        return partial(_evidence, margins, counts, None, options, wanted, p_value)
    positions = occupied if tables.positions is None else tables.positions[place, occupied]
    at = np.divmod(positions, tables.columns.shape[1])
    # One way round, whichever way the pair was counted.
    at = at if tables.left[place] < tables.right[place] else at[::-1]
    return partial(_evidence, margins, counts, at, options, wanted, p_value)


def _evidence(
    margins: tuple[Ints, Ints],
    counts: Ints,
    at: tuple[Ints, Ints] | None,
    options: MeasureOptions,
    wanted: Significance,
    p_value: bool,
) -> Found:
    p, low, high = np.nan, np.nan, np.nan
    if p_value:
        sums = Entropies(*table_sums(*margins, counts))
        statistic = 2 * int(sums.n) * float(information.mutual_information(sums))
        p = p_value_of([margins], statistic, counts, wanted, options)[0]
    if at is not None:
        low, high = interval(inference.Cells.at(counts, *at), wanted, options)
    return p, low, high
