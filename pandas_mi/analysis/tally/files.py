"""A tally as one Parquet file: a row for each occupied cell, and what the codes mean.

The columns ``left`` and ``right`` number the two columns of a table (a column with itself
included), ``x`` and ``y`` are the codes, and ``rows`` how many rows have them. The levels of
column i follow as ``level i``. The schema's metadata hold the rest as JSON, and a checksum of the
whole file, itself taken as zeros.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pandas_mi.analysis.tally.codings import Coding
from pandas_mi.analysis.tally.joint import PairCounts, cells_of, of_cells
from pandas_mi.analysis.tally.state import State
from pandas_mi.analysis.tally.values import from_json, to_json
from pandas_mi.catalog import files
from pandas_mi.columns import Kind
from pandas_mi.encoding import AUTO
from pandas_mi.errors import TallyFileError

__all__ = ["loaded", "save"]

Path_ = str | os.PathLike[str]
Ints = NDArray[np.int64]

_FORMAT = "pandas_mi tally"
_VERSION = 1
_CONTENTS = "pandas_mi.tally"
_CHECKSUM = "pandas_mi.tally.sha256"
_ZEROS = b"0" * 64
# Parquet puts a tag and a length between the key and the value, which it does not compress.
_MARKED = re.compile(_CHECKSUM.encode().replace(b".", rb"\.") + rb".{1,4}([0-9a-f]{64})", re.DOTALL)


def save(columns: pd.Index, state: State, path: Path_) -> None:
    """Write a tally whose rows are all counted, whole or not at all."""
    data = _sealed(_written(columns, state))
    target = Path(path)
    temporary = target.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        files.write_new(temporary, lambda handle: handle.write(data))
        temporary.replace(target)
    finally:
        files.discard(temporary)
    files.sync_directory(target.parent)


def loaded(path: Path_) -> tuple[pd.Index, State]:
    """Return the labels and the state that `save` wrote.

    Raises
    ------
    TallyFileError
        When the file is no tally, is damaged, or is of another version of the format.
    """
    import pyarrow.parquet as pq

    shown = repr(os.fspath(path))
    data = Path(path).read_bytes()
    _check_seal(data, shown)  # before anything is made of the bytes
    table = pq.read_table(io.BytesIO(data))
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata.metadata
    contents = json.loads(metadata[_CONTENTS.encode()])
    if contents["version"] != _VERSION:
        raise TallyFileError(
            f"{shown} is a tally of version {contents['version']} of the format, and this "
            f"pandas_mi reads version {_VERSION}; use the pandas_mi that wrote it, or a newer one"
        )
    codings = tuple(
        _coding(table, place, written) for place, written in enumerate(contents["columns"])
    )
    counts = _counts(table, [coding.cardinality for coding in codings])
    return _index(contents["labels"], codings), State(codings, contents["rows"], counts, codings)


def _written(columns: pd.Index, state: State) -> bytes:
    import pyarrow.parquet as pq

    contents = {
        "format": _FORMAT,
        "version": _VERSION,
        "rows": state.n_rows,
        "labels": {
            "names": [to_json(name) for name in columns.names],
            "multi": isinstance(columns, pd.MultiIndex),
        },
        "columns": [_told(coding) for coding in state.codings],
    }
    cells = _cells(state.counts)
    held = dict(zip(("left", "right", "x", "y", "rows"), map(pa.array, cells), strict=True))
    for place, coding in enumerate(state.codings):
        if coding.levels is not None:
            held[f"level {place}"] = _padded(_levels(coding), len(cells[0]))
    table = pa.table(held)
    buffer = io.BytesIO()
    # Without statistics: the levels may be long, and nobody looks for cells by them.
    with pq.ParquetWriter(
        buffer, table.schema, compression="zstd", write_statistics=False
    ) as writer:
        writer.write_table(table, row_group_size=max(1, table.num_rows))
        writer.add_key_value_metadata({_CONTENTS: json.dumps(contents), _CHECKSUM: _ZEROS.decode()})
    return buffer.getvalue()


def _sealed(data: bytes) -> bytes:
    """Put the checksum where the zeros are."""
    start, stop = _marks(data)[-1]
    if data[start:stop] != _ZEROS:
        raise TypeError(f"a column cannot be named or hold {_CHECKSUM!r} followed by a checksum")
    return data[:start] + hashlib.sha256(data).hexdigest().encode() + data[stop:]


def _check_seal(data: bytes, shown: str) -> None:
    if not (data[:4] == data[-4:] == b"PAR1"):
        raise TallyFileError(
            f"{shown} is no tally, or is cut short: it does not begin and end as a Parquet file "
            "does. Tally.save writes tallies"
        )
    marks = _marks(data)
    if not marks:
        raise TallyFileError(
            f"{shown} is no tally, or is damaged: it has no checksum of one. Tally.save writes "
            "tallies; for other Parquet files there is pandas_mi.matrix"
        )
    start, stop = marks[-1]
    blank = data[:start] + _ZEROS + data[stop:]
    if hashlib.sha256(blank).hexdigest().encode() != data[start:stop]:
        raise TallyFileError(
            f"{shown} is damaged: its contents do not fit their checksum. Restore it from a copy, "
            "or count the rows again"
        )


def _marks(data: bytes) -> list[tuple[int, int]]:
    return [found.span(1) for found in _MARKED.finditer(data)]


def _told(coding: Coding) -> dict[str, Any]:
    """Return what a column's codes mean, but for its levels, as JSON."""
    try:
        cuts = None if coding.cuts is None else list(map(to_json, coding.cuts))
        return {
            "label": to_json(coding.label),
            "bins": cuts if coding.setting != AUTO else AUTO,
            "kind": coding.kind.value,
            "unit": coding.unit,
            "zone": coding.zone,
            "levels": None if coding.levels is None else len(coding.levels),
        }
    except TypeError as error:
        raise TypeError(f"column {coding.label!r} cannot be saved: {error}") from None


def _coding(table: pa.Table, place: int, written: dict[str, Any]) -> Coding:
    bins = written["bins"]
    setting = tuple(map(from_json, bins)) if isinstance(bins, list) else bins
    kind, levels = Kind(written["kind"]), None
    if written["levels"] is not None:
        held = table.column(f"level {place}").slice(0, written["levels"]).combine_chunks()
        levels = _restored(held, kind)
    label = from_json(written["label"])
    return Coding(label, setting, kind, written["unit"], written["zone"], levels)


def _levels(coding: Coding) -> pa.Array:
    """Return levels as Arrow has them: objects as JSON."""
    levels = coding.levels
    if isinstance(levels, pa.Array) or levels.dtype != object:
        return levels if isinstance(levels, pa.Array) else pa.array(levels)
    try:
        return pa.array([json.dumps(to_json(level)) for level in levels], pa.large_string())
    except TypeError as error:
        raise TypeError(f"levels of column {coding.label!r} cannot be saved: {error}") from None


def _restored(held: pa.Array, kind: Kind) -> Any:
    if kind in (Kind.TEXT, Kind.BINARY):
        return held
    if kind not in (Kind.DECIMAL, Kind.INTERVAL, Kind.OBJECT):
        return held.to_numpy(zero_copy_only=False)
    levels = np.empty(len(held), dtype=object)
    levels[:] = [from_json(json.loads(level)) for level in held.to_pylist()]
    return levels


def _padded(levels: pa.Array, rows: int) -> pa.Array:
    """Fill up with nulls: a column has at least as many cells with itself as levels."""
    return pa.concat_arrays([levels, pa.nulls(rows - len(levels), levels.type)])


def _cells(counts: PairCounts) -> list[Ints]:
    """Return the two columns, the two codes and the rows of each occupied cell, in order."""
    runs: list[list[Ints]] = []
    pairs = {(place, place): None for place in range(len(counts.own))} | dict(counts.joint)
    for (left, right), table in sorted(pairs.items(), key=lambda item: item[0]):
        if table is None:
            codes = np.flatnonzero(counts.own[left])
            x, y, rows = codes, codes, counts.own[left][codes]
        else:
            x, y, rows = cells_of(table)
        sizes = (np.full(len(x), left, np.int64), np.full(len(x), right, np.int64))
        runs.append([*sizes, x, y, rows])
    return [np.concatenate(parts) for parts in zip(*runs, strict=True)] or [
        np.empty(0, dtype=np.int64)
    ] * 5


def _counts(table: pa.Table, cardinalities: list[int]) -> PairCounts:
    left, right, x, y, rows = (
        table.column(name).to_numpy() for name in ("left", "right", "x", "y", "rows")
    )
    return of_cells(left, right, x, y, rows, cardinalities)


def _index(written: dict[str, Any], codings: tuple[Coding, ...]) -> pd.Index:
    labels: list[Any] = [coding.label for coding in codings]
    names = list(map(from_json, written["names"]))
    if written["multi"]:
        return pd.MultiIndex.from_tuples(labels, names=names)
    index: pd.Index = pd.Index(labels, name=names[0], tupleize_cols=False)
    return index
