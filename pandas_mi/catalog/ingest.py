"""What can be uploaded, as one layout and streams of tables that are written as they come."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pandas_mi import errors
from pandas_mi.catalog import arrowtypes, csvfiles
from pandas_mi.catalog.layout import Layout, frame_layout, table_layout

__all__ = ["ROW_GROUP", "Part", "prepared", "row_groups"]

ROW_GROUP = 262_144  # rows: 20 columns of numbers take 40 MB, so a reader may hold several


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one split (or of the whole), checked, and not yet written.

    Attributes
    ----------
    split : str or None
    layout : Layout
        Of this part alone.
    schema : pyarrow.Schema
        Of the file to be written.
    tables : iterable of pyarrow.Table
        The rows; they can be run through once.
    missing : mapping of field name to list of str
        Which missing values its columns of Python objects hold.
    rows : int or None
        Where the tables cannot tell: they have no columns.
    numbers : range
        The row index, where it is a RangeIndex: not kept in the tables.
    """

    split: str | None
    layout: Layout
    schema: pa.Schema
    tables: Iterable[pa.Table]
    missing: Mapping[str, list[str]] = field(default_factory=dict)
    rows: int | None = None
    numbers: range = range(0)


def prepared(dataset: Any) -> tuple[Layout, list[Part]]:
    """Return the layout of a dataset, and what is to be written, checked as far as can be.

    Parameters
    ----------
    dataset : DataFrame, Arrow table or stream, path or list of paths, or dict of split to these

    Raises
    ------
    TypeError or ValueError
        When it is none of these, or holds what Parquet cannot give back equal.
    """
    if not isinstance(dataset, Mapping):
        part = _part(None, dataset)
        return part.layout, [part]
    if not dataset:
        raise ValueError("the dict of splits is empty; give it at least one split")
    for split in dataset:
        if not isinstance(split, str):
            raise TypeError(f"split names must be str, not {split!r}")
    parts = [_part(split, rows) for split, rows in dataset.items()]
    return _common(parts), parts


def _common(parts: Sequence[Part]) -> Layout:
    """Return the layout that all parts fit."""
    layout = parts[0].layout
    for part in parts[1:]:
        try:
            layout = layout.extended(part.layout)
        except ValueError as error:
            first = parts[0].split
            raise ValueError(f"split {part.split!r} does not fit {first!r}: {error}") from None
    return layout


def _part(split: str | None, rows: Any) -> Part:
    if isinstance(rows, pd.DataFrame):
        layout, piece = frame_layout(rows)
        table = piece.table
        return Part(split, layout, table.schema, [table], piece.missing, piece.rows, piece.numbers)
    if isinstance(rows, str | os.PathLike) or _is_paths(rows):
        return _arrow_part(split, _opened(rows))
    if isinstance(rows, pa.RecordBatch):
        rows = pa.Table.from_batches([rows])
    if isinstance(rows, pa.Table):
        rows = rows.unify_dictionaries().to_reader(max_chunksize=ROW_GROUP)
    if not isinstance(rows, pa.RecordBatchReader):
        if not hasattr(rows, "__arrow_c_stream__"):
            raise TypeError(
                f"cannot upload a dataset of type {type(rows).__name__}; give a DataFrame, Arrow "
                "data, paths of CSV or Parquet files, or a dict of split name to any of these"
            )
        rows = pa.RecordBatchReader.from_stream(rows)
    return _arrow_part(split, rows)


def _arrow_part(split: str | None, reader: pa.RecordBatchReader) -> Part:
    first = next(iter(reader), None)
    head = pa.Table.from_batches([] if first is None else [first], reader.schema)
    layout = table_layout(head)
    kept = _kept(head, layout)
    rows = [kept] if first is None else _all_kept(kept, reader, layout)
    return Part(split, layout, kept.schema, rows)


def _all_kept(first: pa.Table, rest: pa.RecordBatchReader, layout: Layout) -> Iterator[pa.Table]:
    yield first
    for batch in rest:
        yield _kept(pa.Table.from_batches([batch]), layout)


def _kept(table: pa.Table, layout: Layout) -> pa.Table:
    arrays = [
        arrowtypes.kept(column, one.descriptor, label)
        for label, column, one in zip(table.column_names, table.columns, layout.fields, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[one.name for one in layout.fields])


# -------------------------------------------------------------------------------- files


def _is_paths(rows: Any) -> bool:
    return isinstance(rows, list | tuple) and all(
        isinstance(one, str | os.PathLike) for one in rows
    )


def _opened(paths: Any) -> pa.RecordBatchReader:
    """Return the rows of files, in order, as one stream."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    found = [path for one in paths for path in _files(Path(one))]
    if not found:
        raise ValueError("the list of paths is empty, or its directories hold no Parquet file")
    formats = {_format(path) for path in found}
    if len(formats) > 1:
        raise ValueError("CSV and Parquet files cannot be mixed in one dataset")
    return csvfiles.opened(found) if formats == {"csv"} else _parquet(found)


def _files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.parquet"), key=str)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    return [path]


def _format(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in (".gz", ".bz2", ".zst"):
        suffixes.pop()
    if suffixes and suffixes[-1] in (".parquet", ".pq"):
        return "parquet"
    if suffixes and suffixes[-1] in (".csv", ".tsv"):
        return "csv"
    raise ValueError(
        f"cannot tell the format of {str(path)!r} from its name; it must end in .parquet, .pq, "
        ".csv or .tsv (these two also with .gz, .bz2 or .zst behind)"
    )


def _parquet(paths: Sequence[Path]) -> pa.RecordBatchReader:
    import pyarrow.parquet as pq  # late: a tenth of this package's import

    schema = pq.read_schema(paths[0]).remove_metadata()
    for path in paths[1:]:
        other = pq.read_schema(path).remove_metadata()
        if not other.equals(schema):
            raise ValueError(
                f"{str(path)!r} has other columns than {str(paths[0])!r}: "
                f"{_difference(schema, other)}"
            )
    return pa.RecordBatchReader.from_batches(schema, _row_groups(paths, schema))


def _difference(schema: pa.Schema, other: pa.Schema) -> str:
    ours, theirs = (dict(zip(one.names, one.types, strict=True)) for one in (schema, other))
    for name in ours:
        if name not in theirs:
            return f"no column {name!r}; there are: {errors.listing(theirs)}"
        if ours[name] != theirs[name]:
            return f"column {name!r} is {theirs[name]} there and {ours[name]} here"
    return f"they are {errors.listing(theirs)}"


def _row_groups(paths: Sequence[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq  # late: a tenth of this package's import

    for path in paths:
        with pq.ParquetFile(path) as held:
            for group in range(held.num_row_groups):
                table = held.read_row_group(group).cast(schema)
                yield from table.to_batches(max_chunksize=ROW_GROUP)


def row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Cut and join tables so that each but the last has `ROW_GROUP` rows; empty ones vanish."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        while table.num_rows:
            taken = table.slice(0, ROW_GROUP - rows)
            held, rows, table = [*held, taken], rows + taken.num_rows, table.slice(taken.num_rows)
            if rows == ROW_GROUP:
                yield pa.concat_tables(held)
                held, rows = [], 0
    if rows:
        yield pa.concat_tables(held)
