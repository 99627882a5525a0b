"""The command line: results to stdout, one clear line to stderr, exit status 2."""

import io
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from pandas_mi.cli import main

PENGUINS = str(files("pandas_mi") / "data" / "penguins.csv")


@pytest.fixture
def penguins():
    return pd.read_csv(PENGUINS)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def test_demo_makes_the_documented_call_and_prints_tables(run, penguins):
    status, out, err = run("demo")
    assert (status, err) == (0, "")
    title, whole, sliced, matrix, target = out.strip().split("\n\n")
    assert "344 rows, 8 columns, 19 missing values" in title
    dictionary = json.loads(whole.split("\n", 1)[1])
    assert list(dictionary) == ["species", "sex"]
    assert list(dictionary["species"]) == list(penguins.columns)
    assert dictionary["species"]["island"] == penguins.mi.pair("species", "island")
    light = penguins[penguins["body_mass_g"] < 4000]
    expected = light.mi.mutual_information("species").loc["species"].to_dict()
    assert json.loads(sliced.split("\n", 1)[1]) == {"species": expected}
    assert "0.5068" in matrix
    assert target.splitlines()[1].startswith("flipper_length_mm")


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "tsv", "parquet"])
def test_every_file_gives_the_matrix(run, penguins, tmp_path, suffix):
    path = tmp_path / f"penguins.{suffix}"
    if suffix == "parquet":
        penguins.to_parquet(path)
    else:
        penguins.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    status, out, err = run("matrix", path, "--normalized", "--format", "csv")
    assert (status, err) == (0, "")
    result = pd.read_csv(io.StringIO(out), index_col=0)
    # pandas' parser may miss the last digit of a float.
    expected = penguins.mi.matrix(normalized=True)
    pd.testing.assert_frame_equal(result, expected, rtol=1e-15, atol=0)


def test_options_are_those_of_python(run, penguins):
    query = "SELECT * FROM t WHERE sex = 'male'"
    status, out, _ = run(
        "target", PENGUINS, "species", "--slice", query, "--sample-size", 80, "--seed", -3,
        "--columns", "island,year", "--format", "json",
    )  # fmt: skip
    expected = penguins.mi.target(
        "species", ["island", "year"], slice_query=query, sample_size=80, seed=-3
    )
    assert status == 0
    assert json.loads(out) == expected.to_dict()


def test_nan_is_null_in_json(run, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x,y\n1,\n2,\n")
    status, out, _ = run("matrix", path, "--format", "json")
    assert status == 0
    assert json.loads(out) == {
        "x": {"x": pytest.approx(0.6931471805599453), "y": None},
        "y": {"x": None, "y": None},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["matrix", "missing.csv"], "pandas-mi: error: [Errno 2] No such file or directory: 'mis"),
        (["matrix", "missing.parquet"], "pandas-mi: error: no file or directory 'missing.parquet'"),
        (["matrix", __file__], "pandas-mi: error: "),
        (["target", PENGUINS, "specie"], "pandas-mi: error: no column 'specie'; there are: "),
        (["matrix", PENGUINS, "--slice", "x <"], "pandas-mi: error: "),
        (["matrix", PENGUINS, "--sample-size", "-1"], "pandas-mi: error: sample_size must be at l"),
        (["matrix", PENGUINS, "--seed", "nan"], "pandas-mi: error: seed must be finite, got nan"),
    ],
)
def test_an_error_is_one_line_and_status_2(run, arguments, message):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["unknown"], ["matrix"], ["matrix", "x", "--format", "xml"]]
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: pandas-mi" in capsys.readouterr().err


def test_a_warning_is_one_line(run, tmp_path):
    path = tmp_path / "ids.csv"
    pd.DataFrame({"id": [f"i{n}" for n in range(99)], "y": [0] * 99}).to_csv(path, index=False)
    status, _, err = run("matrix", path)
    assert status == 0
    assert err.startswith("pandas-mi: warning: plug-in mutual information is inflated for 'id'")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [[str(Path(sys.executable).with_name("pandas-mi"))], [sys.executable, "-m", "pandas_mi"]],
)
def test_it_runs_as_a_command(command):
    result = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert "demo" in result.stdout
