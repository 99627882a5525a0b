"""Several columns taken together, as the codes of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.options import Options
from pandas_mi.analysis.tables import Encoded, encoded, warn_many_levels
from pandas_mi.analysis.view import View
from pandas_mi.counting import Codes

__all__ = ["features", "joined", "known_together"]

Ints = NDArray[np.int64]

_COUNTED = 1 << 22  # combinations: with more, sorting the rows takes less memory than a count each


def features(view: View, groups: Sequence[Any], options: Options) -> list[Codes]:
    """Return each group of labels as the codes of one joint feature.

    Parameters
    ----------
    view : View
    groups : sequence of label or list of labels
        Rows with a missing value are dropped or refused over all groups, where
        `options.missing` says so.
    options : Options
    """
    places = [view.places(group) for group in groups]
    columns = encoded(view, [place for group in places for place in group], options)
    if len(columns) > 1:
        warn_many_levels(columns.values())
    keep_missing = options.missing == "category"
    return [_feature(columns, group, keep_missing) for group in places]


def _feature(columns: Mapping[int, Encoded], group: list[int], keep_missing: bool) -> Codes:
    parts = [columns[place].codes for place in group]
    return parts[0] if len(parts) == 1 else joined(parts, keep_missing=keep_missing)


def joined(parts: Sequence[Codes], *, keep_missing: bool = False) -> Codes:
    """Return the codes of the combinations that occur, the first column varying slowest.

    Parameters
    ----------
    parts : sequence of Codes of n rows each
    keep_missing : bool
        Whether missing is a level like any other; else a row is missing where any part is.

    Returns
    -------
    Codes
        As many levels as there are combinations, so at most n.

    Examples
    --------
    >>> ones = Codes(np.array([1, 1, 2, 0], dtype=np.uint8), 2)
    >>> joined([ones, Codes(np.array([2, 1, 1, 1], dtype=np.uint8), 2)]).codes
    array([2, 1, 3, 0], dtype=uint8)
    """
    return reduce(lambda one, two: _joined_two(one, two, keep_missing), parts)


def _joined_two(one: Codes, two: Codes, keep_missing: bool) -> Codes:
    width = two.cardinality + 1
    cells = one.codes.astype(np.int64) * width + two.codes
    if not keep_missing:
        cells[(one.codes == 0) | (two.codes == 0)] = 0
    size = (one.cardinality + 1) * width
    if size <= max(_COUNTED, len(cells)):
        occurs = np.zeros(size, dtype=np.bool_)
        occurs[cells] = True
        occurs[0] |= not keep_missing  # code 0 is for the missing, whether there are any or not
        numbers: Ints = np.cumsum(occurs) - int(not keep_missing)
        levels, codes = int(numbers[-1]), numbers[cells]
    else:
        found, codes = np.unique(cells, return_inverse=True)
        above = 0 if not keep_missing and found[0] == 0 else 1
        levels, codes = len(found) - 1 + above, codes + above
    return Codes(codes.astype(np.min_scalar_type(levels)), levels)


def known_together(parts: Sequence[Codes], *, keep_missing: bool = False) -> list[Codes]:
    """Return the codes at the rows where every part is known; at all of them to keep the missing.

    With `keep_missing` codes are one higher, so that none of them is 0.
    """
    if keep_missing:
        return [_raised(part) for part in parts]
    known = np.logical_and.reduce([part.codes > 0 for part in parts])
    if known.all():
        return list(parts)
    return [Codes(part.codes[known], part.cardinality) for part in parts]


def _raised(part: Codes) -> Codes:
    levels = part.cardinality + 1
    return Codes(part.codes.astype(np.min_scalar_type(levels)) + np.uint8(1), levels)
