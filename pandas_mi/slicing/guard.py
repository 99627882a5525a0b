"""Checks on the text and its tokens, before the parser builds anything from them.

The parser accepts many dialects, and drops or reinterprets some of what it accepts. What the
tree would no longer show is refused here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

from pandas_mi.errors import SliceError, did_you_mean
from pandas_mi.slicing import words

__all__ = ["check_text", "check_tokens", "is_statement", "names_function", "reserved"]

MAX_LENGTH = 1_000_000  # characters: the parser needs seconds for more
MAX_DEPTH = 30  # each level costs the parser about twenty of Python's thousand frames

_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OPENING = {"L_PAREN", "L_BRACKET", "L_BRACE", "CASE"}
_CLOSING = {"R_PAREN", "R_BRACKET", "R_BRACE", "END"}
_NAMES = {"VAR", "IDENTIFIER"}
_AFTER_COLUMNS = {"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "IN", "IS", "LIKE", "ILIKE", "BETWEEN"}
_AFTER_COLUMNS |= {"COMMA", "FROM"}


def check_text(query: str) -> None:
    """Refuse what is no text, or more than the parser takes in a few seconds."""
    if not isinstance(query, str):
        raise TypeError(f"a slice query is a str, not {type(query).__name__}")
    if len(query) > MAX_LENGTH:
        raise SliceError(
            f"the slice query has {len(query):,} characters; at most {MAX_LENGTH:,} are taken"
        )
    odd = _ODD.search(query)
    if odd is not None:
        raise SliceError(f"the slice query holds U+{ord(odd[0]):04X}, which is no printable text")
    if not query.strip():
        raise SliceError("the slice query is empty; write a predicate such as x > 5")


def check_tokens(tokens: Sequence[Any]) -> None:
    """Refuse depth, spellings and functions that the tree would no longer show."""
    _check_depth(tokens)
    _check_table(tokens)
    kinds = ["", "", *map(_kind, tokens), "", ""]
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        _check_number(token, following)
        _check_spelling(token, kinds[place : place + 5])
        if following is not None and _kind(following) == "L_PAREN":
            _check_function(token, kinds[place + 1])


def _kind(token: Any) -> str:
    return str(token.token_type.name)


def _check_depth(tokens: Sequence[Any]) -> None:
    depth = signs = 0
    for token in tokens:
        kind = _kind(token)
        depth += (kind in _OPENING) - (kind in _CLOSING)
        signs = signs + 1 if kind in ("NOT", "DASH", "PLUS", "TILDE") else 0
        if depth > MAX_DEPTH or signs > MAX_DEPTH:
            raise SliceError(
                f"the slice query nests more than {MAX_DEPTH} deep; write fewer parentheses"
            )


def _check_table(tokens: Sequence[Any]) -> None:
    """Refuse text as the table: other dialects read a file of that name."""
    depth = 0
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        depth += (_kind(before) in _OPENING) - (_kind(before) in _CLOSING)
        # Inside parentheses stands TRIM(' ' FROM 'a'), elsewhere IS DISTINCT FROM 'a'.
        table = depth == 0 and _kind(token) == "FROM" and _kind(before) != "DISTINCT"
        if table and _kind(after) == "STRING":
            raise SliceError("files are not supported in FROM; name the table, in double quotes")


def reserved(tokens: Sequence[Any]) -> str:
    """Return the reserved word that stands where a column would: compared, or in a list."""
    for token, following in itertools.pairwise(tokens):
        if _kind(following) in _AFTER_COLUMNS and _kind(token) not in _NAMES | {"STRING"}:
            word = str(token.text)
            if word.lower() in words.RESERVED:
                return word
    return ""


def _check_number(token: Any, following: Any) -> None:
    if _kind(token) != "NUMBER" or following is None or following.start != token.end + 1:
        return
    if _kind(following) == "VAR":
        written = token.text + following.text
        raise SliceError(f"{written!r} is no number; digits stand without separators")


def _check_spelling(token: Any, kinds: Sequence[str]) -> None:
    """Refuse what other dialects write; `kinds` are those of the two tokens before to two after."""
    kind, text, after = kinds[2], token.text, kinds[3]
    if text == "==":
        raise SliceError("== is not SQL; write =")
    if kind == "NULLSAFE_EQ":
        raise SliceError("<=> is not PostgreSQL; write IS NOT DISTINCT FROM")
    if kind == "STAR" and kinds[0] in ("FROM", "DOT") and not _operand(after):
        raise SliceError("a * after the table's name is not supported; leave it out")
    if kind == "NOT" and text == "!" and after in ("TILDE", "RLIKE", "IRLIKE"):
        raise SliceError(f"!~ is a regular expression; {words.LIKE}")
    if kind == "NOT" and text == "!":
        raise SliceError("! is not SQL; write NOT, or <> between values")
    if kind == "LIMIT" and after == "NUMBER" and kinds[4] == "COMMA":
        raise SliceError("LIMIT m, n is not PostgreSQL; write LIMIT n OFFSET m")


def _operand(kind: str) -> bool:
    return kind in _NAMES | {"NUMBER", "STRING", "L_PAREN", "DASH", "PLUS", "CASE", "NULL"}


def _check_function(token: Any, before: str) -> None:
    """Refuse the name in front of a parenthesis unless it is a function of the language."""
    name = token.text.lower()
    if _kind(token) in ("STRING", "NUMBER", "IDENTIFIER") or not name.isidentifier():
        return
    if before in ("ALIAS", "DCOLON") or name in words.FUNCTION_NAMES:
        return
    if before == "FROM" and name not in words.SYNTAX:
        raise SliceError(f"FROM {token.text}(…) is a table function; name one table")
    if name not in words.SYNTAX:
        raise SliceError(_no_function(token.text))


def _no_function(name: str) -> str:
    folded = name.lower()
    if folded in words.AGGREGATES:
        return (
            f"{name.upper()} is an aggregate, and a slice query only chooses rows; "
            "aggregate the result with pandas"
        )
    if folded in words.VOLATILE:
        return f"{name.upper()} differs from call to call; write the value itself as a literal"
    if folded in words.REGULAR:
        return f"{name.upper()} is a regular expression; {words.LIKE}"
    if folded in words.WINDOWS:
        return f"{name.upper()} is a window function; compute the column with pandas first"
    if folded in words.CONSTRUCTS:
        return words.CONSTRUCTS[folded]
    return f"no function {name}.{did_you_mean(folded, sorted(words.FUNCTION_NAMES))}"


def names_function(name: str) -> SliceError:
    """Return the error for a function that the language does not have."""
    return SliceError(_no_function(name))


def is_statement(tokens: Sequence[Any]) -> bool:
    """Return whether the text begins a statement rather than a predicate.

    A word such as ``show`` begins a predicate when an operator follows: it is a column.
    """
    first = tokens[0]
    if _kind(first) == "IDENTIFIER" or first.text.lower() not in words.STATEMENTS:
        return False
    if first.text.lower() in ("select", "with", "from", "values") or len(tokens) == 1:
        return True
    return _kind(tokens[1]) in _NAMES | {"STRING", "NUMBER"} or (
        tokens[1].text.isidentifier()
        and (
            tokens[1].text.lower()
            not in ["and", "between", "ilike", "in", "is", "isnull", "like", "not", "notnull", "or"]
        )
    )
