"""The pictures and recordings of a request, and what the pack's parts make of them, remembered by content."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx, RunLengths, SoundEvent, Tag
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.features import FeatureCache, content_hash
from bubo_desktop.engine.imaging import Picture, read_picture
from bubo_desktop.engine.pack import Pack
from bubo_desktop.geometry import encode_mask
from bubo_desktop.sounds import Waveform, read_sound

if TYPE_CHECKING:
    from bubo_desktop.engine.locating import Detection

T = TypeVar("T")
Outline = tuple[BoxXyxyPx, RunLengths]
"""A box made exact by its mask, and the mask."""

SILENCE_RMS = 10 ** (-45 / 20)  # of full scale: below it there is nothing to recognise, and that is no ignorance


class _Study:
    """What pictures and recordings have in common: a file, and results that depend on nothing but its bytes."""

    def __init__(self, path: str, pack: Pack, cache: FeatureCache, cancellation: Cancellation) -> None:
        self.path = path
        self._pack = pack
        self._cache = cache
        self._cancellation = cancellation
        self._content = content_hash(path)

    def _recall(self, part: str, work_out: Callable[[], T]) -> T:
        return self._cache.recall(self._content, part, work_out)


class PictureStudy(_Study):
    """One picture. Its file is decoded at most once a request, and not at all where everything is remembered.

    Every method raises `InputError` where the file is no usable picture, and `CancelledWork`.
    """

    @cached_property
    def _picture(self) -> Picture:
        return read_picture(self.path)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height as the user sees it."""
        return self._recall("size", lambda: (self._picture.width, self._picture.height))

    def embeddings(self) -> NDArray[np.float32] | None:
        """What the language network is shown, float32 [n_queries, width]; None where the pack is blind."""
        vision = self._pack.vision
        return self._recall("see", lambda: vision.see(self._picture, self._cancellation)) if vision else None

    def tags(self) -> tuple[Tag, ...]:
        """Labels of the whole picture; none where the pack has no tagger or the picture is not of its world."""
        return self._tags() if self.is_recognised else ()

    def detections(self) -> list[Detection]:
        """Objects, best first; none where the pack has no grounder or the picture is not of its world."""
        return self._detections() if self.is_recognised else []

    def outlines(self) -> list[Outline]:
        """For each detection its box made exact and its mask; none where the pack has no segmenter."""
        return self._recall("segment", self._segment) if self._pack.segmenter else []

    @property
    def is_recognised(self) -> bool:
        """False where a closed world's pack, which can look for labels, found none surely enough."""
        world = self._pack.manifest.closed_world
        if world is None or not (self._pack.tagger or self._pack.locator):
            return True
        found = self._tags() if self._pack.tagger else self._detections()
        return any(label.score >= world.min_score for label in found)

    def _tags(self) -> tuple[Tag, ...]:
        tagger = self._pack.tagger
        return self._recall("tag", lambda: tagger.tags(self._picture, self._cancellation)) if tagger else ()

    def _detections(self) -> list[Detection]:
        locator = self._pack.locator
        return self._recall("locate", lambda: locator.locate(self._picture, self._cancellation)) if locator else []

    def _segment(self) -> list[Outline]:
        segmenter = self._pack.segmenter
        boxes = [detection.box_xyxy_px for detection in self.detections()]
        if segmenter is None or not boxes:
            return []
        masks = segmenter.masks(self._picture, boxes, self._cancellation)
        pairs = zip(boxes, masks, strict=True)
        return [(segmenter.refine(box, mask), encode_mask(mask)) for box, mask in pairs]


class RecordingStudy(_Study):
    """One recording. Every method raises `InputError` where the file is no usable sound, and `CancelledWork`."""

    @cached_property
    def _wave(self) -> Waveform:
        return read_sound(self.path)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self._recall("duration", lambda: self._wave.duration_s)

    def embeddings(self) -> NDArray[np.float32] | None:
        """What the language network hears, float32 [n_queries, width]; None where the pack is deaf."""
        hearing, part = self._pack.hearing, self._pack.manifest.parts.hearing
        if hearing is None or part is None:
            return None
        return self._recall("hear", lambda: hearing.hear(mel_clips(self._wave, part.mel), self._cancellation))

    def events(self) -> tuple[SoundEvent, ...]:
        """What sounds when; nothing where the pack has no sound tagger."""
        tagger = self._pack.sound_tagger
        return self._recall("events", lambda: tagger.events(self._wave, self._cancellation)) if tagger else ()

    @property
    def is_recognised(self) -> bool:
        """False where a closed world's pack, which can tell sounds, found none though there is something to hear."""
        if self._pack.manifest.closed_world is None or self._pack.sound_tagger is None:
            return True
        return bool(self.events()) or self._is_silent()

    def _is_silent(self) -> bool:
        return self._recall("silent", lambda: bool(np.std(self._wave.samples) < SILENCE_RMS))
