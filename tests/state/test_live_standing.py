"""A standing question is asked about the newest frame, one answer after the other, after the chat's own."""

from __future__ import annotations

import pytest

from bubo_desktop.data import Link, PictureFindings
from bubo_desktop.state.live.scene import LiveLink
from bubo_desktop.state.live.standing import StandingQuestion
from tests.state.live_fakes import DrawnSource, ScriptedEngine, scene, thing

WAIT_MS = 10_000
pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("No RHI backend")]
QUESTION = "What am I holding?"


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def source() -> DrawnSource:
    return DrawnSource()


@pytest.fixture
def standing(engine, source) -> StandingQuestion:
    standing = StandingQuestion(engine)
    source.show(scene(40))
    standing.start(source, QUESTION)
    yield standing
    standing.stop()


def test_it_is_asked_without_masks_and_answered_with_its_age(qtbot, standing, engine) -> None:
    answers = []
    standing.answered.connect(answers.append)
    kind, question, (frame,), outline = engine.sent[0]
    assert (kind, question, frame.width_px, outline) == ("ask", QUESTION, 320, False)
    qtbot.wait(150)
    picture = PictureFindings("", 320, 240, objects=(thing(5, "ball"),))
    engine.say("A ball.", images=(picture,), links=(Link(2, 6, "ball", 0, (5,), 0.9),))
    assert (answers[0].text, answers[0].links) == ("A ball.", (LiveLink(2, 6, ("ball",)),))
    assert answers[0].latency_s >= 0.1  # Qt waits a little less than asked
    assert standing.age_s < 0.1  # nothing has moved since, so it is as good as new


def test_the_next_is_asked_when_the_picture_is_another_one(qtbot, standing, engine, source) -> None:
    for left in (80, 120, 160):
        source.show(scene(left))
        qtbot.wait(120)
    assert len(engine.sent) == 1  # the first has not been answered
    engine.say("A ball.")
    assert engine.sent[1][2] == (source.newest(),)
    engine.say("A ball.")
    qtbot.wait(400)
    assert len(engine.sent) == 2  # nothing moved
    assert standing.age_s < 0.3  # so the answer still holds


def test_another_question_is_asked_at_once(standing, engine, source) -> None:
    standing.start(source, "What do you see?")
    assert [request[1] for request in engine.sent] == [QUESTION, "What do you see?"]
    assert len(engine.pending) == 1


def test_the_chat_goes_first(qtbot, standing, engine) -> None:
    standing.hold(True)
    assert engine.pending == []
    qtbot.wait(300)
    assert len(engine.sent) == 1
    standing.hold(False)
    qtbot.waitUntil(lambda: len(engine.sent) == 2, timeout=WAIT_MS)


@pytest.mark.usefixtures("standing")
def test_it_waits_while_the_engine_has_other_work(qtbot, engine, source) -> None:
    engine.say("A ball.")
    engine.is_idle = False
    source.show(scene(160))
    qtbot.wait(300)
    assert len(engine.sent) == 1
    engine.is_idle = True
    qtbot.waitUntil(lambda: len(engine.sent) == 2, timeout=WAIT_MS)


def test_what_was_asked_before_stop_is_not_told(standing, engine) -> None:
    answers = []
    standing.answered.connect(answers.append)
    standing.stop()
    assert (engine.pending, answers, standing.answer) == ([], [], None)
