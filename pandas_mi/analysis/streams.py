"""The columns in play of what does not fit in memory: passes over its chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.gauge import Gauge
from pandas_mi.analysis.shares import Question, asked
from pandas_mi.analysis.view import View
from pandas_mi.columns import Column
from pandas_mi.counting import Codes
from pandas_mi.encoding import Bins, Encoding, Round, first_round

__all__ = ["Coder", "Learnt", "Stream", "StreamedCodes", "learnt", "passed"]

_PLANNED_ROWS = 1 << 22  # with more, no other plan would be cheaper

R = TypeVar("R")
Coder = Callable[[Column], NDArray[Any]]


def passed(
    view: View, functions: Mapping[int, Callable[[Column], R]], workers: int
) -> Generator[dict[int, R], None, None]:
    """Yield for each chunk what the functions make of the columns at their places.

    Columns are read and worked on by threads, one chunk ahead of what was yielded.
    """
    pool = ThreadPoolExecutor(workers)
    waiting: deque[dict[int, Future[R]]] = deque()

    def work(place: int, rows: Any) -> R:
        return functions[place](view.table.column(view.positions[place], rows))

    try:
        for rows in view.runs():
            waiting.append({place: pool.submit(work, place, rows) for place in functions})
            if len(waiting) > 1:
                yield _results(waiting.popleft())
        while waiting:
            yield _results(waiting.popleft())
    finally:  # after Ctrl-C, or an error: what has begun is waited for, the rest is dropped
        pool.shutdown(cancel_futures=True)


def _results(futures: dict[int, Future[R]]) -> dict[int, R]:
    return {place: future.result() for place, future in futures.items()}


@dataclass(frozen=True, slots=True)
class Learnt:
    """An encoding, and of how many rows the value is known; None where nobody counted."""

    encoding: Encoding
    known: int | None = None


def learnt(
    view: View, settings: Mapping[int, Bins], workers: int, gauge: Gauge
) -> dict[int, Learnt]:
    """Learn the encoding of each place, in as many passes as the slowest needs."""
    results: dict[int, Encoding | Round] = {
        place: first_round(view.sketch(place), setting) for place, setting in settings.items()
    }
    known: dict[int, int] = {}
    passes = 3  # a look, perhaps a closer one, and the counting
    while rounds := {p: one for p, one in results.items() if not isinstance(one, Encoding)}:
        gauge.expect(passes)
        passes = 2
        found = asked(view, _Looks(rounds, list(view.labels)), workers, gauge)
        for place, one in rounds.items():
            known[place] = found[place].n
            results[place] = one.settle(found[place])
    return {
        place: Learnt(encoding, known.get(place))
        for place, encoding in results.items()
        if isinstance(encoding, Encoding)
    }


@dataclass(frozen=True)
class _Looks(Question[dict[int, Any]]):
    """The question what the rows tell the rounds of each place."""

    rounds: Mapping[int, Round]
    labels: Sequence[Hashable]

    def look(self, view: View, workers: int, gauge: Gauge) -> dict[int, Any]:
        looks = {place: one.look for place, one in self.rounds.items()}
        with closing(passed(view, looks, workers)) as chunks:
            return reduce(self._sum, gauge.passing(chunks))

    def add(self, found: dict[int, Any], more: dict[int, Any]) -> dict[int, Any]:
        return self._sum(found, more)

    def packed(self, found: dict[int, Any]) -> dict[int, Any]:
        return {place: self.rounds[place].packed(one) for place, one in found.items()}

    def _sum(self, found: dict[int, Any], more: dict[int, Any]) -> dict[int, Any]:
        return {place: self._added(place, found[place], more[place]) for place in found}

    def _added(self, place: int, found: Any, more: Any) -> Any:
        try:
            return self.rounds[place].add(found, more)
        except ValueError as error:
            raise ValueError(f"column {self.labels[place]!r} has {error}") from None


@dataclass(frozen=True)
class Stream:
    """A view whose columns in play become codes chunk by chunk.

    Attributes
    ----------
    view : View
    coders : mapping of place to callable
        Each turns a Column of n rows into codes, shape (n,).
    workers : int
        Threads.
    gauge : Gauge
    """

    view: View
    coders: Mapping[int, Coder]
    workers: int
    gauge: Gauge


@dataclass(frozen=True)
class _Coding(Question[NDArray[Any]]):
    """The question for the codes of one place."""

    coder: Coder
    place: int

    def look(self, view: View, workers: int, gauge: Gauge) -> NDArray[Any]:
        with closing(passed(view, {self.place: self.coder}, workers)) as runs:
            return np.concatenate([run[self.place] for run in gauge.passing(runs)])

    def add(self, found: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([found, more])


class StreamedCodes(Codes):
    """Codes of a column of a stream, which are not in memory until somebody asks for them.

    Parameters
    ----------
    stream : Stream
    place : int
    cardinality : int
    known : int or None
        Rows with a known value; None where nobody counted.
    """

    def __init__(self, stream: Stream, place: int, cardinality: int, known: int | None) -> None:
        self.__dict__.update(stream=stream, place=place, _known=known)
        object.__setattr__(self, "cardinality", cardinality)
        object.__setattr__(self, "missing", None)  # nobody has looked

    stream: Stream
    place: int
    _known: int | None

    @cached_property
    def codes(self) -> NDArray[Any]:
        """The codes of all rows: a pass over the column, and 1, 2 or 4 bytes a row."""
        stream = self.stream
        coding = _Coding(stream.coders[self.place], self.place)
        return asked(stream.view, coding, stream.workers, Gauge(False, 0))

    @property
    def any_missing(self) -> bool:
        """Whether code 0 may occur."""
        return self._known is None or self._known < self.stream.view.n_rows

    @property
    def n_known(self) -> int:
        """Number of rows with a known value."""
        return self._known if self._known is not None else int(np.count_nonzero(self.codes))

    def stand_in(self) -> Codes:
        """Return codes from which the counting can be planned: as many as matter for that."""
        lowest = np.uint8(0 if self.any_missing else 1)
        rows = min(self.stream.view.n_rows, _PLANNED_ROWS)
        return _StandIn(np.broadcast_to(lowest, rows), self.cardinality)


class _StandIn(Codes):
    """As many codes as there will be, all of them the lowest."""

    @property
    def any_missing(self) -> bool:
        """Whether code 0 may occur: the first one tells, where looking at all takes 4 ms."""
        return not self.codes[:1].all()
