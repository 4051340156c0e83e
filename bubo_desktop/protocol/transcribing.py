"""What the desktop and the transcriber process say to each other; lines and the end of input as with the engine.

1. `GetReady` has the transcriber load what takes long. It is not answered.
2. Each `Transcribe` is answered by one `Transcribed` or `Failed`, in order. The desktop gives the next one after that;
   one that it no longer wants it ends together with the process.
"""

from __future__ import annotations

from bubo_desktop.data import Clip
from bubo_desktop.protocol.messages import Failed, Message, Shutdown


class GetReady(Message, frozen=True):
    """Desktop: somebody is about to speak. `things` are English nouns that are likely to be asked about."""

    things: tuple[str, ...] = ()


class Transcribe(Message, frozen=True):
    """Desktop: what is said in this recording, in the language of this code, such as `en`?"""

    id: int
    clip: Clip
    language: str


class Transcribed(Message, frozen=True):
    """Transcriber: these words; they are not empty."""

    id: int
    text: str


Request = GetReady | Transcribe | Shutdown
Event = Transcribed | Failed
