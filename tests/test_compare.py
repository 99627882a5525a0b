"""What has changed: the values, the test, and what is refused."""

import inspect

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pandas_mi
from pandas_mi.inference import Cells, TwoTables, change, jackknife, q_values
from pandas_mi.inference.change import delta_fits

false_positives = pytest.importorskip("benchmarks.false_positives")


@pytest.fixture(scope="module")
def loans():
    """Before day 300 x tells y; then no more. z tells nobody anything."""
    rng = np.random.default_rng(0)
    x, z = rng.integers(0, 4, (2, 600))
    y = np.where(np.arange(600) < 300, x, rng.integers(0, 4, 600))
    return pd.DataFrame({"day": np.arange(600), "x": x, "y": y, "z": z, "w": rng.normal(size=600)})


def halves(frame):
    return frame[frame["day"] < 300], frame[frame["day"] >= 300]


class TestResult:
    def test_one_row_a_pair_the_surest_first(self, loans):
        found = loans.mi.compare("day < 300", "day >= 300", ["x", "y", "z"])
        assert list(found.columns) == [
            "x", "y", "mi_before", "mi_after", "difference", "standard_error", "p_value",
            "q_value", "n_before", "n_after",
        ]  # fmt: skip
        assert next(zip(found["x"], found["y"], strict=True)) == ("x", "y")
        assert found["p_value"].is_monotonic_increasing
        assert found["p_value"][0] < 1e-6
        assert found["p_value"][1:].min() > 0.05
        np.testing.assert_array_equal(found["difference"], found["mi_after"] - found["mi_before"])
        np.testing.assert_array_equal(found["q_value"], q_values(found["p_value"].to_numpy()))
        assert (found[["n_before", "n_after"]] == 300).all(axis=None)

    def test_values_are_the_jackknife_of_each_slice(self, loans):
        found = loans.mi.compare("day < 300", "day >= 300", ["x", "y"]).iloc[0]
        for part, name in zip(halves(loans), ("mi_before", "mi_after"), strict=True):
            value, error = jackknife(Cells.of(pd.crosstab(part["x"], part["y"]).to_numpy()))
            assert found[name] == pytest.approx(value, rel=1e-12)
        assert found["standard_error"] == pytest.approx(error, rel=0.3)

    def test_plug_in_values_are_near_where_rows_are_many(self):
        rng = np.random.default_rng(1)
        x = rng.integers(0, 3, 100_000)
        frame = pd.DataFrame(
            {"t": np.arange(100_000) % 2, "x": x, "y": (x + rng.integers(0, 2, 100_000)) % 3}
        )
        found = frame.mi.compare("t = 0", "t = 1", ["x", "y"]).iloc[0]
        assert found["mi_before"] == pytest.approx(
            frame.mi.pair("x", "y", slice_query="t = 0"), abs=5e-5
        )

    def test_encodings_are_those_of_both_together(self, loans):
        bins = loans.mi.bins(["y", "w"])
        learnt = loans.mi.compare("day < 100", "day >= 100", ["y", "w"])
        given = loans.mi.compare("day < 100", "day >= 100", ["y", "w"], bins=bins)
        pd.testing.assert_frame_equal(learnt, given, check_exact=True)

    def test_units_and_normalised_values(self, loans):
        nats, bits, scaled = (
            loans.mi.compare("day < 300", "day >= 300", ["x", "y"], **options).iloc[0]
            for options in ({}, {"base": 2}, {"normalized": True})
        )
        assert bits["difference"] == pytest.approx(nats["difference"] / np.log(2))
        assert bits["standard_error"] == pytest.approx(nats["standard_error"] / np.log(2))
        assert bits["p_value"] == nats["p_value"]
        assert scaled["mi_before"] == pytest.approx(1.0, abs=0.01)

    @pytest.mark.parametrize("average", ["row", "column", "min", "max", "joint", "geometric"])
    def test_averages_are_those_of_pair(self, average):
        rng = np.random.default_rng(2)
        x = rng.integers(0, 2, 200_000)
        frame = pd.DataFrame(
            {"t": np.arange(200_000) % 2, "x": x, "y": x + rng.integers(0, 4, 200_000)}
        )
        options = {"normalized": True, "average": average}
        found = frame.mi.compare("t = 0", "t = 1", ["x", "y"], **options).iloc[0]
        expected = frame.mi.pair("x", "y", slice_query="t = 0", **options)
        assert found["mi_before"] == pytest.approx(expected, abs=1e-4)
        spread = frame.mi.compare("t = 0", "t = 1", ["y", "x"], **options).iloc[0]
        turned = {"row": "column", "column": "row"}.get(average, average)
        other = frame.mi.pair("y", "x", slice_query="t = 0", normalized=True, average=average)
        assert spread["mi_before"] == pytest.approx(other, abs=1e-4)
        assert other == pytest.approx(
            frame.mi.pair("x", "y", slice_query="t = 0", normalized=True, average=turned)
        )

    def test_nothing_to_tell(self):
        frame = pd.DataFrame({"t": [0] * 5 + [1], "x": range(6), "y": range(6), "c": 1})
        found = frame.mi.compare("t = 0", "t = 1", ["x", "y"])
        assert found.loc[0, ["n_before", "n_after"]].tolist() == [5, 1]
        assert found.loc[0, ["mi_before", "mi_after", "p_value", "q_value"]].isna().all()
        constant = frame.mi.compare("t = 0 AND x < 2", "t = 0 AND x >= 2", ["c", "y"])
        assert constant.loc[0, ["difference", "p_value"]].tolist() == [0.0, 1.0]
        few = frame.mi.compare("x < 3", "x >= 3", ["x", "y"], min_periods=4)
        assert few["p_value"].isna().all()
        assert len(frame.mi.compare("t = 0", "t = 1", ["x"])) == 0

    def test_a_sample_of_each_side(self, loans):
        found = loans.mi.compare("day < 300", "day >= 300", ["x", "y"], sample_size=50)
        assert found.loc[0, ["n_before", "n_after"]].tolist() == [50, 50]

    def test_p_does_not_depend_on_other_columns(self, loans):
        alone = loans.mi.compare("day < 60", "day >= 60", ["x", "z"]).iloc[0]
        among = loans.mi.compare("day < 60", "day >= 60", ["y", "z", "x"])
        among = among[(among["x"] == "z") & (among["y"] == "x")].iloc[0]
        assert alone["p_value"] == among["p_value"]
        other = loans.mi.compare("day < 60", "day >= 60", ["x", "z"], seed=1).iloc[0]
        assert alone["p_value"] != other["p_value"]


class TestWhatIsCompared:
    def test_slices_tables_tallies_and_files_agree(self, loans, tmp_path):
        columns = ["x", "y", "z", "w"]
        slices = loans.mi.compare("day < 300", "day >= 300", columns)
        parts = [part[columns] for part in halves(loans)]
        paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
        for part, path in zip(parts, paths, strict=True):
            part.to_parquet(path)
        bins = loans.mi.bins(columns)
        tallies = [pandas_mi.Tally(columns, bins=bins).update(part) for part in parts]
        for others in (parts, paths, [pa.table(part) for part in parts], tallies):
            found = pandas_mi.compare(*others)
            pd.testing.assert_frame_equal(found, slices, check_exact=True)
        loans.to_parquet(tmp_path / "all.parquet")
        found = pandas_mi.compare("day < 300", "day >= 300", columns, data=tmp_path / "all.parquet")
        pd.testing.assert_frame_equal(found, slices, check_exact=True)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (pd.Series([1, 2, 3] * 9), pd.Series([1.0, 2.0, 3.5] * 9)),
            (pd.Series(["a", "b"] * 9), pd.Series(["b", "c"] * 9, dtype="category")),
            (
                pd.Series(pd.date_range("2024", periods=30)).dt.as_unit("s"),
                pd.Series(pd.date_range("2025", periods=30)).dt.as_unit("ns"),
            ),
            (pd.Series([None] * 9, dtype=object), pd.Series(["b", "c"] * 9)),
            (pd.Series([1.5, None, 2.5] * 9), pd.Series([None] * 9, dtype="float64")),
            (
                pd.Series(pd.date_range("2024", periods=30, tz="UTC")),
                pd.Series(pd.date_range("2024", periods=30, tz="Asia/Tokyo")),
            ),
        ],
    )
    def test_values_of_one_kind_compare_whatever_holds_them(self, before, after):
        tables = [
            pd.DataFrame({"v": side, "k": np.arange(len(side)) % 3}) for side in (before, after)
        ]
        found = pandas_mi.compare(*tables)
        both = pd.concat(
            [t.astype({"v": object}).assign(side=n) for n, t in enumerate(tables)],
            ignore_index=True,
        )
        both["v"] = both["v"].infer_objects()
        if both["v"].dtype == object and before.dtype.kind == "M":
            both["v"] = pd.to_datetime(both["v"], utc=True)
        expected = both.mi.compare("side = 0", "side = 1", ["v", "k"])
        pd.testing.assert_frame_equal(found, expected, check_exact=True)

    def test_what_does_not_compare_is_refused(self, loans):
        one, two = halves(loans)
        text = two.assign(x=two["x"].map(str))
        message = r"^column 'x' holds integer before and text after, which do not compare; convert"
        with pytest.raises(TypeError, match=message):
            pandas_mi.compare(one, text)
        with pytest.raises(
            TypeError, match=r"^column 'x' holds integer before and a category of i"
        ):
            pandas_mi.compare(one, two.astype({"x": "category"}))
        with pytest.raises(
            ValueError, match=r"^only one of the two has 'x'; name the columns to co"
        ):
            pandas_mi.compare(one, two.drop(columns="x"))
        with pytest.raises(
            ValueError, match=r"^before and after are the same table, in which noth"
        ):
            pandas_mi.compare(one, one)
        with pytest.raises(TypeError, match=r"^a tally is compared with another tally, not with a"):
            pandas_mi.compare(pandas_mi.Tally.of(one), two)
        with pytest.raises(ValueError, match=r"^these tallies do not compare: column 'day' has c"):
            pandas_mi.compare(pandas_mi.Tally.of(one), pandas_mi.Tally.of(two))
        tally = pandas_mi.Tally.of(one)
        with pytest.raises(ValueError, match=r"^tallies have their bins already: leave bins= out$"):
            pandas_mi.compare(tally, tally + tally, bins=3)
        with pytest.raises(
            ValueError, match=r"^tallies hold no rows to choose from: leave slice_qu"
        ):
            pandas_mi.compare(tally, tally + tally, slice_query="x = 1")

    def test_slices_exclude_each_other(self, loans):
        message = (
            r"^before and after share 10 rows, which cannot have changed; let the queries excl"
        )
        with pytest.raises(ValueError, match=message):
            loans.mi.compare("day < 300", "day >= 290")
        with pytest.raises(
            ValueError, match=r"^slices take no slice_query=: put its conditions in"
        ):
            loans.mi.compare("day < 300", "day >= 300", slice_query="x = 1")
        message = (
            r"^before must be a query for rows of the one table, got DataFrame; two tables are"
        )
        with pytest.raises(TypeError, match=message):
            loans.mi.compare(loans, loans)

    def test_options(self, loans):
        one, two = halves(loans)
        for wrong, message in [
            (
                {"method": "chi2"},
                "^method must be one of 'auto', 'delta', 'permutation', got 'chi2'",
            ),
            ({"n_resamples": 0}, "^n_resamples must be at least 1, got 0$"),
        ]:
            with pytest.raises(ValueError, match=message):
                pandas_mi.compare(one, two, **wrong)
        with pytest.raises(TypeError, match=r"^no option 'adjusted'; there are: 'normalized', "):
            pandas_mi.compare(one, two, adjusted=True)
        with pytest.raises(
            ValueError, match=r"^missing values in 'x' \(1 rows\); missing='pairwise"
        ):
            pandas_mi.compare(
                one, two.replace({"x": {0: None}}).iloc[3:5].assign(x=[None, 1.0]), missing="raise"
            )
        assert len(pandas_mi.compare(one, two, ["x", "y"], slice_query="z = 1")) == 1

    def test_the_method_has_the_options_of_the_function(self, loans):
        function = dict(inspect.signature(pandas_mi.compare).parameters)
        del function["data"]
        assert [*inspect.signature(loans.mi.compare).parameters] == [*function]


class TestTheTest:
    """`benchmarks/false_positives.py` has the thorough figures."""

    def test_delta_is_taken_where_it_fits(self):
        def fits(before, after):
            tables = TwoTables.of(np.array(before), np.array(after))
            return delta_fits(tables, None)

        assert fits([[400, 100], [100, 400]], [[390, 110], [110, 390]])
        assert not fits([[40, 10], [10, 40]], [[39, 11], [11, 39]])  # few rows
        assert not fits([[250, 250], [250, 250]], [[260, 240], [240, 260]])  # independent
        assert not fits([[500, 0], [0, 500]], [[500, 0], [0, 500]])  # as much as there can be
        even = np.full((12, 12), 20)
        assert fits(even, even)
        rare = np.ones((12, 12), int) + np.eye(12, dtype=int) * 400
        assert not fits(rare, rare * 20)

    def test_both_ways_agree_where_both_fit(self):
        before, after = np.array([[400, 100], [100, 400]]), np.array([[380, 120], [120, 380]])
        delta, drawn = (
            change(
                TwoTables.of(before, after),
                np.random.default_rng(0),
                method=method,
                n_resamples=9999,
            )
            for method in ("delta", "permutation")
        )
        assert (delta.method, drawn.method) == ("delta", "permutation")
        assert 0.01 < delta.p_value < 0.1
        assert drawn.p_value == pytest.approx(delta.p_value, rel=0.2)

    def test_p_falls_below_what_draws_resolve(self):
        tables = TwoTables.of(np.array([[45, 5], [5, 45]]), np.array([[25, 25], [25, 25]]))
        found = change(tables, np.random.default_rng(0), method="permutation", n_resamples=199)
        assert 1e-12 < found.p_value < 1e-3

    def test_a_seeded_rate_of_false_positives(self):
        rates = []
        for shape, strength, rows in [
            ((2, 2), 0.5, (60, 60)),
            ((3, 4), 0.0, (80, 400)),
            ((2, 2), 2.0, (400, 900)),
            ((20, 20), 5.0, (300, 300)),
        ]:
            law = false_positives.law(shape, 0.5, strength)
            design = false_positives.Design(str(shape), law, law, rows)
            rates.append(false_positives.rate(design, 400, 99)[0])
        # 1,600 tables: the standard error is 0.0054.
        assert 0.035 <= np.mean(rates) <= 0.065
        assert max(rates) < 0.09

    def test_changed_margins_of_unrelated_columns_are_no_change(self):
        # Rows that change sides alone would find one in a fifth of these.
        before, after = (false_positives.law((2, 2), skew, 0.0) for skew in (0.0, 1.0))
        design = false_positives.Design("margins", before, after, (500, 500))
        assert false_positives.rate(design, 300, 99)[0] <= 0.05

    def test_the_law_of_one_association_keeps_margins_and_cells(self):
        tables = TwoTables.of(np.array([[30, 10], [5, 40]]), np.array([[60, 5], [20, 90]]))
        fitted = tables.of_one_association()
        for found, wanted in zip(
            tables.margins(fitted), tables.margins(tables.counts), strict=True
        ):
            np.testing.assert_allclose(found, wanted, atol=0.05)
        np.testing.assert_allclose(fitted.sum(axis=0), tables.counts.sum(axis=0), atol=0.05)
        odds = fitted[:, 0] * fitted[:, 3] / (fitted[:, 1] * fitted[:, 2])
        assert odds[0] == pytest.approx(odds[1], rel=0.01)

    def test_power(self):
        before, after = (false_positives.law_of((5, 5), 0.5, wanted) for wanted in (0.1, 0.05))
        design = false_positives.Design("halved", before, after, (2000, 2000))
        assert false_positives.rate(design, 100, 99)[0] > 0.9

    @pytest.mark.thorough
    @pytest.mark.parametrize("group", ["unchanged", "sparse"])
    def test_every_rate_of_false_positives(self, group):
        for design in false_positives.GROUPS[group]():
            share, _ = false_positives.rate(design, 2000 if group == "unchanged" else 200, 199)
            assert 0.03 <= share <= (0.07 if group == "unchanged" else 0.1), design
