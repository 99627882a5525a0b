"""The columns in play as codes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.gathered import gathered
from pandas_mi.analysis.gauge import Gauge
from pandas_mi.analysis.held import CountedTable
from pandas_mi.analysis.options import BinsOption, Options
from pandas_mi.analysis.shares import Question, asked
from pandas_mi.analysis.streams import Stream, StreamedCodes, learnt, passed
from pandas_mi.analysis.view import View
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.columns import Column, Kind
from pandas_mi.counting import Codes
from pandas_mi.encoding import AUTO, Bins, Encoding, applied, encode
from pandas_mi.errors import HighCardinalityWarning, listing, unknown_columns, warn

__all__ = ["Encoded", "complete", "encoded", "presence", "warn_many_levels"]

_MANY_LEVELS = 50  # a column by value with no more than this is never warned of
_WORTH_THREADS = 500_000  # values to encode: 5 ms or more, where starting threads costs up to 1
# Rows of a column: Arrow takes text without the interpreter, but numbers take so many calls that
# two threads need 1.5 times as long as one with 50,000 rows, and 2.6 times with 10,000.
_WORTH_TEXT, _WORTH_NUMBERS = 20_000, 200_000


@dataclass(frozen=True)
class Encoded:
    """One column in play: its label, its codes, and how they were learnt."""

    label: Hashable
    codes: Codes
    encoding: Encoding


def encoded(view: View, places: Iterable[int], options: Options) -> dict[int, Encoded]:
    """Return the columns at these places of the view as codes, by place.

    Rows with a missing value are dropped or refused first where `options.missing` says so.
    """
    places = list(dict.fromkeys(places))
    if isinstance(view.table, CountedTable):
        return {place: Encoded(*view.table.held(view.positions[place])) for place in places}
    _check_known(view, options.bins)
    if view.disordered:
        return _as_ordered(view, places, options)
    view = _missing_settled(_near(view, places), places, options)
    if view.streamed:
        return _streamed(view, places, options)
    view = _near(view, places)
    done: dict[int, Encoded] = {}
    for some, workers in _shifts(view, places, thread_count(options.threads)):
        found = mapped(partial(_encoded, view, options.bins), some, workers)
        done.update(zip(some, found, strict=True))
    return {place: done[place] for place in places}


def complete(view: View, places: Iterable[int], options: Options) -> View:
    """Return the view without the rows that `options.missing` drops, or refuse them."""
    places = list(places)
    return _missing_settled(_near(view, places), places, options)


def presence(view: View, places: Iterable[int], options: Options) -> dict[int, Codes]:
    """Return the columns as codes that only tell known (1) from missing (0)."""
    places = list(dict.fromkeys(places))
    view = _missing_settled(_near(view, places), places, options)
    if view.streamed:
        stream = Stream(
            view,
            dict.fromkeys(places, _presence),
            thread_count(options.threads),
            _gauge(view, options),
        )
        return {place: StreamedCodes(stream, place, 1, None) for place in places}
    view = _near(view, places)
    return {place: Codes(_presence(view.column(place)), 1) for place in places}


def _near(view: View, places: Sequence[int]) -> View:
    """Bring the columns at these places here, if they are elsewhere and of few rows."""
    return view if view.streamed else gathered(view, places)


def _as_ordered(view: View, places: Sequence[int], options: Options) -> dict[int, Encoded]:
    """Encode the rows as they stand in the table, and put their codes in the view's order."""
    order = np.argsort(view.numbers())
    ascending = replace(view, rows=view.numbers()[order])
    back = np.argsort(order)
    return {
        place: replace(one, codes=Codes(one.codes.codes[back], one.codes.cardinality))
        for place, one in encoded(ascending, places, options).items()
    }


def warn_many_levels(columns: Iterable[Encoded]) -> None:
    """Warn once of all columns whose levels are too many for plug-in estimates."""
    found = {}
    for column in columns:
        levels = column.codes.cardinality
        if column.encoding.cuts is not None or levels <= _MANY_LEVELS:
            continue
        if levels > column.codes.n_known / 2:
            found[column.label] = f"{levels} levels in {column.codes.n_known} rows"
    if found:
        detail = "; ".join(f"{label!r}: {text}" for label, text in list(found.items())[:5])
        warn(
            f"plug-in mutual information is inflated for {listing(found)}, taken by value "
            f"({detail}{'; …' if len(found) > 5 else ''}): almost every row is a level of its "
            "own. Leave such columns out, group their rare levels, or set bins= if numeric",
            HighCardinalityWarning,
        )


def _missing_settled(view: View, places: list[int], options: Options) -> View:
    """Drop the rows with a missing value (listwise), or refuse them (raise)."""
    if options.missing not in ("listwise", "raise"):
        return view
    keep, found = _complete(view, places, options)
    if found and options.missing == "raise":
        rows = ", ".join(f"{label!r} ({n} rows)" for label, n in found.items())
        raise ValueError(
            f"missing values in {rows}; missing='pairwise' uses the rows where both columns of a "
            "pair are known, 'listwise' those where all are, 'category' takes missing as a level"
        )
    return view.kept(keep) if found else view


def _complete(
    view: View, places: list[int], options: Options
) -> tuple[NDArray[np.bool_], dict[Hashable, int]]:
    """Return which rows miss nothing, and by label how many rows miss a value, if any do."""
    workers = thread_count(options.threads) if view.streamed else 1
    runs, missing = asked(view, _Missing(places), workers, Gauge(False, 0))
    known = [np.unpackbits(bits, count=n).view(np.bool_) for n, bits in runs]
    keep = np.concatenate(known) if known else np.ones(0, dtype=np.bool_)
    return keep, {view.labels[place]: n for place, n in missing.items() if n}


Marks = tuple[int, NDArray[np.uint8]]  # so many rows, and for each a bit


@dataclass(frozen=True)
class _Missing(Question[tuple[list[Marks], dict[int, int]]]):
    """The question which rows miss no value at some places, and how many do at each."""

    places: list[int]

    def look(self, view: View, workers: int, gauge: Gauge) -> tuple[list[Marks], dict[int, int]]:
        marks: list[Marks] = []
        missing = dict.fromkeys(self.places, 0)
        masks = dict.fromkeys(self.places, attrgetter("missing"))
        with closing(passed(view, masks, workers)) as runs:
            for rows, run in zip(view.run_lengths(), gauge.passing(runs), strict=True):
                keep = np.ones(rows, dtype=np.bool_)
                for place, mask in run.items():
                    if mask is not None:
                        keep &= ~mask
                        missing[place] += int(np.count_nonzero(mask))
                marks.append((rows, np.packbits(keep)))
        return marks, missing

    def add(self, found: Any, more: Any) -> tuple[list[Marks], dict[int, int]]:
        missing = {place: n + more[1][place] for place, n in found[1].items()}
        return [*found[0], *more[0]], missing


def _presence(column: Column) -> NDArray[np.uint8]:
    known = np.ones(len(column), np.bool_) if column.missing is None else ~column.missing
    return known.view(np.uint8)


def _check_known(view: View, bins: BinsOption) -> None:
    if isinstance(bins, Mapping):
        known = {*view.labels, *view.table.labels}
        unknown = [label for label in bins if label not in known]
        if unknown:
            raise unknown_columns(unknown, view.labels)


def _shifts(view: View, places: list[int], threads: int) -> list[tuple[list[int], int]]:
    """Return which columns to encode after each other, and by how many threads.

    Threads that all encode numbers wait for each other, so text is spread among the numbers; it
    takes several times as long, and no thread is to be left with it alone at the end.
    """
    alone = threads == 1 or len(places) == 1
    if alone or view.n_rows < _WORTH_TEXT or view.n_rows * len(places) < _WORTH_THREADS:
        return [(places, 1)]
    numbers = [place for place in places if isinstance(view.sketch(place).values, np.ndarray)]
    texts = [place for place in places if place not in numbers]
    if view.n_rows < _WORTH_NUMBERS:
        return [(texts, threads), (numbers, 1)]
    shares = [(n / len(some), place) for some in (texts, numbers) for n, place in enumerate(some)]
    return [([place for _, place in sorted(shares, key=itemgetter(0))], threads)]


def _encoded(view: View, bins: BinsOption, place: int) -> Encoded:
    label, column = view.labels[place], view.column(place)
    setting = _setting(label, column, bins)
    try:
        codes, encoding = encode(column, setting)
    except (TypeError, ValueError) as error:
        raise type(error)(f"bins for column {label!r}: {error}") from None
    found = Codes(codes, encoding.cardinality, missing=column.missing is not None)
    return Encoded(label, found, encoding)


def _streamed(view: View, places: list[int], options: Options) -> dict[int, Encoded]:
    """Learn the encodings chunk by chunk; codes are made, chunk by chunk again, when counted."""
    workers, gauge = thread_count(options.threads), _gauge(view, options)
    table = view.table.settled([view.positions[place] for place in places], view.rows)
    view = replace(view, table=table)
    settings = {
        place: _setting(view.labels[place], view.sketch(place), options.bins) for place in places
    }
    found = learnt(view, settings, workers, gauge)
    coders = {place: partial(applied, one.encoding) for place, one in found.items()}
    stream = Stream(view, coders, workers, gauge)
    return {
        place: Encoded(
            view.labels[place],
            StreamedCodes(stream, place, one.encoding.cardinality, one.known),
            one.encoding,
        )
        for place, one in found.items()
    }


def _gauge(view: View, options: Options) -> Gauge:
    return Gauge(options.progress, sum(1 for _ in view.run_lengths()))


def _setting(label: Hashable, column: Column, bins: BinsOption) -> Bins:
    """Return the setting of one column; one of its own must fit its kind."""
    if not isinstance(bins, Mapping):
        return bins
    setting = bins.get(label, AUTO)
    if not (setting is None or setting == AUTO or column.numeric or column.kind is Kind.NULL):
        held = "a category" if column.categorical else column.kind
        raise ValueError(
            f"bins for column {label!r} ({held}): it is discrete and taken by value; "
            "leave it out of bins=, or give None"
        )
    return setting
