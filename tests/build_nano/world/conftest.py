"""What the tests of the world share: its words, and one painter, whose glyphs take seconds to cut."""

from __future__ import annotations

import pytest

from build.world.facts import Vocabulary, read_vocabulary
from build.world.painter import Painter
from build.world.pictures import Pictures


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="session")
def painter(vocabulary: Vocabulary) -> Painter:
    return Painter(vocabulary)


@pytest.fixture(scope="session")
def pictures(painter: Painter) -> Pictures:
    return Pictures(painter)
