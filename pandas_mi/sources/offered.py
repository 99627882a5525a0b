"""Where tables of files are worked on: here, unless a cluster has been offered."""

from __future__ import annotations

from collections.abc import Callable

from pandas_mi.sources.table import Cluster

__all__ = ["current_cluster", "offer"]

_offers: list[Callable[[], Cluster | None]] = []


def offer(cluster: Callable[[], Cluster | None]) -> None:
    """Ask this, whenever a table of files is opened, for a cluster to work on it."""
    _offers[:] = [cluster]


def current_cluster() -> Cluster | None:
    """Return the cluster on which files are to be worked on, if there is one."""
    return _offers[0]() if _offers else None
