"""Pictures: what they show, that they leave the user's style and figures alone, and baselines."""

import inspect
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

import pandas_mi
from pandas_mi import plotting
from pandas_mi.plotting.order import cluster_order

plt = pytest.importorskip("matplotlib.pyplot")

CALLS = {
    "heatmap": (),
    "bar": ("species",),
    "pair": ("species", "flipper_length_mm"),
    "over": ("year", [("species", "sex"), ("species", "flipper_length_mm")]),
}


@pytest.fixture(scope="module")
def penguins():
    return pd.read_csv(str(files("pandas_mi") / "data" / "penguins.csv"))


def wide(columns, rows=60):
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((rows, 4))
    noise = rng.standard_normal((rows, columns))
    names = [f"the_number_of_requests_in_hour_{place}" for place in range(columns)]
    return pd.DataFrame(shared[:, np.arange(columns) % 4] + noise / 2, columns=names)


def texts(labels):
    return [label.get_text() for label in labels]


@pytest.mark.parametrize("name", CALLS)
class TestEveryPicture:
    def test_method_is_function(self, penguins, name):
        method, function = getattr(penguins.mi.plot, name), getattr(plotting, name)
        assert method.__doc__ == function.__doc__
        shown = list(inspect.signature(function).parameters.values())
        assert list(inspect.signature(method).parameters.values()) == shown[1:]
        assert {"slice_query", "bins", "missing", "normalized"} <= {one.name for one in shown}

    def test_it_draws_on_the_axes_given(self, penguins, name):
        figure, (left, right) = plt.subplots(1, 2)
        assert getattr(penguins.mi.plot, name)(*CALLS[name], ax=right) is right
        assert plt.get_fignums() == [figure.number]
        assert not left.has_data()

    def test_it_makes_a_figure_and_shows_nothing(self, penguins, name, monkeypatch):
        monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("shown"))
        axes = getattr(penguins.mi.plot, name)(*CALLS[name])
        assert isinstance(axes, plt.Axes)
        assert plt.get_fignums() == [axes.figure.number]

    def test_the_style_is_kept(self, penguins, name):
        with plt.style.context("dark_background"):
            before = dict(plt.rcParams)
            axes = getattr(penguins.mi.plot, name)(*CALLS[name])
            assert dict(plt.rcParams) == before
            assert axes.figure.get_facecolor() == (0, 0, 0, 1)

    def test_options_reach_it(self, penguins, name):
        with pytest.raises(pandas_mi.SliceError):
            getattr(penguins.mi.plot, name)(*CALLS[name], slice_query="nonsense <")
        with pytest.raises(TypeError, match=r"^no option 'colour'; there are: 'normalized', "):
            getattr(penguins.mi.plot, name)(*CALLS[name], colour="red")

    def test_other_tables_will_do(self, penguins, name, tmp_path):
        penguins.to_parquet(tmp_path / "p.parquet")
        getattr(plotting, name)(tmp_path / "p.parquet", *CALLS[name])

    def test_it_can_be_saved(self, penguins, name, tmp_path):
        axes = getattr(penguins.mi.plot, name)(*CALLS[name])
        for suffix in ("png", "svg"):
            axes.figure.savefig(tmp_path / f"a.{suffix}")


class TestHeatmap:
    @pytest.mark.parametrize("columns", [1, 3, 40, 200])
    def test_every_size_labels_what_fits(self, columns):
        axes = wide(columns).mi.plot.heatmap()
        labels = axes.get_yticklabels()
        assert 1 <= len(labels) <= columns
        assert min(label.get_fontsize() for label in labels) >= 6
        assert max(axes.figure.get_size_inches()) < 40

    def test_long_labels_lose_their_middle(self):
        labels = texts(wide(3).mi.plot.heatmap(order=None).get_yticklabels())
        assert labels[0] == "the_number_of_…ests_in_hour_0"[: len(labels[0])] or "…" in labels[0]
        assert len(set(labels)) == 3

    def test_order(self, penguins):
        columns = ["year", "species", "island"]
        assert texts(penguins.mi.plot.heatmap(columns, order=None).get_yticklabels()) == columns
        by_name = texts(penguins.mi.plot.heatmap(columns, order="name").get_yticklabels())
        assert by_name == ["island", "species", "year"]
        clustered = texts(penguins.mi.plot.heatmap(columns).get_yticklabels())
        assert abs(clustered.index("species") - clustered.index("island")) == 1
        with pytest.raises(ValueError, match=r"^order must be one of 'cluster', 'name', None, got"):
            penguins.mi.plot.heatmap(order="size")

    def test_values_are_the_normalised_matrix(self, penguins):
        axes = penguins.mi.plot.heatmap(order=None)
        drawn = axes.images[0]
        np.testing.assert_array_equal(drawn.get_array(), penguins.mi.matrix(normalized=True))
        assert drawn.get_clim() == (0, 0.6)  # 0.507 is the highest off the diagonal
        assert axes.images[0].colorbar.ax.get_ylabel() == "normalised mutual information"

    def test_nats_are_scaled_to_what_is_off_the_diagonal(self, penguins):
        drawn = penguins.mi.plot.heatmap(normalized=False, base=2).images[0]
        values = penguins.mi.pairs(base=2)["mutual_information"]
        assert drawn.get_clim() == (0, values.max())
        assert drawn.colorbar.ax.get_ylabel() == "mutual information (bits)"
        assert penguins.mi.plot.heatmap(vmax=0.5).images[0].get_clim() == (0, 0.5)

    def test_numbers_stand_where_they_fit(self, penguins):
        assert len(penguins.mi.plot.heatmap().texts) == 64
        assert len(wide(40).mi.plot.heatmap().texts) == 0
        assert len(penguins.mi.plot.heatmap(annotate=False).texts) == 0

    def test_other_measures_are_named(self, penguins):
        columns = ["species", "island", "sex"]
        adjusted = penguins.mi.plot.heatmap(columns, adjusted=True)
        label = adjusted.images[0].colorbar.ax.get_ylabel()
        assert label == "adjusted mutual information"
        uncertain = penguins.mi.plot.heatmap(columns, average="row", order=None)
        expected = penguins.mi.matrix(columns, normalized=True, average="row")
        np.testing.assert_array_equal(uncertain.images[0].get_array(), expected)

    def test_nan_is_blank(self):
        frame = pd.DataFrame({"x": [1, 2], "y": [None, None]})
        assert texts(frame.mi.plot.heatmap().texts) == ["1.00"]


class TestClusterOrder:
    def test_related_columns_stand_together(self):
        rng = np.random.default_rng(1)
        group = rng.permutation(np.repeat(np.arange(5), 8))
        similar = np.where(group[:, None] == group, 0.5, 0.01) + rng.random((40, 40)) / 100
        order = cluster_order((similar + similar.T) / 2)
        assert sorted(order) == list(range(40))
        assert np.count_nonzero(np.diff(group[order])) == 4

    def test_the_ends_that_are_most_similar_meet(self):
        places = np.array([3, 0, 2, 1])
        order = cluster_order(np.exp(-np.abs(np.subtract.outer(places, places))))
        assert places[order].tolist() in ([0, 1, 2, 3], [3, 2, 1, 0])

    def test_nan_and_nothing(self):
        assert cluster_order(np.full((3, 3), np.nan)) == [0, 1, 2]
        assert cluster_order(np.zeros((0, 0))) == []


class TestBar:
    def test_bars_are_the_target_from_high_to_low(self, penguins):
        axes = penguins.mi.plot.bar("species", base=2)
        expected = penguins.mi.target("species", base=2)
        np.testing.assert_array_equal([bar.get_width() for bar in axes.patches], expected)
        assert texts(axes.get_yticklabels()) == expected.index.tolist()
        assert axes.yaxis.get_inverted()
        assert axes.get_xlabel() == "mutual information with 'species' (bits)"

    def test_top(self):
        frame = wide(30)
        axes = frame.mi.plot.bar(frame.columns[0], top=5)
        assert len(axes.patches) == 5
        assert axes.get_title(loc="right") == "the first 5 of 29 columns"
        assert len(frame.mi.plot.bar(frame.columns[0], top=None).patches) == 29
        for wrong in (0, True, 2.5):
            with pytest.raises(ValueError, match=r"^top must be a positive int or None, got "):
                frame.mi.plot.bar(frame.columns[0], top=wrong)

    def test_normalised(self, penguins):
        axes = penguins.mi.plot.bar("species", normalized=True)
        assert axes.get_xlabel() == "normalised mutual information with 'species'"

    def test_columns_without_a_value_are_left_out(self):
        frame = pd.DataFrame({"x": [1, 2], "y": [None, None], "z": [1, 2]})
        assert texts(frame.mi.plot.bar("x").get_yticklabels()) == ["z"]
        assert len(frame[["x", "y"]].mi.plot.bar("x").patches) == 0


class TestPair:
    def test_cells_are_the_contributions(self, penguins):
        axes = penguins.mi.plot.pair("species", "flipper_length_mm")
        table = penguins.mi.contributions("species", "flipper_length_mm")["contribution"]
        drawn = np.asarray(axes.images[0].get_array())
        np.testing.assert_array_equal(drawn, table.unstack().fillna(0).to_numpy().T)
        assert axes.get_title() == "0.559 nats in 342 rows"
        assert texts(axes.get_xticklabels()) == ["Adelie", "Chinstrap", "Gentoo"]
        assert texts(axes.get_yticklabels())[:2] == ["≤ 187", "(187, 192]"]
        assert len(axes.texts) == len(table)

    def test_colours_tell_the_sign_and_leave_the_background_at_0(self, penguins):
        with plt.style.context("dark_background"):
            drawn = penguins.mi.plot.pair("species", "island").images[0]
        assert drawn.to_rgba(0.0)[:3] == pytest.approx((0, 0, 0), abs=0.01)
        more, less = drawn.to_rgba(drawn.norm.vmax), drawn.to_rgba(drawn.norm.vmin)
        assert more[0] > more[2]
        assert less[2] > less[0]

    def test_numbers_ascend_upwards_and_names_go_down(self, penguins):
        assert penguins.mi.plot.pair("sex", "body_mass_g").images[0].origin == "lower"
        assert penguins.mi.plot.pair("sex", "year").images[0].origin == "lower"
        assert penguins.mi.plot.pair("sex", "species").images[0].origin == "upper"

    def test_rare_levels_are_put_together(self):
        frame = pd.DataFrame(
            {"x": [f"c{n}" for n in range(9)] * 6 + ["a"] * 9, "y": [0, 1, 2] * 21}
        )
        axes = frame.mi.plot.pair("x", "y", max_levels=3)
        assert texts(axes.get_xticklabels()) == ["a", "c0", "8 others"]
        total = np.asarray(axes.images[0].get_array()).sum()
        assert total == pytest.approx(frame.mi.pair("x", "y"))
        with pytest.raises(ValueError, match=r"^max_levels must be an int of at least 2, got 1$"):
            frame.mi.plot.pair("x", "y", max_levels=1)

    def test_missing_is_a_level_of_its_own(self, penguins):
        axes = penguins.mi.plot.pair("sex", "species", missing="category")
        assert texts(axes.get_xticklabels()) == ["female", "male", "missing"]

    def test_dates_have_no_midnight(self):
        frame = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-01-02"]), "y": [0, 1]})
        labels = texts(frame.mi.plot.pair("y", "day").get_yticklabels())
        assert labels == ["2024-01-01", "2024-01-02"]

    def test_no_rows_and_itself(self, penguins):
        frame = pd.DataFrame({"x": [1.0, None], "y": [None, 1.0]})
        assert frame.mi.plot.pair("x", "y").get_title() == "nan nats in 0 rows"
        penguins.mi.plot.pair("sex", "sex", normalized=True)


class TestOver:
    @pytest.fixture
    def days(self):
        rng = np.random.default_rng(0)
        when = pd.date_range("2024-01-01", periods=600, freq="6h")
        x = rng.integers(0, 3, 600)
        return pd.DataFrame({"when": when, "x": x, "y": np.where(rng.random(600) < 0.5, x, 0)})

    def test_lines_are_the_values_and_bands_their_intervals(self, days):
        axes = days.mi.plot.over("when", [("x", "y"), ("y", "x")], freq="M")
        values = days.mi.over("when", ("x", "y"), freq="M", correction="jackknife", ci=0.95)[
            "x", "y"
        ]
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), values["value"])
        assert texts(axes.get_legend().get_texts()) == ["x \N{EN DASH} y", "y \N{EN DASH} x"]
        low, high = axes.collections[0].get_paths()[0].get_extents().intervaly
        assert (low, high) == (values["low"].min(), values["high"].max())
        assert ((values["low"] < values["value"]) & (values["value"] < values["high"])).all()
        assert axes.get_ylabel() == "mutual information (nats)"
        assert axes.get_xlabel() == "when"

    def test_periods_without_a_value_are_gaps(self, days):
        gap = days[days["when"].dt.month != 3]
        axes = gap.mi.plot.over("when", ("x", "y"), freq="M")
        assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, False, True, False, False]
        assert axes.get_title() == "x \N{EN DASH} y"

    def test_groups_without_an_order_are_points(self, days):
        axes = days.assign(town=list("abc") * 200).mi.plot.over("town", ("x", "y"))
        assert axes.lines[0].get_linestyle() == "None"
        assert texts(axes.get_xticklabels()) == ["a", "b", "c"]
        binned = days.mi.plot.over("when", ("x", "y"), bins={"when": 3}, normalized=True)
        assert binned.lines[0].get_linestyle() == "-"
        assert not binned.collections
        assert binned.get_ylabel() == "normalised mutual information"


class TestCompare:
    QUERIES = ("year = 2007", "year > 2007")

    def test_squares_are_the_comparison(self, penguins):
        columns = ["species", "island", "sex"]
        axes = penguins.mi.plot.compare(*self.QUERIES, columns, order=None)
        found = penguins.mi.compare(*self.QUERIES, columns, normalized=True)
        assert [ax.get_title() for ax in axes] == ["before", "after", "difference (* q ≤ 0.05)"]
        for ax, name in zip(axes, ["mi_before", "mi_after", "difference"], strict=True):
            drawn = pd.DataFrame(np.asarray(ax.images[0].get_array()), columns, columns)
            for row in found.itertuples():
                assert drawn.loc[row.x, row.y] == drawn.loc[row.y, row.x] == getattr(row, name)
            assert np.isnan(np.diag(drawn)).all()
        assert axes[0].images[0].get_clim() == axes[1].images[0].get_clim() == (0, 0.6)
        assert sum(axes[2].images[0].get_clim()) == 0
        assert texts(axes[0].get_yticklabels()) == columns

    def test_significant_cells_are_marked(self):
        frame = pd.DataFrame({"t": np.arange(400), "x": [0, 1] * 200, "z": [0, 0, 1, 1] * 100})
        frame["y"] = frame["x"].where(frame["t"] < 200, 0)
        few = frame.mi.plot.compare("t < 200", "t >= 200", ["x", "y", "z"])
        stars = [text.get_text() for text in few[2].texts if text.get_text().endswith("*")]
        assert len(stars) == 2
        assert not any(text.get_text().endswith("*") for ax in few[:2] for text in ax.texts)
        bare = frame.mi.plot.compare("t < 200", "t >= 200", ["x", "y", "z"], annotate=False)
        assert len(bare[2].collections[0].get_offsets()) == 2
        assert bare[2].get_title() == "difference (• q ≤ 0.05)"
        strict = frame.mi.plot.compare("t < 200", "t >= 200", ["x", "y", "z"], q=0)
        assert not any(text.get_text().endswith("*") for text in strict[2].texts)

    def test_axes_given_are_used_and_the_style_is_kept(self, penguins):
        with plt.style.context("dark_background"):
            before = dict(plt.rcParams)
            figure, axes = plt.subplots(1, 3)
            found = penguins.mi.plot.compare(*self.QUERIES, ["species", "island"], axes=axes)
            assert list(found) == list(axes)
            assert plt.get_fignums() == [figure.number]
            assert dict(plt.rcParams) == before
        with pytest.raises(ValueError, match=r"^axes must be three Axes, got 2$"):
            penguins.mi.plot.compare(*self.QUERIES, axes=axes[:2])
        with pytest.raises(ValueError, match=r"^q must lie between 0 and 1, such as 0.05, got 5$"):
            penguins.mi.plot.compare(*self.QUERIES, q=5)
        with pytest.raises(ValueError, match=r"^order must be one of 'cluster', 'name', None, got"):
            penguins.mi.plot.compare(*self.QUERIES, order="size")

    @pytest.mark.parametrize("columns", [1, 2, 12, 30])
    def test_every_size(self, columns, tmp_path):
        frame = wide(columns).assign(t=np.arange(60))
        names = list(frame.columns[:-1])
        axes = frame.mi.plot.compare("t < 30", "t >= 30", names, method="delta", order="name")
        assert max(axes[0].figure.get_size_inches()) < 48
        axes[0].figure.savefig(tmp_path / "a.png")

    def test_two_tables(self, penguins):
        one, two = penguins[penguins["year"] == 2007], penguins[penguins["year"] > 2007]
        columns = ["species", "island"]
        found = plotting.compare(one, two, columns)[2].images[0].get_array()
        expected = penguins.mi.plot.compare(*self.QUERIES, columns)[2].images[0].get_array()
        np.testing.assert_array_equal(found, expected)


def test_without_matplotlib_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['matplotlib'] = None; import pandas as pd, pandas_mi\n"
        "try: pd.DataFrame({'x': [1, 2]}).mi.plot.heatmap()\n"
        "except ImportError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "plots need Matplotlib: pip install 'pandas-mi[plot]'"


compared = pytest.mark.skipif(find_spec("pytest_mpl") is None, reason="needs pytest-mpl")
# Every release of Matplotlib draws text a little differently, so baselines have none, and some
# begin a cell one pixel further: at 100 dots an inch that is a difference of up to 16.
picture = pytest.mark.mpl_image_compare(
    baseline_dir="baseline", style="default", tolerance=20, savefig_kwargs={"dpi": 100}
)


def bare(axes):
    for one in axes.figure.axes:
        one.set(xlabel="", ylabel="", title="", xticks=[], yticks=[])
    for text in list(axes.texts):
        text.remove()
    return axes.figure


@compared
@picture
def test_picture_heatmap(penguins):
    _, axes = plt.subplots(figsize=(4, 3))
    return bare(penguins.mi.plot.heatmap(ax=axes, cmap="viridis"))


@compared
@picture
def test_picture_bar(penguins):
    _, axes = plt.subplots(figsize=(4, 3))
    return bare(penguins.mi.plot.bar("species", ax=axes))


@compared
@picture
def test_picture_pair(penguins):
    _, axes = plt.subplots(figsize=(4, 3))
    return bare(penguins.mi.plot.pair("species", "flipper_length_mm", ax=axes))


@compared
@picture
def test_picture_over(penguins):
    _, axes = plt.subplots(figsize=(4, 3))
    pairs = [("species", "sex"), ("species", "flipper_length_mm")]
    axes = penguins.mi.plot.over("bill_depth_mm", pairs, bins={"bill_depth_mm": 5}, ax=axes)
    axes.get_legend().remove()
    return bare(axes)


@compared
@picture
def test_picture_compare(penguins):
    _, axes = plt.subplots(1, 3, figsize=(9, 3))
    columns = ["species", "island", "sex", "body_mass_g", "bill_length_mm"]
    penguins.mi.plot.compare("year = 2007", "year > 2007", columns, axes=axes, cmap="viridis")
    for one in axes:
        bare(one)
    return axes[0].figure
