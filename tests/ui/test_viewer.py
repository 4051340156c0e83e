"""The picture pane as its user meets it: what is seen, what the pointer and the keyboard do, what others are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from bubo_desktop.palette import look_of
from bubo_desktop.state.attention import NOTHING, ObjectRef
from bubo_desktop.state.settings import SettingsFile
from tests.ui.viewer_stage import GREY, HEIGHT, WIDTH, Stage, findings, thing_of, things

DOG, CAR = frozenset({ObjectRef(0, 0)}), frozenset({ObjectRef(0, 1)})
IN_DOG, IN_CAR, NOWHERE = (80, 170), (250, 70), (20, 20)


@pytest.fixture
def stage(qtbot, tmp_path) -> Iterator[Stage]:
    stage = Stage(qtbot, tmp_path)
    yield stage
    stage.close()


def is_grey(colour) -> bool:
    return colour.red() == colour.green() == colour.blue()


def test_without_a_picture_the_pane_can_be_folded_away(stage, qtbot):
    assert not stage.pane.has_picture
    with qtbot.waitSignal(stage.pane.has_picture_changed) as told:
        stage.show(stage.exchange())
    assert told.args == [True]
    with qtbot.waitSignal(stage.pane.has_picture_changed) as told:
        stage.attention.show_draft(())
    assert told.args == [False]


def test_the_pictures_of_the_draft_are_shown_plain_until_something_is_asked(stage):
    drafted = (stage.picture(90),)
    stage.attention.show_draft(drafted)
    stage.settle()
    assert stage.colour(*IN_DOG).red() == 90
    stage.show(stage.exchange(findings()))
    assert stage.colour(*IN_DOG).red() == GREY
    stage.attention.show_draft(drafted)
    stage.settle()
    assert stage.colour(*IN_DOG).red() == 90


def test_boxes_come_first_and_masks_join_them(stage):
    exchange = stage.show(stage.exchange(findings(things(has_masks=False)), status="answering"))
    assert not is_grey(stage.colour(40, 170))  # the left side of the dog's box
    assert is_grey(stage.colour(*IN_DOG))
    stage.show(replace(exchange, answer=replace(exchange.answer, images=(findings(things()),))))
    assert not is_grey(stage.colour(*IN_DOG))
    assert is_grey(stage.colour(44, 124))  # in the box, not in the mask


def test_hovering_a_region_lights_its_object_and_leaving_it_nothing(stage):
    stage.show(stage.exchange(findings(things())))
    stage.point_at(*IN_DOG)
    assert stage.attention.lit == DOG
    stage.point_at(*IN_CAR)
    assert stage.attention.lit == CAR
    stage.point_at(*NOWHERE)
    assert stage.attention.lit == NOTHING


def test_what_is_lit_stands_out_and_the_rest_is_dimmed_by_a_third(stage):
    exchange = stage.show(stage.exchange(findings(things())))
    dog, ground = stage.colour(*IN_DOG), stage.colour(*NOWHERE)
    assert ground.red() == GREY
    stage.attention.hover(exchange, DOG)
    assert stage.colour(*NOWHERE).red() == pytest.approx(GREY * 2 / 3, abs=2)
    lit = stage.colour(*IN_DOG)
    assert not is_grey(lit)
    far = sum(abs(a - b) for a, b in zip(lit.getRgb()[:3], look_of(0).colour, strict=True))
    assert far < sum(abs(a - b) for a, b in zip(dog.getRgb()[:3], look_of(0).colour, strict=True))
    stage.attention.hover(exchange, NOTHING)
    assert stage.colour(*NOWHERE).red() == GREY


def test_of_objects_one_in_the_other_the_smaller_is_meant(stage):
    inner = thing_of(1, "nose", (70, 160, 90, 180))
    stage.show(stage.exchange(findings((thing_of(0, "dog"), inner))))
    stage.point_at(*IN_DOG)
    assert stage.attention.lit == CAR  # the object with id 1
    stage.point_at(80, 200)
    assert stage.attention.lit == DOG


def test_a_tiny_object_can_be_hit_from_beside_it(stage):
    stage.show(stage.exchange(findings((thing_of(0, "fly", (200, 150, 203, 153)),))))
    stage.point_at(205, 152)
    assert stage.attention.lit == DOG


def test_a_click_pins_and_another_on_nothing_or_escape_unpins(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    stage.click(*IN_DOG)
    stage.point_at(*NOWHERE)
    assert stage.attention.lit == DOG
    stage.click(*NOWHERE)
    assert stage.attention.lit == NOTHING
    stage.click(*IN_CAR)
    stage.point_at(*NOWHERE)
    qtbot.keyClick(stage.pane.view, Qt.Key.Key_Escape)
    assert stage.attention.pinned == NOTHING


def test_the_name_on_the_picture_is_as_good_as_the_object(stage):
    stage.show(stage.exchange(findings(things())))
    stage.point_at(44, 116)  # above the dog's box
    assert stage.attention.lit == DOG


def test_zoom_and_pan_keep_pointing_true(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    view = stage.pane.view
    before = stage.at(*IN_DOG)
    view.zoom(3, before.toPointF())
    assert (stage.at(*IN_DOG) - before).manhattanLength() <= 3  # what is under the pointer stays there
    stage.point_at(*IN_DOG)
    assert stage.attention.lit == DOG
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=before)
    qtbot.mouseMove(view, before + QPoint(30, 20))
    qtbot.mouseMove(view, before + QPoint(60, 40))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=before + QPoint(60, 40))
    assert (stage.at(*IN_DOG) - before - QPoint(60, 40)).manhattanLength() <= 2
    assert stage.attention.pinned == NOTHING  # a drag is no click
    stage.point_at(*IN_DOG)
    assert stage.attention.lit == DOG
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=before)
    assert view.viewport.is_fitted


def test_masks_are_drawn_anew_for_another_zoom(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    scene = stage.pane.view.scene
    before = scene._masks.lit[0].image.width()
    stage.pane.view.zoom(3)
    qtbot.waitUntil(lambda: scene._masks.lit[0].image.width() > 2 * before)


def test_what_is_lit_out_of_sight_is_brought_into_it(stage):
    exchange = stage.show(stage.exchange(findings(things())))
    view = stage.pane.view
    view.zoom(6, stage.at(*IN_DOG).toPointF())
    assert not view.rect().contains(stage.at(*IN_CAR))
    view.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, on=False)  # the pointer is on the words
    stage.attention.hover(exchange, CAR)
    assert view.rect().contains(stage.at(*IN_CAR))


def test_the_menu_offers_what_the_buttons_do(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    place = stage.at(*IN_DOG)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, stage.pane.view.mapToGlobal(place))
    QApplication.sendEvent(stage.pane.view, asked)
    [menu] = stage.pane.findChildren(QMenu)
    texts = {action.text(): action for action in menu.actions() if action.text()}
    assert set(texts) == {"Copy picture", "Save picture...", "Fit", "100 %"}
    texts["100 %"].trigger()
    assert stage.pane.view.viewport.scale == pytest.approx(1)
    with qtbot.waitSignal(menu.destroyed):
        menu.close()


def test_keys_zoom_fit_pan_and_switch(stage, qtbot):
    stage.show(stage.exchange(findings(things())))
    view = stage.pane.view
    fitted = view.viewport.scale
    qtbot.keyClick(view, "+")
    assert view.viewport.scale > fitted
    place = stage.at(*IN_DOG)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert stage.at(*IN_DOG).x() > place.x()
    qtbot.keyClick(view, "-")
    assert view.viewport.scale == pytest.approx(fitted)
    qtbot.keyClick(view, "+")
    qtbot.keyClick(view, "0")
    assert view.viewport.is_fitted
    view.show_actual_size()
    assert view.viewport.scale == pytest.approx(1 / view.devicePixelRatioF())
    qtbot.keyClick(view, "m")
    assert is_grey(stage.colour(*IN_DOG))
    qtbot.keyClick(view, "b")
    assert is_grey(stage.colour(40, 170))


def test_switches_are_remembered(stage, qtbot, tmp_path):
    qtbot.keyClick(stage.pane.view, "m")
    kept = SettingsFile(tmp_path / "settings.json").values
    assert not kept.show_masks
    assert kept.show_boxes
    window = QWidget()
    qtbot.addWidget(window)
    assert not stage.make_pane(window).controls.shows_masks


def test_several_pictures_and_the_words_of_the_other(stage, qtbot):
    exchange = stage.show(stage.exchange(findings(things()), findings((thing_of(7, "cat"),))))
    first, second = stage.pane.tabs.tabs
    assert first.isChecked()
    assert second.accessibleName() == "Picture 2 of 2: garden.png"
    stage.attention.hover(exchange, frozenset({ObjectRef(1, 7)}))
    stage.settle()
    assert second.isChecked()
    assert [chip.text() for chip in stage.pane.legend.chips] == ["cat"]
    assert stage.pane.legend.chips[0].is_lit
    stage.attention.hover(exchange, NOTHING)
    assert stage.colour(*NOWHERE).red() == GREY + 1
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    stage.settle()
    assert stage.colour(*NOWHERE).red() == GREY


def test_a_follow_up_on_the_same_picture_keeps_the_view(stage):
    first = stage.show(stage.exchange(findings(things())))
    stage.pane.view.zoom(2, stage.at(*IN_DOG).toPointF())
    scale = stage.pane.view.viewport.scale
    stage.show(stage.exchange(findings(things()), pictures=first.attachments))
    assert stage.pane.view.viewport.scale == scale
    assert not is_grey(stage.colour(*IN_DOG))
    stage.show(stage.exchange(findings(), pictures=first.attachments))
    assert is_grey(stage.colour(*IN_DOG))


def test_a_damaged_picture_is_said_in_its_place(stage, qtbot):
    picture = stage.picture()
    (stage.folder / picture.file_name).write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    stage.attention.show(stage.exchange(findings(things()), pictures=(picture,)))
    qtbot.waitUntil(lambda: "garden.png" in stage.pane.view.accessibleName())
    assert stage.pane.has_picture
    assert not stage.pane.controls.isEnabled()


def test_saving_and_copying_say_what_was_done(stage, qtbot, tmp_path):
    stage.show(stage.exchange(findings(things())))
    with qtbot.waitSignal(stage.pane.noticed):
        qtbot.keyClick(stage.pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().image()
    assert max(copied.width(), copied.height()) >= max(WIDTH, HEIGHT)
    stage.pane.controls.save_requested.emit()  # nothing was chosen, nothing happens
    stage.chosen_path = str(tmp_path / "out.png")
    with qtbot.waitSignal(stage.pane.noticed) as told:
        stage.pane.controls.save_requested.emit()
    assert "out.png" in told.args[0]
    with Image.open(stage.chosen_path) as saved:
        assert saved.size == (copied.width(), copied.height())


def test_a_picture_that_cannot_be_saved_is_a_problem_told(stage, qtbot, tmp_path):
    stage.show(stage.exchange(findings(things())))
    stage.chosen_path = str(tmp_path / "nowhere" / "out.png")
    with qtbot.waitSignal(stage.pane.problem) as told:
        stage.pane.controls.save_requested.emit()
    assert "cannot be written" in told.args[0].message


def test_a_pane_that_is_gone_takes_no_late_pictures(stage, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    pane = stage.make_pane(window)
    stage.attention.show(stage.exchange(findings(things())))
    pane.deleteLater()
    stage.settle()
    assert not is_grey(stage.colour(*IN_DOG))
