"""Slice queries against DuckDB and pandas on 5 million rows; numexpr against NumPy in blocks.

Run ``python -m benchmarks.slicing [rows]``. All contenders take turns in one process; the tables
show medians in milliseconds, and whether the goal for the ratio is met. On a busy machine threads
wait for a core, and the processor time of all threads says more than the wall clock.
"""

from __future__ import annotations

import operator
import os
import statistics
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import numexpr
import numpy as np
import pandas as pd

import pandas_mi  # noqa: F401  (registers DataFrame.mi)
from benchmarks.measure import CLOCKS
from pandas_mi import analysis
from pandas_mi.slicing import bind, fused, parse, select
from pandas_mi.slicing import rows as choosing
from pandas_mi.sources import as_table, chunk

WHERE = "f0 < 5 AND f1 > -3 AND k < 500"
COLUMNS = ["f0", "f1", "k", "f2"]
CITIES = [f"city{number:02d}" for number in range(20)]
WAYS = [(threads, fuse) for threads in (1, 2) for fuse in (True, False)]
Job = Callable[[], Any]


def table(n: int) -> pd.DataFrame:
    """Return n rows of which WHERE keeps 19 %."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 20, n).astype(np.int8)
    frame = pd.DataFrame(
        {
            "f0": rng.normal(4, 4, n),
            "f1": rng.normal(0, 4, n),
            "k": rng.integers(0, 1200, n),
            "f2": rng.random(n) + 0.5,
            "c": pd.Categorical.from_codes(codes, CITIES),
        }
    )
    frame["s"] = pd.Series(np.array(CITIES, dtype=object)[codes], dtype="str")
    return frame


def count(frame: pd.DataFrame, query: str) -> int:
    """Return how many rows a query selects."""
    source = as_table(frame)
    bound = bind(parse(query), list(frame.columns))
    return len(select(bound, lambda a, b: chunk(source, bound.needed, a, b), len(frame)))


def expressions() -> dict[str, str]:
    """Return arithmetic of growing length: name and operations, and the predicate."""
    names = ["f0", "f1", "f2"]
    found = {}
    for n in (1, 2, 4, 8):
        terms = [f"{i + 2} * {names[i % 3]}" for i in range(n)]
        found[f"linear, {2 * n - 1}"] = f"{' + '.join(terms)} > 3"
    for n in (1, 2, 4, 8):
        text = "f0"
        for i in range(n):
            text = f"({text} * {names[(i + 1) % 3]} + {names[i % 3]})"
        found[f"polynomial, {2 * n}"] = f"{text} > 3"
    for n in (1, 2, 3, 6):
        squares = [f"{names[i % 3]} * {names[i % 3]}" for i in range(n)]
        found[f"square root, {2 * n}"] = f"sqrt({' + '.join(squares)}) > 3"
    found["quotient, 3"] = "f0 / f1 + f1 / f2 > 3"
    return found


def medians(jobs: dict[str, Job], turns: int = 9) -> dict[str, dict[str, float]]:
    """Return each job's median time in milliseconds by each clock; the jobs take turns."""
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in jobs}
    for _ in range(turns):
        for name, job in jobs.items():
            start = [clock() for clock in CLOCKS.values()]
            job()
            ends = [clock() for clock in CLOCKS.values()]
            times[name].append(tuple(map(operator.sub, ends, start)))
    return {
        name: {
            clock: 1000 * statistics.median(column)
            for clock, column in zip(CLOCKS, zip(*found, strict=True), strict=True)
        }
        for name, found in times.items()
    }


def goals(frame: pd.DataFrame) -> list[tuple[str, dict[str, Job], dict[str, float]]]:
    """Return what is measured: a name, the contenders, and the goal against each."""
    duck = duckdb.connect()
    duck.register("frame", frame)
    shown = ", ".join(COLUMNS)
    query = f"SELECT {shown} FROM frame WHERE {WHERE}"

    def mask() -> pd.Series:
        return (frame.f0 < 5) & (frame.f1 > -3) & (frame.k < 500)

    def ask(sql: str) -> Job:
        return lambda: analysis.slice(frame, sql)

    return [
        (
            "count",
            {
                "ours": lambda: count(frame, WHERE),
                "DuckDB": duck_count(duck),
                "pandas": lambda: int(mask().sum()),
            },
            {"DuckDB": 0.5, "pandas": 0.4},
        ),
        (
            "materialise 4 columns",
            {
                "ours": ask(query),
                "DuckDB": lambda: duck.execute(query).df(),
                "pandas": lambda: frame.loc[mask(), COLUMNS],
            },
            {"DuckDB": 0.6, "pandas": 0.7},
        ),
        (
            "LIMIT 100",
            {
                "ours": ask(f"{query} LIMIT 100"),
                "DuckDB": lambda: duck.execute(f"{query} LIMIT 100").df(),
            },
            {"DuckDB": 0.5},
        ),
        *text_goals(frame),
    ]


def duck_count(duck: duckdb.DuckDBPyConnection) -> Job:
    """Return the job that counts with DuckDB."""
    return lambda: duck.execute(f"SELECT count(*) FROM frame WHERE {WHERE}").fetchone()


def text_goals(frame: pd.DataFrame) -> list[tuple[str, dict[str, Job], dict[str, float]]]:
    """Return the rows for categories and strings."""
    wanted = ["city03", "city07"]
    listed = "IN ('city03', 'city07')"
    jobs: dict[str, tuple[str, Job]] = {
        "category IN": (f"c {listed}", lambda: int(frame.c.isin(wanted).sum())),
        "category LIKE": (
            "c LIKE '%y1_'",
            lambda: int(frame.c.str.contains("y1.$", regex=True).sum()),
        ),
        "string IN": (f"s {listed}", lambda: int(frame.s.isin(wanted).sum())),
        "string LIKE prefix%": (
            "s LIKE 'city1%'",
            lambda: int(frame.s.str.startswith("city1").sum()),
        ),
        "string LIKE %_": (
            "s LIKE '%y1_'",
            lambda: int(frame.s.str.contains("y1.$", regex=True).sum()),
        ),
    }
    return [
        (
            name,
            {"ours": lambda query=query: count(frame, query), "pandas": theirs},
            {"pandas": 0.5},
        )
        for name, (query, theirs) in jobs.items()
    ]


def show_goals(frame: pd.DataFrame) -> None:
    """Print the medians, ratios and goals, which the wall clock is to meet."""
    print(f"{len(frame):,} rows, {count(frame, WHERE) / len(frame):.0%} kept; load {load()}")
    print("medians in ms, by the wall clock and by the processor time of all threads\n")
    print(f"{'':32}{'ours':>8}{'other':>8}{'ratio':>7}{'ours':>8}{'other':>8}{'ratio':>7}  goal")
    for name, jobs, limits in goals(frame):
        found = medians(jobs)
        for other, goal in limits.items():
            label = f"{name} / {other}"
            figures, ratios = "", []
            for clock in CLOCKS:
                ours, theirs = found["ours"][clock], found[other][clock]
                ratios.append(ours / theirs)
                figures += f"{ours:8.2f}{theirs:8.2f}{ratios[-1]:7.2f}"
            verdict = "met" if ratios[0] <= goal else "not met"
            print(f"{label:32}{figures}{goal:6.1f}  {verdict}")


def load() -> str:
    """Return what else the machine does: processes that want to run, over the last minute."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def show_fused(frame: pd.DataFrame) -> None:
    """Print numexpr's fused arithmetic against NumPy in blocks, by both clocks."""
    heads = [f"{'numexpr' if fuse else 'NumPy'} {threads}" for threads, fuse in WAYS]
    print(f"\nwall and processor time in ms by threads; load {load()}")
    print(f"{'expression, operations':24}" + "".join(f"{head:>16}" for head in heads))
    preferred, cores = fused.preferred, choosing._cores
    for name, query in expressions().items():
        jobs = {head: computed(frame, query, *way) for head, way in zip(heads, WAYS, strict=True)}
        found = medians(jobs, 5)
        cells = (f"{found[head]['wall']:.1f} {found[head]['cpu']:.1f}" for head in heads)
        print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells))
    fused.preferred, choosing._cores = preferred, cores


def computed(frame: pd.DataFrame, query: str, threads: int, by_numexpr: bool) -> Job:
    """Return the job that evaluates a query one way or the other, on so many threads."""

    def job() -> int:
        numexpr.set_num_threads(threads)
        choosing._cores = lambda: threads
        fused.preferred = lambda where, n_rows: by_numexpr
        return count(frame, query)

    return job


def main() -> None:
    """Print both tables."""
    frame = table(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
    show_goals(frame)
    show_fused(frame)


if __name__ == "__main__":
    main()
