"""Nearest-neighbour estimates against scikit-learn, ennemi, brute force and analytic truths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from pandas_mi import neighbors
from pandas_mi.neighbors import continuous, informational_coefficient, mixed, scores

ENNEMI = [0.4509243223, 0.1247388226, 1.0731995433, 0.0381380827, -0.0027799039, 0.2824225397]

# Few distinct values, so that many rows tie, or any floats.
GRID = st.integers(-3, 3).map(float)
ANY = st.floats(-1e6, 1e6, width=32)
POINTS = st.one_of(
    *(
        hnp.arrays(np.float64, st.tuples(st.integers(2, 40), st.just(3)), elements=e)
        for e in (GRID, ANY)
    )
)


def gaussian(rho, n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)


def additive(width, n, seed):
    rng = np.random.default_rng(seed)
    x = rng.random(n)
    return x, x + rng.uniform(-width, width, n)


def normal_scores(values, seed=0):
    ranks = np.unique(values, return_inverse=True)[1]
    return scores(ranks, np.random.default_rng(seed))


def by_hand(x, y, given, k):
    """The definition, one row at a time."""
    conditions = [] if given is None else list(given.T)
    return np.mean([term_by_hand(i, x, y, conditions, k) for i in range(len(x))])


def term_by_hand(i, x, y, conditions, k):
    def far(*parts):
        return np.max([abs(part - part[i]) for part in parts], axis=0)

    def count(*parts):
        return np.count_nonzero(far(*parts) < reach if reach > 0 else far(*parts) == 0)

    reach = np.sort(far(x, y, *conditions))[k]
    near = k if reach > 0 else count(x, y, *conditions)
    rest = digamma(count(*conditions)) if conditions else digamma(len(x))
    both = digamma(count(x, *conditions)) + digamma(count(y, *conditions))
    return digamma(near) + rest - both


@given(points=POINTS, k=st.integers(1, 4), conditioned=st.booleans())
def test_continuous_equals_its_definition(points, k, conditioned):
    x, y, z = points.T
    rest = z[:, np.newaxis] if conditioned else None
    k = min(k, len(x) - 1)
    assert continuous(x, y, rest, k=k) == pytest.approx(by_hand(x, y, rest, k), abs=1e-9)


@given(points=POINTS, data=st.data())
def test_continuous_is_symmetric_to_the_bit_and_does_not_see_row_order(points, data):
    x, y, _ = points.T
    value = continuous(x, y)
    assert continuous(y, x) == value
    order = data.draw(st.permutations(range(len(x))))
    assert continuous(x[order], y[order]) == value


@pytest.mark.parametrize("k", [1, 3, 7])
def test_equal_scikit_learns(k):
    x, y = gaussian(0.7, 500, 1)
    x, y = x / x.std(), y / y.std()  # as scikit-learn does
    expected = mutual_info_regression(x[:, np.newaxis], y, n_neighbors=k, random_state=0)[0]
    assert continuous(x, y, k=k) == pytest.approx(expected, abs=1e-6)  # it adds noise
    label = (y > 0.5).astype(int) + (x > 1)
    expected = mutual_info_classif(x[:, np.newaxis], label, n_neighbors=k, random_state=0)[0]
    assert mixed(x, label, k=k) == pytest.approx(expected, abs=1e-6)


def test_equal_ennemis():
    # ennemi 1.5.0, estimate_mi(..., k=3, preprocess=False) of these data.
    rng = np.random.default_rng(11)
    z = rng.normal(size=800)
    x = z + rng.normal(size=800)
    y = z + 0.5 * x + rng.normal(size=800)
    found = [
        continuous(x, y),
        continuous(x, y, z[:, np.newaxis]),
        continuous(x, y, np.column_stack([z, abs(y - x)])),
        continuous(x[:-1], y[1:]),
        continuous(x[2:], y[:-2]),
        mixed(x, (y > 0).astype(int) + (y > 1)),
    ]
    assert found == pytest.approx(ENNEMI, abs=2e-6)


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.repeat(np.eye(2), 20, axis=0)])
def test_repeated_points_count_as_one_place(points):
    x, y = points.T
    n, same = len(x), len(x) // len(np.unique(points, axis=0))
    assert continuous(x, y) == pytest.approx(digamma(n) - digamma(same))


def test_mixed_of_one_row_levels_and_of_none():
    assert mixed(np.arange(4.0), np.arange(4)) == 0.0
    assert np.isnan(mixed(np.zeros(1), np.zeros(1, dtype=int)))
    assert np.isnan(continuous(np.zeros(1), np.zeros(1)))


@given(values=hnp.arrays(np.int64, st.integers(1, 50), elements=st.integers(-5, 5)))
def test_scores_keep_the_order_and_spread_ties(values):
    found = scores(values, np.random.default_rng(0))
    assert len(np.unique(found)) == len(values)
    assert (np.diff(values[np.argsort(found)]) >= 0).all()
    np.testing.assert_allclose(np.sort(found), -np.sort(-found)[::-1], atol=0)
    np.testing.assert_allclose(np.sort(found), -np.sort(found)[::-1], atol=1e-12)


def test_scores_draw_nothing_without_ties():
    rng = np.random.default_rng(0)
    scores(np.array([3, 1, 2]), rng)
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("rho", [0.0, -0.4, 0.99])
def test_informational_coefficient_of_gaussians_is_rho(rho):
    found = informational_coefficient(np.array(-0.5 * np.log(1 - rho**2)))
    assert found == pytest.approx(abs(rho), abs=1e-12)


def test_a_grid_of_rounded_values_is_not_taken_for_dependence():
    x, y = gaussian(0.8, 5000, 0)
    grid = [np.round(v, 2) for v in (x, y)]
    truth = -0.5 * np.log(1 - 0.8**2)
    assert continuous(*grid) > truth + 0.06  # what ties would do
    one, two = (normal_scores(v, seed) for seed, v in enumerate(grid))
    assert continuous(one, two) == pytest.approx(truth, abs=0.03)


TRUTHS = [
    *(
        (lambda n, s, r=r: gaussian(r, n, s), -0.5 * np.log(1 - r * r))
        for r in (0.3, 0.5, 0.8, 0.9)
    ),
    *(
        (lambda n, s, e=e: additive(e, n, s), v)
        for e, v in ((0.25, 0.94314718), (0.5, 0.5), (1, 0.25))
    ),
]


@pytest.mark.parametrize(("sample", "truth"), TRUTHS)
def test_near_the_truth(sample, truth):
    found = np.mean([continuous(*map(normal_scores, sample(2000, seed))) for seed in range(4)])
    assert found == pytest.approx(truth, rel=0.06, abs=0.025)


@pytest.mark.thorough
@pytest.mark.parametrize(("sample", "truth"), TRUTHS)
def test_nearer_the_truth_of_many_rows(sample, truth):
    found = np.mean([continuous(*map(normal_scores, sample(10_000, seed))) for seed in range(30)])
    assert found == pytest.approx(truth, rel=0.02, abs=0.004)


@pytest.mark.thorough
def test_nearer_the_truth_of_levels():
    values = {"gao": [], "binary": []}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, 5, 10_000)
        values["gao"].append(mixed(normal_scores(x + 2 * rng.random(10_000)), x))
        label = rng.integers(0, 2, 10_000)
        values["binary"].append(mixed(normal_scores(rng.normal(2 * label - 1)), label))
    assert np.mean(values["gao"]) == pytest.approx(1.05492017, rel=0.02, abs=0.004)
    assert np.mean(values["binary"]) == pytest.approx(0.33683082, rel=0.02, abs=0.004)


@given(
    values=hnp.arrays(np.float64, st.integers(1, 30), elements=GRID | ANY),
    reach=st.floats(0, 1e6, width=32) | st.integers(0, 4).map(float),
)
def test_counting_along_a_line_goes_by_the_distances(values, reach):
    found = neighbors._counted(values, np.full(len(values), reach))
    distance = abs(values[:, np.newaxis] - values)
    inside = distance < reach if reach > 0 else distance == 0
    np.testing.assert_array_equal(found, inside.sum(axis=1))
