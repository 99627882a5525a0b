"""What a tally answers: the measures, from counts that are held."""

from __future__ import annotations

from typing import Any, Unpack

import pandas as pd

from pandas_mi.analysis import basis, measures
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.held import CountedTable, HeldCodes
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.pairs import pairs
from pandas_mi.analysis.significance import CIMethod, Method
from pandas_mi.analysis.tally.settings import GivenTallyOptions, answerable, takes_tally_options
from pandas_mi.analysis.tally.shown import shown_table
from pandas_mi.analysis.tally.state import State, settled
from pandas_mi.analysis.view import view_of
from pandas_mi.counting import JointCounts
from pandas_mi.encoding import Encoding

__all__ = ["Answers"]


class Answers:
    """Labels and counts, and all that can be asked of them; a `Tally` is one that grows."""

    _columns: pd.Index
    _state: State

    @property
    def columns(self) -> pd.Index:
        """The labels of the columns counted."""
        return self._columns

    @property
    def n_rows(self) -> int:
        """Number of rows counted."""
        return self._state.n_rows

    @property
    def bins(self) -> dict[Any, list[Any] | None]:
        """The inner cuts of each column, None for by value, in the form that ``bins=`` takes."""
        return {
            coding.label: None if coding.cuts is None else list(coding.cuts)
            for coding in self._state.codings
        }

    @takes_tally_options
    def matrix(self, columns: Any = None, **given: Unpack[GivenTallyOptions]) -> pd.DataFrame:
        """Return the mutual information of every pair of columns, as `pandas_mi.matrix` does."""
        return measures.matrix(self._table(), columns, **answerable(given))

    @takes_tally_options
    def mutual_information(
        self, features: Any, columns: Any = None, **given: Unpack[GivenTallyOptions]
    ) -> pd.DataFrame:
        """Return that of each feature with every column, as `pandas_mi.mutual_information` does."""
        return measures.mutual_information(self._table(), features, columns, **answerable(given))

    @takes_tally_options
    def target(
        self, column: Any, columns: Any = None, **given: Unpack[GivenTallyOptions]
    ) -> pd.Series:
        """Return that of every other column with one, from high to low, as `pandas_mi.target`."""
        return measures.target(self._table(), column, columns, **answerable(given))

    @takes_tally_options
    def pair(self, x: Any, y: Any, **given: Unpack[GivenTallyOptions]) -> float:
        """Return that of two columns, as `pandas_mi.pair` does; of single ones alone."""
        return measures.pair(self._table(), x, y, **answerable(given))

    @takes_tally_options
    def pairs(
        self,
        columns: Any = None,
        *,
        p_value: bool = False,
        method: Method = "auto",
        n_resamples: int = 999,
        ci: float | None = None,
        ci_method: CIMethod = "bootstrap",
        **given: Unpack[GivenTallyOptions],
    ) -> pd.DataFrame:
        """Return every pair as a row, with p-values and intervals, as `pandas_mi.pairs` does."""
        return pairs(
            self._table(), columns, p_value=p_value, method=method, n_resamples=n_resamples,
            ci=ci, ci_method=ci_method, **answerable(given),
        )  # fmt: skip

    @takes_tally_options
    def entropy(self, columns: Any = None, **given: Unpack[GivenTallyOptions]) -> pd.Series:
        """Return the entropy of each column, as `pandas_mi.entropy` does."""
        return basis.entropy(self._table(), columns, **answerable(given))

    def counts(self, columns: Any = None) -> pd.DataFrame:
        """Return the number of rows where both columns of each pair are known."""
        table = self._table()
        view = view_of(table, None)
        places = view.places(columns)
        held = {place: table.held(place)[1] for place in places}
        used = grid_entropies(held, places, places, Options()).n
        labels = view.labels.take(places)
        return pd.DataFrame(used, index=labels, columns=labels)

    def joint_counts(self, x: Any, y: Any) -> pd.DataFrame:
        """Return the contingency table of two columns.

        Parameters
        ----------
        x, y : label

        Returns
        -------
        pandas.DataFrame of int64
            A row for each level of `x` and a column for each of `y`, in canonical order. Bins are
            intervals, closed on the right; missing comes first, as NaN, where a row has it.

        Raises
        ------
        UnknownColumnError

        Examples
        --------
        >>> frame = pd.DataFrame({"x": [1.5, 2.5, 9.0], "y": ["a", "a", "b"]})
        >>> pandas_mi.Tally(["x", "y"], bins={"x": [2.0]}).update(frame).joint_counts("x", "y")
        y            a  b
        x
        (-inf, 2.0]  1  0
        (2.0, inf]   1  1
        """
        return shown_table(x, y, *self._pair(x, y))

    def _pair(self, x: Any, y: Any) -> tuple[JointCounts, Encoding, Encoding]:
        """Return the table of two columns, code 0 being missing, and how each is encoded."""
        view = view_of(self._table(), None)
        one, two = view.place(x), view.place(y)
        state = self._settled()
        table = HeldCodes(state.counts, one).joint(HeldCodes(state.counts, two))
        return table, state.codings[one].encoding(), state.codings[two].encoding()

    def _settled(self) -> State:
        state = self._state
        if not state.waiting and state.counted_by is state.codings:
            return state
        done = settled(state)
        if self._state is state:  # else another thread has added rows meanwhile
            self._state = done
        return done

    def _table(self) -> CountedTable:
        state = self._settled()
        encodings = [coding.encoding() for coding in state.codings]
        return CountedTable(self._columns, state.n_rows, state.counts, encodings)
