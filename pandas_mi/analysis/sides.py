"""Two sets of rows whose columns are encoded alike, and the tables of their pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.analysis.both import BothTables
from pandas_mi.analysis.held import HeldCodes, pair_counts
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.passes import counted, planned, stream_of
from pandas_mi.analysis.streams import Stream, StreamedCodes
from pandas_mi.analysis.tables import complete, encoded, warn_many_levels
from pandas_mi.analysis.tally import Tally
from pandas_mi.analysis.tally.codings import code_map, together
from pandas_mi.analysis.tally.joint import moved
from pandas_mi.analysis.tally.settings import differences
from pandas_mi.analysis.view import View, view_of
from pandas_mi.analysis.work import thread_count
from pandas_mi.counting import Codes, JointCounts, SparsePair, Task, plan
from pandas_mi.errors import listing
from pandas_mi.sources import Table

__all__ = ["Sides", "of_slices", "of_tables", "of_tallies"]

Pair = tuple[int, int]
Both = tuple[Pair, JointCounts, JointCounts]


@dataclass(frozen=True)
class Sides:
    """The columns in play before and after, by place among the labels, in the same codes."""

    labels: pd.Index
    before: Mapping[int, Codes]
    after: Mapping[int, Codes]

    def tables(self, options: Options) -> Iterator[Both]:
        """Yield each pair of places with its two tables, in no particular order of the pairs."""
        for pair, before, after in self._counted(thread_count(options.threads)):
            if options.missing != "category":
                yield pair, before.known(), after.known()
            else:
                yield pair, before, after

    def _counted(self, workers: int) -> Iterator[Both]:
        streams = stream_of(self.before), stream_of(self.after)
        if streams[0] is not None and streams[1] is not None:
            yield from self._streamed(streams[0], streams[1], workers)
            return
        for one, two in combinations(self.before, 2):
            before, after = (
                pair_counts(side[one], side[two]) for side in (self.before, self.after)
            )
            yield (one, two), before, after

    def _streamed(self, before: Stream, after: Stream, workers: int) -> Iterator[Both]:
        places = list(self.before)
        # One plan for both, from the side of more rows, so that their tables come in one order.
        larger = self.before if before.view.n_rows > after.view.n_rows else self.after
        tasks = plan(planned(larger), places, places, keep_missing=True, threads=workers)
        one = chain.from_iterable(counted(before, self.before, tasks))
        two = chain.from_iterable(counted(after, self.after, tasks))
        for (task, first), (_, second) in zip(one, two, strict=True):
            tables = [list(_unfolded(task, counts, self.before)) for counts in (first, second)]
            for (pair, table), (_, other) in zip(*tables, strict=True):
                yield pair, table, other


def of_slices(data: Any, before: str, after: str, columns: Any, options: Options) -> Sides:
    """Return the sides that two queries select of one table."""
    for name, query in (("before", before), ("after", after)):
        if not isinstance(query, str):
            raise TypeError(
                f"{name} must be a query for rows of the one table, got "
                f"{type(query).__name__}; two tables are compared by pandas_mi.compare(one, other)"
            )
    if options.slice_query is not None:
        raise ValueError("slices take no slice_query=: put its conditions into before and after")
    one = view_of(data, before, wanted=[columns])
    two = view_of(one.table, after, wanted=[columns])
    common = np.intersect1d(one.numbers(), two.numbers())
    if len(common):
        raise ValueError(
            f"before and after share {len(common):,} rows, which cannot have changed; let the "
            "queries exclude each other, such as \"day < '2024-05-01'\" and "
            "\"day >= '2024-05-01'\""
        )
    return _sides([one, two], columns, options)


def of_tables(before: Any, after: Any, columns: Any, options: Options) -> Sides:
    """Return the sides that two tables are."""
    if before is after:
        raise ValueError("before and after are the same table, in which nothing can have changed")
    views = [view_of(data, options.slice_query, wanted=[columns]) for data in (before, after)]
    if any(view.table.cluster is not None for view in views):
        raise ValueError(
            "two tables on a cluster cannot be compared: concatenate them with a column that tells "
            "them apart, and compare two slices"
        )
    return _sides(views, columns, options)


def of_tallies(before: Tally, after: Tally, columns: Any, options: Options) -> Sides:
    """Return the sides that two tallies hold."""
    _check_counted(options)
    one, two = before._settled(), after._settled()
    different = differences(one.codings, two.codings)
    if different is not None:
        raise ValueError(f"these tallies do not compare: {different}")
    codings = tuple(map(together, one.codings, two.codings))
    sizes = [coding.cardinality for coding in codings]
    places = view_of(before._table(), None).places(columns)
    held = []
    for state in (one, two):
        counts = moved(state.counts, list(map(code_map, state.codings, codings)), sizes)
        held.append({new: HeldCodes(counts, place) for new, place in enumerate(places)})
    return Sides(before.columns.take(places), *held)


def _check_counted(options: Options) -> None:
    for name in ("slice_query", "sample_size"):
        if getattr(options, name) is not None:
            raise ValueError(f"tallies hold no rows to choose from: leave {name}= out")
    if options.bins != Options().bins:
        raise ValueError("tallies have their bins already: leave bins= out")
    if options.missing in ("listwise", "raise"):
        raise ValueError(
            f"tallies hold no rows: missing={options.missing!r} cannot be told; "
            "use 'pairwise' or 'category'"
        )


def _sides(views: Sequence[View], columns: Any, options: Options) -> Sides:
    labels = _common_labels(views, columns)
    chosen = [_chosen(view.sampled(options.sample_size, options.seed), labels) for view in views]
    if options.missing in ("listwise", "raise"):  # first, for codes must stand for known rows
        chosen = [complete(view, range(len(labels)), options) for view in chosen]
        options = dataclasses.replace(options, missing="pairwise")
    table = chosen[0].table if chosen[0].table is chosen[1].table else None
    positions = chosen[0].positions
    if table is None or positions != chosen[1].positions:
        table = BothTables(chosen)
        sizes = [view.n_rows for view in chosen]
        rows = [np.arange(sizes[0]), np.arange(sizes[0], sum(sizes))]
        positions = list(range(len(labels)))
    else:
        rows = [np.sort(view.numbers()) for view in chosen]
    return _encoded_alike(table, labels, positions, rows, options)


def _common_labels(views: Sequence[View], columns: Any) -> pd.Index:
    if columns is not None:
        found = [view.labels.take(view.places(columns)) for view in views]
        return found[0]
    one, two = (view.labels.take(view.places(None)) for view in views)
    apart = [*one.difference(two, sort=False), *two.difference(one, sort=False)]
    if apart:
        raise ValueError(
            f"only one of the two has {listing(apart)}; name the columns to compare with columns="
        )
    return one


def _chosen(view: View, labels: pd.Index) -> View:
    places = view.places(list(labels))
    return View(view.table, labels, [view.positions[place] for place in places], view.rows)


def _encoded_alike(
    table: Table,
    labels: pd.Index,
    positions: list[int],
    rows: Sequence[NDArray[np.int64]],
    options: Options,
) -> Sides:
    """Learn the encodings of all rows, and take the codes of each side."""
    every = np.concatenate(rows)
    order = np.argsort(every, kind="stable")
    second = (np.arange(len(every)) >= len(rows[0]))[order]
    whole = View(table, labels, positions, every[order])
    found = encoded(whole, range(len(labels)), options)
    warn_many_levels(found.values())
    codes = {place: one.codes for place, one in found.items()}
    sides = [_side(codes, wanted) for wanted in (~second, second)]
    return Sides(labels, *sides)


def _side(codes: Mapping[int, Codes], wanted: NDArray[np.bool_]) -> dict[int, Codes]:
    stream = stream_of(codes)
    if stream is None:
        return {p: Codes(one.codes[wanted], one.cardinality) for p, one in codes.items()}
    side = dataclasses.replace(stream, view=stream.view.kept(wanted))
    if side.view.n_rows == 0:  # nothing to read
        none = np.empty(0, dtype=np.uint8)
        return {p: Codes(none, one.cardinality) for p, one in codes.items()}
    # Nobody knows how many rows are missing on one side, so both have a place for them.
    return {p: StreamedCodes(side, p, one.cardinality, None) for p, one in codes.items()}


def _unfolded(
    task: Task, counts: Any, columns: Mapping[int, Codes]
) -> Iterator[tuple[Pair, JointCounts]]:
    """Yield the pairs of a task with their tables: codes are the places in them."""
    if isinstance(task, SparsePair):
        yield _oriented(task.left, task.right, counts)
        return
    for some in task.tables(counts):
        shape = (some.rows.shape[1], some.columns.shape[1])
        for left, right, cells in zip(
            some.left.tolist(), some.right.tolist(), some.cells, strict=True
        ):
            if left != right:
                rows, across = columns[left].cardinality + 1, columns[right].cardinality + 1
                table = cells.reshape(shape)[:rows, :across]  # singles may be padded
                yield _oriented(left, right, JointCounts((rows, across), table))


def _oriented(left: int, right: int, table: JointCounts) -> tuple[Pair, JointCounts]:
    if left < right:
        return (left, right), table
    return (right, left), table.transposed()
