"""The command line: results to stdout, one clear line to stderr, and its exit status."""

import io
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
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
    # pandas' own parser may miss the last digit of a float.
    result = pd.read_csv(io.StringIO(out), index_col=0, dtype=str).astype(float)
    pd.testing.assert_frame_equal(result, penguins.mi.matrix(normalized=True), check_exact=True)


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


class TestMeasures:
    """Every command gives what the function of its name gives."""

    def test_pair_is_a_number(self, run, penguins):
        value = penguins.mi.pair("species", "sex", base=2)
        for form, expected in {
            "table": repr(value),
            "json": repr(value),
            "csv": f"mutual_information\n{value!r}",
            "markdown": f"| mutual_information |\n| --- |\n| {value!r} |",
        }.items():
            status, out, err = run(
                "pair", PENGUINS, "species", "sex", "--base", 2, "--format", form
            )
            assert (status, out, err) == (0, expected + "\n", "")

    def test_pairs(self, run, penguins):
        status, out, _ = run("pairs", PENGUINS, "--columns", "species,sex,year", "--format", "csv")
        result = pd.read_csv(io.StringIO(out), dtype=str)
        numbers = ["n", "mutual_information", "normalized"]
        result[numbers] = result[numbers].astype(float)
        expected = penguins.mi.pairs(["species", "sex", "year"])
        assert status == 0
        pd.testing.assert_frame_equal(result, expected, check_exact=True, check_dtype=False)

    def test_entropy(self, run, penguins):
        _, out, _ = run("entropy", PENGUINS, "--missing", "category", "--format", "json")
        assert json.loads(out) == penguins.mi.entropy(missing="category").to_dict()

    def test_contributions(self, run, penguins):
        _, out, _ = run("contributions", PENGUINS, "species", "sex", "--format", "json")
        records = json.loads(out)
        assert records[0] == {
            "species": "Adelie", "sex": "female", "count": 73,
            "probability": pytest.approx(73 / 333),
            "contribution": pytest.approx(0.001984, abs=1e-6),
        }  # fmt: skip
        total = sum(record["contribution"] for record in records)
        assert total == pytest.approx(penguins.mi.pair("species", "sex"), abs=1e-12)
        _, out, _ = run("contributions", PENGUINS, "sex", "sex", "--format", "csv")
        assert out.startswith("sex (x),sex (y),count,")

    def test_slice(self, run, penguins):
        query = "SELECT species, body_mass_g FROM p WHERE body_mass_g > 6000"
        status, out, _ = run("slice", PENGUINS, query)
        assert (status, out.split()) == (
            0, ["species", "body_mass_g", "Gentoo", "6300.0", "Gentoo", "6050.0"],
        )  # fmt: skip
        _, out, _ = run("slice", PENGUINS, query, "--format", "json")
        assert json.loads(out)[0] == {"species": "Gentoo", "body_mass_g": 6300.0}

    def test_markdown(self, run):
        _, out, _ = run("matrix", PENGUINS, "--columns", "species,sex", "--format", "markdown")
        assert out.splitlines() == [
            "|  | species | sex |",
            "| --- | --- | --- |",
            "| species | 1.0492 | 0.0001 |",
            "| sex | 0.0001 | 0.6931 |",
        ]

    def test_bars_and_newlines_do_not_break_markdown(self, run, tmp_path):
        path = tmp_path / "x.csv"
        pd.DataFrame({"a|b": ["c\nd"]}).to_csv(path, index=False)
        _, out, _ = run("slice", path, "TRUE", "--format", "markdown")
        assert out == "| a\\|b |\n| --- |\n| c d |\n"

    @pytest.mark.parametrize(
        ("text", "bins"),
        [
            ("4", 4),
            ("none", None),
            ("[4000]", {"body_mass_g": [4000]}),
            ('{"body_mass_g": [3500, 4500]}', {"body_mass_g": [3500, 4500]}),
        ],
    )
    def test_bins(self, run, penguins, text, bins):
        _, out, _ = run("pair", PENGUINS, "species", "body_mass_g", "--bins", text)
        assert float(out) == penguins.mi.pair("species", "body_mass_g", bins=bins)

    def test_columns_with_commas_are_quoted(self, run, tmp_path):
        path = tmp_path / "x.csv"
        pd.DataFrame({"a,b": [1, 2], "c": [1, 2], "d": [1, 2]}).to_csv(path, index=False)
        _, out, _ = run("entropy", path, "--columns", '"a,b",c', "--format", "json")
        assert list(json.loads(out)) == ["a,b", "c"]

    def test_progress_goes_to_stderr(self, run):
        status, out, err = run("pair", PENGUINS, "species", "sex", "--progress")
        assert status == 0
        assert float(out) > 0
        assert "1/1" in err

    @pytest.mark.parametrize("suffix", ["csv", "json", "md", "txt"])
    def test_output_goes_to_a_file_whose_name_tells_the_format(self, run, tmp_path, suffix):
        path = tmp_path / f"out.{suffix}"
        assert run("entropy", PENGUINS, "-o", path) == (0, "", "")
        first = path.read_text().splitlines()[0]
        starts = {"csv": ",entropy", "json": "{", "md": "|  | entropy |", "txt": "species"}
        assert first.startswith(starts[suffix])
        assert run("entropy", PENGUINS, "-o", path, "--format", "json") == (0, "", "")
        assert json.loads(path.read_text())


class TestPlots:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["heatmap", PENGUINS, "--order", "none"],
            ["heatmap", PENGUINS, "--base", 2],
            ["bar", PENGUINS, "species", "--top", 3],
            ["pair", PENGUINS, "species", "sex"],
        ],
    )
    @pytest.mark.parametrize("suffix", ["png", "svg"])
    def test_pictures_are_written(self, run, tmp_path, arguments, suffix):
        pytest.importorskip("matplotlib")
        path = tmp_path / f"a.{suffix}"
        assert run("plot", *arguments, "--output", path) == (0, "", "")
        starts = {"png": b"\x89PNG", "svg": b"<?xml"}
        assert path.read_bytes().startswith(starts[suffix])

    def test_an_unknown_kind_of_picture_is_an_error(self, run, tmp_path):
        pytest.importorskip("matplotlib")
        status, out, err = run("plot", "heatmap", PENGUINS, "-o", tmp_path / "a.nope")
        assert (status, out) == (2, "")
        assert err.startswith("pandas-mi: error: Format 'nope' is not supported")


class TestStore:
    @pytest.fixture
    def store(self, run, tmp_path):
        return lambda verb, *rest: run("store", verb, *rest, "--root", tmp_path / "store")

    def test_upload_list_info_use_delete(self, store, run, penguins, tmp_path):
        assert store("list") == (0, "", "")
        status, out, err = store("upload", PENGUINS, "zoo/penguins")
        assert (status, out, err) == (0, "zoo/penguins: 344 rows, 8 columns, version 1\n", "")
        assert store("list") == (0, "zoo/penguins\n", "")
        status, out, _ = store("info", "zoo/penguins")
        assert out.startswith("zoo/penguins: 344 rows, version 1\n")
        assert "flipper_length_mm" in out
        status, out, _ = store("info", "zoo/penguins", "--format", "json")
        assert json.loads(out)["rows"] == 344
        root = ["--root", tmp_path / "store"]
        _, out, _ = run("pair", "zoo/penguins", "species", "island", *root)
        assert float(out) == penguins.mi.pair("species", "island")
        assert store("delete", "zoo/penguins") == (0, "", "")
        assert store("list") == (0, "zoo/\n", "")
        assert store("delete", "zoo") == (0, "", "")
        assert store("list") == (0, "", "")

    def test_mode(self, store):
        store("upload", PENGUINS, "zoo/penguins")
        status, _, err = store("upload", PENGUINS, "zoo/penguins")
        assert status == 2
        assert err.startswith("pandas-mi: error: dataset 'penguins' already exists, with 344 rows")
        status, out, _ = store("upload", PENGUINS, "zoo/penguins", "--mode", "append")
        assert out == "zoo/penguins: 688 rows, 8 columns, version 2\n"
        assert store("list", "zoo") == (0, "zoo/penguins\n", "")

    @pytest.mark.parametrize("name", ["penguins", "zoo/", "/penguins"])
    def test_a_dataset_has_two_parts(self, store, name):
        status, _, err = store("info", name)
        assert status == 2
        assert err == f"pandas-mi: error: expected PROJECT/DATASET, got {name!r}\n"

    def test_neither_file_nor_dataset(self, run, tmp_path):
        status, _, err = run("matrix", "zoo/penguins", "--root", tmp_path)
        assert status == 2
        assert err.startswith(
            "pandas-mi: error: 'zoo/penguins' is no file, and no dataset either: no project 'zoo'"
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["matrix", "missing.csv"], "pandas-mi: error: no file or directory 'missing.csv'"),
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
    "arguments",
    [
        ["unknown"], ["matrix"], ["matrix", "x", "--format", "xml"], ["plot"], ["store"],
        ["plot", "heatmap", "x"], ["matrix", "x", "--bins", "some"], ["matrix", "x", "--norm"],
    ],
)  # fmt: skip
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: pandas-mi" in capsys.readouterr().err


def test_nothing_at_all_shows_the_help(run):
    status, out, err = run()
    assert (status, out) == (2, "")
    assert "pandas-mi store upload" in err


@pytest.mark.parametrize(
    "command",
    [
        [], ["demo"], ["matrix"], ["target"], ["pair"], ["pairs"], ["contributions"], ["entropy"],
        ["plot"], ["plot", "heatmap"], ["plot", "bar"], ["plot", "pair"], ["slice"], ["store"],
        ["store", "upload"], ["store", "list"], ["store", "info"], ["store", "delete"],
    ],
)  # fmt: skip
def test_every_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    after = out.partition("example")[2]
    assert " ".join(["pandas-mi", *command]) in after


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


def test_a_csv_file_and_the_dataset_made_of_it_give_the_same(run, tmp_path):
    path, root = tmp_path / "x.csv", ["--root", tmp_path / "store"]
    days = pd.date_range("2024-01-01", periods=300).astype(str)
    pd.DataFrame({"day": days, "y": range(300)}).to_csv(path, index=False)
    run("store", "upload", path, "a/b", *root)
    direct, stored = run("pair", path, "day", "y"), run("pair", "a/b", "day", "y", *root)
    assert direct == stored
    assert direct[2] == ""  # no warning of 300 levels: these are dates


class TestUnix:
    """A pipe, a terminal, an interrupt: what only a process of its own can show."""

    COMMAND = (sys.executable, "-m", "pandas_mi")

    def test_csv_is_read_from_standard_input(self):
        command = [*self.COMMAND, "pair", "-", "x", "y"]
        done = subprocess.run(command, input="x,y\n1,1\n2,2\n", capture_output=True, text=True)
        assert done.stdout == "0.6931471805599453\n"

    def test_a_broken_pipe_is_silent(self, tmp_path):
        path = tmp_path / "wide.csv"  # more than the 64 kB that a pipe holds
        pd.DataFrame({f"c{n}": range(3) for n in range(120)}).to_csv(path, index=False)
        command = [*self.COMMAND, "pairs", str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=60) == 141

    def test_an_interrupt_is_silent(self, monkeypatch, capsys):
        def interrupted(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr("pandas_mi.analysis.matrix", interrupted)
        assert main(["matrix", PENGUINS]) == 130
        assert capsys.readouterr() == ("", "")

    def test_a_terminal_without_the_sign_gets_a_question_mark(self):
        command = [*self.COMMAND, "contributions", PENGUINS, "species", "body_mass_g"]
        done = subprocess.run(
            command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"? 3400" in done.stdout

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
    def test_wide_tables_fit_the_terminal(self):
        lines = on_a_terminal([*self.COMMAND, "matrix", PENGUINS], columns=60)
        assert max(map(len, lines)) <= 60
        assert sum(line.startswith("species") for line in lines) > 1  # in several blocks
        assert lines[0].split()[0] == "species"
        piped = subprocess.run([*self.COMMAND, "matrix", PENGUINS], capture_output=True, text=True)
        assert len(piped.stdout.splitlines()) == 9


def on_a_terminal(command, columns):
    """Return the lines that a command writes to a terminal so many columns wide."""
    import fcntl
    import pty
    import struct
    import termios

    main_end, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    process = subprocess.Popen(command, stdout=end, stdin=end, env=environment)
    os.close(end)
    written = b""
    try:
        while piece := os.read(main_end, 65536):
            written += piece
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(main_end)
    assert process.wait(timeout=60) == 0
    return written.decode().splitlines()


class TestCompare:
    @pytest.fixture
    def days(self, tmp_path):
        """Two files, of which the second has lost what x tells of y."""
        rng = np.random.default_rng(0)
        x, y = rng.integers(0, 3, (2, 800))
        frame = pd.DataFrame({"day": np.arange(800) // 100, "x": x, "y": np.where(x == 2, x, y)})
        frame.loc[frame["day"] > 5, "y"] = y[600:]
        frame.to_csv(tmp_path / "days.csv", index=False)
        frame[frame["day"] < 4].to_csv(tmp_path / "a.csv", index=False)
        frame[frame["day"] > 5].to_parquet(tmp_path / "b.parquet")
        return tmp_path

    def test_the_status_says_whether_anything_has_changed(self, run, days):
        path, columns = days / "days.csv", ("--columns", "x,y")
        same = run("compare", path, "--before", "day < 3", "--after", "day = 3", *columns)
        assert (same[0], same[2]) == (0, "")
        changed = run("compare", path, "--before", "day < 4", "--after", "day > 5", *columns)
        assert (changed[0], changed[2]) == (1, "")
        assert changed[1].split()[:4] == ["x", "y", "mi_before", "mi_after"]
        strict = run(
            "compare", path, "--before", "day < 4", "--after", "day > 5", *columns, "--q", 0
        )
        assert strict[0] == 0

    def test_two_files_and_other_formats(self, run, days):
        status, out, err = run(
            "compare", days / "a.csv", days / "b.parquet", "--columns", "x,y", "--format", "json"
        )
        assert (status, err) == (1, "")
        frame = pd.read_csv(days / "days.csv")
        expected = frame.mi.compare("day < 4", "day > 5", ["x", "y"]).to_dict("records")
        assert json.loads(out) == expected
        status, out, _ = run(
            "compare", days / "a.csv", days / "b.parquet", "--columns", "x,y", "--format", "csv",
            "--method", "delta", "--base", 2, "--slice", "x < 2",
        )  # fmt: skip
        assert status in (0, 1)
        assert out.splitlines()[0].startswith("x,y,mi_before,mi_after,difference,standard_error")

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("--before", "day < 4"),
            ("b.parquet", "--before", "x = 1", "--after", "x = 2"),
            ("b.parquet", "b.parquet"),
        ],
    )
    def test_what_is_compared_must_be_clear(self, run, days, monkeypatch, arguments):
        monkeypatch.chdir(days)
        status, out, err = run("compare", "a.csv", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith(
            "pandas-mi: error: compare takes one table with --before and --after, or two tables"
        )

    def test_failures_are_2(self, run, days):
        status, _, err = run(
            "compare", days / "days.csv", "--before", "day < 4", "--after", "day > 2"
        )
        assert status == 2
        assert "before and after share 100 rows" in err
