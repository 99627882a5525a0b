"""LIKE and ILIKE."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pandas_mi.slicing import text
from pandas_mi.slicing.values import Mask, Mismatch, Value, boolean, rows, spread, union

__all__ = ["like", "pattern_parts"]


def like(value: Value, pattern: Value, escape: str = "\\", fold: bool = False) -> Value:
    """Return ``value LIKE pattern``; ILIKE when `fold`.

    A pattern that is a column is applied once for each of its distinct values.
    """
    what = "ILIKE" if fold else "LIKE"
    value, pattern = text.text_of(value, what), text.text_of(pattern, what)
    nulls = union(value.nulls, pattern.nulls)
    if fold:
        value, pattern = text.lower(value), text.lower(pattern)
    if len(pattern) == 1:
        if pattern.nulls is not None and pattern.nulls[0]:
            return boolean(np.zeros(len(value), dtype=np.bool_), nulls)
        return boolean(_matches(value.data, str(pattern.data[0]), escape), nulls)
    return boolean(_matches_each(value, pattern, escape), nulls)


def _matches_each(value: Value, pattern: Value, escape: str) -> Mask:
    n = rows(value, pattern)
    found = np.zeros(n, dtype=np.bool_)
    texts, encoded = spread(value, n).data, pattern.data.fill_null("").dictionary_encode()
    codes = np.asarray(encoded.indices)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
    for code, written in enumerate(encoded.dictionary.to_pylist()):
        places = order[edges[code] : edges[code + 1]]
        found[places] = _matches(texts.take(pa.array(places)), written, escape, strict=False)
    return found


def pattern_parts(pattern: str, escape: str) -> list[str] | None:
    """Split a pattern into literal text and the wildcards "%" and "_"; None when it dangles.

    Literal text is marked by a leading "=".

    >>> pattern_parts("a%b!%_", "!")
    ['=a', '%', '=b%', '_']
    """
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == escape and escape:
            position += 1
            if position == len(pattern):
                return None
            character = "=" + pattern[position]
        elif character not in "%_":
            character = "=" + character
        if character[0] == "=" and parts and parts[-1][0] == "=":
            parts[-1] += character[1:]
        elif not (character == "%" and parts and parts[-1] == "%"):
            parts.append(character)
        position += 1
    return parts


def _matches(data: pa.Array, pattern: str, escape: str, strict: bool = True) -> Mask:
    parts = pattern_parts(pattern, escape)
    if parts is None:
        if strict:
            raise Mismatch(f"the pattern '{pattern}' ends with its escape character")
        return np.zeros(len(data), dtype=np.bool_)
    simple = _simple(data, parts)
    if simple is None:
        expression = "".join(_REGEX.get(part) or re.escape(part[1:]) for part in parts)
        simple = pc.match_substring_regex(data, pattern=rf"(?s)\A{expression}\z")
    return text.truths(simple)


_REGEX = {"%": ".*", "_": "."}


def _simple(data: pa.Array, parts: list[str]) -> Any:
    """Return the match by a plain kernel, several times as fast as a regular expression."""
    literal = [part[1:] for part in parts if part[0] == "="]
    shape = "".join("=" if part[0] == "=" else part for part in parts)
    if shape == "":
        return pc.equal(data, pa.scalar("", data.type))
    if shape == "%":
        return pc.is_valid(data)
    if shape == "=":
        return pc.equal(data, pa.scalar(literal[0], data.type))
    kernel = {"=%": pc.starts_with, "%=": pc.ends_with, "%=%": pc.match_substring}.get(shape)
    return None if kernel is None else kernel(data, pattern=literal[0])
