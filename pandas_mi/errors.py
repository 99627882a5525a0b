"""Every exception and warning of the package, and how their texts are built."""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Hashable, Iterable
from pathlib import Path

__all__ = [
    "CatalogError",
    "DatasetExistsError",
    "DatasetNotFoundError",
    "HighCardinalityWarning",
    "InvalidIdentifierError",
    "PandasMIError",
    "PandasMIWarning",
    "ProjectNotFoundError",
    "SliceError",
    "TallyFileError",
    "UnknownColumnError",
]

_PACKAGE = str(Path(__file__).parent)
_LISTED = 20  # names shown in a message before it says how many more there are


class PandasMIError(Exception):
    """Base of every error that this package defines."""


class SliceError(PandasMIError, ValueError):
    """A slice query that cannot be parsed, is not supported, or does not fit the table."""


class UnknownColumnError(PandasMIError, KeyError):
    """A column was named that the table does not have."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would escape quotes and newlines.
        return str(self.args[0]) if self.args else ""


class CatalogError(PandasMIError):
    """Base of the errors of the project and dataset store."""


class ProjectNotFoundError(CatalogError):
    """The store has no project of this name."""


class DatasetNotFoundError(CatalogError):
    """The project has no dataset of this name."""


class DatasetExistsError(CatalogError):
    """The project already has a dataset of this name."""


class InvalidIdentifierError(CatalogError, ValueError):
    """A project or dataset name that cannot be a directory name everywhere."""


class TallyFileError(PandasMIError, ValueError):
    """A file that is no tally, is damaged, or is of another version of the format."""


class PandasMIWarning(UserWarning):
    """Base of every warning that this package emits."""


class HighCardinalityWarning(PandasMIWarning):
    """Plug-in mutual information is inflated because a column has too many levels."""


def listing(names: Iterable[Hashable]) -> str:
    """Names as they appear in messages: quoted, comma separated, cut when there are many.

    >>> listing(["a", 1])
    "'a', 1"
    """
    shown = [repr(name) for name in names]
    more = len(shown) - _LISTED
    return ", ".join(shown[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(name: Hashable, known: Iterable[Hashable]) -> str:
    """Return a hint ``" Did you mean 'x'?"``, or ``""`` when nothing is near.

    >>> did_you_mean("speces", ["species", "island"])
    " Did you mean 'species'?"
    """
    by_text = {str(candidate): candidate for candidate in known}
    folded = {text.casefold(): candidate for text, candidate in by_text.items()}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean {folded[near[0]]!r}?" if near else ""


def unknown_columns(unknown: Iterable[Hashable], known: Iterable[Hashable]) -> UnknownColumnError:
    """Return the error for column labels that a table does not have."""
    missing, known = list(unknown), list(known)
    noun = "column" if len(missing) == 1 else "columns"
    hint = did_you_mean(missing[0], known) if missing else ""
    return UnknownColumnError(f"no {noun} {listing(missing)}; there are: {listing(known)}.{hint}")


def warn(message: str, category: type[PandasMIWarning]) -> None:
    """Warn at the first line outside this package, which is the user's."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
