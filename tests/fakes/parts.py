"""A pack of small fake parts that do what a real one's do, in plain sight: for tests of what is built on them.

The fake language answers `ANSWER`, or does what the question says (see `FakeLanguage`). The fake eyes know one
object: a `dog` wherever a picture is not of one even colour. The fake ears know `barking`, wherever a recording's
first half is the louder one.
"""

import dataclasses
import itertools
import os
import time
from pathlib import Path

import msgspec
import numpy as np

from bubo_desktop.data import Sampling, SoundEvent, Tag
from bubo_desktop.engine.detections import Detection
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.prompt import Embeddings, Text
from bubo_desktop.errors import InputError, PackError
from bubo_desktop.packs.manifest import (
    ClosedWorld,
    CropSegmenter,
    HearingPart,
    LanguagePart,
    Manifest,
    MelInput,
    Parts,
    PixelInput,
    PromptTemplate,
    QueryGrounder,
    SoundTaggerPart,
    TaggerPart,
    VectorGrounder,
    VisionPart,
    Word,
)

ANSWER = "The dog is big."
WIDTH = 4
DOG_BOX = (2.0, 3.0, 10.0, 11.0)
EXACT_BOX = (3.0, 4.0, 9.0, 10.0)
NOTICE = "This pack knows only dogs."
NOTHING = "I recognise nothing."
PIXELS = PixelInput(8, 8, "letterbox", (0, 0, 0), (1, 1, 1))
MEL = MelInput(16_000, 16, 100, 0.0, 1.0, 1.0)


class FakeLanguage:
    """Answers `ANSWER`, a word at a time, unless the question is one of the methods' names below."""

    device = "a fake"
    notes = ("A note of the language part.",)
    load_ms = 1.0
    n_ctx = 128

    def __init__(self) -> None:
        self.prompts: list[list[Text | Embeddings]] = []
        self.n_generated = 0
        self.ending = "stop"
        self.is_closed = False

    def prefill(self, segments, cancellation, on_progress) -> int:
        self.prompts.append(list(segments))
        cancellation.check()
        on_progress(1.0)
        return self.count(segments)

    def read_ahead(self, segments, cancellation, on_progress) -> None:
        ends = [number for number, segment in enumerate(segments, 1) if isinstance(segment, Embeddings)]
        if ends:
            self.prefill(segments[: ends[-1]], cancellation, on_progress)

    def count(self, segments) -> int:
        return sum(len(s.rows) if isinstance(s, Embeddings) else len(s.text.split()) for s in segments)

    def prompt_room(self, max_tokens) -> int:
        return self.n_ctx - min(max_tokens, self.n_ctx // 4)

    def generate(self, sampling, _stop, cancellation):
        question = next(s.text for s in reversed(self.prompts[-1]) if isinstance(s, Text) and not s.trusted)
        self.n_generated = 0
        for word in getattr(self, question, self.plain)():
            cancellation.check()
            self.n_generated += 1
            yield word
            if self.n_generated == sampling.max_tokens:
                self.ending = "cap"
                return
        self.ending = "stop"

    def keep(self, _cancellation) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True

    def plain(self):
        return ANSWER.replace(" ", " \0").split("\0")

    def endless(self):
        for _ in itertools.count():
            time.sleep(0.001)
            yield "and "

    def clock(self):
        """Says what time it is, on the clock that all processes share."""
        while True:
            time.sleep(0.02)
            yield f"{time.monotonic():.2f} "

    def deaf(self):
        """Never looks at the cancellation."""
        yield "listen"
        time.sleep(3600)

    def noisy(self):
        """As llama.cpp does, straight to the descriptor."""
        os.write(1, b"noise from a library\n")
        yield "quiet"

    def surprised(self):
        yield "half a "
        raise KeyError("the user's secret")

    def refusing(self):
        yield "no"
        raise InputError("This cannot be used.", "Use something else.")


class FakeEyes:
    reads_questions = False

    def __init__(self) -> None:
        self.n_looks = 0

    def see(self, picture, cancellation):
        cancellation.check()
        self.n_looks += 1
        return np.full((2, WIDTH), picture.rgb.mean(), np.float32)

    def tags(self, picture, cancellation):
        while picture.width == 1:  # a picture so thin is looked at until that is cancelled
            cancellation.check()
            time.sleep(0.001)
        self.n_looks += 1
        return (Tag("dog", 0.9),) if np.ptp(picture.rgb) else ()


class FakeFinger:
    """Points at what the eyes see, and counts its looks with theirs."""

    labels = ("dog",)

    def __init__(self, eyes: FakeEyes) -> None:
        self.eyes = eyes

    def see(self, _picture, _cancellation):
        return {}

    def locate(self, picture, _cancellation, _among, _maps):
        return [Detection("dog", 0.8, DOG_BOX, {})] if np.ptp(picture.rgb) else []

    def masks(self, picture, boxes, _cancellation, _maps):
        self.eyes.n_looks += 1
        masks = []
        for _ in boxes:
            mask = np.zeros((picture.height, picture.width), bool)
            x0, y0, x1, y1 = map(int, EXACT_BOX)
            mask[y0:y1, x0:x1] = True
            masks.append(mask)
        return masks

    def refine(self, _box, _mask):
        return EXACT_BOX


class OpenFinger(FakeFinger):
    """Finds every word of `seen` that it is asked for, in any picture, one in each tenth of it."""

    labels = None

    def __init__(self, eyes: FakeEyes, *seen: str) -> None:
        super().__init__(eyes)
        self.seen = seen
        self.sought: list[tuple[str, ...]] = []

    def locate(self, _picture, cancellation, among, _maps):
        cancellation.check()
        self.sought.append(tuple(among))
        return [
            Detection(label, 0.8, (float(2 * n), 3.0, float(2 * n + 2), 5.0), {})
            for n, label in enumerate(self.seen)
            if label in among
        ]


class FakeEars:
    def hear(self, clips, _cancellation):
        return np.full((1, WIDTH), clips.mean(), np.float32)

    def events(self, wave, _cancellation):
        first, second = np.array_split(np.abs(wave.samples), 2)
        return (SoundEvent("barking", 0.7, 0.0, wave.duration_s),) if first.sum() > 2 * second.sum() else ()


def fake_manifest(closed_world: bool = True) -> Manifest:
    return Manifest(
        id="fake",
        name="Fake",
        version="1",
        description="",
        languages=("en",),
        files=(),
        sampling=Sampling(),
        prompt=PromptTemplate(
            system="Be kind.",
            human="You:",
            assistant="Me:",
            turn_end="|",
            image_tags=("<i>", "</i>"),
            sound_tags=("<s>", "</s>"),
            stop=("|",),
            control_tokens=True,
            max_turns=2,
        ),
        parts=Parts(
            language=LanguagePart("l", WIDTH, 128, ""),
            vision=VisionPart("v", PIXELS, 2),
            hearing=HearingPart("h", MEL, 1),
            tagger=TaggerPart("t", PIXELS, ("dog",), (0.5,)),
            grounder=QueryGrounder("g", PIXELS, "q", (), 0.5, 0.5),
            segmenter=CropSegmenter("s", 8, 0.1),
            sound_tagger=SoundTaggerPart("e", MEL, ("barking",), (0.5,), 0.1),
        ),
        closed_world=ClosedWorld(NOTICE, NOTHING) if closed_world else None,
    )


def fake_pack(closed_world: bool = True) -> Pack:
    eyes, ears = FakeEyes(), FakeEars()
    finger = FakeFinger(eyes)
    return Pack(
        manifest=fake_manifest(closed_world),
        language=FakeLanguage(),
        vision=eyes,
        hearing=ears,
        tagger=eyes,
        locator=finger,
        segmenter=finger,
        sound_tagger=ears,
        vocabulary=(Word("dog", "perro", "🐕", ("barking",)),),
        load_ms=5.0,
    )


OPEN_WORDS = ("dog", "frisbee", "cat", "stand")


def open_world_pack(*seen: str) -> Pack:
    """A pack that knows `OPEN_WORDS`, tags the first of `seen`, and finds whatever of them it is asked for."""
    pack = fake_pack(closed_world=False)
    finger = OpenFinger(pack.vision, *seen)
    pack.vision.tags = lambda _picture, _cancellation: tuple(Tag(label, 0.9) for label in seen[:1])
    parts = msgspec.structs.replace(
        pack.manifest.parts,
        tagger=TaggerPart("t", PIXELS, OPEN_WORDS, (0.5,) * len(OPEN_WORDS)),
        grounder=VectorGrounder("g", "x", "y", PIXELS, 0.5, 0.5),
    )
    manifest = msgspec.structs.replace(pack.manifest, parts=parts)
    return dataclasses.replace(pack, manifest=manifest, locator=finger, segmenter=finger)


def open_fake_pack(folder: Path, _gpu_layers: int, on_loading) -> Pack:
    """In place of `open_pack`; the folder's name may ask for trouble."""
    on_loading("language", 0.0)
    if folder.name == "missing":
        raise PackError("There is no such pack.", "Choose another.")
    if folder.name == "out of memory":
        raise MemoryError
    return fake_pack()
