"""Results as text: tables that fit the terminal, CSV, JSON and Markdown."""

from __future__ import annotations

import json
import math
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pandas_mi.plotting.canvas import shortened

__all__ = ["FORMATS", "rendered", "table"]

FORMATS = ("table", "csv", "json", "markdown")
_BY_SUFFIX = {".csv": "csv", ".json": "json", ".md": "markdown"}


def rendered(result: Any, options: Namespace, *, lines: bool = False, raw: bool = False) -> str:
    """Return a result as text in the format asked for; nothing when it went to a file.

    Parameters
    ----------
    result : DataFrame, Series or float
    options : Namespace
        With `format` and `output`.
    lines : bool
        Whether the rows are the result, and the index tells nothing.
    raw : bool
        Whether the values are the user's own, to be shown as they are.
    """
    form = options.format or _by_suffix(options.output)
    if isinstance(result, float):
        text = _number(result, form)
    elif form == "table":
        text = table(result, index=not lines, digits=None if raw else 4, fit=not options.output)
    else:
        text = {"csv": _csv, "json": _json, "markdown": _markdown}[form](result, lines)
    if options.output is None:
        return text
    options.output.write_text(text + "\n", encoding="utf-8")
    return ""


def _by_suffix(output: Path | None) -> str:
    return "table" if output is None else _BY_SUFFIX.get(output.suffix.lower(), "table")


def table(
    result: pd.DataFrame | pd.Series, *, index: bool = True, digits: int | None = 4,
    fit: bool = True,
) -> str:  # fmt: skip
    """Return a result as a table, in blocks as wide as the terminal if there is one."""
    numbers: Any = None if digits is None else f"{{:.{digits}f}}".format
    if isinstance(result, pd.Series):
        if fit and sys.stdout.isatty():
            result = result.set_axis(shortened(list(result.index)))
        return result.to_string(float_format=numbers)
    width = shutil.get_terminal_size().columns if fit and sys.stdout.isatty() else None
    if width is not None:
        result = _narrowed(result, index)
    return result.to_string(float_format=numbers, line_width=width, index=index)


def _narrowed(frame: pd.DataFrame, index: bool) -> pd.DataFrame:
    """Shorten long names, of which one might be wider than the terminal."""
    frame = frame.set_axis(shortened(list(frame.columns)), axis=1)
    return frame.set_axis(shortened(list(frame.index)), axis=0) if index else frame


def _number(value: float, form: str) -> str:
    if form == "json":
        return "null" if math.isnan(value) else repr(value)
    if form == "markdown":
        return _markdown_lines(["mutual_information"], [[repr(value)]])
    return f"mutual_information\n{value!r}" if form == "csv" else repr(value)


def _csv(result: pd.DataFrame | pd.Series, lines: bool) -> str:
    return str(result.to_csv(lineterminator="\n", index=not lines)).removesuffix("\n")


def _json(result: pd.DataFrame | pd.Series, lines: bool) -> str:
    values: Any = result.astype(object)
    values = values.where(values.notna(), None)  # JSON has no NaN
    orient = () if isinstance(values, pd.Series) else ("records" if lines else "index",)
    return json.dumps(values.to_dict(*orient), indent=2, default=str, ensure_ascii=False)


def _markdown(result: pd.DataFrame | pd.Series, lines: bool) -> str:
    frame = result.to_frame() if isinstance(result, pd.Series) else result
    frame = frame if lines else frame.reset_index(names="")
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    return _markdown_lines(list(frame.columns), rows)


def _markdown_lines(header: Sequence[Any], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_escaped(str(cell)) for cell in line)} |" for line in lines)


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
