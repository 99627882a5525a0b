"""How one column of a tally becomes codes: fixed cuts, or levels to which unseen ones are added."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pandas_mi.analysis.tally.levels import converted, levels_of, met, places, united
from pandas_mi.columns import Array, Column, Kind, physical_cuts
from pandas_mi.encoding import AUTO, Encoding, applied, encode

__all__ = ["Coding", "code_map", "coded", "together"]

Codes = NDArray[Any]
Setting = tuple[Any, ...] | str | None


@dataclass(frozen=True, eq=False)
class Coding:
    """How a column becomes codes 1..k, 0 being missing; never changed, only superseded.

    Attributes
    ----------
    label : Hashable
    setting : tuple, None or "auto"
        Inner cuts, ascending, as the caller gave them; None: by value; "auto": by value too, and
        numbers are refused.
    kind, unit, zone
        As of a Column: of all values counted so far, `Kind.NULL` before any was.
    levels : ndarray or pyarrow.Array, shape (k,), or None
        By value: the values counted so far in canonical order, in the form that `levels_of` gives.
    """

    label: Hashable
    setting: Setting
    kind: Kind = Kind.NULL
    unit: str = ""
    zone: str | None = None
    levels: Any = None

    @property
    def cuts(self) -> tuple[Any, ...] | None:
        """The inner cuts, None by value."""
        return self.setting if isinstance(self.setting, tuple) else None

    @property
    def cardinality(self) -> int:
        """Number of levels or bins."""
        if self.cuts is not None:
            return len(self.cuts) + 1
        return 0 if self.levels is None else len(self.levels)

    def encoding(self) -> Encoding:
        """Return the encoding that gives these codes."""
        if self.cuts is None:
            return Encoding(self.kind, self.unit, self.zone, levels=self.levels)
        if self.kind is not Kind.NULL:
            for one in (self._like(self.kind, self.unit), *self._finer()):
                stored = [physical_cuts([cut], one) for cut in self.cuts]
                found = np.unique(np.concatenate(stored)) if stored else one.values
                if len(found) == len(self.cuts):  # none fell together in a coarser type
                    return Encoding(one.kind, one.unit, one.zone, cuts=found)
        given = np.empty(len(self.cuts), dtype=object)
        given[:] = self.cuts
        return Encoding(Kind.OBJECT, cuts=given)

    def _like(self, kind: Kind, unit: str) -> Column:
        floating = kind is Kind.FLOAT
        return Column(kind, np.empty(0, np.float64 if floating else np.int64), None, None, unit,
                      self.zone)  # fmt: skip

    def _finer(self) -> list[Column]:
        if self.kind is Kind.INTEGER:
            return [self._like(Kind.FLOAT, "")]
        return [self._like(self.kind, "ns")] if self.unit in ("s", "ms", "us") else []


def together(one: Coding, other: Coding) -> Coding:
    """Return the coding of what two codings of one column and the same cuts have met.

    Raises
    ------
    TypeError, ValueError
        When their values are of different kinds, or no type holds them all.
    """
    if one is other:
        return one
    setting = one.setting if other.setting == AUTO else other.setting
    kind, unit, zone = met(one, other)
    joint = Coding(one.label, setting, kind, unit, zone)
    if one.cuts is not None:
        return joint
    with _named(one.label):
        held = [converted(each, joint) for each in (one, other) if each.levels is not None]
        levels = united(joint, *held) if len(held) == 2 else held[0] if held else None
    return replace(joint, levels=levels)


def code_map(old: Coding, new: Coding) -> NDArray[np.intp] | None:
    """Return the code in `new`, which has met all that `old` has, of each code of `old`.

    Codes keep their order, for levels stand in canonical order in both. None: all stay.
    """
    if old is new or old.cuts is not None or old.cardinality == new.cardinality:
        return None
    if old.levels is None:
        return np.zeros(1, dtype=np.intp)
    found = places(converted(old, new), new.levels)
    return np.concatenate([np.zeros(1, dtype=np.intp), found + 1])


def coded(coding: Coding, column: Column) -> tuple[Codes, Coding]:
    """Return the codes of a column's rows, and the coding with what they have that is new.

    Parameters
    ----------
    coding : Coding
    column : Column of n rows
        Without a known value it tells nothing of its kind, and may be of any.

    Returns
    -------
    codes : ndarray of unsigned int, shape (n,)
    coding : Coding

    Raises
    ------
    TypeError, ValueError
        When the values are not of the kind of those counted so far, or do not go with the cuts.
    """
    if column.kind is Kind.NULL or column.n_missing == len(column):
        return np.zeros(len(column), dtype=np.uint8), coding
    _check_setting(coding, column)
    if coding.cuts is not None:
        kind, unit, zone = met(coding, column, coding.label)
        same = (kind, unit, zone) == (coding.kind, coding.unit, coding.zone)
        after = coding if same else replace(coding, kind=kind, unit=unit, zone=zone)
        return _binned(coding, column), after
    return _by_value(coding, column)


def _check_setting(coding: Coding, column: Column) -> None:
    held = "a category" if column.categorical else column.kind
    if coding.cuts is not None and not column.numeric:
        raise TypeError(
            f"column {coding.label!r} holds {held}, and the tally has cuts for it, "
            "which take numbers or times"
        )
    if coding.setting == AUTO and column.numeric:
        raise ValueError(
            f"column {coding.label!r} holds {held}, and bins= has nothing for it: a tally cannot "
            "learn bins from part of the rows. Pass bins=df.mi.bins(...) of rows that are "
            "representative, give it cuts, or None to take it by value"
        )


def _by_value(coding: Coding, column: Column) -> tuple[Codes, Coding]:
    codes, own = encode(column, None)
    with _named(coding.label):
        found, after = _placed(coding, column, own)
    code_of = np.zeros(len(found) + 1, dtype=np.min_scalar_type(after.cardinality))
    code_of[1:] = found + 1
    taken: Codes = code_of.take(codes)
    return taken, after


def _placed(coding: Coding, column: Column, own: Encoding) -> tuple[NDArray[np.intp], Coding]:
    """Return where a column's levels stand among those of a coding that has met them too."""
    kind, unit, zone = met(coding, column, coding.label)
    after = coding
    if (kind, unit, zone) != (coding.kind, coding.unit, coding.zone):
        after = replace(coding, kind=kind, unit=unit, zone=zone)
        after = replace(after, levels=converted(coding, after))
    some = levels_of(own, after)
    if after.levels is None:
        after = replace(after, levels=some)
    found = places(some, after.levels)
    if found.size and found.min() < 0:
        after = replace(after, levels=united(after, after.levels, some))
        found = places(some, after.levels)
    return found, after


@contextmanager
def _named(label: Hashable) -> Iterator[None]:
    """Say in which column the values are that no form of levels holds together."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"column {label!r}: {error}") from None


def _binned(coding: Coding, column: Column) -> Codes:
    assert coding.cuts is not None  # noqa: S101 - the caller has looked
    try:
        if column.kind is Kind.DECIMAL:
            return encode(column, list(coding.cuts))[0]
        held = np.asarray(column.values).dtype
        encoding, code_of = _bounds(coding.cuts, column.kind, held, column.unit, column.zone)
    except (TypeError, ValueError) as error:
        raise type(error)(f"bins for column {coding.label!r}: {error}") from None
    codes = applied(encoding, column)
    return codes if code_of is None else np.asarray(code_of.take(codes))


@lru_cache(maxsize=1024)
def _bounds(
    cuts: tuple[Any, ...], kind: Kind, dtype: np.dtype[Any], unit: str, zone: str | None
) -> tuple[Encoding, Codes | None]:
    """Return the cuts as bounds of values of one type, and the code of each of its bins.

    Of integers 2.3 and 2.7 are one bound, 2, and none of them falls between. So the bins of a
    type may be fewer; the code of each is that of the bin which its values are in.
    """
    like = Column(kind, np.empty(0, dtype=dtype), None, None, unit, zone)
    stored = [physical_cuts([cut], like) for cut in cuts]
    bounds: Array = np.concatenate([like.values[:0].astype(_cut_dtype(kind, dtype)), *stored])
    merged, first = np.unique(bounds, return_index=True)
    encoding = Encoding(kind, unit, zone, cuts=merged)
    if len(merged) == len(cuts):
        return encoding, None
    dropped = sum(len(one) == 0 for one in stored)  # cuts that lie below every value of the type
    code_of = np.concatenate([[0], first + dropped + 1, [len(cuts) + 1]])
    return encoding, code_of.astype(np.min_scalar_type(len(cuts) + 1))


def _cut_dtype(kind: Kind, dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float64) if kind is Kind.FLOAT else dtype
