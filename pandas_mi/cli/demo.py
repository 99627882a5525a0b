"""The demo: the main job, on data that comes with the package."""

from __future__ import annotations

import json
import tempfile
from argparse import Namespace
from importlib.resources import files

import pandas as pd

from pandas_mi import analysis
from pandas_mi.cli.output import table
from pandas_mi.client import Client

__all__ = ["run"]


def run(_: Namespace) -> str:
    """Upload the penguins, make the documented call, and show two tables."""
    penguins = pd.read_csv(str(files("pandas_mi") / "data" / "penguins.csv"))
    query = 'SELECT * FROM "penguins.model" WHERE body_mass_g < 4000'
    with tempfile.TemporaryDirectory() as root:
        client = Client(root)
        client.create_project("demo")
        client.upload_dataset("demo", penguins, "penguins")
        whole = client.get_mutual_information("demo", "penguins", ["species", "sex"])
        sliced = client.get_mutual_information("demo", "penguins", "species", slice_query=query)
    return "\n\n".join(
        [
            f"Palmer penguins: {len(penguins)} rows, {penguins.shape[1]} columns, "
            f"{penguins.isna().sum().sum()} missing values. Mutual information in nats.",
            "client.get_mutual_information('demo', 'penguins', ['species', 'sex'])\n"
            + json.dumps(whole, indent=2),
            f"client.get_mutual_information('demo', 'penguins', 'species', slice_query='{query}')\n"
            + json.dumps(sliced, indent=2),
            "df.mi.matrix(normalized=True)\n" + table(analysis.matrix(penguins, normalized=True)),
            "df.mi.target('species')\n" + table(analysis.target(penguins, "species")),
        ]
    )
