"""Drills: bare look-ups in a scene, many to a sequence, which teach the language network to read its slots.

Without them it learns the wording of the dialogues within minutes and then stays at chance where the answer must be
looked up. They share the dialogues' packing, so that nothing else knows of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from build.nano.dialogues import NUMBERS, Dialogue
from build.nano.facts import OBJECTS, SOUND_SOURCES, Placed, Scene

ABSENT = "no"
NOTHING = "nothing"
_PRESENT_SHARE = 0.75


def drill(scene: Scene, rng: random.Random) -> Dialogue:
    """A random look-up in `scene`, for instance `place dog` -> `top left`."""
    sees, hears = scene.objects is not None, scene.sounds is not None
    drills = _ABOUT_PICTURE * sees + _ABOUT_SOUND * hears + _ABOUT_BOTH * (sees and hears)
    if not drills:
        return Dialogue("drill", "list", ABSENT)
    question, answer = rng.choice(drills)(scene, rng)
    return Dialogue("drill", question, answer)


def _name_things(scene: Scene, rng: random.Random) -> tuple[str, list[Placed]]:
    things = scene.objects or ()
    label = rng.choice(things).label if things and rng.random() < _PRESENT_SHARE else rng.choice(OBJECTS)
    return label, [thing for thing in things if thing.label == label]


def _join(words: list[str], otherwise: str) -> str:
    return ", ".join(dict.fromkeys(words)) or otherwise


def _drill_place(scene: Scene, rng: random.Random) -> tuple[str, str]:
    label, things = _name_things(scene, rng)
    return f"place {label}", _join([thing.position for thing in things], ABSENT)


def _drill_colour(scene: Scene, rng: random.Random) -> tuple[str, str]:
    label, things = _name_things(scene, rng)
    return f"color {label}", _join([thing.colour for thing in things], ABSENT)


def _drill_size(scene: Scene, rng: random.Random) -> tuple[str, str]:
    label, things = _name_things(scene, rng)
    return f"size {label}", _join([thing.size for thing in things], ABSENT)


def _drill_count(scene: Scene, rng: random.Random) -> tuple[str, str]:
    label, things = _name_things(scene, rng)
    return f"count {label}", NUMBERS[len(things)]


def _drill_at(scene: Scene, rng: random.Random) -> tuple[str, str]:
    things = scene.objects or ()
    position = rng.choice(things).position if things else "center"
    return f"at {position}", _join([thing.label for thing in things if thing.position == position], NOTHING)


def _drill_list(scene: Scene, _: random.Random) -> tuple[str, str]:
    return "list", ", ".join(thing.label for thing in scene.objects or ()) or NOTHING


def _drill_sounds(scene: Scene, _: random.Random) -> tuple[str, str]:
    return "sound", ", ".join(scene.sounds or ()) or NOTHING


def _drill_sound_of(scene: Scene, rng: random.Random) -> tuple[str, str]:
    heard = {SOUND_SOURCES[sound]: sound for sound in scene.sounds or ()}
    label = rng.choice(tuple(heard)) if heard and rng.random() < 0.5 else rng.choice(tuple(SOUND_SOURCES.values()))
    return f"sound {label}", heard.get(label, ABSENT)


def _drill_source(scene: Scene, _: random.Random) -> tuple[str, str]:
    seen = {thing.label for thing in scene.objects or ()}
    sources = [SOUND_SOURCES[sound] for sound in scene.sounds or ()]
    return "source", _join([label for label in sources if label in seen], NOTHING)


def _drill_source_of(scene: Scene, rng: random.Random) -> tuple[str, str]:
    seen = {thing.label for thing in scene.objects or ()}
    sources = [SOUND_SOURCES[sound] for sound in scene.sounds or ()]
    label = rng.choice(sources) if sources and rng.random() < 0.8 else rng.choice(tuple(SOUND_SOURCES.values()))
    return f"source {label}", f"{'yes' if label in seen else 'no'} {'yes' if label in sources else 'no'}"


_Drill = Callable[[Scene, random.Random], tuple[str, str]]
_ABOUT_PICTURE: tuple[_Drill, ...] = (
    _drill_place, _drill_colour, _drill_size, _drill_count, _drill_count, _drill_at, _drill_list,
)  # fmt: skip
_ABOUT_SOUND: tuple[_Drill, ...] = (_drill_sounds, _drill_sound_of)
_ABOUT_BOTH: tuple[_Drill, ...] = (_drill_source, _drill_source, _drill_source, _drill_source_of, _drill_source_of)
