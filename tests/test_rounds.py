"""Encodings learnt in rounds over chunks against those learnt from all rows at once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pandas_mi.columns import from_pandas
from pandas_mi.encoding import Encoding, applied, encode, first_round, quantiles, rounds
from pandas_mi.testing import columns


@pytest.fixture(autouse=True, scope="module")
def _few_values():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantiles, "_OF_CHUNK", 3)
        patch.setattr(quantiles, "_WORTH_CELLS", 0)
        patch.setattr(rounds, "OF_ALL", 12)
        patch.setattr(rounds, "BETWEEN", 12)
        yield


def learnt(chunks, bins):
    """Learn an encoding from chunks, and say in how many rounds."""
    result = first_round(chunks[0], bins)
    for count in range(40):
        if isinstance(result, Encoding):
            return result, count
        found = result.look(chunks[0])
        for chunk in chunks[1:]:
            found = result.add(found, result.look(chunk))
        result = result.settle(found)
    raise AssertionError("the rounds do not end")


def cut(series, ends):
    """Cut a series into columns."""
    ends = sorted(ends)
    runs = zip([0, *ends], [*ends, len(series)], strict=True)
    return [from_pandas(series.iloc[start:stop], "x") for start, stop in runs]


NUMBERS = ["int8", "int64", "uint64", "float64", "float32", "Int64", "datetime", "arrow decimal"]


@settings(max_examples=2 * settings().max_examples)
@given(data=st.data(), bins=st.none() | st.integers(1, 6) | st.just("auto"))
def test_rounds_over_chunks_learn_what_all_rows_teach(data, bins):
    name = data.draw(st.sampled_from([*NUMBERS, "str", "category int", "boolean", "interval"]))
    series = data.draw(columns(data.draw(st.integers(0, 40)), name))
    if data.draw(st.booleans()):
        series = series.sort_values()
    chunks = cut(series, data.draw(st.lists(st.integers(0, len(series)), max_size=5)))
    codes, expected = encode(from_pandas(series, "x"), bins)
    encoding, _ = learnt(chunks, bins)
    assert encoding.bins() == expected.bins()
    assert encoding.cardinality == expected.cardinality
    again = np.concatenate([applied(encoding, chunk) for chunk in chunks])
    np.testing.assert_array_equal(again, codes)
    assert again.dtype == codes.dtype


@pytest.mark.parametrize("order", ["random", "ascending", "descending", "tied"])
@pytest.mark.parametrize("bins", [2, 30])
def test_two_looks_are_enough_for_many_values(monkeypatch, order, bins):
    monkeypatch.setattr(quantiles, "_OF_CHUNK", 200)
    monkeypatch.setattr(rounds, "OF_ALL", 500)
    monkeypatch.setattr(rounds, "BETWEEN", 5000)
    values = np.random.default_rng(3).normal(size=20_000)
    if order == "tied":
        values[::2] = 0.0
    elif order != "random":
        values = np.sort(values)[:: 1 if order == "ascending" else -1]
    series = pd.Series(values)
    encoding, looks = learnt(cut(series, range(1000, 20_000, 1000)), bins)
    assert encoding.bins() == encode(from_pandas(series, "x"), bins)[1].bins()
    assert looks == 2


@given(st.data())
def test_cells_code_as_a_search_does(data):
    kinds = st.sampled_from(["float64", "float32", "int64", "uint64", "int8"])
    kind = data.draw(kinds)
    column = from_pandas(data.draw(columns(50, kind)), "x")
    cuts = data.draw(columns(data.draw(st.integers(0, 9)), kind)).dropna().sort_values().tolist()
    codes, encoding = encode(column, cuts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pandas_mi.encoding.apply._WORTH_CELLS", 0)
        np.testing.assert_array_equal(applied(encoding, column), codes)
