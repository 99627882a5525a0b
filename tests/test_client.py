"""The documented project and dataset calls."""

import inspect
import json
import math

import numpy as np
import pandas as pd
import platformdirs
import pytest

import pandas_mi
from pandas_mi.client import Client
from pandas_mi.errors import (
    CatalogError,
    DatasetExistsError,
    DatasetNotFoundError,
    ProjectNotFoundError,
    SliceError,
    UnknownColumnError,
)

BIRDS = pd.DataFrame(
    {
        "species": ["adelie", "adelie", "gentoo", "gentoo", "adelie", "gentoo"],
        "island": ["torgersen", "dream", "biscoe", "biscoe", None, "biscoe"],
        "mass": [3750.0, 3800.0, 5000.0, 5400.0, np.nan, 4500.0],
    }
)


@pytest.fixture
def client(tmp_path):
    held = Client(tmp_path)
    held.create_project("birds")
    held.upload_dataset("birds", BIRDS, "penguins")
    return held


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as raised:
        call(*args, **kwargs)
    return str(raised.value)


# ------------------------------------------------------------------------------- the store


def test_projects(client):
    client.create_project("a")
    assert client.list_projects() == ["a", "birds"]
    client.delete_project("a")
    assert client.list_projects() == ["birds"]
    with pytest.raises(CatalogError, match="project 'birds' still holds datasets: 'penguins'"):
        client.delete_project("birds")


def test_datasets(client):
    assert client.list_datasets("birds") == ["penguins"]
    with pytest.raises(ProjectNotFoundError, match="no project 'cats'"):
        client.upload_dataset("cats", BIRDS, "penguins")
    with pytest.raises(DatasetExistsError, match="dataset 'penguins' already exists"):
        client.upload_dataset("birds", BIRDS, "penguins")
    client.delete_dataset("birds", "penguins")
    assert client.list_datasets("birds") == []
    with pytest.raises(DatasetNotFoundError, match="no dataset 'penguins'"):
        client.get_dataset("birds", "penguins")


def test_a_frame_in_a_frame_out(client):
    pd.testing.assert_frame_equal(client.get_dataset("birds", "penguins"), BIRDS)
    pd.testing.assert_frame_equal(client.get_dataset("birds", "penguins", 2), BIRDS.head(2))


def test_a_dict_of_splits_in_a_dict_out(client):
    splits = {"train": BIRDS[:4], "test": BIRDS[4:]}
    client.upload_dataset("birds", splits, "parts")
    back = client.get_dataset("birds", "parts")
    assert list(back) == ["train", "test"]
    for name, frame in splits.items():
        pd.testing.assert_frame_equal(back[name], frame)
    assert [len(one) for one in client.get_dataset("birds", "parts", 5).values()] == [4, 1]
    assert list(client.get_dataset("birds", "parts", None, ["test"])) == ["test"]
    assert list(client.get_dataset("birds", "parts", splits="test")) == ["test"]
    assert message(ValueError, client.get_dataset, "birds", "penguins", splits=["test"]) == (
        "dataset 'penguins' has no split 'test'; it was uploaded whole."
    )
    whole = client.get_slice("SELECT * FROM parts", "birds")
    pd.testing.assert_frame_equal(whole, BIRDS)


def test_versions(client):
    client.upload_dataset("birds", BIRDS[:1], "penguins", mode="append")
    client.upload_dataset("birds", BIRDS[:2], "penguins", mode="overwrite")
    rows = [len(client.get_dataset("birds", "penguins", version=n)) for n in (1, 2, 3)]
    assert rows == [6, 7, 2]
    assert client.vacuum("birds", "penguins") == 0
    with pytest.raises(CatalogError, match="has no version 4; there are: 1, 2, 3"):
        client.get_dataset("birds", "penguins", version=4)


def test_info(client):
    info = client.get_dataset_info("birds", "PENGUINS")
    assert json.loads(json.dumps(info)) == info
    (version,) = info["versions"]
    assert version == {key: info[key] for key in ("version", "created", "rows", "bytes")}
    assert (info["project_id"], info["dataset_id"]) == ("birds", "penguins")
    assert (info["version"], info["rows"], info["splits"]) == (1, 6, None)
    assert [(one["name"], one["kind"]) for one in info["columns"]] == [
        ("species", "text"),
        ("island", "text"),
        ("mass", "float"),
    ]
    assert client.upload_dataset("birds", BIRDS, "other")["rows"] == 6


def test_the_root_is_that_of_the_environment_or_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("PANDAS_MI_HOME", str(tmp_path / "home"))
    assert repr(Client()) == f"Client({str(tmp_path / 'home')!r})"
    monkeypatch.delenv("PANDAS_MI_HOME")
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name, appauthor: f"/data/{name}")
    assert repr(Client()) == "Client('/data/pandas_mi')"
    assert repr(Client(tmp_path)) == f"Client({str(tmp_path)!r})"


# --------------------------------------------------------------------------------- slices


@pytest.mark.parametrize(
    "table",
    [
        "penguins",
        '"penguins"',
        "PENGUINS",
        "penguins.model",
        '"penguins.model"',
        '"penguins"."model"',
        '"penguins.model.v2"',
    ],
)
def test_the_table_of_a_query_names_the_dataset(client, table):
    query = f"SELECT species FROM {table} WHERE mass > 4000"
    expected = BIRDS.loc[BIRDS["mass"] > 4000, ["species"]]
    pd.testing.assert_frame_equal(client.get_slice(query, "birds"), expected)
    result = client.get_mutual_information("birds", "penguins", "species", slice_query=query)
    assert result == {"species": {"species": 0.0}}


def test_a_dataset_of_the_whole_name_comes_first(client):
    client.upload_dataset("birds", BIRDS[:1], "penguins.Model")
    for table, rows in [
        ('"penguins.model"', 1),
        ('"penguins.model.v2"', 1),
        ('"penguins.other"', 6),
        ("penguins", 6),
    ]:
        assert len(client.get_slice(f"SELECT * FROM {table}", "birds")) == rows


def test_a_query_needs_a_dataset_that_is_there(client):
    assert message(DatasetNotFoundError, client.get_slice, "SELECT * FROM penguin", "birds") == (
        "no dataset 'penguin' in project 'birds'; there are: 'penguins'. Did you mean 'penguins'?"
    )
    query = 'SELECT * FROM "pinguins.model"'
    assert message(DatasetNotFoundError, client.get_slice, query, "birds") == (
        "no dataset 'pinguins.model' in project 'birds'; there are: 'penguins'. "
        "Did you mean 'penguins'?"
    )
    assert message(SliceError, client.get_slice, "mass > 4000", "birds") == (
        'get_slice needs to know the dataset; write SELECT * FROM "dataset" WHERE …'
    )


# --------------------------------------------------------------------- mutual information


def test_mutual_information_is_that_of_the_frame(client):
    result = client.get_mutual_information("birds", "penguins", ["mass", "species"])
    expected = pandas_mi.mutual_information(BIRDS, ["mass", "species"])
    assert list(result) == ["mass", "species"]
    for feature, row in result.items():
        assert list(row) == list(BIRDS)
        assert {type(value) for value in row.values()} == {float}
        assert list(row.values()) == expected.loc[feature].tolist()
    assert json.loads(json.dumps(result)) == result


def test_every_argument_in_its_place(client):
    query = 'SELECT species, mass FROM "penguins.model" WHERE mass IS NOT NULL'
    result = client.get_mutual_information(
        "birds", "penguins", ["species"], True, query, 4, 0.5, bins=2
    )
    expected = pandas_mi.mutual_information(
        BIRDS, ["species"], normalized=True, slice_query=query, sample_size=4, seed=0.5, bins=2
    )
    assert result == {"species": expected.loc["species"].to_dict()}
    assert list(result["species"]) == ["species", "mass"]
    signature = inspect.signature(client.get_mutual_information)
    assert str(signature).startswith(
        "(project_id: 'str', dataset_id: 'str', features: 'str | list[Hashable]', "
        "normalized: 'bool' = False, slice_query: 'str | None' = None, "
        "sample_size: 'int | None' = None, seed: 'float | None' = 0.25, *, bins"
    )


def test_one_feature_may_be_a_str(client):
    one = client.get_mutual_information("birds", "penguins", "island")
    assert one == client.get_mutual_information("birds", "penguins", ["island"])


@pytest.mark.parametrize("features", [("mass",), {"mass"}, None, 1, BIRDS.columns])
def test_features_are_a_str_or_a_list(client, features):
    expected = f"features must be a str or a list, not {type(features).__name__}"
    call = client.get_mutual_information
    assert message(ValueError, call, "birds", "penguins", features) == expected


def test_splits_are_one_table(client):
    client.upload_dataset("birds", {"a": BIRDS[:3], "b": BIRDS[3:]}, "parts")
    result = client.get_mutual_information("birds", "parts", ["species", "mass"])
    assert result == client.get_mutual_information("birds", "penguins", ["species", "mass"])


def test_what_has_no_shared_row_is_nan(client):
    frame = pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 1.0]})
    client.upload_dataset("birds", frame, "apart")
    result = client.get_mutual_information("birds", "apart", "x")
    assert result["x"]["x"] == 0.0
    assert math.isnan(result["x"]["y"])


def test_labels_that_are_not_text_are_written_as_text(client):
    frame = BIRDS.set_axis([0, ("a", 1), "mass"], axis=1)
    client.upload_dataset("birds", frame, "labels")
    result = client.get_mutual_information("birds", "labels", [0, ("a", 1)])
    assert list(result) == ["0", "('a', 1)"]
    assert list(result["0"]) == ["0", "('a', 1)", "mass"]
    assert json.loads(json.dumps(result)) == result
    client.upload_dataset("birds", BIRDS.set_axis([0, "0", "x"], axis=1), "alike")
    assert message(ValueError, client.get_mutual_information, "birds", "alike", "x") == (
        "two columns have one name as text: 0, '0', 'x'; rename one, or use the functions of "
        "the package, which return labels as they are"
    )


def test_a_query_of_another_dataset_is_refused(client):
    for table in ("flights", '"penguins2"', '"flights.penguins"'):
        query = f"SELECT * FROM {table} WHERE mass > 1"
        expected = (
            f"the query reads table {table.strip(chr(34))!r}, but the dataset is 'penguins'; "
            'write FROM "penguins", or put a model behind it: FROM "penguins.model"'
        )
        assert expected == message(
            SliceError,
            client.get_mutual_information,
            "birds",
            "penguins",
            "mass",
            slice_query=query,
        )


def test_a_bare_predicate_needs_no_table(client):
    result = client.get_mutual_information("birds", "penguins", "mass", slice_query="mass > 4000")
    assert list(result["mass"]) == list(BIRDS)


def test_a_feature_that_is_not_there_or_left_out_is_told(client):
    call = client.get_mutual_information
    with pytest.raises(UnknownColumnError, match=r"no column 'masss'.*Did you mean 'mass'"):
        call("birds", "penguins", "masss")
    with pytest.raises(UnknownColumnError, match=r"SELECT list leaves out 'mass'"):
        call("birds", "penguins", "mass", slice_query="SELECT species FROM penguins")
    with pytest.raises(DatasetNotFoundError):
        call("birds", "penguin", "mass")
    with pytest.raises(SliceError):
        call("birds", "penguins", "mass", slice_query="DROP TABLE penguins")
