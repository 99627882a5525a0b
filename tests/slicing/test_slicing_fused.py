"""numexpr and NumPy agree, row for row, and pandas' own switch decides."""

import datetime

import numpy as np
import pandas as pd
import pytest
from slicing_support import BACKINGS, data, frame_of, rows

from pandas_mi.slicing import fused, parse

CASES = data("cases.json")
LONG = "f * f + 2 * f * g - g * 3 + f - 1 + g * g + 0.5 * f > 1"


@pytest.fixture
def always(monkeypatch):
    """Let numexpr compute all that it can, and count how often it did."""
    computed = []
    compute = fused._computed

    def counted(formula):
        value = compute(formula)
        computed.append(value is not None)
        return value

    monkeypatch.setattr(fused, "preferred", lambda where, n_rows: True)
    monkeypatch.setattr(fused, "_computed", counted)
    return computed


@pytest.mark.parametrize("backing", BACKINGS)
def test_every_case_by_numexpr(always, backing):
    frame = frame_of(CASES["table"], backing)
    for case in CASES["cases"]:
        assert rows(frame, case["query"]) == case["rows"], case["query"]
    assert any(always) or backing == "category"  # those are computed once for each value


EXPRESSIONS = [
    LONG,
    "f + g > 0",
    "-f * g < f",
    "sqrt(f) + g > 1",
    "f / g + 1 > 0",
    "f / 0 + 1 IS NULL",
    "1 / (f * g) + 1 IS NULL",
    "f * 1e308 * 10 IS NULL",
    "f - g * f / (g + 1) <= 0.5",
    "f + i * 2 - i > g",
    "(i + i) * f > g",
    "sqrt(f * f + g * g) - abs(f) > 0.1",
]


@pytest.mark.parametrize("query", EXPRESSIONS)
def test_same_rows_as_numpy(monkeypatch, query):
    rng = np.random.default_rng(1)
    special = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 5e-324, 1.0]
    frame = pd.DataFrame(
        {
            "f": np.r_[rng.normal(size=500), rng.choice(special, 500)],
            "g": np.r_[rng.normal(size=500), rng.choice(special, 500)],
            "i": rng.integers(-5, 5, 1000),
        }
    )
    found = rows(frame, query)
    for part in (frame, frame.iloc[:500]):
        expected = [row for row in found if row < len(part)]
        monkeypatch.setattr(fused, "preferred", lambda where, n_rows: True)
        assert rows(part, query) == expected


@pytest.fixture
def switched_on():
    with pd.option_context("compute.use_numexpr", True):  # Dask switches it off
        yield


@pytest.mark.usefixtures("switched_on")
def test_when_numexpr_is_preferred():
    where = parse(LONG).where
    assert fused.preferred(where, 5_000_000)
    assert not fused.preferred(where, 1000)
    assert not fused.preferred(parse("f + g > 1").where, 5_000_000)
    assert not fused.preferred(parse(f"f / g > 1 AND {LONG}").where, 5_000_000)
    assert not fused.preferred(None, 5_000_000)
    with pd.option_context("compute.use_numexpr", False):
        assert not fused.preferred(where, 5_000_000)


def test_without_numexpr(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numexpr", None)
    assert not fused.preferred(parse(LONG).where, 5_000_000)


def test_columns_named_as_functions_are_only_columns(always):
    frame = pd.DataFrame({"sin": [1.0, 2.0], "where": [3.0, 4.0], "v0": [5.0, 6.0]})
    assert rows(frame, '"sin" + "where" * v0 > 20') == [1]
    assert always == [True]


def test_a_column_of_nothing_but_nulls_has_no_type(always):
    days = pd.array([None, None], dtype=object), [datetime.date(2000, 1, 1), None]
    frame = pd.DataFrame({"e": days[0], "d": pd.Series(days[1], dtype=object)})
    assert rows(frame, "(d - e) = 100") == []
    assert rows(frame, "(d - e) IS NULL") == [0, 1]
