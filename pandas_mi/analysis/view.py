"""Which rows and columns a call is about: the slice, the sample, the labels."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.analysis.gathered import drawn, fetched, selected
from pandas_mi.analysis.options import Options
from pandas_mi.columns import Column
from pandas_mi.errors import UnknownColumnError, listing, unknown_columns
from pandas_mi.sampling import key_of, sample
from pandas_mi.sources import Rows, Table, as_table, chunk, parts

__all__ = ["View", "sampled_view", "view_of"]

IN_MEMORY = 1 << 19  # rows: so many are read at once, 4 MB a column, and less when they are codes
_DRAWN = 1 << 22  # rows of a sample that workers draw; a larger one is drawn here
_SAMPLED_ROWS = 1 << 20  # rows whose hashes are looked at together


@dataclass(frozen=True)
class View:
    """The rows and columns of a table that a query and a sample leave.

    Attributes
    ----------
    table : Table
    labels : pandas.Index, length k
        Names of the columns in the result, aliases included.
    positions : list of int, length k
        Where each column stands in the table.
    rows : ndarray of int64, or None for all
        Physical row numbers.
    """

    table: Table
    labels: pd.Index
    positions: list[int]
    rows: Rows = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.rows) if isinstance(self.rows, np.ndarray) else self.table.n_rows

    @property
    def streamed(self) -> bool:
        """Whether the rows are to be read chunk by chunk, being many and not in memory."""
        if self.n_rows <= IN_MEMORY:
            return False
        return self.table.cluster is not None or sum(1 for _ in self.run_lengths()) > 1

    @property
    def disordered(self) -> bool:
        """Whether the rows stand in another order than in a table of several chunks."""
        apart = self.table.cluster is not None or len(self.table.bounds) > 2
        ascending = not isinstance(self.rows, np.ndarray) or (self.rows[1:] > self.rows[:-1]).all()
        return apart and not ascending

    def runs(self) -> Iterator[Rows]:
        """Yield the rows of each chunk that has any."""
        for place, rows in parts(self.table.bounds, self.rows):
            first = int(self.table.bounds[place])
            if isinstance(rows, slice):
                yield slice(first + rows.start, first + rows.stop)
            else:
                yield first + rows

    def run_lengths(self) -> Iterator[int]:
        """Yield the number of rows of each chunk that has any."""
        for _, rows in parts(self.table.bounds, self.rows):
            yield rows.stop - rows.start if isinstance(rows, slice) else len(rows)

    def sketch(self, place: int) -> Column:
        """Return the view's column at a place without any rows, which shows its kind."""
        return self.table.column(self.positions[place], slice(0, 0))

    def column(self, place: int) -> Column:
        """Return the view's column at a place among its labels."""
        return self.table.column(self.positions[place], self.rows)

    def frame(self) -> pd.DataFrame:
        """Return the view as a DataFrame with the original index."""
        if self.table.cluster is not None:
            return fetched(self, range(len(self.positions)))
        frame = self.table.frame(self.positions, self.rows)
        frame.columns = self.labels
        return frame

    def sampled(self, size: int | None, seed: Any) -> View:
        """Return the view of `size` of its rows, or of all when there are no more."""
        if size is None or size >= self.n_rows:
            return self
        key = key_of(seed)
        cluster = self.table.cluster
        if cluster is not None and not isinstance(self.rows, np.ndarray) and size < _DRAWN:
            return replace(self, rows=drawn(self, size, key))
        chosen = np.empty(0, dtype=np.int64)
        # The sample of all rows is the sample of a sample and the rest; as much again is added
        # at a time, so that memory is in proportion to the sample.
        block = max(_SAMPLED_ROWS, size)
        for start in range(0, self.n_rows, block):
            rows = self._numbers(start, min(start + block, self.n_rows))
            chosen = sample(np.concatenate([chosen, rows]), size, key)
        return replace(self, rows=chosen)

    def kept(self, keep: NDArray[np.bool_]) -> View:
        """Return the view of the rows where `keep`, shape (n_rows,), is True."""
        return replace(self, rows=self.numbers()[keep])

    def numbers(self) -> NDArray[np.int64]:
        """Return the rows' numbers, shape (n_rows,)."""
        return self._numbers(0, self.n_rows)

    def places(self, wanted: Any) -> list[int]:
        """Return where the wanted columns stand among the labels; None means all of them.

        Raises
        ------
        UnknownColumnError
            When a label is not there.
        ValueError
            When a label is wanted twice, or the table has it twice.
        """
        where = _where(self.labels)
        labels = list(self.labels) if wanted is None else _as_labels(wanted, where)
        unknown = [label for label in labels if label not in where]
        if unknown:
            raise self._unknown(unknown)
        if len(set(labels)) < len(labels):
            doubled = {label for label in labels if labels.count(label) > 1}
            source = "the table has" if wanted is None else "columns are named"
            raise ValueError(f"{source} more than once: {listing(doubled)}; rename or choose them")
        ambiguous = [label for label in labels if len(where[label]) > 1]
        if ambiguous:
            raise ValueError(f"the table has more than once: {listing(ambiguous)}; rename them")
        return [where[label][0] for label in labels]

    def wanted_positions(self, wanted: Sequence[Any]) -> list[int]:
        """Return where the columns that will be asked for stand in the table."""
        if not wanted or any(labels is None for labels in wanted):
            return self.positions
        where = _where(self.labels)
        chosen = {label for labels in wanted for label in _as_labels(labels, where)}
        return [self.positions[p] for label in chosen for p in where.get(label, [])]

    def place(self, label: Hashable) -> int:
        """Return where one column stands; raises as `places` does."""
        return self.places([label])[0]

    def _numbers(self, start: int, stop: int) -> NDArray[np.int64]:
        if isinstance(self.rows, np.ndarray):
            return self.rows[start:stop]
        return np.arange(start, stop, dtype=np.int64)

    def _unknown(self, unknown: list[Hashable]) -> UnknownColumnError:
        left_out = [label for label in unknown if label in _where(self.table.labels)]
        if left_out:
            return UnknownColumnError(
                f"the query's SELECT list leaves out {listing(left_out)}; it has "
                f"{listing(self.labels)}. Add the column to the list, or SELECT *"
            )
        return unknown_columns(unknown, self.labels)


def view_of(
    data: Any, query: str | None, *, ordered: bool = False, wanted: Sequence[Any] = ()
) -> View:
    """Return the rows and columns of the data that the query selects; all without a query.

    Parameters
    ----------
    data : any table that `pandas_mi.sources.as_table` takes
    query : str or None
    ordered : bool
        Whether the rows must stand as ORDER BY says; else they may stand as in the data.
    wanted : sequence of label or list of labels
        No other columns of the view will be asked for; any, if empty or with a None.
    """
    table = as_table(data)
    if query is None:
        view = View(table, table.labels, list(range(len(table.labels))))
        table.keep(view.wanted_positions(wanted))
        return view
    from pandas_mi import slicing  # imports sqlglot, which only queries need

    bound = slicing.bind(slicing.parse(query), list(table.labels))
    labels = [label for label, _ in bound.columns]
    positions = [position for _, position in bound.columns]
    view = View(table, _index(labels, positions, table.labels), positions)
    table.keep([*view.wanted_positions(wanted), *bound.needed])
    if table.cluster is not None:
        return replace(view, rows=selected(view, bound, _chunks(table, bound), ordered=ordered))
    selection = slicing.select(
        bound,
        lambda start, stop: chunk(table, bound.needed, start, stop),
        table.n_rows,
        ordered=ordered,
        runs=_runs(table, bound),
    )
    return replace(view, rows=selection.rows)


def _runs(table: Table, bound: Any) -> list[tuple[int, int]] | None:
    """Return the chunks to look for rows in, leaving out what statistics rule out."""
    if len(table.bounds) <= 2:
        return None
    runs = list(itertools.pairwise(table.bounds.tolist()))
    return [runs[place] for place in _chunks(table, bound)]


def _chunks(table: Table, bound: Any) -> list[int]:
    """Return the chunks that statistics do not rule out."""
    from pandas_mi import slicing

    return [
        place
        for place in range(len(table.bounds) - 1)
        if slicing.may_match(bound.where, partial(table.extremes, place))
    ]


def sampled_view(data: Any, options: Options, *wanted: Any) -> View:
    """Return the rows and columns that a call is about: the slice, then the sample of it.

    `wanted` is as `view_of` takes it.
    """
    view = view_of(data, options.slice_query, wanted=wanted)
    return view.sampled(options.sample_size, options.seed)


def _index(labels: list[Hashable], positions: list[int], source: pd.Index) -> pd.Index:
    """Keep the table's own kind of labels unless an alias was given."""
    own = source.take(positions)
    return own if list(own) == labels else pd.Index(labels, tupleize_cols=False)


def _where(labels: Iterable[Hashable]) -> dict[Hashable, list[int]]:
    where: dict[Hashable, list[int]] = {}
    for place, label in enumerate(labels):
        where.setdefault(label, []).append(place)
    return where


def _as_labels(wanted: Any, where: dict[Hashable, list[int]]) -> list[Hashable]:
    """Return one label, or several, as a list: a tuple is one where the table has it."""
    if isinstance(wanted, str) or not pd.api.types.is_list_like(wanted, allow_sets=False):
        return [wanted]
    if isinstance(wanted, tuple) and wanted in where:
        return [wanted]
    return list(wanted)
