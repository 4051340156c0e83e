"""The transcriber process: finds the speech in a recording and says what the words are."""

from __future__ import annotations

from bubo_desktop.isolation import confine, take_channels
from bubo_desktop.paths import recognisers_dir
from bubo_desktop.protocol.channel import Channel
from bubo_desktop.protocol.serving import serve
from bubo_desktop.protocol.transcribing import GetReady, Request, Transcribe, Transcribed
from bubo_desktop.sounds import wave_of
from bubo_desktop.transcriber.choice import Recogniser, choose_recogniser
from bubo_desktop.transcriber.speech import find_speech


def main() -> int:
    """Serves the desktop on standard input and output until it is gone; returns the exit status."""
    channel = Channel(*take_channels())
    confine()
    return serve(channel, Request, Server(channel).obey, "transcriber")


class Server:
    """Obeys orders.

    Args:
        channel: to the desktop.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._things: tuple[str, ...] = ()
        self._recogniser: Recogniser | None = None

    def obey(self, order: GetReady | Transcribe) -> None:
        """Carries an order out. Raises `DeviceError`, `InputError`."""
        match order:
            case GetReady(things=things):
                if things != self._things:
                    self._things, self._recogniser = things, None
                self._load()
            case Transcribe(id=number, clip=clip, language=language):
                speech = find_speech(wave_of(clip))
                self._channel.send(Transcribed(id=number, text=self._load().recognise(speech, language)))

    def _load(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = choose_recogniser(recognisers_dir(), self._things)
        return self._recogniser
