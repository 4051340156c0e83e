"""`listen`: what the microphone hears, as text, or as the sound that a question is about."""

from __future__ import annotations

import sys
from argparse import Namespace

import msgspec
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from bubo_desktop.capture.microphone import Microphone
from bubo_desktop.capture.speech import Speech
from bubo_desktop.cli.talk import Stopped, on_ctrl_c, talking
from bubo_desktop.data import Answer, Clip
from bubo_desktop.errors import DeviceError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.packs.manifest import read_manifest, read_vocabulary


class Said(msgspec.Struct, frozen=True):
    """What `--json` prints without `--ask`."""

    text: str


def run(options: Namespace) -> int:
    """Records, then prints the words, or with `options.question` the answer about the sound.

    Raises:
        DeviceError: no sound comes, or no word is understood.
        PackError, InputError, EngineError.
        KeyboardInterrupt: the user ended it; the microphone is closed.
    """
    QCoreApplication.instance() or QCoreApplication([])
    pack_dir = find_pack(options.pack)
    if options.question:
        print(_as_text(_ask(options, Recording(options).take()), as_json=options.json))
        return 0
    speech = Speech()
    speech.prepare([word.label_en for word in read_vocabulary(pack_dir, read_manifest(pack_dir))])
    try:
        words = _Loop().wait_for_words(speech, Recording(options).take(), options.language)
    finally:
        speech.close()
    print(_as_text(Said(words), as_json=options.json))
    return 0


def _as_text(outcome: Answer | Said, *, as_json: bool) -> str:
    if as_json:
        return msgspec.json.encode(outcome).decode()
    return outcome.answer if isinstance(outcome, Answer) else outcome.text


def _ask(options: Namespace, clip: Clip) -> Answer:
    with talking(find_pack(options.pack), cpu=options.cpu) as talk:
        try:
            return talk.ask(options.question, sounds=[clip])
        except Stopped as stopped:
            raise KeyboardInterrupt from stopped


class _Loop:
    """Turns the event loop until something has happened, or Ctrl-C."""

    def __init__(self) -> None:
        self._loop = QEventLoop()
        self._error: DeviceError | None = None
        self._is_stopped = False

    def run(self) -> None:
        """Returns after `end`. Raises what was given to `fail`, and `KeyboardInterrupt`."""
        with on_ctrl_c(self._stop):
            self._loop.exec()
        if self._is_stopped:
            raise KeyboardInterrupt
        if self._error:
            raise self._error

    def end(self) -> None:
        """By way of the loop: one that has yet to begin ends too."""
        QTimer.singleShot(0, self._loop.quit)

    def fail(self, error: DeviceError) -> None:
        """Has `run` raise it."""
        self._error = error
        self.end()

    def wait_for_words(self, speech: Speech, clip: Clip, language: str) -> str:
        """What is said in a recording. Raises `DeviceError`."""
        words: list[str] = []
        speech.recognised.connect(words.append)
        speech.recognised.connect(self.end)
        speech.failed.connect(self.fail)
        speech.hear(clip, language)
        self.run()
        return words[0]

    def _stop(self) -> None:
        self._is_stopped = True
        self.end()


class Recording:
    """One recording of the chosen microphone: of so many seconds, or until whoever speaks has finished."""

    def __init__(self, options: Namespace) -> None:
        self._duration_s: float | None = options.seconds
        self._device: str = options.microphone
        self._loop = _Loop()
        self._microphone = Microphone()
        self._microphone.flowing.connect(self._begin)
        self._microphone.speech_ended.connect(self._loop.end)
        self._microphone.recording_cut.connect(self._loop.end)
        self._microphone.fault.connect(self._loop.fail)
        self._microphone.clipped.connect(self._warn)
        self._has_warned = False

    def take(self) -> Clip:
        """Records. Raises `DeviceError`, `KeyboardInterrupt`."""
        self._microphone.open(self._device)
        try:
            self._loop.run()
            return self._microphone.stop_recording()
        finally:
            self._microphone.recording_cut.disconnect(self._loop.end)
            self._microphone.close()
            self._microphone.wait_until_closed()

    def _begin(self, name: str) -> None:
        if self._microphone.is_recording:
            return
        what = "Recording." if self._duration_s else "Speak; a pause ends it."
        print(f"{name} is in use. {what}", file=sys.stderr)
        self._microphone.start_recording(until_silence=self._duration_s is None)
        if self._duration_s:
            QTimer.singleShot(round(1000 * self._duration_s), self._microphone, self._loop.end)

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            print("The microphone is overdriven: speak more softly, or turn its gain down.", file=sys.stderr)
