"""From an answer that points to regions that can be compared with those that people marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bubo_desktop.data import Answer, PictureFindings, Thing
from bubo_desktop.geometry import decode_mask
from build.evaluation.average_precision import Region
from build.evaluation.overlaps import Mask


@dataclass(frozen=True, slots=True)
class Pointed:
    """Words of the answer, and the objects of the picture that they are linked to."""

    phrase: str
    score: float
    things: tuple[Thing, ...]


def list_pointed(answer: Answer) -> list[Pointed]:
    """All words of an answer about one picture that point at something."""
    things = {thing.id: thing for picture in answer.images for thing in picture.objects}
    return [
        Pointed(link.text, link.score, tuple(things[number] for number in link.objects))
        for link in answer.links
        if link.objects
    ]


def list_sources(answer: Answer) -> tuple[Thing, ...]:
    """The objects that make the sound; none where picture and sound do not belong together."""
    sources = answer.match.source_objects if answer.match else ()
    return tuple(thing for picture in answer.images for thing in picture.objects if thing.id in sources)


def cover(things: Iterable[Thing], picture: PictureFindings) -> Mask:
    """What objects cover of their picture, together: (height, width). One without mask covers its box."""
    covered = np.zeros((picture.height, picture.width), np.bool_)
    for thing in things:
        if thing.mask_rle:
            covered |= decode_mask(thing.mask_rle)
        else:
            x0, y0, x1, y1 = (round(edge) for edge in thing.box_xyxy_px)
            covered[y0:y1, x0:x1] = True
    return covered


def as_region(thing: Thing) -> Region:
    """A found object as a region."""
    return Region(thing.label, thing.box_xyxy_px, thing.score, thing.mask_rle)
