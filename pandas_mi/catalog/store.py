"""The store: projects and datasets in a local directory."""

from __future__ import annotations

import datetime
import json
import os
import re
import uuid
from pathlib import Path
from typing import Any, get_args

from pandas_mi import errors
from pandas_mi.catalog import files, manifests, names, publishing, vacuum
from pandas_mi.catalog.publishing import Mode
from pandas_mi.catalog.versions import Version
from pandas_mi.errors import CatalogError, DatasetNotFoundError, ProjectNotFoundError

__all__ = ["Catalog", "Mode"]

_DAY = datetime.timedelta(days=1)
_PROJECT = ".project.json"  # no dataset can be called that: names do not start with a dot
_REMOVED = ".removed-"


class Catalog:
    """Projects and datasets below one local directory.

    Every published version of a dataset is whole and never changes; a writer that is killed at
    any moment leaves the version before it, and files that `vacuum` removes.

    Parameters
    ----------
    root : str or os.PathLike
        A local directory; it is made when the first project is.

    Raises
    ------
    ValueError
        When `root` is a URL.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> catalog = Catalog(tempfile.mkdtemp())
    >>> catalog.create_project("airports")
    >>> catalog.upload("airports", pd.DataFrame({"delay": [3, 1]}), "flights").number
    1
    >>> catalog.newest("airports", "flights").read()
       delay
    0      3
    1      1
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        text = os.fspath(root)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
            raise ValueError(
                f"root must be a local directory, not the URL {text!r}: publishing needs a file "
                "system that makes hard links"
            )
        self.root = Path(text).expanduser().absolute()

    # -------------------------------------------------------------------------- projects

    def create_project(self, project_id: str) -> None:
        """Make an empty project.

        Raises
        ------
        InvalidIdentifierError
            When the name cannot be a directory's.
        CatalogError
            When there is a project of this name; upper and lower case are one.
        """
        path = self._path(project_id)
        written = json.dumps({"format": manifests.FORMAT, "project": project_id}, indent=1)
        with publishing.told(f"cannot create project {project_id!r}"):
            self.root.mkdir(parents=True, exist_ok=True)
            files.make_directory(path)
            try:
                files.publish(written, path / _PROJECT)
            except FileExistsError:
                there = _spelling(path)
                raise CatalogError(f"project {there!r} already exists") from None
            files.sync_directory(path)

    def projects(self) -> list[str]:
        """Return the names of the projects, as they were first spelt."""
        return [spelt for path in _directories(self.root) if (spelt := _spelling(path))]

    def delete_project(self, project_id: str) -> None:
        """Remove a project and what is left of its deleted datasets.

        Raises
        ------
        CatalogError
            When it still holds datasets.
        """
        path = self._project(project_id)
        _refuse_datasets(project_id, path)
        removed = self.root / f"{_REMOVED}{uuid.uuid4().hex}"
        with publishing.told(f"cannot delete project {project_id!r}"):
            files.move(path, removed)  # from here on no upload can reach it
            try:
                _refuse_datasets(project_id, removed)
            except CatalogError:  # one was published between the look and the move
                files.move(removed, path)
                raise
            files.remove_tree(removed)

    # -------------------------------------------------------------------------- datasets

    def datasets(self, project_id: str) -> list[str]:
        """Return the names of a project's datasets, as they were first spelt."""
        return _datasets(self._project(project_id))

    def newest(self, project_id: str, dataset_id: str) -> Version:
        """Return the newest version of a dataset.

        Raises
        ------
        ProjectNotFoundError or DatasetNotFoundError
            When there is none.
        """
        version = manifests.newest(self._dataset(project_id, dataset_id))
        if version is None or version.deleted:
            raise self._no_dataset(project_id, dataset_id)
        return version

    def version(self, project_id: str, dataset_id: str, number: int) -> Version:
        """Return one version of a dataset, which may have been superseded or deleted since.

        Raises
        ------
        CatalogError
            When there is no such version, or no longer.
        """
        directory = self._dataset(project_id, dataset_id)
        held = manifests.numbers(directory)
        if not held:
            raise self._no_dataset(project_id, dataset_id)
        try:
            found = manifests.read(directory, number)
        except FileNotFoundError:
            raise CatalogError(
                f"dataset {dataset_id!r} has no version {number}; there are: "
                f"{errors.listing(held)}. Superseded versions are kept for a day"
            ) from None
        if found.deleted:
            raise DatasetNotFoundError(f"version {number} of {dataset_id!r} is its deletion")
        return found

    def history(self, project_id: str, dataset_id: str) -> list[Version]:
        """Return the versions of a dataset that can still be read, oldest first."""
        self.newest(project_id, dataset_id)
        return vacuum.readable(self._dataset(project_id, dataset_id))

    def upload(
        self, project_id: str, dataset: Any, dataset_id: str, *, mode: Mode = "error"
    ) -> Version:
        """Publish rows as a dataset, or as its next version.

        Parameters
        ----------
        project_id : str
        dataset : DataFrame, Arrow table or stream, path or list of paths, or dict of these
            The rows; a dict has one entry per split. Paths name Parquet or CSV files, or
            directories of Parquet files, which are read as a stream.
        dataset_id : str
        mode : {"error", "append", "overwrite"}
            What to do when the dataset exists; all three make it when it does not.

        Raises
        ------
        ProjectNotFoundError
            When the project does not exist.
        DatasetExistsError
            When the dataset does, with ``mode="error"``.
        TypeError or ValueError
            When a column cannot be kept, or an append has other columns; nothing is written.
        CatalogError
            When the disk refuses, or a dataset changed while it was being overwritten.
        """
        if mode not in get_args(Mode):
            raise ValueError(f"mode must be one of {errors.listing(get_args(Mode))}, not {mode!r}")
        directory = self._dataset(project_id, dataset_id)
        return publishing.uploaded(directory, dataset_id, dataset, mode)

    def delete(self, project_id: str, dataset_id: str) -> None:
        """Delete a dataset; its last version can be read by number until `vacuum` removes it."""
        if not publishing.deleted(self._dataset(project_id, dataset_id)):
            raise self._no_dataset(project_id, dataset_id)

    def vacuum(
        self,
        project_id: str | None = None,
        dataset_id: str | None = None,
        *,
        keep: datetime.timedelta = _DAY,
    ) -> list[Path]:
        """Remove old versions, and what uploads that were killed have left.

        Kept are the files of the newest version, those of every version superseded (or deleted)
        less than `keep` ago, and every other file younger than that, since an upload may be
        about to publish it.

        Parameters
        ----------
        project_id, dataset_id : str, optional
            Look only there; everywhere by default.
        keep : datetime.timedelta
            Less than a day is safe only while nobody else reads or writes.

        Returns
        -------
        list of pathlib.Path
            The files that were removed.
        """
        before = publishing.now() - keep
        if project_id is None:
            self._finish_removals()
            return [path for one in self.projects() for path in self.vacuum(one, keep=keep)]
        if dataset_id is not None:
            return vacuum.vacuumed(self._dataset(project_id, dataset_id), before)
        project = self._project(project_id)
        removed = vacuum.vacuumed_temporaries(project, before)
        for directory in _directories(project):
            removed += vacuum.vacuumed(directory, before)
        return removed

    # --------------------------------------------------------------------------- helpers

    def _path(self, project_id: str) -> Path:
        name = names.directory(names.checked(project_id, "project_id"))
        return names.inside(self.root, self.root / name)

    def _project(self, project_id: str) -> Path:
        path = self._path(project_id)
        if _spelling(path) is None:
            known = self.projects()
            there = f"there are: {errors.listing(known)}" if known else "there are none"
            raise ProjectNotFoundError(
                f"no project {project_id!r}; {there}.{errors.did_you_mean(project_id, known)}"
            )
        return path

    def _dataset(self, project_id: str, dataset_id: str) -> Path:
        name = names.directory(names.checked(dataset_id, "dataset_id"))
        directory = self._project(project_id) / name
        for path in (directory, directory / "data", directory / "_versions"):
            names.inside(self.root, path)
        return directory

    def _no_dataset(self, project_id: str, dataset_id: str) -> DatasetNotFoundError:
        known = self.datasets(project_id)
        there = f"there are: {errors.listing(known)}" if known else "there are none"
        return DatasetNotFoundError(
            f"no dataset {dataset_id!r} in project {project_id!r}; {there}."
            f"{errors.did_you_mean(dataset_id, known)}"
        )

    def _finish_removals(self) -> None:
        """Finish what deletions of projects that were killed have left."""
        for removed in self.root.glob(f"{_REMOVED}*"):
            spelt = _spelling(removed)
            if spelt is not None and _datasets(removed) and not self._path(spelt).exists():
                files.move(removed, self._path(spelt))
            elif spelt is None or not _datasets(removed):
                files.remove_tree(removed)


# -------------------------------------------------------------------------------- looking


def _directories(path: Path) -> list[Path]:
    """Return the directories of a store or project that can be projects or datasets, sorted."""
    found = sorted(path.iterdir()) if path.is_dir() else []
    return [one for one in found if _is_ours(path, one)]


def _is_ours(parent: Path, path: Path) -> bool:
    try:
        names.checked(path.name, "name")
        return names.inside(parent, path).is_dir()
    except CatalogError:
        return False


def _spelling(project: Path) -> str | None:
    """Return the name of a project as it was created; None when there is no project."""
    path = names.inside(project.parent, project / _PROJECT)
    try:
        return str(json.loads(path.read_text(encoding="ascii"))["project"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogError(f"{path} is damaged: {error}") from error


def _datasets(project: Path) -> list[str]:
    found = map(manifests.newest, _directories(project))
    return [one.dataset_id for one in found if one is not None and not one.deleted]


def _refuse_datasets(project_id: str, path: Path) -> None:
    held = _datasets(path)
    if held:
        raise CatalogError(
            f"project {project_id!r} still holds datasets: {errors.listing(held)}; "
            "delete them first"
        )
