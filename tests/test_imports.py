"""Importing the package stays light, and registers the accessor."""

import subprocess
import sys

HEAVY = {"dask", "duckdb", "hypothesis", "matplotlib", "polars", "scipy", "sqlglot", "tqdm"}


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_import_loads_no_optional_library():
    code = f"import sys, pandas_mi; print({HEAVY} & set(sys.modules))"
    assert run(code) == "set()"


def test_the_accessor_is_registered():
    code = "import pandas as pd, pandas_mi; print(pd.DataFrame({'x': [1, 2]}).mi.entropy(base=2))"
    assert run(code).startswith("x    1.0")
