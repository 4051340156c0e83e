"""The shipped pack in a real engine process, one for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bubo_desktop.cli.talk import Talk, talking

NANO = Path(__file__).parents[2] / "models" / "nano"


@pytest.fixture(scope="session")
def nano() -> Path:
    return NANO


@pytest.fixture(scope="module")
def talk(nano, qapp) -> Iterator[Talk]:
    """`qapp` first: a talk would make an application without windows, and there can be only one."""
    del qapp
    with talking(nano) as talk:
        yield talk
