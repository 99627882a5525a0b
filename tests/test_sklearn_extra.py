"""The selector is a good scikit-learn citizen, and chooses as it says."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from pandas_mi.sklearn import MutualInfoSelector, mutual_info_score_func


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([MutualInfoSelector(), MutualInfoSelector(k=2, redundancy="mrmr")])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    a, c = rng.integers(0, 3, 600), rng.integers(0, 3, 600)
    X = pd.DataFrame({"noise": rng.random(600), "a": a, "again": a, "c": c})
    return X, pd.Series(a * 3 + c, name="y")


def test_the_best_features_come_first(data):
    X, y = data
    selector = MutualInfoSelector(k=3).fit(X, y)
    assert sorted(selector.ranking_) == [1, 2, 3]
    frame = X.assign(y=y)
    expected = [frame.mi.pair(name, "y") for name in X.columns]
    np.testing.assert_array_equal(selector.scores_, expected)


def test_mrmr_passes_over_a_repeated_feature(data):
    selector = MutualInfoSelector(k=2, redundancy="mrmr").fit(*data)
    assert set(selector.get_feature_names_out()) in ({"a", "c"}, {"again", "c"})


def test_pandas_in_and_out(data):
    X, y = data
    out = make_pipeline(MutualInfoSelector(k=2)).set_output(transform="pandas").fit_transform(X, y)
    assert isinstance(out, pd.DataFrame)
    assert set(out.columns) < set(X.columns)


def test_score_function_for_select_k_best(data):
    X, y = data
    best = SelectKBest(mutual_info_score_func, k=3).fit(X, y)
    assert list(best.get_feature_names_out()) == ["a", "again", "c"]
    text = X.assign(a=X["a"].map({0: "p", 1: "q", 2: None}))
    assert mutual_info_score_func(text, y)[1] == pytest.approx(text.assign(y=y).mi.pair("a", "y"))


def test_a_column_named_target_is_a_feature_like_others(data):
    X, y = data
    named = X.rename(columns={"a": "target"})
    np.testing.assert_array_equal(mutual_info_score_func(named, y), mutual_info_score_func(X, y))


@pytest.mark.parametrize("options", [{"k": 0}, {"k": 1.5}, {"redundancy": "max"}])
def test_wrong_parameters_are_refused(options, data):
    with pytest.raises(ValueError, match=next(iter(options))):
        MutualInfoSelector(**options).fit(*data)
