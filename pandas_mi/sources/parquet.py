"""Parquet files, read row group by row group, one column at a time."""

from __future__ import annotations

import copy
import datetime
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pandas_mi.columns import Column, from_arrow
from pandas_mi.sources.chunked import CHUNK_ROWS, ChunkedTable
from pandas_mi.sources.files import Files
from pandas_mi.sources.offered import current_cluster
from pandas_mi.sources.table import Cluster, Table

__all__ = ["ParquetTable", "Piece", "chunked", "dataset_of", "is_parquet"]

_HEAD = 1 << 14  # rows decoded at a time where only the first of a row group are needed


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive row groups of one file."""

    file: int
    groups: tuple[int, ...]
    rows: int


class ParquetTable(ChunkedTable):
    """A pyarrow Dataset of Parquet files, in their order.

    Row groups are read through the file reader: the Dataset's own scanner reads ahead, and took
    five times as long and as much memory for one column of one row group.
    """

    _verified = False  # whether checksums of pages are compared

    def __init__(self, dataset: Any) -> None:
        self._files = list(dataset.get_fragments())
        self._keys = [ds.get_partition_keys(file.partition_expression) for file in self._files]
        self._chunks = chunked(file.metadata for file in self._files)
        super().__init__(dataset.schema, _bounds_of(self._chunks))
        self._cluster = current_cluster()

    @property
    def cluster(self) -> Cluster | None:
        """Where the chunks are worked on; None for here."""
        return self._cluster

    def packed(self, chunks: Sequence[int]) -> Any:
        """Return where the chunks lie in the files, and the numbers of their first rows."""
        return [self._chunks[chunk] for chunk in chunks], self._bounds[list(chunks)]

    def opened(self, packed: Any, *inputs: Any) -> Table:  # noqa: ARG002
        """Return the table of some chunks alone."""
        table = copy.copy(self)
        table._chunks, table._first = packed
        table._bounds = _bounds_of(table._chunks)
        return table

    def __getstate__(self) -> dict[str, Any]:
        """Leave out footers and chunks: a process that works on some of them opens the files."""
        files = {"_files": self._shared, "_chunks": [], "_cluster": None}
        return {**self.__dict__, **files, "_bounds": self._bounds[:1], "_first": self._first[:0]}

    @cached_property
    def _shared(self) -> Files:
        return Files.of(self._files)

    def extremes(self, chunk: int, position: int) -> Column | None:
        """Return the lowest and the highest value that the files' statistics tell."""
        field = self._schema.field(self._places[position])
        if not _has_order(field.type):
            return None
        spans = [
            _span(self._files[piece.file].metadata.row_group(group), field.name)
            for piece in self._chunks[chunk]
            for group in piece.groups
        ]
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        low, high = min(low for low, _ in known), max(high for _, high in known)
        try:
            return from_arrow(_bounds(low, high, field.type), self.labels[position])
        except (pa.ArrowException, OverflowError):
            return None

    def _read(self, chunk: int, start: int, stop: int, place: int) -> list[pa.Array]:
        field = self._schema.field(place)
        read: list[pa.Array] = []
        for piece in self._chunks[chunk]:
            if start < min(stop, piece.rows):
                array = self._piece(piece, max(start, 0), min(stop, piece.rows), field)
                read += array.chunks
            start, stop = start - piece.rows, stop - piece.rows
        return read

    def _piece(self, piece: Piece, start: int, stop: int, field: pa.Field) -> pa.ChunkedArray:
        file, keys = self._files[piece.file], self._keys[piece.file]
        if field.name not in file.physical_schema.names:  # a key in the path, or no such column
            value = pa.scalar(keys.get(field.name)).cast(field.type)
            return pa.chunked_array([pa.repeat(value, stop - start)])
        with file.open() as handle:
            # Reading text as a dictionary takes a third of the time, and saves encoding it.
            held = file.physical_schema.field(field.name).type
            names = [field.name] if _is_text(held) else []
            reader = pq.ParquetFile(
                handle,
                metadata=file.metadata,
                read_dictionary=names,
                page_checksum_verification=self._verified,
            )
            array = read_rows(reader, piece, start, stop, [field.name]).column(field.name)
        return self._typed(array, piece.file, field)

    def _typed(self, array: pa.ChunkedArray, file: int, field: pa.Field) -> pa.ChunkedArray:  # noqa: ARG002
        """Return the column of one file in the type that all have, or as a dictionary of it."""
        coded = pa.types.is_dictionary(array.type) and array.type.value_type == field.type
        return array if coded or array.type == field.type else array.cast(field.type)


def _bounds_of(chunks: Sequence[Sequence[Piece]]) -> NDArray[np.int64]:
    """Return where chunks begin, and the number of rows."""
    return np.cumsum([0, *(sum(p.rows for p in pieces) for pieces in chunks)], dtype=np.int64)


def read_rows(
    reader: pq.ParquetFile, piece: Piece, start: int, stop: int, names: list[str]
) -> pa.Table:
    """Return a run of rows of a piece, of these columns."""
    if stop <= piece.rows // 2:  # the rest of the row group need not be decoded
        batches = []
        rows = 0
        for batch in reader.iter_batches(
            _HEAD, list(piece.groups), columns=names, use_threads=False
        ):
            batches.append(batch)
            rows += batch.num_rows
            if rows >= stop:
                break
        table = pa.Table.from_batches(batches)
    else:
        table = reader.read_row_groups(list(piece.groups), columns=names, use_threads=False)
    # A dot in a name means nesting to the reader, and then it reads more than was asked for.
    return table.select(names).slice(start, stop - start)


def chunked(files: Iterable[pq.FileMetaData]) -> list[list[Piece]]:
    """Gather the row groups of files into chunks of `CHUNK_ROWS` rows or a little more.

    Row groups are small in many files; each read and each pass costs something.
    """
    chunks: list[list[Piece]] = []
    room = 0
    for number, metadata in enumerate(files):
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            if room <= 0:
                chunks.append([])
                room = CHUNK_ROWS
            room -= rows
            pieces = chunks[-1]
            if pieces and pieces[-1].file == number:
                last = pieces.pop()
                pieces.append(Piece(number, (*last.groups, group), last.rows + rows))
            else:
                pieces.append(Piece(number, (group,), rows))
    return chunks


def dataset_of(paths: Sequence[str | os.PathLike[str]]) -> Any:
    """Return the Dataset of Parquet files and directories of them.

    The files of a directory stand in the lexical order of their paths; names of directories
    such as ``year=2024`` make columns.

    Raises
    ------
    FileNotFoundError
        When a path does not exist, or a directory holds no Parquet file.
    """
    files = [str(file) for path in paths for file in _files_of(Path(path))]
    return ds.dataset(files, format="parquet", partitioning=ds.partitioning(flavor="hive"))


def _files_of(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise FileNotFoundError(f"no file or directory {str(path)!r}")
    if not path.is_dir():
        yield path
        return
    files = sorted(path.rglob("*.parquet"), key=str)
    if not files:
        raise FileNotFoundError(f"no *.parquet file in the directory {str(path)!r}")
    yield from files


def is_parquet(dataset: Any) -> bool:
    """Whether a pyarrow Dataset is of Parquet files alone, all their rows."""
    return (
        isinstance(dataset, ds.FileSystemDataset)
        and isinstance(dataset.format, ds.ParquetFileFormat)
        and not getattr(dataset, "_scan_options", {})  # left by Dataset.filter
    )


def _is_text(held: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(held)
        or pa.types.is_large_string(held)
        or pa.types.is_binary(held)
        or pa.types.is_large_binary(held)
    )


def _has_order(held: pa.DataType) -> bool:
    """Whether the order of Parquet's statistics is that of the slice language."""
    return bool(
        pa.types.is_integer(held)
        or pa.types.is_floating(held)
        or pa.types.is_timestamp(held)
        or pa.types.is_date32(held)
        or pa.types.is_string(held)
        or pa.types.is_large_string(held)
    )


def _span(group: Any, name: str) -> tuple[Any, Any] | None:
    """Return lowest and highest value of a column of a row group, if the file tells."""
    for place in range(group.num_columns):
        column = group.column(place)
        if column.path_in_schema == name:
            statistics = column.statistics if column.is_stats_set else None
            if statistics is None or not statistics.has_min_max:
                return None
            return statistics.min, statistics.max
    return None


def _bounds(low: Any, high: Any, held: pa.DataType) -> pa.Array:
    if not pa.types.is_timestamp(held):
        return pa.array([low, high], held)
    # Statistics come as datetimes, which may have lost what is below a microsecond.
    step = datetime.timedelta(microseconds=1)
    return pa.array([low - step, high + step], pa.timestamp("us", held.tz)).cast(held, safe=False)
