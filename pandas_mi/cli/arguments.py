"""The arguments that several commands have."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any, get_args

from pandas_mi.analysis.compare import ChangeMethod
from pandas_mi.analysis.options import Average, Correction, Estimator, Missing
from pandas_mi.analysis.significance import CIMethod, Method
from pandas_mi.cli import output

__all__ = [
    "add_columns",
    "add_compared",
    "add_data",
    "add_measure_options",
    "add_options",
    "add_output",
    "add_root",
    "add_significance",
]

_DATA = (
    "a CSV or Parquet file, a directory of Parquet files, project/dataset, or - for CSV on stdin"
)


def add_compared(command: argparse.ArgumentParser) -> None:
    """Add what is compared, and how a change is told."""
    command.add_argument(
        "data", metavar="DATA", nargs="+",
        help=f"one table and two queries, or two tables, each {_DATA}",
    )  # fmt: skip
    add_root(command)
    group = command.add_argument_group("what has changed")
    group.add_argument("--before", metavar="QUERY", help="SQL query or predicate: rows before")
    group.add_argument("--after", metavar="QUERY", help="SQL query or predicate: rows after")
    group.add_argument(
        "--q", type=float, default=0.05, metavar="LEVEL",
        help="the false-discovery rate at which a pair has changed (default: 0.05)",
    )  # fmt: skip
    group.add_argument(
        "--method", choices=get_args(ChangeMethod), default="auto", help="of p-values"
    )
    group.add_argument(
        "--n-resamples", type=int, default=999, metavar="N", help="random tables (default: 999)"
    )


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the data that a command reads."""
    command.add_argument("data", metavar="DATA", help=_DATA)
    add_root(command)


def add_root(command: argparse.ArgumentParser) -> None:
    """Add where the store is."""
    command.add_argument(
        "--root", metavar="DIR",
        help="the store's directory (default: $PANDAS_MI_HOME, else the user's data directory)",
    )  # fmt: skip


def add_columns(command: argparse.ArgumentParser) -> None:
    """Add the columns in play."""
    command.add_argument("--columns", type=_names, metavar="A,B,…", help="the columns in play")


def add_measure_options(command: argparse.ArgumentParser) -> None:
    """Add the options of functions whose result is a value of mutual information."""
    add_options(command)
    group = command.add_argument_group("chance, bias and estimator")
    group.add_argument("--adjusted", action="store_true", help="adjust for chance")
    group.add_argument(
        "--correction", choices=get_args(Correction), help="correct the entropies for few rows"
    )
    group.add_argument(
        "--estimator", choices=get_args(Estimator), default="plugin",
        help="knn: nearest neighbours instead of bins (needs SciPy)",
    )  # fmt: skip
    group.add_argument(
        "--n-neighbors", type=int, default=3, metavar="N", help="for knn (default: 3)"
    )
    group.add_argument("--clip", action="store_true", help="raise values below 0 to 0")


def add_significance(command: argparse.ArgumentParser) -> None:
    """Add how p-values and intervals are had."""
    group = command.add_argument_group("significance")
    group.add_argument("--p-value", action="store_true", help="add p_value and q_value")
    group.add_argument("--method", choices=get_args(Method), default="auto", help="of p-values")
    group.add_argument(
        "--n-resamples", type=int, default=999, metavar="N", help="random tables (default: 999)"
    )
    group.add_argument("--ci", type=float, metavar="LEVEL", help="add low and high: 0.95")
    group.add_argument("--ci-method", choices=get_args(CIMethod), default="bootstrap")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of every measure, by the names that they have in Python."""
    group = command.add_argument_group("options of every measure")
    group.add_argument("--normalized", action="store_true", help="scale to [0, 1]")
    group.add_argument(
        "--slice-query", "--slice", metavar="QUERY", help="SQL query or predicate: which rows"
    )
    group.add_argument("--sample-size", type=int, metavar="N", help="use N rows of the slice")
    group.add_argument("--seed", type=_seed, default=0.25, help="which sample (default: 0.25)")
    group.add_argument(
        "--bins", type=_bins, default="auto",
        help="auto, a number, none, or JSON: [cut, …] or {column: setting, …}",
    )  # fmt: skip
    group.add_argument(
        "--missing", choices=get_args(Missing), default="pairwise",
        help="rows where both are known (default), where all are; a level of its own; refuse",
    )  # fmt: skip
    group.add_argument(
        "--average", choices=get_args(Average), default="arithmetic",
        help="the mean of the entropies that normalises (default: arithmetic)",
    )  # fmt: skip
    group.add_argument("--base", type=float, metavar="B", help="unit: 2 for bits")
    group.add_argument("--min-periods", type=int, default=1, metavar="N", help="fewest rows")
    group.add_argument("--threads", type=int, metavar="N", help="most threads to count with")
    group.add_argument("--progress", action="store_true", help="show a bar (needs tqdm)")


def add_output(command: argparse.ArgumentParser) -> None:
    """Add where the result goes, and in which format."""
    command.add_argument("--format", choices=output.FORMATS, help="how to print (default: table)")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="write to a file; .csv, .json and .md choose the format",
    )  # fmt: skip


def _seed(text: str) -> float:
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _names(text: str) -> list[str]:
    """Split at commas, which quotes protect, as in CSV files."""
    return next(csv.reader([text]))


def _bins(text: str) -> Any:
    if text in ("auto", "none"):
        return None if text == "none" else text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither auto, none, a number, nor JSON such as '[0, 10]' or "
            '\'{"delay": [0, 10], "hour": 4}\''
        ) from None
