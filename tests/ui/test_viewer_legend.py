"""The legend: objects by keyboard and by name, for eyes and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from bubo_desktop.state.attention import NOTHING, ObjectRef
from bubo_desktop.ui.viewer.wording import Wording
from tests.ui.viewer_stage import DOG as DOG_BOX
from tests.ui.viewer_stage import Stage, findings, thing_of, things

DOG, CAR = frozenset({ObjectRef(0, 0)}), frozenset({ObjectRef(0, 1)})


@pytest.fixture
def stage(qtbot, tmp_path) -> Iterator[Stage]:
    stage = Stage(qtbot, tmp_path)
    stage.pane.activateWindow()
    yield stage
    stage.close()


def sentences(stage: Stage) -> list[str]:
    return [label.text() for label in stage.pane.legend.findChildren(QLabel) if label.text()]


def test_tab_walks_the_objects_and_enter_or_space_pin(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    dog, car = stage.pane.legend.chips
    stage.pane.view.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert dog.hasFocus()
    assert stage.attention.lit == DOG
    qtbot.keyClick(dog, Qt.Key.Key_Tab)
    assert car.hasFocus()
    assert stage.attention.lit == CAR
    assert car.is_lit
    assert not dog.is_lit
    qtbot.keyClick(car, Qt.Key.Key_Space)
    assert stage.attention.pinned == CAR
    assert car.isChecked()
    qtbot.keyClick(car, Qt.Key.Key_Return)
    assert stage.attention.pinned == NOTHING
    assert not car.isChecked()
    qtbot.keyClick(car, Qt.Key.Key_Backtab)
    qtbot.keyClick(dog, Qt.Key.Key_Backtab)
    assert stage.pane.view.hasFocus()
    assert stage.attention.lit == NOTHING


def test_the_keyboard_stays_on_its_object_when_masks_come(stage):
    exchange = stage.show(stage.exchange(findings(things(has_masks=False)), status="answering"))
    chip = stage.pane.legend.chips[1]
    chip.setFocus()
    stage.show(replace(exchange, answer=replace(exchange.answer, images=(findings(things()),))))
    assert stage.pane.legend.chips[1] is chip
    assert chip.hasFocus()


def test_chips_say_where_how_large_and_how_sure(stage):
    unsure = thing_of(1, "car", (200, 20, 215, 30), score=0.3)
    stage.show(stage.exchange(findings((thing_of(0, "dog", score=0.97), unsure)), sources=[0]))
    first, second = (chip.accessibleName() for chip in stage.pane.legend.chips)
    assert first == "dog, lower left, about a tenth of the picture, sure, makes the sound"
    assert second == "car, at the top, very small, unsure"
    assert stage.pane.view.accessibleName() == "Picture: garden.png"
    assert stage.pane.view.accessibleDescription() == "2 objects: dog, car."


@pytest.mark.parametrize(("box", "place"), [(DOG_BOX, "lower left"), ((0, 0, 320, 240), "in the middle")])
def test_places_are_those_of_the_middle_of_the_object(box, place):
    assert place in Wording().thing(thing_of(0, "dog", box), findings(), is_source=False)


def test_the_space_is_kept_and_says_what_it_waits_for(stage):
    height = stage.pane.legend.height()
    open_one = stage.show(stage.exchange(findings(), status="answering"))
    assert sentences(stage) == ["Looking for what the words mean..."]
    view_area = stage.pane.view.geometry()
    done = replace(open_one, status="done")
    stage.show(done)
    assert sentences(stage) == ["Nothing here that this pack knows."]
    found = findings(thing_of(number, f"object {number}") for number in range(20))
    stage.show(replace(done, answer=replace(done.answer, images=(found,))))
    assert len(stage.pane.legend.chips) == 20
    assert sentences(stage) == []
    assert stage.pane.legend.height() == height
    assert stage.pane.view.geometry() == view_area


def test_tags_without_objects_are_there_too(stage):
    stage.show(stage.exchange(findings(things(), tags=["dog", "garden"])))
    assert sentences(stage) == ["garden"]
    stage.show(stage.exchange(findings(tags=["street"])))
    assert sentences(stage) == ["street"]
    assert stage.pane.legend.chips == ()


def test_what_words_light_is_lit_in_the_legend(stage):
    exchange = stage.show(stage.exchange(findings(things())))
    stage.attention.hover(exchange, CAR)
    assert [chip.is_lit for chip in stage.pane.legend.chips] == [False, True]
    stage.attention.pin(exchange, DOG)
    stage.attention.hover(exchange, NOTHING)
    assert [chip.is_lit for chip in stage.pane.legend.chips] == [True, False]
    assert [chip.isChecked() for chip in stage.pane.legend.chips] == [True, False]
