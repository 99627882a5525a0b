"""Codes to joint counts: single tables, the planner's choices, and what the tables add up to."""

import os
from itertools import combinations

import numpy as np
import pytest

from pandas_mi.analysis.grid import grid_entropies, own_entropies
from pandas_mi.analysis.options import Options
from pandas_mi.counting import (
    Codes,
    JointCounts,
    Product,
    SparsePair,
    Tile,
    Triples,
    Workspace,
    blas,
    blocks,
    counts_of,
    fused_codes,
    groups_of,
    joint_counts,
    one_thread_each,
    plan,
    plan_alone,
    strips,
)
from pandas_mi.counting.grouping import axis_of


def made(n, *levels, seed=0, missing=0.0):
    """Columns of so many levels, by place."""
    random = np.random.default_rng(seed)
    columns = {}
    for place, k in enumerate(levels):
        codes = random.integers(1, k + 1, n)
        codes[random.random(n) < missing] = 0
        columns[place] = Codes(codes.astype(np.min_scalar_type(k)), k)
    return columns


def multiplied(columns):
    """Return the task of one product that counts each column against each, once."""
    axes = [axis_of(place, codes) for place, codes in columns.items()]
    [task] = strips.Strip(axes, axes, own=True).tasks(100, 1e18, keep_missing=False)
    return task


def members(tasks):
    """How many columns each tile's groups fuse: (left, right), largest first."""
    fused = (
        (len(task.left.axes), max((len(right.axes) for right in task.rights), default=0))
        for task in tasks
        if isinstance(task, Tile)
    )
    return max(fused, default=(0, 0))


class TestJointCounts:
    def test_rows_and_columns_are_codes(self):
        one, two = (
            Codes(np.array([0, 1, 2, 2], np.uint8), 2),
            Codes(np.array([1, 0, 1, 1], np.uint8), 1),
        )
        np.testing.assert_array_equal(joint_counts(one, two).counts, [[0, 1], [1, 0], [0, 2]])

    def test_two_columns_of_unique_values_are_sparse(self):
        codes = Codes(np.arange(1, 100_001, dtype=np.uint32), 100_000)
        table = joint_counts(codes, codes)
        assert table.cells is not None
        assert table.counts.nbytes < 1_000_000
        assert table.total == 100_000

    @pytest.mark.parametrize("one", ["dense", "sparse"])
    @pytest.mark.parametrize("two", ["dense", "sparse"])
    def test_sums_are_of_all_rows(self, one, two):
        dense = JointCounts((2, 2), np.array([[0, 1], [2, 3]]))
        held = {"dense": dense, "sparse": dense._sparse()}
        total = held[one] + held[two]
        np.testing.assert_array_equal(total._sparse().cells, [1, 2, 3])
        np.testing.assert_array_equal(total._sparse().counts, [2, 4, 6])

    def test_tables_of_different_shapes_do_not_add(self):
        with pytest.raises(ValueError, match=r"tables of shapes \(1, 1\) and \(1, 2\) do not add"):
            JointCounts((1, 1), np.zeros((1, 1), int)) + JointCounts((1, 2), np.zeros((1, 2), int))


class TestPlan:
    def test_many_rows_fuse_columns_of_few_levels(self):
        assert members(plan(made(200_000, *[10] * 8), range(8), range(8))) == (2, 2)
        assert members(plan(made(200_000, *[2] * 30), range(30), range(30)))[0] >= 6

    def test_few_rows_or_many_levels_stand_alone(self):
        assert members(plan(made(100, *[40] * 8), range(8), range(8))) == (1, 1)
        assert members(plan(made(200_000, *[100] * 8), range(8), range(8))) == (1, 1)

    def test_one_column_against_many_fuses_the_many(self):
        left, right = members(plan(made(200_000, *[70, *[6] * 8]), [0], range(1, 9)))
        assert (left, right >= 2) == (1, True)

    def test_many_columns_of_few_rows_are_multiplied(self):
        columns = made(1000, *[10] * 100, 200, 5000)
        kinds = {type(task) for task in plan(columns, range(100), range(100))}
        assert kinds == {Product}
        kinds = {type(task) for task in plan(columns, range(102), range(102))}
        assert kinds == {Product, Tile, SparsePair}

    def test_columns_of_dozens_of_levels_are_counted_three_at_a_time(self):
        columns = made(100_000, *[30] * 9, 5, 6, 100, missing=0.1)
        tasks = plan(columns, range(12), range(12))
        assert {type(task) for task in tasks} == {Tile, Triples}
        triples = [block for task in tasks if isinstance(task, Triples) for block in task.blocks]
        assert {axis.column for block in triples for axis in block} == set(range(9))
        assert [len(block) for block in triples].count(3) == 12  # of nine columns: none is left
        few = plan(made(1000, *[30] * 9), range(9), range(9))
        assert {type(task) for task in few} == {Tile}

    @pytest.mark.parametrize("k", [3, 4, 5, 7, 9, 20, 41])
    def test_blocks_hold_each_pair_once_and_are_as_many_as_their_cost_says(self, k):
        found = blocks.Blocks([axis_of(place, one) for place, one in made(9, *[20] * k).items()])
        held = [block for task in found.tasks(50_000, 1e6, False) for block in task.blocks]
        pairs = [pair for block in held for pair in combinations((a.column for a in block), 2)]
        assert len(pairs) == len(set(map(frozenset, pairs))) == k * (k - 1) // 2
        assert found.cost(50_000) == pytest.approx(
            sum(task.cost for task in found.tasks(50_000, 1e6, False))
        )

    def test_threads_share_blocks(self):
        columns = made(100_000, *[40] * 12)
        alone, shared = (plan(columns, range(12), range(12), threads=t) for t in (1, 4))
        assert {type(task) for task in shared} == {Triples}
        assert max(task.cost for task in shared) < sum(task.cost for task in shared) / 4
        assert sum(task.n_pairs for task in shared) == sum(task.n_pairs for task in alone)

    def test_threads_share_products(self):
        columns = made(20_000, *[10] * 300)
        alone, shared = (plan(columns, range(300), range(300), threads=t) for t in (1, 4))
        assert max(task.cost for task in shared) < sum(task.cost for task in shared) / 4
        assert sum(task.n_pairs for task in shared) == sum(task.n_pairs for task in alone)

    def test_unique_values_are_sorted(self):
        tasks = plan(made(1000, 1000, 1000), [0, 1], [0, 1])
        assert [type(task) for task in tasks].count(SparsePair) == 1

    def test_two_columns_just_below_the_limit_keep_their_own_tables(self):
        one, two = Codes(np.array([217], np.uint8), 255), Codes(np.array([163], np.uint16), 256)
        columns = {0: one, 1: two}
        assert grid_entropies(columns, [0, 1], [0, 1], Options()).n.tolist() == [[1, 1], [1, 1]]

    def test_missing_takes_a_place_only_where_there_is_one(self):
        sizes = [
            {axis.size for task in tasks for axis in task.left.axes}
            for missing in (0.0, 0.1)
            for tasks in [plan(made(200_000, *[10] * 4, missing=missing), range(4), range(4))]
        ]
        assert sizes == [{10}, {11}]

    def test_more_threads_find_more_tasks(self):
        columns = made(1_000_000, *[60] * 12)
        alone, shared = (len(plan(columns, [0], range(1, 12), threads=t)) for t in (1, 4))
        assert alone == 1
        assert shared >= 4

    @pytest.mark.parametrize(
        ("rows", "across"), [([0, 1, 2], [1, 2, 3]), ([3], [0]), ([0], [0, 1])]
    )
    def test_each_pair_is_counted_once(self, rows, across):
        columns = made(100, 3, 4, 5, 300)
        found = [
            tuple(sorted(map(int, pair)))
            for task in plan(columns, rows, across)
            for tables in _counted(task, columns)
            for pair in zip(tables.left, tables.right, strict=True)
        ]
        wanted = {tuple(sorted((row, place))) for row in rows for place in across}
        assert set(found) >= wanted
        assert len(found) == len(set(found))

    @pytest.mark.parametrize(
        ("n", "levels"), [(1000, [*[10] * 40, 300, 1000]), (20_000, [*[20] * 7, 3, 300])]
    )
    def test_tasks_tell_how_many_pairs_they_count(self, n, levels):
        columns = made(n, *levels, missing=0.1)
        for task in plan(columns, range(len(levels)), range(len(levels))):
            found = sum(len(tables.left) for tables in _counted(task, columns))
            assert task.n_pairs == found

    def test_no_columns_need_no_tasks(self):
        assert plan({}, [], []) == plan_alone({}, []) == []


def _counted(task, columns):
    fused = {group: fused_codes(group, columns) for group in groups_of([task])}
    return list(task.tables(counts_of(task, columns, fused, Workspace())))


class TestCounting:
    def test_counts_of_runs_of_rows_add_up(self):
        columns = made(3000, 3, 4, 5, missing=0.1)
        for task in plan(columns, range(3), range(3)):
            codes = {group: fused_codes(group, columns) for group in task.groups}
            space = Workspace()
            whole = task.count(codes, space).copy()
            parts = [
                task.count({group: held[rows] for group, held in codes.items()}, space).copy()
                for rows in (slice(0, 1000), slice(1000, 1000), slice(1000, None))
            ]
            np.testing.assert_array_equal(sum(parts), whole)

    def test_products_of_runs_of_rows_add_up(self):
        columns = made(9000, *[4] * 3, missing=0.1)
        task = multiplied(columns)
        space = Workspace()
        whole = task.count(columns, space).copy()
        parts = [
            task.count({c: Codes(k.codes[rows], 4) for c, k in columns.items()}, space).copy()
            for rows in (slice(0, 5000), slice(5000, 5000), slice(5000, None))
        ]
        np.testing.assert_array_equal(sum(parts), whole)

    def test_blocks_of_runs_of_rows_add_up(self):
        columns = made(40_000, *[20] * 5, missing=0.1)
        space = Workspace()
        for task in plan(columns, range(5), range(5)):
            whole = task.count(columns, space).copy()
            assert task.nbytes == whole.nbytes
            parts = [
                task.count({c: Codes(k.codes[rows], 20) for c, k in columns.items()}, space).copy()
                for rows in (slice(0, 25_000), slice(25_000, 25_000), slice(25_000, None))
            ]
            np.testing.assert_array_equal(sum(parts), whole)

    def test_the_largest_counts_of_a_product_are_exact(self):
        columns = {place: Codes(np.full(8190, 2, np.uint8), 2) for place in range(5)}
        counts = multiplied(columns).count(columns, Workspace())
        assert (counts[:, -1, -1, :] == 8190).all()
        assert (counts[:, :-1, :, :] == 0).all()

    def test_a_column_by_itself_is_not_copied(self):
        columns = made(10, 5)
        [task] = plan_alone(columns, [0])
        assert fused_codes(task.left, columns) is columns[0].codes

    @pytest.mark.parametrize("threads", [1, 2, 3, None])
    def test_threads_change_no_bit(self, threads):
        columns = made(150_000, *[9] * 6, *[20] * 4, 70, 300, 40_000, missing=0.05)
        places = range(len(columns))
        one, other = (
            grid_entropies(columns, places, places, Options(threads=t)) for t in (1, threads)
        )
        for part in ("n", "x", "y", "joint"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))

    def test_the_diagonal_is_each_column_by_itself(self):
        columns = made(2000, 3, 4, 300, missing=0.1)
        grid = grid_entropies(columns, range(3), range(3), Options())
        alone = own_entropies(columns, range(3), Options())
        np.testing.assert_array_equal(np.diagonal(grid.joint), alone.joint)
        np.testing.assert_array_equal(np.diagonal(grid.n), alone.n)

    def test_a_grid_is_its_transpose_turned_round(self):
        columns = made(2000, 3, 4, 300, 5, missing=0.1)
        grid = grid_entropies(columns, [0, 2], [1, 2, 3], Options())
        turned = grid_entropies(columns, [1, 2, 3], [0, 2], Options())
        np.testing.assert_array_equal(grid.x, turned.y.T)
        np.testing.assert_array_equal(grid.joint, turned.joint.T)

    def test_progress_ends_at_one(self):
        told = []
        columns = made(500, *[3] * 5)
        grid_entropies(columns, range(5), range(5), Options(progress=told.append))
        assert told == sorted(told)
        assert told[-1] == 1.0


def test_the_matrix_library_gets_its_threads_back_when_the_last_call_ends():
    def threads():
        libraries = blas._controller().select(user_api="blas").info()
        return [library["num_threads"] for library in libraries]

    before = threads()
    task = multiplied(made(100, 2, 2))
    one, other = one_thread_each([task]), one_thread_each([task])
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert all(number == 1 for number in threads())
    other.__exit__(None, None, None)
    assert threads() == before


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="no fork on this system")
def test_a_forked_process_does_not_wait_for_the_calls_of_its_parent():
    limit = blas._Limit()
    limit.enter()
    limit._lock.acquire()  # as another thread of the parent may hold it
    limit.forget()
    libraries = blas._controller().select(user_api="blas").info()
    limit.enter()
    limit.leave()
    assert blas._controller().select(user_api="blas").info() == libraries
