"""Whatever the text, nothing but SliceError comes out, in bounded time and memory."""

import builtins
import keyword
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slicing_support import data, frame_of, rows

from pandas_mi.errors import SliceError
from pandas_mi.slicing import parse

CASES = data("cases.json")
FRAME = frame_of(CASES["table"], "nullable")
QUERIES = [case["query"] for case in CASES["cases"]] + list(data("refusals.json"))
PIECES = [
    *[
        "(",
        ")",
        ",",
        ".",
        ";",
        "*",
        "+",
        "-",
        "/",
        "%",
        "<",
        ">",
        "=",
        "<>",
        "<=",
        ">=",
        "||",
        "::",
        "'",
        '"',
        "[",
        "]",
        "{",
        "}",
        "$1",
        "?",
        ":x",
        "@",
        "#",
        "~",
        "!",
        "&",
        "|",
        "^",
        "\\",
        "--",
        "/*",
        "*/",
    ],
    *[
        "select",
        "from",
        "where",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "true",
        "between",
        "like",
        "ilike",
        "escape",
        "case",
        "when",
        "then",
    ],
    *[
        "else",
        "end",
        "order",
        "by",
        "limit",
        "offset",
        "distinct",
        "as",
        "cast",
        "interval",
        "extract",
        "year",
        "date",
        "union",
    ],
    *[
        "a",
        "b",
        "i",
        "j",
        "f",
        "s",
        "d",
        "t",
        "n",
        "p",
        "1",
        "0",
        "2.5",
        "1e5",
        "'a'",
        "'1'",
        "'2020-01-01'",
        "'1",
        "day'",
        "lower",
        "coalesce",
        "round",
        "''",
    ],
]


def harmless(query):
    """Ask, and let only a SliceError or rows come out."""
    try:
        found = rows(FRAME, query)
    except SliceError as error:
        message = str(error)
    else:
        assert set(found) <= set(range(len(FRAME)))
        return
    assert message
    assert "\x1b" not in message


@given(st.text())
def test_any_text(query):
    harmless(query)


@given(st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_bytes(query):
    harmless(query)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_any_pieces(query):
    harmless(query)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_any_where(pieces):
    harmless(f"SELECT * FROM p WHERE {pieces}")


@st.composite
def mutated(draw):
    query = draw(st.sampled_from(QUERIES))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(query)))
        until = draw(st.integers(at, min(len(query), at + 6)))
        query = (
            query[:at]
            + draw(st.sampled_from(["", " ", *PIECES, "\x00", "é", "🙂"]))
            + query[until:]
        )
    return query


@given(mutated())
def test_mutated_queries(query):
    harmless(query)


HOSTILE = {
    "parentheses": "(" * 100_000 + "i" + ")" * 100_000,
    "open parentheses": "(" * 5000,
    "nots": "NOT " * 50_000 + "b",
    "minuses": "- " * 50_000 + "i = 1",
    "cases": "CASE WHEN b THEN " * 500 + "1" + " END" * 500,
    "casts": "i" + "::int" * 5000 + " = 1",
    "is null": "i" + " IS NULL" * 5000,
    "in": "i" + " IN (1)" * 5000,
    "functions": "abs(" * 500 + "i" + ")" * 500 + " = 1",
    "sum": " + ".join(["i"] * 20_000) + " > 0",
    "product": " * ".join(["1.5"] * 5000) + " > i",
    "integers": " * ".join(["9"] * 20_000) + " > i",
    "conjunction": " AND ".join(["i > 1"] * 5000),
    "join": " || ".join(["s"] * 5000) + " = 'a'",
    "list": f"i IN ({', '.join(map(str, range(20_000)))})",
    "texts": "s IN (" + ", ".join(f"'{n}'" for n in range(10_000)) + ")",
    "digits": "i = " + "9" * 100_000,
    "fraction": "i = 0." + "0" * 100_000 + "1",
    "exponent": "i = 1e999999999",
    "small": "i = 1e-999999999",
    "name": "x" * 500_000 + " = 1",
    "text": "s = '" + "x" * 900_000 + "'",
    "quotes": "'" * 9999,
    "double quotes": '"' * 9999,
    "comments": "/*" * 9999,
    "dashes": "--\n" * 9999 + "i = 1",
    "semicolons": ";" * 9999,
    "growth": "replace(" * 25 + "'a'" + ", 'a', 'aaaaaaaaaaaaaaaa')" * 25 + " = s",
    "doubling": "s" + " || s" * 200 + " LIKE '%a'",
    "wildcards": "s LIKE '" + "%a" * 5000 + "'",
    "underscores": "s LIKE '" + "_%" * 400 + "'",
    "power": "power(power(power(10, 300), 300), 300) > i",
    "shift": "d + INTERVAL '999999999 years' > d",
    "days": "d + 9223372036854775807 > d",
    "interval": "t + INTERVAL '" + "1 day " * 5000 + "' > t",
    "round": "round(q, 2147483647) = 1",
    "null byte": "i = 1\x00",
    "surrogate": "s = '\ud800'",
    "aliases": "SELECT " + ", ".join(f"i AS c{n}" for n in range(3000)) + " FROM p",
    "order": "SELECT * FROM p ORDER BY " + ", ".join(["i"] * 500),
    "limit": "SELECT * FROM p LIMIT " + "9" * 5000,
    "simple cases": "CASE i WHEN 1 THEN 2 ELSE " * 29 + "3" + " END" * 29 + " = 3",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inputs(name):
    start = time.perf_counter()
    harmless(HOSTILE[name])
    assert time.perf_counter() - start < 20


def test_names_of_builtins_are_columns_like_any_other():
    names = [*dir(builtins), *keyword.kwlist, "sin", "where", "v0", "nan", "self", "__class__"]
    names = sorted({name for name in names if name})
    frame = pd.DataFrame([range(len(names))], columns=names)
    for place, name in enumerate(names):
        assert rows(frame, f'"{name}" = {place}') == [0]
        assert rows(frame, f'"{name}" + 0.5 + 1 > {place}') == [0]


def test_no_python_in_queries():
    for query in ("__import__('os')", "@frame", "i.__class__", "exec('1')", "`i` > 1", "i == [1]"):
        with pytest.raises(SliceError):
            rows(FRAME, query)


def test_depth_of_the_caller_does_not_leak():
    """Deep inside other calls the parser may run out of frames, which is a SliceError too."""

    def deep(levels, query):
        return deep(levels - 1, query) if levels else parse(query)

    for levels in range(700, 900, 20):
        try:
            deep(levels, f"((((((((((i = {levels}))))))))))")
        except SliceError as error:
            message = str(error)
            break
        except RecursionError:
            return  # no frame left to report with
    else:
        return
    assert message == "the slice query nests too deeply; write fewer parentheses"
