"""From what stands for data on the command line to the data."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from pandas_mi.catalog import csvfiles
from pandas_mi.client import Client
from pandas_mi.errors import CatalogError

__all__ = ["names_of", "read"]

_CSV = {".csv", ".tsv"}
_FILES = {*_CSV, ".parquet", ".pq"}


def read(data: str, root: str | None) -> Any:
    """Return the table that a path, ``project/dataset`` or ``-`` stands for.

    CSV files are read as the store reads them, so that a file and the dataset made of it give
    the same values.

    Raises
    ------
    FileNotFoundError
        When it is neither a file nor a dataset.
    """
    path = Path(data)
    if data == "-":
        return _standard_input()
    if not path.exists() and data.count("/") == 1 and _FILES.isdisjoint(path.suffixes):
        return _dataset(data, root)
    if not path.exists():
        raise FileNotFoundError(f"no file or directory {data!r}")
    return path if _CSV.isdisjoint(path.suffixes) else csvfiles.opened([path]).read_all()


def names_of(dataset: str) -> tuple[str, str]:
    """Return the two parts of ``project/dataset``.

    Examples
    --------
    >>> names_of("airports/flights")
    ('airports', 'flights')
    """
    project, slash, name = dataset.partition("/")
    if not (project and slash and name):
        raise ValueError(f"expected PROJECT/DATASET, got {dataset!r}")
    return project, name


def _standard_input() -> Any:
    """Read CSV from standard input, by way of a file: its types take a pass of their own."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "stdin.csv"
        path.write_bytes(sys.stdin.buffer.read())
        return csvfiles.opened([path]).read_all()


def _dataset(data: str, root: str | None) -> Any:
    try:
        found = Client(root).get_dataset(*names_of(data))
    except CatalogError as error:
        raise FileNotFoundError(f"{data!r} is no file, and no dataset either: {error}") from None
    return pd.concat(found.values(), ignore_index=True) if isinstance(found, dict) else found
