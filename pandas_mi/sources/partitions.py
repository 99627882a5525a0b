"""Dask DataFrames: the partitions are chunks, on the workers that hold or make them.

A partition's own dtypes and kinds tell little of the whole: categories are united, objects are
taken as all of them together show, and lengths are counted, in one pass before any other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.columns import Column, from_pandas
from pandas_mi.errors import listing
from pandas_mi.sources.joined import common_dtype, joined_frames
from pandas_mi.sources.measured import Measured, Measuring
from pandas_mi.sources.shares import shares_of
from pandas_mi.sources.shown import Shown, held_as, shown
from pandas_mi.sources.table import Cluster, Fold, Rows, Share, Table, parts
from pandas_mi.sources.workers import Workers, current_workers

__all__ = ["DaskTable", "PartTable"]

_CHUNK_ROWS = 250_000  # a chunk has at least so many, of several partitions if need be

Ints = NDArray[np.int64]


class DaskTable(Table):
    """A Dask DataFrame, of which no more is ever here than was asked for.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
    """

    def __init__(self, data: Any) -> None:
        self._data = data
        self._labels: pd.Index = data.columns
        self._kept = list(range(len(self._labels)))
        self._kinds: Mapping[int, Shown] = {}

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self._labels

    @cached_property
    def bounds(self) -> Ints:
        """Where the chunks begin, and the number of rows."""
        lengths = [sum(self._measured.rows[place] for place in run) for run in self._runs]
        return np.cumsum([0, *lengths], dtype=np.int64)

    @cached_property
    def cluster(self) -> Cluster:
        """Where the partitions are: on the current client's workers, or Dask's own threads."""
        return current_workers() or Workers()

    def keep(self, positions: Iterable[int]) -> None:
        """Have partitions made of these columns alone."""
        if self._labels.is_unique:
            self._kept = sorted(set(positions))

    def packed(self, chunks: Sequence[int]) -> Any:
        """Return how many rows the partitions have, by chunk, and the numbers of the first."""
        rows = [[self._measured.rows[place] for place in self._runs[chunk]] for chunk in chunks]
        return rows, self.bounds[list(chunks)]

    def inputs(self, chunks: Sequence[int]) -> Sequence[Any]:
        """Return the tasks that make the partitions."""
        return [self._partitions[place] for chunk in chunks for place in self._runs[chunk]]

    def opened(self, packed: Any, *inputs: Any) -> PartTable:
        """Return the table of some partitions."""
        return PartTable(self._labels, self._kept, self._dtypes, self._kinds, list(inputs), packed)

    def settled(self, positions: Sequence[int], rows: Rows) -> Table:
        """Return the table whose columns of Python objects are as all of these rows show."""
        objects = [
            place for place in positions if self._dtypes[self._at(place)] == np.dtype(object)
        ]
        some = shares_of(self, parts(self.bounds, rows)) if objects else []
        if not some:
            return self
        found = self.cluster.folded(self, some, _Showing(objects), None)
        settled = DaskTable(self._data)
        settled.__dict__.update(self.__dict__, _kinds={**self._kinds, **found})
        return settled

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        some = self.frame([position], rows).iloc[:, 0]
        kind = self._kinds.get(position)
        label = self._labels[position]
        return from_pandas(some, label) if kind is None else held_as(kind, some, label)

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, ascending."""
        some = shares_of(self, parts(self.bounds, rows))
        if not some:
            nothing = self.opened(([], []))
            return nothing.frame(positions, None).set_axis(self._no_index(rows))
        frame = self.cluster.folded(self, some, _Rows(positions), None)
        return frame.set_axis(self._labels.take(positions), axis=1)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the Dask DataFrame out: tasks are given their partitions."""
        kept = {name: self.__dict__[name] for name in ("_labels", "_kept", "_kinds")}
        return {**kept, "_dtypes": self._dtypes}

    def _no_index(self, rows: Rows) -> pd.Index:
        index: pd.Index = self._data._meta.index[:0]
        return index.take(rows) if isinstance(rows, np.ndarray) else index

    def _at(self, position: int) -> int:
        return self._kept.index(position)

    @cached_property
    def _partitions(self) -> list[Any]:
        every = len(self._kept) == len(self._labels)
        data = self._data if every else self._data[list(self._labels.take(self._kept))]
        found: list[Any] = data.to_delayed()
        return found

    @cached_property
    def _measured(self) -> Measured:
        partitions = self._partitions
        shares = [Share(([[None]], [0]), None, 1, [partition]) for partition in partitions]
        raw = DaskTable(self._data)
        raw.__dict__.update(_kept=self._kept, _dtypes=None)
        return self.cluster.folded(raw, shares, Measuring(), None)

    @cached_property
    def _dtypes(self) -> list[Any]:
        meta = self._data._meta.dtypes.iloc[self._kept]
        seen = self._measured.ones
        return [common_dtype(list(s)) if s else dtype for s, dtype in zip(seen, meta, strict=True)]

    @cached_property
    def _runs(self) -> list[list[int]]:
        """The partitions of each chunk."""
        runs: list[list[int]] = []
        room = 0
        for place, rows in enumerate(self._measured.rows):
            if room <= 0:
                runs.append([])
                room = _CHUNK_ROWS
            runs[-1].append(place)
            room -= rows
        return runs


class PartTable(Table):
    """Some partitions of a Dask DataFrame, as pandas DataFrames.

    Parameters
    ----------
    labels : pandas.Index
        Of all columns.
    kept : sequence of int
        Positions of those that the partitions have.
    dtypes : sequence of dtype, or None
        In which the whole DataFrame holds them; None where that is yet to be found out.
    kinds : mapping of position to Shown
        What columns of Python objects show.
    frames : list of DataFrame
    packed : pair of lists
        How many rows they are to have, by chunk; and the number of each chunk's first row.
    """

    def __init__(
        self,
        labels: pd.Index,
        kept: Sequence[int],
        dtypes: Sequence[Any] | None,
        kinds: Mapping[int, Shown],
        frames: list[pd.DataFrame],
        packed: Any,
    ) -> None:
        rows, self._first = packed
        expected = list(itertools.chain(*rows))
        _check(expected, frames)
        self._labels, self._kept, self._kinds = labels, kept, kinds
        self._dtypes = dtypes
        self.frames = [_aligned(frame, labels.take(kept)) for frame in frames]
        of_chunk = np.array([len(run) for run in rows], dtype=np.intp)
        lengths = np.cumsum([0, *map(len, frames)], dtype=np.int64)
        self._bounds = lengths[np.cumsum([0, *of_chunk])]
        self._held: dict[int, pd.Series] = {}

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self._labels

    @property
    def bounds(self) -> Ints:
        """Where the chunks begin, and the number of rows."""
        bounds: Ints = self._bounds
        return bounds

    def numbers(self, rows: Ints) -> Ints:
        """Return the numbers that rows have in the table of all chunks."""
        chunks = np.searchsorted(self._bounds, rows, side="right") - 1
        return np.asarray(rows + (np.asarray(self._first) - self._bounds[:-1])[chunks])

    def column(self, position: int, rows: Rows = None) -> Column:
        """Return one column, of the given rows."""
        series, kind = self.series(position, rows), self._kinds.get(position)
        label = self._labels[position]
        return from_pandas(series, label) if kind is None else held_as(kind, series, label)

    def series(self, position: int, rows: Rows = None) -> pd.Series:
        """Return one column, of the given rows, in the dtype of the whole DataFrame."""
        series = self._held.get(position)
        if series is None:
            series = self._held[position] = self._joined(self._kept.index(position))
        return series if rows is None else series.iloc[rows]

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:
        """Return the given columns and rows, with their index."""
        index = self._index if rows is None else self._index[rows]
        # As Series: of bare arrays of objects pandas would guess the dtype anew.
        held = [self.series(place, rows).array for place in positions]
        series = {n: pd.Series(a, index, a.dtype, copy=False) for n, a in enumerate(held)}
        frame = pd.DataFrame(series, index=index, copy=False)
        return frame.set_axis(self._labels.take(positions), axis=1)

    @cached_property
    def _index(self) -> pd.Index:
        if not self.frames:
            return pd.RangeIndex(0)
        return joined_frames([frame.iloc[:, :0] for frame in self.frames]).index

    def _joined(self, place: int) -> pd.Series:
        dtype = None if self._dtypes is None else self._dtypes[place]
        some = [frame.iloc[:, place] for frame in self.frames if len(frame)]
        if not some:
            return pd.Series([], dtype=dtype)
        if dtype is not None:
            some = [series if series.dtype == dtype else series.astype(dtype) for series in some]
        return some[0] if len(some) == 1 else pd.concat(some, ignore_index=True)


def _check(expected: Sequence[int | None], frames: Sequence[pd.DataFrame]) -> None:
    """Raise where a partition has changed since it was measured."""
    for rows, frame in zip(expected, frames, strict=True):
        if rows is not None and rows != len(frame):
            raise ValueError(
                f"a partition of {rows:,} rows had {len(frame):,} when it was computed again; "
                "call .persist() on the Dask DataFrame first, so that its rows stay as they are"
            )


def _aligned(frame: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """Return a partition with its columns in order; raise where it has others than it is said to.

    Dask puts columns together by name, and does not look whether partitions are as it was told.
    """
    held = frame.columns
    if held.equals(labels):
        return frame
    if labels.is_unique and len(held) == len(labels) and labels.isin(held).all():
        return frame[list(labels)]
    raise ValueError(
        f"a partition has the columns {listing(held)}, and the Dask DataFrame {listing(labels)}; "
        "give the meta= that it is made with the columns of its partitions"
    )


@dataclass(frozen=True)
class _Showing(Fold[dict[int, Shown]]):
    """The question what columns of Python objects show."""

    positions: Sequence[int]

    def look(self, table: Any, rows: Rows) -> dict[int, Shown]:
        return {place: shown(table.series(place, rows)) for place in self.positions}

    def add(self, found: dict[int, Shown], more: dict[int, Shown]) -> dict[int, Shown]:
        return {place: one + more[place] for place, one in found.items()}


@dataclass(frozen=True)
class _Rows(Fold[pd.DataFrame]):
    """The question for the rows themselves."""

    positions: list[int]

    def look(self, table: Table, rows: Rows) -> pd.DataFrame:
        return table.frame(self.positions, rows).set_axis(range(len(self.positions)), axis=1)

    def add(self, found: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
        return joined_frames([found, more])
