"""The long form of the matrix."""

from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

import pandas_mi
from pandas_mi.analysis import grid
from pandas_mi.inference import Cells, bootstrap_interval, delta_interval
from pandas_mi.sampling import key_of
from pandas_mi.testing import frames

FRAME = pd.DataFrame(
    {
        "x": [1, 1, 2, 2, 3, 3],
        "y": ["a", "a", "b", "b", None, "c"],
        "z": [0.5, np.nan, 0.5, 1.5, 1.5, np.nan],
    }
)


@pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")
@settings(max_examples=40)
@given(frame=frames(min_columns=2))
def test_it_is_the_matrix_in_other_words(frame):
    long = frame.mi.pairs(min_periods=3)
    square, scaled = frame.mi.matrix(min_periods=3), frame.mi.matrix(normalized=True, min_periods=3)
    used = frame.mi.counts()
    for row in long.itertuples():
        np.testing.assert_equal(row.mutual_information, square.loc[row.x, row.y])
        np.testing.assert_equal(row.normalized, scaled.loc[row.x, row.y])
        assert row.n == used.loc[row.x, row.y]
    assert set(zip(long["x"], long["y"], strict=True)) == set(combinations(frame.columns, 2))


def test_it_is_sorted_with_nan_last_and_ties_in_column_order():
    frame = FRAME.assign(w=FRAME["x"], nothing=None)
    long = frame.mi.pairs()
    assert long.columns.tolist() == ["x", "y", "n", "mutual_information", "normalized"]
    assert long.index.equals(pd.RangeIndex(10))
    assert list(zip(long["x"], long["y"], strict=True))[:3] == [("x", "w"), ("x", "y"), ("y", "w")]
    assert long["mutual_information"].dropna().is_monotonic_decreasing
    assert long["mutual_information"].isna().tolist() == [False] * 6 + [True] * 4


def test_normalized_chooses_the_order_alone():
    frame = pd.DataFrame({"a": [0, 1] * 8, "b": [0, 1] * 8, "c": range(16), "d": range(16)})
    by_value, scaled = frame.mi.pairs(bins=None), frame.mi.pairs(bins=None, normalized=True)
    assert by_value.loc[0, ["x", "y"]].tolist() == ["c", "d"]
    assert scaled.loc[0, ["x", "y"]].tolist() == ["a", "b"]
    again = scaled.sort_values("mutual_information", ascending=False, kind="stable")
    assert set(map(tuple, again.to_numpy())) == set(map(tuple, by_value.to_numpy()))


def test_options_reach_it():
    long = FRAME.mi.pairs(["z", "x"], slice_query="x < 3", base=2, missing="category")
    assert long.loc[0, ["x", "y", "n"]].tolist() == ["z", "x", 4]
    expected = FRAME.mi.pair("x", "z", slice_query="x < 3", base=2, missing="category")
    assert long.loc[0, "mutual_information"] == expected


def test_one_column_has_no_pair():
    assert FRAME.mi.pairs("x").shape == (0, 5)


def test_labels_may_be_tuples():
    frame = pd.DataFrame({("a", 1): [1, 2], ("b", 2): [1, 2]})
    assert frame.mi.pairs().loc[0, "x"] == ("a", 1)


def test_many_levels_are_warned_of():
    ids = pd.DataFrame({"id": [f"i{n}" for n in range(99)], "y": [0] * 99})
    with pytest.warns(pandas_mi.HighCardinalityWarning):
        ids.mi.pairs()


def many_shapes():
    """Columns that are counted together, alone, and by sorting."""
    rng = np.random.default_rng(0)
    n = 1500
    frame = pd.DataFrame({name: rng.integers(0, 3 + place, n) for place, name in enumerate("abcd")})
    frame["e"] = (frame["a"] + rng.integers(0, 2, n)).astype(str)
    frame["many"] = rng.integers(0, 600, n).astype(str)
    frame["more"] = (rng.integers(0, 700, n) // 2).astype(str)
    return frame.mask(rng.random(frame.shape) < 0.1)


@pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")
@pytest.mark.parametrize("threads", [1, 2])
def test_intervals_are_those_of_each_table(threads):
    frame = many_shapes()
    found = {
        way: frame.mi.pairs(ci=0.9, ci_method=way, n_resamples=20, threads=threads)
        for way in ("delta", "bootstrap")
    }
    for row in found["delta"].itertuples():
        cells = Cells.of(pd.crosstab(frame[row.x], frame[row.y]).to_numpy())
        assert (row.low, row.high) == delta_interval(cells, 0.9)
    for row in found["bootstrap"].itertuples():
        cells = Cells.of(pd.crosstab(frame[row.x], frame[row.y]).to_numpy())
        rng = np.random.default_rng(key_of(0.25))
        assert (row.low, row.high) == bootstrap_interval(cells, 0.9, 20, rng)


@pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")
@pytest.mark.parametrize("streamed", [False, True])
def test_evidence_is_had_from_one_count(streamed, monkeypatch):
    frame, passes = many_shapes(), []
    options = {"p_value": True, "n_resamples": 19, "ci": 0.9, "method": "permutation"}
    whole = frame.mi.pairs(**options)
    asked = grid.asked
    monkeypatch.setattr(grid, "asked", lambda *args: passes.append(1) or asked(*args))
    data = frame if not streamed else pa.Table.from_pandas(frame).to_reader(max_chunksize=400)
    found = pandas_mi.pairs(data, **options)
    assert len(passes) == 1
    pd.testing.assert_frame_equal(found, whole, check_exact=True)
