"""A desktop for all tests of the real window, and the program on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.window.desktop import Desktop, open_desktop

collect_ignore = ["accessibility_probe.py"]  # is run by the system's Python


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    if sys.platform != "linux":
        pytest.skip("the tests of the real window need an X server of their own")
    with open_desktop((1280, 800)) as desktop:
        yield desktop
