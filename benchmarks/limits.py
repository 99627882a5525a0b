"""What does not compare with a peer: scaling, memory, and the time that an import takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

import pandas_mi
from benchmarks.counting import counted, made
from benchmarks.measure import FULL, Row, medians, share


def rows(size: str, rounds: int) -> Iterator[Row]:
    full = size == FULL
    yield _exponent("time over rows", _rows_taken(full))
    yield _exponent("time over pairs", _pairs_taken(full))
    yield _memory(1_000_000 if full else 200_000, 50 if full else 10)
    yield _import(3 * rounds if full else rounds)


def _exponent(case: str, taken: dict[int, float]) -> Row:
    """Slope of log time over log size."""
    sizes, times = np.log(list(taken)), np.log(list(taken.values()))
    slope = float(np.polyfit(sizes, times, 1)[0])
    detail = {f"{size:,}": seconds for size, seconds in taken.items()}
    off = abs(slope - 1.0)
    case = f"{case}: distance of the exponent from 1"
    return Row(case, slope, "1.0", 1.0, off, 0.1, unit="", detail=detail)


def _rows_taken(full: bool) -> dict[int, float]:
    sizes = (100_000, 1_000_000, 10_000_000) if full else (20_000, 100_000)
    taken = {}
    for n in sizes:
        random = np.random.default_rng(0)
        data = pd.DataFrame({place: random.normal(size=n) for place in range(6)})
        rounds = {10_000_000: 3, 1_000_000: 7}.get(n, 31)  # a short call needs more to settle
        run = {"ours": lambda data=data: pandas_mi.matrix(data, bins=16, threads=1)}
        taken[n] = medians(run, rounds)["ours"]
    return taken


def _pairs_taken(full: bool) -> dict[int, float]:
    counts, n = ((10, 30, 100, 300), 100_000) if full else ((10, 30), 20_000)
    taken = {}
    for columns in counts:
        codes = made(columns, 64, n)
        run = {"ours": lambda codes=codes: counted(codes, 64, 1)}
        taken[columns * (columns - 1) // 2] = medians(run, 3 if columns > 50 else 7)["ours"]
    return taken


_MEASURE_MEMORY = """
import sys
from pathlib import Path
import numpy as np, pandas as pd, pandas_mi
n, k = map(int, sys.argv[1:])
random = np.random.default_rng(0)
data = pd.DataFrame({f"x{i}": random.normal(size=n) for i in range(k)})
pandas_mi.matrix(data.head(1000))
def kilobytes(name):
    status = Path("/proc/self/status").read_text()
    return int(status.split(name + ":")[1].split()[0])
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
before = kilobytes("VmRSS")
pandas_mi.matrix(data)
print((kilobytes("VmHWM") - before) * 1024 / (8 * n * k))
"""


def _memory(n: int, columns: int) -> Row:
    """Peak of resident memory above the frame, as a share of the frame (Linux only)."""
    command = [sys.executable, "-c", _MEASURE_MEMORY, str(n), str(columns)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = float(done.stdout) if done.returncode == 0 else float("nan")
    case = f"memory: peak above a float64 frame of {n:,} x {columns}"
    return Row(case, taken, "the frame", 1.0, taken, 0.35, unit="")


def _import(rounds: int) -> Row:
    # Compiled once, as an installed package is.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True, env=environment)

    run("import pandas_mi")
    peer = "import pandas, pyarrow, numexpr"
    functions = {"ours": lambda: run("import pandas_mi"), peer: lambda: run(peer)}
    return share("import pandas_mi", medians(functions, rounds), peer, 1.3)
