"""Random scenes: within bounds, of all kinds, and clear where that is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from build.world.facts import MAX_OBJECTS, MAX_SOUNDS, SIZES, Placed, Scene, Vocabulary
from build.world.placing import CONTAINERS, SIDES, is_clear
from build.world.scenes import random_scene
from build.world.talk.clarity import holds

N_SCENES = 600


def _no_own_colours(label: str) -> frozenset[str]:
    return frozenset({"green"} if label == "frog" else ())


@pytest.fixture(scope="module")
def scenes(vocabulary: Vocabulary) -> list[Scene]:
    rng = np.random.default_rng(1)
    return [random_scene(rng, vocabulary, _no_own_colours) for _ in range(N_SCENES)]


def test_the_same_seed_gives_the_same_scene(vocabulary: Vocabulary) -> None:
    first, second = (random_scene(np.random.default_rng(7), vocabulary, _no_own_colours) for _ in range(2))
    assert first == second


def test_scenes_have_all_media_and_all_counts(scenes: list[Scene]) -> None:
    media = Counter((scene.objects is not None, scene.sounds is not None) for scene in scenes)
    assert len(media) == 4
    assert {len(scene.objects) for scene in scenes if scene.objects is not None} == set(range(MAX_OBJECTS + 1))
    assert {len(scene.sounds) for scene in scenes if scene.sounds is not None} == set(range(MAX_SOUNDS + 1))


def test_about_half_of_the_pictures_with_sounds_show_a_source(scenes: list[Scene], vocabulary: Vocabulary) -> None:
    related = [
        any(vocabulary.source_of[heard.sound] in {thing.label for thing in scene.objects} for heard in scene.sounds)
        for scene in scenes
        if scene.objects is not None and scene.sounds
    ]
    assert np.mean(related) == pytest.approx(0.5, abs=0.1)  # three standard errors of 230 coins


def test_objects_lie_in_the_picture_from_left_to_right(scenes: list[Scene]) -> None:
    for scene in scenes:
        things = scene.objects or ()
        assert all(a.centre[0] <= b.centre[0] for a, b in pairwise(things))
        assert all(0 <= thing.box[0] < thing.box[2] <= 1 and 0 <= thing.box[1] < thing.box[3] <= 1 for thing in things)
        assert all(SIDES[0] <= thing.side <= SIDES[1] for thing in things)


def test_objects_are_of_all_sizes(scenes: list[Scene]) -> None:
    sizes = Counter(thing.size for scene in scenes for thing in scene.objects or ())
    assert all(sizes[size] > 0.08 * sizes.total() for size in SIZES)


def test_sounds_begin_one_after_another(scenes: list[Scene]) -> None:
    for scene in scenes:
        sounds = scene.sounds or ()
        assert all(b.start_s - a.start_s > 0.3 for a, b in pairwise(sounds))
        assert all(0 <= heard.start_s < heard.end_s <= 13.2 for heard in sounds)


def test_an_object_is_not_given_a_colour_it_has(scenes: list[Scene]) -> None:
    assert not any(
        thing.label == "frog" and thing.colour == "green" for scene in scenes for thing in scene.objects or ()
    )


def test_containers_hold_something_now_and_then_and_nothing_else_does(vocabulary: Vocabulary) -> None:
    rng = np.random.default_rng(2)
    holding: set[str] = set()
    for _ in range(N_SCENES):
        scene = random_scene(rng, vocabulary, _no_own_colours, picture=True, sound=False, clear=True)
        things = scene.objects or ()
        holding |= {b.label for a in things for b in things if a is not b and holds("inside", a, b)}
    assert holding == set(CONTAINERS)


def test_a_clear_scene_stays_clear_when_it_is_narrow(vocabulary: Vocabulary) -> None:
    rng = np.random.default_rng(3)
    for aspect in (0.5, 1.0, 2.0):
        for _ in range(20):
            scene = random_scene(rng, vocabulary, _no_own_colours, picture=True, aspect=aspect, clear=True)
            assert is_clear(scene.objects or ())


DOG = Placed("dog", "red", (0.1, 0.1, 0.25, 0.25), 0.15)


@pytest.mark.parametrize(
    "doubtful",
    [
        replace(DOG, label="cat", box=(0.11, 0.5, 0.26, 0.65)),  # its centre is just right of the dog's
        replace(DOG, box=(0.26, 0.7, 0.41, 0.85)),  # its centre is at a third
        replace(DOG, box=(0.5, 0.5, 0.7, 0.7), side=0.201),  # small or medium?
        Placed("circle", "blue", (0.05, 0.12, 0.6, 0.67), 0.55),  # the dog is partly in it
        Placed("elephant", "blue", (0.05, 0.05, 0.6, 0.6), 0.55),  # the dog is in front of it
    ],
)
def test_doubtful_objects_are_not_clear(doubtful: Placed) -> None:
    assert is_clear([DOG])
    assert not is_clear([DOG, doubtful])
