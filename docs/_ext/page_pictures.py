"""Draw the pictures of the pages from the very code that the pages show.

Wherever a page has ``![…](generated/NAME.png)``, its examples (``>>>``) up to that place are run,
and the current Matplotlib figure is saved under that name. The same examples are run as tests by
pytest, so that a page cannot show what its code does not draw.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

import pandas_mi

PICTURE = re.compile(r"!\[[^\]]*\]\(((?:\.\./)*generated/[^)]+)\)")


def drawn(page: Path) -> list[Path]:
    """Run a page's examples, and save its pictures; return where."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    names = {"np": np, "pd": pd, "pandas_mi": pandas_mi}
    parts = PICTURE.split(page.read_text(encoding="utf-8"))
    paths = []
    for text, link in zip(parts[::2], parts[1::2], strict=False):
        for example in doctest.DocTestParser().get_examples(text):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(example.source, str(page), "single"), names)  # noqa: S102
        path = (page.parent / link).resolve()
        path.parent.mkdir(exist_ok=True)
        plt.gcf().savefig(path, dpi=120, metadata={"Software": None})
        plt.close("all")
        paths.append(path)
    return paths


def draw_all(app) -> None:
    """Draw the pictures of all pages, before Sphinx looks for them."""
    for page in sorted(Path(app.srcdir).rglob("*.md")):
        if PICTURE.search(page.read_text(encoding="utf-8")):
            drawn(page)


def setup(app) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", draw_all)
    return {"parallel_read_safe": True}
