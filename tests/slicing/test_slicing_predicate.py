"""The fast ways agree with the plain ones: comparisons, codes, short texts, marks."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from slicing_support import TEXT, reader, rows

import pandas_mi.slicing.rows as choosing
from pandas_mi.columns import Column, Kind
from pandas_mi.errors import SliceError
from pandas_mi.slicing import bind, codes, parse, select, selection, short

SPECIAL = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0, 2.5]
SYMBOLS = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int8", "int64", "uint64", "Int64"])
def test_comparisons_and_their_negations(symbol, dtype):
    values = [0, 1, 2, 3, 100] if "f" not in dtype else SPECIAL
    held = pd.Series(values, dtype=dtype)
    if dtype == "Int64":
        held[2] = pd.NA
    known = held.notna().to_numpy()
    numbers = held.fillna(0).to_numpy(dtype=np.float64)
    for bound in (0, 1, 2.5, 1000, -1):
        true = SYMBOLS[symbol](numbers, bound) & known
        false = ~SYMBOLS[symbol](numbers, bound) & known
        frame = pd.DataFrame({"x": held})
        for query, expected in {
            f"x {symbol} {bound}": true,
            f"NOT x {symbol} {bound}": false,
            f"NOT NOT x {symbol} {bound}": true,
            f"NOT (x {symbol} {bound} OR x IS NULL)": false,
            f"NOT (x {symbol} {bound} AND x > 1)": false | (known & ~(numbers > 1)),
            f"(x {symbol} {bound}) IS NULL": ~known,
        }.items():
            assert rows(frame, query) == np.flatnonzero(expected).tolist(), query


def test_between_and_its_negation():
    frame = pd.DataFrame({"x": [np.nan, 0.0, 1.0, 2.0, 3.0]})
    assert rows(frame, "x BETWEEN 1 AND 2") == [2, 3]
    assert rows(frame, "NOT x BETWEEN 1 AND 2") == [1, 4]
    assert rows(frame, "x NOT BETWEEN 1 AND NULL") == [1]


def test_unmarked_floats_through_arithmetic():
    frame = pd.DataFrame({"x": SPECIAL, "y": SPECIAL[::-1]})
    assert rows(frame, "x + y <> 3.5") == [1, 2, 3, 4, 5]
    assert rows(frame, "power(x, 0) IS NULL") == [0]
    assert rows(frame, "(x / 0 + 1) IS NULL") == list(range(7))
    assert rows(frame, "(x - x) IS NULL") == [0, 1, 2]


def test_types_are_checked_where_no_row_comes_so_far():
    frame = pd.DataFrame({"x": [1.0], "s": pd.array(["a"], dtype=TEXT)})
    with pytest.raises(SliceError, match="cannot compare an integer and text"):
        rows(frame, "x > 5 AND s > 3")
    with pytest.raises(SliceError, match="AND needs a boolean"):
        rows(frame, "NOT (x AND x > 5)")


def test_lazy_missing_marks():
    column = Column.floats(np.array([1.0, np.nan]))
    assert column.unmarked
    assert column.part(1, 2).unmarked
    assert column.missing.tolist() == [False, True]
    assert not column.unmarked
    assert Column.floats(np.array([1.0])).missing is None
    assert not Column(Kind.FLOAT, np.array([1.0])).unmarked
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = column.colour


@pytest.mark.parametrize("k", [1, 2, 5, 20, 127])
def test_codes_by_comparison_or_table(k):
    rng = np.random.default_rng(k)
    for dtype in (np.int8, np.uint8, np.int16, np.int64):
        held = rng.integers(0, k, 1000).astype(dtype)
        for share in (0, 0.05, 0.5, 1):
            table = np.append(rng.random(k) < share, False)
            found = np.empty(1000, dtype=np.bool_)
            codes.finder(table, held.dtype)(held, found)
            assert (found == table[held]).all()


def test_missing_categories():
    frame = pd.DataFrame({"c": pd.Categorical([None, "b", "a", "c", None])})
    assert rows(frame, "c <> 'b'") == [2, 3]
    assert rows(frame, "coalesce(c, 'x') = 'x'") == [0, 4]
    assert rows(frame, "c IN ('a', 'c') OR c IS NULL") == [0, 2, 3, 4]


TEXTS = ["", "a", "ab", "abc", None, "abcdefgh", "abcdefghi", "é", "日本", "ab\0", "b", "a" * 20]


@pytest.mark.parametrize("held", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("part", [slice(None), slice(3, 9), slice(9, None), slice(2, 2)])
def test_short_literals(held, part):
    texts = pa.array(TEXTS * 3, type=held)[part]
    plain = texts.to_pylist()
    for prefix in ("a", "ab", "é", "abcdefgh", "ab\0"):
        assert _found(short.begins(texts, prefix), texts) in (
            None,
            [text is not None and text.startswith(prefix) for text in plain],
        )
    for items in (["a", "ab"], ["", "é", "日本"], ["abcdefgh", "b", "ab\0"]):
        found = _found(short.equals(texts, items), texts)
        assert found in (None, [text in items for text in plain])


@pytest.mark.parametrize("width", [0, 1, 3, 8, 11])
def test_short_literals_in_texts_of_one_length(width, monkeypatch):
    """Which stand evenly spaced in memory, but for one in a later block."""
    monkeypatch.setattr(short, "BLOCK", 16)
    letters = np.random.default_rng(width).choice(list("ab"), (100, width))
    plain = ["".join(text) for text in letters]
    plain[70] = "abba" + plain[70]
    texts = pa.array(["left out", *plain], type=pa.large_string())[1:]
    for items in (["", "ab"], [plain[5][:8], plain[50][:8], "b"]):
        assert _found(short.equals(texts, items), texts) == [text in items for text in plain]
    for prefix in ("a", plain[5][:2] or "b"):
        expected = [text.startswith(prefix) for text in plain]
        assert _found(short.begins(texts, prefix), texts) == expected


def _found(test, texts):
    if test is None:
        return None
    out = np.empty(len(texts), dtype=np.bool_)
    test(0, len(texts) // 2, out[: len(texts) // 2])
    test(len(texts) // 2, len(texts), out[len(texts) // 2 :])
    known = np.array([text is not None for text in texts.to_pylist()], dtype=np.bool_)
    return (out & known).tolist()


def test_long_or_many_literals_are_left_to_arrow():
    texts = pa.array(TEXTS)
    assert short.begins(texts, "abcdefghi") is None
    assert short.equals(texts, ["a", "abcdefghi"]) is None
    assert short.equals(texts, [str(n) for n in range(9)]) is None


def test_short_literals_in_queries():
    frame = pd.DataFrame({"s": pd.array(TEXTS, dtype=TEXT)})
    assert rows(frame, "s LIKE 'ab%'") == [2, 3, 5, 6, 9]
    assert rows(frame, "s NOT LIKE 'ab%'") == [0, 1, 7, 8, 10, 11]
    assert rows(frame, "s IN ('a', 'é', NULL)") == [1, 7]
    assert rows(frame, "s NOT IN ('a', 'é')") == [0, 2, 3, 5, 6, 8, 9, 10, 11]
    assert rows(frame, "s NOT IN ('a', 'é', NULL)") == []


@pytest.mark.parametrize("share", [0, 0.01, 0.05, 0.0999, 0.1, 0.11, 0.5, 1])
@pytest.mark.parametrize("n", [0, 1, 9, 10, 1000, 1001])
def test_places_of_marks(share, n):
    marks = np.random.default_rng(n).permutation(n) < share * n
    expected = [place for place in range(n) if marks[place]]
    assert selection.places(marks, len(expected)).tolist() == expected


def test_rows_are_counted_before_they_are_numbered(monkeypatch):
    monkeypatch.setattr(choosing, "BLOCK_ROWS", 16)
    frame = pd.DataFrame({"x": np.arange(1001) % 10})
    bound = bind(parse("x < 3 OR x = 7"), ["x"])
    found = select(bound, reader(frame, bound), len(frame))
    monkeypatch.setattr(selection, "places", None)  # which would find the numbers
    assert len(found) == 401
    monkeypatch.undo()
    assert found.rows.tolist() == [n for n in range(1001) if n % 10 in (0, 1, 2, 7)]
    assert found.rows is found.rows


def test_threads_share_the_rows(monkeypatch):
    monkeypatch.setattr(choosing, "cores", lambda: 3)
    monkeypatch.setattr(choosing, "THREAD_ROWS", 10)
    monkeypatch.setattr(choosing, "SHARE_ROWS", 100)
    monkeypatch.setattr(choosing, "BLOCK_ROWS", 16)
    frame = pd.DataFrame({"x": np.arange(1001.0), "c": pd.Categorical(np.arange(1001) % 7)})
    expected = [n for n in range(1001) if n > 13 and n % 7 == 3]
    assert rows(frame, "x > 13 AND c = 3") == expected
    with pytest.raises(SliceError, match="cannot be read as a float"):
        rows(frame, "x > 'abc' OR x > 1")


@pytest.mark.parametrize("n", [0, 10, 200_000])
def test_rows_are_taken_column_by_column(n):
    """By threads where they are many; dtypes, labels, index and attrs stay."""
    held = {
        "f": np.arange(n) / 2,
        "s": pd.array(["a", "b"] * (n // 2), dtype=TEXT),
        "c": pd.Categorical(np.arange(n) % 3),
        "i": pd.array(np.arange(n), dtype="Int64"),
        "t": pd.date_range("2000", periods=n, freq="s", tz="UTC"),
    }
    frame = pd.DataFrame(held, index=pd.RangeIndex(5, n + 5, name="row"))
    frame.attrs["unit"] = "s"
    found = frame.mi.slice("SELECT i, f, c AS k, s, t FROM t WHERE f >= 2")
    expected = frame.loc[frame.f >= 2, ["i", "f", "c", "s", "t"]].rename(columns={"c": "k"})
    pd.testing.assert_frame_equal(found, expected)
    assert found.attrs == {"unit": "s"}
    found.iloc[:, 1] = -1.0
    assert (frame["f"] == held["f"]).all()
