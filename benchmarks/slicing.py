"""Slice queries against DuckDB and pandas; numexpr against NumPy in blocks.

``python -m benchmarks --only slicing`` runs the first, as any group. ``python -m benchmarks.slicing
[rows]`` prints the second: float arithmetic as one fused expression and operation by operation, in
milliseconds by the wall clock and by the processor time of all threads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import duckdb
import numexpr
import numpy as np
import pandas as pd

import pandas_mi  # noqa: F401  (registers DataFrame.mi)
from benchmarks.measure import CLOCKS, FULL, Row, medians, share, use_clock
from pandas_mi import analysis
from pandas_mi.slicing import bind, fused, parse, select
from pandas_mi.slicing import rows as choosing
from pandas_mi.sources import as_table, chunk

WHERE = "f0 < 5 AND f1 > -3 AND k < 500"
COLUMNS = ["f0", "f1", "k", "f2"]
QUERY = f"SELECT {', '.join(COLUMNS)} FROM frame WHERE {WHERE}"
LIMITED = f"{QUERY} LIMIT 100"
CITIES = [f"city{number:02d}" for number in range(20)]
WORDS = ["a", "abc", "x1", "city", "cityy", "city07", "longer town", "a long name of a town"]
WAYS = [(threads, fuse) for threads in (1, 2) for fuse in (True, False)]


def rows(size: str, rounds: int) -> Iterator[Row]:
    frame = table(5_000_000 if size == FULL else 50_000)
    duck = duckdb.connect()
    duck.register("frame", frame)
    _check(frame, duck)
    yield from _numbers(frame, duck, rounds)
    yield from _texts(frame, rounds)


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
    for name, texts in (("s", CITIES), ("v", WORDS)):
        held = np.array(texts, dtype=object)[codes % len(texts)]
        frame[name] = pd.Series(held, dtype="str")
    return frame


def count(frame: pd.DataFrame, query: str) -> int:
    """Return how many rows a query selects."""
    source = as_table(frame)
    bound = bind(parse(query), list(frame.columns))
    return len(select(bound, lambda a, b: chunk(source, bound.needed, a, b), len(frame)))


def _check(frame: pd.DataFrame, duck: duckdb.DuckDBPyConnection) -> None:
    """The rows that we select are the peers', and their values."""
    assert count(frame, WHERE) == _duck_count(duck) == int(_mask(frame).sum())
    ours = analysis.slice(frame, QUERY)
    pd.testing.assert_frame_equal(ours, frame.loc[_mask(frame), COLUMNS])
    pd.testing.assert_frame_equal(ours.reset_index(drop=True), duck.execute(QUERY).df())
    pd.testing.assert_frame_equal(analysis.slice(frame, LIMITED), ours.head(100))


def _mask(frame: pd.DataFrame) -> pd.Series:
    return (frame.f0 < 5) & (frame.f1 > -3) & (frame.k < 500)


def _duck_count(duck: duckdb.DuckDBPyConnection) -> int:
    return int(duck.execute(f"SELECT count(*) FROM frame WHERE {WHERE}").fetchall()[0][0])


def _numbers(frame: pd.DataFrame, duck: duckdb.DuckDBPyConnection, rounds: int) -> Iterator[Row]:
    """Three comparisons: how many rows, some columns of them, the first of them."""
    times = medians(
        {
            "ours": lambda: count(frame, WHERE),
            "DuckDB": lambda: _duck_count(duck),
            "pandas masks": lambda: int(_mask(frame).sum()),
        },
        3 * rounds,
    )
    for peer, limit in (("DuckDB", 0.5), ("pandas masks", 0.4)):
        yield share(f"count of a slice of {len(frame):,} rows", times, peer, limit)
    times = medians(
        {
            "ours": lambda: analysis.slice(frame, QUERY),
            "DuckDB": lambda: duck.execute(QUERY).df(),
            "df.loc[mask, columns]": lambda: frame.loc[_mask(frame), COLUMNS],
        },
        2 * rounds,
    )
    for peer, limit in (("DuckDB", 0.6), ("df.loc[mask, columns]", 0.7)):
        yield share(f"4 columns of a slice of {len(frame):,} rows", times, peer, limit)
    run = {
        "ours": lambda: analysis.slice(frame, LIMITED),
        "DuckDB": lambda: duck.execute(LIMITED).df(),
    }
    yield share("LIMIT 100 of a slice", medians(run, 10 * rounds), "DuckDB", 0.5)


def _texts(frame: pd.DataFrame, rounds: int) -> Iterator[Row]:
    """Categories and strings: how many rows, against pandas' own way to find them."""
    wanted = ["city03", "city07"]
    listed = "IN ('city03', 'city07')"
    asked: dict[str, tuple[str, Callable[[], Any]]] = {
        "category IN": (f"c {listed}", lambda: frame.c.isin(wanted).sum()),
        "category LIKE %_": ("c LIKE '%y1_'", lambda: frame.c.str.contains("y1.$").sum()),
        "text IN": (f"s {listed}", lambda: frame.s.isin(wanted).sum()),
        "text LIKE prefix%": ("s LIKE 'city1%'", lambda: frame.s.str.startswith("city1").sum()),
        "text LIKE %_": ("s LIKE '%y1_'", lambda: frame.s.str.contains("y1.$").sum()),
        "text of any length IN": (
            "v IN ('a', 'cityy')",
            lambda: frame.v.isin(["a", "cityy"]).sum(),
        ),
    }
    for case, (query, theirs) in asked.items():
        assert count(frame, query) == theirs() > 0
        run = {"ours": partial(count, frame, query), "pandas": theirs}
        yield share(f"{case}, {len(frame):,} rows", medians(run, 2 * rounds), "pandas", 0.5)


# ---------------------------------------------------------------- numexpr against NumPy


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


def by_both_clocks(jobs: dict[str, Callable[[], Any]]) -> dict[str, tuple[float, ...]]:
    """Return each job's median times in milliseconds, by the wall clock and the processor's."""
    found = []
    for clock in CLOCKS:
        use_clock(clock)
        found.append(medians(jobs, 5))
    use_clock("wall")
    return {name: tuple(1000 * times[name] for times in found) for name in jobs}


def load() -> str:
    """Return what else the machine does: processes that want to run, over the last minute."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def show_fused(frame: pd.DataFrame) -> None:
    """Print numexpr's fused arithmetic against NumPy in blocks, by both clocks."""
    heads = [f"{'numexpr' if fuse else 'NumPy'} {threads}" for threads, fuse in WAYS]
    print(f"\nwall and processor time in ms by threads; load {load()}")
    print(f"{'expression, operations':24}" + "".join(f"{head:>16}" for head in heads))
    preferred, cores = fused.preferred, choosing.cores
    for name, query in expressions().items():
        jobs = {head: computed(frame, query, *way) for head, way in zip(heads, WAYS, strict=True)}
        found = by_both_clocks(jobs)
        cells = (" ".join(f"{taken:.1f}" for taken in found[head]) for head in heads)
        print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells))
    fused.preferred, choosing.cores = preferred, cores


def computed(frame: pd.DataFrame, query: str, threads: int, by_numexpr: bool) -> Callable[[], int]:
    """Return the job that evaluates a query one way or the other, on so many threads."""

    def job() -> int:
        numexpr.set_num_threads(threads)
        choosing.cores = lambda: threads
        fused.preferred = lambda where, n_rows: by_numexpr
        return count(frame, query)

    return job


def main() -> None:
    """Print the table of numexpr and NumPy; the others are a group of ``python -m benchmarks``."""
    show_fused(table(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000))


if __name__ == "__main__":
    main()
