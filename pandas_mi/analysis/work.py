"""Doing many tasks: on threads, and with reports of how far the work has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pandas_mi.analysis.options import Progress
from pandas_mi.cores import cores

__all__ = ["mapped", "reported", "thread_count"]

T = TypeVar("T")
R = TypeVar("R")


def thread_count(threads: int | None) -> int:
    """Return how many threads an option of `threads` allows: None all cores of the process."""
    return cores() if threads is None else threads


def mapped(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    """Yield the function of each item in order, worked out by so many threads."""
    workers = min(workers, len(items))
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)


def reported(done: Iterable[R], sizes: Sequence[int], progress: Progress) -> Iterator[R]:
    """Pass the items on, and report after each what share of all sizes is done."""
    if progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise ImportError(
                "progress=True needs tqdm: pip install 'pandas-mi[progress]'"
            ) from None
        with tqdm(total=sum(sizes), unit="pair", leave=False) as bar:
            for item, size in zip(done, sizes, strict=True):
                yield item
                bar.update(size)
            bar.refresh()  # a bar that ends before its first turn to draw would stay at 0
    elif callable(progress):
        finished = 0
        for item, size in zip(done, sizes, strict=True):
            yield item
            finished += size
            progress(finished / sum(sizes))
    else:
        yield from done
