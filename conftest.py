"""Names that every doctest may use."""

import numpy as np
import pandas as pd
import pytest

import pandas_mi


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace):
    doctest_namespace.update(np=np, pd=pd, pandas_mi=pandas_mi)
