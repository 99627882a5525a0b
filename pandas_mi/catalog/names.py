"""Names of projects and datasets, the directories they have, and that nothing leads out."""

from __future__ import annotations

import re
from pathlib import Path

from pandas_mi.errors import CatalogError, InvalidIdentifierError

__all__ = ["checked", "directory", "inside"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def checked(name: object, what: str) -> str:
    """Return a project or dataset name that can be a directory everywhere.

    Parameters
    ----------
    name : str
    what : {"project_id", "dataset_id"}
        Named in the errors.

    Raises
    ------
    TypeError
        When the name is not a str.
    InvalidIdentifierError
        When it cannot be a directory's name on every system.

    >>> checked("flights.2013", "dataset_id")
    'flights.2013'
    """
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a str, not {type(name).__name__}")
    if not _IDENTIFIER.fullmatch(name) or ".." in name or name.endswith("."):
        raise InvalidIdentifierError(
            f"{what} {name!r} is not valid: 1 to 100 letters, digits, '_', '.' and '-', which "
            "start with a letter, a digit or '_', end with no dot, and have no two dots in a row"
        )
    if _DEVICE.fullmatch(name):
        raise InvalidIdentifierError(
            f"{what} {name!r} is not valid: Windows keeps that name for a device; "
            f"use {'_' + name!r}, for example"
        )
    return name


def directory(name: str) -> str:
    """Return the name of the directory: A and a are one name on every system.

    >>> directory("Flights")
    'flights'
    """
    return name.lower()


def inside(root: Path, path: Path) -> Path:
    """Return `path`, or raise when a symbolic link makes it lead out of `root`."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise CatalogError(f"{path} leads out of the store {root} through a symbolic link")
    return path
