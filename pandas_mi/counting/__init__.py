"""Codes to joint counts: the contingency tables of many column pairs.

`plan` groups the columns and lays out tasks; a task counts the rows that it is given (counts of
several runs of rows add up) and unfolds its counts into one table a pair.
"""

from pandas_mi.counting.blas import one_thread_each
from pandas_mi.counting.codes import Codes, JointCounts, joint_counts
from pandas_mi.counting.fused import Axis, Group, Tile, fused_codes
from pandas_mi.counting.plan import Task, counts_of, groups_of, plan, plan_alone
from pandas_mi.counting.products import Product
from pandas_mi.counting.sparse import SparsePair
from pandas_mi.counting.tables import Tables
from pandas_mi.counting.triples import Triples
from pandas_mi.counting.workspace import Workspace

__all__ = [
    "Axis",
    "Codes",
    "Group",
    "JointCounts",
    "Product",
    "SparsePair",
    "Tables",
    "Task",
    "Tile",
    "Triples",
    "Workspace",
    "counts_of",
    "fused_codes",
    "groups_of",
    "joint_counts",
    "one_thread_each",
    "plan",
    "plan_alone",
]
