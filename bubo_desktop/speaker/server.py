"""The speaker process: says the sentences that the desktop sends, one at a time, and is silent when told."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QObject, Signal

from bubo_desktop.errors import BuboError, ProtocolError
from bubo_desktop.isolation import confine, take_channels
from bubo_desktop.protocol import Failed
from bubo_desktop.protocol.channel import Channel
from bubo_desktop.protocol.speaking import Hush, Hushed, Request, Say, Speaking, Spoken
from bubo_desktop.speaker.voice import Voice

GRACE_S = 0.5  # from the end of input to the end of the process, whatever the speech service is busy with


def main(arguments: Sequence[str]) -> int:
    """Serves the desktop on standard input and output until it is gone; returns the exit status.

    Args:
        arguments: the name of one of Qt's speech engines, or nothing for the platform's own.
    """
    channel = Channel(*take_channels())
    confine()
    app = QCoreApplication([])
    server = Server(channel, *arguments)
    server.start()
    return app.exec()


class Server(QObject):
    """Reads requests in a thread of its own, and obeys them in that of Qt.

    Args:
        channel: to the desktop.
        engine: see `Voice`.
    """

    _received = Signal(object)
    _left_alone = Signal()

    def __init__(self, channel: Channel, engine: str = "") -> None:
        super().__init__()
        self._channel = channel
        self._engine = engine
        self._voice: Voice | None = None
        self._saying_id = 0  # 0: nothing
        self._is_hushing = False
        self._received.connect(self._obey)
        self._left_alone.connect(self._end)

    def start(self) -> None:
        """Begins to read; to be called once."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()

    # The reading thread

    def _read(self) -> None:
        with suppress(ProtocolError):  # what is no request ends the conversation
            for request in self._channel.requests(Request):
                self._received.emit(request)
        deadline = threading.Timer(GRACE_S, os._exit, (1,))
        deadline.daemon = True
        deadline.start()
        self._left_alone.emit()

    # The thread of Qt

    def _obey(self, request: Say | Hush) -> None:
        match request:
            case Say(id=number, text=text, language=language):
                self._saying_id = number
                try:
                    self._ready_voice().say(text, language)
                except BuboError as error:
                    self._fail(error)
            case Hush():
                self._hush()

    def _ready_voice(self) -> Voice:
        if self._voice is None:
            self._voice = Voice(self._engine, self)
            self._voice.began.connect(lambda: self._channel.send(Speaking(id=self._saying_id)))
            self._voice.fell_silent.connect(self._settle)
            self._voice.failed.connect(self._fail)
        return self._voice

    def _hush(self) -> None:
        self._is_hushing = True
        if self._voice and self._voice.is_speaking:
            self._voice.stop()
        else:
            self._settle()

    def _settle(self) -> None:
        """Nothing is heard any more."""
        number, self._saying_id = self._saying_id, 0
        if self._is_hushing:
            self._is_hushing = False
            self._channel.send(Hushed())
        elif number:
            self._channel.send(Spoken(id=number))

    def _fail(self, error: BuboError) -> None:
        if self._is_hushing:
            self._settle()
        else:
            number, self._saying_id = self._saying_id, 0
            self._channel.send(Failed(id=number, code=error.code, message=error.message, hint=error.hint))

    def _end(self) -> None:
        if self._voice:
            self._voice.stop()
        QCoreApplication.quit()
