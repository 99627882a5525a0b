"""What a tally is made with, and which options it can answer: checked before any work."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypedDict, TypeVar

import numpy as np
import pandas as pd

from pandas_mi.analysis.options import (
    Average,
    Correction,
    MeasureOptions,
    Missing,
    Progress,
    Seed,
    showing,
)
from pandas_mi.analysis.tally.codings import Coding
from pandas_mi.encoding import AUTO
from pandas_mi.errors import did_you_mean, listing, unknown_columns

__all__ = ["GivenTallyOptions", "answerable", "codings_of", "differences", "takes_tally_options"]

Function = TypeVar("Function", bound=Callable[..., Any])


class GivenTallyOptions(TypedDict, total=False):
    """The options of `pandas_mi.matrix` that counts can answer."""

    normalized: bool
    missing: Missing
    average: Average
    base: float | None
    min_periods: int
    threads: int | None
    progress: Progress
    seed: Seed
    adjusted: bool
    correction: Correction | None
    clip: bool


_REFUSED = {
    "slice_query": "its rows are counted; pass slice_query= to update, one tally a slice",
    "sample_size": "its rows are counted; update it with a sample, such as df.mi.sample(...)",
    "bins": "its encodings are fixed; make another tally for other bins",
    "n_neighbors": "nearest neighbours need rows; ask the data itself",
}


def takes_tally_options(function: Function) -> Function:
    """Show every option that a tally takes, with its default, in the function's signature."""
    return showing(function, MeasureOptions, GivenTallyOptions.__annotations__)


def answerable(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options, all of which can be answered from counts.

    Raises
    ------
    ValueError
        When one needs rows, which says why and what to do.
    TypeError
        When there is none of a name.
    """
    known = list(GivenTallyOptions.__annotations__)
    for name in given:
        if name not in (*known, *_REFUSED, "estimator"):
            raise TypeError(
                f"no option {name!r}; there are: {listing(known)}.{did_you_mean(name, known)}"
            )
    for name, why in _REFUSED.items():
        if name in given:
            raise ValueError(f"a tally takes no {name}=: {why}")
    if given.get("missing") in ("listwise", "raise"):
        raise ValueError(
            f"missing={given['missing']!r} looks at whole rows, and a tally holds counts of single "
            "columns and of pairs; use 'pairwise' or 'category', or update it with df.dropna(...)"
        )
    if given.get("estimator", "plugin") == "knn":
        raise ValueError(f"a tally takes no estimator='knn': {_REFUSED['n_neighbors']}")
    return dict(given)


def codings_of(columns: pd.Index, bins: Any) -> tuple[Coding, ...]:
    """Return how each column becomes codes, before any row was seen.

    Raises
    ------
    TypeError, ValueError, UnknownColumnError
        When bins= are not what `pandas_mi.bins` returns.
    """
    doubled = columns[columns.duplicated()]
    if len(doubled):
        raise ValueError(f"columns are named more than once: {listing(doubled.unique())}")
    if bins is None:
        return tuple(Coding(label, None) for label in columns)
    if not isinstance(bins, Mapping):
        raise _not_learnt("bins", bins)
    unknown = [label for label in bins if label not in columns]
    if unknown:
        raise unknown_columns(unknown, columns)
    return tuple(
        Coding(label, _setting(label, bins[label]) if label in bins else AUTO) for label in columns
    )


def differences(one: Sequence[Coding], other: Sequence[Coding]) -> str | None:
    """Return why two tallies cannot be added, None if they can."""
    first, second = [c.label for c in one], [c.label for c in other]
    if first != second:
        apart = [label for label in [*first, *second] if (label in first) != (label in second)]
        if not apart:
            return "their columns are the same in another order"
        return f"they do not have the same columns: {listing(apart)} in one alone"
    for mine, theirs in zip(one, other, strict=True):
        if mine.cuts != theirs.cuts:
            return (
                f"column {mine.label!r} has cuts {_shown(mine.cuts)} in one and "
                f"{_shown(theirs.cuts)} in the other"
            )
    return None


def _setting(label: Hashable, setting: Any) -> tuple[Any, ...] | None:
    if setting is None:
        return None
    if isinstance(setting, str) or not isinstance(
        setting, Sequence | np.ndarray | pd.Index | pd.Series
    ):
        raise _not_learnt(f"bins for column {label!r}", setting)
    cuts = [cut.item() if type(cut) in _PLAIN else cut for cut in setting]
    missing = [cut for cut in cuts if pd.isna(cut)]
    if missing:
        raise ValueError(f"bins for column {label!r}: cuts must not be missing, got {missing[0]!r}")
    try:
        if any(operator.gt(one, after) for one, after in pairwise(cuts)):
            raise ValueError(f"bins for column {label!r}: cuts must increase, got {cuts!r}")
    except TypeError as error:
        raise TypeError(f"bins for column {label!r}: cuts do not compare: {error}") from None
    return tuple(cut for place, cut in enumerate(cuts) if place == 0 or cut != cuts[place - 1])


def _not_learnt(what: str, given: Any) -> Exception:
    known = isinstance(given, int | np.integer | str) and not isinstance(given, bool)
    error = ValueError if known else TypeError
    return error(
        f"{what} must be cuts or None for each column, got {given!r}: a tally cannot learn bins "
        "before it has seen rows. Pass bins=df.mi.bins(...) of rows that are representative, or "
        "make it with Tally.of(df, bins=...)"
    )


def _shown(cuts: tuple[Any, ...] | None) -> str:
    return "None (by value)" if cuts is None else listing(cuts)


_PLAIN = {np.dtype(code).type for code in "bBhHiIlLqQefd"}
