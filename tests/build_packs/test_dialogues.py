"""Scenes obey the painter's rules, and dialogues say exactly what holds in them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from build.nano import phrases
from build.nano.dialogues import JUDGED_KINDS, answer_question, ask_about, content_words, indefinite, plural
from build.nano.drills import drill
from build.nano.facts import NATURAL, OBJECTS, SOUND_SOURCES, Placed, Scene
from build.nano.scenes import MAX_IOU, SIDES, order_sounds, random_scene

TOP_LEFT = (0.05, 0.05, 0.25, 0.25)
CENTER = (0.4, 0.4, 0.6, 0.6)
RIGHT = (0.75, 0.4, 0.95, 0.6)
DOG = Placed("dog", "red", "small", TOP_LEFT)
BELL = Placed("bell", NATURAL, "small", CENTER)
SECOND_DOG = Placed("dog", "blue", "large", RIGHT)
DOG_SEEN = "I hear a dog barking; the dog is in the picture."
DOG_UNSEEN = "I hear a dog barking; the dog is not in the picture."
SCENE = Scene((DOG, BELL), ("barking", "meowing"))
TWO_DOGS = Scene((DOG, BELL, SECOND_DOG), ("barking", "ringing"))


@pytest.mark.parametrize(
    ("kind", "subject", "scene", "answer"),
    [
        ("exists", "dog", SCENE, "Yes, there is a dog."),
        ("exists", "dog", TWO_DOGS, "Yes, there are two dogs."),
        ("exists", "owl", SCENE, "No, I see no owl."),
        ("where", "dog", SCENE, "The dog is at the top left."),
        ("where", "dog", TWO_DOGS, "The dogs are at the top left and on the right."),
        ("where", "owl", SCENE, "I see no owl."),
        ("colour", "dog", SCENE, "The dog is red."),
        ("colour", "bell", SCENE, "The bell has its natural colors."),
        ("colour", "dog", TWO_DOGS, "The dogs are red and blue."),
        ("count", "dog", TWO_DOGS, "There are two dogs."),
        ("count", "bell", TWO_DOGS, "There is one bell."),
        ("count", "owl", TWO_DOGS, "I see no owl."),
        ("size", "dog", TWO_DOGS, "The dogs are small and large."),
        ("hear", "", SCENE, "I hear a dog barking and a cat meowing."),
        ("hear", "", Scene(None, ()), "I hear nothing."),
        ("hear_exists", "cat", SCENE, "Yes, I hear a cat meowing."),
        ("hear_exists", "bell", SCENE, "No, I hear no bell."),
        ("source", "", SCENE, f"{DOG_SEEN} I hear a cat meowing; the cat is not in the picture."),
        ("source", "", Scene((BELL,), ("barking",)), DOG_UNSEEN),
        ("source", "", Scene((BELL,), ()), "I hear nothing."),
        ("match", "", Scene((DOG,), ("barking",)), f"{DOG_SEEN} They belong together."),
        ("match", "", Scene((BELL,), ("barking",)), f"{DOG_UNSEEN} They seem unrelated."),
        ("match", "", Scene((BELL,), ()), "The sound is silent."),
        ("describe", "", TWO_DOGS, "I see a red dog, a bell and a blue dog."),
        ("describe", "", Scene((), None), "I see nothing that I know."),
        ("at", "top left", SCENE, "I see a red dog at the top left."),
        ("at", "bottom", SCENE, "I see nothing at the bottom."),
        ("where", "dog", Scene(None, ("barking",)), phrases.WITHOUT_PICTURE),
        ("hear", "", Scene((DOG,), None), phrases.WITHOUT_SOUND),
        ("match", "", Scene(None, None), phrases.WITHOUT_BOTH),
        ("unknown_word", "zebra", SCENE, phrases.UNKNOWN_WORD),
    ],
)
def test_answer_states_the_facts(kind: str, subject: str, scene: Scene, answer: str) -> None:
    assert answer_question(kind, subject, scene) == answer


def test_articles_and_plurals_are_english() -> None:
    assert [indefinite(word) for word in ("owl", "dog", "umbrella")] == ["an owl", "a dog", "an umbrella"]
    assert [plural(word) for word in ("dog", "wolf", "sheep", "bus")] == ["dogs", "wolves", "sheep", "buses"]


def test_scenes_obey_the_painter() -> None:
    rng = random.Random(0)
    for _ in range(500):
        things = random_scene(rng, picture=True).objects or ()
        assert list(things) == sorted(things, key=lambda thing: thing.cell)
        assert len({thing.cell for thing in things}) == len(things)
        for thing in things:
            x0, y0, x1, y1 = thing.box
            low, high = SIDES[thing.size]
            assert min(thing.box) >= 0
            assert max(thing.box) <= 1
            assert x1 - x0 == pytest.approx(y1 - y0)
            assert low - 1e-9 <= x1 - x0 <= high + 1e-9


def test_boxes_hardly_overlap() -> None:
    box_iou = pytest.importorskip("bubo_desktop.geometry").box_iou
    import numpy as np

    rng = random.Random(1)
    for _ in range(200):
        boxes = np.array([thing.box for thing in random_scene(rng, picture=True).objects or ()]).reshape(-1, 4)
        overlaps = box_iou(boxes, boxes) - np.eye(len(boxes))
        assert (overlaps < MAX_IOU + 1e-6).all()


def test_half_of_the_scenes_are_related() -> None:
    rng = random.Random(2)
    scenes = [random_scene(rng, picture=True, sound=True) for _ in range(3000)]
    audible = [scene for scene in scenes if scene.sounds]
    seen_and_heard = (
        ({thing.label for thing in scene.objects or ()}, {SOUND_SOURCES[sound] for sound in scene.sounds or ()})
        for scene in audible
    )
    related = sum(bool(seen & heard) for seen, heard in seen_and_heard)
    assert 0.45 < related / len(audible) < 0.55  # 3 000 draws of one half: +-2 points is two standard deviations
    assert all(scene.sounds == order_sounds(scene.sounds or ()) for scene in audible)


def test_questions_cannot_be_guessed() -> None:
    """Whatever the wording, neither yes nor no is the safer bet."""
    rng = random.Random(3)
    scenes = [random_scene(rng, picture=True, sound=True) for _ in range(3000)]
    answers = Counter(ask_about(scene, rng, ("exists",)).answer.split(",")[0] for scene in scenes)
    assert abs(answers["Yes"] - answers["No"]) / 3000 < 0.12  # empty pictures have no yes


def test_questions_are_folded_and_every_kind_occurs() -> None:
    rng = random.Random(4)
    dialogues = [ask_about(random_scene(rng), rng) for _ in range(4000)]
    assert all(dialogue.question == dialogue.question.lower() for dialogue in dialogues)
    wanted = {*JUDGED_KINDS, "describe", "at", "size", "hear_exists", "no_picture", "no_sound", "chit", "unknown_word"}
    assert {dialogue.kind for dialogue in dialogues} == {*wanted, "unknown_question"}


def test_foreign_words_are_not_in_the_vocabulary() -> None:
    assert set(phrases.FOREIGN_WORDS).isdisjoint({*content_words(), *map(plural, OBJECTS)})


def test_drills_look_up_the_scene() -> None:
    rng = random.Random(5)
    seen = {d.question: d.answer for d in (drill(TWO_DOGS, rng) for _ in range(2000))}
    assert seen["place dog"] == "top left, right"
    assert seen["count dog"] == "two"
    assert seen["list"] == "dog, bell, dog"
    assert seen["sound"] == "barking, ringing"
    assert seen["source"] == "dog, bell"
    assert seen["sound cat"] == "no"
