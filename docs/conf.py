"""How Sphinx builds these pages: ``python -m sphinx -W docs docs/_build``."""

import re
import sys
from pathlib import Path

import pandas_mi

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "pandas_mi"
author = "The pandas_mi developers"
project_copyright = "The pandas_mi developers"
version = release = pandas_mi.__version__

extensions = [
    "page_pictures",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build", "_ext", "generated"]
suppress_warnings = ["misc.highlighting_failure"]  # SQL with ellipses is not quite SQL

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autosummary_generate = False
autodoc_typehints = "none"  # the docstrings tell the types, in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "pandas_mi"
html_static_path = ["_static"]
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}


def _plain(app, what, name, obj, options, lines):
    """Keep |x| from being taken for a substitution, and fitted_ for a reference."""
    for place, line in enumerate(lines):
        if "``" not in line:
            line = re.sub(r"\|(\w)\|", r"\|\1\|", line)
            lines[place] = re.sub(r"\b(\w+)_(?=[,)\s]|$)", r"\1\_", line)


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", _plain)
