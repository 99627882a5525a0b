"""Queries whose answers PostgreSQL gave, on every backing."""

import os
import shutil

import pytest
from make_cases import answers
from slicing_support import BACKINGS, data, frame_of, rows

CASES = data("cases.json")
QUERIES = {case["query"]: case["rows"] for case in CASES["cases"]}


@pytest.mark.parametrize("backing", BACKINGS)
def test_postgresql_answers(backing):
    """One test for each backing: a parameter for each query would cost more than the queries."""
    frame = frame_of(CASES["table"], backing)
    wrong = {
        query: (found, expected)
        for query, expected in QUERIES.items()
        if (found := rows(frame, query)) != expected
    }
    assert wrong == {}


def test_enough_cases():
    assert len(QUERIES) > 800


def test_without_order_a_set_of_rows():
    """ordered=False may leave the order out, but never a row."""
    frame = frame_of(CASES["table"], "nullable")
    for query, expected in QUERIES.items():
        assert rows(frame, query, ordered=False) == sorted(expected), query


@pytest.mark.thorough
@pytest.mark.skipif(
    not (shutil.which("psql") and os.environ.get("PSQL_OPTIONS")),
    reason="needs psql, and PSQL_OPTIONS to say how to reach a server whose locale is of UTF-8",
)
def test_live_postgresql_agrees():
    assert answers(list(QUERIES)) == list(QUERIES.values())
