"""Parquet files as other processes know them: by path, opened when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs as fs
import pyarrow.parquet as pq

__all__ = ["Files"]

_FOOTERS = 64  # kept by each process: that of 4,000 row groups of 100 columns takes some 100 MB
_GONE = (None, None)  # the stamp of a file that is not there: opening it will say so

Stamp = tuple[int | None, int | None]


@dataclass(frozen=True)
class Files:
    """The files of a dataset, in their order.

    Attributes
    ----------
    filesystem : pyarrow.fs.FileSystem
    paths : sequence of str
    stamps : sequence of pairs of int
        Size and time of change of each.
    """

    filesystem: Any
    paths: Sequence[str]
    stamps: Sequence[Stamp]

    @classmethod
    def of(cls, files: Any) -> Files:
        """Return what tells another process of a Dataset's fragments."""
        if isinstance(files, cls):
            return files
        local = isinstance(files[0].filesystem, fs.LocalFileSystem)
        paths = [str(Path(file.path).absolute()) if local else file.path for file in files]
        return cls(files[0].filesystem, paths, _stamps(files[0].filesystem, paths))

    def __getitem__(self, number: int) -> File:
        """Return one of the files."""
        return File(self.filesystem, self.paths[number], self.stamps[number])


@dataclass(frozen=True)
class File:
    """One file, with what a Dataset's fragment tells."""

    filesystem: Any
    path: str
    stamp: Stamp

    def open(self) -> Any:
        """Return the file, open for random access."""
        return self.filesystem.open_input_file(self.path)

    @cached_property
    def metadata(self) -> pq.FileMetaData:
        """The footer, read once in each process; raises if the file is another one by now."""
        if _stamps(self.filesystem, [self.path]) not in ([self.stamp], [_GONE]):
            raise ValueError(
                f"{self.path} was changed while it was being read; ask again when nobody writes to "
                "it, or write to a new path"
            )
        return _footer(self)

    @cached_property
    def physical_schema(self) -> pa.Schema:
        """The columns that the file holds."""
        return self.metadata.schema.to_arrow_schema()

    def __hash__(self) -> int:
        return hash(self.path)


@lru_cache(_FOOTERS)
def _footer(file: File) -> pq.FileMetaData:
    with file.open() as handle:
        return pq.read_metadata(handle)


def _stamps(filesystem: Any, paths: Sequence[str]) -> list[Stamp]:
    return [(info.size, info.mtime_ns) for info in filesystem.get_file_info(list(paths))]
