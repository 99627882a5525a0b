"""Run the benchmarks: ``python -m benchmarks [--quick] [--only GROUP] [--json FILE]``."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import CLOCKS, FULL, QUICK, Row, use_clock

GROUPS = (
    "counting",
    "encoding",
    "frames",
    "slicing",
    "streaming",
    "cluster",
    "statistics",
    "watching",
    "limits",
)
RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("numpy", "pandas", "pyarrow", "scikit-learn", "skrub", "duckdb")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and write it as JSON. A result that differs from a peer's raises."""
    options = _parser().parse_args(arguments)
    use_clock(options.clock)
    size = QUICK if options.quick else FULL
    rounds = options.rounds or (3 if options.quick else 5)
    rows: list[Row] = []
    print(_line("case", "ours", "peer", "peer's", "ratio", "goal", ""))
    for row in _measured(options.only or GROUPS, size, rounds):
        rows.append(row)
        print(_shown(row), flush=True)
    if size == QUICK:
        print("The goals are set for the full size.")
    if options.json:
        Path(options.json).write_text(json.dumps(_report(rows, options), indent=2))
    return 0


def _measured(groups: Sequence[str], size: str, rounds: int) -> Iterator[Row]:
    """Run the groups; a module of this package is one when it has `rows(size, rounds)`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of us and of the peers: here only results count
        for group in groups:
            yield from importlib.import_module(f"benchmarks.{group}").rows(size, rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, under a minute")
    parser.add_argument("--only", action="append", choices=GROUPS, help="groups to run")
    parser.add_argument("--rounds", type=int, help="runs of each; the median counts")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    parser.add_argument("--json", default=str(RESULTS), help="file to write; '' for none")
    return parser


def _shown(row: Row) -> str:
    ours, peer = (f"{value:.4g} {row.unit}".strip() for value in (row.ours, row.peer))
    met = "met" if row.met else "NOT MET"
    return _line(row.case, ours, row.peer_name, peer, f"{row.ratio:.3g}", row.goal, met)


def _line(*cells: str) -> str:
    widths = (58, 11, 34, 11, 8, 7, 7)
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _report(rows: Sequence[Row], options: argparse.Namespace) -> dict[str, Any]:
    """What the table says, and on what it was measured."""
    return {
        "size": QUICK if options.quick else FULL,
        "clock": options.clock,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {library: version(library) for library in LIBRARIES},
        "rows": [row.as_dict() for row in rows],
    }


if __name__ == "__main__":
    sys.exit(main())
