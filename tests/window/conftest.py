"""A desktop for all tests of the real window. They need an X server of their own, so they run on Linux only."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.window.desktop import Desktop, open_desktop

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    with open_desktop((1280, 800)) as desktop:
        yield desktop
