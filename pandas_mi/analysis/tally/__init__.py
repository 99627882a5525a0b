"""A tally: fixed encodings and joint counts that are updated, merged, saved and loaded.

rows → codes → joint counts as everywhere, but the counts stay: `codings` turns columns to codes
and adds unseen levels (`levels`), `joint` counts, adds and moves the tables, `state` puts them
together, `answers` asks them, `tally` is the face, `files` writes and reads it.
"""

from pandas_mi.analysis.tally.tally import Tally

__all__ = ["Tally"]
