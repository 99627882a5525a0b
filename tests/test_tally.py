"""A tally: what it takes and refuses, how it is merged, written and read."""

from __future__ import annotations

import copy
import datetime
import inspect
import itertools
import json
import os
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pandas_mi
from benchmarks import watching
from pandas_mi import Tally, TallyFileError, UnknownColumnError
from pandas_mi.analysis.tally import files, joint, state


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    hidden = random.normal(size=400)
    return pd.DataFrame(
        {
            "x": hidden + random.normal(size=400),
            "y": np.where(random.random(400) < 0.1, np.nan, hidden),
            "n": random.integers(0, 5, 400),
            "kind": pd.Categorical(random.choice(list("abc"), 400)),
            "text": random.choice(["p", "q", None], 400),
            "id": np.arange(400) % 300,
        }
    )


@pytest.fixture
def bins(frame):
    return {**frame.mi.bins(), "id": None}


@pytest.fixture
def tally(frame, bins):
    return Tally(frame.columns, bins=bins).update(frame)


COLUMNS = ["x", "y", "n", "kind", "text"]  # all but the one of many levels


def by_value(**columns):
    frame = pd.DataFrame(columns)
    return Tally(list(frame.columns), bins=None).update(frame)


def instants_of(zone, unit):
    return pd.Series(pd.to_datetime(["2024-01-01", "2024-06-01"]).tz_localize(zone).as_unit(unit))


ignore_levels = pytest.mark.filterwarnings("ignore::pandas_mi.HighCardinalityWarning")


@ignore_levels
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"p_value": True},
        {"p_value": True, "method": "permutation", "n_resamples": 19, "seed": 3},
        {"ci": 0.9, "n_resamples": 19},
        {"ci": 0.9, "ci_method": "delta", "missing": "category"},
        {"adjusted": True, "min_periods": 380},
    ],
)
def test_pairs_are_those_of_the_rows(tally, frame, bins, options):
    pd.testing.assert_frame_equal(
        tally.pairs(**options), frame.mi.pairs(bins=bins, **options), check_exact=True
    )


@ignore_levels
def test_every_measure_is_that_of_the_rows(tally, frame, bins):
    some = ["n", "id", "x"]
    assert tally.target("x").equals(frame.mi.target("x", bins=bins))
    assert tally.target("x", some[:2]).equals(frame.mi.target("x", some[:2], bins=bins))
    assert tally.pair("id", "x", base=2) == frame.mi.pair("id", "x", base=2, bins=bins)
    assert tally.pair("x", "x") == frame.mi.pair("x", "x", bins=bins)
    assert tally.entropy(some).equals(frame.mi.entropy(some, bins=bins))
    assert tally.counts(some).equals(frame.mi.counts(some))
    expected = frame.mi.mutual_information(some, ["y", "x"], bins=bins)
    assert tally.mutual_information(some, ["y", "x"]).equals(expected)
    assert tally.matrix(some, threads=2).equals(frame.mi.matrix(some, bins=bins))


def test_a_column_of_too_many_levels_is_warned_of(frame):
    tally = Tally(["id", "n"], bins={"id": None, "n": None}).update(frame.iloc[:200])
    with pytest.warns(pandas_mi.HighCardinalityWarning, match=r"'id': 200 levels in 200 rows"):
        tally.matrix()
    tally.matrix(adjusted=True)


def test_what_it_shows(tally):
    assert repr(tally) == (
        "Tally of 400 rows\n"
        "  x     7 bins\n"
        "  y     7 bins\n"
        "  n     5 levels\n"
        "  kind  3 levels\n"
        "  text  2 levels\n"
        "  id    300 levels"
    )
    assert (tally.n_rows, len(tally), bool(Tally([], bins=None))) == (400, 400, True)
    assert list(tally.columns) == ["x", "y", "n", "kind", "text", "id"]
    html = by_value(**{"<b>": [1]})._repr_html_()
    assert html == (
        "<div><p>Tally of 1 row</p><table><tr><th>&lt;b&gt;</th><td>1 level</td></tr></table></div>"
    )
    many = by_value(**{f"c{place}": [1] for place in range(22)})
    assert repr(many).endswith("c19  1 level\n  and 2 more columns")
    assert many._repr_html_().endswith("</table><p>and 2 more columns</p></div>")


def test_it_shows_the_options_that_it_takes():
    parameters = inspect.signature(Tally.matrix).parameters
    assert list(parameters) == [
        "self", "columns", "normalized", "seed", "missing", "average", "base", "min_periods",
        "threads", "progress", "adjusted", "correction", "clip",
    ]  # fmt: skip
    assert parameters["missing"].default == "pairwise"


def test_the_table_of_a_pair():
    tally = by_value(x=["b", "a", None, "b"], y=[2, 2, 1, 3])
    expected = pd.DataFrame(
        [[1, 0, 0], [0, 1, 0], [0, 1, 1]],
        index=pd.Index([np.nan, "a", "b"], name="x", dtype=object),
        columns=pd.Index([1, 2, 3], name="y", dtype=object),
    )
    pd.testing.assert_frame_equal(tally.joint_counts("x", "y"), expected)
    pd.testing.assert_frame_equal(tally.joint_counts("y", "x"), expected.T)
    own = tally.joint_counts("x", "x")
    assert own.to_numpy().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 2]]


def test_a_table_too_large_to_lay_out(monkeypatch):
    monkeypatch.setattr("pandas_mi.analysis.tally.shown._MOST_CELLS", 5)
    with pytest.raises(
        ValueError, match=r"^the table of 'x' and 'y' has 3 rows and 2 columns: too"
    ):
        by_value(x=[1, 2], y=[1, 1]).joint_counts("x", "y")


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"slice_query": "x > 0"}, ValueError,
         "a tally takes no slice_query=: its rows are counted; pass slice_query= to update, one "
         "tally a slice"),
        ({"sample_size": 3}, ValueError,
         "a tally takes no sample_size=: its rows are counted; update it with a sample, such as "
         "df.mi.sample(...)"),
        ({"bins": None}, ValueError,
         "a tally takes no bins=: its encodings are fixed; make another tally for other bins"),
        ({"estimator": "knn"}, ValueError,
         "a tally takes no estimator='knn': nearest neighbours need rows; ask the data itself"),
        ({"n_neighbors": 3}, ValueError,
         "a tally takes no n_neighbors=: nearest neighbours need rows; ask the data itself"),
        ({"missing": "listwise"}, ValueError,
         "missing='listwise' looks at whole rows, and a tally holds counts of single columns and "
         "of pairs; use 'pairwise' or 'category', or update it with df.dropna(...)"),
        ({"missing": "raise"}, ValueError,
         "missing='raise' looks at whole rows, and a tally holds counts of single columns and "
         "of pairs; use 'pairwise' or 'category', or update it with df.dropna(...)"),
        ({"normalised": True}, TypeError,
         "no option 'normalised'; there are: 'normalized', 'missing', 'average', 'base', "
         "'min_periods', 'threads', 'progress', 'seed', 'adjusted', 'correction', 'clip'. "
         "Did you mean 'normalized'?"),
        ({"missing": "none"}, ValueError, None),
    ],
)  # fmt: skip
def test_options_that_need_rows_are_refused(tally, given, error, text):
    for ask in (tally.matrix, tally.pairs, lambda **options: tally.target("x", **options)):
        with pytest.raises(error) as raised:
            ask(**given)
        assert text is None or str(raised.value) == text


def test_more_than_two_columns_together_are_refused(tally):
    with pytest.raises(ValueError, match=r"^a tally holds counts of single columns and of pairs, "):
        tally.pair(["x", "y"], "n")
    with pytest.raises(UnknownColumnError, match=r"no column 'z'; there are: 'x', 'y', 'n'"):
        tally.pair("x", "z")
    with pytest.raises(UnknownColumnError):
        tally.joint_counts("x", "z")
    with pytest.raises(UnknownColumnError):
        tally.counts(["z"])


NOT_LEARNT = (
    ": a tally cannot learn bins before it has seen rows. Pass bins=df.mi.bins(...) of rows that "
    "are representative, or make it with Tally.of(df, bins=...)"
)


@pytest.mark.parametrize(
    ("columns", "bins", "error", "text"),
    [
        ("x", None, TypeError, "columns must be a list of labels, got 'x'"),
        (["x", "x"], None, ValueError, "columns are named more than once: 'x'"),
        (["x"], 3, ValueError,
         "bins must be cuts or None for each column, got 3" + NOT_LEARNT),
        (["x"], "auto", ValueError,
         "bins must be cuts or None for each column, got 'auto'" + NOT_LEARNT),
        (["x"], {"x": "auto"}, ValueError,
         "bins for column 'x' must be cuts or None for each column, got 'auto'" + NOT_LEARNT),
        (["x"], {"x": 2.5}, TypeError,
         "bins for column 'x' must be cuts or None for each column, got 2.5" + NOT_LEARNT),
        (["x"], [1, 2], TypeError,
         "bins must be cuts or None for each column, got [1, 2]" + NOT_LEARNT),
        (["abc"], {"abd": None}, UnknownColumnError,
         "no column 'abd'; there are: 'abc'. Did you mean 'abc'?"),
        (["x"], {"x": [1, None]}, ValueError,
         "bins for column 'x': cuts must not be missing, got None"),
        (["x"], {"x": [2, 1]}, ValueError, "bins for column 'x': cuts must increase, got [2, 1]"),
        (["x"], {"x": [1, "a"]}, TypeError,
         "bins for column 'x': cuts do not compare: '>' not supported between instances of 'int' "
         "and 'str'"),
    ],
)  # fmt: skip
def test_what_a_tally_cannot_be_made_with(columns, bins, error, text):
    with pytest.raises(error) as raised:
        Tally(columns, bins=bins)
    assert str(raised.value) == text


def test_equal_cuts_are_one():
    bins = {
        "x": np.array([1, 1, 2], dtype=np.int8),
        "y": pd.Index([0.5, 0.5]),
        "z": pd.Series([3, 3, 4], index=[7, 8, 9]),
    }
    assert Tally(["x", "y", "z"], bins=bins).bins == {"x": [1, 2], "y": [0.5], "z": [3, 4]}


def test_numbers_without_cuts_are_refused():
    tally = Tally(["x", "y"], bins={}).update(pd.DataFrame({"x": ["a"], "y": [True]}))
    assert tally.n_rows == 1
    with pytest.raises(ValueError) as raised:
        Tally(["x", "y"], bins={"x": None}).update(pd.DataFrame({"x": [1], "y": [1.0]}))
    assert str(raised.value) == (
        "column 'y' holds float, and bins= has nothing for it: a tally cannot learn bins from part "
        "of the rows. Pass bins=df.mi.bins(...) of rows that are representative, give it cuts, or "
        "None to take it by value"
    )


BERLIN = pd.Series(pd.to_datetime(["2024-01-01"]).tz_localize("Europe/Berlin"))
NAIVE = pd.Series(pd.to_datetime(["2024-01-01"]))


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ([1], ["a"],
         "column 'x' holds text, and the tally has counted integer there; convert the column, or "
         "tally it under another name"),
        (["a"], [1.5],
         "column 'x' holds float, and the tally has counted text there; convert the column, or "
         "tally it under another name"),
        ([True], [1],
         "column 'x' holds integer, and the tally has counted boolean there; convert the column, "
         "or tally it under another name"),
        (BERLIN, NAIVE,
         "column 'x' holds naive instants, and the tally has counted instants of time zone "
         "Europe/Berlin there; make them alike with dt.tz_localize"),
        (NAIVE, BERLIN,
         "column 'x' holds instants of time zone Europe/Berlin, and the tally has counted naive "
         "instants there; make them alike with dt.tz_localize"),
        ([pd.Period("2024-01", "M")], [pd.Period("2024-01-01", "D")],
         "column 'x' holds periods of frequency D, and the tally has counted periods of frequency "
         "M there; convert them with asfreq"),
    ],
)  # fmt: skip
def test_another_kind_of_values_is_refused_and_changes_nothing(before, after, text):
    tally = by_value(w=[1], x=before)
    seen = pickle.dumps(tally)
    with pytest.raises(TypeError) as raised:
        tally.update(pd.DataFrame({"w": [2], "x": after}))
    assert str(raised.value) == text
    assert pickle.dumps(tally) == seen
    other = by_value(w=[2], x=after)
    with pytest.raises(TypeError, match=r"^column 'x' holds"):
        tally + other


@pytest.mark.parametrize(
    ("values", "error", "text"),
    [
        (["a"], TypeError,
         "column 'x' holds text, and the tally has cuts for it, which take numbers or times"),
        (pd.Categorical([1]), TypeError,
         "column 'x' holds a category, and the tally has cuts for it, which take numbers or times"),
        (NAIVE, TypeError, None),
    ],
)  # fmt: skip
def test_cuts_take_what_they_compare_with(values, error, text):
    with pytest.raises(error) as raised:
        Tally(["x"], bins={"x": [True]}).update(pd.DataFrame({"x": values}))
    assert str(raised.value).startswith("bins for column 'x': ") if text is None else (
        str(raised.value) == text
    )  # fmt: skip


def test_a_part_without_known_values_may_be_of_any_type():
    tally = by_value(x=["a", "b"]).update(pd.DataFrame({"x": [np.nan, np.nan]}))
    tally.update(pd.DataFrame({"x": pd.Series([], dtype="datetime64[ns]")}))
    assert tally.joint_counts("x", "x").to_numpy().diagonal().tolist() == [2, 1, 1]
    cut = Tally(["x"], bins={"x": [1]}).update(pd.DataFrame({"x": [None, None]}))
    assert cut.update(pd.DataFrame({"x": [0, 5, 6]})).n_rows == 5


@pytest.mark.parametrize("days", [("int64", "float64"), ("float64", "int64"), ("uint8", "Int16")])
def test_integers_and_floats_are_numbers_alike(days):
    parts = [pd.DataFrame({"x": [1, 2, 3, 9], "y": list("abab")}) for _ in days]
    parts = [part.astype({"x": dtype}) for part, dtype in zip(parts, days, strict=True)]
    whole = pd.concat([part.astype({"x": float}) for part in parts])
    for cuts in (None, [2.3, 2.7], [-0.5, 2.5, 300.5], [2, 9]):
        tally = Tally(["x", "y"], bins={"x": cuts})
        for part in parts:
            tally.update(part)
        assert tally.matrix().equals(whole.mi.matrix(bins={"x": cuts}))
        _, x, _ = tally._pair("x", "y")
        assert x.cardinality == (4 if cuts is None else len(cuts) + 1)


def test_decimals_are_equal_to_the_numbers_that_they_are():
    tally = by_value(x=[2**53 + 1, 1])
    tally.update(pd.DataFrame({"x": [Decimal("1.0"), Decimal("0.1"), Decimal("-0")]}))
    tally.update(pd.DataFrame({"x": [0.1, 0.5, 0.0]}))
    levels = [0, Decimal("0.1"), Decimal(0.1), Decimal("0.5"), 1, 2**53 + 1]  # noqa: RUF032
    assert tally._pair("x", "x")[1].levels.tolist() == levels
    assert tally.entropy()["x"] == by_value(x=[0, 0, 1, 1, 2, 3, 4, 5]).entropy()["x"]


def test_numbers_that_no_type_holds_together():
    for one, other in itertools.permutations([2**53 + 1, 0.5]):
        with pytest.raises(
            ValueError, match=r"^column 'x': among its numbers are some that no float64"
        ):
            by_value(x=[one]).update(pd.DataFrame({"x": [other]}))
    large = by_value(x=np.array([2**63], dtype=np.uint64)).update(pd.DataFrame({"x": [1]}))
    assert large._pair("x", "x")[1].bins() is None
    assert large._pair("x", "x")[1].levels.tolist() == [1, 2**63]
    text = r"^column 'x': it has integers below 0 and above 2\*\*63 - 1"
    with pytest.raises(ValueError, match=text):
        large.update(pd.DataFrame({"x": [-1]}))
    with pytest.raises(ValueError, match=text):
        large + by_value(x=[-1])
    far = by_value(x=np.array(["9999-01-01"], dtype="datetime64[s]"))
    with pytest.raises(
        ValueError, match=r"^column 'x': among its values, counted in 's', are some"
    ):
        far.update(pd.DataFrame({"x": np.array(["2024-01-01"], dtype="datetime64[ns]")}))


@pytest.mark.parametrize("units", [("s", "ns"), ("ns", "s"), ("ms", "us")])
def test_instants_are_alike_whatever_the_unit_and_zone(units):
    instants = pd.date_range("2024-01-01", periods=6, freq="12h", tz="UTC")
    other = pd.Series(list("abcabc"))
    parts = [
        pd.DataFrame({"t": instants.as_unit(unit).tz_convert(zone), "y": other})
        for unit, zone in zip(units, ("Asia/Tokyo", "UTC"), strict=True)
    ]
    whole = pd.concat([pd.DataFrame({"t": instants, "y": other})] * 2)
    for cuts in (None, [instants[1], instants[1] + pd.Timedelta("1ns"), instants[3]]):
        tally = Tally(["t", "y"], bins={"t": cuts})
        for part in parts:
            tally.update(part)
        expected = whole.mi.matrix(bins={"t": cuts}, normalized=True)
        assert tally.matrix(normalized=True).equals(expected)
        _, t, _ = tally._pair("t", "y")
        assert t.bins() == cuts
        assert cuts is not None or len(t.levels) == 6


def test_the_sources_it_reads(tally, frame, bins, tmp_path):
    plain = frame.assign(kind=frame["kind"].astype(str))
    path = tmp_path / "rows.parquet"
    plain.to_parquet(path, row_group_size=150)
    table = pa.Table.from_pandas(plain, preserve_index=False)
    for data in (
        path,
        table,
        pa.RecordBatchReader.from_batches(table.schema, table.to_batches(90)),
    ):
        one = Tally(frame.columns, bins=bins).update(data)
        assert one.n_rows == 400
        expected = tally.matrix(COLUMNS, missing="category")
        assert one.matrix(COLUMNS, missing="category").equals(expected)
    wider = Tally(["n"], bins={"n": None}).update(frame, slice_query="n < 3")
    assert wider.n_rows == (frame["n"] < 3).sum()
    with pytest.raises(TypeError, match="slice_query must be str or None, got int 3"):
        wider.update(frame, 3)


def test_rows_are_read_chunk_by_chunk(frame, bins, tmp_path, monkeypatch):
    monkeypatch.setattr("pandas_mi.sources.parquet.CHUNK_ROWS", 100)
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path, row_group_size=100)
    chunks = []
    monkeypatch.setattr(
        "pandas_mi.analysis.tally.tally.with_rows",
        lambda before, columns, n: chunks.append(n) or state.with_rows(before, columns, n),
    )
    tally = Tally(frame.columns, bins=bins).update(path)
    assert chunks == [100] * 4
    assert tally.matrix(["x", "y"]).equals(frame.mi.matrix(["x", "y"], bins=bins))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_update_that_fails_half_way_changes_nothing(frame, bins, tmp_path, monkeypatch, error):
    monkeypatch.setattr("pandas_mi.sources.parquet.CHUNK_ROWS", 100)
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path, row_group_size=100)
    tally = Tally(frame.columns, bins=bins).update(frame.iloc[:7])
    before = pickle.dumps(tally)
    calls = []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise error
        return state.with_rows(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("pandas_mi.analysis.tally.tally.with_rows", failing)
        with pytest.raises(error):
            tally.update(path)
    assert pickle.dumps(tally) == before
    with pytest.raises(UnknownColumnError, match=r"no columns 'y', 'n'; there are: 'x', 'kind'"):
        tally.update(frame.drop(columns=["y", "n"]))
    assert pickle.dumps(tally) == before
    expected = pd.concat([frame.iloc[:7], frame])
    assert tally.update(path).matrix(["x", "n"]).equals(expected.mi.matrix(["x", "n"], bins=bins))


def test_learning_from_rows(frame):
    tally = Tally.of(frame, ["x", "kind"], bins=4, slice_query="n > 1")
    some = frame[frame["n"] > 1]
    assert tally.bins == some.mi.bins(["x", "kind"], bins=4)
    assert tally.matrix().equals(some.mi.matrix(["x", "kind"], bins=4))
    reader = pa.Table.from_pandas(frame[["x", "n"]]).to_reader()
    assert Tally.of(reader).matrix().equals(frame.mi.matrix(["x", "n"]))
    assert Tally.of(frame, "x").columns.tolist() == ["x"]


def test_rows_that_come_while_others_are_counted_are_kept(frame, bins, monkeypatch):
    tally = Tally(frame.columns, bins=bins).update(frame)
    count = state.settled

    def interrupted(held):
        monkeypatch.setattr("pandas_mi.analysis.tally.answers.settled", count)
        tally.update(frame)
        return count(held)

    monkeypatch.setattr("pandas_mi.analysis.tally.answers.settled", interrupted)
    assert tally.counts(["n"]).loc["n", "n"] == 400
    assert tally.counts(["n"]).loc["n", "n"] == 800


def test_rows_that_come_one_by_one_do_not_pile_up(frame, bins):
    tally = Tally(COLUMNS, bins={name: bins[name] for name in COLUMNS})
    for row in range(300):
        tally.update(frame.iloc[[row]])
    assert len(tally._state.waiting) <= 256
    assert tally.matrix().equals(pandas_mi.matrix(frame[:300], COLUMNS, bins=bins))


def test_merging(frame, bins, tally):
    parts = [Tally(frame.columns, bins=bins).update(frame.iloc[i::4]) for i in range(4)]
    before = [pickle.dumps(part) for part in parts]
    whole = sum(parts)
    assert whole.matrix(["x", "n"]).equals(tally.matrix(["x", "n"]))
    assert [pickle.dumps(part) for part in parts] == before
    copied = 0 + tally
    copied.update(frame)
    assert (copied.n_rows, tally.n_rows) == (800, 400)
    assert copy.copy(tally).update(frame).n_rows == 800
    assert copy.deepcopy(tally).update(frame).n_rows == 800
    for other in (1, None):
        with pytest.raises(TypeError, match="unsupported operand"):
            tally + other
        with pytest.raises(TypeError, match="unsupported operand"):
            other + tally


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        ((["x"], {"x": [1]}), (["x"], {"x": [1, 2]}),
         "column 'x' has cuts 1 in one and 1, 2 in the other"),
        ((["x"], {"x": [1]}), (["x"], None),
         "column 'x' has cuts 1 in one and None (by value) in the other"),
        ((["x"], None), (["x", "y"], None),
         "they do not have the same columns: 'y' in one alone"),
        ((["y", "x"], None), (["x", "y"], None),
         "their columns are the same in another order"),
    ],
)  # fmt: skip
def test_what_does_not_add(one, other, text):
    with pytest.raises(ValueError) as raised:
        Tally(one[0], bins=one[1]) + Tally(other[0], bins=other[1])
    assert str(raised.value) == f"these tallies do not add: {text}"


def test_no_columns_and_no_rows(frame):
    none = Tally([], bins=None).update(frame)
    assert none.n_rows == 400
    assert none.matrix().shape == none.matrix(adjusted=True).shape == (0, 0)
    empty = Tally(["x", "text"], bins={"x": [0.0]})
    assert empty.matrix().isna().all(axis=None)
    assert empty.counts().to_numpy().tolist() == [[0, 0], [0, 0]]
    assert (empty + empty).n_rows == 0


def test_tables_take_the_least_memory(monkeypatch):
    n = 6_000
    frame = pd.DataFrame({"a": np.arange(n), "b": np.arange(n)[::-1], "c": np.arange(n) % 3})
    for few in (0, 10_000):
        monkeypatch.setattr(joint, "_FEW_ROWS", few)
        tally = Tally(["a", "b", "c"], bins=None)
        for start in range(0, n, 1500):
            tally.update(frame.iloc[start : start + 1500]).counts()
        counts = tally._settled().counts
        assert {pair: table.cells is None for pair, table in counts.joint.items()} == {
            (0, 1): False, (0, 2): False, (1, 2): False,
        }  # fmt: skip
        assert sum(table.counts.nbytes for table in counts.joint.values()) == 3 * 8 * n
        with pytest.warns(pandas_mi.HighCardinalityWarning):
            assert tally.matrix().equals(frame.mi.matrix(bins=None))
    monkeypatch.setattr(joint, "_MOST_CELLS", n - 1)
    with pytest.raises(
        ValueError, match=r"^two columns have more than 5,999 combinations of level"
    ):
        Tally(["a", "b"], bins=None).update(frame).counts()


@pytest.mark.parametrize("few", [0, 10_000])
def test_sparse_tables_of_columns_in_any_order(monkeypatch, few):
    monkeypatch.setattr(joint, "_FEW_ROWS", few)
    random = np.random.default_rng(0)
    a = random.integers(0, 200, 2_000)  # few enough levels to be fused with others
    frame = pd.DataFrame({"a": a, "b": (a * a + random.integers(0, 3, 2_000)) % 911})
    expected = pd.crosstab(frame["a"], frame["b"]).to_numpy()
    for columns in (["a", "b"], ["b", "a"]):
        tally = Tally(columns, bins=None).update(frame)
        assert all(table.cells is not None for table in tally._settled().counts.joint.values())
        assert (tally.joint_counts("a", "b").to_numpy() == expected).all()
        assert (tally.joint_counts("b", "a").to_numpy() == expected.T).all()


def test_a_sparse_table_is_added_to_a_dense_one():
    grid = np.indices((80, 80)).reshape(2, -1)
    dense, sparse = (pd.DataFrame(rows.T, columns=["a", "b"]) for rows in (grid, grid[:, 7:90]))
    tallies = [
        Tally(["a", "b"], bins={label: range(79) for label in "ab"}).update(rows)
        for rows in (dense, sparse)
    ]
    held = [tally._settled().counts.joint[0, 1].cells is None for tally in tallies]
    assert held == [True, False]
    whole = pd.concat([dense, sparse])
    expected = pd.crosstab(whole["a"], whole["b"]).to_numpy()
    for both in (tallies[0] + tallies[1], tallies[1] + tallies[0]):
        assert (both.joint_counts("a", "b").to_numpy() == expected).all()


@pytest.mark.parametrize(
    "parts",
    [
        ([Decimal("1.0"), Decimal("2E+1")], [Decimal("1.00"), Decimal(20)]),
        ([1, "a", (True, 2)], [True, "b", (1, 2.0)], [1.0, "c", 2.5]),
        (instants_of("Asia/Tokyo", "s"), instants_of("Europe/Berlin", "us")),
        ([1, 2], [1.0, 2.5], [2, 3]),
        (pd.arrays.IntervalArray.from_tuples([(0, 1)]),
         pd.arrays.IntervalArray.from_tuples([(0.0, 1.0)])),
    ],
)  # fmt: skip
def test_equal_values_are_written_alike_whichever_came_first(parts, tmp_path):
    written = set()
    for order in itertools.permutations(parts):
        tally = Tally(["x"], bins=None)
        for part in order:
            tally.update(pd.DataFrame({"x": pd.Series(part)}))
        tally.save(tmp_path / "tally")
        written.add((tmp_path / "tally").read_bytes())
    assert len(written) == 1


LEVELS = {
    "bool": [True, False],
    "int": [2**62, -5],
    "uint": np.array([2**64 - 1, 3], dtype=np.uint64),
    "float": [0.1, -np.inf],
    "decimal": [Decimal("1.10"), Decimal("-Infinity")],
    "date": [datetime.date(2024, 1, 2), datetime.date(1900, 1, 1)],
    "time": [datetime.time(1, 2, 3), datetime.time(0)],
    "instant": np.array(["2024-01-01T00:00:01", "1700-01-01"], dtype="datetime64[s]"),
    "zoned": pd.to_datetime(["2024-01-01", "2024-07-01"]).tz_localize("Europe/Berlin"),
    "delta": pd.to_timedelta(["1ns", "2D"]),
    "period": pd.period_range("2024-01", periods=2, freq="M"),
    "text": ["ä\0€", ""],
    "bytes": [b"\0\xff", b""],
    "category": pd.Categorical(["u", "v"]),
    "interval": pd.arrays.IntervalArray.from_tuples([(0, 1), (2.5, 3)]),
    "mixed": [1, "one"],
    "tuples": [(1, "a"), (2.5, None)],
    "missing": [None, None],
}


@pytest.mark.parametrize("name", LEVELS)
def test_levels_of_any_kind_are_kept(name, tmp_path):
    frame = pd.DataFrame({"v": pd.Series(LEVELS[name]), "w": ["a", "b"]})
    tally = Tally(["v", "w"], bins=None).update(frame)
    tally.save(tmp_path / "tally")
    again = Tally.load(tmp_path / "tally")
    pd.testing.assert_frame_equal(again.joint_counts("v", "w"), tally.joint_counts("v", "w"))
    assert again.update(frame).matrix().equals(pd.concat([frame, frame]).mi.matrix(bins=None))
    assert again.joint_counts("v", "v").shape == tally.joint_counts("v", "v").shape


@pytest.mark.parametrize(
    ("cuts", "value"),
    [
        ([0.1, float(np.nextafter(0.1, 1)), 1e300], 0.1),
        ([-(2**62), 2**60 + 1], 2**60 + 1),
        ([Decimal("0.10"), Decimal("0.2")], Decimal("0.10")),
        ([Fraction(1, 3)], 0.4),
        ([pd.Timestamp("2024-01-01", tz="Europe/Berlin")], BERLIN[0]),
        ([pd.Timestamp(1, unit="ns")], pd.Timestamp(1, unit="ns")),
        ([datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 1, 1)], NAIVE[0]),
        ([datetime.date(2024, 1, 1)], datetime.date(2024, 1, 1)),
        ([pd.Timedelta("1ns"), datetime.timedelta(1)], pd.Timedelta("1D")),
        ([pd.Period("2024-03", "M")], pd.Period("2024-03", "M")),
    ],
)
def test_cuts_are_kept_exactly(cuts, value, tmp_path):
    empty = Tally(["v"], bins={"v": cuts})
    for tally in (empty, copy.copy(empty).update(pd.DataFrame({"v": [value]}))):
        tally.save(tmp_path / "tally")
        again = Tally.load(tmp_path / "tally")
        assert again.bins == tally.bins == {"v": cuts}
        assert list(map(type, again.bins["v"])) == list(map(type, cuts))
        again.update(pd.DataFrame({"v": [value]}))
        assert again.n_rows == tally.n_rows + 1
        assert (again + tally).n_rows == 2 * tally.n_rows + 1


@pytest.mark.parametrize(
    "columns",
    [
        pd.Index(["a", "b"], name="feature"),
        pd.Index([1, 2.5]),
        pd.Index(["a", ("b", 1)], tupleize_cols=False),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["one", None]),
        pd.DatetimeIndex(["2024-01-01", "2024-01-02"]),
    ],
)
def test_labels_are_kept(columns, tmp_path):
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=columns)
    tally = Tally(columns, bins=None).update(frame)
    tally.save(tmp_path / "tally")
    again = Tally.load(tmp_path / "tally")
    pd.testing.assert_index_equal(again.columns, columns)
    pd.testing.assert_frame_equal(again.matrix(), frame.mi.matrix(bins=None))


def test_what_cannot_be_saved_is_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "tally"
    by_value(x=[1]).save(path)
    before = path.read_bytes()
    with pytest.raises(TypeError) as raised:
        by_value(x=[frozenset({1}), "a"]).save(path)
    assert str(raised.value) == (
        "levels of column 'x' cannot be saved: frozenset({1}) is of type frozenset, which has no "
        "form in JSON"
    )
    with pytest.raises(TypeError, match=r"^column frozenset\(\) cannot be saved: frozenset\(\) is"):
        Tally([frozenset()], bins=None).save(path)
    assert path.read_bytes() == before
    with pytest.raises(FileNotFoundError):
        by_value(x=[1]).save(tmp_path / "nowhere" / "tally")
    with pytest.raises(FileNotFoundError):
        Tally.load(tmp_path / "nothing")


def test_a_save_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "tally"
    by_value(x=[1]).save(path)
    before = path.read_bytes()

    def full(path, write):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(files.files, "write_new", full)
    with pytest.raises(OSError, match="no space left"):
        by_value(x=[1, 2]).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_while_it_is_saved_sees_the_old_file(tmp_path):
    by_value(x=[1]).save(tmp_path / "tally")
    os.link(tmp_path / "tally", tmp_path / "reading")
    by_value(x=[1, 2]).save(tmp_path / "tally")
    assert Tally.load(tmp_path / "reading").n_rows == 1
    assert Tally.load(tmp_path / "tally").n_rows == 2


def test_every_byte_counts(tmp_path):
    by_value(x=[1, 2], y=["a", "b"]).save(tmp_path / "tally")
    data = (tmp_path / "tally").read_bytes()
    files._check_seal(data, "tally")
    changed = (
        data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in range(len(data))
    )
    for damaged in [*changed, *(data[:length] for length in range(len(data)))]:
        with pytest.raises(TallyFileError):
            files._check_seal(damaged, "tally")


def test_what_is_no_tally(tmp_path, monkeypatch):
    path = tmp_path / "file"

    def refusal():
        with pytest.raises(TallyFileError) as raised:
            Tally.load(path)
        assert isinstance(raised.value, pandas_mi.PandasMIError)
        return str(raised.value)

    path.write_text("x,y\n1,2\n")
    assert refusal() == (
        f"{str(path)!r} is no tally, or is cut short: it does not begin and end as a Parquet file "
        "does. Tally.save writes tallies"
    )
    pd.DataFrame({"x": [1]}).to_parquet(path)
    assert refusal() == (
        f"{str(path)!r} is no tally, or is damaged: it has no checksum of one. Tally.save writes "
        "tallies; for other Parquet files there is pandas_mi.matrix"
    )
    tally = by_value(x=[1, 2, 2])
    tally.save(path)
    data = bytearray(path.read_bytes())
    data[10] ^= 8
    path.write_bytes(data)
    assert refusal() == (
        f"{str(path)!r} is damaged: its contents do not fit their checksum. Restore it from a "
        "copy, or count the rows again"
    )
    with monkeypatch.context() as patch:
        patch.setattr(files, "_VERSION", 2)
        tally.save(path)
    assert refusal() == (
        f"{str(path)!r} is a tally of version 2 of the format, and this pandas_mi reads version 1; "
        "use the pandas_mi that wrote it, or a newer one"
    )


def test_the_file_is_a_table_of_cells(tmp_path):
    path = tmp_path / "tally"
    by_value(x=["b", "a", "b"], y=[2, None, 2]).save(path)
    assert pq.read_table(path).to_pylist() == [
        {"left": 0, "right": 0, "x": 1, "y": 1, "rows": 1, "level 0": "a", "level 1": 2.0},
        {"left": 0, "right": 0, "x": 2, "y": 2, "rows": 2, "level 0": "b", "level 1": None},
        {"left": 0, "right": 1, "x": 1, "y": 0, "rows": 1, "level 0": None, "level 1": None},
        {"left": 0, "right": 1, "x": 2, "y": 1, "rows": 2, "level 0": None, "level 1": None},
        {"left": 1, "right": 1, "x": 0, "y": 0, "rows": 1, "level 0": None, "level 1": None},
        {"left": 1, "right": 1, "x": 1, "y": 1, "rows": 2, "level 0": None, "level 1": None},
    ]
    contents = json.loads(pq.ParquetFile(path).metadata.metadata[b"pandas_mi.tally"])
    assert contents["format"] == "pandas_mi tally"
    assert contents["columns"][1] == {
        "label": "y", "bins": None, "kind": "float", "unit": "", "zone": None, "levels": 1,
    }  # fmt: skip


def test_a_label_that_looks_like_the_checksum(tmp_path):
    label = "pandas_mi.tally.sha256 @" + "0" * 64
    tally = by_value(**{label: [label, "a"]})
    tally.save(tmp_path / "tally")
    assert Tally.load(tmp_path / "tally").matrix().equals(tally.matrix())


@ignore_levels
def test_the_benchmark_checks_what_it_times():
    measured = list(watching.rows("quick", 1))
    assert [row.limit for row in measured] == [2, 2, 1, 20, 8, 8]
