"""The recorder process: lists microphones, or brings the sound of one to the desktop until it is ended."""

from __future__ import annotations

from queue import SimpleQueue

from bubo_desktop.isolation import confine, take_channels
from bubo_desktop.protocol.channel import Channel
from bubo_desktop.protocol.recording import (
    GetReady,
    ListMicrophones,
    Microphones,
    Opening,
    Record,
    Recording,
    Request,
)
from bubo_desktop.protocol.serving import serve
from bubo_desktop.recorder.blocks import Blocks, Listen
from bubo_desktop.recorder.devices import list_devices, lost, open_device


def main() -> int:
    """Serves the desktop on standard input and output until it is gone; returns the exit status."""
    channel = Channel(*take_channels())
    confine()
    return serve(channel, Request, Server(channel).obey, "recorder")


class Server:
    """Obeys orders, in a thread that PortAudio may hang.

    Args:
        channel: to the desktop.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._listen: Listen | None = None

    def obey(self, order: ListMicrophones | GetReady | Record) -> None:
        """Carries an order out. Raises `DeviceError`; of `Record`, always, in the end."""
        match order:
            case GetReady():
                self._load()
            case ListMicrophones():
                self._channel.send(Opening())
                self._channel.send(Microphones(microphones=tuple(device.info for device in list_devices())))
            case Record(microphone=microphone):
                self._record(microphone, self._load())

    def _load(self) -> Listen:
        """Loads what listens for speech, before there are samples that would have to wait for that."""
        if self._listen is None:
            from bubo_desktop.voice_activity import VoiceActivity

            self._listen = VoiceActivity().listen
        return self._listen

    def _record(self, microphone: str, listen: Listen) -> None:
        """Brings samples until there are no more. Raises `DeviceError`, always."""
        self._channel.send(Opening())
        chunks: SimpleQueue[bytes | None] = SimpleQueue()
        device = open_device(microphone, chunks.put)
        self._channel.send(Recording(name=device.name, device_rate_hz=device.rate_hz))
        blocks = Blocks(device.rate_hz, device.n_channels, listen)
        while chunk := chunks.get():
            for block in blocks.push(chunk):
                self._channel.send(block)
        raise lost(device.name)
