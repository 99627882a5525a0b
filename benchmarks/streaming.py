"""Data larger than memory: a Parquet file of mixed columns, read row group by row group."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import pandas_mi
from benchmarks.measure import FULL, Row, medians, share

_MB = 1 << 20


def rows(size: str, rounds: int) -> Iterator[Row]:
    n, group = (10_000_000, 1_000_000) if size == FULL else (600_000, 100_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mixed.parquet"
        write(path, n, group)
        yield from _times(path, n, min(rounds, 3))
        for times in (1, 4):
            yield _memory(path, n, times)


def write(path: Path, n: int, group: int) -> None:
    """Write n rows of 20 columns, sorted by time, in row groups of so many rows."""
    random = np.random.default_rng(0)
    writer = None
    for start in range(0, n, group):
        table = mixed(random, start, min(group, n - start))
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=group)
    if writer is not None:
        writer.close()


def mixed(random: np.random.Generator, start: int, n: int) -> pa.Table:
    """Columns of every common kind, most of them related to one hidden number."""
    hidden = random.normal(size=n)
    cities = np.array([f"city {number:04d}" for number in range(1000)])
    types = np.array([f"type-{number}" for number in range(50)])

    def noisy(scale: float, missing: float = 0.0, digits: int | None = None) -> pa.Array:
        values = hidden * scale + random.normal(size=n)
        values = values if digits is None else values.round(digits)
        return pa.array(values, mask=random.random(n) < missing if missing else None)

    seconds = np.arange(start, start + n) * 1_000_000 + random.integers(0, 999_999, n)
    return pa.table(
        {
            "when": pa.array(1_600_000_000_000_000 + seconds, pa.timestamp("us")),
            "f0": noisy(1),
            "f1": noisy(0.5, 0.05),
            "f2": noisy(2, 0.01),
            "f3": noisy(0),
            "f4": noisy(0.1, 0, 3),
            "f5": noisy(3, 0.3, 2),
            "f32": pa.array((hidden + random.normal(size=n)).astype(np.float32)),
            "delay": pa.array(np.round(hidden * 30 + random.exponential(20, n))),
            "large": pa.array(random.integers(0, 2**62, n)),
            "skewed": pa.array(np.exp(hidden + 6).astype(np.int64)),
            "small": pa.array(random.integers(0, 7, n).astype(np.int8)),
            "year": pa.array(random.integers(1990, 2025, n).astype(np.int16)),
            "flag": pa.array(hidden > 0.3),
            "rare": pa.array(random.random(n) < 0.1, mask=random.random(n) < 0.1),
            "city": pa.array(cities[random.integers(0, 1000, n)]),
            "region": pa.array(types[np.clip((hidden + 2).astype(int), 0, 3)]),
            "type": pa.array(types[random.integers(0, 50, n)], mask=random.random(n) < 0.05),
            "day": pa.array(random.integers(18_000, 20_000, n).astype(np.int32), pa.date32()),
            "level": pa.array(types[np.clip((hidden * 10 + 25).astype(int), 0, 49)]),
        }
    )


def decode(path: Path) -> None:
    """What pyarrow takes for all columns, row group by row group."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        file.read_row_group(group)


def _times(path: Path, n: int, rounds: int) -> Iterator[Row]:
    frame = pq.read_table(path).to_pandas()
    np.testing.assert_array_equal(pandas_mi.matrix(path), pandas_mi.matrix(frame))
    middle = frame["when"].iloc[n // 2 : n // 2 + 2]
    day = f"\"when\" BETWEEN '{middle.iloc[0]}' AND '{middle.iloc[1] + np.timedelta64(1, 'h')}'"
    times = medians(
        {
            "ours": lambda: pandas_mi.matrix(path),
            "pyarrow, decoding": lambda: decode(path),
            "the frame in memory": lambda: pandas_mi.matrix(frame),
            "sorted": lambda: pandas_mi.matrix(path, slice_query=day),
            "limit": lambda: pandas_mi.matrix(path, slice_query="SELECT * FROM t LIMIT 1000"),
        },
        rounds,
    )
    case = f"matrix of a Parquet file of {n:,} x 20"
    yield share(case, times, "pyarrow, decoding", 6)
    yield share(case, times, "the frame in memory", 1.6)
    times["all rows"] = times["ours"]
    yield share("… of an hour of the column that sorts it", times, "all rows", 0.2, "sorted")
    yield share("… of LIMIT 1000", times, "all rows", 0.02, "limit")


_MEASURE_MEMORY = """
import sys
from pathlib import Path
import pyarrow.dataset, pyarrow.parquet
import pandas_mi
def kilobytes(name):
    status = Path("/proc/self/status").read_text()
    return int(status.split(name + ":")[1].split()[0])
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
before = kilobytes("VmRSS")
pandas_mi.matrix([sys.argv[1]] * int(sys.argv[2]))
print((kilobytes("VmHWM") - before) * 1024)
"""


def _memory(path: Path, n: int, times: int) -> Row:
    """Peak of resident memory above the imported package (Linux only)."""
    command = [sys.executable, "-c", _MEASURE_MEMORY, str(path), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = float(done.stdout) / _MB if done.returncode == 0 else float("nan")
    case = f"memory: peak above the import, {times * n:,} x 20"
    return Row(case, taken, "MB", 1.0, taken, 400, unit="MB")
