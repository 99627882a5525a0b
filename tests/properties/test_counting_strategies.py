"""Every way to count gives the tables of a naive double loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandas_mi.analysis import grid as grids
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.options import Options
from pandas_mi.counting import (
    Codes,
    SparsePair,
    Workspace,
    blocks,
    counts_of,
    fused,
    fused_codes,
    grouping,
    groups_of,
    plan,
    products,
    strips,
    workspace,
)
from pandas_mi.information import table_sums


@st.composite
def columns(draw):
    """Up to seven columns of codes, with few levels or many, with missing rows or without."""
    n = draw(st.sampled_from([0, 1, 2, 7, 50, 400]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found = {}
    for place in range(draw(st.integers(1, 7))):
        k = draw(st.sampled_from([0, 1, 2, 3, 5, 16, 255, 256, 300, 70_000]))
        least = draw(st.sampled_from([0, 1])) if k else 0
        codes = random.integers(least, k + 1, n).astype(np.min_scalar_type(k))
        found[place] = Codes(codes, k)
    return found


def naive(left, right):
    """Contingency table of two columns, one row at a time."""
    table = np.zeros((left.cardinality + 1, right.cardinality + 1), dtype=np.int64)
    np.add.at(table, (left.codes.astype(int), right.codes.astype(int)), 1)
    return table


def naive_sums(left, right, keep_missing):
    if left.cardinality * right.cardinality > 10**5:  # the table is too large: count what occurs
        known = slice(None) if keep_missing else (left.codes > 0) & (right.codes > 0)
        pairs = np.stack([left.codes[known], right.codes[known]], axis=1).astype(int)
        marginals = (np.unique(side, return_counts=True)[1] for side in pairs.T)
        cells = np.unique(pairs, axis=0, return_counts=True)[1]
        return table_sums(*marginals, cells)
    table = naive(left, right)
    if not keep_missing:
        table = table[1:, 1:]
    return table_sums(table.sum(axis=1), table.sum(axis=0), table.ravel())


cost = grouping._cost


def possible(*sides):
    """Cost that leaves the choice to the order of the capacities, unless a table is too large."""
    return 0.0 if cost(*sides) < np.inf else 1.0


def multiply(patch):
    """Count by products whatever can be: in runs of seven rows, a few slots at a time."""
    patch.setattr(strips, "_FEWEST_COLUMNS", 1)
    patch.setattr(strips, "_LEVELS", 12)
    patch.setattr(strips, "_FEWEST_SLOTS", 4)
    patch.setattr(strips.Strip, "cost", lambda self, n: -1.0)
    patch.setattr(products, "MOST_ROWS", 7)
    patch.setattr(products, "_CELLS", 30)


def three_at_a_time(patch):
    """Count three at a time whatever can be: a few rows of a pass, a few tables of a task."""
    patch.setattr(blocks, "_FEW_LEVELS", 0)
    patch.setattr(blocks, "_FEWEST_ROWS", 0)
    patch.setattr(blocks, "_TASK_CELLS", 50)
    patch.setattr(blocks, "_cost", lambda block, n: -1.0)
    in_short_runs(patch)


def in_short_runs(patch):
    """Count a few rows at a time; by np.add.at, unless threads share the work."""
    patch.setattr(workspace, "_ROWS", 7)
    patch.setattr(workspace, "_ROWS_THREADED", 11)
    patch.setattr(fused, "_worth_adding", lambda n, cells: True)


@given(
    columns(),
    st.booleans(),
    st.sampled_from([multiply, three_at_a_time, in_short_runs]),
    st.sampled_from([1, 2, 3]),
    st.data(),
)
def test_every_way_counts_what_a_double_loop_counts(found, keep_missing, way, threads, data):
    rows = data.draw(st.lists(st.sampled_from(list(found)), unique=True))
    across = data.draw(st.lists(st.sampled_from(list(found)), unique=True))
    with pytest.MonkeyPatch.context() as patch:
        way(patch)
        patch.setattr(grids, "_pays", lambda columns, tasks: True)
        missing = "category" if keep_missing else "pairwise"
        grid = grid_entropies(found, rows, across, Options(missing=missing, threads=threads))
    check(grid, found, rows, across, keep_missing)


@given(columns(), st.booleans(), st.sampled_from([1, 16, 256, 1024, None]), st.data())
def test_every_capacity_counts_what_a_double_loop_counts(found, keep_missing, capacity, data):
    rows = data.draw(st.lists(st.sampled_from(list(found)), unique=True))
    across = data.draw(st.lists(st.sampled_from(list(found)), unique=True))
    with pytest.MonkeyPatch.context() as patch:
        if capacity is not None:  # else what the planner chooses
            patch.setattr(grouping, "_CAPACITIES", (capacity, 1))
            patch.setattr(grouping, "_cost", possible)
        missing = "category" if keep_missing else "pairwise"
        grid = grid_entropies(found, rows, across, Options(missing=missing))
    check(grid, found, rows, across, keep_missing)


def check(grid, found, rows, across, keep_missing):
    for row, left in enumerate(rows):
        for place, right in enumerate(across):
            expected = naive_sums(found[left], found[right], keep_missing)
            sums = [getattr(grid, part)[row, place] for part in ("n", "x", "y", "joint")]
            np.testing.assert_array_equal(sums, expected)


@given(columns(), st.booleans(), st.sampled_from([None, multiply, three_at_a_time]))
def test_tables_hold_the_counts_of_a_double_loop(found, keep_missing, way):
    with pytest.MonkeyPatch.context() as patch:
        if way is not None:
            way(patch)
        pairs = []
        for task in plan(found, list(found), list(found), keep_missing=keep_missing):
            for tables in tables_of(task, found):
                left, right = tables.left.tolist(), tables.right.tolist()
                pairs += map(frozenset, zip(left, right, strict=True))
                if not isinstance(task, SparsePair):
                    check_tables(tables, found, keep_missing)
    assert len(pairs) == len(set(pairs)) == len(found) * (len(found) + 1) // 2


def tables_of(task, found):
    codes = {group: fused_codes(group, found) for group in groups_of([task])}
    return list(task.tables(counts_of(task, found, codes, Workspace())))


def check_tables(tables, found, keep_missing):
    for left, right, cells in zip(tables.left, tables.right, tables.cells, strict=True):
        if left == right:
            continue
        table = naive(found[left], found[right])
        expected = table if keep_missing else table[1:, 1:]
        np.testing.assert_array_equal(np.sort(cells[cells > 0]), np.sort(expected[expected > 0]))
