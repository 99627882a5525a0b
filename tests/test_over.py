"""Values over periods and groups: which rows belong where, and what is refused."""

import datetime

import numpy as np
import pandas as pd
import pytest

import pandas_mi


def hours(n=2000, start="2024-01-30 22:00", tz=None):
    """A row every 20 minutes; x tells y until March."""
    rng = np.random.default_rng(0)
    when = pd.date_range(start, periods=n, freq="20min", tz=tz)
    x = rng.integers(0, 3, n)
    y = np.where(
        when.month < 3 if tz is None else when.tz_localize(None).month < 3, x, rng.integers(0, 3, n)
    )
    return pd.DataFrame(
        {"when": when, "x": x, "y": y, "w": rng.normal(size=n), "town": rng.choice(list("ab"), n)}
    )


def by_hand(frame, groups, x, y, **options):
    """Slice by slice, with pandas' own periods."""
    bins = frame.mi.bins([x, y])
    return [part.mi.pair(x, y, bins=bins, **options) for _, part in frame.groupby(groups)]


class TestPeriods:
    @pytest.mark.parametrize("freq", ["h", "6h", "D", "W", "M", "Q"])
    def test_periods_are_those_of_pandas(self, freq):
        frame = hours(600)
        found = frame.mi.over("when", [("x", "y"), ("w", "y")], freq=freq)
        periods = (
            frame["when"].dt.floor(freq).dt.to_period(freq)
            if freq == "6h"
            else frame["when"].dt.to_period(freq)
        )
        assert isinstance(found.index, pd.PeriodIndex)
        assert list(found.index) == sorted(set(periods))
        assert found.index.name == "when"
        assert list(found.columns) == [("x", "y"), ("w", "y")]
        assert found.columns.names == ["x", "y"]
        np.testing.assert_array_equal(found["x", "y"], by_hand(frame, periods, "x", "y"))
        np.testing.assert_array_equal(found["w", "y"], by_hand(frame, periods, "w", "y"))

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_units(self, unit):
        frame = hours(300)
        expected = frame.mi.over("when", ("x", "y"), freq="D")
        found = frame.assign(when=frame["when"].dt.as_unit(unit)).mi.over(
            "when", ("x", "y"), freq="D"
        )
        pd.testing.assert_frame_equal(found, expected, check_exact=True)

    def test_zoned_instants_count_by_their_local_time(self):
        frame = hours(2000, "2024-03-29 12:00", tz="Europe/Berlin")  # a day of 23 hours
        found = frame.mi.over("when", ("x", "y"), freq="D", count=True)
        local = frame["when"].dt.tz_localize(None).dt.to_period("D")
        np.testing.assert_array_equal(
            found["x", "y", "n"], local.value_counts(sort=False).sort_index()
        )
        assert found.loc["2024-03-31", ("x", "y", "n")].item() == 23 * 3
        autumn = hours(300, "2024-10-26 12:00", tz="Europe/Berlin")
        hourly = autumn.mi.over("when", ("x", "y"), freq="h", count=True)["x", "y", "n"]
        assert hourly[pd.Period("2024-10-27 02:00", "h")] == 6  # an hour that the clock shows twice

    def test_dates_and_periods(self):
        frame = hours(600)
        expected = frame.mi.over("when", ("x", "y"), freq="M")
        for held in (
            frame["when"].dt.date,
            frame["when"].dt.to_period("D"),
            frame["when"].dt.to_period("M"),
        ):
            found = frame.assign(when=held).mi.over("when", ("x", "y"), freq="M")
            pd.testing.assert_frame_equal(found, expected, check_exact=True)
        assert isinstance(frame["when"].dt.date[0], datetime.date)
        with pytest.raises(
            ValueError, match=r"^column 'when' holds periods of 'M', which freq= can"
        ):
            frame.assign(when=frame["when"].dt.to_period("M")).mi.over("when", ("x", "y"), freq="D")

    def test_empty_periods_and_short_ones_are_nan(self):
        frame = hours(600)
        day = frame["when"].dt.day
        found = frame[(day != 2)].mi.over("when", ("x", "y"), freq="D", count=True)
        assert found["x", "y", "n"]["2024-02-02"] == 0
        assert np.isnan(found["x", "y", "value"]["2024-02-02"])
        short = frame.mi.over("when", ("x", "y"), freq="D", min_periods=10)
        assert short["x", "y"].isna().tolist()[:2] == [True, False]  # six rows on the first day

    def test_rows_without_a_time_belong_nowhere(self):
        frame = hours(600)
        found = frame.assign(when=frame["when"].where(frame.index % 2 == 0)).mi.over(
            "when", ("x", "y"), freq="D"
        )
        pd.testing.assert_frame_equal(
            found, frame[::2].mi.over("when", ("x", "y"), freq="D"), check_exact=True
        )
        nothing = frame.assign(when=pd.NaT).astype({"when": "datetime64[us]"})
        assert nothing.mi.over("when", ("x", "y"), freq="D").shape == (0, 1)

    def test_refusals(self):
        frame = hours(20)
        for wrong, error, message in [
            (
                {"freq": "fortnight"},
                ValueError,
                r"^freq must be what pandas.Period takes, such as 'D",
            ),
            (
                {"freq": "us"},
                ValueError,
                r"^column 'when' spans 22,800,000,001 periods of 'us', more",
            ),
            (
                {"freq": "D", "bins": {"when": 3}},
                ValueError,
                r"^freq= and bins= both say where to cu",
            ),
            (
                {"freq": "D", "estimator": "knn"},
                ValueError,
                r"^over counts tables, so it has no esti",
            ),
            (
                {"freq": "D", "ci": 0.9, "normalized": True},
                ValueError,
                r"^ci= is for mutual informat",
            ),
            ({"freq": "D", "count": 1}, TypeError, r"^count must be bool, got int 1$"),
            (
                {"freq": "D", "ci": 2},
                ValueError,
                r"^ci must lie between 0 and 1, such as 0.95, got 2$",
            ),
        ]:
            with pytest.raises(error, match=message):
                frame.mi.over("when", ("x", "y"), **wrong)
        with pytest.raises(
            TypeError, match=r"^freq= needs a column of dates or instants, and 'x' h"
        ):
            frame.mi.over("x", ("w", "y"), freq="D")
        for pairs in ("x", [], ["x", "y"], None, [("x", "y", "w")], {"x": "y"}):
            with pytest.raises(
                TypeError, match=r"^pairs must be one pair of labels, such as \('x', "
            ):
                frame.mi.over("when", pairs, freq="D")
        with pytest.raises(
            pandas_mi.UnknownColumnError, match=r"^no column 'q'; there are: 'when'"
        ):
            frame.mi.over("when", ("x", "q"), freq="D")


class TestGroups:
    def test_values_and_bins(self):
        frame = hours(600)
        by_town = frame.mi.over("town", ("x", "y"))
        assert by_town.index.tolist() == ["a", "b"]
        np.testing.assert_array_equal(by_town["x", "y"], by_hand(frame, "town", "x", "y"))
        cut = frame.mi.over("w", ("x", "y"), bins={"w": [0.0]})
        assert cut.index.tolist() == ["≤ 0", "> 0"]
        np.testing.assert_array_equal(cut["x", "y"], by_hand(frame, frame["w"] > 0, "x", "y"))

    def test_a_missing_group_is_none(self):
        frame = pd.DataFrame({"g": ["a", None, "a", "b"], "x": [1, 2, 1, 2], "y": [1, 1, 2, 2]})
        found = frame.mi.over("g", ("x", "y"), count=True, missing="category")
        assert found["x", "y", "n"].to_dict() == {"a": 2, "b": 1}

    def test_many_levels_are_counted_sparsely(self):
        rng = np.random.default_rng(0)
        ids = rng.integers(0, 20_000, (2, 6000))
        frame = pd.DataFrame({"g": rng.integers(0, 4, 6000), "x": ids[0], "y": ids[1]}).astype(
            {"x": str, "y": str}
        )
        frame.loc[::7, "x"] = None
        with pytest.warns(pandas_mi.HighCardinalityWarning):
            found = frame.mi.over("g", [("x", "y"), ("x", "x")], count=True, ci=0.9)
        for group in range(4):
            part = frame[frame["g"] == group]
            assert found["x", "y", "n"][group] == part["x"].count()
            for y in "yx":
                with pytest.warns(pandas_mi.HighCardinalityWarning):
                    expected = (
                        part.mi.pair("x", y)
                        if y == "y"
                        else part.mi.matrix(["x", "y"]).loc["x", "x"]
                    )
                assert found["x", y, "value"][group] == expected


class TestNumbers:
    def test_intervals_are_those_of_pairs(self):
        frame = hours(600)
        for method in ("delta", "bootstrap"):
            found = frame.mi.over(
                "town", ("x", "y"), ci=0.9, ci_method=method, base=2, n_resamples=99
            )
            assert [name for *_, name in found.columns] == ["value", "low", "high"]
            for town in "ab":
                part = frame.mi.pairs(
                    ["x", "y"],
                    slice_query=f"town = '{town}'",
                    ci=0.9,
                    ci_method=method,
                    base=2,
                    n_resamples=99,
                )
                expected = part.loc[0, ["mutual_information", "low", "high"]].tolist()
                assert found.loc[town].tolist() == expected

    def test_measures(self):
        frame = hours(600)
        for options in (
            {"adjusted": True},
            {"correction": "miller-madow"},
            {"normalized": True, "average": "row"},
        ):
            found = frame.mi.over("town", ("x", "w"), **options)
            np.testing.assert_array_equal(
                found["x", "w"], by_hand(frame, "town", "x", "w", **options)
            )

    def test_files_are_frames(self, tmp_path, monkeypatch):
        frame = hours(600, tz="Europe/Berlin")
        frame.to_parquet(tmp_path / "hours.parquet", row_group_size=100)
        calls = [
            (("when", [("x", "y"), ("town", "w")]), {"freq": "D", "ci": 0.9}),
            (("town", ("x", "w")), {"missing": "listwise"}),
        ]
        for arguments, options in calls:
            expected = frame.mi.over(*arguments, **options)
            with monkeypatch.context() as patch:
                patch.setattr("pandas_mi.analysis.view.IN_MEMORY", 0)
                patch.setattr("pandas_mi.sources.parquet.CHUNK_ROWS", 1)
                found = pandas_mi.over(tmp_path / "hours.parquet", *arguments, **options)
            pd.testing.assert_frame_equal(
                found, expected, check_exact=True, check_index_type=False, check_column_type=False
            )
