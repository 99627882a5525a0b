"""The order of a matrix's rows: related columns next to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cluster_order"]

_ENDLESS = 1e6  # stands for infinite similarity: averages of it must stay finite

Floats = NDArray[np.float64]


def cluster_order(similarity: Floats) -> list[int]:
    """Return an order of the rows in which similar ones stand together.

    Average linkage: the two most similar clusters join until one is left. When two join, each is
    turned so that the most similar of their ends meet.

    Parameters
    ----------
    similarity : ndarray of float64, shape (k, k)
        Symmetric; NaN means not similar at all.

    Returns
    -------
    list of int, length k

    Examples
    --------
    >>> cluster_order(np.array([[1.0, 0.1, 0.8], [0.1, 1.0, 0.2], [0.8, 0.2, 1.0]]))
    [0, 2, 1]
    """
    rows = np.nan_to_num(np.asarray(similarity, dtype=np.float64), posinf=_ENDLESS)
    between = rows.copy()
    np.fill_diagonal(between, -np.inf)
    clusters: dict[int, list[int]] = {place: [place] for place in range(len(rows))}
    while len(clusters) > 1:
        one, two = sorted(map(int, np.unravel_index(np.argmax(between), between.shape)))
        _merge(between, one, two, len(clusters[one]), len(clusters[two]))
        clusters[one] = _joined(rows, clusters[one], clusters.pop(two))
    return next(iter(clusters.values()), [])


def _merge(between: Floats, one: int, two: int, size: int, other: int) -> None:
    """Let row `one` stand for both clusters, and take row `two` out."""
    mean = (between[one] * size + between[two] * other) / (size + other)
    mean[one] = -np.inf
    between[one] = between[:, one] = mean
    between[two] = between[:, two] = -np.inf


def _joined(rows: Floats, one: list[int], two: list[int]) -> list[int]:
    """Return the clusters one after the other, turned so that their most similar ends meet."""
    ways = [(one, two), (one, two[::-1]), (one[::-1], two), (one[::-1], two[::-1])]
    left, right = max(ways, key=lambda way: rows[way[0][-1], way[1][0]])
    return left + right
