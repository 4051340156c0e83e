"""What is true of a scene beyond doubt, and which questions therefore have one right answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from build.world.facts import SIZE_LIMITS, Heard, Placed, Scene
from build.world.talk.kinds import KINDS, Subject

AXIS_GAP = 0.12  # between the centres of what is beside or above one another
SIDE_RATIO = 1.35  # of what is bigger than another
ORDER_GAP = 0.02  # between the centres of neighbours, so that their order is no matter of pixels
THIRD_MARGIN = 0.02  # of a centre from the lines between the thirds of a picture
SIZE_MARGIN = 1.05  # times a limit between sizes
ONSET_GAP_S = 0.3  # between the beginnings of sounds that come one after another
_INSIDE, _NOT_INSIDE = 0.9, 0.6  # of an object's box in another's
_NAMING_PLACES = ("where", "at", "describe_long")
_NAMING_SIZES = ("size", "describe_long")
_LISTING = ("where", "colour", "size", "describe_short", "describe_long", "at", "colour_which", "else")
_OF_ONE = ("colour_is",)
_RELATING = ("relation_what", "relation_is", "inside")
_COMPARING = ("compare", "compare_is")


def named(things: Sequence[Placed] | None, label: str, colour: str = "") -> list[Placed]:
    """The objects of a kind, of a colour where one is given, from left to right."""
    return [thing for thing in things or () if thing.label == label and colour in ("", thing.colour)]


def holds(direction: str, thing: Placed, anchor: Placed) -> bool | None:
    """Whether `thing` is `left` of, `right` of, `above`, `below` or `inside` `anchor`; None where it is not clear."""
    if direction == "inside":
        return _is_inside(thing, anchor)
    axis = 0 if direction in ("left", "right") else 1
    gap = anchor.centre[axis] - thing.centre[axis]
    if abs(gap) < AXIS_GAP:
        return None
    return (gap > 0) == (direction in ("left", "above"))


def _is_inside(thing: Placed, container: Placed) -> bool | None:
    x0, y0, x1, y1 = thing.box
    left, top, right, bottom = container.box
    width, height = min(x1, right) - max(x0, left), min(y1, bottom) - max(y0, top)
    share = max(width, 0) * max(height, 0) / ((x1 - x0) * (y1 - y0))
    if share <= _NOT_INSIDE:
        return False
    return True if share >= _INSIDE and container.side >= SIDE_RATIO * thing.side else None


def is_bigger(thing: Placed, other: Placed) -> bool | None:
    """Whether `thing` is the bigger of the two; None where it is not clear."""
    if max(thing.side, other.side) < SIDE_RATIO * min(thing.side, other.side):
        return None
    return thing.side > other.side


def is_askable(kind: str, subject: Subject, scene: Scene) -> bool:
    """Whether a question has one clear answer; one whose medium is missing has, and one about what is not there."""
    about = KINDS[kind]
    if (about.seen and scene.objects is None) or (about.heard and scene.sounds is None):
        return True
    if about.presupposes and not all(named(scene.objects, *thing) for thing in subject.things):
        return True
    if about.heard and not _follow_clearly(scene.sounds or ()):
        return False
    about_one = subject.label and kind != "else"
    things = named(scene.objects, subject.label, subject.colour) if about_one else list(scene.objects or ())
    return (
        (kind not in _NAMING_PLACES or all(map(is_placed_clearly, things)))
        and (kind not in _NAMING_SIZES or all(map(is_sized_clearly, things)))
        and (kind not in _LISTING or _are_ordered(things))
        and (kind not in _OF_ONE or len(things) == 1)
        and (kind not in _RELATING or _is_related(subject, scene))
        and (kind not in _COMPARING or _is_comparable(subject, scene))
    )


def is_placed_clearly(thing: Placed) -> bool:
    """Whether it is clear which ninth of the picture holds the centre."""
    return all(abs(at - line) >= THIRD_MARGIN for at in thing.centre for line in (1 / 3, 2 / 3))


def is_sized_clearly(thing: Placed) -> bool:
    """Whether it is clear that an object is small, medium or large."""
    return all(max(thing.side / limit, limit / thing.side) >= SIZE_MARGIN for limit in SIZE_LIMITS)


def _are_ordered(things: Sequence[Placed]) -> bool:
    return all(b.centre[0] - a.centre[0] >= ORDER_GAP for a, b in pairwise(things))


def _follow_clearly(sounds: Sequence[Heard]) -> bool:
    return all(b.start_s - a.start_s >= ONSET_GAP_S for a, b in pairwise(sounds))


def _is_related(subject: Subject, scene: Scene) -> bool:
    """Whether anchor and object, where one is named, are the only ones of their kind, and the relation is clear."""
    anchors = named(scene.objects, subject.other, subject.other_colour)
    things = named(scene.objects, subject.label, subject.colour) if subject.label else list(scene.objects or ())
    if len(anchors) != 1 or (subject.label and len(things) != 1):
        return False
    relations = [(thing, holds(subject.relation, thing, anchors[0])) for thing in things if thing is not anchors[0]]
    listed = [thing for thing, is_so in relations if is_so]
    return all(is_so is not None for _, is_so in relations) and bool(relations) and _are_ordered(listed)


def _is_comparable(subject: Subject, scene: Scene) -> bool:
    things = named(scene.objects, subject.label, subject.colour)
    others = named(scene.objects, subject.other, subject.other_colour)
    return len(things) == len(others) == 1 and is_bigger(things[0], others[0]) is not None
