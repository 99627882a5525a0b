"""Names that every doctest may use, and pictures without a screen."""

import os
import sys

import numpy as np
import pandas as pd
import pytest

import pandas_mi

os.environ["MPLBACKEND"] = "agg"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Compare pictures wherever pytest-mpl is installed, which does so only when told to."""
    if hasattr(config.option, "mpl"):
        config.option.mpl = True


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace):
    doctest_namespace.update(np=np, pd=pd, pandas_mi=pandas_mi)


@pytest.fixture(autouse=True)
def _close_pictures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
