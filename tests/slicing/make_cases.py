# ruff: noqa: E501 - one row of the table a line
"""Answer the queries of ``queries.sql`` with a live PostgreSQL, into ``cases.json``.

Run ``python tests/slicing/make_cases.py`` where ``psql`` reaches a server; the tests themselves
only read the answers.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

COLUMNS = {
    "n": "bigint",
    "i": "bigint",
    "j": "integer",
    "f": "double precision",
    "g": "double precision",
    "q": "numeric(12,2)",
    "s": "text",
    "u": "text",
    "b": "boolean",
    "c": "boolean",
    "d": "date",
    "e": "date",
    "t": "timestamp",
    "v": "timestamp",
    "z": "timestamptz",
}
# fmt: off
ROWS = [
    [0, 1, 2, 0.5, 1.5, "1.50", "apple", "Apple", True, False, "2020-01-31", "2020-02-29", "2020-01-31 00:00:00", "2020-02-29 12:30:15.5", "2020-01-31 00:00:00+00"],
    [1, 2, None, -0.5, 2.5, "-2.35", "banana", "ban%", True, True, "2020-02-29", None, "2020-02-29 23:59:59.999999", "2019-12-31 23:59:59", "2020-02-29 23:30:00+00"],
    [2, None, 3, None, -1.0, None, None, "x", None, True, None, "2021-12-31", None, "2021-01-01 00:00:00", None],
    [3, -7, 3, 2.5, None, "0.00", "", "", False, None, "1969-12-31", "1970-01-01", "1969-12-31 23:59:59.25", "1970-01-01 00:00:00", "1969-12-31 23:59:59+00"],
    [4, 9007199254740993, -3, 1e300, 1e-300, "99999.99", "a%b", "a_b", False, False, "2000-02-29", "2001-02-28", "2000-02-29 06:07:08", "2001-02-28 06:07:08", "2000-02-29 06:07:08+00"],
    [5, -9007199254740993, 0, -3.5, 3.5, "-0.05", "a\\b", "a\\", None, None, "1900-03-01", "2100-02-28", "1900-03-01 00:00:01", "2100-02-28 00:00:01", "1900-03-01 00:00:01+00"],
    [6, 0, 5, 0.0, -0.0, "0.05", "Zürich", "ZÜRICH", True, None, "2024-12-30", "2025-01-05", "2024-12-30 01:00:00", "2025-01-05 23:00:00", "2024-12-30 01:00:00+00"],
    [7, 7, -7, 3.0, 3.0, "7.00", "日本語", "本", False, True, "2016-01-03", "2016-01-04", "2016-01-03 11:59:59", "2016-01-04 12:00:00", "2016-01-03 11:59:59+00"],
    [8, 100, 7, float("inf"), 1.0, "0.10", "line\nbreak", "line", True, True, None, None, "2020-06-15 12:00:00", None, "2020-06-15 12:00:00+00"],
    [9, 42, 6, float("-inf"), 0.1, "42.00", "it's", "quo\"te", None, False, "2010-10-10", "2010-10-10", "2010-10-10 10:10:10.1", "2010-10-10 10:10:10.1", "2010-10-10 10:10:10.1+00"],
    [10, 3, 2, 0.1, 0.2, "0.30", "aaa", "a", False, True, "2020-03-31", "2020-02-28", "2020-03-31 08:00:00", "2020-02-28 08:00:00", "2020-03-31 08:00:00+00"],
    [11, 9223372036854775807, 1, 1.0, 0.5, "1.00", "apple", None, True, False, "9999-12-31", "0001-01-01", "2262-04-11 23:47:16", "1677-09-22 00:00:00", "2262-04-11 23:47:16+00"],
    [12, -9223372036854775808, -1, -1.5, 2.0, "-1.50", " pad ", "pad", False, False, "2023-07-04", "2022-07-04", "2023-07-04 18:45:30.123456", "2022-07-04 18:45:30.123456", "2023-07-04 18:45:30.123456+00"],
    [13, 5, 4, 2.0, 0.3, "2.00", "12", "012", True, None, "2023-01-01", "2023-01-31", "2023-01-01 00:00:00", "2023-01-31 00:00:00", "2023-01-01 00:00:00+00"],
    [14, None, None, None, None, None, None, None, None, None, None, None, None, None, None],
    [15, 2, 2, 2.0, 2.0, "2.00", "b", "b", True, True, "2020-01-01", "2020-01-01", "2020-01-01 00:00:00", "2020-01-01 00:00:00", "2020-01-01 00:00:00+00"],
]
# fmt: on


def literal(value: object) -> str:
    """Return a value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    return "'" + repr(value).strip("'") + "'" if isinstance(value, float) else quoted(str(value))


def quoted(text: str) -> str:
    """Return text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def setup() -> str:
    """Return the statements that make the table."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    rows = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in ROWS)
    return (
        "SET client_min_messages = error; SET timezone = 'UTC';"
        f"CREATE TEMPORARY TABLE p ({columns}); INSERT INTO p VALUES {rows};"
    )


def answers(queries: list[str]) -> list[list[int] | str]:
    """Return for each query the numbers of its rows, or what PostgreSQL raises."""
    parts = ["\\set VERBOSITY terse", setup()]
    for place, query in enumerate(queries):
        if query.lower().startswith("select"):
            full = f"SELECT n FROM ({query.rstrip(';')}\n) AS whole"
        else:
            full = f"SELECT n FROM p WHERE {query} ORDER BY n"
        parts += [f"\\echo ==={place}", full + ";"]
    ran = subprocess.run(
        ["psql", "-XAtq", *os.environ.get("PSQL_OPTIONS", "").split()],
        input="\n".join(parts),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    found: list[list[int] | str] = []
    for block in ran.stdout.split("===")[1:]:
        lines = block.split("\n")[1:]
        errors = [line for line in lines if "ERROR:" in line]
        rows = [line for line in lines if line]
        found.append(errors[0].split("ERROR:")[1].strip() if errors else [int(row) for row in rows])
    return found


def main() -> None:
    """Write the answers."""
    lines = (HERE / "queries.sql").read_text(encoding="utf-8").splitlines()
    queries = [line for line in lines if line.strip() and not line.startswith("--")]
    cases = []
    for query, answer in zip(queries, answers(queries), strict=True):
        if isinstance(answer, str):
            sys.stdout.write(f"PostgreSQL raises {answer!r} for {query}\n")
        else:
            cases.append({"query": query, "rows": answer})
    rows = [[repr(v) if isinstance(v, float) else v for v in row] for row in ROWS]
    table = {"columns": COLUMNS, "rows": rows}
    dumped = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"table": {json.dumps(table, ensure_ascii=False)},\n"cases": [\n{dumped}\n]}}\n'
    (HERE / "cases.json").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(cases)} cases\n")


if __name__ == "__main__":
    main()
