"""The table behind a value: its cells sum to it, and its labels are the user's."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pandas_mi
from pandas_mi.testing import frames

ignore_many_levels = pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")


@ignore_many_levels
@given(
    frame=frames(min_columns=2, max_columns=2, min_rows=1),
    missing=st.sampled_from(["pairwise", "listwise", "category"]),
    scale=st.sampled_from(
        [{}, {"base": 2}, {"normalized": True}, {"normalized": True, "average": "joint"}]
    ),
)
def test_they_sum_to_the_mutual_information(frame, missing, scale):
    options = {"missing": missing, **scale}
    table = frame.mi.contributions("c0", "c1", **options)
    value = frame.mi.pair("c0", "c1", **options)
    n = frame.mi.counts(missing=missing).loc["c0", "c1"]
    assert table["count"].sum() == n
    assert (table["count"] > 0).all()
    if n:
        assert table["contribution"].sum() == pytest.approx(value, abs=1e-12)
        assert table["probability"].sum() == pytest.approx(1, abs=1e-12)
    else:
        assert np.isnan(value)


@ignore_many_levels
@given(frame=frames(min_columns=2, max_columns=2))
def test_the_other_way_round_is_the_transpose(frame):
    one = frame.mi.contributions("c0", "c1", missing="category")["contribution"]
    two = frame.mi.contributions("c1", "c0", missing="category")["contribution"]
    assert sorted(one) == sorted(two)


def test_many_rows_and_many_cells():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 400, (200_000, 2)), columns=["x", "y"])
    table = frame.mi.contributions("x", "y", bins=None)
    value = frame.mi.pair("x", "y", bins=None)
    assert table["contribution"].sum() == pytest.approx(value, abs=1e-12)


class TestLabels:
    def levels(self, values, **options):
        frame = pd.DataFrame({"x": values, "y": [0] * len(values)})
        return frame.mi.contributions("x", "y", **options).index.get_level_values("x")

    @pytest.mark.parametrize(
        "values",
        [
            ["a", "b", "c"],
            [True, False, True],
            [3, 1, 2],
            [0.5, -1.0, 0.5],
            [datetime.date(2024, 1, 1), datetime.date(2023, 1, 1)],
            [datetime.time(8, 30), datetime.time(23, 59, 59, 1)],
            [pd.Timestamp("2024-01-01 12:00"), pd.Timestamp("2023-01-01")],
            [pd.Timedelta("1h"), pd.Timedelta("2h")],
            [pd.Period("2024-01"), pd.Period("2024-02")],
            [pd.Interval(0, 1), pd.Interval(1, 2)],
            [Decimal("1.50"), Decimal("2.00")],
            [b"a", b"b"],
        ],
    )
    def test_levels_are_the_values_in_order(self, values):
        assert self.levels(values).tolist() == sorted(set(values))

    def test_mixed_values_stay_themselves(self):
        assert self.levels(pd.Series([2, "b", (1,)], dtype=object)).tolist() == [2, "b", (1,)]

    def test_categories_keep_their_values(self):
        assert self.levels(pd.Categorical([3, 1, 3])).tolist() == [1, 3]

    @pytest.mark.parametrize(
        ("values", "cuts", "expected"),
        [
            ([1, 5, 9], [2, 6], ["≤ 2", "(2, 6]", "> 6"]),
            ([0.1, 0.2, 0.3], [0.125, 0.25], ["≤ 0.125", "(0.125, 0.25]", "> 0.25"]),
            ([1.0, 2.0], [1 / 3, 1.5], ["(0.3333, 1.5]", "> 1.5"]),
            ([1.0, 1.0001], [1.00001], ["≤ 1", "> 1"]),
            ([1.0, 1.1], [1.00001, 1.00002], ["≤ 1.00001", "> 1.00002"]),
            ([2.0, 3.0], [], ["all"]),
            (
                pd.to_datetime(["2024-01-01", "2024-03-01"]),
                ["2024-02-01"],
                ["≤ 2024-02-01", "> 2024-02-01"],
            ),
            (
                pd.to_datetime(["2024-01-01", "2024-03-01"]),
                ["2024-02-01 06:30"],
                ["≤ 2024-02-01 06:30:00", "> 2024-02-01 06:30:00"],
            ),
            (
                [Decimal("1.5"), Decimal("2.5")],
                [Decimal("2.0")],
                ["≤ 2.0", "> 2.0"],
            ),
        ],
    )
    def test_bins_are_ranges_closed_on_the_right(self, values, cuts, expected):
        levels = self.levels(values, bins={"x": cuts})
        assert list(dict.fromkeys(levels)) == expected
        assert levels.categories.tolist()[0] == expected[0] or expected[0].startswith("(")

    def test_missing_is_nan_and_stands_last(self):
        levels = self.levels([None, "a", "b"], missing="category")
        assert levels.tolist()[:2] == ["a", "b"]
        assert pd.isna(levels[2])

    def test_names_are_the_labels_of_the_columns(self):
        frame = pd.DataFrame({"count": [1, 2], ("a", 1): [1, 2]})
        assert frame.mi.contributions("count", ("a", 1)).index.names == ["count", ("a", 1)]


def test_a_column_with_itself_gives_its_entropy():
    frame = pd.DataFrame({"x": ["a", "a", "b"]})
    table = frame.mi.contributions("x", "x")
    assert table.index.tolist() == [("a", "a"), ("b", "b")]
    assert table["contribution"].sum() == pytest.approx(frame.mi.entropy()["x"])


def test_fewer_rows_than_min_periods_give_nan():
    frame = pd.DataFrame({"x": [1, 2], "y": [1, 2]})
    assert frame.mi.contributions("x", "y", min_periods=3)["contribution"].isna().all()


def test_a_constant_contributes_nothing():
    frame = pd.DataFrame({"x": [1, 2], "y": [1, 1]})
    table = frame.mi.contributions("x", "y", normalized=True)
    assert table["contribution"].tolist() == [0.0, 0.0]


def test_no_rows_give_no_cells():
    frame = pd.DataFrame({"x": [1.0, None], "y": [None, 1.0]})
    assert frame.mi.contributions("x", "y").empty


def test_many_levels_are_warned_of():
    ids = pd.DataFrame({"id": [f"i{n}" for n in range(99)], "y": [0] * 99})
    with pytest.warns(pandas_mi.HighCardinalityWarning):
        ids.mi.contributions("id", "y")
