"""The commands that measure, draw and slice: one function each, from arguments to text."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from pandas_mi import analysis, plotting
from pandas_mi.analysis.options import GivenMeasureOptions
from pandas_mi.cli.data import read
from pandas_mi.cli.output import rendered

__all__ = [
    "bar",
    "compare",
    "contributions",
    "entropy",
    "heatmap",
    "matrix",
    "pair",
    "pair_picture",
    "pairs",
    "slice_",
    "target",
]

_CHANGED = 1  # as diff says


def matrix(options: Namespace) -> str:
    """Every pair of columns, as a square."""
    return rendered(analysis.matrix(_data(options), options.columns, **_given(options)), options)


def target(options: Namespace) -> str:
    """Every other column against one."""
    data = _data(options)
    ranked = analysis.target(data, options.column, options.columns, **_given(options))
    return rendered(ranked, options)


def pair(options: Namespace) -> str:
    """One number."""
    value = analysis.pair(_data(options), options.x, options.y, **_given(options))
    return rendered(value, options)


def pairs(options: Namespace) -> str:
    """Every pair of columns, as lines."""
    significance = {
        name: getattr(options, name)
        for name in ("p_value", "method", "n_resamples", "ci", "ci_method")
    }
    long = analysis.pairs(_data(options), options.columns, **significance, **_given(options))
    return rendered(long, options, lines=True)


def compare(options: Namespace) -> tuple[str, int]:
    """Return what has changed, and the exit status that says whether anything has."""
    data = [read(one, options.root) for one in options.data]
    queries = (options.before, options.after)
    if (
        len(data) > 2
        or (len(data) == 2) == (None not in queries)
        or len(set(map(bool, queries))) > 1
    ):
        raise ValueError(
            "compare takes one table with --before and --after, or two tables without them; "
            f"got {len(data)} and {sum(query is not None for query in queries)} of the options"
        )
    before, after = queries if len(data) == 1 else data
    found = analysis.compare(
        before, after, options.columns, data=data[0] if len(data) == 1 else None,
        method=options.method, n_resamples=options.n_resamples, **_given(options),
    )  # fmt: skip
    changed = bool((found["q_value"] <= options.q).any())
    return rendered(found, options, lines=True), _CHANGED if changed else 0


def contributions(options: Namespace) -> str:
    """Return what each cell of a joint table adds."""
    table = analysis.contributions(_data(options), options.x, options.y, **_given(options))
    names = [f"{name} ({side})" if name in table else str(name)
             for name, side in zip(table.index.names, "xy", strict=True)]  # fmt: skip
    if names[0] == names[1]:  # a column with itself
        names = [f"{name} ({side})" for name, side in zip(names, "xy", strict=True)]
    return rendered(table.rename_axis(names).reset_index(), options, lines=True)


def entropy(options: Namespace) -> str:
    """Entropy of every column."""
    return rendered(analysis.entropy(_data(options), options.columns, **_given(options)), options)


def slice_(options: Namespace) -> str:
    """Return the rows that a query selects."""
    return rendered(analysis.slice(_data(options), options.query), options, lines=True, raw=True)


def heatmap(options: Namespace) -> str:
    """Draw the matrix."""
    _use_no_screen()
    given = _given(options)
    given["normalized"] = options.normalized or options.base is None
    order = None if options.order == "none" else options.order
    return _saved(plotting.heatmap(_data(options), options.columns, order=order, **given), options)


def bar(options: Namespace) -> str:
    """Draw every other column against one."""
    _use_no_screen()
    axes = plotting.bar(
        _data(options), options.column, options.columns, top=options.top, **_given(options)
    )
    return _saved(axes, options)


def pair_picture(options: Namespace) -> str:
    """Draw a joint table."""
    _use_no_screen()
    return _saved(plotting.pair(_data(options), options.x, options.y, **_given(options)), options)


def _data(options: Namespace) -> Any:
    return read(options.data, options.root)


def _given(options: Namespace) -> Any:
    """Return the options of a measure that the command has."""
    names = GivenMeasureOptions.__annotations__
    return {name: getattr(options, name) for name in names if hasattr(options, name)}


def _use_no_screen() -> None:
    """Draw into memory, for there may be no screen; without Matplotlib the plot says so."""
    try:
        import matplotlib as mpl
    except ImportError:
        return
    mpl.use("agg")


def _saved(axes: Any, options: Namespace) -> str:
    axes.figure.savefig(options.output, dpi=150)
    return ""
