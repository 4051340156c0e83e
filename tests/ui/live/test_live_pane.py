"""The pane of live use on a source that a test drives: picture, marks, answers, what is noticed, and faults."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.data import Frame
from bubo_desktop.errors import DeviceError
from bubo_desktop.geometry import encode_mask
from bubo_desktop.state.device_log import Use
from bubo_desktop.state.live.scene import LiveAnswer, LiveLink, LiveOutline, LivePlaces, LiveScene, LiveThing, Noticed
from bubo_desktop.ui.live.area_picker import AreaPicker
from bubo_desktop.ui.live.device_log import DeviceLogDialog
from bubo_desktop.ui.live.device_sign import DeviceSign
from bubo_desktop.ui.live.masks import moved
from bubo_desktop.ui.live.noticed_list import MOST, NoticedList
from bubo_desktop.ui.live.pane import LivePane
from bubo_desktop.ui.live.view import LiveView
from tests.state.conftest import WAIT_MS

WIDTH_PX, HEIGHT_PX = 64, 48
BOX = (8.0, 8.0, 24.0, 24.0)
RED, GREEN = 0xFFFF0000, 0xFF00FF00


class FakeSource(FrameSource):
    """Shows a picture that is red on the left and green on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
        self.image.fill(RED)
        for x in range(WIDTH_PX // 2, WIDTH_PX):
            for y in range(HEIGHT_PX):
                self.image.setPixel(x, y, GREEN)

    def snapshot(self) -> QImage:
        return self.image


def scene(*labels: str, outline: LiveOutline | None = None) -> LiveScene:
    things = tuple(LiveThing(n, label, 0.9, BOX, outline) for n, label in enumerate(labels, 1))
    return LiveScene(WIDTH_PX, HEIGHT_PX, time.monotonic(), things)


@pytest.fixture
def state(workspace_of):
    return workspace_of()


@pytest.fixture
def view(qtbot, state) -> LiveView:
    view = LiveView(state.background)
    qtbot.addWidget(view)
    view.resize(8 * WIDTH_PX, 8 * HEIGHT_PX)
    view.set_source(FakeSource())
    view.show()
    return view


@pytest.fixture
def pane(qtbot, state) -> LivePane:
    pane = LivePane(state.live, state.settings, state.background)
    qtbot.addWidget(pane)
    pane.resize(420, 760)
    return pane


def press(qtbot, widget, label: str) -> None:
    [button] = [each for each in widget.findChildren(QPushButton) if each.text() == label and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def pixel(view: LiveView, x_px: int, y_px: int) -> int:
    """What is seen at a place of the picture, which is shown eight times as large."""
    return view.grab().toImage().pixel(8 * x_px, 8 * y_px)


def test_the_picture_fills_the_view_and_can_be_mirrored(view):
    assert (pixel(view, 10, 46), pixel(view, 54, 46)) == (RED, GREEN)
    view.set_mirrored(True)
    assert (pixel(view, 10, 46), pixel(view, 54, 46)) == (GREEN, RED)


def test_boxes_are_drawn_where_things_are_and_go_with_them(view):
    view.set_scene(scene("dog"))
    assert view.accessibleDescription() == "dog"
    assert pixel(view, 16, 24) != RED  # the lower edge of the box
    view.set_places(LivePlaces(time.monotonic(), {1: (8.0, 28.0, 24.0, 44.0)}))
    assert pixel(view, 16, 24) == RED
    assert pixel(view, 16, 44) != RED
    view.set_mirrored(True)
    assert pixel(view, 64 - 16, 44) != RED
    view.set_places(LivePlaces(time.monotonic(), {}))
    assert pixel(view, 64 - 16, 44) == RED


def test_masks_come_and_go_along(qtbot, view):
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), bool)
    mask[8:24, 8:24] = True
    view.set_scene(scene("dog", outline=LiveOutline(encode_mask(mask), BOX)))
    qtbot.waitUntil(lambda: pixel(view, 16, 16) != RED, timeout=WAIT_MS)
    view.set_places(LivePlaces(time.monotonic(), {1: (8.0, 28.0, 24.0, 44.0)}))
    assert pixel(view, 16, 16) == RED
    assert pixel(view, 16, 36) != RED


def test_an_area_goes_and_grows_with_its_box():
    assert moved((1.0, 2.0, 3.0, 4.0), (0.0, 0.0, 10.0, 10.0), (100.0, 0.0, 120.0, 10.0)) == (102.0, 2.0, 106.0, 4.0)


def test_what_is_asked_is_answered_with_its_age_and_can_be_kept(qtbot, pane, state):
    pane.begin()
    qtbot.keyClicks(pane.question.field, "What is it?")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    assert (state.live.standing.question, state.settings.values.live_question) == ("What is it?", "What is it?")
    assert pane.answer.words == "Looking…"
    lit = []
    pane.answer.spoken_of.connect(lit.append)
    state.live.standing.answered.emit(LiveAnswer("What is it?", "A dog.", (LiveLink(2, 5, ("dog",)),), 0.0, 0.1))
    assert pane.answer.words == "A dog."
    assert lit == [frozenset({"dog"})]
    with qtbot.waitSignal(pane.keep_requested) as kept:
        press(qtbot, pane, "Ask in the chat")
    assert kept.args == ["What is it?"]
    press(qtbot, pane, "Stop asking")
    assert not state.live.standing.is_on
    assert pane.answer.isHidden()


def test_what_is_watched_for_can_be_ended_and_a_word_that_is_not_known_ends_it(qtbot, pane, state):
    pane.begin()
    qtbot.keyClicks(pane.watch.field, "dog")
    press(qtbot, pane, "Watch")
    assert state.live.watching.words == "dog"
    press(qtbot, pane, "Stop watching")
    assert state.live.watching.words == ""
    press(qtbot, pane, "Watch")
    state.live.watching.stop()
    state.live.watching.trouble.emit(DeviceError("The pack knows no unicorn."))
    assert pane.problem.sentence == "The pack knows no unicorn."
    assert pane.watch.button.text() == "Watch"


def test_a_fault_is_said_and_another_attempt_offered(qtbot, pane, state, monkeypatch):
    pane.begin()
    attempts = []
    monkeypatch.setattr(state.live, "open_again", lambda: attempts.append(1))
    pane.show_problem(DeviceError("There is no camera.", "Plug one in."))
    press(qtbot, pane, "Try again")
    assert attempts == [1]


def test_the_end_leaves_nothing(qtbot, pane, state):
    pane.begin()
    qtbot.keyClicks(pane.watch.field, "dog")
    press(qtbot, pane, "Watch")
    pane.end()
    assert pane.isHidden()
    assert (state.live.watching.words, state.live.standing.is_on) == ("", False)


def test_what_was_noticed_is_listed_the_newest_first_and_not_for_ever(qtbot):
    listed = NoticedList()
    qtbot.addWidget(listed)
    frame = Frame(2, 2, bytes(12))
    for number in range(MOST + 5):
        listed.add(Noticed("dog", (f"dog {number}",), frame, 0.0, 0.1))
    assert listed.count() == MOST
    assert listed.item(0).text().endswith(f"dog {MOST + 4}")
    assert not listed.item(0).icon().isNull()


def test_the_sign_is_seen_as_long_as_a_device_is_in_use(qtbot, state):
    sign = DeviceSign(state.live.devices)
    qtbot.addWidget(sign)
    assert sign.isHidden()
    camera = state.live.camera
    camera.opened.emit("Webcam")
    assert (sign.isHidden(), sign.words) == (False, "Webcam is open, nothing comes")
    camera.flowing.emit("Webcam")
    state.live.microphone.opened.emit("Headset")
    assert sign.words == "Webcam is on; Microphone (Headset) is open, nothing comes"
    camera.closed.emit("Webcam")
    state.live.microphone.closed.emit("Headset")
    assert sign.isHidden()


def test_the_log_is_read_the_newest_first(qtbot):
    then = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    dialog = DeviceLogDialog((Use("camera", "Old", then, then), Use("microphone", "New", then)))
    qtbot.addWidget(dialog)
    assert [dialog.table.item(row, 0).text() for row in range(2)] == ["New", "Old"]
    assert dialog.table.item(0, 2).text() == "in use, or ended with the program"


def test_an_area_is_cut_out_of_the_still(qtbot):
    still = QImage(800, 600, QImage.Format.Format_RGB32)
    still.fill(RED)
    picker = AreaPicker(still)
    picker.resize(400, 300)
    qtbot.addWidget(picker)
    picker.show()
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert picker.isVisible()  # a click draws no frame
    qtbot.mousePress(picker, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    qtbot.mouseMove(picker, QPoint(109, 59))
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseRelease(picker, Qt.MouseButton.LeftButton, pos=QPoint(109, 59))
    assert chosen.args[0].size().toTuple() == (200, 100)
