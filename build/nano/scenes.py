"""Random scenes of nano's world: one distribution for the painter, the synthesiser and the dialogues."""

from __future__ import annotations

import random
from collections.abc import Sequence

from build.nano.facts import (
    COLOURS,
    MAX_OBJECTS,
    MAX_SOUNDS,
    N_SOUND_QUERIES,
    NATURAL,
    OBJECTS,
    SOUND_SOURCES,
    SOUNDS,
    Placed,
    Scene,
)

SIDES = {"small": (0.19, 0.28), "large": (0.34, 0.50)}  # side of the square box, fraction of the picture's side
MAX_IOU = 0.15
_NATURAL_SHARE = 0.45
_SMALL_SHARE = 0.6
_REPEAT_SHARE = 0.3  # an object repeats the label of an earlier one, so that counts from one to three are common
_SOUNDING_SHARE = 0.3  # extra share of objects that can sound, so that "it can make a sound" gives no answer away
_N_OBJECTS_WEIGHTS = (4, 18, 22, 22, 18, 16)  # of 0 .. MAX_OBJECTS objects
_N_SOUNDS_WEIGHTS = (12, 50, 38)  # of 0 .. MAX_SOUNDS sounds
_MEDIA = ((True, False), (False, True), (True, True), (False, False))
_MEDIA_WEIGHTS = (38, 14, 44, 4)
_PLACING_TRIES = 40


def random_scene(rng: random.Random, picture: bool | None = None, sound: bool | None = None) -> Scene:
    """A scene; half of those with both media are related (a source of a sound is in the picture).

    Args:
        rng: source of randomness.
        picture: whether there is a picture; None lets chance decide (together with `sound`).
        sound: whether there is a sound.
    """
    drawn = rng.choices(_MEDIA, _MEDIA_WEIGHTS)[0]
    picture, sound = (drawn[0] if picture is None else picture), (drawn[1] if sound is None else sound)
    sounds = random_sounds(rng) if sound else None
    if not picture:
        return Scene(None, sounds)
    return Scene(place_objects(_random_labels(rng, sounds or ()), rng), sounds)


def random_sounds(rng: random.Random) -> tuple[str, ...]:
    """0 .. MAX_SOUNDS different sounds, in the order of the queries they belong to."""
    n_sounds = rng.choices(range(MAX_SOUNDS + 1), _N_SOUNDS_WEIGHTS)[0]
    return order_sounds(rng.sample(SOUNDS, n_sounds))


def order_sounds(sounds: Sequence[str]) -> tuple[str, ...]:
    """Sorts sounds by the query they belong to, those of one query as in SOUNDS."""
    numbers = sorted((SOUNDS.index(sound) for sound in sounds), key=lambda k: (k % N_SOUND_QUERIES, k))
    return tuple(SOUNDS[k] for k in numbers)


def place_objects(labels: Sequence[str], rng: random.Random) -> tuple[Placed, ...]:
    """Gives each label a colour, a size and a free place; one for which none is found is left out.

    Boxes lie inside the picture, overlap by less than MAX_IOU and no two centres share a query cell.
    Returns the objects in reading order of their cells.
    """
    placed: list[Placed] = []
    for label in labels:
        tries = (_random_object(label, rng) for _ in range(_PLACING_TRIES))
        placed += next(([thing] for thing in tries if _fits(thing, placed)), [])
    return tuple(sorted(placed, key=lambda thing: thing.cell))


def _random_labels(rng: random.Random, sounds: Sequence[str]) -> list[str]:
    sources = [SOUND_SOURCES[sound] for sound in sounds]
    n_objects = rng.choices(range(MAX_OBJECTS + 1), _N_OBJECTS_WEIGHTS)[0]
    labels: list[str] = []
    if sources and rng.random() < 0.5:
        labels = rng.sample(sources, rng.randint(1, len(sources)))
    while len(labels) < n_objects:
        label = _random_label(rng, labels)
        if label not in sources or label in labels:
            labels.append(label)
    return labels


def _random_label(rng: random.Random, earlier: Sequence[str]) -> str:
    if earlier and rng.random() < _REPEAT_SHARE:
        return rng.choice(earlier)
    if rng.random() < _SOUNDING_SHARE:
        return SOUND_SOURCES[rng.choice(SOUNDS)]
    return rng.choice(OBJECTS)


def _random_object(label: str, rng: random.Random) -> Placed:
    colour = NATURAL if rng.random() < _NATURAL_SHARE else rng.choice(COLOURS)
    size = "small" if rng.random() < _SMALL_SHARE else "large"
    side = rng.uniform(*SIDES[size])
    x0, y0 = rng.uniform(0, 1 - side), rng.uniform(0, 1 - side)
    return Placed(label, colour, size, (x0, y0, x0 + side, y0 + side))


def _fits(thing: Placed, others: Sequence[Placed]) -> bool:
    return all(thing.cell != other.cell and _iou(thing.box, other.box) < MAX_IOU for other in others)


def _iou(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (areas - width * height)
