"""Interleaved timing, and the rows of the table."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FULL, QUICK = "full", "quick"

# What a run is timed by: the wall clock, or the processor time of all threads, which a busy
# machine disturbs less (and which no thread can save).
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
_clock = "wall"


def use_clock(name: str) -> None:
    """Time every later run by this clock."""
    global _clock
    _clock = name


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `limit` bounds `ratio` from above when `at_most`, else from below.
    """

    case: str
    ours: float
    peer_name: str
    peer: float
    ratio: float
    limit: float
    at_most: bool = True
    unit: str = "s"
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return self.ratio <= self.limit if self.at_most else self.ratio >= self.limit

    @property
    def goal(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "goal": self.goal, "met": self.met}


def medians(functions: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Seconds that each takes: the median of `rounds` runs, taken in turn.

    Taking turns puts a slow moment of the machine on all of them alike.
    """
    clock = CLOCKS[_clock]
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            gc.collect()
            start = clock()
            function()
            times[name].append(clock() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def share(
    case: str, times: Mapping[str, float], peer: str, limit: float, ours: str = "ours"
) -> Row:
    """Our time as a share of the peer's, which is to be small."""
    return Row(case, times[ours], peer, times[peer], times[ours] / times[peer], limit)


def speedup(
    case: str, times: Mapping[str, float], peer: str, limit: float, ours: str = "ours"
) -> Row:
    """How many times faster than the peer we are, which is to be large."""
    ratio = times[peer] / times[ours]
    return Row(case, times[ours], peer, times[peer], ratio, limit, at_most=False)
