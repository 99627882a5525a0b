"""Dask: ``ddf.mi``, and Parquet files worked on by the workers of the current client.

Importing this registers the accessor of Dask DataFrames, and offers Dask's current client, if
there is one, to whatever reads Parquet files or datasets of a store. The answers are those of the
same rows in memory, to the last bit.
"""

from __future__ import annotations

from pandas_mi.accessor import MIAccessor
from pandas_mi.extras import load
from pandas_mi.sources import offer

__all__ = ["DaskMIAccessor"]

_extensions = load("dask.dataframe.extensions", "dask", "pandas_mi.dask needs Dask")

from pandas_mi.sources.workers import current_workers  # noqa: E402 - imports Dask


@_extensions.register_dataframe_accessor("mi")
class DaskMIAccessor(MIAccessor):
    """Mutual information between the columns of a Dask DataFrame: ``ddf.mi``.

    The methods, options and results are those of ``df.mi``; results are plain pandas.

    Examples
    --------
    >>> import dask.dataframe, pandas_mi.dask
    >>> frame = pd.DataFrame({"x": [1, 1, 2, 2], "y": ["a", "a", "b", "b"]})
    >>> dask.dataframe.from_pandas(frame, npartitions=2).mi.pair("x", "y", base=2)
    1.0
    """

    def __dir__(self) -> list[str]:
        return sorted(name for name in vars(MIAccessor) if not name.startswith("_"))

    def __repr__(self) -> str:
        return (
            f"Mutual information of {len(self._frame.columns)} columns of a Dask DataFrame\n\n"
            "Nothing is computed yet. Try .mi.matrix(), .mi.target(column), "
            ".mi.matrix(sample_size=100_000)."
        )

    def _repr_html_(self) -> str:
        return f"<pre>{self!r}</pre>"


offer(current_workers)
