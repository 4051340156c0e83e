"""Live use as a whole: its devices, what is done with them, and one order that ends it all."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale, QObject, Signal

from bubo_desktop.capture.camera import Camera
from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.capture.microphone import Microphone
from bubo_desktop.capture.screen import Screen
from bubo_desktop.capture.speaking import Speaker
from bubo_desktop.capture.speech import Speech
from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import read_vocabulary
from bubo_desktop.state.absence import Absence
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.device_log import DeviceKind, DeviceLog
from bubo_desktop.state.devices import Devices
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.live.looking import Looking
from bubo_desktop.state.live.moment import Moment, noise_question
from bubo_desktop.state.live.reading import Reading
from bubo_desktop.state.live.recording import Recording
from bubo_desktop.state.live.standing import StandingQuestion, preset_questions
from bubo_desktop.state.live.watching import Watching
from bubo_desktop.state.settings import SettingsFile


class Live(QObject):
    """Camera, screen and microphone, all off at first, and what looks and listens with them.

    Attributes:
        devices: which of them are in use.
        camera, microphone: of these there is one each.
        looking, standing, watching, moment, recording: what is done with them; each is on only when asked for.
        speech, speaker: write down what is said, and say what is written.
        reading: which answers are read aloud.

    Signals:
        flowing(): pictures of `source` come, after its opening or after a fault.
        fault(BuboError): none come, why, and what to do.
        ended(): nothing is looked at any more.
    """

    flowing = Signal()
    fault = Signal(BuboError)
    ended = Signal()

    def __init__(
        self,
        folder: Path,
        client: EngineClient,
        settings_file: SettingsFile,
        assistant: Assistant,
        conversation: Conversation,
        draft: Draft,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings_file = settings_file
        self.devices = Devices(DeviceLog(folder / "devices.log"), Absence(self), parent=self)
        self.camera = Camera(parent=self)
        self.microphone = Microphone(parent=self)
        self.looking = Looking(client, parent=self)
        self.looking.rate_per_s = settings_file.values.live_rate_per_s
        self.standing = StandingQuestion(client, parent=self)
        self.watching = Watching(client, parent=self)
        self.moment = Moment(draft, conversation, parent=self)
        self.speech, self.speaker = Speech(parent=self), Speaker(parent=self)
        list_things = partial(_list_things, assistant)  # no method of this: Qt's objects must not be in a cycle
        self.recording = Recording(
            self.microphone, settings_file, self.speech, draft, list_things, _language, parent=self
        )
        self.reading = Reading(self.speaker, settings_file, conversation, _language, parent=self)
        self._add_source("camera", self.camera)
        self.devices.add("microphone", self.microphone)
        self.devices.left_alone.connect(self.stop_all)
        self._source: FrameSource = self.camera
        self._open_with = ""
        conversation.answering_changed.connect(self.standing.hold)

    @cached_property
    def screen(self) -> Screen:
        """The screen as a source; what it can do depends on the window system, which is asked only now."""
        screen = Screen(parent=self)
        self._add_source("screen", screen)
        return screen

    @property
    def source(self) -> FrameSource:
        """What was opened last of camera and screen; it may be closed by now."""
        return self._source

    def open_camera(self, device_id: str | None = None) -> None:
        """Opens a camera, without an id the one used before, in place of the screen."""
        if device_id is not None:
            self._remember(camera=device_id)
        self._take_source(self.camera)
        self._open_with = self._settings_file.values.camera
        self.open_again()

    def open_screen(self, device_id: str = "") -> None:
        """Opens a screen or a window, in place of the camera."""
        self._take_source(self.screen)
        self._open_with = device_id
        self.open_again()

    def open_again(self) -> None:
        """Makes another attempt with what was opened last."""
        self._source.open(self._open_with)

    def open_microphone(self) -> None:
        """Opens the microphone that was chosen."""
        self.microphone.open(self._settings_file.values.microphone)

    def listen(self, is_wanted: bool) -> None:
        """Opens the microphone, whose last seconds are kept in memory from then on, or closes it."""
        if not is_wanted:
            self.microphone.close()
        elif not self.microphone.is_open:
            self.open_microphone()

    def use_microphone(self, device_id: str) -> None:
        """Says which microphone is wanted from now on; one that is open is exchanged."""
        self._remember(microphone=device_id)
        if self.microphone.is_open:
            self.open_microphone()

    def look(self) -> None:
        """Looks with the source; its boxes follow until `stop_looking`."""
        self.looking.start(self._source)

    def ask(self, question: str = "") -> None:
        """Asks this of the source again and again; without words what was asked before, or what is asked most."""
        question = question or self._settings_file.values.live_question or preset_questions()[0]
        self._remember(live_question=question)
        self.standing.start(self._source, question)

    def watch_for(self, words: str) -> None:
        """Watches for this with what is open: camera or screen, and microphone."""
        self.watching.start(words, *self._open_ones())

    def attach_moment(self) -> None:
        """Attaches what is seen and heard now, of what is open. Raises `DeviceError` where that is nothing."""
        self.moment.attach(*self._open_ones())

    def ask_about_moment(self, question: str) -> None:
        """Attaches it and asks about it at once. Raises likewise."""
        self.moment.ask(question, *self._open_ones())

    def set_rate(self, rate_per_s: float) -> None:
        """Says how many looks a second are wanted."""
        self.looking.rate_per_s = rate_per_s
        self._remember(live_rate_per_s=rate_per_s)

    def set_mirrored(self, is_mirrored: bool) -> None:
        """Says whether the user sees himself as in a mirror; what is looked at is never mirrored."""
        self._remember(mirror_camera=is_mirrored)

    def stop_looking(self) -> None:
        """Closes camera or screen, and ends what is done with it; the microphone stays as it is."""
        self._source.close()
        self._stop_activities()
        self.ended.emit()

    def stop_all(self) -> None:
        """Ends everything that is live, and closes every device: within 300 ms."""
        self.devices.stop_all()
        self.reading.stop()
        self._stop_activities()
        self.ended.emit()

    def ask_about_noise(self) -> None:
        """Attaches the last seconds of the open microphone, and asks what made that noise. Raises likewise."""
        self.moment.ask(noise_question(), None, self.microphone)

    def close(self) -> None:
        """Ends everything, and waits until no process of it is left; for the end of the program."""
        self.stop_all()
        self.speaker.close()
        self.speech.close()
        self.microphone.wait_until_closed()

    def _take_source(self, source: FrameSource) -> None:
        if source is not self._source:
            self._source.close()
            self._stop_activities()
        self._source = source

    def _take_flow(self, _name: str) -> None:
        self.flowing.emit()

    def _stop_activities(self) -> None:
        for activity in (self.looking, self.standing, self.watching):
            activity.stop()

    def _add_source(self, kind: DeviceKind, source: FrameSource) -> None:
        self.devices.add(kind, source)
        source.flowing.connect(self._take_flow)
        source.fault.connect(self.fault)

    def _open_ones(self) -> tuple[FrameSource | None, Microphone | None]:
        return (
            self._source if self._source.is_open else None,
            self.microphone if self.microphone.is_open else None,
        )

    def _remember(self, **choices: Any) -> None:
        self._settings_file.change(**choices)


def _list_things(assistant: Assistant) -> tuple[str, ...]:
    """What the pack has names for, in English."""
    manifest = assistant.manifest
    return tuple(word.label_en for word in read_vocabulary(assistant.pack_dir, manifest)) if manifest else ()


def _language() -> str:
    """Code of the interface's language; where the system has none, it is English."""
    return "en" if QLocale().language() is QLocale.Language.C else QLocale().name().partition("_")[0]
