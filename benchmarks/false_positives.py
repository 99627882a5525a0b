"""How often `pandas_mi.compare` finds a change where there is none, and where there is one.

``python -m benchmarks.false_positives [--simulations 2000] [--resamples 199]`` draws both tables of
each design anew so many times, and prints the share of p ≤ 0.05: the false-positive rate without a
change, and the power with one. Every design has its own seed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.inference import TwoTables, change

Floats = NDArray[np.float64]

LEVEL = 0.05
SIZES = [(2, 2), (3, 10), (5, 5), (20, 20)]
ROWS = [
    (50, 50),
    (50, 500),
    (500, 500),
    (500, 5000),
    (5000, 5000),
    (5000, 50_000),
    (50_000, 50_000),
]
STRENGTHS = {"independent": 0.0, "weak": 0.5, "strong": 20.0}
SKEWS = {"even": 0.0, "skewed": 1.5}


@dataclass(frozen=True)
class Design:
    """Two laws of a table, and how many rows are drawn of each."""

    name: str
    before: Floats
    after: Floats
    rows: tuple[int, int]


def law(shape: tuple[int, int], skew: float, strength: float) -> Floats:
    """Levels in a row, near ones more often together; margins like 1/rank**skew."""
    k, l = shape  # noqa: E741
    margins = [np.arange(1, size + 1) ** -skew for size in shape]
    apart = np.subtract.outer(np.arange(k) / max(k - 1, 1), np.arange(l) / max(l - 1, 1))
    weights = np.multiply.outer(*margins) * np.exp(-strength * apart**2)
    return weights / weights.sum()


def information(table: Floats) -> float:
    outer = np.multiply.outer(table.sum(axis=1), table.sum(axis=0))
    some = table > 0
    return float((table[some] * np.log(table[some] / outer[some])).sum())


def law_of(shape: tuple[int, int], skew: float, wanted: float) -> Floats:
    """The law of this skew that has so much information: its strength is found by halving."""
    low, high = 0.0, 400.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if information(law(shape, skew, middle)) < wanted else (low, middle)
        )
    return law(shape, skew, low)


def unchanged() -> Iterator[Design]:
    for shape, skew, strength, rows in product(SIZES, SKEWS, STRENGTHS, ROWS):
        table = law(shape, SKEWS[skew], STRENGTHS[strength])
        yield Design(f"{shape[0]} x {shape[1]}, {skew}, {strength}", table, table, rows)


def sparse() -> Iterator[Design]:
    for skew, rows in product(SKEWS, [(5000, 5000), (2000, 20_000)]):
        table = law((300, 30), SKEWS[skew], 2.0)
        yield Design(f"300 x 30, {skew}, weak", table, table, rows)


def same_information() -> Iterator[Design]:
    """Other margins, the same information."""
    for shape, wanted, rows in product(
        [(2, 2), (5, 5)], [0.0, 0.02, 0.1], [(500, 500), (500, 5000), (5000, 5000)]
    ):
        tables = [law_of(shape, skew, wanted) for skew in (0.0, 1.0)]
        yield Design(f"{shape[0]} x {shape[1]}, even → skewed, I = {wanted}", *tables, rows)


def changed() -> Iterator[Design]:
    """A fifth, and a half, of the information is lost."""
    for shape, kept, rows in product(
        [(2, 2), (5, 5), (20, 20)],
        [0.8, 0.5],
        [(500, 500), (2000, 2000), (500, 5000), (10_000, 10_000)],
    ):
        tables = [law_of(shape, 0.5, wanted) for wanted in (0.1, 0.1 * kept)]
        yield Design(f"{shape[0]} x {shape[1]}, I = 0.1 → {0.1 * kept:g}", *tables, rows)


def rate(
    design: Design, simulations: int, resamples: int, method: Any = "auto"
) -> tuple[float, float]:
    """The share of p at most `LEVEL`, and how often the delta method was taken."""
    rng = np.random.default_rng([*design.name.encode(), *design.rows])
    found, ways = 0, Counter[str]()
    for _ in range(simulations):
        tables = [
            rng.multinomial(n, table.ravel()).reshape(table.shape)
            for n, table in zip(design.rows, (design.before, design.after), strict=True)
        ]
        tested = change(TwoTables.of(*tables), rng, method=method, n_resamples=resamples)
        found += tested.p_value <= LEVEL
        ways[tested.method] += 1
    return found / simulations, ways["delta"] / simulations


GROUPS = {"unchanged": unchanged, "sparse": sparse, "same": same_information, "changed": changed}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.false_positives", description=__doc__
    )
    parser.add_argument("--simulations", type=int, default=2000)
    parser.add_argument("--resamples", type=int, default=199)
    parser.add_argument("--only", action="append", choices=GROUPS)
    options = parser.parse_args()
    for group in options.only or GROUPS:
        for design in GROUPS[group]():
            simulations = options.simulations // (10 if group == "sparse" else 1)
            share, delta = rate(design, max(simulations, 1), options.resamples)
            rows = " / ".join(f"{n:,}" for n in design.rows)
            print(
                f"{group:<10} {design.name:<38} {rows:<17} {share:.4f}  delta {delta:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
