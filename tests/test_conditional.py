"""Conditional, joint, lagged and tested information over whole frames."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score

import pandas_mi
from pandas_mi import neighbors
from pandas_mi.inference import Cells, corrected_entropy, delta_interval, q_values
from pandas_mi.testing import columns

LN2 = np.log(2)
XOR = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 1, 0, 1], "z": [0, 1, 1, 0]})


@st.composite
def codes(draw, width=3, levels=4):
    """A frame of small integers, some missing."""
    rows = draw(st.integers(1, 40))
    cell = st.integers(0, levels - 1) | st.none()
    held = {name: draw(st.lists(cell, min_size=rows, max_size=rows)) for name in "xyzw"[:width]}
    return pd.DataFrame(held, dtype="Int64")


@pytest.fixture(scope="module")
def penguins():
    return pd.read_csv("pandas_mi/data/penguins.csv")


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(11)
    z = rng.normal(size=800)
    x = z + rng.normal(size=800)
    return pd.DataFrame({"x": x, "y": z + 0.5 * x + rng.normal(size=800), "z": z})


# Conditions


def test_exclusive_or():
    assert XOR.mi.pair("x", "y") == XOR.mi.pair("x", "z") == 0.0
    assert XOR.mi.conditional("x", "y", "z") == pytest.approx(LN2, abs=1e-15)
    assert XOR.mi.interaction("x", "y", "z") == pytest.approx(LN2, abs=1e-15)
    assert XOR.mi.pair(["x", "y"], "z") == pytest.approx(LN2, abs=1e-15)
    assert XOR.mi.conditional("x", "y", "z", base=2, normalized=True) == 1.0


def test_redundancy_is_negative():
    frame = pd.DataFrame({"x": [0, 1] * 4}).assign(y=lambda f: f.x, z=lambda f: f.x)
    assert frame.mi.interaction("x", "y", "z") == pytest.approx(-LN2, abs=1e-15)
    assert frame.mi.conditional("x", "y", "z") == 0.0


@given(frame=codes())
def test_chain_rule(frame):
    known = frame.dropna()
    whole = known.mi.pair("x", ["y", "z"])
    parts = known.mi.pair("x", "z") + known.mi.conditional("x", "y", "z")
    assert whole == pytest.approx(parts, abs=1e-12, nan_ok=True)


@given(frame=codes())
def test_conditional_is_the_mean_over_the_levels(frame):
    known = frame.dropna()
    levels = [
        len(part) / len(known) * mutual_info_score(part["x"], part["y"])
        for _, part in known.groupby("z")
    ]
    expected = sum(levels) if len(known) else np.nan
    assert frame.mi.conditional("x", "y", "z") == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(frame=codes(4), missing=st.sampled_from(["pairwise", "listwise", "category"]))
def test_laws_of_conditional_information(frame, missing):
    options = {"missing": missing}
    value = frame.mi.conditional("x", "y", ["z", "w"], **options)
    if np.isnan(value):
        return
    assert value >= 0
    assert frame.mi.conditional("y", "x", ["w", "z"], **options) == value
    assert 0 <= frame.mi.conditional("x", "y", ["z", "w"], normalized=True, **options) <= 1
    three = [
        frame.mi.interaction(*order, **options) for order in itertools.permutations(["x", "y", "z"])
    ]
    assert len(set(three)) == 1


@given(frame=codes())
def test_a_condition_on_itself_leaves_nothing(frame):
    value = frame.mi.conditional("x", "y", "x")
    assert value == 0 or np.isnan(value)


@given(data=st.data())
def test_columns_of_any_kind(data):
    frame = pd.DataFrame({name: data.draw(columns(12)) for name in "abc"})
    both = frame.dropna()[["a", "b"]]
    value = frame.mi.conditional("a", "b", "c", bins=None)
    assert np.isnan(value) == (len(frame.dropna()) == 0)
    assert len(both) == 0 or value <= both.mi.entropy(bins=None).min() + 1e-12


def test_several_columns_are_one_feature(penguins):
    text = penguins["island"] + "/" + penguins["sex"]
    expected = penguins.assign(both=text).mi.pair("both", "species")
    assert penguins.mi.pair(["island", "sex"], "species") == expected
    with pytest.raises(pandas_mi.UnknownColumnError, match="no column 'isle'"):
        penguins.mi.pair(["isle", "sex"], "species")


def test_conditions_of_many_levels_stay_sparse():
    rng = np.random.default_rng(0)
    n = 20_000
    frame = pd.DataFrame({name: rng.integers(0, n, n).astype(str) for name in "xyz"})
    with pytest.warns(pandas_mi.HighCardinalityWarning):
        value = frame.mi.conditional("x", "y", "z")
    assert 0 < value < 1


def test_corrected_and_adjusted_conditional_information(penguins):
    known = penguins.dropna()
    text = [known["sex"], known["sex"] + known["species"], known["sex"] + known["island"]]
    text.append(text[1] + known["island"])
    z, xz, yz, xyz = (
        corrected_entropy(part.value_counts().to_numpy(), "chao-shen") for part in text
    )
    found = known.mi.conditional("species", "island", "sex", correction="chao-shen")
    assert found == pytest.approx(xz + yz - xyz - z, abs=1e-12)
    with pytest.raises(ValueError, match="'shrink' is for tables of two columns"):
        known.mi.conditional("species", "island", "sex", correction="shrink")
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.integers(0, 6, (300, 3)), columns=list("xyz"))
    assert noise.mi.conditional("x", "y", "z", normalized=True) > 0.1
    assert abs(noise.mi.conditional("x", "y", "z", adjusted=True)) < 0.05


# Options of the measures


@pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")
def test_unique_values_score_nothing_when_adjusted(penguins):
    frame = penguins.assign(id=[f"p{i}" for i in range(len(penguins))])
    found = frame.mi.matrix(adjusted=True)["id"]
    np.testing.assert_allclose(found, 0, atol=1e-10)
    assert frame.mi.pair("id", "species", normalized=True) > 0.3


@given(frame=codes(2))
def test_adjusted_frames_equal_scikit_learns(frame):
    known = frame.dropna()
    if known.nunique().min() < 2 or known.nunique().max() == len(known):
        return
    expected = adjusted_mutual_info_score(known["x"], known["y"])
    square = frame.mi.matrix(adjusted=True)
    assert square.loc["x", "y"] == pytest.approx(expected, abs=1e-10)
    assert square.loc["x", "y"] == square.loc["y", "x"] == frame.mi.pair("y", "x", adjusted=True)
    np.testing.assert_array_equal(np.diag(square), frame.mi.entropy(adjusted=True))


@given(frame=codes(2))
@pytest.mark.parametrize("correction", ["miller-madow", "grassberger", "chao-shen"])
def test_corrected_values_are_made_of_corrected_entropies(correction, frame):
    known = frame.dropna().astype(str)
    counts = [known["x"], known["y"], known["x"] + known["y"]]
    x, y, both = (corrected_entropy(part.value_counts().to_numpy(), correction) for part in counts)
    found = frame.mi.pair("x", "y", correction=correction, base=2)
    assert found == pytest.approx((x + y - both) / LN2, abs=1e-12, nan_ok=True)


@given(frame=codes(3))
@pytest.mark.parametrize("correction", ["miller-madow", "grassberger", "chao-shen", "shrink"])
def test_corrected_matrices_are_symmetric_with_entropies_on_the_diagonal(correction, frame):
    square = frame.mi.matrix(correction=correction)
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(frame.mi.entropy(correction=correction), np.diag(square))


@given(frame=codes(3))
def test_uncertainty_coefficients_divide_by_one_of_the_entropies(frame):
    plain = frame.mi.matrix(missing="listwise")
    entropies = np.diag(plain)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_row = np.where(entropies[:, None] == 0, 0, plain / entropies[:, None])
    found = frame.mi.matrix(missing="listwise", normalized=True, average="row")
    np.testing.assert_allclose(found, by_row, atol=1e-12)
    across = frame.mi.matrix(missing="listwise", normalized=True, average="column")
    np.testing.assert_array_equal(across, found.T)


def test_clip_raises_negative_values(penguins):
    plain = penguins.mi.matrix(correction="miller-madow")
    assert plain.min().min() < 0
    clipped = penguins.mi.matrix(correction="miller-madow", clip=True)
    pd.testing.assert_frame_equal(clipped, plain.clip(lower=0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correction": "mm"}, "correction must be one of 'miller-madow', .*, got 'mm'"),
        ({"estimator": "ksg"}, "estimator must be one of 'plugin', 'knn', got 'ksg'"),
        ({"n_neighbors": 0}, "n_neighbors must be at least 1, got 0"),
        ({"adjusted": True, "correction": "shrink"}, "do not go together"),
        ({"estimator": "knn", "adjusted": True}, "estimator='knn' takes no adjusted="),
        ({"estimator": "knn", "missing": "category"}, "cannot take missing as a level"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        XOR.mi.matrix(**options)


# Nearest neighbours


def test_kinds_choose_the_estimator(penguins):
    found = penguins.mi.matrix(estimator="knn")
    assert (found == found.T).all(axis=None)
    assert found.loc["species", "island"] == penguins.mi.pair("species", "island")
    assert np.isinf(np.diag(found)).tolist() == [
        value is not None for value in penguins.mi.bins().values()
    ]
    pair = penguins.mi.pair("bill_length_mm", "species", estimator="knn")
    assert found.loc["species", "bill_length_mm"] == pair
    ranked = penguins.mi.target("species", estimator="knn")
    assert (ranked == found.loc[ranked.index, "species"]).all()


def test_knn_does_not_change_under_increasing_transforms(numbers):
    changed = numbers.assign(x=np.exp(3 * numbers["x"]), y=numbers["y"] ** 3)
    options = {"estimator": "knn"}
    assert changed.mi.pair("x", "y", **options) == numbers.mi.pair("x", "y", **options)


def test_knn_of_scores_and_coefficient(numbers):
    ranks = numbers.rank().astype(int)
    x, y = (neighbors.scores(ranks[c].to_numpy(), np.random.default_rng(0)) for c in "xy")
    value = numbers.mi.pair("x", "y", estimator="knn", n_neighbors=5)
    assert value == neighbors.continuous(x, y, k=5)
    bits = numbers.mi.pair("x", "y", estimator="knn", n_neighbors=5, base=2)
    assert bits == pytest.approx(value / LN2)
    scaled = numbers.mi.target("x", ["y"], estimator="knn", n_neighbors=5, normalized=True)
    assert scaled["y"] == pytest.approx(np.sqrt(1 - np.exp(-2 * value)))
    assert scaled.name == "informational_coefficient"


def test_knn_uses_the_rows_that_are_known(numbers):
    gaps = numbers.assign(x=numbers["x"].where(numbers.index % 7 > 0))
    known = gaps.dropna()
    value = gaps.mi.matrix(["x", "y"], estimator="knn", missing="listwise").loc["x", "y"]
    assert value == known.mi.pair("x", "y", estimator="knn")
    assert np.isnan(gaps.mi.pair("x", "y", estimator="knn", min_periods=800))


def test_knn_takes_conditions_and_joint_features(numbers):
    cov = np.array([[2, 2, 1], [2, 3.25, 1.5], [1, 1.5, 1]])
    det = lambda *i: np.linalg.det(cov[np.ix_(i, i)])  # noqa: E731
    truth = 0.5 * np.log(det(0, 2) * det(1, 2) / (det(2) * det(0, 1, 2)))
    found = numbers.mi.conditional("x", "y", "z", estimator="knn")
    assert found == pytest.approx(truth, abs=0.05)
    whole = numbers.mi.pair("x", ["y", "z"], estimator="knn")
    assert whole == pytest.approx(numbers.mi.pair("x", "z", estimator="knn") + found, abs=0.1)
    mixed = numbers.assign(label=["a", "b"] * 400)
    with pytest.raises(TypeError, match="these are taken by value: 'label'"):
        mixed.mi.conditional("x", "y", "label", estimator="knn")


def test_knn_of_too_many_rows_asks_for_a_sample(monkeypatch, numbers):
    monkeypatch.setattr("pandas_mi.analysis.neighbours._MOST_ROWS", 500)
    with pytest.raises(ValueError, match=r"there are 800: more than 500\. Give sample_size="):
        numbers.mi.pair("x", "y", estimator="knn")
    assert np.isfinite(numbers.mi.pair("x", "y", estimator="knn", sample_size=400))


# Lags


@given(frame=codes(2), lag=st.integers(-12, 12))
def test_lagged_is_the_pair_of_a_shifted_column(frame, lag):
    shifted = pd.DataFrame({"x": frame["x"].shift(lag), "y": frame["y"]})
    found = frame.mi.lagged("x", "y", [lag], bins=None)
    expected = shifted.mi.pair("x", "y", bins=None)
    assert found.index.tolist() == [lag]
    assert found[lag] == pytest.approx(expected, abs=1e-15, nan_ok=True)


def test_lags_find_the_delay(numbers):
    later = pd.DataFrame({"x": numbers["x"], "y": numbers["x"].shift(5) + 0.1 * numbers["z"]})
    for options in ({}, {"estimator": "knn"}, {"adjusted": True}):
        found = later.mi.lagged("x", "y", range(-10, 11), **options)
        assert found.idxmax() == 5
        assert found.drop(5).max() < 0.5 * found[5]


def test_lags_follow_the_order_of_the_query():
    frame = pd.DataFrame(
        {"t": [2, 0, 3, 1, 5, 4], "x": [1, 0, 0, 1, 0, 1], "y": [1, 0, 1, 0, 1, 0]}
    )
    ordered = frame.sort_values("t", ignore_index=True)
    found = frame.mi.lagged("x", "y", [1, 2], slice_query="SELECT * FROM t ORDER BY t")
    pd.testing.assert_series_equal(found, ordered.mi.lagged("x", "y", [1, 2]))


def test_lags_that_cannot_be(numbers):
    with pytest.raises(ValueError, match="a sample has no neighbouring rows"):
        numbers.mi.lagged("x", "y", 1, sample_size=10)
    with pytest.raises(TypeError, match=r"lags must be an int .* got 0\.5"):
        numbers.mi.lagged("x", "y", 0.5)


# Tests and pairs


@given(frame=codes(2))
def test_chi2_of_frames_equals_scipys(frame):
    table = pd.crosstab(frame["x"], frame["y"]).to_numpy()
    if table.sum() == 0:
        return
    found = frame.mi.test("x", "y", method="chi2")
    expected = chi2_contingency(table, lambda_="log-likelihood", correction=False)
    assert found["statistic"] == pytest.approx(expected.statistic, abs=1e-9)
    assert found["degrees_of_freedom"] == expected.dof
    assert found["p_value"] == pytest.approx(expected.pvalue, abs=1e-9)
    assert found["n"] == table.sum()
    assert found["mutual_information"] == pytest.approx(frame.mi.pair("x", "y"), abs=1e-15)


def test_conditional_test_tells_a_common_cause():
    rng = np.random.default_rng(3)
    z = rng.integers(0, 3, 900)
    x, y = ((z + (rng.random(900) < 0.2)) % 3 for _ in range(2))
    frame = pd.DataFrame({"x": x, "y": y, "z": z})
    assert frame.mi.test("x", "y")["p_value"] < 1e-9
    for method in ("auto", "chi2", "permutation"):
        found = frame.mi.test("x", "y", given="z", method=method)
        assert found["p_value"] > 0.05
        assert found["mutual_information"] == frame.mi.conditional("x", "y", "z")


def test_pairs_with_significance(penguins):
    found = penguins.mi.pairs(p_value=True, ci=0.9, ci_method="delta", adjusted=True)
    assert list(found.columns[3:]) == [
        "mutual_information", "normalized", "adjusted", "p_value", "q_value", "low", "high",
    ]  # fmt: skip
    np.testing.assert_array_equal(found["q_value"], q_values(found["p_value"].to_numpy()))
    assert found["adjusted"].is_monotonic_decreasing
    for row in found.itertuples():
        assert row.p_value == penguins.mi.test(row.x, row.y)["p_value"]
        assert row.mutual_information == penguins.mi.pair(row.x, row.y)
        assert row.adjusted == penguins.mi.pair(row.x, row.y, adjusted=True)
    first = found.iloc[0]
    table = pd.crosstab(penguins[first.x], penguins[first.y]).to_numpy()
    assert (first.low, first.high) == pytest.approx(delta_interval(Cells.of(table), 0.9))


def test_p_values_do_not_depend_on_company_or_threads(penguins):
    options = {"p_value": True, "method": "permutation", "n_resamples": 99}
    whole = penguins.mi.pairs(threads=2, **options).set_index(["x", "y"])["p_value"]
    some = penguins.mi.pairs(["species", "sex", "year"], threads=1, **options)
    for row in some.itertuples():
        assert row.p_value == whole[row.x, row.y]


def test_significance_options_are_checked(penguins):
    for options, message in [
        ({"method": "exact"}, "method must be one of 'auto', 'chi2', 'permutation'"),
        ({"n_resamples": 0}, "n_resamples must be at least 1"),
        ({"ci": 95}, "ci must lie between 0 and 1, such as 0.95, got 95"),
        ({"ci_method": "bca"}, "ci_method must be one of 'bootstrap', 'delta'"),
        ({"p_value": True, "estimator": "knn"}, "has neither p_value nor ci"),
    ]:
        with pytest.raises(ValueError, match=message):
            penguins.mi.pairs(**options)
    for ci, message in [
        ("95%", "ci must be a number or None, got str '95%'"),
        (True, "ci must be a number or None, got bool True"),
    ]:
        with pytest.raises(TypeError) as raised:
            penguins.mi.pairs(ci=ci)
        assert str(raised.value) == message


def test_no_rows_have_no_p_value():
    frame = pd.DataFrame({"x": [1, None], "y": [None, 1]})
    assert frame.mi.test("x", "y")["p_value"] is np.nan or np.isnan(
        frame.mi.test("x", "y")["p_value"]
    )
    assert frame.mi.pairs(p_value=True, ci=0.9)[["p_value", "q_value", "low"]].isna().all(axis=None)
