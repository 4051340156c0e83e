"""What the desktop and the recorder process say to each other; lines, lengths and the end of input as with the engine.

1. The desktop gives one order: `ListMicrophones` or `Record`. `GetReady` before `Record` has the recorder load what
   takes long; it touches no device.
2. `ListMicrophones` is answered by `Opening` and `Microphones`. The sound library reads the list once in the life of a
   process, so a list that is needed again takes another recorder.
3. `Record` takes a microphone into use for the rest of the process's life. It is answered by `Opening`, `Recording` and
   then by one `Samples` for each `BLOCK_S` of sound, as long as there is sound.
4. Either may be answered by `Failed(id=0)` instead, also in the midst of samples: the process has ended its work. It
   is not answered at all where the system's sound hangs. Most ways in which a microphone fails are silent: the
   desktop watches the time between samples.
5. The device is let go by the end of the process, which the desktop brings about by force: whatever state the sound
   library is in, the system closes what the process had open.
6. Samples stay in memory: they travel as values (base64), and neither side writes them anywhere.
"""

from __future__ import annotations

from msgspec import Struct

from bubo_desktop.protocol.messages import Failed, Message, Shutdown

RATE_HZ = 16_000
"""Of all samples, whatever the device gives."""
BLOCK_S = 0.1


class MicrophoneInfo(Struct, frozen=True):
    """A microphone that can be chosen. `id` stays the same when it is plugged into another socket."""

    id: str
    name: str
    is_default: bool = False


class ListMicrophones(Message, frozen=True):
    """Desktop: which microphones are there?"""


class GetReady(Message, frozen=True):
    """Desktop: a microphone will soon be wanted."""


class Record(Message, frozen=True):
    """Desktop: take this microphone into use; without an id, the system's own choice."""

    microphone: str = ""


class Opening(Message, frozen=True):
    """Recorder: everything is loaded; what takes long from now on is the system's sound, or the device."""


class Microphones(Message, frozen=True):
    """Recorder: these are there, the system's own choice first."""

    microphones: tuple[MicrophoneInfo, ...]


class Recording(Message, frozen=True):
    """Recorder: the microphone of this name is in use, and gives `device_rate_hz` samples per second."""

    name: str
    device_rate_hz: int


class Samples(Message, frozen=True):
    """Recorder: the next `BLOCK_S` of sound.

    Attributes:
        samples: float32, little-endian, of one channel at `RATE_HZ`; full scale of the device at -1..1, never clipped
            here, so that some may lie a little beyond.
        peak: the largest magnitude that the device gave, 0..1.
        is_clipped: the device itself clipped.
        speech: how likely it is that somebody speaks, 0..1: the largest value since the block before.
        silence_s: for how long the device has given nothing but zeros, as a muted one does.
    """

    samples: bytes
    peak: float
    is_clipped: bool = False
    speech: float = 0.0
    silence_s: float = 0.0


Request = ListMicrophones | GetReady | Record | Shutdown
Event = Opening | Microphones | Recording | Samples | Failed
