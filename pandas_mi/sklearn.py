"""Feature selection in scikit-learn's terms (extra ``sklearn``): a score function, a selector."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi import analysis

try:
    from sklearn.base import BaseEstimator
    from sklearn.feature_selection import SelectorMixin
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    raise ImportError(
        "pandas_mi.sklearn needs scikit-learn: pip install 'pandas-mi[sklearn]'"
    ) from None

__all__ = ["MutualInfoSelector", "mutual_info_score_func"]

Floats = NDArray[np.float64]
Redundancy = Literal["mrmr"]

_TARGET = "target"


def mutual_info_score_func(X: Any, y: Any) -> Floats:
    """Return the mutual information of each feature with the target, for ``SelectKBest``.

    Parameters
    ----------
    X : DataFrame or array, shape (n, k)
        Columns of any kind, missing values too, where they are in a DataFrame.
    y : Series or array, shape (n,)
        Classes or numbers.

    Returns
    -------
    ndarray of float64, shape (k,)
        In nats; NaN, where a feature shares no row with the target, counts as 0.

    Examples
    --------
    >>> X = np.array([[1, 0], [1, 1], [2, 0], [2, 1]])
    >>> mutual_info_score_func(X, np.array(["a", "a", "b", "b"])).round(4)
    array([0.6931, 0.    ])
    """
    frame = _frame(X, y)
    features = [label for label in frame.columns if label != _TARGET]
    return _scores(frame, _TARGET, features)


class MutualInfoSelector(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Select the features that tell most about the target, on their own or beyond each other.

    Parameters
    ----------
    k : int, default 10
        How many features; all when there are no more.
    redundancy : "mrmr" or None, default None
        None takes the k of highest mutual information. "mrmr" adds the features one by one, each
        time that of the highest mutual information with the target less the mean of what it
        shares with those already chosen (Peng, Long & Ding 2005, doi:10.1109/TPAMI.2005.159).

    Attributes
    ----------
    scores_ : ndarray of float64, shape (n_features_in_,)
        Mutual information with the target, in nats.
    ranking_ : ndarray of int, shape (k,)
        The chosen features, the first chosen first.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [0, 0, 1, 1] * 9, "b": [0, 0, 1, 1] * 9, "c": [0, 1, 0, 1] * 9})
    >>> y = X["a"] + 2 * X["c"]
    >>> MutualInfoSelector(k=2, redundancy="mrmr").fit(X, y).get_feature_names_out()
    array(['a', 'c'], dtype=object)
    """

    def __init__(self, k: int = 10, redundancy: Redundancy | None = None) -> None:
        self.k = k
        self.redundancy = redundancy

    def fit(self, X: Any, y: Any) -> MutualInfoSelector:
        """Learn which features to keep.

        Parameters
        ----------
        X : DataFrame or array, shape (n, k)
            Columns of any kind; missing values are allowed.
        y : Series or array, shape (n,)

        Returns
        -------
        MutualInfoSelector
            Itself.
        """
        if isinstance(self.k, bool) or not isinstance(self.k, int | np.integer) or self.k < 1:
            raise ValueError(f"k must be an int of at least 1, got {self.k!r}")
        if self.redundancy not in (None, "mrmr"):
            raise ValueError(f"redundancy must be None or 'mrmr', got {self.redundancy!r}")
        X, y = validate_data(
            self, X, y, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        frame = _frame(X, y)
        features = [label for label in frame.columns if label != _TARGET]
        self.scores_ = _scores(frame, _TARGET, features)
        chosen = _redundant(frame, features, self.scores_, self.k) if self.redundancy else None
        best = np.argsort(-self.scores_, kind="stable")[: self.k]
        self.ranking_ = best if chosen is None else chosen
        return self

    def _get_support_mask(self) -> NDArray[np.bool_]:
        check_is_fitted(self, "ranking_")
        mask = np.zeros(self.n_features_in_, dtype=np.bool_)
        mask[self.ranking_] = True
        return mask

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags


def _frame(X: Any, y: Any) -> pd.DataFrame:
    """Return features 0..k − 1 and the target as the columns of one frame."""
    features = (
        X.set_axis(range(X.shape[1]), axis=1) if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
    )
    target = y.to_numpy() if isinstance(y, pd.Series | pd.DataFrame) else np.asarray(y)
    if len(target) != len(features):
        raise ValueError(f"X has {len(features)} rows, but y has {len(target)}")
    return features.reset_index(drop=True).assign(**{_TARGET: target.ravel()})


def _scores(frame: pd.DataFrame, label: Any, columns: list[Any]) -> Floats:
    """Mutual information of one column with each of the others, shape (columns,)."""
    values = analysis.mutual_information(frame, [label], columns).to_numpy(dtype=np.float64)
    return np.asarray(np.nan_to_num(values[0]))


def _redundant(
    frame: pd.DataFrame, features: list[Any], scores: Floats, k: int
) -> NDArray[np.intp]:
    """Choose features by relevance less mean redundancy; shape (k,)."""
    left = np.ones(len(features), dtype=np.bool_)
    shared = np.zeros(len(features))
    chosen: list[int] = []
    while len(chosen) < min(k, len(features)):
        value = scores - shared / max(len(chosen), 1)
        best = int(np.argmax(np.where(left, value, -np.inf)))
        chosen.append(best)
        left[best] = False
        shared += _scores(frame, features[best], features)
    return np.array(chosen, dtype=np.intp)
