"""The messages of the protocol, each a frozen value; see the package's docstring for the rules."""

from __future__ import annotations

from msgspec import Struct

from bubo_desktop.data import (
    Answer,
    BoxXyxyPx,
    Link,
    Match,
    PictureFindings,
    Picturing,
    RunLengths,
    Sampling,
    SoundFindings,
    Sounding,
    SoundLink,
    Stage,
    Turn,
)

PROTOCOL_VERSION = 4


class Message(Struct, frozen=True, kw_only=True, tag=True, tag_field="type", forbid_unknown_fields=True):
    """What all messages have in common: the class name is the value of the field `type`."""


class Hello(Message, frozen=True):
    """Desktop: load the pack in `pack_dir` and get ready. `gpu_layers` -1 means as many as the device can hold."""

    protocol: int
    pack_dir: str
    gpu_layers: int = -1


class Prepare(Message, frozen=True):
    """Desktop: these files were attached, and these words typed so far: do ahead of the question what can be done.
    Features of files are cached by content; the language network reads what will stand before the next word.
    """

    id: int
    images: tuple[Picturing, ...] = ()
    sounds: tuple[Sounding, ...] = ()
    question: str = ""
    history: tuple[Turn, ...] = ()


class Ask(Message, frozen=True):
    """Desktop: answer `question` about these files. `sampling` null means the pack's own default; without `outline`
    objects keep their boxes and get no masks, which spares the battery (see `Outline`).
    """

    id: int
    question: str
    images: tuple[Picturing, ...] = ()
    sounds: tuple[Sounding, ...] = ()
    history: tuple[Turn, ...] = ()
    sampling: Sampling | None = None
    outline: bool = True


class Outline(Message, frozen=True):
    """Desktop: give the objects of picture `image`, found earlier in these boxes, their masks; `Masked` numbers them
    by their place in `boxes_xyxy_px`.
    """

    id: int
    image: Picturing
    boxes_xyxy_px: tuple[BoxXyxyPx, ...]


class Sense(Message, frozen=True):
    """Desktop: what can be seen and heard here, without words? It is answered beside the other requests, which it does
    not wait for. Objects and sounds that the words of `seek` name are marked as sought; with `outline` objects get
    masks, too.
    """

    id: int
    images: tuple[Picturing, ...] = ()
    sounds: tuple[Sounding, ...] = ()
    seek: str = ""
    outline: bool = False


class Cancel(Message, frozen=True):
    """Desktop: end request `id`; it answers `Cancelled` (or has just ended)."""

    id: int


class Ping(Message, frozen=True):
    """Desktop: are you there?"""

    nonce: int


class Shutdown(Message, frozen=True):
    """Desktop: cancel everything and end the process."""


class Loading(Message, frozen=True):
    """Engine: the pack's part `part` is being loaded; `fraction` of the whole is done. `files`: they are compared with
    the manifest; `tuning`: it is measured, once, how the language network runs fastest on this machine.
    """

    part: str
    fraction: float


class Ready(Message, frozen=True):
    """Engine: loaded. `device` says in words what computes; `notes` hold fallbacks the user should know of."""

    protocol: int
    version: str
    pack: str
    pack_name: str
    device: str
    load_ms: float
    notes: tuple[str, ...] = ()


class Pong(Message, frozen=True):
    """Engine: here, with the id of the request in work, `Sense` not counted (0: idle)."""

    nonce: int
    working_on: int = 0


class Progress(Message, frozen=True):
    """Engine: request `id` is in `stage`; `fraction` of that stage is done; it began `elapsed_ms` ago."""

    id: int
    stage: Stage
    fraction: float
    elapsed_ms: float = 0.0


class Token(Message, frozen=True):
    """Engine: the next piece of the answer's text (whole characters only)."""

    id: int
    text: str


class Found(Message, frozen=True):
    """Engine: tags and boxes of picture number `image` (masks still null). `sought` are the ids of the objects that
    `Sense.seek` names.
    """

    id: int
    image: int
    picture: PictureFindings
    sought: tuple[int, ...] = ()


class Heard(Message, frozen=True):
    """Engine: what the recordings of a `Sense` hold, and the verdict on its pictures and sounds. `sought` are, for each
    recording, the places in its events of those that `Sense.seek` names.
    """

    id: int
    sounds: tuple[SoundFindings, ...]
    sought: tuple[tuple[int, ...], ...] = ()
    match: Match | None = None


class Linked(Message, frozen=True):
    """Engine: the links of the answer, what was heard, and the verdict on picture and sound."""

    id: int
    links: tuple[Link, ...]
    sounds: tuple[SoundFindings, ...] = ()
    sound_links: tuple[SoundLink, ...] = ()
    match: Match | None = None


class Masked(Message, frozen=True):
    """Engine: masks of picture number `image`, by object id."""

    id: int
    image: int
    masks: dict[int, RunLengths]


class Done(Message, frozen=True):
    """Engine: request `id` is complete; `answer` is null for all but `Ask`."""

    id: int
    answer: Answer | None = None


class Failed(Message, frozen=True):
    """Engine: request `id` failed (id 0: loading failed). `code` is that of a class in `bubo_desktop.errors`;
    `partial` is the answer's text so far.
    """

    id: int
    code: str
    message: str
    hint: str = ""
    partial: str = ""


class Cancelled(Message, frozen=True):
    """Engine: request `id` ended because the desktop asked; `partial` is the answer's text so far."""

    id: int
    partial: str = ""


Request = Hello | Prepare | Ask | Outline | Sense | Cancel | Ping | Shutdown
Event = Loading | Ready | Pong | Progress | Token | Found | Heard | Linked | Masked | Done | Failed | Cancelled
