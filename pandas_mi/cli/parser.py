"""What can be written after ``pandas-mi``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas_mi
from pandas_mi.cli import commands, demo, store
from pandas_mi.cli.arguments import (
    add_columns,
    add_compared,
    add_data,
    add_measure_options,
    add_options,
    add_output,
    add_root,
    add_significance,
)

__all__ = ["parser"]

_TOP = """examples:
  pandas-mi demo
  pandas-mi target flights.csv arr_delay --slice "origin = 'JFK' AND month IN (6, 7, 8)"
  pandas-mi plot heatmap flights.parquet --output flights.png
  pandas-mi store upload flights.parquet airports/flights

Mutual information is in nats, unless --base or --normalized says otherwise."""


# Command -> what runs it, its help, and an example.
_MEASURES: dict[str, tuple[Callable[..., Any], str, str]] = {
    "matrix": (
        commands.matrix,
        "mutual information of every pair of columns",
        "pandas-mi matrix flights.parquet --normalized --slice \"origin = 'JFK'\"",
    ),
    "target": (
        commands.target,
        "every other column against one, from high to low",
        "pandas-mi target flights.csv arr_delay --columns origin,month",
    ),
    "pair": (
        commands.pair,
        "mutual information of two columns, one number",
        "pandas-mi pair flights.csv origin arr_delay --base 2",
    ),
    "pairs": (
        commands.pairs,
        "every pair of columns on a line of its own, sorted",
        "pandas-mi pairs flights.csv --format csv | head",
    ),
    "contributions": (
        commands.contributions,
        "what each cell of a joint table adds",
        "pandas-mi contributions flights.csv origin arr_delay --bins 4",
    ),
    "entropy": (
        commands.entropy,
        "entropy of every column",
        "pandas-mi entropy flights.parquet --base 2 --format json",
    ),
}
_PICTURES: dict[str, tuple[Callable[..., Any], str, str]] = {
    "heatmap": (
        commands.heatmap,
        "the matrix, normalised unless --base is given",
        "pandas-mi plot heatmap flights.parquet --output flights.png",
    ),
    "bar": (
        commands.bar,
        "every other column against one, from high to low",
        "pandas-mi plot bar flights.csv arr_delay --top 10 --output delay.svg",
    ),
    "pair": (
        commands.pair_picture,
        "a joint table, with what each cell adds",
        "pandas-mi plot pair flights.csv origin arr_delay --bins 8 --output delay.png",
    ),
}


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keep the line breaks of examples, and leave room for long options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)


def parser() -> argparse.ArgumentParser:
    """Return the parser; what it returns has the function to `run` on it."""
    top = argparse.ArgumentParser(
        prog="pandas-mi",
        description="Mutual information between the columns of a table.",
        epilog=_TOP,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"pandas-mi {pandas_mi.__version__}")
    under = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(under, "demo", demo.run, "show the main job on the Palmer penguins", "pandas-mi demo")
    _add_measures(under)
    _add_compare(under)
    _add_plots(under)
    _add_slice(under)
    _add_store(under)
    return top


def _add(
    under: Any, name: str, run: Callable[..., Any], text: str, *examples: str
) -> argparse.ArgumentParser:
    """Add a command with its help and examples."""
    lines = "\n".join(f"  {example}" for example in examples)
    added: argparse.ArgumentParser = under.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"{'examples' if len(examples) > 1 else 'example'}:\n{lines}",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    added.set_defaults(run=run)
    return added


def _add_measures(under: Any) -> None:
    added = {name: _add(under, name, *row) for name, row in _MEASURES.items()}
    for command in added.values():
        add_data(command)
    _add_target(added["target"])
    for name in ("pair", "contributions"):
        added[name].add_argument("x", metavar="X", help="one column")
        added[name].add_argument("y", metavar="Y", help="the other")
    for name in ("matrix", "target", "pairs", "entropy"):
        add_columns(added[name])
    for name, command in added.items():
        (add_options if name == "contributions" else add_measure_options)(command)
        add_output(command)
    add_significance(added["pairs"])


def _add_compare(under: Any) -> None:
    command = _add(
        under, "compare", commands.compare,
        "what has changed; exit status 1 when something has",
        'pandas-mi compare flights.parquet --before "month < 12" --after "month = 12"',
        "pandas-mi compare flights.parquet flights.csv --columns origin,carrier --q 0.01",
    )  # fmt: skip
    add_compared(command)
    add_columns(command)
    add_options(command)
    add_output(command)


def _add_plots(under: Any) -> None:
    plot = _add(
        under, "plot", commands.heatmap, "draw a heat map, a bar chart, or a joint table",
        *(example for _, _, example in _PICTURES.values()),
    )  # fmt: skip
    kinds = plot.add_subparsers(title="pictures", required=True, metavar="PICTURE")
    added = {name: _add(kinds, name, *row) for name, row in _PICTURES.items()}
    for command in added.values():
        add_data(command)
    _add_target(added["bar"])
    added["pair"].add_argument("x", metavar="X", help="the column along the horizontal axis")
    added["pair"].add_argument("y", metavar="Y", help="the column along the vertical axis")
    for name in ("heatmap", "bar"):
        add_columns(added[name])
    for name, command in added.items():
        (add_options if name == "pair" else add_measure_options)(command)
        _add_picture(command)
    added["heatmap"].add_argument(
        "--order", choices=["cluster", "name", "none"], default="cluster",
        help="related columns together (default), by name, or as they are",
    )  # fmt: skip
    added["bar"].add_argument(
        "--top", type=int, default=20, metavar="N", help="how many (default: 20)"
    )


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument("column", metavar="COLUMN", help="the column that the others tell about")


def _add_picture(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE",
        help="the picture: .png, .svg, .pdf",
    )  # fmt: skip


def _add_slice(under: Any) -> None:
    command = _add(
        under, "slice", commands.slice_, "the rows that a query selects",
        "pandas-mi slice flights.csv \"arr_delay > 600\" --format csv",
        "pandas-mi slice flights.parquet "
        '"SELECT origin, dest FROM flights WHERE month = 1 ORDER BY dep_time LIMIT 5"',
    )  # fmt: skip
    add_data(command)
    command.add_argument("query", metavar="QUERY", help="SQL query or predicate")
    add_output(command)


def _add_store(under: Any) -> None:
    top = _add(
        under, "store", store.list_, "keep datasets in projects on this machine",
        "pandas-mi store upload flights.parquet airports/flights",
        "pandas-mi store list",
        "pandas-mi target airports/flights arr_delay",
    )  # fmt: skip
    verbs = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    upload = _add(
        verbs, "upload", store.upload, "keep a file as a dataset; a new project is made",
        "pandas-mi store upload flights.parquet airports/flights --mode overwrite",
    )  # fmt: skip
    upload.add_argument("file", nargs="+", metavar="FILE", help="CSV or Parquet files")
    upload.add_argument(
        "--mode", choices=["error", "append", "overwrite"], default="error",
        help="what to do when the dataset exists (default: error)",
    )  # fmt: skip
    listed = _add(
        verbs, "list", store.list_, "the datasets of all projects, or of one",
        "pandas-mi store list airports",
    )  # fmt: skip
    listed.add_argument("project", nargs="?", metavar="PROJECT")
    info = _add(
        verbs, "info", store.info, "rows, columns and versions of a dataset",
        "pandas-mi store info airports/flights --format json",
    )  # fmt: skip
    info.add_argument("--format", choices=["table", "json"], default="table")
    delete = _add(
        verbs, "delete", store.delete, "delete a dataset, or a project that has none left",
        "pandas-mi store delete airports/flights",
    )  # fmt: skip
    for command in (upload, info, delete):
        command.add_argument("dataset", metavar="PROJECT/DATASET")
    for command in (upload, listed, info, delete):
        add_root(command)
