"""The store against a plain dict: any sequence of calls does what the dict says."""

import datetime as dt
import os
import shutil
import tempfile
import uuid
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pandas_mi.catalog import Catalog, publishing
from pandas_mi.errors import CatalogError, DatasetExistsError, DatasetNotFoundError

DAY = dt.timedelta(days=1)
NAMES = st.sampled_from(["a", "A", "a", "b.C"])
MODES = st.sampled_from(["error", "append", "append", "overwrite"])


def plain(values):
    return pd.DataFrame({"x": np.array(values, dtype=np.int64), "text": [str(v) for v in values]})


def typed(values):
    levels = pd.CategoricalDtype([9, 1, 0], ordered=True)
    instants = pd.to_datetime(pd.Series(values), unit="h").dt.tz_localize("Asia/Tokyo")
    objects = pd.Series([None if v == 2 else np.nan if v == 3 else b"b" for v in values], dtype="O")
    return pd.DataFrame(
        {
            "level": pd.Series(values).where(np.array(values) < 2).astype(levels),
            "at": instants,
            ("tuple", 1): objects,
        },
        index=pd.MultiIndex.from_arrays([values, list(map(str, values))], names=["i", None]),
    )


VALUES = st.lists(st.integers(0, 3), min_size=1, max_size=4)
FRAMES = st.builds(lambda make, values: make(values), st.sampled_from([plain, typed]), VALUES)
SPLITS = st.builds(
    lambda make, splits: {name: make(values) for name, values in splits.items()},
    st.sampled_from([plain, typed]),
    st.dictionaries(st.sampled_from(["train", "test", "é/.."]), VALUES, min_size=1),
)


def fits(old, new):
    """Whether rows may be appended to others."""
    if isinstance(old, dict) != isinstance(new, dict):
        return False
    one, other = (next(iter(d.values())) if isinstance(d, dict) else d for d in (old, new))
    return list(one.columns) == list(other.columns)


def joined(old, new):
    if isinstance(old, dict):
        both = {split: [d[split] for d in (old, new) if split in d] for split in {**old, **new}}
        return {split: after_each_other(parts) for split, parts in both.items()}
    return after_each_other([old, new])


def after_each_other(frames):
    default = isinstance(frames[0].index, pd.RangeIndex)
    return pd.concat(frames, ignore_index=default)


def assert_same(read, expected):
    if isinstance(expected, dict):
        assert list(read) == list(expected)
        for split in expected:
            pd.testing.assert_frame_equal(read[split], expected[split])
    else:
        pd.testing.assert_frame_equal(read, expected)


def everything(version):
    return version.read() if version.splits is None else version.read_splits()


class Published(NamedTuple):
    spelling: str | None
    content: pd.DataFrame | dict | None  # None: deleted
    created: dt.datetime | None


class StoreMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.clock = dt.datetime.now(dt.UTC)
        # The disk's own promises are not what is tested here, and they take most of the time.
        self.patches = [
            mock.patch.object(publishing, "now", self.now),
            mock.patch.object(os, "fsync"),
        ]
        for patch in self.patches:
            patch.start()
        self.catalog = Catalog(self.root)
        self.catalog.create_project("Project")
        self.model = {}  # folded name -> number -> Published

    def now(self, after=None):
        return self.clock

    def teardown(self):
        for patch in self.patches:
            patch.stop()
        shutil.rmtree(self.root)

    def newest(self, name):
        held = self.model.get(name.lower())
        return (max(held), held[max(held)]) if held else (0, Published(None, None, None))

    @rule(name=NAMES, data=FRAMES | SPLITS, mode=MODES)
    def upload(self, name, data, mode):
        number, (spelling, content, _) = self.newest(name)
        if content is not None and mode == "error":
            with pytest.raises(DatasetExistsError, match=f"dataset '{spelling}' already exists"):
                self.catalog.upload("project", data, name, mode=mode)
            return
        appended = content is not None and mode == "append"
        if appended and not fits(content, data):
            with pytest.raises(ValueError, match=f"cannot append to dataset '{spelling}'"):
                self.catalog.upload("project", data, name, mode=mode)
            return
        assert self.catalog.upload("project", data, name, mode=mode).number == number + 1
        published = Published(
            name if content is None else spelling,
            joined(content, data) if appended else data,
            self.clock,
        )
        self.model.setdefault(name.lower(), {})[number + 1] = published

    @rule(name=NAMES)
    def delete(self, name):
        number, (spelling, content, _) = self.newest(name)
        if content is None:
            with pytest.raises(DatasetNotFoundError, match=f"no dataset '{name}'"):
                self.catalog.delete("project", name)
            return
        self.catalog.delete("project", name)
        self.model[name.lower()][number + 1] = Published(spelling, None, self.clock)

    @rule(name=NAMES, rows=st.integers(1, 6))
    def read_the_first_rows(self, name, rows):
        if self.newest(name)[1].content is None:
            with pytest.raises(DatasetNotFoundError):
                self.catalog.newest("project", name)
            return
        version = self.catalog.newest("project", name)
        pd.testing.assert_frame_equal(version.read(max_rows=rows), version.read().head(rows))
        if version.splits is not None:
            parts = version.read_splits(max_rows=rows)
            assert list(parts) == list(version.splits)
            assert sum(map(len, parts.values())) == min(rows, version.rows)

    @rule(name=NAMES)
    def litter(self, name):
        """Leave what an upload leaves that is killed."""
        if (directory := self.root / "project" / name.lower()).exists():
            (directory / "data" / f"{uuid.uuid4().hex}.parquet").write_bytes(b"PAR1")
            (directory / "_versions" / f".{uuid.uuid4().hex}.tmp").write_text("{")

    @rule(hours=st.sampled_from([1, 9, 15, 25]), keep=st.sampled_from([DAY, DAY, DAY, DAY * 0]))
    def wait_and_vacuum(self, hours, keep):
        self.clock += dt.timedelta(hours=hours)
        if not keep:  # files are dated by the system
            self.clock = max(self.clock, dt.datetime.now(dt.UTC))
        self.catalog.vacuum(keep=keep)
        for name, held in self.model.items():
            for old, new in pairwise(sorted(held)):
                if held[new].created <= self.clock - keep:
                    del held[old]
            self.check_versions(name, held)
            if not keep:
                self.check_files(name, held)

    def check_versions(self, name, held):
        for number in range(1, max(held) + 1):
            if number not in held or held[number].content is None:
                with pytest.raises(CatalogError):
                    self.catalog.version("project", name, number)
            else:
                read = everything(self.catalog.version("project", name, number))
                assert_same(read, held[number].content)

    def check_files(self, name, held):
        """Nothing is left but the newest version."""
        directory = self.root / "project" / name
        kept = sorted(path.name for path in (directory / "_versions").iterdir())
        assert kept == [f"{number:08}.json" for number in sorted(held)]
        live = held[max(held)].content is not None
        files = self.catalog.newest("project", name).paths if live else []
        assert sorted(files) == sorted((directory / "data").iterdir())

    @invariant()
    def the_newest_versions_are_as_they_should_be(self):
        live = [name for name in self.model if self.newest(name)[1].content is not None]
        spelt = [self.newest(name)[1].spelling for name in live]
        assert self.catalog.datasets("PROJECT") == sorted(spelt, key=str.lower)
        assert self.catalog.projects() == ["Project"]
        for name in live:
            number, (spelling, content, _) = self.newest(name)
            version = self.catalog.newest("project", name)
            assert (version.number, version.dataset_id) == (number, spelling)
            assert_same(everything(version), content)
            frames = list(content.values()) if isinstance(content, dict) else [content]
            assert_same(version.read(), after_each_other(frames))
            assert version.rows == sum(map(len, frames))

    @rule()
    def delete_project(self):
        if any(self.newest(name)[1].content is not None for name in self.model):
            with pytest.raises(CatalogError, match="'project' still holds datasets"):
                self.catalog.delete_project("project")
        else:
            self.catalog.delete_project("project")
            assert list(self.root.iterdir()) == []
            self.catalog.create_project("Project")
            self.model = {}


StoreMachine.TestCase.settings = settings(stateful_step_count=12)
test_store = StoreMachine.TestCase
