"""The columns in play as codes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pandas_mi.analysis.grid import pair_entropies
from pandas_mi.analysis.options import BinsOption, Options
from pandas_mi.analysis.view import View
from pandas_mi.analysis.work import mapped, thread_count
from pandas_mi.columns import Column, Kind
from pandas_mi.counting import Codes
from pandas_mi.encoding import AUTO, Bins, Encoding, encode
from pandas_mi.errors import HighCardinalityWarning, listing, unknown_columns, warn

__all__ = ["Encoded", "encoded", "pair_entropies", "presence", "warn_many_levels"]

_MANY_LEVELS = 50  # a column by value with no more than this is never warned of
_WORTH_THREADS = 500_000  # values to encode: 5 ms or more, where starting threads costs up to 1


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
    _check_known(view, options.bins)
    view = _missing_settled(view, places, options)
    workers = thread_count(options.threads) if view.n_rows * len(places) > _WORTH_THREADS else 1
    done = mapped(lambda place: _encoded(view, place, options.bins), places, workers)
    return dict(zip(places, done, strict=True))


def presence(view: View, places: Iterable[int], options: Options) -> dict[int, Codes]:
    """Return the columns as codes that only tell known (1) from missing (0)."""
    places = list(dict.fromkeys(places))
    view = _missing_settled(view, places, options)
    return {place: Codes(_known(view.column(place)).view(np.uint8), 1) for place in places}


def warn_many_levels(columns: Iterable[Encoded]) -> None:
    """Warn once of all columns whose levels are too many for plug-in estimates."""
    found = {}
    for column in columns:
        levels = column.codes.cardinality
        used = np.count_nonzero(column.codes.codes)
        if column.encoding.cuts is None and levels > max(_MANY_LEVELS, used / 2):
            found[column.label] = f"{levels} levels in {used} rows"
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
    keep = np.ones(view.n_rows, dtype=np.bool_)
    found = {}
    for place in places:
        column = view.column(place)
        if column.missing is not None:
            keep &= ~column.missing
            found[view.labels[place]] = column.n_missing
    if found and options.missing == "raise":
        rows = ", ".join(f"{label!r} ({n} rows)" for label, n in found.items())
        raise ValueError(
            f"missing values in {rows}; missing='pairwise' uses the rows where both columns of a "
            "pair are known, 'listwise' those where all are, 'category' takes missing as a level"
        )
    return view.kept(keep) if found else view


def _known(column: Column) -> Any:
    return np.ones(len(column), dtype=np.bool_) if column.missing is None else ~column.missing


def _check_known(view: View, bins: BinsOption) -> None:
    if isinstance(bins, Mapping):
        known = {*view.labels, *view.table.labels}
        unknown = [label for label in bins if label not in known]
        if unknown:
            raise unknown_columns(unknown, view.labels)


def _encoded(view: View, place: int, bins: BinsOption) -> Encoded:
    label, column = view.labels[place], view.column(place)
    setting = _setting(label, column, bins)
    try:
        codes, encoding = encode(column, setting)
    except (TypeError, ValueError) as error:
        raise type(error)(f"bins for column {label!r}: {error}") from None
    return Encoded(label, Codes(codes, encoding.cardinality), encoding)


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
