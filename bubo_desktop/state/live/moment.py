"""The moment: what is seen now and what was heard just before, attached to the chat because the user wishes it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QObject
from PySide6.QtGui import QImage

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.capture.microphone import Microphone
from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import encode_wav
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.draft import Draft

SOUND_S = 10.0
SHORTEST_S = 0.5


class Moment(QObject):
    """The way by which pictures and sounds of live use reach the disk."""

    def __init__(self, draft: Draft, conversation: Conversation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._conversation = conversation

    def attach(self, source: FrameSource | None, microphone: Microphone | None, duration_s: float = SOUND_S) -> None:
        """Attaches the newest picture, in its full size, and the last seconds of sound, of those that are given.

        Raises:
            DeviceError: there is neither a picture nor a sound.
        """
        image = source.snapshot().copy() if source else QImage()
        clip = microphone.recent(duration_s) if microphone else None
        has_sound = clip is not None and len(clip.samples) / 4 >= SHORTEST_S * clip.rate_hz
        if image.isNull() and not has_sound:
            raise DeviceError("There is nothing to attach yet.", "Wait until the picture or the level moves.")
        if not image.isNull():
            self._draft.add_picture(lambda: _png(image), dated_name(self.tr("Camera"), "png"))
        if clip and has_sound:
            self._draft.add_sound(lambda: encode_wav(clip), dated_name(self.tr("Sound"), "wav"))

    def ask(self, question: str, source: FrameSource | None, microphone: Microphone | None) -> None:
        """Attaches the moment and asks about it at once. Raises as `attach` does."""
        self.attach(source, microphone)
        self._draft.when_complete(lambda: self._ask(question))

    def _ask(self, question: str) -> None:
        self._conversation.ask(question, self._draft.attachments)
        self._draft.mark_asked()


def noise_question() -> str:
    """What one asks about a sound that was just heard, in the interface's language."""
    return QCoreApplication.translate("Live", "What made that noise?")


def dated_name(what: str, suffix: str) -> str:
    """What is called a picture or sound of now that was no file before."""
    return f"{what} {datetime.now().astimezone():%Y-%m-%d %H.%M.%S}.{suffix}"


def _png(image: QImage) -> bytes:
    """For a background thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub says bytes, which Qt refuses
    return bytes(buffer.data().data())
