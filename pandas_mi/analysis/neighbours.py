"""Mutual information from nearest neighbours, column kinds told apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pandas_mi import neighbors
from pandas_mi.analysis.estimates import estimated
from pandas_mi.analysis.options import MeasureOptions
from pandas_mi.analysis.tables import Encoded, encoded
from pandas_mi.analysis.view import View
from pandas_mi.analysis.work import mapped, reported, thread_count
from pandas_mi.counting import Codes
from pandas_mi.errors import listing
from pandas_mi.sampling import key_of

__all__ = ["Continuous", "continuous_columns", "neighbour_pair", "neighbour_values", "scaled"]

Floats = NDArray[np.float64]

_MOST_ROWS = 2_000_000  # a pair takes about 10 s then
_WORTH_THREADS = 20_000  # rows over all pairs: 20 ms of work


@dataclass(frozen=True, slots=True)
class Continuous:
    """A numeric column as normal scores.

    Attributes
    ----------
    scores : ndarray of float64, shape (n,)
        NaN where missing.
    """

    scores: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows are not missing, shape (n,)."""
        return ~np.isnan(self.scores)


Sampled = Continuous | Codes


def neighbour_values(
    view: View, rows: Sequence[int], across: Sequence[int], options: MeasureOptions
) -> Floats:
    """Return what the options ask for of each pair of places, shape (rows, across)."""
    columns = _columns(view, [*rows, *across], options)
    pairs = list(dict.fromkeys((min(a, b), max(a, b)) for a in rows for b in across))
    work = view.n_rows * len(pairs)
    workers = thread_count(options.threads) if work > _WORTH_THREADS else 1
    # Each pair is a task; one alone may have all threads for itself.
    inside = workers if len(pairs) == 1 else 1
    done = mapped(lambda pair: _value(columns, pair, options, inside), pairs, workers)
    found = dict(zip(pairs, reported(done, [1] * len(pairs), options.progress), strict=True))
    values = np.array([found[min(a, b), max(a, b)] for a in rows for b in across])
    return scaled(values.reshape(len(rows), len(across)), options)


def neighbour_pair(
    view: View,
    one: Sequence[int],
    two: Sequence[int],
    given: Sequence[int],
    options: MeasureOptions,
) -> float:
    """Return what the options ask for of two groups of columns, given a third if any.

    Raises
    ------
    TypeError
        When a column is not continuous.
    """
    columns = continuous_columns(view, [*one, *two, *given], options)
    space = {place: column.scores for place, column in columns.items()}
    known = np.logical_and.reduce([column.known for column in columns.values()])
    if np.count_nonzero(known) < max(options.min_periods, 2):
        return float("nan")
    x, y, z = (
        np.column_stack([space[p][known] for p in g]) if g else None for g in (one, two, given)
    )
    if x is None or y is None:
        raise ValueError("a feature needs at least one column")
    workers = thread_count(options.threads)
    value = neighbors.continuous(x, y, z, k=options.n_neighbors, workers=workers)
    return float(scaled(np.array(value), options))


def continuous_columns(
    view: View, places: Sequence[int], options: MeasureOptions
) -> dict[int, Continuous]:
    """Return columns all of which must be continuous."""
    columns = _columns(view, places, options)
    found = {place: c for place, c in columns.items() if isinstance(c, Continuous)}
    if len(found) < len(columns):
        discrete = [view.labels[place] for place in columns if place not in found]
        raise TypeError(
            f"estimator='knn' takes several columns together, or others as given, only where all "
            f"are continuous; these are taken by value: {listing(discrete)}. "
            "Use estimator='plugin'"
        )
    return found


def scaled(values: Floats, options: MeasureOptions) -> Floats:
    """Return values in nats as the options want them."""
    if options.normalized:
        return np.where(np.isnan(values), np.nan, neighbors.informational_coefficient(values))
    values = values if options.base is None else values / np.log(options.base)
    return np.maximum(values, 0.0) if options.clip else values


def _columns(view: View, places: Sequence[int], options: MeasureOptions) -> dict[int, Sampled]:
    """Return the columns that would be binned as scores, and the others as codes."""
    if view.n_rows > _MOST_ROWS:
        raise ValueError(
            f"estimator='knn' searches all rows at once, and there are {view.n_rows:,}: more than "
            f"{_MOST_ROWS:,}. Give sample_size=, such as 100_000"
        )
    binned = encoded(view, places, options)
    by_value = encoded(view, places, dataclasses.replace(options, bins=None))
    key = key_of(options.seed)
    return {
        place: column.codes
        if column.encoding.cuts is None
        else _continuous(by_value[place], np.random.default_rng([key, view.positions[place]]))
        for place, column in binned.items()
    }


def _continuous(column: Encoded, rng: np.random.Generator) -> Continuous:
    codes = column.codes.codes
    scores = np.full(len(codes), np.nan)
    known = codes > 0
    scores[known] = neighbors.scores(codes[known].astype(np.int64), rng)
    return Continuous(scores)


def _value(
    columns: dict[int, Sampled], pair: tuple[int, int], options: MeasureOptions, workers: int
) -> float:
    """Mutual information of two places, in nats."""
    one, two = (columns[place] for place in pair)
    if isinstance(one, Codes) and isinstance(two, Codes):
        plain = dataclasses.replace(
            options, estimator="plugin", normalized=False, base=None, threads=1, progress=False
        )
        return float(estimated(dict(enumerate((one, two))), [0], [1], plain)[0, 0])
    known = _known(one) & _known(two)
    if np.count_nonzero(known) < max(options.min_periods, 2):
        return float("nan")
    if pair[0] == pair[1]:
        return float("inf")
    if isinstance(one, Continuous) and isinstance(two, Continuous):
        x, y = one.scores[known], two.scores[known]
        return neighbors.continuous(x, y, k=options.n_neighbors, workers=workers)
    numbers, levels = (one, two) if isinstance(one, Continuous) else (two, one)
    assert isinstance(numbers, Continuous)  # noqa: S101
    assert isinstance(levels, Codes)  # noqa: S101
    codes = levels.codes[known].astype(np.int64)
    return neighbors.mixed(numbers.scores[known], codes, k=options.n_neighbors)


def _known(column: Sampled) -> NDArray[np.bool_]:
    return column.known if isinstance(column, Continuous) else column.codes > 0
