"""``df.mi`` alone: what it shows, and what tab completion offers."""

import numpy as np
import pandas as pd
import pytest

import pandas_mi


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "x": np.arange(100.0),
            "few": [1, 2] * 50,
            "town": ["a", None] * 50,
            "id": [f"i{n}" for n in range(100)],
            "lists": [[1]] * 100,
            "nothing": [None] * 100,
            "group": pd.Categorical(["p", "q"] * 50),
        }
    )


def test_it_shows_how_each_column_will_be_encoded(frame):
    assert repr(frame.mi).splitlines() == [
        "Mutual information of 7 columns in 100 rows",
        "",
        "             kind                                   encoding  missing",
        "x           float                                     4 bins        0",
        "few       integer                         by value, 2 levels        0",
        "town         text                          by value, 1 level       50",
        "id           text            by value, 100 levels (too many)        0",
        "lists       other  cannot be used: no order, or not hashable        0",
        "nothing      null                           nothing is known      100",
        "group    category                         by value, 2 levels        0",
        "",
        "Try .mi.matrix(), .mi.pairs(), .mi.target(column), .mi.plot.heatmap().",
        "Leave columns of too many levels out: their values are inflated.",
    ]


def test_what_it_says_is_what_is_done(frame):
    used = frame[["x", "few", "town", "group"]]
    bins = used.mi.bins()
    assert len(bins["x"]) == 3
    assert [label for label, cuts in bins.items() if cuts is None] == ["few", "town", "group"]


def test_html_is_a_table_and_escapes(frame):
    html = frame.rename(columns={"x": "<b>"}).mi._repr_html_()
    assert html.startswith("<p>Mutual information of 7 columns in 100 rows</p>")
    assert "<table" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_long_frames_are_judged_by_some_rows():
    frame = pd.DataFrame({"x": np.arange(25_000.0), "y": np.arange(25_000) % 7})
    frame.loc[3, "x"] = np.nan
    shown = repr(frame.mi)
    assert "about 29 bins        1" in shown
    assert "by value, 7 or more levels" in shown
    assert "Kinds and encodings are judged by evenly spaced rows." in shown
    assert "25,000 rows" in shown


def test_wide_frames_are_cut():
    shown = repr(pd.DataFrame(np.zeros((2, 50))).mi)
    assert "… and 20 more columns." in shown


def test_no_rows_and_no_columns():
    assert "0 columns in 0 rows" in repr(pd.DataFrame().mi)
    assert "nothing is known" in repr(pd.DataFrame({"x": []}).mi)


def test_labels_may_repeat(frame):
    assert "few" in repr(pd.concat([frame, frame], axis=1).mi)


def test_nothing_is_computed_before_it_is_shown(frame, monkeypatch):
    monkeypatch.setattr("pandas_mi.accessor.summary", lambda _: pytest.fail("computed"))
    assert isinstance(frame.mi, pandas_mi.MIAccessor)


def test_completion_offers_the_public_surface():
    accessor = pd.DataFrame({"x": [1]}).mi
    assert dir(accessor) == [
        "bins", "compare", "conditional", "contributions", "counts", "entropy", "interaction",
        "lagged", "matrix", "mutual_information", "over", "pair", "pairs", "plot", "sample",
        "slice", "target", "test",
    ]  # fmt: skip
    assert dir(accessor.plot) == ["bar", "compare", "heatmap", "over", "pair"]
