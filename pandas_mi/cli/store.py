"""The commands of the store: upload, list, info, delete."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

import pandas as pd

from pandas_mi.cli.data import names_of
from pandas_mi.cli.output import table
from pandas_mi.client import Client

__all__ = ["delete", "info", "list_", "upload"]


def upload(options: Namespace) -> str:
    """Keep files as a dataset, and say what was kept."""
    client, (project, name) = Client(options.root), names_of(options.dataset)
    if project.lower() not in map(str.lower, client.list_projects()):
        client.create_project(project)
    held = client.upload_dataset(project, options.file, name, mode=options.mode)
    return (
        f"{held['project_id']}/{held['dataset_id']}: {held['rows']} rows, "
        f"{len(held['columns'])} columns, version {held['version']}"
    )


def list_(options: Namespace) -> str:
    """Return ``project/dataset`` on a line each; an empty project as ``project/``."""
    client = Client(options.root)
    projects = client.list_projects() if options.project is None else [options.project]
    return "\n".join(
        f"{project}/{dataset}"
        for project in projects
        for dataset in client.list_datasets(project) or [""]
    )


def info(options: Namespace) -> str:
    """Return rows, columns and versions of a dataset."""
    held = Client(options.root).get_dataset_info(*names_of(options.dataset))
    if options.format == "json":
        return json.dumps(held, indent=2)
    versions = pd.DataFrame(held["versions"]).rename(columns={"bytes": "size in bytes"})
    return "\n\n".join(
        [
            f"{options.dataset}: {held['rows']} rows, version {held['version']}"
            + _splits(held["splits"]),
            table(pd.DataFrame(held["columns"]), index=False),
            table(versions, index=False),
        ]
    )


def _splits(splits: Any) -> str:
    return "" if splits is None else f", splits {', '.join(splits)}"


def delete(options: Namespace) -> str:
    """Delete a dataset, or an empty project."""
    client = Client(options.root)
    if "/" in options.dataset:
        client.delete_dataset(*names_of(options.dataset))
    else:
        client.delete_project(options.dataset)
    return ""
