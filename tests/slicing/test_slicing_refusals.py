"""What is refused, word for word: an error text is part of the interface."""

import datetime

import numpy as np
import pandas as pd
import pytest
from slicing_support import TEXT, data, rows

from pandas_mi.errors import SliceError
from pandas_mi.slicing import parse

REFUSALS = data("refusals.json")


def table():
    base = pd.DataFrame(
        {
            "i": pd.array([1, 2, None], dtype="Int64"),
            "f": [0.5, np.nan, 2.0],
            "s": pd.array(["a", "b", None], dtype=TEXT),
            "b": pd.array([True, False, None], dtype="boolean"),
            "d": [datetime.date(2020, 1, 31), None, datetime.date(2021, 1, 1)],
            "t": pd.to_datetime(["2020-01-31", None, "2021-01-01"]),
            "z": pd.to_datetime(["2020-01-31", None, "2021-01-01"], utc=True),
            "m": pd.to_timedelta(["1 day", None, "2 days"]),
            "o": [1, "a", None],
            "p": pd.period_range("2020-01", periods=3, freq="M"),
            "y": pd.Series([b"a", b"b", None], dtype=object),
            "species": ["x", "y", "z"],
            "Amb": [1, 2, 3],
            "AMB": [1, 2, 3],
            "my-col": [1, 2, 3],
            "dup1": [1, 2, 3],
            "dup2": [1, 2, 3],
        }
    )
    return base.set_axis([*base.columns[:-2], "dup", "dup"], axis=1)


@pytest.mark.parametrize("frame", [table(), table().iloc[:0]], ids=["rows", "no rows"])
def test_messages(frame):
    wrong = {}
    for query, message in REFUSALS.items():
        if len(frame) == 0 and query.startswith(
            ("o ", "y ", "d", "z = d", "SELECT * FROM t ORDER BY o")
        ):
            continue  # the type of an empty object column is not known
        try:
            wrong[query] = rows(frame, query)
        except SliceError as error:
            if str(error) != message:
                wrong[query] = str(error)
    assert wrong == {}


def test_messages_are_one_plain_line():
    for message in REFUSALS.values():
        assert "\n" not in message
        assert "\x1b" not in message


def test_not_text():
    with pytest.raises(TypeError, match="a slice query is a str, not int"):
        parse(5)


def test_too_long():
    with pytest.raises(SliceError, match="has 1,000,005 characters; at most 1,000,000 are taken"):
        parse("i = 1" + " " * 1_000_000)


def test_parser_stays_silent(caplog):
    for query in ("EXPLAIN SELECT 1", "SHOW x", "CALL f()", "VACUUM"):
        with pytest.raises(SliceError):
            parse(query)
    assert caplog.records == []


def test_infinite_decimals():
    from decimal import Decimal

    frame = pd.DataFrame({"q": [Decimal("Infinity"), Decimal(1)]})
    with pytest.raises(SliceError) as caught:
        rows(frame, "q > 1")
    assert str(caught.value) == (
        "column 'q' holds an infinite decimal, which a slice query cannot compare; "
        "turn the column into floats first"
    )
