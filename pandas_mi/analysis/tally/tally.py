"""The face of a tally."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from pandas_mi.analysis import basis
from pandas_mi.analysis.options import BinsOption, Options
from pandas_mi.analysis.tally import files
from pandas_mi.analysis.tally.answers import Answers
from pandas_mi.analysis.tally.settings import codings_of, differences
from pandas_mi.analysis.tally.shown import Summary
from pandas_mi.analysis.tally.state import State, joined, start, with_rows
from pandas_mi.analysis.view import View, view_of
from pandas_mi.encoding import AUTO
from pandas_mi.sources import as_table

__all__ = ["Tally"]


class Tally(Answers):
    """Joint counts of columns, by fixed encodings, that grow as rows come in.

    Day by day equals all at once, and equals `matrix` of all rows with the same ``bins=``, bit for
    bit, whatever the order of the days and however tallies are merged.

    Parameters
    ----------
    columns : list of label or pandas.Index
        The columns to count.
    bins : dict or None
        What `bins` returns: for each column its inner cuts, or None for by value. A column that
        it leaves out may hold anything but numbers and times. None takes all by value.

    Raises
    ------
    UnknownColumnError
        When `bins` has a column that `columns` has not.
    TypeError, ValueError
        When `bins` says "auto" or a number, which would have to be learnt from rows.

    See Also
    --------
    Tally.of : learns the encodings from rows, and counts these.

    Notes
    -----
    Levels that a column by value has not had yet are added as they come. A table of two columns
    takes at most 8 bytes a cell, and 16 a cell that is occupied (of small ones, 32 KB); up to
    65,536 rows wait as codes of 1 to 4 bytes to be counted together.

    Examples
    --------
    >>> monday = pd.DataFrame({"x": [1.5, 2.5, 9.0], "y": ["a", "a", "b"]})
    >>> tuesday = pd.DataFrame({"x": [0.0, 8.0], "y": ["a", "c"]})
    >>> tally = pandas_mi.Tally(["x", "y"], bins={"x": [2.0, 5.0]})
    >>> tally.update(monday).update(tuesday)
    Tally of 5 rows
      x  3 bins
      y  3 levels
    >>> tally.matrix(base=2).round(3)
           x      y
    x  1.522  0.971
    y  0.971  1.371
    """

    def __init__(self, columns: Any, *, bins: Mapping[Any, Any] | None) -> None:
        if isinstance(columns, str) or not pd.api.types.is_list_like(columns, allow_sets=False):
            raise TypeError(f"columns must be a list of labels, got {columns!r}")
        index = columns if isinstance(columns, pd.Index) else pd.Index(list(columns))
        self._columns = index
        self._state = start(codings_of(index, bins))

    @classmethod
    def of(
        cls,
        data: Any,
        columns: Any = None,
        *,
        bins: BinsOption = AUTO,
        slice_query: str | None = None,
    ) -> Self:
        """Return a tally of rows, by encodings that are learnt from them and fixed.

        Parameters
        ----------
        data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
        columns : label or list of labels, optional
            All by default.
        bins, slice_query
            As in `matrix`.

        Raises
        ------
        UnknownColumnError, SliceError, TypeError, ValueError
            As `matrix`.

        Examples
        --------
        >>> pandas_mi.Tally.of(pd.DataFrame({"x": range(100), "y": ["a", "b"] * 50}))
        Tally of 100 rows
          x  4 bins
          y  2 levels
        """
        table = as_table(data)
        options = Options.of({"bins": bins, "slice_query": slice_query})
        cuts = basis.bins(table, columns, bins=bins, slice_query=slice_query)
        view = view_of(table, options.slice_query, wanted=[columns])
        return cls(view.labels.take(view.places(columns)), bins=cuts)._with_view(view)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the tally that `save` wrote.

        Raises
        ------
        TallyFileError
            When the file is no tally, is damaged, or is of another version of the format.
        OSError
            When it cannot be read.
        """
        tally = cls.__new__(cls)
        tally._columns, tally._state = files.loaded(path)
        return tally

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the tally to one Parquet file, in one step: whoever reads sees the old or the new.

        Equal tallies are written as equal bytes, by one version of pyarrow. Each row of the file
        is an occupied cell; the levels, cuts and a checksum are with it.

        Raises
        ------
        TypeError
            When a label or level has no form in the file, before anything is written.
        OSError
            When it cannot be written; what was there before is unchanged.

        Examples
        --------
        >>> tally = pandas_mi.Tally.of(pd.DataFrame({"x": [1, 2], "y": [3, None]}))
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tally.save(f"{folder}/tally.parquet")
        ...     print(pandas_mi.Tally.load(f"{folder}/tally.parquet"))
        Tally of 2 rows
          x  2 levels
          y  1 level
        """
        files.save(self._columns, self._settled(), path)

    def update(self, data: Any, slice_query: str | None = None) -> Self:
        """Count more rows, and return the tally itself.

        Parameters
        ----------
        data : DataFrame, Arrow table or stream, pyarrow Dataset, or path of Parquet files
            Read in chunks when it is large and not in memory. Columns that the tally does not
            count are left aside.
        slice_query : str, optional
            Count only the rows that this SQL query or predicate selects.

        Raises
        ------
        UnknownColumnError
            When the data lacks a column of the tally.
        SliceError
            When the query does not parse or does not fit the data.
        TypeError, ValueError
            When a column holds another kind of values than before (text for numbers), or does not
            go with its cuts. After any error, and after Ctrl-C, the tally is as it was.
        """
        options = Options.of({"slice_query": slice_query})
        return self._with_view(view_of(data, options.slice_query, wanted=[list(self._columns)]))

    def __add__(self, other: Tally) -> Self:
        """Return the tally of both sets of rows; raises ValueError unless columns and cuts agree.

        Examples
        --------
        >>> frame = pd.DataFrame({"x": [1, 2, 2], "y": list("aab")})
        >>> days = [frame.iloc[[0]], frame.iloc[[1]], frame.iloc[[2]]]
        >>> tallies = [pandas_mi.Tally(["x", "y"], bins=None).update(day) for day in days]
        >>> sum(tallies).n_rows
        3
        """
        if not isinstance(other, Tally):
            return NotImplemented
        different = differences(self._state.codings, other._state.codings)
        if different is not None:
            raise ValueError(f"these tallies do not add: {different}")
        return self._like(joined(self._state, other._state))

    def __radd__(self, other: Any) -> Self:
        """Return a copy for 0, with which `sum` begins."""
        if isinstance(other, int) and other == 0:
            return self._like(self._state)
        return NotImplemented

    def __len__(self) -> int:
        return self.n_rows

    def __bool__(self) -> bool:
        return True

    def __copy__(self) -> Self:
        return self._like(self._state)

    def __getstate__(self) -> tuple[pd.Index, State]:
        return self._columns, self._settled()

    def __setstate__(self, held: tuple[pd.Index, State]) -> None:
        self._columns, self._state = held

    def __repr__(self) -> str:
        return str(Summary(self.n_rows, self._state.codings))

    def _repr_html_(self) -> str:
        return Summary(self.n_rows, self._state.codings).html()

    def _with_view(self, view: View) -> Self:
        places = [view.positions[place] for place in view.places(list(self._columns))]
        state = self._state
        whole = view.rows is None and len(view.table.bounds) == 2  # no row has to be taken out
        for rows in [None] if whole else view.runs():
            columns = [view.table.column(place, rows) for place in places]
            n_rows = view.n_rows if rows is None else _length(rows)
            if n_rows:
                state = with_rows(state, columns, n_rows)
        self._state = state  # the one step that changes the tally
        return self

    def _like(self, state: State) -> Self:
        tally = type(self).__new__(type(self))
        tally._columns, tally._state = self._columns, state
        return tally


def _length(rows: Any) -> int:
    return len(rows) if isinstance(rows, np.ndarray) else rows.stop - rows.start
