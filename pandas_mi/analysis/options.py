"""The options that every function takes, checked once before any work is done."""

from __future__ import annotations

import dataclasses
import inspect
import math
import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, TypeVar

import numpy as np
import pandas as pd

from pandas_mi.encoding import AUTO, Bins
from pandas_mi.errors import did_you_mean, listing
from pandas_mi.information import AVERAGES
from pandas_mi.sampling import key_of

__all__ = ["GivenOptions", "Options", "Seed", "takes_options"]

Function = TypeVar("Function", bound=Callable[..., Any])

Missing = Literal["pairwise", "listwise", "category", "raise"]
Average = Literal["arithmetic", "geometric", "min", "max", "joint"]
BinsOption = Bins | Mapping[Hashable, Bins]
Progress = bool | Callable[[float], object]
Seed = int | float | None

_MISSING = ("pairwise", "listwise", "category", "raise")


class GivenOptions(TypedDict, total=False):
    """The options that a caller gives: the keyword arguments of every function."""

    normalized: bool
    slice_query: str | None
    sample_size: int | None
    seed: Seed
    bins: BinsOption
    missing: Missing
    average: Average
    base: float | None
    min_periods: int
    threads: int | None
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of one call; see `pandas_mi.matrix` for their meaning.

    Raises
    ------
    TypeError, ValueError
        When an option has the wrong type or value.
    """

    normalized: bool = False
    slice_query: str | None = None
    sample_size: int | None = None
    seed: Seed = 0.25
    bins: BinsOption = AUTO
    missing: Missing = "pairwise"
    average: Average = "arithmetic"
    base: float | None = None
    min_periods: int = 1
    threads: int | None = None
    progress: Progress = False

    @classmethod
    def of(cls, given: GivenOptions) -> Options:
        """Return the options given, and the defaults of the others."""
        for name in given:
            if name not in cls.__dataclass_fields__:
                known = list(cls.__dataclass_fields__)
                raise TypeError(
                    f"no option {name!r}; there are: {listing(known)}.{did_you_mean(name, known)}"
                )
        return cls(**given)

    def __post_init__(self) -> None:
        _check_type("normalized", self.normalized, (bool, np.bool_))
        _check_type("slice_query", self.slice_query, (str, type(None)))
        _check_choice("missing", self.missing, _MISSING)
        _check_choice("average", self.average, tuple(AVERAGES))
        _check_count("sample_size", self.sample_size, 0, optional=True)
        _check_count("min_periods", self.min_periods, 0)
        _check_count("threads", self.threads, 1, optional=True)
        _check_base(self.base)
        if not (isinstance(self.progress, bool) or callable(self.progress)):
            raise TypeError("progress must be True, False or a callable that takes a fraction")
        key_of(self.seed)
        object.__setattr__(self, "bins", _checked_bins(self.bins))


def takes_options(function: Function) -> Function:
    """Show every option, with its default, in the signature of a function of ``**given``.

    So that ``help`` and completion tell them all, while names, types and defaults are written once.
    """
    signature = inspect.signature(function)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type
        )
        for field in dataclasses.fields(Options)
    ]
    shown = signature.replace(parameters=[*own, *options])
    function.__signature__ = shown  # type: ignore[attr-defined]
    return function


def _check_type(name: str, value: Any, types: tuple[type, ...]) -> None:
    if not isinstance(value, types):
        expected = " or ".join("None" if t is type(None) else t.__name__ for t in types[:2])
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__} {value!r}")


def _check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    if not (isinstance(value, str) and value in choices):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def _check_count(name: str, value: Any, least: int, *, optional: bool = False) -> None:
    if value is None and optional:
        return
    try:
        if isinstance(value, bool):
            raise TypeError
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, got {type(value).__name__} {value!r}") from None
    if count < least:
        raise ValueError(f"{name} must be at least {least}, got {count}")


def _check_base(base: Any) -> None:
    if base is None:
        return
    if isinstance(base, bool) or not isinstance(base, int | float | np.number):
        raise TypeError(f"base must be a number or None, got {type(base).__name__} {base!r}")
    if not (math.isfinite(base) and base > 0 and base != 1):
        raise ValueError(f"base must be positive, finite and not 1, got {base!r}")


def _checked_bins(bins: Any) -> Any:
    if isinstance(bins, Mapping):
        return {label: _checked_setting(setting) for label, setting in bins.items()}
    return _checked_setting(bins)


def _checked_setting(bins: Any) -> Bins:
    """Return "auto", an int, a list of cuts or None."""
    if bins is None:
        return None
    if isinstance(bins, str):
        _check_choice("bins", bins, (AUTO,))
        return bins
    if isinstance(bins, Sequence | np.ndarray | pd.Index | pd.Series):
        return list(bins)
    _check_count("bins", bins, 1)
    return int(bins)
