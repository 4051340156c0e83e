"""Random scenes for the tests of talk, with things inside others, several of a kind, and sounds of what is seen."""

from __future__ import annotations

import random

from build.world.facts import COLOURS, MAX_OBJECTS, NATURAL, Heard, Placed, Scene, Vocabulary, read_vocabulary

VOCABULARY: Vocabulary = read_vocabulary()


def draw_scene(rng: random.Random) -> Scene:
    sees, hears = rng.choices([(True, False), (False, True), (True, True), (False, False)], (4, 2, 4, 0.3))[0]
    sounds = _draw_sounds(rng) if hears else None
    return Scene(_draw_objects(rng, sounds or ()) if sees else None, sounds)


def _draw_sounds(rng: random.Random) -> tuple[Heard, ...]:
    names = rng.sample(VOCABULARY.sound_labels, rng.randint(0, 3))
    return tuple(Heard(name, float(second), second + 1.5) for second, name in enumerate(names))


def _draw_objects(rng: random.Random, sounds: tuple[Heard, ...]) -> tuple[Placed, ...]:
    labels = [VOCABULARY.source_of[heard.sound] for heard in sounds if rng.random() < 0.4]
    for _ in range(rng.randint(0, MAX_OBJECTS - len(labels))):
        labels.append(rng.choice(labels) if labels and rng.random() < 0.3 else rng.choice(VOCABULARY.labels))
    things: list[Placed] = []
    for label in labels:
        side = rng.uniform(0.1, 0.5)
        x, y = rng.uniform(0, 1 - side), rng.uniform(0, 1 - side)
        if things and rng.random() < 0.15:
            side, (x, y) = things[-1].side * 0.4, things[-1].box[:2]
        colour = rng.choice((*COLOURS, NATURAL, NATURAL, NATURAL))
        things.append(Placed(label, colour, (x, y, x + side, y + side), side))
    return tuple(sorted(things, key=lambda thing: thing.centre))
