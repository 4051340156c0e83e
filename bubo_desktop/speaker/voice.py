"""Qt's text to speech: an engine chosen by name, a voice chosen by language, and signs that the service died."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QTimer, Signal

from bubo_desktop.errors import DeviceError

if TYPE_CHECKING:
    from PySide6.QtTextToSpeech import QTextToSpeech

# Source: the engines named in the documentation of QTextToSpeech, but for `mock`, which says nothing.
ENGINES = ("speechd", "flite", "winrt", "sapi", "darwin", "macos", "android")
# Where the first voice of a language, in the order of the alphabet, is one that few would expect.
VOICES = {"en_US": "English (America)"}
LOOK_MS = 500
INSTALL = "On Debian and Ubuntu: apt install speech-dispatcher speech-dispatcher-espeak-ng libspeechd2."


class Voice(QObject):
    """Says one sentence at a time. Making one takes seconds, and hangs where the speech service does.

    Args:
        engine: the name of one of Qt's engines; the platform's own where it is empty.

    Signals:
        began(): the sentence is being said.
        fell_silent(): it was said to its end, or stopped.
        failed(DeviceError): it cannot be said, or not to its end.

    Raises:
        DeviceError: nothing can be said on this system.
    """

    began = Signal()
    fell_silent = Signal()
    failed = Signal(DeviceError)

    def __init__(self, engine: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        earlier = _sockets()
        self._speech = _start(engine)
        self._lifelines = _sockets() - earlier
        self._speech.stateChanged.connect(self._take_state)
        self._watch = QTimer(self, interval=LOOK_MS)
        self._watch.timeout.connect(self._look)

    @property
    def is_speaking(self) -> bool:
        """Whether a sentence is being said."""
        return self._watch.isActive()

    def say(self, sentence: str, language: str) -> None:
        """Begins with a sentence in a language, such as `es`; exactly one of `fell_silent` and `failed` will follow.

        Raises:
            DeviceError: there is no voice for the language.
        """
        self._choose_voice(QLocale(language))
        self._watch.start()
        self._speech.say(sentence)

    def stop(self) -> None:
        """Ends the sentence in the middle."""
        self._speech.stop()

    def _choose_voice(self, wanted: QLocale) -> None:
        """Without it the engine takes the first voice of all languages."""
        self._speech.setLocale(wanted)
        locale = self._speech.locale()
        if locale.language() != wanted.language():
            language = QLocale.languageToString(wanted.language())
            raise DeviceError(f"There is no voice for {language}.", "Install one for your system's speech service.")
        for voice in self._speech.availableVoices():
            if voice.name() == VOICES.get(locale.name()):
                self._speech.setVoice(voice)

    def _take_state(self, state: QTextToSpeech.State) -> None:
        match state.name:
            case "Speaking":
                self.began.emit()
            case "Ready":
                self._watch.stop()
                self.fell_silent.emit()
            case "Error":
                self._fail(DeviceError(_sentence("The speech service failed", self._speech), "Try again."))

    def _look(self) -> None:
        """Qt does not notice that the speech service died; its library then closes the connection."""
        if not self._lifelines <= _sockets():
            self._fail(DeviceError("The speech service ended while it spoke.", "Try again."))

    def _fail(self, error: DeviceError) -> None:
        self._watch.stop()
        self.failed.emit(error)


def _start(name: str) -> QTextToSpeech:
    try:
        from PySide6.QtTextToSpeech import QTextToSpeech
    except ImportError as error:
        message = f"Answers cannot be read aloud: a library is missing ({error})."
        raise DeviceError(message, "On Debian and Ubuntu: apt install libpulse0.") from error
    there = QTextToSpeech.availableEngines()
    chosen = name or next((engine for engine in ENGINES if engine in there), "")
    if chosen not in there:
        raise DeviceError("This system has no speech service that can be used.", INSTALL)
    speech = QTextToSpeech(chosen)
    if not speech.availableLocales():  # in an error, but with voices, it only lacks one for the system's language
        raise DeviceError(_sentence("The speech service cannot be used", speech), INSTALL)
    return speech


def _sentence(what: str, speech: QTextToSpeech) -> str:
    return f"{what}: {speech.errorString().rstrip('.')}."


def _sockets() -> frozenset[tuple[int, int]]:
    """Numbers and inodes of this process's sockets; empty where the system does not list them."""
    if sys.platform != "linux":
        return frozenset()
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            about = os.fstat(int(entry.name))
        except OSError:  # that of the listing itself
            continue
        if stat.S_ISSOCK(about.st_mode):
            found.add((int(entry.name), about.st_ino))
    return frozenset(found)
