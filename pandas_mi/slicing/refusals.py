"""What a slice query may not contain: the name of each construct, and what to do instead."""

from __future__ import annotations

from typing import Any

from pandas_mi.errors import SliceError
from pandas_mi.slicing.guard import names_function

__all__ = ["refusal"]

_LIKE = "write LIKE, with % and _ as wildcards"
_ONE = "a slice query reads one table; merge tables with pandas first"
_SUBQUERY = "write the values themselves, or slice in two steps"
_GROUPS = "a slice query only chooses rows; group the result with pandas"
_LISTS = "a column holds one value a row; explode lists with pandas first"
_PARAMETER = "put the value into the query"
_VOLATILE = "it differs from call to call; write the value itself as a literal"

# Class of the parser's node -> (name of the construct, what to do instead).
_NODES: dict[str, tuple[str, str]] = {
    "Subquery": ("a subquery", _SUBQUERY),
    "Select": ("a subquery", _SUBQUERY),
    "Exists": ("EXISTS", _SUBQUERY),
    "Any": ("ANY", "write IN (…)"),
    "All": ("ALL", "write AND"),
    "Tuple": ("a row value", "compare its columns one by one, with AND"),
    "Array": ("an array", _LISTS),
    "Bracket": ("an array subscript", _LISTS),
    "Slice": ("an array subscript", _LISTS),
    "ArrayContainsAll": ("the array operator @>", _LISTS),
    "ArrayContainedBy": ("the array operator <@", _LISTS),
    "ArrayOverlaps": ("the array operator &&", _LISTS),
    "Struct": ("a struct", _LISTS),
    "JSONExtract": ("JSON", "make columns of its parts with pandas first"),
    "JSONExtractScalar": ("JSON", "make columns of its parts with pandas first"),
    "JSONBContains": ("JSON", "make columns of its parts with pandas first"),
    "JSON": ("JSON", "make columns of its parts with pandas first"),
    "RegexpLike": ("a regular expression", _LIKE),
    "RegexpILike": ("a regular expression", _LIKE),
    "SimilarTo": ("SIMILAR TO", _LIKE),
    "Glob": ("GLOB", _LIKE),
    "Collate": ("COLLATE", "text compares by code point; LOWER(…) ignores case"),
    "AtTimeZone": ("AT TIME ZONE", "convert the column with dt.tz_convert first"),
    "Parameter": ("a parameter", _PARAMETER),
    "Placeholder": ("a parameter", _PARAMETER),
    "CurrentDate": ("CURRENT_DATE", _VOLATILE),
    "CurrentTime": ("CURRENT_TIME", _VOLATILE),
    "CurrentTimestamp": ("NOW()", _VOLATILE),
    "Localtime": ("LOCALTIME", _VOLATILE),
    "Localtimestamp": ("LOCALTIMESTAMP", _VOLATILE),
    "CurrentUser": ("CURRENT_USER", "write the value itself as a literal"),
    "SessionUser": ("SESSION_USER", "write the value itself as a literal"),
    "Rand": ("RANDOM()", "sample with sample_size= and seed="),
    "Window": ("a window function", "compute the column with pandas first"),
    "Filter": ("FILTER", _GROUPS),
    "WithinGroup": ("WITHIN GROUP", _GROUPS),
    "Star": ("*", "it stands alone, in the SELECT list"),
    "Distinct": ("DISTINCT inside an expression", "write SELECT DISTINCT"),
    "Alias": ("an alias inside an expression", "aliases belong into the SELECT list"),
    "Kwarg": ("a named argument", "give the arguments in order"),
    "Variadic": ("VARIADIC", "give the arguments one by one"),
    "ByteString": ("a string with E'…' escapes", "write the characters themselves"),
    "UnicodeString": ("a string with U&'…' escapes", "write the characters themselves"),
    "National": ("a string with N'…'", "leave the N out"),
    "HexString": ("a hexadecimal literal", "write the number in decimal"),
    "BitString": ("a bit string", "write the number in decimal"),
    "Operator": ("OPERATOR(…)", "write the operator itself"),
    "Interval": ("this INTERVAL", "write its value in quotes, as in INTERVAL '3 days'"),
    "BitwiseAnd": ("the operator &", "compute the column with pandas first"),
    "BitwiseOr": ("the operator |", "compute the column with pandas first"),
    "BitwiseXor": ("the operator #", "compute the column with pandas first"),
    "BitwiseNot": ("the operator ~", "compute the column with pandas first"),
    "BitwiseLeftShift": ("the operator <<", "compute the column with pandas first"),
    "BitwiseRightShift": ("the operator >>", "compute the column with pandas first"),
    "Overlaps": ("OVERLAPS", "compare the ends with < and >"),
    "Block": ("a second statement", "remove what follows the semicolon"),
    "TryCast": ("TRY_CAST", "write CAST, which gives NULL for what cannot be converted"),
    # Statements and clauses
    "Union": ("UNION", _ONE),
    "Except": ("EXCEPT", _ONE),
    "Intersect": ("INTERSECT", _ONE),
    "Lateral": ("LATERAL", _ONE),
    "Unnest": ("UNNEST", _LISTS),
    "Values": ("VALUES", "name one table"),
}

# Argument of a node -> the same.
_ARGUMENTS: dict[str, tuple[str, str]] = {
    "joins": ("a join, or a list of tables,", _ONE),
    "with_": ("WITH", _SUBQUERY),
    "with": ("WITH", _SUBQUERY),
    "group": ("GROUP BY", _GROUPS),
    "having": ("HAVING", _GROUPS),
    "windows": ("WINDOW", "compute the column with pandas first"),
    "qualify": ("QUALIFY", "compute the column with pandas first"),
    "into": ("INTO", "a slice query only reads"),
    "locks": ("FOR UPDATE or FOR SHARE", "a slice query only reads"),
    "sample": ("TABLESAMPLE", "sample with sample_size= and seed="),
    "on": ("DISTINCT ON", "write SELECT DISTINCT, or drop_duplicates with pandas"),
    "laterals": ("LATERAL", _ONE),
    "pivots": ("PIVOT", "reshape the result with pandas"),
    "query": ("a subquery", _SUBQUERY),
    "field": ("IN without parentheses", "write IN (…)"),
    "unnest": ("UNNEST", _LISTS),
    "percent": ("PERCENT", "sample with sample_size= and seed="),
    "with_ties": ("WITH TIES", "write FETCH FIRST n ROWS ONLY"),
    "except_": ("* EXCEPT", "name the columns that you want"),
    "except": ("* EXCEPT", "name the columns that you want"),
    "replace": ("* REPLACE", "name the columns that you want"),
    "rename": ("* RENAME", "name the columns that you want"),
    "zone": ("DATE_TRUNC with a time zone", "convert the column with dt.tz_convert first"),
    "only": ("ONLY", "leave it out"),
    "version": ("a version of a table", "name the table alone"),
    "when": ("a version of a table", "name the table alone"),
    "hints": ("a table hint", "name the table alone"),
    "rows_from": ("ROWS FROM", "name one table"),
}


def refusal(tree: Any, argument: str | None = None) -> SliceError:
    """Return the error for a node, or for one of its arguments, that is not in the language."""
    name = type(tree).__name__
    if argument is None and name == "Anonymous":
        return names_function(str(tree.this))
    found = _NODES.get(name) if argument is None else _ARGUMENTS.get(argument)
    if found is not None:
        return SliceError(f"{found[0]} is not supported in a slice query; {found[1]}")
    spelled = getattr(tree, "key", name).upper()
    if argument is not None:
        return SliceError(f"this form of {spelled} is not supported in a slice query")
    return SliceError(f"{spelled} is not supported in a slice query")
