"""Any mixed frame that Parquet can hold comes back from the store as it was."""

import os
import tempfile
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from pandas_mi.catalog import Catalog
from pandas_mi.testing import frames


@pytest.fixture(scope="module")
def upload():
    with tempfile.TemporaryDirectory() as root, mock.patch.object(os, "fsync"):
        catalog = Catalog(root)
        catalog.create_project("p")

        def upload(frame, mode="overwrite"):
            try:
                return catalog.upload("p", frame, "d", mode=mode)
            except TypeError as refused:
                if "Parquet has no" in str(refused):  # infinite decimals, objects of several types
                    reject()
                raise

        yield upload


@given(frames(), st.data())
def test_a_frame_its_columns_and_its_first_rows_come_back_equal(upload, frame, data):
    version = upload(frame)
    pd.testing.assert_frame_equal(version.read(), frame)
    chosen = data.draw(st.lists(st.sampled_from(list(frame)), unique=True))
    rows = data.draw(st.integers(0, 20))
    read = version.read(chosen, max_rows=rows)
    pd.testing.assert_frame_equal(read, frame[chosen].head(rows))


@given(frames(), st.integers(0, 20))
def test_two_halves_appended_are_the_whole(upload, frame, cut):
    upload(frame[:cut])
    pd.testing.assert_frame_equal(upload(frame[cut:], "append").read(), frame)
