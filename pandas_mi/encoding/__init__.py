"""Columns to codes: by value where there are few levels, else by equal-frequency bins.

A column that holds codes, text or integers of a small range is counted once per distinct value,
and its codes are looked up. Numbers that are to be binned are counted by cells of equal width,
so that only the few values that share a cell with a cut are ever sorted.

What does not fit in memory is learnt in rounds over its chunks, and then applied to each chunk.
"""

from pandas_mi.encoding.apply import applied
from pandas_mi.encoding.learn import encode
from pandas_mi.encoding.rounds import Round, first_round
from pandas_mi.encoding.scheme import AUTO, Bins, Encoding, auto_bins

__all__ = ["AUTO", "Bins", "Encoding", "Round", "applied", "auto_bins", "encode", "first_round"]
