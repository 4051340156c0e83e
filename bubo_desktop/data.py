"""The values that pass between the rooms of the house: frozen, typed, and JSON on the wire.

`Answer` is, field for field, the object that `ask --json` prints.
Pixel coordinates are those of the picture as the user sees it (EXIF orientation applied), origin top left,
x to the right, y down; boxes are half-open: x1 and y1 lie one past the last pixel.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

BoxXyxyPx = tuple[float, float, float, float]
Verdict = Literal["related", "unrelated", "silent"]
Stage = Literal["load", "see", "hear", "prefill", "first_token", "generate", "tag", "locate", "link", "segment"]
STAGES: tuple[Stage, ...] = (
    "load", "see", "hear", "prefill", "first_token", "generate", "tag", "locate", "link", "segment",
)  # fmt: skip


class Frame(Struct, frozen=True):
    """A picture as a value, which need not touch the disk: `rgb` holds rows of 8-bit red, green and blue, the top one
    first, without padding. For live use it is at most 640 pixels on its longer side.
    """

    width_px: int
    height_px: int
    rgb: bytes

    def __repr__(self) -> str:
        """Shows the size alone: the picture is nobody's but the user's."""
        return f"Frame({self.width_px} x {self.height_px} px)"


class Clip(Struct, frozen=True):
    """A recording as a value, which need not touch the disk: `samples` are float32, little-endian, of one channel, full
    scale at -1..1.
    """

    rate_hz: int
    samples: bytes

    def __repr__(self) -> str:
        """Shows the length alone: the sound is nobody's but the user's."""
        return f"Clip({len(self.samples)} bytes at {self.rate_hz} Hz)"


Picturing = str | Frame
"""A still picture: the path of its file, or the picture itself."""
Sounding = str | Clip
"""A recording: the path of its file, or the recording itself."""


class Tag(Struct, frozen=True):
    """A label that holds for a whole picture; `score` in 0..1."""

    label: str
    score: float


class RunLengths(Struct, frozen=True):
    """A binary mask as uncompressed COCO run-lengths: column-major, the first run counts zeros.

    Source: the COCO data set's mask format (`size` is height, width).
    """

    size: tuple[int, int]
    counts: tuple[int, ...]


class Thing(Struct, frozen=True):
    """An object found in a picture. `id` is unique within one `Answer`; `mask_rle` is null until it is segmented."""

    id: int
    label: str
    score: float
    box_xyxy_px: BoxXyxyPx
    mask_rle: RunLengths | None = None


class PictureFindings(Struct, frozen=True):
    """What was found in one picture of `width` x `height` pixels; `path` is empty where it came as a value."""

    path: str
    width: int
    height: int
    tags: tuple[Tag, ...] = ()
    objects: tuple[Thing, ...] = ()


class SoundEvent(Struct, frozen=True):
    """A labelled span of a recording, in seconds from its beginning; `score` in 0..1."""

    label: str
    score: float
    start_s: float
    end_s: float


class SoundFindings(Struct, frozen=True):
    """What was heard in one recording; `path` is empty where it came as a value."""

    path: str
    duration_s: float
    events: tuple[SoundEvent, ...] = ()


class Link(Struct, frozen=True):
    """Words of the answer that name objects: `answer[start:end] == text`, `objects` are ids within picture `image`.

    Without objects, and with score 0, the words name something that was looked for there and not found.
    """

    start: int
    end: int
    text: str
    image: int
    objects: tuple[int, ...]
    score: float


class SoundLink(Struct, frozen=True):
    """Words of the answer that name what was heard: `answer[start:end] == text`, `events` are places in the events of
    recording `sound`. The words may be those of a `Link`, too: the dog that is heard can be seen.
    """

    start: int
    end: int
    text: str
    sound: int
    events: tuple[int, ...]
    score: float


class Match(Struct, frozen=True):
    """Whether picture and sound belong together, and the ids of the objects that make the sound."""

    verdict: Verdict
    score: float
    source_objects: tuple[int, ...] = ()


class TokenCounts(Struct, frozen=True):
    """Positions in the prompt (text pieces and embeddings) and tokens generated."""

    prompt: int
    generated: int


class Answer(Struct, frozen=True, kw_only=True):
    """A whole reply with everything that grounds it. `timings_ms` holds only the stages that ran (see `STAGES`)."""

    answer: str
    pack: str
    images: tuple[PictureFindings, ...] = ()
    links: tuple[Link, ...] = ()
    sounds: tuple[SoundFindings, ...] = ()
    sound_links: tuple[SoundLink, ...] = ()
    match: Match | None = None
    timings_ms: dict[str, float] = {}
    tokens: TokenCounts = TokenCounts(0, 0)
    notes: tuple[str, ...] = ()


class Turn(Struct, frozen=True):
    """One earlier question, its answer, and the paths of the files that the question was about."""

    question: str
    answer: str
    images: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()


class Sampling(Struct, frozen=True):
    """How the next token is chosen. Temperature 0 is greedy and deterministic; otherwise `seed` fixes the draw."""

    temperature: float = 0.0
    top_p: float = 0.9
    seed: int = 0
    max_tokens: int = 160
