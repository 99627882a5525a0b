"""One question to all rows of a view: answered here, or by other processes in shares.

Here the view is worked on as a whole, by threads. Where its table is on a cluster, each task
answers for the rows of its share exactly as it is done here, and the answers of neighbours are
added up, so that the result alone comes back. Both give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from pandas_mi.analysis.gauge import Gauge
from pandas_mi.sources import Fold, Part, Rows, Table, parts, shares_of

if TYPE_CHECKING:
    from pandas_mi.analysis.view import View

__all__ = ["Question", "asked"]

R = TypeVar("R")


class Question(Protocol[R]):
    """What is asked of the rows of a view; it can be pickled."""

    def look(self, view: View, workers: int, gauge: Gauge) -> R:
        """Return what the rows of a view tell, worked on by so many threads."""

    def add(self, found: R, more: R) -> R:
        """Return what some rows and the next ones tell together, changing neither."""

    def packed(self, found: R) -> R:
        """Return what was found in fewer bytes, where that can be, to be sent."""
        return found


def asked(
    view: View,
    question: Question[R],
    workers: int,
    gauge: Gauge,
    only: Sequence[Part] | None = None,
) -> R:
    """Return what all rows of the view tell, or only some of its table."""
    cluster = view.table.cluster
    if cluster is None or view.n_rows == 0:
        return question.look(view, workers, gauge)
    fold = _OnShares(replace(view, table=None, rows=None), question)  # type: ignore[arg-type]
    some = shares_of(view.table, parts(view.table.bounds, view.rows) if only is None else only)
    return cluster.folded(view.table, some, fold, gauge.done if gauge.watched else None)


@dataclass(frozen=True)
class _OnShares(Fold[R]):
    """A question put to one share after the other."""

    view: View  # without table and rows
    question: Question[R]

    def look(self, table: Table, rows: Rows) -> R:
        view = replace(self.view, table=table, rows=rows)
        return self.question.packed(self.question.look(view, 1, Gauge(False, 0)))

    def add(self, found: R, more: R) -> R:
        return self.question.add(found, more)

    def packed(self, found: R) -> R:
        return self.question.packed(found)
