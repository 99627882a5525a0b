"""The documented project and dataset calls, over a local store."""

from __future__ import annotations

import datetime
import os
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd
import platformdirs

from pandas_mi import analysis, errors
from pandas_mi.catalog import Catalog, Version
from pandas_mi.catalog.publishing import Mode
from pandas_mi.errors import DatasetNotFoundError, SliceError

__all__ = ["Client"]


class Client:
    """Projects, datasets, and mutual information over any slice of their rows.

    Parameters
    ----------
    root : str or os.PathLike, optional
        The directory of the store. By default that of the environment variable
        ``PANDAS_MI_HOME``, else the user's data directory.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> client = Client(tempfile.mkdtemp())
    >>> client.create_project("birds")
    >>> frame = pd.DataFrame({"species": ["a", "a", "b", "b"], "island": ["x", "x", "y", "y"]})
    >>> client.upload_dataset("birds", frame, "penguins")["rows"]
    4
    >>> client.get_mutual_information("birds", "penguins", "species", normalized=True)
    {'species': {'species': 1.0, 'island': 1.0}}
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        self._catalog = Catalog(_default_root() if root is None else root)

    def __repr__(self) -> str:
        return f"Client({str(self._catalog.root)!r})"

    def create_project(self, project_id: str) -> None:
        """Make an empty project.

        Raises
        ------
        InvalidIdentifierError
            When the name is not 1 to 100 letters, digits, ``_``, ``.`` and ``-``.
        CatalogError
            When there is one of this name; upper and lower case are one.
        """
        self._catalog.create_project(project_id)

    def list_projects(self) -> list[str]:
        """Return the names of the projects."""
        return self._catalog.projects()

    def delete_project(self, project_id: str) -> None:
        """Remove a project that holds no dataset; CatalogError when it holds one."""
        self._catalog.delete_project(project_id)

    def upload_dataset(
        self, project_id: str, dataset: Any, dataset_id: str, *, mode: Mode = "error"
    ) -> dict[str, Any]:
        """Store a dataset, and return what `get_dataset_info` says of it.

        Parameters
        ----------
        project_id : str
        dataset : DataFrame, Arrow table or stream, path or list of paths, or dict of these
            The rows; a dict has one entry per split. Paths name CSV or Parquet files of any
            size, or directories of Parquet files.
        dataset_id : str
        mode : {"error", "append", "overwrite"}
            What to do when the dataset exists. An append needs the same columns and types.

        Raises
        ------
        ProjectNotFoundError
            When the project does not exist.
        DatasetExistsError
            When the dataset does, with ``mode="error"``.
        TypeError or ValueError
            When a column cannot be kept exactly, or does not fit; nothing is written then.
        """
        version = self._catalog.upload(project_id, dataset, dataset_id, mode=mode)
        return self._info(project_id, version)

    def list_datasets(self, project_id: str) -> list[str]:
        """Return the names of a project's datasets."""
        return self._catalog.datasets(project_id)

    def get_dataset_info(self, project_id: str, dataset_id: str) -> dict[str, Any]:
        """Return rows, bytes, columns with their kinds, splits, and the versions, JSON-ready."""
        return self._info(project_id, self._catalog.newest(project_id, dataset_id))

    def get_dataset(
        self,
        project_id: str,
        dataset_id: str,
        max_rows: int | None = None,
        splits: list[str] | None = None,
        *,
        version: int | None = None,
    ) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """Return a dataset as it was uploaded: a frame, or a dict of split name to frame.

        Parameters
        ----------
        project_id, dataset_id : str
        max_rows : int, optional
            Return only the first rows; of a dict, counted across its splits in order.
        splits : list of str, optional
            Return only these splits, of a dataset that was uploaded as a dict.
        version : int, optional
            An older version, as `get_dataset_info` numbers them.
        """
        held = self._version(project_id, dataset_id, version)
        if isinstance(splits, str):
            splits = [splits]
        if held.splits is None:
            return held.read(splits=splits, max_rows=max_rows)
        return held.read_splits(splits, max_rows=max_rows)

    def get_slice(self, sql_query: str, project_id: str) -> pd.DataFrame:
        """Return the rows that a query selects, ``SELECT … FROM "dataset.model" WHERE …``.

        The table is a dataset of the project, or one followed by a dot and a model's name, which
        is ignored: a local dataset carries its models' outputs as columns.
        """
        table = _table_of(sql_query)
        if table is None:
            raise SliceError(
                'get_slice needs to know the dataset; write SELECT * FROM "dataset" WHERE …'
            )
        return analysis.slice(self._named(project_id, table), sql_query)

    def delete_dataset(self, project_id: str, dataset_id: str) -> None:
        """Delete a dataset; its versions can be read by number until `vacuum` removes them."""
        self._catalog.delete(project_id, dataset_id)

    def vacuum(
        self,
        project_id: str | None = None,
        dataset_id: str | None = None,
        *,
        keep: datetime.timedelta = datetime.timedelta(days=1),
    ) -> int:
        """Remove versions superseded longer than `keep` ago, and what killed uploads left.

        Returns the number of files removed. A `keep` of less than a day is safe only while
        nobody else reads or writes.
        """
        return len(self._catalog.vacuum(project_id, dataset_id, keep=keep))

    def get_mutual_information(
        self,
        project_id: str,
        dataset_id: str,
        features: str | list[Hashable],
        normalized: bool = False,
        slice_query: str | None = None,
        sample_size: int | None = None,
        seed: float | None = 0.25,
        *,
        bins: Any = "auto",
    ) -> dict[str, dict[str, float]]:
        """Return the mutual information of each feature with every column of the slice, in nats.

        Parameters
        ----------
        project_id, dataset_id : str
        features : str or list
            One column, or several.
        normalized : bool
            Divide by the mean of the two entropies: from 0 to 1.
        slice_query : str, optional
            ``SELECT … FROM "dataset.model" WHERE …``, or a bare predicate, ``delay < 20``.
        sample_size : int, optional
            Use a sample of this many rows of the slice.
        seed : float, optional
            Of the sample; None draws another one each time.
        bins : "auto", int, sequence or dict
            How numbers are discretised.

        Returns
        -------
        dict of feature to dict of column to float
            Every column of the slice, the feature itself included, in the dataset's order. It is
            JSON-ready: labels that are not text are written as text, and NaN is ``float("nan")``.

        Raises
        ------
        ValueError
            When `features` is neither a str nor a list.
        SliceError
            When the query names another dataset.
        UnknownColumnError
            When a feature is no column of the dataset, or the query's SELECT list leaves it out.
        """
        if isinstance(features, str):
            features = [features]
        if not isinstance(features, list):
            raise ValueError(f"features must be a str or a list, not {type(features).__name__}")
        held = self._catalog.newest(project_id, dataset_id)
        if slice_query is not None:
            _check_table(slice_query, held.dataset_id)
        information = analysis.mutual_information(
            held,
            features,
            normalized=normalized,
            slice_query=slice_query,
            sample_size=sample_size,
            seed=seed,
            bins=bins,
        )
        return _nested(information)

    def _version(self, project_id: str, dataset_id: str, number: int | None) -> Version:
        if number is None:
            return self._catalog.newest(project_id, dataset_id)
        return self._catalog.version(project_id, dataset_id, number)

    def _named(self, project_id: str, table: str) -> Version:
        """Return the dataset that a query's table names: the longest id that it starts with."""
        parts = table.split(".")
        known = {name.lower(): name for name in self._catalog.datasets(project_id)}
        for length in range(len(parts), 0, -1):
            found = known.get(".".join(parts[:length]).lower())
            if found is not None:
                return self._catalog.newest(project_id, found)
        there = f"there are: {errors.listing(known.values())}" if known else "there are none"
        raise DatasetNotFoundError(
            f"no dataset {table!r} in project {project_id!r}; {there}."
            f"{errors.did_you_mean(table, known.values()) or errors.did_you_mean(parts[0], known)}"
        )

    def _info(self, project_id: str, version: Version) -> dict[str, Any]:
        history = self._catalog.history(project_id, version.dataset_id)
        return {
            "project_id": project_id,
            "dataset_id": version.dataset_id,
            **_summary(version),
            "columns": version.kinds(),
            "splits": version.splits,
            "versions": [_summary(one) for one in history],
        }


def _default_root() -> Path:
    home = os.environ.get("PANDAS_MI_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir("pandas_mi", appauthor=False))


def _summary(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "created": version.created.isoformat(),
        "rows": version.rows,
        "bytes": version.bytes,
    }


def _table_of(query: str) -> str | None:
    from pandas_mi import slicing  # imports sqlglot, which only queries need

    return slicing.parse(query).table


def _check_table(query: str, dataset_id: str) -> None:
    table = _table_of(query)
    if table is None or (table.lower() + ".").startswith(dataset_id.lower() + "."):
        return
    raise SliceError(
        f"the query reads table {table!r}, but the dataset is {dataset_id!r}; "
        f'write FROM "{dataset_id}", or put a model behind it: FROM "{dataset_id}.model"'
    )


def _nested(information: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return a features × columns frame as nested dicts that JSON can hold."""
    columns = [str(label) for label in information.columns]
    if len(set(columns)) < len(columns):
        raise ValueError(
            f"two columns have one name as text: {errors.listing(information.columns)}; "
            "rename one, or use the functions of the package, which return labels as they are"
        )
    values = information.to_numpy(dtype=float).tolist()
    return {
        str(feature): dict(zip(columns, row, strict=True))
        for feature, row in zip(information.index, values, strict=True)
    }
