"""What a request's pictures and recordings show and sound like, found stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import Match, PictureFindings, SoundFindings, Stage, Thing
from bubo_desktop.engine.features import FeatureCache
from bubo_desktop.engine.matching import match
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.stages import Stages
from bubo_desktop.engine.studies import Outline, PictureStudy, RecordingStudy
from bubo_desktop.protocol import Ask, Prepare

S = TypeVar("S", PictureStudy, RecordingStudy)
Rows = NDArray[np.float32]


class Scene:
    """The files of one request.

    Its stages raise `InputError` where a file cannot be used, `EngineError`, and `CancelledWork`; what was found in
    a file before, in whatever request, is not worked out again.
    """

    def __init__(self, request: Ask | Prepare, pack: Pack, cache: FeatureCache, stages: Stages) -> None:
        self._pack = pack
        self._stages = stages
        self._pictures = [PictureStudy(path, pack, cache, stages.cancellation) for path in request.images]
        self._recordings = [RecordingStudy(path, pack, cache, stages.cancellation) for path in request.sounds]
        self._files: list[PictureStudy | RecordingStudy] = [*self._pictures, *self._recordings]

    def encode(self) -> None:
        """The stages see and hear: what the language network may be shown, and the events of recordings."""
        self._each("see", self._pictures, PictureStudy.embeddings)
        self._each("hear", self._recordings, RecordingStudy.embeddings, RecordingStudy.events)

    def name(self) -> None:
        """The stages tag and locate."""
        self._each("tag", self._pictures, PictureStudy.tags)
        self._each("locate", self._pictures, PictureStudy.detections)

    def outline(self) -> None:
        """The stage segment."""
        self._each("segment", self._pictures, PictureStudy.outlines)

    @property
    def left_out(self) -> list[str]:
        """In a closed world, the files in which nothing known was found, as `picture 2` or `sound 1`; `encode` and
        `name` come first.
        """
        pictures = [f"picture {n}" for n, file in enumerate(self._pictures, 1) if not file.is_recognised]
        return pictures + [f"sound {n}" for n, file in enumerate(self._recordings, 1) if not file.is_recognised]

    @property
    def is_alien(self) -> bool:
        """There are files, and nothing known was found in any of them."""
        return bool(self._files) and len(self.left_out) == len(self._files)

    def embeddings(self) -> tuple[list[Rows], list[Rows]]:
        """What the language network is shown of pictures and of recordings, float32 [n_queries, width] each."""
        return _rows(self._recognised(self._pictures)), _rows(self._recognised(self._recordings))

    def findings(self) -> tuple[PictureFindings, ...]:
        """Tags and boxes of each picture, masks still null; ids run through all pictures."""
        ids = count()
        return tuple(
            PictureFindings(
                picture.path,
                *picture.size_px,
                tags=picture.tags(),
                objects=tuple(Thing(next(ids), it.label, it.score, it.box_xyxy_px) for it in picture.detections()),
            )
            for picture in self._pictures
        )

    def attributes(self) -> dict[int, Mapping[str, float]]:
        """For the ids of `findings`, how surely (0..1) each attribute, such as a colour, holds."""
        detections = (found for picture in self._pictures for found in picture.detections())
        return {number: found.attributes for number, found in enumerate(detections)}

    def outlined(self, findings: Sequence[PictureFindings]) -> tuple[PictureFindings, ...]:
        """The findings with masks, and the boxes they make exact, where the pack can segment."""
        return tuple(_outlined(found, each.outlines()) for found, each in zip(findings, self._pictures, strict=True))

    def sounds(self) -> tuple[SoundFindings, ...]:
        """What was heard in each recording."""
        return tuple(SoundFindings(each.path, each.duration_s, each.events()) for each in self._recordings)

    def match(self, findings: Sequence[PictureFindings]) -> Match | None:
        """Whether what is seen and what is heard belong together; None where either is missing or unknown."""
        parts = self._pack.manifest.parts
        recordings, pictures = self._recognised(self._recordings), self._recognised(self._pictures)
        events = [event for each in recordings for event in each.events()]
        things = [thing for found in findings for thing in found.objects]
        return match(
            events if recordings and parts.sound_tagger else None,
            things if pictures and parts.grounder else None,
            {word.label_en: word.sounds for word in self._pack.vocabulary},
        )

    def _recognised(self, files: Sequence[S]) -> list[S]:
        return [file for file in files if file.is_recognised]

    def _each(self, name: Stage, files: Sequence[S], *works: Callable[[S], object]) -> None:
        if not files:
            return
        with self._stages.stage(name) as report:
            for number, file in enumerate(files):
                for work in works:
                    self._stages.cancellation.check()
                    work(file)
                report((number + 1) / len(files))


def _rows(files: Sequence[PictureStudy] | Sequence[RecordingStudy]) -> list[Rows]:
    return [rows for file in files if (rows := file.embeddings()) is not None]


def _outlined(found: PictureFindings, outlines: Sequence[Outline]) -> PictureFindings:
    if not outlines:
        return found
    objects = tuple(
        msgspec.structs.replace(thing, box_xyxy_px=box, mask_rle=mask)
        for thing, (box, mask) in zip(found.objects, outlines, strict=True)
    )
    return msgspec.structs.replace(found, objects=objects)
