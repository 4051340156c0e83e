"""What a request's pictures and recordings show and sound like, found stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count
from typing import TypeVar

import msgspec

from bubo_desktop.data import Match, PictureFindings, RunLengths, SoundFindings, Stage, Thing, Turn
from bubo_desktop.engine.confidence import calibrate_match
from bubo_desktop.engine.earlier import EarlierFiles
from bubo_desktop.engine.matching import match
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.prompt import Medium, kept_turns
from bubo_desktop.engine.stages import Stages
from bubo_desktop.engine.studies import Outline, PictureStudy, RecordingStudy, Studies
from bubo_desktop.protocol import Ask, Prepare, Sense

S = TypeVar("S", bound=PictureStudy | RecordingStudy)


class Scene:
    """The pictures and recordings of one request.

    Its stages raise `InputError` where one cannot be used, `EngineError`, and `CancelledWork`; what was found in one
    before, in whatever request, is not worked out again.

    Attributes:
        asked: the request's question and the names of what it is about.
    """

    def __init__(self, request: Ask | Prepare | Sense, pack: Pack, studies: Studies, stages: Stages) -> None:
        self._pack = pack
        self._stages = stages
        self._pictures = [studies.picture(source, stages.cancellation) for source in request.images]
        self._recordings = [studies.recording(source, stages.cancellation) for source in request.sounds]
        self._files: list[PictureStudy | RecordingStudy] = [*self._pictures, *self._recordings]
        images, sounds = (tuple(file.name for file in files) for files in (self._pictures, self._recordings))
        question, history = ("", ()) if isinstance(request, Sense) else (request.question, request.history)
        self.asked = Turn(question, "", images, sounds)
        turns = kept_turns(pack.manifest.prompt, history)
        self._earlier = EarlierFiles(turns, {*images, *sounds}, studies, stages.cancellation)

    def encode(self) -> None:
        """The stages see and hear: what the language network may be shown, and the events of recordings."""
        self._each("see", [*self._earlier.pictures, *self._pictures], self._shown)
        self._each("hear", self._earlier.recordings, RecordingStudy.embeddings)
        self._each("hear", self._recordings, RecordingStudy.embeddings, RecordingStudy.events)

    def listen(self) -> None:
        """The stage hear, but for what the language network is shown: the events of recordings."""
        self._each("hear", self._recordings, RecordingStudy.events)

    def name(self, asked: Collection[str] = ()) -> None:
        """The stages tag and locate; `asked` are things to be located whether or not they are tags."""
        self._each("tag", self._pictures, PictureStudy.tags)
        for picture in self._pictures:
            picture.seek([*(tag.label for tag in picture.tags()), *self._pack.standing_labels, *asked])
        self._each("locate", self._pictures, PictureStudy.detections)

    def seek(self, labels: Collection[str]) -> bool:
        """Locates further things; returns whether there was any that was not sought before in some picture."""
        is_new = [picture.seek(labels) for picture in self._pictures]
        if any(is_new):
            self._each("locate", self._pictures, PictureStudy.detections)
        return any(is_new)

    def outlined(self, findings: Sequence[PictureFindings]) -> tuple[PictureFindings, ...]:
        """The stage segment: the findings with masks, and the boxes they make exact, where the pack can segment."""
        outlined: list[PictureFindings] = []

        def outline(picture: PictureStudy) -> None:
            found = findings[len(outlined)]
            outlined.append(_outlined(found, picture.outlines([thing.box_xyxy_px for thing in found.objects])))

        self._each("segment", self._pictures, outline)
        return tuple(outlined)

    @property
    def left_out(self) -> list[str]:
        """In a closed world, the files in which nothing known was found, as `picture 2` or `sound 1`; `encode` and
        `name` come first.
        """
        pictures = [f"picture {n}" for n, file in enumerate(self._pictures, 1) if not file.is_recognised]
        return pictures + [f"sound {n}" for n, file in enumerate(self._recordings, 1) if not file.is_recognised]

    @property
    def notes(self) -> list[str]:
        """What the user should know of the files, as sentences; `encode` and `name` come first."""
        notes = [f"Nothing known was recognised in {name}, so it was left out." for name in self.left_out]
        n_missing = self._earlier.n_missing
        return notes + ([f"{n_missing} of this chat's earlier files cannot be read any more."] if n_missing else [])

    @property
    def is_alien(self) -> bool:
        """There are files, and nothing known was found in any of them."""
        return bool(self._files) and len(self.left_out) == len(self._files)

    def media(self) -> dict[str, Medium]:
        """What the language network is shown of each picture and recording, of earlier turns too, by its name."""
        pictures = self._recognised([*self._pictures, *self._earlier.pictures])
        recordings = self._recognised([*self._recordings, *self._earlier.recordings])
        shown = {picture.name: self._shown(picture) for picture in pictures}
        shown |= {recording.name: recording.embeddings() for recording in recordings}
        return {name: rows for name, rows in shown.items() if rows is not None}

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

    def sounds(self) -> tuple[SoundFindings, ...]:
        """What was heard in each recording."""
        return tuple(SoundFindings(each.path, each.duration_s, each.events()) for each in self._recordings)

    def match(self, findings: Sequence[PictureFindings]) -> Match | None:
        """Whether what is seen and what is heard belong together; None where either is missing or unknown."""
        parts = self._pack.manifest.parts
        recordings, pictures = self._recognised(self._recordings), self._recognised(self._pictures)
        events = [event for each in recordings for event in each.events()]
        things = [thing for found in findings for thing in found.objects]
        judged = match(
            events if recordings and parts.sound_tagger else None,
            things if pictures and parts.grounder else None,
            {word.label_en: word.sounds for word in self._pack.vocabulary},
        )
        return calibrate_match(judged, self._pack.manifest.confidence) if judged else None

    def _shown(self, picture: PictureStudy) -> Medium | None:
        return picture.embeddings(self.asked.question)

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


def masks_of(picture: PictureFindings) -> dict[int, RunLengths]:
    """By id, the masks of the objects that have one."""
    return {thing.id: thing.mask_rle for thing in picture.objects if thing.mask_rle}


def _outlined(found: PictureFindings, outlines: Sequence[Outline]) -> PictureFindings:
    if not outlines:
        return found
    objects = tuple(
        msgspec.structs.replace(thing, box_xyxy_px=box, mask_rle=mask)
        for thing, (box, mask) in zip(found.objects, outlines, strict=True)
    )
    return msgspec.structs.replace(found, objects=objects)
