"""The newest frame wins, nothing is looked at twice, and objects stay who they are."""

from __future__ import annotations

import pytest

from bubo_desktop.data import RunLengths
from bubo_desktop.state.live.identities import REMEMBERED_S, Identities
from bubo_desktop.state.live.looking import Looking
from tests.state.live_fakes import DrawnSource, ScriptedEngine, scene, thing

WAIT_MS = 10_000
pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("No RHI backend")]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def source() -> DrawnSource:
    return DrawnSource()


@pytest.fixture
def looking(engine, source) -> Looking:
    looking = Looking(engine, on_battery=lambda: False)
    looking.rate_per_s = 1000.0
    looking.start(source)
    yield looking
    looking.stop()


def test_without_a_picture_nothing_is_asked(qtbot, looking, engine) -> None:
    qtbot.wait(300)
    assert engine.sent == []
    assert looking.age_s == float("inf")


@pytest.mark.usefixtures("looking")
def test_the_newest_frame_wins_and_none_waits(qtbot, engine, source) -> None:
    source.show(scene(40))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    for left in range(60, 200, 20):
        source.show(scene(left))
        qtbot.wait(40)
    assert len(engine.sent) == 1
    engine.find(thing(0, "ball", 40))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    (newest,) = engine.sent[1][1]
    assert newest == source.newest()
    assert len(engine.sent) == 2


def test_a_picture_in_which_nothing_moves_is_looked_at_once(qtbot, looking, engine, source) -> None:
    source.show(scene())
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    engine.find(thing(0, "ball"))
    qtbot.wait(600)
    assert len(engine.sent) == 1
    assert looking.age_s < 0.5  # what was found holds for the newest frame, too


def test_boxes_go_with_what_moves(qtbot, looking, engine, source) -> None:
    places = []
    looking.moved.connect(places.append)
    source.show(scene(40))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    engine.find(thing(0, "ball", 40))
    for left in (46, 52, 58, 64):
        source.show(scene(left))
        qtbot.wait(60)
    qtbot.waitUntil(lambda: bool(places) and abs(places[-1].boxes_xyxy_px[1][0] - 64) < 2, timeout=WAIT_MS)


def test_masks_come_after_boxes_and_stay_with_the_object(qtbot, looking, engine, source) -> None:
    scenes = []
    looking.seen.connect(scenes.append)
    source.show(scene(40))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    assert engine.sent[0][-1] is True
    engine.find(thing(7, "ball", 40), masks={7: RunLengths((240, 320), (240 * 320,))})
    assert [one.things[0].outline is not None for one in scenes] == [False, True]
    source.show(scene(60))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    assert engine.sent[1][-1] is False  # masks are made less often than boxes
    engine.find(thing(3, "ball", 60))
    outline = scenes[-1].things[0].outline
    assert outline.box_xyxy_px[0] == 40  # it was made there, and has to be drawn at 60
    assert scenes[-1].things[0].box_xyxy_px[0] == 60


def test_on_battery_it_looks_less_often(qtbot, engine, source) -> None:
    looking = Looking(engine, on_battery=lambda: True)
    looking.rate_per_s = 1000.0
    looking.start(source)
    source.show(scene(40))
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    engine.find(thing(0, "ball"))
    source.show(scene(140))
    qtbot.wait(150)
    assert len(engine.sent) == 1
    qtbot.waitUntil(lambda: len(engine.sent) == 2, timeout=WAIT_MS)
    looking.stop()


def test_a_failure_is_told_once_and_looked_again(qtbot, looking, engine, source) -> None:
    troubles = []
    looking.trouble.connect(troubles.append)
    source.show(scene())
    for _ in range(2):
        qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
        engine.fail("engine", "The engine ended.")
    assert [error.message for error in troubles] == ["The engine ended."]
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)


def test_after_stop_nothing_comes(qtbot, looking, engine, source) -> None:
    source.show(scene())
    qtbot.waitUntil(lambda: bool(engine.pending), timeout=WAIT_MS)
    looking.stop()
    assert engine.pending == []
    qtbot.wait(200)
    assert len(engine.sent) == 1
    assert looking.scene is None


def test_numbers_stay_with_things() -> None:
    identities = Identities()
    assert identities.number([thing(0, "ball", 40), thing(1, "cup", 200)], 0.0) == (1, 2)
    assert identities.number([thing(0, "cup", 205), thing(1, "ball", 50)], 0.2) == (2, 1)
    assert identities.number([thing(0, "dog", 50)], 0.4) == (3,)  # so called was nothing there
    assert identities.number([thing(0, "ball", 55)], 0.6) == (1,)  # one look missed it
    assert identities.number([thing(0, "ball", 240)], 0.8) == (4,)  # another ball, far away
    identities.follow({4: (60.0, 80.0, 120.0, 140.0)})
    assert identities.number([thing(0, "ball", 62)], 1.0) == (4,)  # it was followed there
    assert identities.number([thing(0, "hat", 40)], 1.1 + REMEMBERED_S) == (1,)  # numbers become free
