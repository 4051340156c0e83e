"""Where objects stand in a picture, how large and in which colours, and whether that leaves any doubt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from build.world.facts import COLOURS, NATURAL, Placed
from build.world.talk.clarity import holds, is_placed_clearly, is_sized_clearly

CONTAINERS = ("circle", "frame", "square")  # what other objects are put into
SIDES = (0.11, 0.55)  # of the picture's longer side
CENTRES_GAP = 0.025  # between the centres of neighbours, from left to right
_FIT = 0.95  # of the picture's shorter side, at most
_NATURAL_SHARE = 0.4
_INSIDE_SHARE = 0.6  # of objects beside a container that are put into it
_INSIDE_SIDES = (0.3, 0.6)  # of the container's side
_INSIDE_REACH = {"circle": 0.36, "frame": 0.42, "square": 0.42}  # of its side, from its middle
_TOUCHING_SHARE = 0.25  # of objects that are tried beside or in front of another one
_TOUCHING_REACH = (0.45, 1.0)  # of half their sides together: from one another's middle
_ROOMY = 1.6  # times the side of what it holds
_OVERLAP = 0.5  # of the smaller box, at most
_PLACING_TRIES = 40
Box = tuple[float, float, float, float]
OwnColours = Callable[[str], frozenset[str]]


def place_objects(
    labels: Sequence[str],
    rng: np.random.Generator,
    own_colours: OwnColours,
    aspect: float = 1.0,
    *,
    clear: bool = False,
) -> tuple[Placed, ...]:
    """Gives each label a colour, a size and a place in a picture of that aspect (width / height).

    Boxes are square in pixels: the painter fits objects into them and says what can be seen of them. Some are put
    into containers. An object that finds no place, which is rare, is left out. In a `clear` picture, nothing that
    questions are about is borderline, so far as boxes tell.

    Returns:
        The objects from left to right.
    """
    placed: list[Placed] = []
    for label in labels:
        colour = random_colour(label, rng, own_colours)
        for attempt in range(_PLACING_TRIES):
            longest = SIDES[1] - (SIDES[1] - SIDES[0]) * attempt / _PLACING_TRIES  # smaller and smaller: counts hold
            thing = Placed(label, colour, *_random_place(label, rng, aspect, longest, placed))
            if all(_leaves_room(thing, other) for other in placed) and (not clear or _stays_clear(thing, placed)):
                placed.append(thing)
                break
    return tuple(sorted(placed, key=lambda thing: thing.centre[0]))


def random_colour(label: str, rng: np.random.Generator, own_colours: OwnColours) -> str:
    """NATURAL, or one of COLOURS that the object has not anyway."""
    given = [colour for colour in COLOURS if colour not in own_colours(label)]
    return NATURAL if rng.random() < _NATURAL_SHARE or not given else given[int(rng.integers(len(given)))]


def is_clear(objects: Sequence[Placed]) -> bool:
    """Whether nothing about these objects is borderline: their places, sizes, order, and what is inside of what."""
    return all(_stays_clear(thing, objects[:number]) for number, thing in enumerate(objects))


def _stays_clear(thing: Placed, others: Sequence[Placed]) -> bool:
    """Whether an object is clear by itself, and beside others."""
    return (
        is_placed_clearly(thing)
        and is_sized_clearly(thing)
        and all(abs(thing.centre[0] - other.centre[0]) >= CENTRES_GAP for other in others)
        and all(_is_clearly_beside(thing, other) and _is_clearly_beside(other, thing) for other in others)
    )


def _is_clearly_beside(thing: Placed, other: Placed) -> bool:
    """In or out of it; and only containers hold something."""
    inside = holds("inside", thing, other)
    return inside is False or (inside is True and other.label in CONTAINERS)


def _random_place(
    label: str, rng: np.random.Generator, aspect: float, longest: float, placed: Sequence[Placed]
) -> tuple[Box, float]:
    """A box, square in pixels, and its side in 0..1 of the picture's longer side; sides are as likely at any scale."""
    containers = [thing for thing in placed if thing.label in CONTAINERS and thing.side > SIDES[0] * _ROOMY]
    is_container = label in CONTAINERS
    if containers and not is_container and rng.random() < _INSIDE_SHARE:
        container = containers[int(rng.integers(len(containers)))]
        side = max(SIDES[0], container.side * rng.uniform(*_INSIDE_SIDES))
        reach = max(_INSIDE_REACH[container.label] * container.side - side / 2, 0)
        return _box(*_near(container, rng.uniform(-reach, reach, 2).tolist(), aspect), side, aspect), side
    shortest = 2 * SIDES[0] if is_container else SIDES[0]
    side = min(shortest * max(longest / shortest, 1) ** rng.random(), _FIT * min(aspect, 1 / aspect))
    if placed and rng.random() < _TOUCHING_SHARE:
        other = placed[int(rng.integers(len(placed)))]
        angle, reach = rng.uniform(0, 2 * math.pi), (side + other.side) / 2 * rng.uniform(*_TOUCHING_REACH)
        x, y = _near(other, (reach * math.cos(angle), reach * math.sin(angle)), aspect)
    else:
        x, y = (rng.uniform(half, 1 - half) for half in _half(side, aspect))
    across, down = _half(side, aspect)
    return _box(min(max(x, across), 1 - across), min(max(y, down), 1 - down), side, aspect), side


def _near(other: Placed, way: Sequence[float], aspect: float) -> tuple[float, float]:
    """The place that lies `way`, x and y in 0..1 of the picture's longer side, from the middle of another object."""
    across, down = _half(2, aspect)
    return other.centre[0] + way[0] * across, other.centre[1] + way[1] * down


def _box(x: float, y: float, side: float, aspect: float) -> Box:
    across, down = _half(side, aspect)
    return max(x - across, 0.0), max(y - down, 0.0), min(x + across, 1.0), min(y + down, 1.0)


def _half(side: float, aspect: float) -> tuple[float, float]:
    """Half of a square's width and height in 0..1 of the picture's, from its side in 0..1 of the longer side."""
    return side / 2 * max(1, 1 / aspect), side / 2 * max(1, aspect)


def _leaves_room(thing: Placed, other: Placed) -> bool:
    """Whether two boxes overlap little enough, or one is well inside of a container."""
    width = min(thing.box[2], other.box[2]) - max(thing.box[0], other.box[0])
    height = min(thing.box[3], other.box[3]) - max(thing.box[1], other.box[1])
    areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (thing.box, other.box)]
    share = max(width, 0) * max(height, 0) / min(areas)
    small, large = sorted((thing, other), key=lambda placed: placed.side)
    return share <= _OVERLAP or (share > 0.99 and large.label in CONTAINERS and large.side > _ROOMY * small.side)
