"""Slice queries against DuckDB and pandas on 5 million rows; numexpr against NumPy in blocks.

Run ``python -m benchmarks.slicing [rows]``. All contenders take turns in one process; the table
shows medians in milliseconds, and whether the goal for the ratio is met.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numexpr
import numpy as np
import pandas as pd

import pandas_mi  # noqa: F401  (registers DataFrame.mi)
from pandas_mi import analysis
from pandas_mi.slicing import bind, fused, parse, select
from pandas_mi.slicing import rows as choosing
from pandas_mi.sources import as_table, chunk

WHERE = "f0 < 5 AND f1 > -3 AND k < 500"
COLUMNS = ["f0", "f1", "k", "f2"]
CITIES = [f"city{number:02d}" for number in range(20)]
EXPRESSIONS = {
    "linear, 2 operations": "2 * f0 + f1 > 3",
    "linear, 4": "2 * f0 + 3 * f1 - f2 > 3",
    "polynomial, 7": "f0 * f0 * f1 + 2 * f0 * f1 - f1 * f2 > 3",
    "polynomial, 12": "((f0 * f1 + f2) * f0 + f1) * f2 + ((f2 * f1 + f0) * f1 + f2) * f0 * f2 > 3",
    "square root, 6": "sqrt(f0 * f0 + f1 * f1 + f2 * f2) > 3",
    "quotient, 3": "f0 / f1 + f1 / f2 > 3",
}
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


def medians(jobs: dict[str, Job], turns: int = 7) -> dict[str, float]:
    """Return each job's median time in milliseconds; the jobs take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(turns):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - start)
    return {name: 1000 * statistics.median(found) for name, found in times.items()}


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
    """Print the medians, ratios and goals."""
    print(f"{len(frame):,} rows, {count(frame, WHERE) / len(frame):.0%} kept; medians in ms\n")
    print(f"{'':24}{'ours':>9}{'other':>9}{'ratio':>8}{'goal':>7}")
    for name, jobs, limits in goals(frame):
        found = medians(jobs)
        for other, goal in limits.items():
            ratio = found["ours"] / found[other]
            verdict = "met" if ratio <= goal else "not met"
            label = f"{name} / {other}"
            print(
                f"{label:32}{found['ours']:9.2f}{found[other]:9.2f}"
                f"{ratio:8.2f}{goal:7.1f}  {verdict}"
            )


def show_fused(frame: pd.DataFrame) -> None:
    """Print numexpr's fused arithmetic against NumPy in blocks."""
    print(f"\n{'':24}{'numexpr 1':>11}{'NumPy 1':>11}{'numexpr 2':>11}{'NumPy 2':>11}   threads")
    preferred, cores = fused.preferred, choosing._cores
    for name, query in EXPRESSIONS.items():
        found: list[float] = []
        for threads in (1, 2):
            numexpr.set_num_threads(threads)
            choosing._cores = lambda threads=threads: threads  # type: ignore[misc]
            jobs = {str(way): computed(frame, query, way) for way in (True, False)}
            found += medians(jobs, 5).values()
        print(f"{name:24}" + "".join(f"{value:11.2f}" for value in found))
    fused.preferred, choosing._cores = preferred, cores


def computed(frame: pd.DataFrame, query: str, by_numexpr: bool) -> Job:
    """Return the job that evaluates a query one way or the other."""

    def job() -> int:
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
