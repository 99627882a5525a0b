"""Chance, corrections, significance and intervals against oracles, definitions and simulations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import digamma, gammaln, logsumexp, xlogy
from scipy.stats import chi2_contingency, entropy, false_discovery_control, hypergeom
from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score

from pandas_mi.inference import (
    CORRECTIONS,
    Cells,
    adjusted,
    bootstrap_interval,
    chi2_fits,
    chi2_p_value,
    corrected_entropies,
    corrected_entropy,
    degrees_of_freedom,
    delta_interval,
    expected_mutual_information,
    intervals,
    jackknife,
    permutation_p_value,
    q_values,
    significance,
    tails,
)

TABLES = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.integers(0, 30),
)
MARGIN = st.lists(st.integers(1, 60), min_size=1, max_size=8)
MEANS = {
    "arithmetic": lambda x, y: (x + y) / 2,
    "geometric": lambda x, y: math.sqrt(x * y),
    "min": min,
    "max": max,
}


def labels_of(table):
    rows, columns = np.indices(table.shape)
    return np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())


def margins_of(table):
    return table.sum(axis=1), table.sum(axis=0)


def x_log_x(counts):
    return float(xlogy(counts, counts).sum())


def information_of(table):
    n = table.sum()
    rows, columns = margins_of(table)
    return (x_log_x(table) - x_log_x(rows) - x_log_x(columns)) / n + math.log(n)


def tables_with(rows, columns):
    """Every table of these margins."""
    if len(rows) == 1:
        yield (tuple(columns),)
        return
    for first in itertools.product(*(range(min(rows[0], c) + 1) for c in columns)):
        if sum(first) == rows[0]:
            left = [c - x for c, x in zip(columns, first, strict=True)]
            for rest in tables_with(rows[1:], left):
                yield (first, *rest)


def law_of(rows, columns):
    """Every table of these margins, and its probability."""
    tables = np.array(list(tables_with(rows, columns)))
    constant = gammaln(np.array([*rows, *columns]) + 1).sum() - gammaln(sum(rows) + 1)
    return tables, np.exp(constant - gammaln(tables + 1).sum(axis=(1, 2)))


# Expected mutual information


@given(table=TABLES, average=st.sampled_from(sorted(MEANS)))
@example(table=np.full((5, 6), 14), average="arithmetic")  # deviation 3: too small for a stride
def test_adjusted_equals_scikit_learns(table, average):
    rows, columns = margins_of(table)
    assume((rows > 0).sum() > 1)
    assume((columns > 0).sum() > 1)
    assume(rows.max() > 1)  # columns of unique values: see below
    assume(columns.max() > 1)
    x, y = labels_of(table)
    mean = MEANS[average](entropy(rows), entropy(columns))
    found = adjusted(
        np.array([mutual_info_score(x, y)]),
        np.array([expected_mutual_information(rows, columns)]),
        np.array([mean]),
    )
    expected = adjusted_mutual_info_score(x, y, average_method=average)
    assert found[0] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("n", "k", "l"), [(10_000, 21, 21), (5_000, 300, 40), (50_000, 3, 4)])
def test_expected_equals_scikit_learns_in_large_tables(n, k, l):  # noqa: E741
    rng = np.random.default_rng(k)
    x, y = rng.integers(0, k, n), rng.integers(0, l, n) ** 2
    rows, columns = np.bincount(x), np.bincount(y)
    shared, scale = mutual_info_score(x, y), (entropy(rows) + entropy(columns)) / 2
    expected = expected_mutual_information(rows, columns)
    found = adjusted(np.array([shared]), np.array([expected]), np.array([scale]))
    assert found[0] == pytest.approx(adjusted_mutual_info_score(x, y), abs=1e-10)


@given(a=st.integers(1, 4000), b=st.integers(1, 4000), more=st.integers(0, 4000))
@example(a=4000, b=4000, more=4000)
def test_expected_of_two_by_two_equals_its_sum(a, b, more):
    n = max(a, b) + more
    assume(a < n)
    assume(b < n)
    x = np.arange(max(0, a + b - n), min(a, b) + 1)
    tables = np.array([[x, a - x], [b - x, n - a - b + x]])
    joint = xlogy(tables, tables).sum(axis=(0, 1))
    fixed = sum(xlogy(m, m) for m in (a, n - a, b, n - b)) / n - math.log(n)
    truth = hypergeom.pmf(x, n, a, b) @ (joint / n) - fixed
    found = expected_mutual_information(np.array([a, n - a]), np.array([b, n - b]))
    assert found == pytest.approx(truth, rel=1e-9, abs=1e-11)


@given(
    a=st.lists(st.integers(1, 250), min_size=2, max_size=4),
    b=st.lists(st.floats(0.001, 1), min_size=2, max_size=4),
)
@settings(max_examples=20)
@example(a=[1, 2, 5, 250], b=[0.004, 0.02, 0.02, 1])
@example(a=[250, 250], b=[1, 1])
def test_expected_equals_the_sum_of_exact_chances(a, b):
    n = sum(a)
    b = np.diff([0, *np.rint(np.cumsum(b) / sum(b) * n).astype(int)])
    assume((b > 0).all())
    joint = 0.0
    for one, two in itertools.product(a, map(int, b)):
        x = range(max(0, one + two - n), min(one, two) + 1)
        chances = [math.comb(one, i) * math.comb(n - one, two - i) / math.comb(n, two) for i in x]
        joint += math.fsum(p * xlogy(i, i) for p, i in zip(chances, x, strict=True))
    truth = math.log(n) + (joint - x_log_x(np.array(a)) - x_log_x(b)) / n
    assert expected_mutual_information(np.array(a), b) == pytest.approx(truth, abs=1e-13)


@given(rows=st.lists(st.integers(1, 4), min_size=1, max_size=3), data=st.data())
def test_expected_is_the_mean_over_all_tables(rows, data):
    parts = data.draw(st.lists(st.integers(0, sum(rows)), max_size=2).map(sorted))
    columns = np.diff([0, *parts, sum(rows)])
    tables, chances = law_of(rows, list(columns))
    truth = chances @ np.array([information_of(table) for table in tables])
    assert expected_mutual_information(np.array(rows), columns) == pytest.approx(truth, abs=1e-12)


@given(rows=MARGIN, seed=st.integers(0, 99))
def test_expected_is_symmetric_and_bounded(rows, seed):
    rng = np.random.default_rng(seed)
    columns = rng.multinomial(sum(rows), rng.dirichlet(np.ones(5)))
    found = expected_mutual_information(np.array(rows), columns)
    assert found == expected_mutual_information(columns, np.array(rows))
    entropies = [corrected_entropy(np.asarray(margin)) for margin in (rows, columns)]
    assert 0 <= found <= min(entropies) + 1e-15


def test_unique_values_score_exactly_zero():
    ones, other = np.ones(500, dtype=np.int64), np.array([100, 200, 200])
    for margin in (other, ones):
        entropies = np.array([np.log(500)]), np.array([corrected_entropy(margin)])
        shared = entropies[1]  # unique values explain everything
        expected = np.array([expected_mutual_information(ones, margin)])
        assert expected[0] == pytest.approx(shared[0], abs=1e-12)
        mean = (entropies[0] + entropies[1]) / 2
        assert adjusted(shared, expected, mean)[0] == pytest.approx(0, abs=1e-12)


def test_no_rows_and_constant_columns():
    assert math.isnan(expected_mutual_information(np.array([0]), np.array([0, 0])))
    assert expected_mutual_information(np.array([7]), np.array([3, 4])) == 0.0


# Corrections


def definition(counts, correction):
    """The formulas as published, one count at a time."""
    counts = [int(c) for c in counts if c > 0]
    n, m = sum(counts), len(counts)
    plug_in = -sum(c / n * math.log(c / n) for c in counts)
    if correction == "miller-madow":
        return plug_in + (m - 1) / (2 * n)
    if correction == "grassberger":
        return sum(c / n * (math.log(n) - digamma(c) - (-1) ** c / (c + 1)) for c in counts)
    if correction == "jackknife":
        without = [[*counts[:i], counts[i] - 1, *counts[i + 1 :]] for i in range(len(counts))]
        mean = (
            sum(
                c * entropy(np.array(left) / (n - 1))
                for c, left in zip(counts, without, strict=True)
            )
            / n
        )
        return n * entropy(np.array(counts) / n) - (n - 1) * mean
    if correction == "chao-shen":
        once = counts.count(1)
        coverage = 1 - (once - (once == n)) / n
        ps = [coverage * c / n for c in counts]
        return -sum(p * math.log(p) / (1 - (1 - p) ** n) for p in ps)
    spread = sum((c / n - 1 / m) ** 2 for c in counts)
    lam = (1 - sum((c / n) ** 2 for c in counts)) / ((n - 1) * spread) if spread else 1.0
    lam = min(lam, 1.0)
    return -sum(p * math.log(p) for p in (lam / m + (1 - lam) * c / n for c in counts))


@given(counts=st.lists(st.integers(0, 2000), min_size=2, max_size=30))
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_corrections_equal_their_definitions(correction, counts):
    assume(sum(c > 0 for c in counts) > 1)
    found = corrected_entropy(np.array(counts), correction)
    assert found == pytest.approx(definition(counts, correction), rel=1e-11)


@pytest.mark.parametrize(
    ("correction", "value"),
    [
        ("miller-madow", 2.152592935044),
        ("grassberger", 2.099724819507),
        ("chao-shen", 2.201137101280),
        ("shrink", 2.079441541680),
    ],
)
def test_corrections_equal_infomeasures(correction, value):
    # infomeasure 0.6.3, entropy(..., base="e") of data with these counts.
    found = corrected_entropy(np.array([4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1]), correction)
    assert found == pytest.approx(value, abs=1e-11)


@given(counts=st.lists(st.integers(0, 50), min_size=1, max_size=12), data=st.data())
@pytest.mark.parametrize("correction", [None, *CORRECTIONS])
def test_corrections_do_not_see_order_or_padding(correction, counts, data):
    shuffled = np.array([*data.draw(st.permutations(counts)), 0, 0])
    one, other = (corrected_entropy(np.array(c), correction) for c in (counts, shuffled))
    assert one == other or (math.isnan(one) and math.isnan(other) and not any(counts))


@given(table=TABLES)
def test_shrinking_keeps_the_bounds_and_equals_its_definition(table):
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    n, size = int(table.sum()), table.size
    assume(n > 1)
    p = table / n
    distance = ((p - 1 / size) ** 2).sum()
    weight = min((1 - (p**2).sum()) / ((n - 1) * distance), 1.0) if distance else 1.0
    shrunken = weight / size + (1 - weight) * p
    expected = [entropy(part.ravel()) for part in (*margins_of(shrunken), shrunken)]
    found = corrected_entropies(*margins_of(table), table.ravel(), "shrink")
    assert found == pytest.approx(expected, abs=1e-12)
    assert -1e-12 <= found[0] + found[1] - found[2] <= min(found[:2]) + 1e-12


@pytest.mark.parametrize("correction", [None, *CORRECTIONS])
def test_one_level_has_no_entropy(correction):
    assert corrected_entropy(np.array([0, 9]), correction) == 0.0


@pytest.mark.parametrize("correction", ["miller-madow", "grassberger", "chao-shen", "jackknife"])
def test_corrections_take_most_of_the_bias_away(correction):
    rng = np.random.default_rng(1)
    p = np.full(20, 1 / 20)
    samples = rng.multinomial(60, p, size=300)
    plain, better = (
        np.mean([corrected_entropy(s, kind) for s in samples]) - math.log(20)
        for kind in (None, correction)
    )
    assert abs(better) < 0.35 * abs(plain)


# Significance


@given(table=TABLES)
def test_chi2_equals_scipys(table):
    rows, columns = margins_of(table)
    assume(rows.all() and columns.all() and table.size)
    statistic = max(2 * table.sum() * information_of(table), 0.0)
    df = degrees_of_freedom(rows, columns)
    expected = chi2_contingency(table, lambda_="log-likelihood", correction=False)
    assert df == expected.dof
    assert statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    # Of one statistic: with one degree of freedom p falls from 1 as steeply as a root does, so
    # that 1e-14 of statistic are 1e-7 of p.
    of_theirs = chi2_p_value(max(expected.statistic, 0.0), df)
    assert of_theirs == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "columns", "fits"),
    [
        ([50, 50], [80, 20], True),
        ([50, 50], [91, 9], False),  # an expected count of 4.5
        ([15, 15], [15, 15], False),  # all expected 7.5, but few rows
        ([500] * 10, [500] * 10, True),
        ([100] * 10, [100] * 10, False),  # all expected 10, but 81 degrees of freedom
        ([9], [4, 5], True),  # constant: nothing to approximate
    ],
)
def test_where_chi2_fits(rows, columns, fits):
    assert chi2_fits([(np.array(rows), np.array(columns))]) is fits


@pytest.mark.parametrize("ties", [1.0, 0.5])
@pytest.mark.parametrize("table", [[[5, 1], [2, 6]], [[3, 1, 0], [0, 2, 2]], [[2, 2], [2, 2]]])
def test_permutation_equals_the_exact_test(table, ties):
    table = np.array(table)
    tables, chances = law_of(*(list(margin) for margin in margins_of(table)))
    joint, sums = x_log_x(table), xlogy(tables, tables).sum(axis=(1, 2))
    above, equal = chances[sums > joint + 1e-9].sum(), chances[abs(sums - joint) < 1e-9].sum()
    rng = np.random.default_rng(0)
    found = permutation_p_value([margins_of(table)], joint, 20_000, rng, ties)
    assert found == pytest.approx(above + ties * equal, abs=0.015)


@pytest.mark.parametrize("empty", [False, True])
def test_sparse_and_dense_tables_are_drawn_from_one_law(empty, monkeypatch):
    monkeypatch.setattr(significance, "_mostly_empty", lambda rows, columns: empty)
    rows, columns = np.array([1, 2, 2, 1, 3]), np.array([2, 3, 4])
    drawn = significance._drawn_sums(rows, columns, 20_000, np.random.default_rng(0))
    tables, chances = law_of(list(rows), list(columns))
    sums = xlogy(tables, tables).sum(axis=(1, 2))
    assert drawn.mean() == pytest.approx(chances @ sums, abs=0.03)
    assert drawn.std() == pytest.approx(np.sqrt(chances @ (sums - chances @ sums) ** 2), abs=0.03)


@given(table=TABLES, data=st.data())
def test_p_is_the_same_for_any_order_of_levels_and_columns(table, data):
    assume(table.sum() > 0)
    shuffled = table[data.draw(st.permutations(range(len(table))))].T
    one, other = (
        permutation_p_value([margins_of(t)], x_log_x(table), 19, np.random.default_rng(3))
        for t in (table, shuffled)
    )
    assert one == other
    assert 1 / 20 <= one <= 1


def test_margins_that_settle_the_table_give_p_one():
    ones, some = np.ones(9, dtype=np.int64), np.array([4, 5])
    for margins in [(ones, some), (np.array([9]), some), (ones, ones)]:
        assert permutation_p_value([margins], 0.0, 99, np.random.default_rng(0)) == 1.0


SMALL_MARGINS = st.tuples(
    st.lists(st.integers(1, 5), min_size=2, max_size=3), st.integers(0, 99), st.booleans()
)


def small_strata(drawn):
    """One table of few rows, or the same twice, and what each outcome tells and how likely."""
    rows, seed, twice = drawn
    rng = np.random.default_rng(seed)
    columns = rng.multinomial(sum(rows), rng.dirichlet(np.ones(3)))
    margins = tuple(np.sort(m[m > 0]) for m in (np.array(rows), columns))
    tables, chances = law_of(*(list(m) for m in margins))
    told = np.array([information_of(table) for table in tables]) * sum(rows)
    if twice:
        told, chances = (np.add.outer(told, told).ravel(), np.outer(chances, chances).ravel())
    return [margins] * (1 + twice), told, chances


@given(drawn=SMALL_MARGINS)
def test_the_poisson_bound_is_above_the_chance(drawn):
    strata, told, chances = small_strata(drawn)
    for level in np.unique(told):
        truth = np.log(chances[told >= level - 1e-9].sum())
        assert tails.poisson_bound(strata, level) >= truth - 1e-6


@pytest.mark.parametrize("series", [0, 2, 512])  # rows of a column, beyond which it is bounded
def test_tails_are_above_their_chances(series, monkeypatch):
    monkeypatch.setattr(tails, "_HOPE", math.inf)
    monkeypatch.setattr(tails, "_SERIES", series)

    @given(drawn=SMALL_MARGINS)
    def holds(drawn):
        strata, told, chances = small_strata(drawn)
        assume(all(min(map(len, margins)) > 1 for margins in strata))
        for level in np.unique(told.round(9)):
            bound, side = tails.log_tail(strata, level, -math.inf)
            reached = side * told >= side * level - 1e-8
            assert bound >= np.log(chances[reached].sum()) - 1e-9

    holds()


@given(
    rows=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    size=st.integers(1, 6),
    theta=st.sampled_from([-2, -0.3, 0.01, 0.5]),
)
def test_means_of_one_column_equal_their_sum(rows, size, theta):
    a, times = np.unique(rows, return_counts=True)
    n, sizes, one = sum(rows), np.array([size]), np.array([1])
    slopes = tails._slopes(a / n, times, sizes, one)
    assert (times * a) @ slopes == pytest.approx(0, abs=1e-12)
    shares, u = np.repeat(a / n, times), np.repeat(slopes, times)
    counts = np.array(
        [c for c in itertools.product(range(size + 1), repeat=len(shares)) if sum(c) == size]
    )
    logs = gammaln(size + 1) - gammaln(counts + 1).sum(axis=1) + counts @ np.log(shares)
    told = xlogy(counts, counts / (size * shares)).sum(axis=1) + counts @ u
    truth = logsumexp(logs + theta * told)
    args = (a / n, times, slopes, sizes, theta)
    assert tails._of_small(*args)[0] == pytest.approx(truth, abs=1e-9)
    assert tails._of_large(*args)[0] >= truth


@pytest.mark.parametrize("theta", [-2, -0.4, 0.1, 0.5])
def test_tilted_counts_are_summed_as_well_by_strides(theta):
    means = np.tile([0.01, 0.7, 9.0, 80.0, 2500.0], 3)
    slopes = np.concatenate([np.linspace(-0.1, 0.1, 5), np.full(5, -1.5), np.full(5, 1.5)])
    for mean, slope, *found in zip(
        means, slopes, *tails._tilted(means, slopes, theta), strict=True
    ):
        x = np.arange(int(5 * mean + 40 * np.sqrt(mean) + 200))
        told = xlogy(x, x / mean) + (slope - 1) * (x - mean)
        logs = xlogy(x, mean) - mean - gammaln(x + 1) + theta * told
        chances = np.exp(logs - logsumexp(logs))
        spread = chances @ x.astype(float) ** 2 - (chances @ x) ** 2
        assert found == pytest.approx([logsumexp(logs), spread], rel=1e-7, abs=1e-10)


@given(rows=st.lists(st.integers(1, 6), min_size=1, max_size=4), data=st.data())
def test_a_sample_without_replacement_is_at_most_so_much_likelier(rows, data):
    a, n = np.array(rows), sum(rows)
    drawn = data.draw(st.integers(1, n))
    counts = [c for c in itertools.product(*(range(r + 1) for r in rows)) if sum(c) == drawn]
    ratios = [
        math.prod(math.perm(r, c) / r**c for r, c in zip(rows, some, strict=True))
        for some in counts
    ]
    truth = math.log(max(ratios) * n**drawn / math.perm(n, drawn))
    assert truth - 1e-9 <= tails._log_density(a, drawn) <= truth + len(rows)


def test_any_part_left_out_is_paid_for():
    rows, columns = np.array([30, 50, 40]), np.array([1, 2, 3, 24, 30, 60])
    costs, shares = tails._costs([(rows, columns)])
    assert costs[0] == tails._log_density(rows, 120)
    assert shares[:4] == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4])
    for cost, parts in zip(costs[1:4], (2, 3, 4), strict=True):
        drawn = [120 - int(columns[part::parts].sum()) for part in range(parts)]
        assert cost >= logsumexp([tails._log_density(rows, some) for some in drawn])


def test_what_is_owed_to_the_totals_of_rows_is_spared(monkeypatch):
    rows, columns = np.arange(3, 90), np.full(87, 45)
    columns[: rows.sum() - columns.sum()] += 1
    spared = [tails._log_mean(rows, columns, theta) - theta * 2000 for theta in (-0.5, 0.2)]
    monkeypatch.setattr(tails, "_slopes", lambda shares, *rest: np.zeros(len(shares)))
    plain = [tails._log_mean(rows, columns, theta) - theta * 2000 for theta in (-0.5, 0.2)]
    assert spared[0] < plain[0] - 1
    assert spared[1] < plain[1] - 1


@pytest.mark.parametrize(("theta", "bound"), tails._DEVIANCE_BOUNDS.items())
def test_deviance_bounds_hold_for_every_mean(theta, bound):
    for mean in np.geomspace(0.01, 300, 400):
        x = np.arange(int(mean + 40 * np.sqrt(mean) + 200))
        deviance = xlogy(x, x / mean) - x + mean
        logs = xlogy(x, mean) - mean - gammaln(x + 1)
        assert logsumexp(logs + theta * deviance) <= bound


@pytest.mark.parametrize(
    ("table", "p"),
    [
        (np.diag([500, 500, 500]), 0.001),
        (np.full((30, 30), 10), 1.0),  # chance alone would tell 420 nats
        (np.kron(np.eye(4, dtype=np.int64) + 5, np.ones((1, 200), dtype=np.int64)), 1.0),
        (np.kron(8 * np.eye(5, dtype=np.int64) + 1, np.ones((4, 60), dtype=np.int64)), 0.001),
        (np.full((6, 7), 900) + 200 * np.eye(6, 7, dtype=np.int64), 0.001),  # no series, but bounds
    ],
)
def test_what_is_sure_needs_no_tables(table, p, monkeypatch):
    monkeypatch.setattr(significance, "_drawn_sums", None)
    rng = np.random.default_rng(0)
    assert permutation_p_value([margins_of(table)], x_log_x(table), 999, rng) == p


def test_more_tables_ask_for_more_certainty(monkeypatch):
    asked, table = [], np.array([[6, 2], [1, 5]])
    monkeypatch.setattr(significance, "log_tail", lambda *args: asked.append(args[-1]) or (0.0, 1))
    for m in (1, 999):
        permutation_p_value([margins_of(table)], x_log_x(table), m, np.random.default_rng(0))
    assert asked == pytest.approx([-13, -13 - math.log(999)])


def test_counts_too_large_to_look_up_are_multiplied_out(monkeypatch):
    monkeypatch.setattr(significance, "_logs", None)  # of numbers up to 500 million, 4 GB
    rows, columns = np.array([4, 6]) * 10**8, np.array([5, 5]) * 10**8
    drawn = significance._drawn_sums(rows, columns, 400, np.random.default_rng(0))
    nats = drawn - x_log_x(rows) - x_log_x(columns) + x_log_x(rows.sum())
    assert 2 * nats.mean() == pytest.approx(1, abs=0.25)  # chi-square of one degree of freedom


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_q_values_equal_scipys(p):
    np.testing.assert_allclose(q_values(np.array(p)), false_discovery_control(p), rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "k", "l", "skewed"), [(30, 3, 3, True), (100, 2, 5, False), (300, 5, 5, True)]
)
def test_auto_finds_what_is_not_there_as_often_as_it_says(n, k, l, skewed):  # noqa: E741
    assert 0.03 <= share_found(n, k, l, skewed, 700) <= 0.072  # 5 % ± 2.5 deviations


@pytest.mark.thorough
@pytest.mark.parametrize("n", [30, 100, 300, 1000, 5000])
@pytest.mark.parametrize(("k", "l"), [(2, 5), (3, 3), (5, 5), (3, 10), (10, 10)])
@pytest.mark.parametrize("skewed", [False, True])
def test_auto_finds_it_as_often_as_it_says_everywhere(n, k, l, skewed):  # noqa: E741
    assert 0.035 <= share_found(n, k, l, skewed, 2000) <= 0.065


def share_found(n, k, l, skewed, simulations):  # noqa: E741
    """How often p ≤ 0.05 for independent columns."""
    rng = np.random.default_rng(n + k + l)
    law = np.outer(*(np.full(m, 1 / m) if not skewed else falling(m) for m in (k, l)))
    found = 0
    for table in rng.multinomial(n, law.ravel(), size=simulations).reshape(-1, k, l):
        margins = margins_of(table)
        if chi2_fits([margins]):
            statistic = max(2 * n * information_of(table), 0.0)
            found += chi2_p_value(statistic, degrees_of_freedom(*margins)) <= 0.05
        else:
            found += permutation_p_value([margins], x_log_x(table), 199, rng, 0.5) <= 0.05
    return found / simulations


def falling(levels):
    weights = 1 / np.arange(1.0, levels + 1)
    return weights / weights.sum()


# Intervals


@given(table=TABLES)
def test_jackknife_equals_leaving_out_each_row(table):
    n = int(table.sum())
    assume(n >= 2)
    values = []
    for cell in zip(*np.nonzero(table), strict=True):
        less = table.copy()
        less[cell] -= 1
        values += [information_of(less)] * table[cell]
    mean = np.mean(values)
    value, error = jackknife(Cells.of(table))
    assert value == pytest.approx(n * information_of(table) - (n - 1) * mean, abs=1e-9)
    assert error == pytest.approx(math.sqrt((n - 1) / n * ((values - mean) ** 2).sum()), abs=1e-9)


@given(table=TABLES, data=st.data())
def test_intervals_do_not_see_empty_levels(table, data):
    assume(table.sum() > 1)
    padded = np.pad(table, ((1, 0), (0, 2)))
    assert delta_interval(Cells.of(padded), 0.9) == delta_interval(Cells.of(table), 0.9)
    low, high = delta_interval(Cells.of(table), 0.9)
    assert 0 <= low <= high <= math.log(min(table.shape)) + 1e-12


def test_bootstrap_resamples_as_rows_do():
    rng = np.random.default_rng(2)
    table = np.array([[30, 10, 5], [5, 40, 10]])
    x, y = labels_of(table)
    values = []
    for _ in range(1500):
        rows = rng.integers(0, len(x), len(x))
        values.append(mutual_info_score(x[rows], y[rows]))
    cells = Cells.of(table)
    drawn = np.concatenate(list(intervals._resampled(cells, 3000, rng)))
    assert drawn.mean() == pytest.approx(np.mean(values), abs=0.004)
    assert drawn.std() == pytest.approx(np.std(values), rel=0.06)


@pytest.mark.parametrize("way", ["delta", "bootstrap"])
def test_intervals_cover_the_truth_as_often_as_they_say(way):
    assert 0.92 <= coverage(way, np.full((3, 3), 0.05) + np.eye(3) * 0.55 / 3, 300, 400) <= 0.975


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["delta", "bootstrap"])
@pytest.mark.parametrize("n", [300, 1000, 5000])
@pytest.mark.parametrize("law", [[[0.4, 0.1], [0.1, 0.4]], [[0.75, 0.05], [0.1, 0.1]]])
def test_intervals_cover_the_truth_everywhere(way, n, law):
    assert 0.92 <= coverage(way, np.array(law), n, 2000) <= 0.975


def coverage(way, law, n, simulations):
    rng = np.random.default_rng(4)
    truth = (law * np.log(law / np.outer(*margins_of(law)))).sum()
    held = 0
    for table in rng.multinomial(n, law.ravel(), size=simulations).reshape(-1, *law.shape):
        cells = Cells.of(table)
        interval = (
            delta_interval(cells, 0.95)
            if way == "delta"
            else bootstrap_interval(cells, 0.95, 300, rng)
        )
        held += interval[0] <= truth <= interval[1]
    return held / simulations


def test_no_rows_have_no_interval():
    nothing = Cells.of(np.zeros((2, 2), dtype=np.int64))
    assert np.isnan(delta_interval(nothing, 0.9)).all()
    assert np.isnan(bootstrap_interval(nothing, 0.9, 9, np.random.default_rng(0))).all()
