"""The reusable laws hold on any labels, and each of them notices what breaks it."""

import itertools

import numpy as np
import pandas as pd
import pytest

from pandas_mi import analysis
from pandas_mi.testing import LAWS, check_laws

FRAME = pd.DataFrame(
    {"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "y": list("aabbcd"), "z": [1, 1, None, 2, 2, 2]},
    index=[0, 0, 1, 2, 3, 3],
)


@pytest.mark.parametrize("labels", [[0, 1, 2], [("a", 1), ("a", 2), "b"], ["0", 0, 0.5]])
def test_the_laws_hold_whatever_the_labels(labels):
    check_laws(FRAME.set_axis(labels, axis=1))


def test_many_levels_do_not_warn():
    check_laws(pd.DataFrame({"id": [f"id {n}" for n in range(60)], "y": [0, 1] * 30}))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_law_notices_a_wrong_result(law, monkeypatch):
    law(FRAME)
    calls = itertools.count(1)
    matrix, counts, pair = analysis.matrix, analysis.counts, analysis.pair

    def other_each_time(frame, *args, **options):
        noise = np.random.default_rng(next(calls)).random((3, 3))
        if "missing" in options:  # as the law asks that looks at the frame
            frame.iloc[0, 0] = 9.0
        return matrix(frame, *args, **options) + 2 + noise

    monkeypatch.setattr(analysis, "matrix", other_each_time)
    monkeypatch.setattr(analysis, "counts", lambda frame: counts(frame) + 1)
    monkeypatch.setattr(analysis, "pair", lambda *args, **options: pair(*args, **options) + 2)
    with pytest.raises(AssertionError):
        law(FRAME.copy())
