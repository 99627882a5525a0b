"""Optional libraries: imported when they are needed, with an error that names the extra."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["load"]


def load(module: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional library.

    Parameters
    ----------
    module : str
        Dotted name.
    extra : str
        Which extra of this package installs it.
    purpose : str
        What it is needed for, as the error begins.

    Raises
    ------
    ImportError
        When the library is not installed; says how to install it.

    Examples
    --------
    >>> load("no_such_library", "stats", "p-values need SciPy")
    Traceback (most recent call last):
        ...
    ImportError: p-values need SciPy: pip install 'pandas-mi[stats]'
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ImportError(f"{purpose}: pip install 'pandas-mi[{extra}]'") from None
