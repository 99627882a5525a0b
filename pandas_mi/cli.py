"""The command line: parse arguments, call, print.

Results go to standard output; errors and warnings are one line each on standard error. The exit
status is 0 when all went well, else 2.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from pandas_mi import analysis
from pandas_mi.client import Client
from pandas_mi.errors import PandasMIError, PandasMIWarning

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``pandas-mi``; `sys.argv` by default.
    """
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("always", PandasMIWarning)
        warnings.showwarning = _show_warning
        try:
            print(options.run(options))
        except (PandasMIError, OSError, TypeError, ValueError) as error:
            _complain("error", error)
            return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pandas-mi", description="Mutual information between the columns of a table."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run the main job on the Palmer penguins")
    demo.set_defaults(run=_demo)

    matrix = commands.add_parser(
        "matrix",
        help="mutual information of every pair of columns",
        epilog="example: pandas-mi matrix flights.parquet --normalized --slice \"origin = 'JFK'\"",
    )
    _add_options(matrix)
    matrix.set_defaults(run=_matrix)

    target = commands.add_parser(
        "target",
        help="every other column against one, from high to low",
        epilog="example: pandas-mi target flights.csv arr_delay --columns origin,month",
    )
    _add_options(target)
    target.add_argument("column", metavar="COLUMN", help="the column that the others tell about")
    target.set_defaults(run=_target)
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a CSV or Parquet file")
    parser.add_argument("--slice", metavar="QUERY", help="SQL query or predicate: which rows")
    parser.add_argument("--normalized", action="store_true", help="scale to [0, 1]")
    parser.add_argument("--sample-size", type=int, metavar="N", help="use N rows of the slice")
    parser.add_argument("--seed", type=_seed, default=0.25, help="which sample (default: 0.25)")
    parser.add_argument("--columns", type=_names, metavar="A,B,…", help="the columns in play")
    parser.add_argument("--format", choices=list(_FORMATS), default="table")


def _seed(text: str) -> float:
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _names(text: str) -> list[str]:
    return text.split(",")


def _matrix(options: argparse.Namespace) -> str:
    result = analysis.matrix(_read(options.file), options.columns, **_chosen(options))
    return _FORMATS[options.format](result)


def _target(options: argparse.Namespace) -> str:
    data = _read(options.file)
    result = analysis.target(data, options.column, options.columns, **_chosen(options))
    return _FORMATS[options.format](result)


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "normalized": options.normalized,
        "slice_query": options.slice,
        "sample_size": options.sample_size,
        "seed": options.seed,
    }


def _read(file: Path) -> Any:
    """Return the rows of a CSV file; anything else is taken for Parquet."""
    if {".csv", ".tsv"}.isdisjoint(file.suffixes):
        return file
    return pd.read_csv(file, sep="\t" if ".tsv" in file.suffixes else ",")


def _table(result: pd.DataFrame | pd.Series) -> str:
    return result.to_string(float_format="{:.4f}".format)


def _csv(result: pd.DataFrame | pd.Series) -> str:
    return result.to_csv(lineterminator="\n").removesuffix("\n")


def _json(result: pd.DataFrame | pd.Series) -> str:
    values = result.astype(object).where(result.notna(), None)
    if isinstance(values, pd.DataFrame):
        return json.dumps(values.to_dict(orient="index"), indent=2, default=str)
    return json.dumps(values.to_dict(), indent=2, default=str)


_FORMATS = {"table": _table, "csv": _csv, "json": _json}


def _demo(_: argparse.Namespace) -> str:
    """Upload the penguins, make the documented call, and show two tables."""
    penguins = pd.read_csv(str(files("pandas_mi") / "data" / "penguins.csv"))
    query = 'SELECT * FROM "penguins.model" WHERE body_mass_g < 4000'
    with tempfile.TemporaryDirectory() as root:
        client = Client(root)
        client.create_project("demo")
        client.upload_dataset("demo", penguins, "penguins")
        whole = client.get_mutual_information("demo", "penguins", ["species", "sex"])
        sliced = client.get_mutual_information("demo", "penguins", "species", slice_query=query)
    return "\n\n".join(
        [
            f"Palmer penguins: {len(penguins)} rows, {penguins.shape[1]} columns, "
            f"{penguins.isna().sum().sum()} missing values. Mutual information in nats.",
            "client.get_mutual_information('demo', 'penguins', ['species', 'sex'])\n"
            + json.dumps(whole, indent=2),
            f"client.get_mutual_information('demo', 'penguins', 'species', slice_query='{query}')\n"
            + json.dumps(sliced, indent=2),
            "df.mi.matrix(normalized=True)\n" + _table(analysis.matrix(penguins, normalized=True)),
            "df.mi.target('species')\n" + _table(analysis.target(penguins, "species")),
        ]
    )


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain("warning", message)


def _complain(what: str, message: object) -> None:
    print(f"pandas-mi: {what}: {' '.join(str(message).split())}", file=sys.stderr)
