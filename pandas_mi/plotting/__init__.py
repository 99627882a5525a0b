"""Results as pictures: functions that draw on Matplotlib Axes, and return them.

They keep the user's style, take ``ax=``, and never show or save anything. Matplotlib is imported
when the first picture is drawn.
"""

from pandas_mi.plotting.bars import bar
from pandas_mi.plotting.cells import pair
from pandas_mi.plotting.changes import compare, compare_slices
from pandas_mi.plotting.lines import over
from pandas_mi.plotting.squares import heatmap

__all__ = ["bar", "compare", "compare_slices", "heatmap", "over", "pair"]
