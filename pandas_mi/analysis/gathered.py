"""Few rows of a table on a cluster, brought here; and which rows a query selects of one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.analysis.gauge import Gauge
from pandas_mi.analysis.shares import Question, asked
from pandas_mi.columns import Chunk, Kind
from pandas_mi.sampling import sample
from pandas_mi.sources import FrameTable, NumberedTable, Part, Table, chunk, joined_frames

if TYPE_CHECKING:
    from pandas_mi.analysis.view import View

__all__ = ["drawn", "fetched", "gathered", "selected"]

# The kinds whose values mean little in parts: they are compared as Python objects.
_AT_ONCE = frozenset({Kind.OBJECT, Kind.INTERVAL})
_HASHED = 1 << 20  # rows whose hashes are looked at together
_SILENT = Gauge(False, 0)


def gathered(view: View, places: Sequence[int]) -> View:
    """Return the view with the columns at these places brought here, if they are elsewhere."""
    if view.table.cluster is None:
        return view
    positions = list(view.positions)
    for number, place in enumerate(places):
        positions[place] = number
    frame = fetched(view, places)
    return replace(view, table=FrameTable(frame), positions=positions, rows=None)


def fetched(view: View, places: Sequence[int]) -> pd.DataFrame:
    """Return rows of a table on a cluster, as they stand in the view, with their index."""
    positions = [view.positions[place] for place in places]
    rows = view.rows
    order = np.argsort(rows, kind="stable") if isinstance(rows, np.ndarray) else None
    ascending = view if order is None else replace(view, rows=view.numbers()[order])
    frame = asked(ascending, _Frames(positions), 1, _SILENT)
    frame.columns = view.labels.take(list(places))
    if order is None or (order[1:] > order[:-1]).all():
        return frame
    return frame.iloc[np.argsort(order)]


@dataclass(frozen=True)
class _Frames(Question[pd.DataFrame]):
    """The question for the rows themselves."""

    positions: list[int]

    def look(self, view: View, workers: int, gauge: Gauge) -> pd.DataFrame:  # noqa: ARG002
        frame = view.table.frame(self.positions, view.rows)
        return frame.set_axis(range(len(self.positions)), axis=1)

    def add(self, found: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
        return joined_frames([found, more])


def drawn(view: View, size: int, key: int) -> NDArray[np.int64]:
    """Return the numbers of a sample of all rows of a table on a cluster, drawn there."""
    numbers = NumberedTable(view.n_rows, view.table.cluster)
    nothing = replace(view, table=numbers, labels=numbers.labels, positions=[], rows=None)
    return asked(nothing, _Sample(size, key), 1, _SILENT)


@dataclass(frozen=True)
class _Sample(Question[NDArray[np.int64]]):
    """The question which rows have the smallest hashes."""

    size: int
    key: int

    def look(self, view: View, workers: int, gauge: Gauge) -> NDArray[np.int64]:  # noqa: ARG002
        chosen = np.empty(0, dtype=np.int64)
        step = max(_HASHED, self.size)
        for start in range(0, view.n_rows, step):
            rows = np.arange(start, min(start + step, view.n_rows), dtype=np.int64)
            chosen = self.add(chosen, view.table.numbers(rows))
        return chosen

    def add(self, found: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
        return sample(np.concatenate([found, more]), self.size, self.key)


def selected(view: View, bound: Any, chunks: Sequence[int], *, ordered: bool) -> NDArray[np.int64]:
    """Return the numbers of the rows that a query selects, looking in these chunks of the table.

    Where the first rows that match will do, chunks are looked at four times as many after each
    other, until there are enough.
    """
    from pandas_mi.slicing.parted import Parted

    table = view.table.settled(bound.needed, None)
    view = replace(view, table=table)
    if any(_kind(table, place) in _AT_ONCE for place in bound.needed):
        return _selected_here(view, bound, ordered)
    choice = Parted(bound, ordered)
    found = choice.look(_read(table, bound.needed), 0, [])
    size = len(chunks) if choice.wanted is None else 1
    for start, stop in _runs(len(chunks), size):
        more = asked(view, _Choice(choice), 1, _SILENT, _whole(table, chunks[start:stop]))
        found = choice.add(found, more)
        if choice.wanted is not None and len(found[0]) >= choice.wanted:
            break
    return choice.settle(found)


def _kind(table: Table, position: int) -> Kind:
    return table.column(position, slice(0, 0)).kind


def _selected_here(view: View, bound: Any, ordered: bool) -> NDArray[np.int64]:
    """Return the rows, chosen with all values of the needed columns at hand."""
    from pandas_mi import slicing

    needed = list(bound.needed)
    asked_for = replace(
        view, labels=view.table.labels, positions=list(range(len(view.table.labels)))
    )
    held = gathered(asked_for, needed)
    place = dict(zip(needed, range(len(needed)), strict=True))

    def read(start: int, stop: int) -> Chunk:
        rows = slice(start, stop)
        return Chunk({p: held.table.column(place[p], rows) for p in needed}, stop - start, start)

    return slicing.select(bound, read, view.table.n_rows, ordered=ordered).rows


def _runs(n: int, size: int) -> list[tuple[int, int]]:
    """Cut n into runs, each four times as long as the one before."""
    edges = [0]
    while edges[-1] < n:
        edges.append(min(edges[-1] + size, n))
        size *= 4
    return list(itertools.pairwise(edges))


def _whole(table: Table, chunks: Sequence[int]) -> list[Part]:
    sizes = np.diff(table.bounds).tolist()
    return [(place, slice(0, sizes[place])) for place in chunks]


def _read(table: Table, needed: Sequence[int]) -> Any:
    return lambda start, stop: chunk(table, needed, start, stop)


@dataclass(frozen=True)
class _Choice(Question[Any]):
    """The question which rows a query selects, and what is needed to choose among them."""

    choice: Any

    def look(self, view: View, workers: int, gauge: Gauge) -> Any:  # noqa: ARG002
        table = view.table
        runs = list(itertools.pairwise(table.bounds.tolist()))
        rows, values = self.choice.look(_read(table, self.choice.bound.needed), table.n_rows, runs)
        return table.numbers(rows), values

    def add(self, found: Any, more: Any) -> Any:
        return self.choice.add(found, more)
