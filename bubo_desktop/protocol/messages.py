"""The messages of the protocol, each a frozen value; see the package's docstring for the rules."""

from __future__ import annotations

from msgspec import Struct

from bubo_desktop.data import (
    Answer,
    Link,
    Match,
    PictureFindings,
    RunLengths,
    Sampling,
    SoundFindings,
    SoundLink,
    Stage,
    Turn,
)

PROTOCOL_VERSION = 2


class _Message(Struct, frozen=True, kw_only=True, tag=True, tag_field="type", forbid_unknown_fields=True):
    """Common shape: the class name is the value of the field `type`."""


class Hello(_Message, frozen=True):
    """Desktop: load the pack in `pack_dir` and get ready. `gpu_layers` -1 means as many as the device can hold."""

    protocol: int
    pack_dir: str
    gpu_layers: int = -1


class Prepare(_Message, frozen=True):
    """Desktop: encode these files now, because they were attached; their features are cached by content."""

    id: int
    images: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()


class Ask(_Message, frozen=True):
    """Desktop: answer `question` about these files. `sampling` null means the pack's own default."""

    id: int
    question: str
    images: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    sampling: Sampling | None = None


class Cancel(_Message, frozen=True):
    """Desktop: end request `id`; it answers `Cancelled` (or has just ended)."""

    id: int


class Ping(_Message, frozen=True):
    """Desktop: are you there?"""

    nonce: int


class Shutdown(_Message, frozen=True):
    """Desktop: cancel everything and end the process."""


class Loading(_Message, frozen=True):
    """Engine: the pack's part `part` is being loaded; `fraction` of the whole is done."""

    part: str
    fraction: float


class Ready(_Message, frozen=True):
    """Engine: loaded. `device` says in words what computes; `notes` hold fallbacks the user should know of."""

    protocol: int
    version: str
    pack: str
    pack_name: str
    device: str
    load_ms: float
    notes: tuple[str, ...] = ()


class Pong(_Message, frozen=True):
    """Engine: here, with the id of the request in work (0: idle)."""

    nonce: int
    working_on: int = 0


class Progress(_Message, frozen=True):
    """Engine: request `id` is in `stage`; `fraction` of that stage is done; it began `elapsed_ms` ago."""

    id: int
    stage: Stage
    fraction: float
    elapsed_ms: float = 0.0


class Token(_Message, frozen=True):
    """Engine: the next piece of the answer's text (whole characters only)."""

    id: int
    text: str


class Found(_Message, frozen=True):
    """Engine: tags and boxes of picture number `image` (masks still null)."""

    id: int
    image: int
    picture: PictureFindings


class Linked(_Message, frozen=True):
    """Engine: the links of the answer, what was heard, and the verdict on picture and sound."""

    id: int
    links: tuple[Link, ...]
    sounds: tuple[SoundFindings, ...] = ()
    sound_links: tuple[SoundLink, ...] = ()
    match: Match | None = None


class Masked(_Message, frozen=True):
    """Engine: masks of picture number `image`, by object id."""

    id: int
    image: int
    masks: dict[int, RunLengths]


class Done(_Message, frozen=True):
    """Engine: request `id` is complete; `answer` is null for `Prepare`."""

    id: int
    answer: Answer | None = None


class Failed(_Message, frozen=True):
    """Engine: request `id` failed (id 0: loading failed). `code` is that of a class in `bubo_desktop.errors`;
    `partial` is the answer's text so far.
    """

    id: int
    code: str
    message: str
    hint: str = ""
    partial: str = ""


class Cancelled(_Message, frozen=True):
    """Engine: request `id` ended because the desktop asked; `partial` is the answer's text so far."""

    id: int
    partial: str = ""


Request = Hello | Prepare | Ask | Cancel | Ping | Shutdown
Event = Loading | Ready | Pong | Progress | Token | Found | Linked | Masked | Done | Failed | Cancelled
