"""Columns whose joint counts are there already, rather than their rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.columns import Column
from pandas_mi.counting import Codes, JointCounts, SparsePair, Tables, joint_counts
from pandas_mi.encoding import Encoding
from pandas_mi.sources import Rows, Table

__all__ = ["CountedTable", "HeldCodes", "HeldTables", "held_tasks", "pair_counts"]

Ints = NDArray[np.int64]

_TASK_CELLS = 1 << 18  # 2 MB of counts that are worked on together


class Counts(Protocol):
    """The rows of each code of each column, and the joint counts of places i < j."""

    @property
    def own(self) -> Sequence[Ints]: ...
    @property
    def joint(self) -> Mapping[tuple[int, int], JointCounts]: ...


class HeldCodes(Codes):
    """A column of which counts are held, and no rows.

    Parameters
    ----------
    counts : Counts
    place : int
        Which of the columns it is.
    """

    def __init__(self, counts: Counts, place: int) -> None:
        self.__dict__.update(counts=counts, place=place)
        object.__setattr__(self, "cardinality", len(counts.own[place]) - 1)
        object.__setattr__(self, "missing", None)  # nobody has looked

    counts: Counts
    place: int

    @property
    def codes(self) -> NoReturn:
        """There are none."""
        raise no_rows()

    @property
    def any_missing(self) -> bool:
        """Whether code 0 occurs."""
        return bool(self.counts.own[self.place][0])

    @property
    def n_known(self) -> int:
        """Number of rows with a known value."""
        return int(self.counts.own[self.place][1:].sum())

    def joint(self, other: HeldCodes) -> JointCounts:
        """Return the table of this column, down, and another one."""
        one, two = self.place, other.place
        if one == two:
            cells = np.arange(len(self.counts.own[one])) * (self.cardinality + 2)
            return JointCounts((self.cardinality + 1,) * 2, self.counts.own[one], cells)
        if one < two:
            return self.counts.joint[one, two]
        return self.counts.joint[two, one].transposed()


def pair_counts(left: Codes, right: Codes) -> JointCounts:
    """Return the joint counts of two columns, counted now if they are not held."""
    if isinstance(left, HeldCodes) and isinstance(right, HeldCodes):
        return left.joint(right)
    return joint_counts(left, right)


@dataclass(frozen=True, slots=True)
class HeldTables:
    """The task of unfolding held counts of several pairs of one shape, which counts nothing.

    Attributes
    ----------
    pairs : tuple of (left, right)
        Places: each a column with itself, or none.
    keep_missing : bool
        Whether missing counts as a level.
    cost : float
        Estimated nanoseconds.
    """

    pairs: tuple[tuple[int, int], ...]
    keep_missing: bool
    cost: float

    @property
    def n_pairs(self) -> int:
        """Number of tables that come out."""
        return len(self.pairs)

    def count(self, columns: Mapping[int, Codes]) -> list[JointCounts]:
        """Return the counts of each pair."""
        return [pair_counts(columns[left], columns[right]) for left, right in self.pairs]

    def tables(self, counts: Sequence[JointCounts]) -> Iterator[Tables]:
        """Yield the tables of all pairs, those of one shape together."""
        left, right = np.array(self.pairs).T
        if self.pairs[0][0] == self.pairs[0][1]:
            own = np.stack([table.counts for table in counts])
            if not self.keep_missing:
                own[:, 0] = 0
            yield Tables.of_themselves(left, own)
        elif counts[0].cells is not None:
            for (one, two), table in zip(self.pairs, counts, strict=True):
                yield from SparsePair(one, two, self.keep_missing, self.cost).tables(table)
        else:
            stacked = np.stack([table.counts for table in counts])
            if not self.keep_missing:
                stacked[:, 0] = stacked[:, :, 0] = 0
            yield Tables.of(left, right, stacked)


def held_tasks(
    columns: Mapping[int, Codes], pairs: Iterable[tuple[int, int]], *, keep_missing: bool
) -> list[HeldTables]:
    """Lay out the tasks that unfold the counts held of some pairs of columns, each pair once."""
    alike: dict[Any, list[tuple[int, int]]] = {}
    # As they are held: another orientation of a sparse table would have to be sorted.
    once = dict.fromkeys((min(pair), max(pair)) for pair in pairs)
    sizes = {}
    for left, right in once:
        table = pair_counts(columns[left], columns[right])
        key = (left == right, table.shape, table.cells is None)
        alike.setdefault(key, []).append((left, right))
        sizes[key] = table.counts.size
    tasks = []
    for key, some in alike.items():
        step = max(1, _TASK_CELLS // max(sizes[key], 1))
        for start in range(0, len(some), step):
            run = tuple(some[start : start + step])
            cost = 5_000 + 10.0 * len(run) * sizes[key]
            tasks.append(HeldTables(run, keep_missing, cost))
    return tasks


class CountedTable(Table):
    """Rows that were counted and are gone: what stands for them where a table is expected.

    Parameters
    ----------
    labels : pandas.Index
    n_rows : int
    counts : Counts
    encodings : sequence of Encoding
    """

    def __init__(
        self, labels: pd.Index, n_rows: int, counts: Counts, encodings: Sequence[Encoding]
    ) -> None:
        self._labels, self._n_rows, self._counts = labels, n_rows, counts
        self._encodings = encodings

    @property
    def labels(self) -> pd.Index:
        """Names of the columns."""
        return self._labels

    @property
    def bounds(self) -> Ints:
        """The rows counted, as of one chunk."""
        return np.array([0, self._n_rows])

    def held(self, position: int) -> tuple[Hashable, HeldCodes, Encoding]:
        """Return the label, the codes and the encoding of one column."""
        codes = HeldCodes(self._counts, position)
        return self._labels[position], codes, self._encodings[position]

    def column(self, position: int, rows: Rows = None) -> Column:  # noqa: ARG002
        """Refuse: there are no rows."""
        raise no_rows()

    def frame(self, positions: list[int], rows: Rows) -> pd.DataFrame:  # noqa: ARG002
        """Refuse: there are no rows."""
        raise no_rows()


def no_rows() -> ValueError:
    """Return the error for what needs rows, which a tally has not."""
    return ValueError(
        "a tally holds counts of single columns and of pairs, and no rows; ask the data itself "
        "for what looks at rows, or at more than two columns together"
    )
