"""Pictures and recordings, and what the pack's parts make of them, remembered by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import numpy as np

from bubo_desktop.data import BoxXyxyPx, Clip, Picturing, RunLengths, SoundEvent, Sounding, Tag
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.confidence import calibrate_detections, calibrate_findings
from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.features import FeatureCache, content_hash
from bubo_desktop.engine.imaging import Picture, read_picture
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.prompt import Medium
from bubo_desktop.geometry import encode_mask
from bubo_desktop.sounds import Waveform, read_sound, wave_of

if TYPE_CHECKING:
    from bubo_desktop.engine.abilities import Segments
    from bubo_desktop.engine.detections import Detection

T = TypeVar("T")
S = TypeVar("S", Picturing, Sounding)
Outline = tuple[BoxXyxyPx, RunLengths]
"""A box made exact by its mask, and the mask."""

FILES_BYTES = 256 * 1024 * 1024
MOMENTS_BYTES = 8 * 1024 * 1024  # findings; what large networks see on their way to them is larger, and not kept
SILENCE_RMS = 10 ** (-45 / 20)  # of full scale: below it there is nothing to recognise, and that is no ignorance


class Studies:
    """Where studies come from. What they find in files is remembered for long, what they find in pictures and
    recordings in memory only while little came after it: a camera must not drive out what a chat is about.

    Several threads may use it, not so a single study.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._files = FeatureCache(FILES_BYTES)
        self._moments = FeatureCache(MOMENTS_BYTES)

    def picture(self, source: Picturing, cancellation: Cancellation) -> PictureStudy:
        """A study of this picture. Raises `InputError` where it is a file that cannot be read."""
        return PictureStudy(source, self._pack, self._cache_for(source), cancellation)

    def recording(self, source: Sounding, cancellation: Cancellation) -> RecordingStudy:
        """A study of this recording. Raises `InputError` where it is a file that cannot be read."""
        return RecordingStudy(source, self._pack, self._cache_for(source), cancellation)

    def _cache_for(self, source: Picturing | Sounding) -> FeatureCache:
        return self._files if isinstance(source, str) else self._moments


class _Study(Generic[S]):
    """What pictures and recordings have in common: a source, and results that depend on nothing but its content.

    It keeps what it recalled itself, too: other pictures may come by while an answer is written.

    Attributes:
        path: of the file; empty where there is none.
        name: what a `Turn` calls it: its path, or a name by its content.
    """

    def __init__(self, source: S, pack: Pack, cache: FeatureCache, cancellation: Cancellation) -> None:
        self._source: S = source
        self._pack = pack
        self._cache = cache
        self._cancellation = cancellation
        self._content = content_hash(source)
        self._known: dict[str, object] = {}
        self.path = source if isinstance(source, str) else ""
        self.name = self.path or self._content

    def _recall(self, part: str, work_out: Callable[[], T]) -> T:
        if part not in self._known:
            self._known[part] = self._cache.recall(self._content, part, work_out)
        return cast("T", self._known[part])


class PictureStudy(_Study[Picturing]):
    """One picture. A file is decoded at most once a request, and not at all where everything is remembered.

    Every method raises `InputError` where it is no usable picture, and `CancelledWork`.
    """

    def __init__(self, source: Picturing, pack: Pack, cache: FeatureCache, cancellation: Cancellation) -> None:
        super().__init__(source, pack, cache, cancellation)
        self._sought: list[tuple[str, ...]] = []

    @cached_property
    def _picture(self) -> Picture:
        return read_picture(self._source)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height as the user sees it."""
        return self._recall("size", lambda: (self._picture.width, self._picture.height))

    def embeddings(self, question: str) -> Medium | None:
        """What the language network is shown, for this question if the eyes heed it; None where the pack is blind."""
        eyes, vision = self._pack.eyes, self._pack.vision
        if vision is None or not vision.reads_questions:
            return self._recall("see", lambda: eyes.see(self._picture, self._cancellation)) if eyes else None
        seen = self._recall("see", lambda: vision.see(self._picture, self._cancellation))
        return self._recall(f"read {question}", lambda: vision.read_for(question, seen, self._cancellation))

    def tags(self) -> tuple[Tag, ...]:
        """Labels of the whole picture; none where the pack has no tagger or the picture is not of its world."""
        honesty = self._pack.manifest.confidence
        return calibrate_findings(self._tags(), honesty.tags) if self.is_recognised else ()

    def seek(self, labels: Iterable[str]) -> bool:
        """Has `detections` hold these things too, where the pack's grounder finds whatever it is asked for.

        Returns:
            Whether there is one that was not sought before.
        """
        locator = self._pack.locator
        if locator is None or locator.labels is not None:
            return False
        new = sorted(set(labels).difference(*self._sought))
        self._sought += [tuple(new)] if new else []
        return bool(new)

    def detections(self) -> list[Detection]:
        """Objects, those sought first before others, best first; none where the pack has no grounder or the picture
        is not of its world.
        """
        locator = self._pack.locator
        if locator is None or not self.is_recognised:
            return []
        sought = [None] if locator.labels is not None else self._sought
        found = (each for labels in sought for each in self._detections(labels))
        return calibrate_detections(found, self._pack.manifest.confidence.boxes)

    def outlines(self, boxes: Sequence[BoxXyxyPx]) -> list[Outline]:
        """For each box, in picture pixels, the box made exact and its mask; none where the pack has no segmenter."""
        segmenter = self._pack.segmenter
        if segmenter is None or not boxes:
            return []
        return self._recall(f"segment {boxes}", lambda: self._segment(segmenter, boxes))

    @property
    def is_recognised(self) -> bool:
        """False where a closed world's pack, which can look for labels, found none surely enough."""
        world = self._pack.manifest.closed_world
        if world is None or not (self._pack.tagger or self._pack.locator):
            return True
        found = self._tags() if self._pack.tagger else self._detections(None)
        return any(label.score >= world.min_score for label in found)

    def _tags(self) -> tuple[Tag, ...]:
        tagger = self._pack.tagger
        return self._recall("tag", lambda: tagger.tags(self._picture, self._cancellation)) if tagger else ()

    def _detections(self, among: tuple[str, ...] | None) -> list[Detection]:
        locator = self._pack.locator
        if locator is None:
            return []
        maps = self._recall("objects seen", lambda: locator.see(self._picture, self._cancellation))
        return self._recall(f"locate {among}", lambda: locator.locate(self._picture, self._cancellation, among, maps))

    def _segment(self, segmenter: Segments, boxes: Sequence[BoxXyxyPx]) -> list[Outline]:
        maps = self._recall("outlines seen", lambda: segmenter.see(self._picture, self._cancellation))
        masks = segmenter.masks(self._picture, boxes, self._cancellation, maps)
        pairs = zip(boxes, masks, strict=True)
        return [(segmenter.refine(box, mask), encode_mask(mask)) for box, mask in pairs]


class RecordingStudy(_Study[Sounding]):
    """One recording. Every method raises `InputError` where it is no usable sound, and `CancelledWork`."""

    @cached_property
    def _wave(self) -> Waveform:
        return wave_of(self._source) if isinstance(self._source, Clip) else read_sound(self._source)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self._recall("duration", lambda: self._wave.duration_s)

    def embeddings(self) -> Medium | None:
        """What the language network hears; None where the pack is deaf."""
        return self._recall("hear", self._hear)

    def _hear(self) -> Medium | None:
        projector, hearing, part = self._pack.projector, self._pack.hearing, self._pack.manifest.parts.hearing
        if hearing and part:
            return hearing.hear(mel_clips(self._wave, part.mel), self._cancellation)
        return projector.hear(self._wave, self._cancellation) if projector and projector.hears else None

    def events(self) -> tuple[SoundEvent, ...]:
        """What sounds when; nothing where the pack has no sound tagger."""
        tagger = self._pack.sound_tagger
        found = self._recall("events", lambda: tagger.events(self._wave, self._cancellation)) if tagger else ()
        return calibrate_findings(found, self._pack.manifest.confidence.sounds)

    @property
    def is_recognised(self) -> bool:
        """False where a closed world's pack, which can tell sounds, found none though there is something to hear."""
        if self._pack.manifest.closed_world is None or self._pack.sound_tagger is None:
            return True
        return bool(self.events()) or self._is_silent()

    def _is_silent(self) -> bool:
        return self._recall("silent", lambda: bool(np.std(self._wave.samples) < SILENCE_RMS))
