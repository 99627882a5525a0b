"""The options that every function takes, checked once before any work is done."""

from __future__ import annotations

import dataclasses
import inspect
import math
import operator
from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypedDict, TypeVar

import numpy as np
import pandas as pd

from pandas_mi.encoding import AUTO, Bins
from pandas_mi.errors import did_you_mean, listing
from pandas_mi.inference import CORRECTIONS
from pandas_mi.information import AVERAGES
from pandas_mi.sampling import key_of

__all__ = [
    "GivenMeasureOptions",
    "GivenOptions",
    "MeasureOptions",
    "Options",
    "Seed",
    "check_choice",
    "check_count",
    "showing",
    "takes_measure_options",
    "takes_options",
]

Function = TypeVar("Function", bound=Callable[..., Any])

Missing = Literal["pairwise", "listwise", "category", "raise"]
Average = Literal["arithmetic", "geometric", "min", "max", "joint", "row", "column"]
Correction = Literal["miller-madow", "grassberger", "chao-shen", "jackknife", "shrink"]
Estimator = Literal["plugin", "knn"]
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
    def of(cls, given: GivenOptions) -> Self:
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
        check_choice("missing", self.missing, _MISSING)
        check_choice("average", self.average, tuple(AVERAGES))
        check_count("sample_size", self.sample_size, 0, optional=True)
        check_count("min_periods", self.min_periods, 0)
        check_count("threads", self.threads, 1, optional=True)
        _check_base(self.base)
        if not (isinstance(self.progress, bool) or callable(self.progress)):
            raise TypeError("progress must be True, False or a callable that takes a fraction")
        key_of(self.seed)
        object.__setattr__(self, "bins", _checked_bins(self.bins))


class GivenMeasureOptions(GivenOptions, total=False):
    """The options of the functions whose result is a value of mutual information."""

    adjusted: bool
    correction: Correction | None
    estimator: Estimator
    n_neighbors: int
    clip: bool


@dataclass(frozen=True, kw_only=True)
class MeasureOptions(Options):
    """The options of a call whose result is a value of mutual information.

    Raises
    ------
    TypeError, ValueError
        When an option has the wrong type or value, or does not go with another.
    """

    adjusted: bool = False
    correction: Correction | None = None
    estimator: Estimator = "plugin"
    n_neighbors: int = 3
    clip: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_type("adjusted", self.adjusted, (bool, np.bool_))
        _check_type("clip", self.clip, (bool, np.bool_))
        if self.correction is not None:
            check_choice("correction", self.correction, CORRECTIONS)
        check_choice("estimator", self.estimator, ("plugin", "knn"))
        check_count("n_neighbors", self.n_neighbors, 1)
        if self.adjusted and self.correction is not None:
            raise ValueError(
                "adjusted=True and correction= do not go together: both take the bias away; "
                "choose one"
            )
        if self.estimator == "knn":
            _check_neighbours(self)


def _check_neighbours(options: MeasureOptions) -> None:
    for name in ("adjusted", "correction"):
        if getattr(options, name):
            raise ValueError(
                f"estimator='knn' takes no {name}=: it counts no table that could be biased; "
                "leave one of them out"
            )
    if options.missing == "category":
        raise ValueError(
            "estimator='knn' cannot take missing as a level of a numeric column; "
            "use missing='pairwise' or 'listwise'"
        )


def takes_options(function: Function) -> Function:
    """Show every option, with its default, in the signature of a function of ``**given``.

    So that ``help`` and completion tell them all, while names, types and defaults are written once.
    """
    return showing(function, Options)


def takes_measure_options(function: Function) -> Function:
    """Show every option of `MeasureOptions`, as `takes_options` does."""
    return showing(function, MeasureOptions)


def showing(
    function: Function, options_type: type[Options], names: Container[str] | None = None
) -> Function:
    """Show the options of a type, or those of some names, in the signature of a function."""
    signature = inspect.signature(function)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type
        )
        for field in dataclasses.fields(options_type)
        if names is None or field.name in names
    ]
    shown = signature.replace(parameters=[*own, *options])
    function.__signature__ = shown  # type: ignore[attr-defined]
    return function


def _check_type(name: str, value: Any, types: tuple[type, ...]) -> None:
    if not isinstance(value, types):
        expected = " or ".join("None" if t is type(None) else t.__name__ for t in types[:2])
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__} {value!r}")


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Raise unless the value of an option is one of the choices."""
    if not (isinstance(value, str) and value in choices):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def check_count(name: str, value: Any, least: int, *, optional: bool = False) -> None:
    """Raise unless the value of an option is an integer not below `least`, or None if optional."""
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
        check_choice("bins", bins, (AUTO,))
        return bins
    if isinstance(bins, Sequence | np.ndarray | pd.Index | pd.Series):
        return list(bins)
    check_count("bins", bins, 1)
    return int(bins)
