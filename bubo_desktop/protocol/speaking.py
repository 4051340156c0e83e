"""What the desktop and the speaker process say to each other; lines, lengths and the end of input as with the engine.

1. The desktop sends one `Say` per sentence, the next after `Spoken`: so that no more than a sentence is heard where
   one of the two processes is ended by force.
2. A `Say` is answered by `Speaking`, and ended by exactly one of `Spoken`, `Failed` and, after a `Hush`, `Hushed`.
3. A `Hush` is always answered by one `Hushed`: from then on nothing is heard.
4. `Shutdown` and the end of input end the sentence and the process.
"""

from __future__ import annotations

from bubo_desktop.protocol.messages import Failed, Message, Shutdown


class Say(Message, frozen=True):
    """Desktop: read this sentence aloud, in the language of this code, such as `es`."""

    id: int
    text: str
    language: str


class Hush(Message, frozen=True):
    """Desktop: be silent, now."""


class Speaking(Message, frozen=True):
    """Speaker: sentence `id` is being read."""

    id: int


class Spoken(Message, frozen=True):
    """Speaker: sentence `id` was read to its end."""

    id: int


class Hushed(Message, frozen=True):
    """Speaker: it is silent, because the desktop asked."""


Request = Say | Hush | Shutdown
Event = Speaking | Spoken | Hushed | Failed
