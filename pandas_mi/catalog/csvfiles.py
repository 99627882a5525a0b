"""CSV files as one typed stream, however large they are.

The type of a column is the first of `_LADDER` that every one of its values, in every file, can
be read as. That takes a first pass over the files as text, block by block; a second pass reads
the rows in these types. A type taken from the first block alone would fail, or change values, as
soon as row ten million holds something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

__all__ = ["opened"]

_BLOCK = 16 << 20  # bytes read at a time; no row may be longer
_BOOLEANS = pa.array(["true", "false"])
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
_LADDER: tuple[pa.DataType, ...] = (
    pa.null(),
    pa.int64(),
    pa.bool_(),
    pa.date32(),
    pa.time32("s"),
    pa.timestamp("s"),
    pa.timestamp("ns"),
    pa.timestamp("s", "UTC"),
    pa.timestamp("ns", "UTC"),
    pa.float64(),
    pa.large_string(),
)


def opened(paths: Sequence[Path]) -> pa.RecordBatchReader:
    """Return the rows of CSV files, in order, as one stream of typed batches.

    Fields that are empty or spell a missing value as `pandas.read_csv` knows them (NA, NaN,
    null, ...) are missing, in columns of text too.

    Raises
    ------
    ValueError
        When a file has no header, a name twice, other columns than the first, or is not CSV.
    """
    names = [_header(path) for path in paths]
    for path, held in zip(paths, names, strict=True):
        if held != names[0]:
            raise ValueError(f"{str(path)!r} has other columns than {str(paths[0])!r}: {held}")
    types = _types(paths, names[0])
    schema = pa.schema(list(types.items()))
    return pa.RecordBatchReader.from_batches(schema, _batches(paths, types))


def _header(path: Path) -> list[str]:
    with _open(path, None) as reader:
        names = reader.schema.names
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{str(path)!r} has two columns named {twice!r}; make them unique")
    return list(names)


def _types(paths: Sequence[Path], names: Sequence[str]) -> dict[str, pa.DataType]:
    """Return, for each column, the first type of the ladder that all its values can be read as."""
    possible = dict.fromkeys(names, _LADDER)
    text = dict.fromkeys(names, pa.large_string())
    for batch in _batches(paths, text):
        for name, column in zip(names, batch.columns, strict=True):
            if len(possible[name]) > 1:
                values = pc.utf8_trim_whitespace(column.drop_null())
                possible[name] = tuple(one for one in possible[name] if _reads(values, one))
    return {name: left[0] for name, left in possible.items()}


def _reads(values: pa.Array, held: pa.DataType) -> bool:
    if held == pa.null():
        return len(values) == 0
    if held == pa.bool_():  # Arrow would read 0 and 1 too
        return _all(pc.is_in(pc.utf8_lower(values), _BOOLEANS))
    if held == pa.time32("s"):  # Arrow has no cast for it
        return _all(pc.match_substring_regex(values, _CLOCK))
    try:
        values.slice(0, 64).cast(held)  # a cast that fails takes a microsecond for each value
        values.cast(held)
    except pa.ArrowException:
        return False
    return True


def _all(found: pa.BooleanArray) -> bool:
    return bool(pc.all(found, min_count=0).as_py())


def _batches(paths: Sequence[Path], types: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with _open(path, types) as reader:
            while True:
                try:
                    yield reader.read_next_batch()
                except StopIteration:
                    break
                except pa.ArrowInvalid as error:
                    raise ValueError(f"cannot read {str(path)!r}: {error}") from error


def _open(path: Path, types: Mapping[str, pa.DataType] | None) -> csv.CSVStreamingReader:
    tabs = ".tsv" in [suffix.lower() for suffix in path.suffixes]
    try:
        return csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=_BLOCK),
            parse_options=csv.ParseOptions(
                delimiter="\t" if tabs else ",", newlines_in_values=True
            ),
            convert_options=csv.ConvertOptions(
                column_types=types,
                strings_can_be_null=True,
                true_values=["true", "True", "TRUE"],
                false_values=["false", "False", "FALSE"],
            ),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(f"cannot read {str(path)!r}: {error}") from error
