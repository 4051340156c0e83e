"""What live looking tells: objects where they were found, where they are now, and answers about the moment.

Times are of the monotonic clock, in seconds; boxes are in pixels of the frame that was looked at.
"""

from __future__ import annotations

from msgspec import Struct

from bubo_desktop.data import Answer, BoxXyxyPx, Frame, RunLengths, Tag


class LiveOutline(Struct, frozen=True):
    """A mask, and the object's box in the frame of the mask: it goes with the object from there to wherever it is."""

    mask_rle: RunLengths
    box_xyxy_px: BoxXyxyPx


class LiveThing(Struct, frozen=True):
    """An object. It keeps its `id`, from 1, as long as it is there; its outline may be of an earlier frame."""

    id: int
    label: str
    score: float
    box_xyxy_px: BoxXyxyPx
    outline: LiveOutline | None = None


class LiveScene(Struct, frozen=True):
    """What was found in a frame of `width_px` x `height_px` pixels that was taken at `taken_s`."""

    width_px: int
    height_px: int
    taken_s: float
    things: tuple[LiveThing, ...] = ()
    tags: tuple[Tag, ...] = ()


class LivePlaces(Struct, frozen=True):
    """Where the objects of the last scene are in a newer frame, by their ids; those that are lost are missing."""

    taken_s: float
    boxes_xyxy_px: dict[int, BoxXyxyPx]


class LiveLink(Struct, frozen=True):
    """Words of an answer, `text[start:end]`, and the labels of the objects that they name."""

    start: int
    end: int
    labels: tuple[str, ...]

    def things_in(self, scene: LiveScene) -> tuple[LiveThing, ...]:
        """The objects of a scene that are called so."""
        return tuple(thing for thing in scene.things if thing.label in self.labels)


class LiveAnswer(Struct, frozen=True):
    """An answer about a frame taken at `taken_s`; `latency_s` passed from then to the answer."""

    question: str
    text: str
    links: tuple[LiveLink, ...]
    taken_s: float
    latency_s: float


class Noticed(Struct, frozen=True):
    """What was watched for is there. `labels` are the objects and sounds; `frame` is the picture, if there was one."""

    words: str
    labels: tuple[str, ...]
    frame: Frame | None
    taken_s: float
    latency_s: float


def links_of(answer: Answer) -> tuple[LiveLink, ...]:
    """The words of an answer that name objects which were found."""
    labels = [{thing.id: thing.label for thing in picture.objects} for picture in answer.images]
    return tuple(
        LiveLink(link.start, link.end, tuple(dict.fromkeys(labels[link.image][one] for one in link.objects)))
        for link in answer.links
        if link.objects
    )
