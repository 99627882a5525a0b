"""The pages and the help texts: every example runs, those of the command line too."""

import argparse
import itertools
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pandas_mi.cli import main
from pandas_mi.cli.parser import parser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_on_a_page_is_an_example_that_doctest_runs(page):
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        assert language != "python" or block.startswith(">>> "), block


def commands_on_pages():
    for page in PAGES:
        for _, block in FENCE.findall(page.read_text(encoding="utf-8")):
            yield from (line for line in block.splitlines() if line.startswith("pandas-mi "))


def commands_in_help(command):
    """Yield the examples in the help of a command and of those below it."""
    for line in (command.epilog or "").splitlines():
        if line.startswith("  pandas-mi "):
            yield line.strip()
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from commands_in_help(below)


@pytest.fixture
def flights(tmp_path, monkeypatch):
    """Work in a directory that has some flights, with a store that has them too."""
    rng = np.random.default_rng(0)
    n = 300
    frame = pd.DataFrame(
        {
            "origin": rng.choice(["EWR", "JFK", "LGA"], n),
            "dest": rng.choice(["BOS", "IAH", "MIA"], n),
            "carrier": rng.choice(["AA", "B6", "UA"], n),
            "month": rng.integers(1, 13, n),
            "hour": rng.integers(5, 24, n),
            "dep_time": rng.integers(500, 2359, n),
            "arr_delay": rng.normal(0, 400, n).round(),
        }
    )
    frame.to_csv(tmp_path / "flights.csv", index=False)
    frame.to_parquet(tmp_path / "flights.parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PANDAS_MI_HOME", str(tmp_path / "store"))
    main(["store", "upload", "flights.csv", "airports/flights"])


@pytest.mark.parametrize("command", sorted({*commands_on_pages(), *commands_in_help(parser())}))
def test_every_command_that_is_shown_works(flights, capsys, command):
    if " plot " in command:
        pytest.importorskip("matplotlib")
    words = shlex.split(command)[1:]  # a shell would do what stands behind | and >
    arguments = list(itertools.takewhile(lambda word: word not in ("|", ">"), words))
    if arguments[:2] == ["store", "upload"] and "--mode" not in arguments:
        main(["store", "delete", "airports/flights"])
    status = main(arguments)
    assert (status, capsys.readouterr().err) == (0, "")
