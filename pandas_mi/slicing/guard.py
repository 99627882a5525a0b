"""Checks on the text and its tokens, before the parser builds anything from them.

The parser accepts many dialects, and drops or reinterprets some of what it accepts. What the
tree would no longer show is refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pandas_mi.errors import SliceError, did_you_mean
from pandas_mi.slicing.functions import FUNCTIONS

__all__ = ["check_text", "check_tokens", "is_statement", "names_function"]

MAX_LENGTH = 1_000_000  # characters: the parser needs seconds for more
MAX_DEPTH = 30  # each level costs the parser about twenty of Python's thousand frames

# Functions whose syntax is their own; the others are the rows of FUNCTIONS.
_SPECIAL = ["btrim", "cast", "date_part", "date_trunc", "extract", "ltrim", "rtrim", "trim"]
FUNCTION_NAMES = frozenset(
    [*_SPECIAL, *(name for function in FUNCTIONS.values() for name in function.names)]
)
# Words that are no functions though a parenthesis may follow, types with a length among them.
_SYNTAX = frozenset(
    ["all", "and", "any", "array", "as", "between", "by", "case", "cross", "distinct", "else", "escape", "except", "exists", "fetch", "filter", "first", "for", "from", "full", "group", "having", "ilike", "in", "inner", "intersect", "into", "is", "isnull", "join", "lateral", "left", "like", "limit", "natural", "next", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "over", "partition", "qualify", "right", "row", "rows", "select", "set", "similar", "some", "symmetric", "system", "table", "tablesample", "bernoulli", "repeatable", "then", "to", "union", "unnest", "using", "values", "when", "where", "window", "with", "within", "bpchar", "char", "character", "dec", "decimal", "float", "numeric", "time", "timestamp", "timestamptz", "varchar", "varying", "recursive", "lateral", "returning", "rollup", "cube", "grouping", "sets", "collate", "operator"]
)
_AGGREGATES = frozenset(
    ["array_agg", "avg", "bit_and", "bit_or", "bool_and", "bool_or", "corr", "count", "covar_pop", "covar_samp", "every", "json_agg", "listagg", "max", "median", "min", "mode", "percentile_cont", "percentile_disc", "stddev", "stddev_pop", "stddev_samp", "string_agg", "sum", "var_pop", "var_samp", "variance"]
)
_VOLATILE = frozenset(
    ["age", "clock_timestamp", "current_date", "current_time", "current_timestamp", "gen_random_uuid", "getdate", "localtime", "localtimestamp", "now", "rand", "random", "statement_timestamp", "timeofday", "today", "transaction_timestamp"]
)
_REGULAR = frozenset(
    ["regexp_count", "regexp_instr", "regexp_like", "regexp_match", "regexp_matches", "regexp_replace", "regexp_split_to_array", "regexp_substr", "rlike"]
)
_STATEMENTS = frozenset(
    ["alter", "analyze", "attach", "begin", "cache", "call", "comment", "commit", "copy", "create", "deallocate", "declare", "delete", "describe", "detach", "discard", "do", "drop", "execute", "explain", "fetch", "from", "grant", "import", "insert", "kill", "listen", "load", "lock", "merge", "notify", "pragma", "prepare", "refresh", "reindex", "release", "reset", "revoke", "rollback", "savepoint", "select", "set", "show", "start", "table", "truncate", "uncache", "unlisten", "update", "use", "vacuum", "values", "with"]
)
_OPENING = {"L_PAREN", "L_BRACKET", "L_BRACE", "CASE"}
_CLOSING = {"R_PAREN", "R_BRACKET", "R_BRACE", "END"}
_NAMES = {"VAR", "IDENTIFIER"}


def check_text(query: str) -> None:
    """Refuse what is no text, or more than the parser takes in a few seconds."""
    if not isinstance(query, str):
        raise TypeError(f"a slice query is a str, not {type(query).__name__}")
    if len(query) > MAX_LENGTH:
        raise SliceError(
            f"the slice query has {len(query):,} characters; at most {MAX_LENGTH:,} are taken"
        )
    if not query.strip():
        raise SliceError("the slice query is empty; write a predicate such as x > 5")


def check_tokens(tokens: Sequence[Any]) -> None:
    """Refuse depth, spellings and functions that the tree would no longer show."""
    _check_depth(tokens)
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        _check_spelling(token, following, tokens[place - 1] if place else None)
        if following is not None and _kind(following) == "L_PAREN":
            _check_function(token, tokens[place - 1] if place else None)


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


def _check_spelling(token: Any, following: Any, previous: Any) -> None:
    kind, text = _kind(token), token.text
    after = _kind(following) if following is not None else ""
    if kind == "NUMBER" and after == "VAR" and following.start == token.end + 1:
        raise SliceError(f"{text + following.text!r} is no number; digits stand without separators")
    if text == "==":
        raise SliceError("== is not SQL; write =")
    if kind == "NULLSAFE_EQ":
        raise SliceError("<=> is not PostgreSQL; write IS NOT DISTINCT FROM")
    if (
        kind == "STAR"
        and previous is not None
        and _kind(previous) in _NAMES
        and not _operand(after)
    ):
        raise SliceError(f"{previous.text}* is not supported; write {previous.text}")
    if kind == "EXCLAMATION" or (kind == "NOT" and text == "!"):
        raise SliceError("! is not SQL; write NOT, or <> between values")


def _operand(kind: str) -> bool:
    return kind in _NAMES | {"NUMBER", "STRING", "L_PAREN", "DASH", "PLUS", "CASE", "NULL"}


def _check_function(token: Any, previous: Any) -> None:
    """Refuse the name before a parenthesis unless it is a function of the language."""
    if _kind(token) in ("STRING", "NUMBER", "IDENTIFIER") or not token.text.isidentifier():
        return
    name = token.text.lower()
    if previous is not None and (_kind(previous) in ("FROM", "ALIAS", "DCOLON", "DOT", "COMMA")):
        if _kind(previous) in ("ALIAS", "DCOLON") or (name not in FUNCTION_NAMES and name in _SYNTAX):
            return
        if _kind(previous) == "FROM":
            raise SliceError(
                f"FROM {token.text}(…): table functions are not supported; name one table"
            )
    if name not in FUNCTION_NAMES and name not in _SYNTAX:
        raise SliceError(_no_function(token.text))


def _no_function(name: str) -> str:
    folded = name.lower()
    if folded in _AGGREGATES:
        return (
            f"{name.upper()} is an aggregate, and a slice query only chooses rows; "
            "aggregate the result with pandas"
        )
    if folded in _VOLATILE:
        return f"{name.upper()} differs from call to call; write the value itself as a literal"
    if folded in _REGULAR:
        return f"{name.upper()} is a regular expression; write LIKE, with % and _ as wildcards"
    return f"no function {name}.{did_you_mean(folded, sorted(FUNCTION_NAMES))}"


def names_function(name: str) -> SliceError:
    """Return the error for a function that the language does not have."""
    return SliceError(_no_function(name))


def is_statement(tokens: Sequence[Any]) -> bool:
    """Return whether the text begins a statement rather than a predicate.

    A word such as ``show`` begins a predicate when an operator follows: it is a column.
    """
    first = tokens[0]
    if _kind(first) == "IDENTIFIER" or first.text.lower() not in _STATEMENTS:
        return False
    if first.text.lower() in ("select", "with", "from", "values") or len(tokens) == 1:
        return True
    return (
        _kind(tokens[1]) in _NAMES | {"STRING", "NUMBER"}
        or (tokens[1].text.isidentifier()
        and (
            tokens[1].text.lower()
            not in ["and", "between", "ilike", "in", "is", "isnull", "like", "not", "notnull", "or"]
        ))
    )
