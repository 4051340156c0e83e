"""The strip above the question shows how a recording goes and offers what can be done; the button and its key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from bubo_desktop.capture.microphone import LOWEST_DBFS
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.voice.held_key import REPEAT_MS, HeldKey
from bubo_desktop.ui.voice.level_meter import FALL_DB, LevelMeter
from bubo_desktop.ui.voice.microphone_button import HELD_MS, MicrophoneButton
from bubo_desktop.ui.voice.strip import VoiceStrip
from tests.state.test_recording import Stage


@pytest.fixture
def stage(workspace_of) -> Stage:
    state = workspace_of()
    return Stage(state.draft, state.settings)


@pytest.fixture
def page(qtbot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def strip(page, stage) -> VoiceStrip:
    strip = VoiceStrip(stage.recording)
    QVBoxLayout(page).addWidget(strip)
    page.resize(800, 60)
    page.show()
    return strip


def offers(strip: VoiceStrip) -> list[str]:
    """The names of the buttons that can be seen."""
    buttons = [*strip.findChildren(QPushButton), *strip.findChildren(IconButton)]
    return [each.text() or each.accessibleName() for each in buttons if each.isVisible()]


def press(qtbot, strip: VoiceStrip, label: str) -> None:
    buttons = [*strip.findChildren(QPushButton), *strip.findChildren(IconButton)]
    [button] = [each for each in buttons if label in {each.text(), each.accessibleName()} and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_is_hidden_while_nothing_happens(strip):
    assert strip.isHidden()


def test_it_follows_a_recording_from_its_opening_to_its_review(qtbot, strip, stage):
    stage.recording.begin()
    assert (strip.isVisible(), strip.words) == (True, "Opening the microphone…")
    stage.microphone.flow()
    strip.set_device("Desk")
    assert offers(strip) == ["Desk", "Stop", "Throw the recording away"]
    strip.meter.warn()
    strip._tick.timeout.emit()
    assert strip.words == "Too loud"
    press(qtbot, strip, "Stop")
    assert strip.words == "1.0 s"
    assert set(offers(strip)) == {
        "Play the recording", "Attach as a sound", "Use as the question", "Throw the recording away",
    }  # fmt: skip
    press(qtbot, strip, "Use as the question")
    assert strip.words == "Writing down what you said…"
    stage.speech.recognised.emit("What is it?")
    assert strip.isHidden()


def test_what_is_thrown_away_is_gone_from_sight(qtbot, strip, stage):
    stage.record()
    press(qtbot, strip, "Throw the recording away")
    assert strip.isHidden()
    assert len(stage.undo) == 1


def test_listening_along_can_be_seen_asked_about_and_ended(qtbot, strip):
    strip.set_listening(True)
    assert strip.words == "Keeping the last 10 s"
    with qtbot.waitSignal(strip.noise_requested):
        press(qtbot, strip, "What made that noise?")
    with qtbot.waitSignal(strip.stop_requested):
        press(qtbot, strip, "Throw the recording away")


def test_the_meter_rises_at_once_and_falls_by_steps(qtbot):
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.set_level(0.0)
    assert meter.share == 1
    meter.set_level(LOWEST_DBFS)
    assert meter.share == pytest.approx(1 + FALL_DB / LOWEST_DBFS)
    meter.clear()
    assert meter.share == 0


@pytest.mark.parametrize(("held_ms", "signal"), [(0, "touched"), (HELD_MS + 50, "let_go")])
def test_the_button_tells_a_touch_from_being_held(qtbot, held_ms, signal):
    button = MicrophoneButton("Record")
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.held):
        qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.wait(held_ms)
    with qtbot.waitSignal(getattr(button, signal)):
        qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)


def test_a_held_key_works_wherever_the_keyboard_is_and_its_repetitions_do_not_count(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    field = QLineEdit(page)
    key = HeldKey("Ctrl+Space", page)
    told: list[str] = []
    key.pressed.connect(lambda: told.append("pressed"))
    key.released.connect(lambda: told.append("released"))
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    field.setFocus()
    qtbot.keyPress(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert told == ["pressed"]
    qtbot.keyRelease(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyPress(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.wait(2 * REPEAT_MS)
    assert told == ["pressed"]
    qtbot.keyRelease(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: told == ["pressed", "released"])
    qtbot.keyRelease(field, Qt.Key.Key_Space)
    qtbot.wait(2 * REPEAT_MS)
    assert told == ["pressed", "released"]
    assert field.text() == ""
