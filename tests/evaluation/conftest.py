"""The engine of fake parts as one who is asked."""

from collections.abc import Callable

import pytest

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.protocol import Ask
from build.evaluation.examiner import Examiner
from build.evaluation.gallery import Gallery
from tests.fakes.parts import fake_pack, open_world_pack


class FakeTalk:
    """Asks a pipeline of fake parts without a process between; `questions` are those that were asked."""

    def __init__(self, pack) -> None:
        self._pipeline = Pipeline(pack)
        self.questions: list[str] = []

    def ask(self, question, images=(), sounds=(), history=()):
        self.questions.append(question)
        request = Ask(id=1, question=question, images=tuple(images), sounds=tuple(sounds), history=tuple(history))
        return self._pipeline.answer(request, Cancellation(), lambda _: None)


@pytest.fixture
def talk() -> FakeTalk:
    """Answers `The dog is big.` and sees a dog in `DOG_BOX` of any picture that is not even."""
    return FakeTalk(fake_pack())


@pytest.fixture
def open_talk() -> Callable[..., FakeTalk]:
    """Likewise of an open world, where all words of `seen` are found."""
    return lambda *seen: FakeTalk(open_world_pack(*seen))


@pytest.fixture
def examine(talk) -> Callable:
    """Has a test set examined and returns its figures' values by name."""

    def run(suite, asker=talk):
        return {figure.name: figure.value for figure in Examiner(asker, Gallery()).examine(suite).figures}

    return run
