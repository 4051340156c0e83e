"""Told once when it is there, not for one mistaken look, and again only after it was away."""

from __future__ import annotations

import pytest

from bubo_desktop.state.live.watching import AWAY_S, Presence, Watching
from tests.state.live_fakes import DrawnSource, ScriptedEngine, ToneMicrophone, scene, thing

WAIT_MS = 10_000
pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("No RHI backend")]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def watching(engine) -> Watching:
    watching = Watching(engine)
    yield watching
    watching.stop()


def test_presence() -> None:
    presence, told = Presence(), []
    looks = [(0, 0), (1, 1), (2, 0), (3, 1), (4, 1), (5, 1), (6, 0), (7, 1), (8, 1), (8 + AWAY_S, 0), (14, 1), (15, 1)]
    for now_s, is_there in looks:
        if presence.take(is_there=bool(is_there), now_s=now_s):
            told.append(now_s)
    assert told == [4, 15]


def test_a_thing_is_made_sure_of_and_told_once(qtbot, watching, engine) -> None:
    noticed = []
    watching.noticed.connect(noticed.append)
    source = DrawnSource()
    source.show(scene())
    watching.start("the red ball", source)
    for _ in range(2):  # the second look is at a picture that has not changed
        qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
        assert not noticed
        assert engine.sent[-1][3] == "the red ball"
        engine.find(thing(0, "cup", 200), thing(4, "ball"), sought=[4])
    assert [(one.labels, one.frame) for one in noticed] == [(("ball",), source.newest())]
    qtbot.wait(600)
    assert (len(engine.sent), len(noticed)) == (2, 1)


def test_a_sound_is_listened_for_when_there_is_one(qtbot, watching, engine) -> None:
    noticed = []
    watching.noticed.connect(noticed.append)
    microphone = ToneMicrophone(peak=0.001)
    watching.start("bell", microphone=microphone)
    qtbot.wait(600)
    assert engine.sent == []
    microphone.peak = 0.5
    for _ in range(2):
        qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
        engine.hear("bell", is_sought=True)
    assert [(one.labels, one.frame) for one in noticed] == [(("bell",), None)]


def test_a_word_that_is_not_known_ends_it(qtbot, watching, engine) -> None:
    troubles = []
    watching.trouble.connect(troubles.append)
    source = DrawnSource()
    source.show(scene())
    watching.start("zeitgeist", source)
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    engine.fail("input", 'This pack knows nothing that is called "zeitgeist".')
    assert 'called "zeitgeist"' in troubles[0].message
    assert watching.words == ""
