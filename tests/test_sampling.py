"""Samples: frozen values, and uniformity over many seeds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

import pandas_mi
from pandas_mi.sampling import key_of, sample, sample_hash

ROWS = np.arange(1000)


@pytest.mark.parametrize(
    ("seed", "key", "first"),
    [
        (0.25, 0x24BEA7EB12ABD32F, [301, 543, 571, 670, 869]),
        (0, 0xDB2CD7E7B0F478BE, [161, 191, 331, 857, 986]),
        (1, 0x50FF846CEC53F444, [214, 364, 558, 711, 759]),
        (1.0, 0x50FF846CEC53F444, [214, 364, 558, 711, 759]),
        (-3, 0xF3F844AEEF0F46F0, [242, 246, 621, 724, 892]),
        (0.5, 0x82B4D5AECD10EB20, [89, 290, 364, 432, 948]),
    ],
)
def test_keys_and_samples_are_frozen(seed, key, first):
    assert key_of(seed) == key
    assert sample(ROWS, 5, key).tolist() == first


def test_the_hash_is_frozen():
    assert int(sample_hash(np.array([0]), key_of(0.25))[0]) == 0xB4945C36D4B2555D


@given(seed=st.integers() | st.floats(allow_nan=False, allow_infinity=False), size=st.integers(0))
def test_a_sample_has_the_size_the_order_and_no_row_twice(seed, size):
    drawn = sample(ROWS, size, key_of(seed))
    assert len(drawn) == min(size, len(ROWS))
    assert (np.diff(drawn) > 0).all()


@given(seed=st.integers(), small=st.integers(0, 1000), large=st.integers(0, 1000))
def test_a_smaller_sample_is_part_of_a_larger(seed, small, large):
    small, large = sorted((small, large))
    key = key_of(seed)
    assert set(sample(ROWS, small, key)) <= set(sample(ROWS, large, key))


@given(seed=st.integers(), size=st.integers(0, 300), cut=st.integers(0, 1000))
def test_the_sample_does_not_depend_on_partitions(seed, size, cut):
    """The smallest hashes of the parts' own samples are the sample of the whole."""
    key = key_of(seed)
    parts = np.concatenate([sample(ROWS[:cut], size, key), sample(ROWS[cut:], size, key)])
    np.testing.assert_array_equal(sample(parts, size, key), sample(ROWS, size, key))


@given(seed=st.integers(-(2**53), 2**53))
def test_a_whole_float_is_the_integer(seed):
    assert key_of(float(seed)) == key_of(seed)


def test_every_row_is_drawn_equally_often():
    seeds, rows, size = 4000, np.arange(50), 10
    drawn = np.bincount(
        np.concatenate([sample(rows, size, key_of(seed)) for seed in range(seeds)]), minlength=50
    )
    # Frozen seeds: this either holds for ever or never.
    assert chisquare(drawn).pvalue > 0.01


def test_every_pair_of_rows_is_drawn_together_equally_often():
    seeds, n, size = 4000, 12, 4
    together = np.zeros((n, n))
    for seed in range(seeds):
        drawn = sample(np.arange(n), size, key_of(seed))
        together[np.ix_(drawn, drawn)] += 1
    pairs = together[np.triu_indices(n, 1)]
    assert pairs.mean() == seeds * size * (size - 1) / (n * (n - 1))
    deviation = np.sqrt(pairs.mean() * (1 - pairs.mean() / seeds))
    assert np.abs(pairs - pairs.mean()).max() < 4 * deviation


def test_no_seed_draws_other_rows_each_time():
    frame = pd.DataFrame({"x": range(10_000)})
    one, two = (frame.mi.sample(100, seed=None) for _ in range(2))
    assert not one.equals(two)


@pytest.mark.parametrize("seed", [float("nan"), float("inf"), -float("inf")])
def test_a_seed_that_is_not_finite_is_refused(seed):
    with pytest.raises(ValueError, match=r"^seed must be finite, got "):
        key_of(seed)


@pytest.mark.parametrize("seed", ["0.25", True, [1], 1j])
def test_a_seed_that_is_no_number_is_refused(seed):
    with pytest.raises(TypeError, match=r"^seed must be an int, a float or None, got "):
        key_of(seed)


def test_the_sample_is_what_the_measures_use():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.integers(0, 4, 5000), "y": rng.integers(0, 4, 5000)})
    drawn = frame.mi.sample(300, seed=7)
    assert drawn.index.is_monotonic_increasing
    assert frame.mi.pair("x", "y", sample_size=300, seed=7) == drawn.mi.pair("x", "y")
    assert pandas_mi.sample(frame, 300, 7).equals(drawn)
