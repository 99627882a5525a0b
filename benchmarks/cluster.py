"""Two worker processes of Dask against one process: time, processor time, memory, the graph."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from dask.distributed import Client, LocalCluster

import pandas_mi
import pandas_mi.dask
from benchmarks.measure import FULL, Row
from benchmarks.streaming import write
from pandas_mi.sources import as_table, parts, shares_of
from pandas_mi.sources.workers import graph

_GROUPS = 4_000


def rows(size: str, rounds: int) -> Iterator[Row]:
    n, group = (10_000_000, 1_000_000) if size == FULL else (600_000, 100_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mixed.parquet"
        write(path, n, group)
        yield from _two_workers(path, n, min(rounds, 5))
        yield _graph(Path(folder) / "many.parquet")


def _two_workers(path: Path, n: int, rounds: int) -> Iterator[Row]:
    alone, together, spent = [], [], []
    expected = pandas_mi.matrix(path)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        for _ in range(rounds):
            alone.append(_taken(lambda: _on_one_core(path), time.process_time))
            with Client(cluster) as client:
                client.run(_imported)
                before = _processor_time(client)
                together.append(_taken(lambda: _check(path, expected), time.process_time))
                spent.append(_processor_time(client) - before)
        with Client(cluster) as client:
            peak = max(client.run(_peak).values()) / (1 << 10)
    # The best of a few: what else runs on the machine can only add to a time.
    one, two = (min(wall for wall, _ in taken) for taken in (alone, together))
    case = f"matrix of a Parquet file of {n:,} x 20, two workers"
    yield Row(case, two, "one process on one core", one, one / two, 1.6, at_most=False)
    cpu = min(cpu for _, cpu in alone)
    yield Row(
        "… processor time of the workers", min(spent), "of one process", cpu, min(spent) / cpu, 1.15
    )
    yield Row("… peak of a worker", peak, "MB", 1.0, peak, 450, unit="MB")


def _taken(function: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, float]:
    start, spent = time.perf_counter(), clock()
    function()
    return time.perf_counter() - start, clock() - spent


def _on_one_core(path: Path) -> None:
    """Count in this process, which even with ``threads=1`` would read ahead on another core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        pandas_mi.matrix(path, threads=1)
    finally:
        os.sched_setaffinity(0, cores)


def _check(path: Path, expected: Any) -> None:
    np.testing.assert_array_equal(pandas_mi.matrix(path), expected)


def _imported() -> None:
    import pandas_mi.analysis  # noqa: F401


def _processor_time(client: Client) -> float:
    return float(sum(client.run(time.process_time).values()))


def _peak() -> int:
    """Kilobytes of resident memory that a worker had at most (Linux only)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def _graph(path: Path) -> Row:
    """Tasks for many row groups, of which the file itself takes longer to open."""
    table = pa.table({f"x{place}": np.arange(2 * _GROUPS) for place in range(20)})
    pq.write_table(table, path, row_group_size=2)
    data = as_table(path)
    data._chunks = [[piece] for pieces in data._chunks for piece in _apart(pieces)]
    data._bounds = 2 * np.arange(_GROUPS + 1)
    start = time.perf_counter()
    leaves, root = graph(data, shares_of(data, parts(data.bounds, None)), None)
    held = dict(root.__dask_graph__())
    taken = time.perf_counter() - start
    assert len(leaves) == _GROUPS < len(held)
    return Row(f"graph of {_GROUPS:,} row groups", taken, "s", 1.0, taken, 2)


def _apart(pieces: Any) -> Iterator[Any]:
    """Each row group by itself, as if it were of a million rows."""
    for piece in pieces:
        for group in piece.groups:
            yield type(piece)(piece.file, (group,), 2)
