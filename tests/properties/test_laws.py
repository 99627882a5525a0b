"""Every law holds on every mixed frame."""

import pytest
from hypothesis import given

from pandas_mi.testing import LAWS, frames


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(frame=frames())
def test_law(law, frame):
    law(frame)
