"""An engine for each test."""

from collections.abc import Iterator

import pytest

from tests.fakes.pipes import Engine


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    engine = Engine(tmp_path)
    yield engine
    engine.end()
