"""What the user records: kept in memory until it is attached as a sound, becomes a question, or is thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QObject, Signal

from bubo_desktop.capture.microphone import Microphone
from bubo_desktop.capture.speech import Speech
from bubo_desktop.data import Clip
from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import encode_wav
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.live.moment import dated_name
from bubo_desktop.state.settings import SettingsFile

SHORTEST_S = 0.4  # less is a key that was touched

State = Literal["off", "opening", "recording", "review", "writing_down"]
"""`review`: it has ended, and the user decides; `writing_down`: its words are awaited."""


class Recording(QObject):
    """One recording at a time. The microphone is open only while it lasts, unless it was open before.

    Args:
        microphone: what is recorded.
        settings_file: says which device is to be opened.
        speech: writes down what is said.
        draft: what it can be attached to.
        list_things: nouns that are likely to be said.
        tell_language: code of the language that is spoken.

    Signals:
        changed(): `state` is another.
        recognised(str): the words of a spoken question.
        discarded(Callable): it was thrown away; the function takes that back.
        trouble(DeviceError): it cannot be made or understood; what there is of it is kept.
    """

    changed = Signal()
    recognised = Signal(str)
    discarded = Signal(object)
    trouble = Signal(DeviceError)

    def __init__(
        self,
        microphone: Microphone,
        settings_file: SettingsFile,
        speech: Speech,
        draft: Draft,
        list_things: Callable[[], Sequence[str]],
        tell_language: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._microphone, self._settings_file = microphone, settings_file
        self._speech, self._draft = speech, draft
        self._list_things, self._tell_language = list_things, tell_language
        self._state: State = "off"
        self._clip: Clip | None = None
        self._ends_by_itself = self._was_open = False
        self._began_s = 0.0
        microphone.flowing.connect(self._take_flow)
        microphone.fault.connect(self._take_fault)
        microphone.recording_cut.connect(self._take_cut)
        microphone.speech_ended.connect(self._take_pause)
        speech.recognised.connect(self._take_words)
        speech.failed.connect(self._take_failure)

    @property
    def state(self) -> State:
        """How far it is."""
        return self._state

    @property
    def clip(self) -> Clip | None:
        """What was recorded, while it is reviewed or written down."""
        return self._clip

    @property
    def duration_s(self) -> float:
        """How long it is, or has lasted so far."""
        if self._clip:
            return len(self._clip.samples) / 4 / self._clip.rate_hz
        return time.monotonic() - self._began_s if self._state == "recording" else 0.0

    def begin(self, *, until_silence: bool = False) -> None:
        """Begins to record, as soon as sound comes; one that is being reviewed is thrown away.

        Args:
            until_silence: it is a spoken question, and ends with a pause.
        """
        if self._state in {"opening", "recording"}:
            return
        self.discard()
        self._ends_by_itself = until_silence
        self._was_open = self._microphone.is_open
        self._set("opening")
        self._speech.prepare(self._list_things())
        if not self._was_open:
            self._microphone.open(self._settings_file.values.microphone)
        elif self._microphone.is_flowing:
            self._start()

    def finish(self, *, as_question: bool = False) -> None:
        """Ends it; as a question it is written down at once, else it is reviewed."""
        if self._state == "opening":
            self._release()
            self._set("off")
        elif self._state == "recording" and self._keep() and as_question:
            self.use_as_question()

    def discard(self) -> None:
        """Throws it away, whatever state it is in."""
        self.finish()
        self._speech.cancel()
        clip, self._clip = self._clip, None
        self._set("off")
        if clip:
            self.discarded.emit(lambda: self._bring_back(clip))

    def attach(self) -> None:
        """Attaches it to the question as a sound, which is written to the disk for that."""
        if self._clip:
            clip, self._clip = self._clip, None
            self._draft.add_sound(lambda: encode_wav(clip), dated_name(self.tr("Recording"), "wav"))
            self._set("off")

    def use_as_question(self) -> None:
        """Has it written down; `recognised` follows, or it comes back to be reviewed."""
        if self._clip and self._state == "review":
            self._set("writing_down")
            self._speech.hear(self._clip, self._tell_language())

    def _start(self) -> None:
        self._began_s = time.monotonic()
        self._microphone.start_recording(until_silence=self._ends_by_itself)
        self._set("recording")

    def _keep(self) -> bool:
        """Ends what is being recorded, and keeps it where it is more than a touch of the key, which it returns."""
        self._clip = self._microphone.stop_recording()
        is_enough = self.duration_s >= SHORTEST_S
        if not is_enough:
            self._clip = None
        self._set("review" if is_enough else "off")
        self._release()
        if not is_enough:
            hint = self.tr("Hold the button down while you speak.")
            self.trouble.emit(DeviceError(self.tr("Nothing was recorded."), hint))
        return is_enough

    def _release(self) -> None:
        if not self._was_open:
            self._microphone.close()

    def _bring_back(self, clip: Clip) -> None:
        if self._state == "off":
            self._clip = clip
            self._set("review")

    def _take_flow(self, _name: str) -> None:
        if self._state == "opening":
            self._start()

    def _take_fault(self, error: DeviceError) -> None:
        if self._state == "opening":
            self._release()
            self._set("off")
            self.trouble.emit(error)

    def _take_pause(self) -> None:
        self.finish(as_question=True)

    def _take_cut(self) -> None:
        """The device failed, or somebody closed it, or it is as long as one can be."""
        if self._state == "recording":
            self._keep()

    def _take_words(self, words: str) -> None:
        if self._state == "writing_down":
            self._clip = None
            self._set("off")
            self.recognised.emit(words)

    def _take_failure(self, error: DeviceError) -> None:
        if self._state == "writing_down":
            self._set("review")
            self.trouble.emit(error)

    def _set(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()
