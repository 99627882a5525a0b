"""Tasks on Dask: each answers for a share of the rows, and the answers of neighbours are added.

This module imports Dask, and is imported when that is wanted.
"""

from __future__ import annotations

import pickle
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeVar
from uuid import uuid4

import cloudpickle
import dask
import numpy as np
from dask.callbacks import Callback
from dask.delayed import Delayed, delayed
from numpy.typing import NDArray

from pandas_mi.sources.table import Cluster, Fold, Rows, Share, Table
from pandas_mi.sources.told import Told, freed_memory_kept

__all__ = ["Workers", "current_workers", "graph"]

_FAN = 4  # answers that one task adds up
_RETRIES = 2  # of a task that raised, as a lost connection makes it; that of a lost worker is free

R = TypeVar("R")
Tell = Callable[[int], None] | None


class Workers:
    """The processes that Dask has: those of a client, or what computes without one.

    Parameters
    ----------
    client : distributed.Client or None
    """

    def __init__(self, client: Any = None) -> None:
        self._client = client

    def folded(self, table: Table, shares: Sequence[Share], fold: Fold[R], tell: Tell) -> R:
        """Return what the shares tell together, added up between neighbours."""
        leaves, root = graph(table, shares, fold)
        chunks = {leaf.key: share.chunks for leaf, share in zip(leaves, shares, strict=True)}
        if self._client is None:
            found = _computed(root, chunks, tell)
        else:
            found = _sent(self._client, leaves, root, chunks, tell)
        result: R = found.found
        return result


def current_workers() -> Cluster | None:
    """Return the workers of Dask's current client, if there is one."""
    distributed = sys.modules.get("distributed")
    if distributed is None:  # then nobody has made a client, and it takes long to import
        return None
    try:
        client = distributed.Client.current()
    except ValueError:
        return None
    return None if client.asynchronous else Workers(client)


def graph(table: Table, shares: Sequence[Share], fold: Fold[Any]) -> tuple[list[Delayed], Delayed]:
    """Return the task of each share, and the one that has what all of them tell.

    What all tasks need is one task's result, for a scheduler to send it once to each worker.
    """
    run = uuid4().hex
    sent = cloudpickle.dumps((table, fold))
    common = delayed(_unpacked, pure=False)(sent, dask_key_name=f"pandas_mi-common-{run}")
    look, add = delayed(_look, pure=False), delayed(_add, pure=False)
    leaves = level = [
        look(
            common,
            pickle.dumps(share.packed),
            _packed(share.rows),
            *share.inputs,
            dask_key_name=(f"pandas_mi-look-{run}", place),
        )
        for place, share in enumerate(shares)
    ]
    depth = 0
    while len(level) > 1:
        depth += 1
        level = [
            add(
                common,
                *level[start : start + _FAN],
                dask_key_name=(f"pandas_mi-add-{depth}-{run}", start),
            )
            for start in range(0, len(level), _FAN)
        ]
    return leaves, level[0]


def _look(common: tuple[Table, Fold[R]], packed: bytes, rows: Any, *inputs: Any) -> Told:
    table, fold = common
    with freed_memory_kept():
        return Told(fold.look(table.opened(_unpacked(packed), *inputs), _rows(rows)))


def _add(common: tuple[Table, Fold[R]], *found: Told) -> Told:
    with freed_memory_kept():
        fold = common[1]
        return Told(fold.packed(reduce(fold.add, [one.found for one in found])))


def _unpacked(sent: bytes) -> Any:
    return pickle.loads(sent)  # noqa: S301


def _packed(rows: Rows) -> Any:
    """Return rows in few bytes: 4 each, or a bit for each that there could be."""
    if not isinstance(rows, np.ndarray):
        return rows
    if len(rows) and 32 * len(rows) > rows[-1]:
        marks = np.zeros(int(rows[-1]) + 1, dtype=np.bool_)
        marks[rows] = True
        return ("bits", np.packbits(marks), len(marks))
    return ("numbers", rows.astype(np.uint32), 0)


def _rows(packed: Any) -> Rows:
    if not isinstance(packed, tuple):
        found: Rows = packed
        return found
    form, values, n = packed
    if form == "bits":
        return np.flatnonzero(np.unpackbits(values, count=n))
    numbers: NDArray[np.int64] = values.astype(np.int64)
    return numbers


def _computed(root: Delayed, chunks: Mapping[Any, int], tell: Tell) -> Any:
    """Compute without a client, and tell of each share that is done."""
    if tell is None:
        return dask.compute(root)[0]

    def done(key: Any, *_: Any) -> None:
        if key in chunks:
            tell(chunks[key])

    with Callback(posttask=done):
        return dask.compute(root)[0]


def _sent(
    client: Any, leaves: Sequence[Delayed], root: Delayed, chunks: Mapping[Any, int], tell: Tell
) -> Any:
    """Have a client's workers compute, and tell of each share as soon as it is done."""
    wanted = [root] if tell is None else [root, *leaves]
    with warnings.catch_warnings():
        # Levels and row numbers may be many: they travel once.
        warnings.filterwarnings("ignore", message="Sending large graph")
        result, *told = client.compute(wanted, retries=_RETRIES)
    try:
        if tell is not None:
            _told(client, told, chunks, tell)
        return result.result()
    except BaseException:  # an error, or Ctrl-C: the rest is not worked on
        client.cancel([result, *told], force=True)
        raise


def _told(
    client: Any, shares: list[Any], chunks: Mapping[Any, int], tell: Callable[[int], None]
) -> None:
    from distributed import as_completed

    waiting = as_completed(shares, loop=client.loop)
    shares.clear()  # what a share told is let go when its neighbours have added it up
    for future in waiting:
        if future.status == "error":  # which the result will raise
            return
        tell(chunks[future.key])
        del future
