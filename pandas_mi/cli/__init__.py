"""The command line: parse arguments, call, print.

Results go to standard output, errors and warnings as one line each to standard error. The exit
status is 0 when all went well, and 2 when it did not, as those of grep and diff are; like that of
diff it is 1 when `compare` has found a change.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence

from pandas_mi.cli.parser import parser
from pandas_mi.errors import PandasMIError, PandasMIWarning

__all__ = ["main"]

_FAILURES = (PandasMIError, OSError, TypeError, ValueError, ImportError)
_FAILED = 2
_INTERRUPTED, _BROKEN_PIPE = 130, 141  # what a shell says of SIGINT and SIGPIPE: 128 + the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``pandas-mi``; `sys.argv` by default.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        parser().print_help(sys.stderr)
        return _FAILED
    options = parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("default", PandasMIWarning)
        warnings.showwarning = _show_warning
        try:
            found = options.run(options)
            text, status = found if isinstance(found, tuple) else (found, 0)
            _write(text)
        except BrokenPipeError:
            # Python would flush standard output once more at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _BROKEN_PIPE
        except KeyboardInterrupt:
            return _INTERRUPTED
        except _FAILURES as error:
            _complain("error", error)
            return _FAILED
    return int(status)


def _write(text: str) -> None:
    if text:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal that has no "≤" gets a "?", not an error.
            sys.stdout.reconfigure(errors="replace")
        # Line by line, for unbuffered output loses what one broken write could not write.
        sys.stdout.writelines(f"{text}\n".splitlines(keepends=True))
        sys.stdout.flush()


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    _complain("warning", message)


def _complain(what: str, message: object) -> None:
    sys.stderr.write(f"pandas-mi: {what}: {' '.join(str(message).split())}\n")
