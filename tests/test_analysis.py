"""The functions of the package: labels, options, missing values, warnings, known values."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

import pandas_mi
from pandas_mi.analysis.options import (
    GivenMeasureOptions,
    GivenOptions,
    MeasureOptions,
    Options,
)
from pandas_mi.testing import frames

FRAME = pd.DataFrame(
    {
        "x": [1, 1, 2, 2, 3, 3],
        "y": ["a", "a", "b", "b", None, "c"],
        "z": [0.5, np.nan, 0.5, 1.5, 1.5, np.nan],
    }
)
CALLS = {
    "matrix": (),
    "mutual_information": ("x",),
    "target": ("x",),
    "pair": ("x", "y"),
    "entropy": (),
    "counts": (),
    "bins": (),
}


@pytest.fixture(scope="module")
def penguins():
    from importlib.resources import files

    return pd.read_csv(str(files("pandas_mi") / "data" / "penguins.csv"))


def test_known_values_of_the_penguins(penguins):
    assert penguins.shape == (344, 8)
    assert penguins.isna().sum().sum() == 19
    assert penguins.mi.pair("species", "island") == pytest.approx(0.520157171, abs=5e-10)
    scaled = penguins.mi.pair("species", "island", normalized=True)
    assert scaled == pytest.approx(0.506834606, abs=5e-10)


@pytest.mark.parametrize("name", CALLS)
def test_methods_are_the_functions(name, penguins):
    frame = penguins[["species", "island", "sex"]].set_axis(["x", "y", "z"], axis=1)
    method, function = getattr(frame.mi, name), getattr(pandas_mi, name)
    assert repr(method(*CALLS[name])) == repr(function(frame, *CALLS[name]))
    assert method.__doc__ == function.__doc__
    parameters = list(inspect.signature(function).parameters.values())
    assert list(inspect.signature(method).parameters.values()) == parameters[1:]


OPTIONS = {
    "normalized": False,
    "slice_query": None,
    "sample_size": None,
    "seed": 0.25,
    "bins": "auto",
    "missing": "pairwise",
    "average": "arithmetic",
    "base": None,
    "min_periods": 1,
    "threads": None,
    "progress": False,
}
MEASURE_OPTIONS = OPTIONS | {
    "adjusted": False,
    "correction": None,
    "estimator": "plugin",
    "n_neighbors": 3,
    "clip": False,
}


@pytest.mark.parametrize("name", CALLS)
def test_options_are_the_same_everywhere(name):
    keywords = {
        parameter.name: parameter.default
        for parameter in inspect.signature(getattr(pandas_mi, name)).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert keywords == (OPTIONS if name in ("counts", "bins") else MEASURE_OPTIONS)


@pytest.mark.parametrize(
    ("given", "checked"), [(GivenOptions, Options), (GivenMeasureOptions, MeasureOptions)]
)
def test_options_are_typed_as_they_are_checked(given, checked):
    hints = {name: hint.__forward_arg__ for name, hint in given.__annotations__.items()}
    assert hints == {name: field.type for name, field in checked.__dataclass_fields__.items()}


def test_an_unknown_option_gets_a_hint():
    with pytest.raises(TypeError) as caught:
        FRAME.mi.matrix(normalised=True)
    assert str(caught.value).startswith("no option 'normalised'; there are: 'normalized', 'slice_")
    assert str(caught.value).endswith(" Did you mean 'normalized'?")


@given(
    codes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1),
    threads=st.sampled_from([None, 1, 3]),
)
def test_equal_to_scikit_learn_on_the_rows_where_both_are_known(codes, threads):
    """Code 0 is missing here, so each pair has its own rows."""
    x, y = np.array(codes).T
    frame = pd.DataFrame({"x": x, "y": y}).replace(0, pd.NA).astype("category")
    both = (x > 0) & (y > 0)
    value = frame.mi.pair("x", "y", threads=threads)
    if not both.any():
        assert np.isnan(value)
    else:
        assert value == pytest.approx(mutual_info_score(x[both], y[both]), abs=1e-12)


class TestShapes:
    def test_matrix_is_labelled_on_both_sides(self):
        result = FRAME.mi.matrix()
        assert result.index.equals(FRAME.columns)
        assert result.columns.equals(FRAME.columns)
        assert (result.dtypes == "float64").all()

    def test_mutual_information_has_a_row_a_feature(self):
        result = FRAME.mi.mutual_information(["z", "x"], ["y"])
        assert result.index.tolist() == ["z", "x"]
        assert result.columns.tolist() == ["y"]
        assert FRAME.mi.mutual_information("z").columns.tolist() == ["x", "y", "z"]

    def test_target_is_sorted_with_nan_last_and_ties_in_column_order(self):
        frame = FRAME.assign(b=None, a=FRAME["x"], e=None)
        result = frame.mi.target("x", ["e", "a", "b", "y", "x"])
        assert result.index.tolist() == ["a", "y", "e", "b"]
        assert result.name == "mutual_information"
        scaled = frame.mi.target("x", normalized=True)
        assert scaled.name == "normalized_mutual_information"

    def test_pair_is_a_float(self):
        assert type(FRAME.mi.pair("x", "y")) is float

    def test_counts_are_rows_used(self):
        assert FRAME.mi.counts().to_numpy().tolist() == [[6, 5, 4], [5, 5, 3], [4, 3, 4]]
        assert (FRAME.mi.counts(missing="listwise") == 3).all(axis=None)
        assert (FRAME.mi.counts(missing="category") == 6).all(axis=None)

    def test_entropy_is_the_diagonal(self):
        for options in ({}, {"normalized": True}, {"missing": "category"}, {"base": 2}):
            diagonal = np.diag(FRAME.mi.matrix(**options))
            np.testing.assert_array_equal(FRAME.mi.entropy(**options), diagonal)

    def test_bins_are_cuts_or_none(self):
        frame = pd.DataFrame({"x": range(100), "y": ["a"] * 100})
        assert frame.mi.bins() == {"x": [24, 49, 74], "y": None}
        assert frame.mi.bins(bins=2) == {"x": [49], "y": None}


class TestLabels:
    def test_integers_and_tuples_are_labels(self):
        frame = FRAME.set_axis([0, 1, ("a", "b")], axis=1)
        assert frame.mi.pair(0, 1) == FRAME.mi.pair("x", "y")
        assert frame.mi.matrix(("a", "b")).shape == (1, 1)
        assert frame.mi.matrix([("a", "b"), 0]).index.tolist() == [("a", "b"), 0]
        assert frame.mi.matrix((0, 1)).index.tolist() == [0, 1]

    def test_multiindex_columns_stay_so(self):
        columns = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", "m"])
        frame = FRAME.set_axis(columns, axis=1)
        pd.testing.assert_index_equal(frame.mi.matrix().columns, columns)
        assert frame.mi.pair(("a", 1), ("a", 2)) == FRAME.mi.pair("x", "y")
        with pytest.raises(pandas_mi.UnknownColumnError):
            frame.mi.matrix("a")

    def test_a_column_named_like_a_method_is_a_column(self):
        frame = FRAME.set_axis(["mi", "matrix", "target"], axis=1)
        assert pandas_mi.pair(frame, "mi", "matrix") == FRAME.mi.pair("x", "y")
        # A column never hides the accessor: it is reached as frame["mi"].
        assert frame.mi.pair("mi", "matrix") == FRAME.mi.pair("x", "y")

    def test_an_index_is_no_column(self):
        assert list(FRAME.set_index("x").mi.matrix().columns) == ["y", "z"]

    def test_doubled_labels_are_refused_when_in_play(self):
        frame = FRAME.set_axis(["x", "x", "z"], axis=1)
        with pytest.raises(ValueError, match=r"^the table has more than once: 'x'; rename"):
            frame.mi.matrix()
        with pytest.raises(ValueError, match=r"^the table has more than once: 'x'; rename"):
            frame.mi.pair("x", "z")
        assert frame.mi.matrix("z").shape == (1, 1)

    def test_a_label_named_twice_is_refused(self):
        with pytest.raises(ValueError, match=r"^columns are named more than once: 'x'"):
            FRAME.mi.matrix(["x", "y", "x"])

    def test_an_unknown_label_gets_a_hint(self):
        frame = FRAME.rename(columns={"x": "species"})
        with pytest.raises(pandas_mi.UnknownColumnError) as caught:
            frame.mi.target("speces")
        assert str(caught.value) == (
            "no column 'speces'; there are: 'species', 'y', 'z'. Did you mean 'species'?"
        )
        assert isinstance(caught.value, KeyError)

    def test_unknown_labels_are_listed(self):
        with pytest.raises(pandas_mi.UnknownColumnError, match=r"^no columns 'u', 'v'; there are"):
            FRAME.mi.matrix(["u", "x", "v"])


class TestEdges:
    def test_no_rows(self):
        assert FRAME.head(0).mi.matrix().isna().all(axis=None)
        assert (FRAME.head(0).mi.counts() == 0).all(axis=None)

    def test_no_columns(self):
        assert pd.DataFrame(index=range(3)).mi.matrix().shape == (0, 0)
        assert pd.DataFrame().mi.entropy().tolist() == []

    def test_one_row_tells_nothing(self):
        assert (FRAME.head(1)[["x", "y"]].mi.matrix() == 0).all(axis=None)

    def test_a_constant_tells_nothing(self):
        frame = pd.DataFrame({"x": [1, 1, 1], "y": [1, 2, 3]})
        assert frame.mi.matrix(normalized=True).to_numpy().tolist() == [[0, 0], [0, 1]]

    def test_nothing_known_gives_nan(self):
        frame = FRAME.assign(y=None)
        assert frame.mi.matrix().loc["y"].isna().all()
        assert frame.mi.pair("y", "y", missing="category") == 0.0

    def test_no_shared_row_gives_nan(self):
        frame = pd.DataFrame({"x": [1, 2, None, None], "y": [None, None, 1, 2]})
        assert np.isnan(frame.mi.pair("x", "y"))
        assert np.isnan(frame.mi.pair("x", "y", normalized=True))

    def test_too_few_rows_give_nan(self):
        known = FRAME.mi.counts()
        assert FRAME.mi.matrix(min_periods=5).notna().equals(known >= 5)
        assert FRAME.mi.matrix(min_periods=7).isna().all(axis=None)


class TestMissing:
    def test_listwise_uses_rows_where_all_columns_in_play_are_known(self):
        whole = FRAME.dropna()
        assert FRAME.mi.matrix(missing="listwise").equals(whole.mi.matrix())
        two = FRAME[["x", "y"]].dropna().mi.pair("x", "y")
        assert FRAME.mi.pair("x", "y", missing="listwise") == two

    def test_listwise_after_slice_and_sample(self):
        options = {"sample_size": 4, "seed": 3}
        expected = FRAME.mi.sample(**options).dropna().mi.matrix()
        assert FRAME.mi.matrix(missing="listwise", **options).equals(expected)

    @given(frame=frames(min_columns=2))
    def test_listwise_bins_by_the_rows_that_remain(self, frame):
        known = pd.concat([frame[label].notna() for label in frame], axis=1).all(axis=1)
        listwise = frame.mi.matrix(missing="listwise")
        np.testing.assert_array_equal(listwise, frame[known].mi.matrix())

    def test_category_takes_missing_as_a_level(self):
        filled = FRAME.assign(y=FRAME["y"].fillna("?"), z=FRAME["z"].astype(str).fillna("nan"))
        np.testing.assert_array_equal(FRAME.mi.matrix(missing="category"), filled.mi.matrix())

    def test_raise_names_the_columns_in_play(self):
        with pytest.raises(ValueError, match=r"^missing values in 'y' \(1 rows\), 'z' \(2 rows\);"):
            FRAME.mi.matrix(missing="raise")
        assert FRAME.mi.pair("x", "x", missing="raise") == FRAME.mi.pair("x", "x")


class TestBins:
    FRAME = pd.DataFrame({"x": range(60), "y": np.arange(60) ** 2.0, "c": list("abc") * 20})

    def test_two_slices_share_one_encoding(self):
        cuts = self.FRAME.mi.bins()
        half = self.FRAME.mi.matrix(slice_query="x < 30", bins=cuts)
        expected = pd.DataFrame(
            {
                "x": np.searchsorted(cuts["x"], range(30)),
                "y": np.searchsorted(cuts["y"], np.arange(30) ** 2.0),
                "c": list("abc") * 10,
            }
        ).mi.matrix(bins=None)
        np.testing.assert_array_equal(half, expected)

    def test_a_dict_sets_it_column_by_column(self):
        assert self.FRAME.mi.bins(bins={"x": 2, "y": [10.0], "c": None}) == {
            "x": [29], "y": [10.0], "c": None,
        }  # fmt: skip
        assert self.FRAME.mi.bins(bins={"x": None}) == {
            "x": None, "y": self.FRAME.mi.bins()["y"], "c": None,
        }  # fmt: skip

    def test_cuts_apply_to_numeric_columns_only(self):
        assert self.FRAME.mi.bins(bins=[10]) == {"x": [10], "y": [10.0], "c": None}

    @pytest.mark.parametrize("setting", [3, [1.0]])
    def test_a_setting_for_a_discrete_column_is_refused(self, setting):
        message = re.escape("bins for column 'c' (text): it is discrete and taken by value; ")
        with pytest.raises(ValueError, match=message):
            self.FRAME.mi.matrix(bins={"c": setting})

    def test_an_unknown_column_is_refused(self):
        with pytest.raises(pandas_mi.UnknownColumnError, match="no column 'w'; there are"):
            self.FRAME.mi.matrix(bins={"w": 3})
        assert self.FRAME.mi.matrix(["y", "c"], bins={"x": 3}).shape == (2, 2)

    def test_cuts_that_do_not_fit_name_the_column(self):
        with pytest.raises(ValueError, match=r"^bins for column 'x': cuts must increase, got \["):
            self.FRAME.mi.matrix(bins={"x": [2, 1]})
        with pytest.raises(TypeError, match=r"^bins for column 'x': 'a' is no cut for a column"):
            self.FRAME.mi.matrix(bins={"x": ["a"]})


@pytest.mark.parametrize(
    ("option", "value", "error", "message"),
    [
        ("normalized", 1, TypeError, "normalized must be bool or bool"),
        ("slice_query", 1, TypeError, "slice_query must be str or None, got int 1"),
        ("sample_size", -1, ValueError, "sample_size must be at least 0, got -1"),
        ("sample_size", 1.5, TypeError, "sample_size must be an int, got float 1.5"),
        ("sample_size", True, TypeError, "sample_size must be an int, got bool True"),
        ("seed", "a", TypeError, "seed must be an int, a float or None, got str"),
        ("seed", np.nan, ValueError, "seed must be finite, got nan"),
        ("bins", "many", ValueError, "bins must be one of 'auto', got 'many'"),
        ("bins", 0, ValueError, "bins must be at least 1, got 0"),
        ("bins", 2.5, TypeError, "bins must be an int, got float 2.5"),
        ("bins", {"x": 0}, ValueError, "bins must be at least 1, got 0"),
        ("missing", "drop", ValueError, "missing must be one of 'pairwise', 'listwise', "),
        ("missing", None, ValueError, "missing must be one of 'pairwise', 'listwise', "),
        ("average", "mean", ValueError, "average must be one of 'arithmetic', 'geometric', "),
        ("base", 1, ValueError, "base must be positive, finite and not 1, got 1"),
        ("base", -2, ValueError, "base must be positive, finite and not 1, got -2"),
        ("base", "e", TypeError, "base must be a number or None, got str 'e'"),
        ("min_periods", -1, ValueError, "min_periods must be at least 0, got -1"),
        ("min_periods", None, TypeError, "min_periods must be an int, got NoneType None"),
        ("threads", 0, ValueError, "threads must be at least 1, got 0"),
        ("progress", 1, TypeError, "progress must be True, False or a callable that takes a"),
    ],
)
@pytest.mark.parametrize("name", ["matrix", "bins"])
def test_wrong_options_are_refused_before_any_work(name, option, value, error, message):
    class Untouchable(pd.DataFrame):
        columns = property(lambda self: pytest.fail("the data was looked at"))

    with pytest.raises(error) as caught:
        getattr(pandas_mi, name)(Untouchable(), **{option: value})
    assert str(caught.value).startswith(message)


class TestOptions:
    def test_base(self):
        np.testing.assert_allclose(
            FRAME.mi.matrix(base=2), FRAME.mi.matrix() / np.log(2), rtol=1e-15
        )
        assert FRAME.mi.matrix(normalized=True, base=2).equals(FRAME.mi.matrix(normalized=True))

    @pytest.mark.parametrize("threads", [1, 2, 7])
    def test_threads_change_no_bit(self, threads):
        rng = np.random.default_rng(1)
        frame = pd.DataFrame(rng.integers(0, 9, (200_000, 8)))
        expected = frame.mi.matrix(threads=1)
        assert frame.mi.matrix(threads=threads).equals(expected)
        assert frame.mi.matrix().equals(expected)

    def test_progress_tells_fractions(self):
        seen = []
        FRAME.mi.matrix(progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == 1.0

    def test_progress_shows_a_bar(self, capsys):
        FRAME.mi.matrix(progress=True)
        assert "pair" in capsys.readouterr().err


class TestHighCardinality:
    def ids(self, n=120):
        return pd.DataFrame({"id": [f"id {i}" for i in range(n)], "y": [0, 1] * (n // 2)})

    @pytest.mark.parametrize("call", ["matrix", "target", "pair", "mutual_information"])
    def test_one_warning_names_all_such_columns(self, call):
        frame = self.ids().assign(other=lambda f: f["id"].str.upper())
        arguments = {"target": ["y"], "pair": ["y", "id"], "mutual_information": ["id"]}
        with pytest.warns(pandas_mi.HighCardinalityWarning) as caught:
            getattr(frame.mi, call)(*arguments.get(call, []))
        assert len(caught) == 1
        named = "'id'" if call == "pair" else "'id', 'other'"
        assert str(caught[0].message).startswith(
            f"plug-in mutual information is inflated for {named}, taken by value ('id': 120 levels "
            "in 120 rows"
        )
        assert caught[0].filename == __file__  # the user's line, however deep the call

    def test_few_levels_or_many_rows_do_not_warn(self):
        self.ids(50).mi.matrix()
        frame = self.ids(120)
        pd.concat([frame, frame], ignore_index=True).mi.matrix()

    def test_binned_columns_and_lone_entropies_do_not_warn(self):
        self.ids().assign(id=range(120)).mi.matrix()
        self.ids().mi.entropy()

    def test_numbers_by_value_warn(self):
        with pytest.warns(pandas_mi.HighCardinalityWarning):
            self.ids().assign(id=range(120)).mi.matrix(bins=None)

    def test_it_is_counted_sparsely(self):
        """300,000 × 300,000 cells would be 720 GB."""
        rng = np.random.default_rng(0)
        codes = pd.DataFrame(rng.integers(0, 300_000, (400_000, 2)), columns=["x", "y"])
        with pytest.warns(pandas_mi.HighCardinalityWarning):
            value = codes.mi.pair("x", "y", bins=None)
        assert value == pytest.approx(mutual_info_score(codes["x"], codes["y"]), abs=1e-10)


class TestEstimates:
    RHO = 0.9
    TRUTH = -0.5 * np.log(1 - RHO**2)

    def gaussian(self, seed, n=10_000):
        rng = np.random.default_rng(seed)
        x, noise = rng.standard_normal((2, n))
        return pd.DataFrame({"x": x, "y": self.RHO * x + np.sqrt(1 - self.RHO**2) * noise})

    def test_a_gaussian_is_a_little_below_the_truth(self):
        mean = np.mean([self.gaussian(seed).mi.pair("x", "y") for seed in range(20)])
        assert self.TRUTH - 0.03 <= mean <= self.TRUTH

    def test_independent_columns_show_the_documented_bias(self):
        n, bins = 10_000, 21
        values = [
            pd.DataFrame(np.random.default_rng(seed).standard_normal((n, 2)), columns=["x", "y"])
            .mi.pair("x", "y")
            for seed in range(40)
        ]  # fmt: skip
        expected = (bins - 1) ** 2 / (2 * n)
        # 2nI is about chi-squared with (k − 1)² degrees of freedom; four standard errors.
        error = np.sqrt(2 * (bins - 1) ** 2) / (2 * n) / np.sqrt(len(values))
        # The next term of the expansion adds about 3 % at this many bins.
        assert np.mean(values) == pytest.approx(expected * 1.015, abs=4 * error + 0.02 * expected)
