"""Draw the pictures of docs/statistics.md: ``python docs/pictures/draw_statistics.py``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

mpl.use("agg")
import matplotlib.pyplot as plt

import pandas_mi
from pandas_mi.inference import (
    CORRECTIONS,
    Cells,
    bootstrap_interval,
    corrected_entropies,
    delta_interval,
)

HERE = Path(__file__).parent
SIZE = (6.4, 3.6)
Law = np.ndarray


def bias(simulations: int = 300) -> None:
    """Mean of each correction for independent columns of 8 levels, by the number of rows."""
    random, rows = np.random.default_rng(0), np.geomspace(16, 4096, 9).astype(int)
    law = np.outer(*[np.array([8, 6, 4, 3, 2, 2, 1, 1]) / 27] * 2)
    _, axes = plt.subplots(figsize=SIZE, layout="constrained")
    for correction in (None, *CORRECTIONS):
        means = [
            np.mean([information(t, correction) for t in drawn(law, n, simulations, random)])
            for n in rows
        ]
        axes.plot(rows, means, marker=".", label=correction or "plug-in")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xscale="log", xlabel="rows", ylabel="mean estimate, nats (truth: 0)")
    axes.legend(frameon=False)
    saved("bias")


def adjusted() -> None:
    """Value of an unrelated column of more and more levels, plain and adjusted."""
    random, n = np.random.default_rng(1), 1000
    label = random.integers(0, 4, n)
    levels = [2, 5, 10, 30, 100, 300, 1000]
    held = {k: random.integers(0, k, n) if k < n else np.arange(n) for k in levels}
    frame = pd.DataFrame(held).astype("category").assign(label=label)
    _, axes = plt.subplots(figsize=SIZE, layout="constrained")
    warnings.simplefilter("ignore", pandas_mi.HighCardinalityWarning)  # that is the point
    for name, options in {
        "normalised": {"normalized": True},
        "adjusted": {"adjusted": True},
    }.items():
        axes.plot(
            levels, [frame.mi.pair(k, "label", **options) for k in levels], marker="o", label=name
        )
    axes.set(
        xscale="log",
        xlabel="levels of the unrelated column (1000: one a row)",
        ylabel="value with 4 classes, 1000 rows",
    )
    axes.legend(frameon=False)
    saved("adjusted")


def coverage(simulations: int = 400) -> None:
    """Share of 95 % intervals that hold the truth, by the strength of the dependence."""
    random, strengths = np.random.default_rng(2), np.array([0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    ways: dict[str, Callable[[Cells], tuple[float, float]]] = {
        "delta": lambda cells: delta_interval(cells, 0.95),
        "bootstrap": lambda cells: bootstrap_interval(cells, 0.95, 300, random),
    }
    _, axes = plt.subplots(figsize=SIZE, layout="constrained")
    for (way, interval), n in [(way, n) for way in ways.items() for n in (300, 3000)]:
        shares = []
        for strength in strengths:
            law = (1 - strength) / 16 + np.eye(4) * strength / 4
            truth = (law * np.log(law * 16)).sum()
            ends = [interval(Cells.of(table)) for table in drawn(law, n, simulations, random)]
            shares.append(np.mean([low <= truth <= high for low, high in ends]))
        axes.plot(strengths, shares, marker=".", label=f"{way}, {n} rows")
    axes.axhspan(0.92, 0.975, color="0.9", zorder=0)
    axes.set(
        xlabel="dependence of two columns of 4 levels (0: none)", ylabel="share that hold the truth"
    )
    axes.legend(frameon=False)
    saved("coverage")


def estimators(n: int = 2000) -> None:
    """Estimates of two Gaussians by their correlation."""
    random, correlations = (
        np.random.default_rng(3),
        np.array([0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99]),
    )
    options = {
        "plug-in, default bins": {},
        "plug-in, 50 bins": {"bins": 50},
        "miller-madow, 50 bins": {"bins": 50, "correction": "miller-madow"},
        "knn": {"estimator": "knn"},
    }
    found: dict[str, list[float]] = {name: [] for name in options}
    for rho in correlations:
        x = random.normal(size=n)
        frame = pd.DataFrame({"x": x, "y": rho * x + np.sqrt(1 - rho**2) * random.normal(size=n)})
        for name, chosen in options.items():
            found[name].append(pandas_mi.pair(frame, "x", "y", **chosen))
    _, axes = plt.subplots(figsize=SIZE, layout="constrained")
    fine = np.linspace(0, 0.99, 200)
    axes.plot(fine, -0.5 * np.log(1 - fine**2), color="black", label="truth")
    for name, values in found.items():
        axes.plot(correlations, values, marker=".", linestyle="--", label=name)
    axes.set(xlabel="correlation", ylabel=f"nats, {n} rows")
    axes.legend(frameon=False)
    saved("estimators")


def drawn(law: Law, n: int, size: int, random: np.random.Generator) -> np.ndarray:
    """Return tables of n rows, shape (size, k, l)."""
    return random.multinomial(n, law.ravel(), size=size).reshape(size, *law.shape)


def information(table: np.ndarray, correction: str | None) -> float:
    """Return the mutual information of one table."""
    margins = table.sum(axis=1), table.sum(axis=0)
    x, y, joint = corrected_entropies(*margins, table.ravel(), correction)
    return x + y - joint


def saved(name: str) -> None:
    """Save the current figure."""
    plt.savefig(HERE / f"statistics-{name}.png", dpi=120, metadata={"Software": None})
    plt.close()


if __name__ == "__main__":
    for draw in (bias, adjusted, coverage, estimators):
        draw()
