"""Recordings: kept in memory, attached or understood, never lost by accident. Microphone and words are pretended."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from bubo_desktop.data import Clip
from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import read_sound
from bubo_desktop.state.live.recording import Recording
from tests.state.conftest import WAIT_MS

LONG = Clip(rate_hz=16_000, samples=np.full(16_000, 0.25, "<f4").tobytes())
SHORT = Clip(rate_hz=16_000, samples=np.zeros(1_600, "<f4").tobytes())
LOST = DeviceError("The microphone is gone.")


class FakeMicrophone(QObject):
    """A microphone that hears `clip`."""

    flowing = Signal(str)
    fault = Signal(DeviceError)
    recording_cut = Signal()
    speech_ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.clip = LONG
        self.is_open = self.is_flowing = self.is_recording = self.until_silence = False

    def open(self, _device_id: str = "") -> None:
        self.is_open = True

    def flow(self) -> None:
        self.is_flowing = True
        self.flowing.emit("Fake")

    def close(self) -> None:
        self.is_open = self.is_flowing = False

    def start_recording(self, *, until_silence: bool) -> None:
        self.is_recording, self.until_silence = True, until_silence

    def stop_recording(self) -> Clip:
        self.is_recording = False
        return self.clip


class FakeSpeech(QObject):
    """Somebody who writes down what a test says."""

    recognised = Signal(str)
    failed = Signal(DeviceError)

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Clip, str]] = []
        self.things: tuple[str, ...] = ()

    def prepare(self, things) -> None:
        self.things = things

    def hear(self, clip: Clip, language: str) -> None:
        self.heard.append((clip, language))

    def cancel(self) -> None:
        pass


class Stage:
    """A recording with what it needs, and all that it told."""

    def __init__(self, draft, settings_file) -> None:
        self.microphone, self.speech, self.draft = FakeMicrophone(), FakeSpeech(), draft
        self.recording = Recording(self.microphone, settings_file, self.speech, draft, lambda: ("dog",), lambda: "en")
        self.words: list[str] = []
        self.troubles: list[str] = []
        self.undo: list[Callable[[], None]] = []
        self.recording.recognised.connect(self.words.append)
        self.recording.trouble.connect(lambda error: self.troubles.append(str(error)))
        self.recording.discarded.connect(self.undo.append)

    @property
    def state(self) -> str:
        return self.recording.state

    def record(self) -> None:
        self.recording.begin()
        self.microphone.flow()
        assert self.state == "recording"


@pytest.fixture
def stage(workspace_of) -> Stage:
    state = workspace_of()
    return Stage(state.draft, state.settings)


def test_it_is_attached_as_a_sound_and_only_then_on_the_disk(stage, qtbot):
    stage.record()
    stage.recording.finish()
    assert (stage.state, stage.microphone.is_open, stage.draft.attachments) == ("review", False, ())
    assert stage.recording.duration_s == 1.0
    stage.recording.attach()
    qtbot.waitUntil(lambda: bool(stage.draft.attachments), timeout=WAIT_MS)
    [attachment] = stage.draft.attachments
    assert (attachment.kind, attachment.duration_s) == ("sound", 1.0)
    assert read_sound(stage.draft._media.path_of(attachment)).samples[0] == 0.25
    assert stage.state == "off"


def test_a_spoken_question_becomes_words(stage):
    stage.record()
    stage.recording.finish(as_question=True)
    assert (stage.state, stage.speech.heard, stage.speech.things) == ("writing_down", [(LONG, "en")], ("dog",))
    stage.speech.recognised.emit("What is it?")
    assert (stage.state, stage.words) == ("off", ["What is it?"])


def test_a_pause_ends_a_spoken_question(stage):
    stage.recording.begin(until_silence=True)
    stage.microphone.flow()
    assert stage.microphone.until_silence
    stage.microphone.speech_ended.emit()
    assert stage.state == "writing_down"


def test_what_is_not_understood_is_kept_to_be_reviewed(stage):
    stage.record()
    stage.recording.finish(as_question=True)
    stage.speech.failed.emit(DeviceError("No words were heard."))
    assert (stage.state, stage.troubles, stage.recording.clip) == ("review", ["No words were heard."], LONG)


def test_what_is_thrown_away_can_be_brought_back(stage):
    stage.record()
    stage.recording.discard()
    assert (stage.state, stage.recording.clip) == ("off", None)
    stage.undo[0]()
    assert (stage.state, stage.recording.clip) == ("review", LONG)


def test_a_touch_of_the_key_is_no_recording(stage):
    stage.microphone.clip = SHORT
    stage.record()
    stage.recording.finish(as_question=True)
    assert (stage.state, stage.speech.heard) == ("off", [])
    assert stage.troubles == ["Nothing was recorded. Hold the button down while you speak."]


def test_a_key_let_go_before_sound_came_opens_nothing(stage):
    stage.recording.begin()
    stage.recording.finish(as_question=True)
    assert (stage.state, stage.microphone.is_open, stage.troubles) == ("off", False, [])


def test_a_microphone_that_cannot_be_used_is_a_sentence(stage):
    stage.recording.begin()
    stage.microphone.fault.emit(LOST)
    assert (stage.state, stage.microphone.is_open, stage.troubles) == ("off", False, ["The microphone is gone."])


def test_what_was_recorded_before_a_fault_is_kept(stage):
    stage.record()
    stage.microphone.recording_cut.emit()
    stage.microphone.fault.emit(LOST)
    assert (stage.state, stage.recording.clip) == ("review", LONG)


def test_a_microphone_that_was_open_before_stays_open(stage):
    stage.microphone.open()
    stage.microphone.flow()
    stage.recording.begin()
    assert stage.state == "recording"
    stage.recording.finish()
    assert stage.microphone.is_open
