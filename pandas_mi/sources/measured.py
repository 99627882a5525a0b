"""What is to be known of partitions before anything is asked of them: lengths and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pandas_mi.sources.joined import common_dtype
from pandas_mi.sources.table import Fold, Rows

__all__ = ["Measured", "Measuring"]


@dataclass(frozen=True)
class Measured:
    """Rows of each partition, and for each column one value in each dtype that it has."""

    rows: list[int]
    ones: list[list[pd.Series]] = field(default_factory=list)


class Measuring(Fold[Measured]):
    """The question for lengths and dtypes."""

    def look(self, table: Any, rows: Rows) -> Measured:  # noqa: ARG002
        """Return what one partition tells."""
        (frame,) = table.frames
        some = frame.iloc[:1]
        ones = [[some.iloc[:, place]] if len(frame) else [] for place in range(frame.shape[1])]
        return Measured([len(frame)], ones)

    def add(self, found: Measured, more: Measured) -> Measured:
        """Return what some partitions and the next ones tell together."""
        ones = [_distinct([*a, *b]) for a, b in zip(found.ones, more.ones, strict=True)]
        return Measured([*found.rows, *more.rows], ones)


def _distinct(ones: Sequence[pd.Series]) -> list[pd.Series]:
    """Keep one value in each dtype; of categories, one for all that are united."""
    kept: list[pd.Series] = []
    categories = [one for one in ones if isinstance(one.dtype, pd.CategoricalDtype)]
    if categories:
        kept.append(categories[0].astype(common_dtype(categories)))
    held = []
    for one in ones:
        if not isinstance(one.dtype, pd.CategoricalDtype) and one.dtype not in held:
            held.append(one.dtype)
            kept.append(one)
    return kept
