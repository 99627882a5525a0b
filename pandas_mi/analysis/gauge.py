"""How far the passes over chunks have come, for whoever asked to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pandas_mi.analysis.options import Progress
from pandas_mi.extras import load

__all__ = ["Gauge"]

R = TypeVar("R")


class Gauge:
    """Reports of passes over so many chunks each.

    How many passes there are is known only in the end: the share that is told never falls.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets fractions.
    chunks : int
    """

    def __init__(self, progress: Progress, chunks: int) -> None:
        self._progress = progress
        self._chunks = chunks
        self._done = 0
        self._total = chunks
        self._told = 0.0
        self._bar: Any = None
        if progress is True:
            tqdm = load("tqdm.auto", "progress", "progress=True needs tqdm").tqdm
            self._bar = tqdm(total=chunks, unit="chunk", leave=False)

    @property
    def watched(self) -> bool:
        """Whether anybody asked to be told."""
        return self._bar is not None or callable(self._progress)

    def expect(self, passes: int) -> None:
        """Say how many passes there still are."""
        self._total = self._done + passes * self._chunks

    def passing(self, chunks: Iterable[R]) -> Iterator[R]:
        """Pass the chunks of one pass on, and report each when it is done."""
        for chunk in chunks:
            yield chunk
            self.done(1)

    def done(self, chunks: int) -> None:
        """Report that so many more chunks are done."""
        self._done += chunks
        self._tell(chunks)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _tell(self, chunks: int) -> None:
        if self._bar is not None:
            self._bar.total = self._total
            self._bar.update(chunks)
        elif callable(self._progress):
            self._told = max(self._told, self._done / self._total)
            self._progress(self._told)
