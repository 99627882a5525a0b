"""From text to a checked `Slice`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from pandas_mi.errors import SliceError
from pandas_mi.slicing import guard
from pandas_mi.slicing.query import Slice

__all__ = ["parse"]

_UNREADABLE = "cannot read the slice query; check its quotes and parentheses"
_UNITS = frozenset(
    [
        "year",
        "years",
        "month",
        "months",
        "week",
        "weeks",
        "day",
        "days",
        "hour",
        "hours",
        "minute",
        "minutes",
        "second",
        "seconds",
        "millisecond",
        "milliseconds",
        "microsecond",
        "microseconds",
    ]
)


@lru_cache(maxsize=256)
def parse(query: str) -> Slice:
    """Check a slice query and return what it means; repeated queries are remembered.

    Parameters
    ----------
    query : str
        ``SELECT … FROM … [WHERE …] [ORDER BY …] [LIMIT …] [OFFSET …]``, or a bare predicate
        such as ``x < 20 AND city IN ('A', 'B')``.

    Returns
    -------
    Slice

    Raises
    ------
    SliceError
        When the text is no such query, or uses what is not supported.
    TypeError
        When it is no text.

    Examples
    --------
    >>> parse('SELECT * FROM "flights.model" WHERE delay > 20 LIMIT 100').table
    'flights.model'
    >>> parse("delay > 20").table is None
    True
    """
    guard.check_text(query)
    from sqlglot.errors import SqlglotError

    tokens: list[Any] = []
    try:
        with _silent():
            tokens += _tokens(query)
            return _parsed(tokens, query)
    except RecursionError:
        raise SliceError("the slice query nests too deeply; write fewer parentheses") from None
    except SqlglotError as error:
        raise SliceError(_complaint(error, tokens)) from None


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the parser from logging about what is refused anyway."""
    logger = logging.getLogger("sqlglot")
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = disabled


def _tokens(query: str) -> list[Any]:
    """Return the tokens of one statement, without its last semicolon."""
    import sqlglot

    tokens = sqlglot.tokenize(query, read="postgres")
    while tokens and tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    if not tokens:
        raise SliceError("the slice query is empty; write a predicate such as x > 5")
    if any(token.token_type.name == "SEMICOLON" for token in tokens):
        raise SliceError("a slice query is one statement; remove what follows the semicolon")
    return tokens


def _parsed(tokens: list[Any], query: str) -> Slice:
    from pandas_mi.slicing import lower
    from pandas_mi.slicing import statement as statements

    statement = guard.is_statement(tokens)
    if statement and tokens[0].text.lower() not in ("select", "with"):
        raise SliceError(_not_a_query(tokens))
    guard.check_tokens(tokens)
    tree = _tree(_intervals_as_casts(tokens), query, statement)
    return statements.select(tree) if statement else Slice(where=lower.expression(tree))


def _tree(tokens: list[Any], query: str, statement: bool) -> Any:
    """Return the parser's tree of a statement or a predicate."""
    import sqlglot
    from sqlglot import errors, exp

    parser = sqlglot.Dialect.get_or_raise("postgres").parser()
    try:
        if statement:
            (tree,) = parser.parse(tokens, query)
        else:
            (tree,) = parser.parse_into(exp.Condition, tokens, query)
    except (errors.SqlglotError, RecursionError):
        raise
    except Exception:  # on odd input the parser trips over itself, each version in its own way
        raise SliceError(_UNREADABLE) from None
    if tree is None:
        raise SliceError(_UNREADABLE)
    return tree


def _not_a_query(tokens: list[Any]) -> str:
    word = tokens[0].text.upper()
    meant = guard.reserved(tokens[:2])
    if meant:
        return _reserved(meant)
    if word in ("FROM", "TABLE"):
        return f"a slice query cannot begin with {word}; write SELECT * FROM …"  # noqa: S608
    return f"{word} is not supported; a slice query is a SELECT or a predicate, and only reads"


def _intervals_as_casts(tokens: list[Any]) -> list[Any]:
    """Rewrite ``INTERVAL '1' DAY`` to ``'1 DAY'::INTERVAL``.

    The parser would split the text itself, and lose words such as "ago" on the way.
    """
    rewritten: list[Any] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        place += 1
        following = tokens[place] if place < len(tokens) else None
        if token.token_type.name != "INTERVAL" or following is None:
            rewritten.append(token)
            continue
        if following.token_type.name != "STRING":
            rewritten.append(token)
            continue
        place += 1
        text = following.text
        if place < len(tokens) and tokens[place].text.lower() in _UNITS:
            text, place = f"{text} {tokens[place].text}", place + 1
        rewritten += [_token(following, "STRING", text), _token(token, "DCOLON", "::"), token]
    return rewritten


def _token(like: Any, kind: str, text: str) -> Any:
    from sqlglot import tokens

    kinds: Any = getattr(tokens, "TokenType")  # noqa: B009 - not exported to the type checker
    return type(like)(kinds[kind], text, like.line, like.col, like.start, like.end)


def _reserved(word: str) -> str:
    return f'{word.upper()} is a reserved word; a column of that name needs double quotes: "{word}"'


def _complaint(error: Exception, tokens: list[Any]) -> str:
    """Return what the parser says, without its terminal colours and class names."""
    details = getattr(error, "errors", None)
    if not details:
        return _UNREADABLE
    first = details[0]
    place = f"line {first.get('line')}, column {first.get('col')}"
    near = (first.get("highlight") or "").strip()
    hint = ""
    before = (first.get("start_context") or "").rstrip()
    if near == "-" and before[-1:].isalnum():
        hint = "; a name with a hyphen needs double quotes"
    word = guard.reserved(tokens)
    if word:
        hint = f"; {_reserved(word)}"
    where = f" at {near[:40]!r}" if near else ""
    return f"cannot parse the slice query{where} ({place}){hint}"
