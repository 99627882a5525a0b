"""Row numbers without rows: what a sample is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pandas_mi.sources.table import Cluster, Rows, Table

__all__ = ["NumberedTable"]

_CHUNK_ROWS = 1 << 24  # numbers that one task draws from: 0.8 s


class NumberedTable(Table):
    """The numbers of n rows, in chunks for the workers of a cluster.

    Parameters
    ----------
    n_rows : int
    cluster : Cluster or None
    first : int
        The number of the first row.
    """

    def __init__(self, n_rows: int, cluster: Cluster | None, first: int = 0) -> None:
        self._rows, self._cluster, self._first = n_rows, cluster, first

    @property
    def labels(self) -> pd.Index:
        """There are no columns."""
        return pd.Index([])

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where the chunks begin, and the number of rows."""
        if self._cluster is None:
            return np.array([0, self._rows])
        return np.append(np.arange(0, self._rows, _CHUNK_ROWS), self._rows)

    @property
    def cluster(self) -> Cluster | None:
        """Where the chunks are worked on; None for here."""
        return self._cluster

    def packed(self, chunks: Sequence[int]) -> Any:
        """Return the first row of consecutive chunks, and how many rows they have."""
        start, stop = self.bounds[[chunks[0], chunks[-1] + 1]]
        return int(start), int(stop - start)

    def opened(self, packed: Any, *inputs: Any) -> NumberedTable:  # noqa: ARG002
        """Return the numbers of some chunks."""
        first, rows = packed
        return NumberedTable(rows, None, first)

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers that rows have in the table of all chunks."""
        return rows + self._first

    def __getstate__(self) -> dict[str, Any]:
        """Leave the cluster out."""
        return {**self.__dict__, "_cluster": None}

    def column(self, position: int, rows: Rows = None) -> NoReturn:  # noqa: ARG002
        """Raise: there are no columns."""
        raise IndexError(position)

    def frame(self, positions: list[int], rows: Rows) -> NoReturn:  # noqa: ARG002
        """Raise: there are no columns."""
        raise IndexError(positions)
