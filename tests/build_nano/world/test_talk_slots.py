"""Slots hold what answers need, drills look it up, and the tokenizer has a piece for each word of it."""

from __future__ import annotations

import random

import pytest

from build.world.facts import LANGUAGES, NATURAL, Heard, Language, Placed, Scene
from build.world.talk.drills import drill
from build.world.talk.pieces import encode, learn_pieces
from build.world.talk.slots import image_slots, side_word, slot_words, sound_slots
from build.world.talk.tokenizer import N_PIECES, Tokenizer, content_words, plurals, train_tokenizer
from tests.build_nano.world.talk_scenes import VOCABULARY, draw_scene

DOG = Placed("dog", NATURAL, (0.1, 0.1, 0.25, 0.25), 0.15)
BOX = Placed("box", "red", (0.05, 0.05, 0.65, 0.65), 0.6)
BARKING = Heard("barking", 0.5, 1.0)


def test_a_slot_says_what_and_where_and_in_what() -> None:
    assert image_slots((DOG, BOX)) == [
        ["dog", "natural", "small", "top", "left", "x1", "y1", "s1", "k0", "in1"],
        ["box", "red", "large", "center", "center", "x3", "y3", "s7", "k1"],
    ]
    assert sound_slots((BARKING,), VOCABULARY) == [["dog", "barking", "first"]]


def test_fine_words_tell_apart_all_that_is_asked_about() -> None:
    assert [side_word(side) for side in (0.05, 0.1, 0.126, 0.25, 0.59, 0.9)] == ["s0", "s0", "s1", "s4", "s7", "s7"]
    for thousandth in range(100, 444):
        side = thousandth / 1000
        assert side_word(side) < side_word(side * 1.35)


def test_slots_are_words_of_the_vocabulary() -> None:
    rng, known = random.Random(0), set(slot_words(VOCABULARY))
    for _ in range(300):
        scene = draw_scene(rng)
        for slot in (*image_slots(scene.objects or ()), *sound_slots(scene.sounds or (), VOCABULARY)):
            assert set(slot) <= known
            assert len(slot) == len(set(slot)) + (slot.count("center") == 2)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", {"place dog": "at the top left", "color box": "red", "bigger dog box": "box", "inside box": "dog",
                "left box dog": "no", "list": "dog, box", "count": "two", "fine dog": "x1 y1 s1", "red": "box",
                "source dog": "yes yes", "sound": "dog barking", "first": "dog", "next dog": "box"}),
        ("es", {"es place perro": "arriba a la izquierda", "es color caja": "rojo", "es smaller caja perro": "perro",
                "es inside caja": "perro", "es list": "perro, caja", "es count": "dos", "es source perro": "sí sí",
                "es sound": "perro ladrando", "es rojo": "caja", "es name dog": "perro"}),
    ],
)  # fmt: skip
def test_drills_look_things_up(language: Language, expected: dict[str, str]) -> None:
    rng, scene = random.Random(0), Scene((DOG, BOX), (BARKING,))
    drilled = [it for _ in range(20_000) for it in drill(scene, rng, language, VOCABULARY)]
    answers = {it.question: it.answer for it in drilled if not it.question.endswith(" it")}
    assert {question: answers.get(question) for question in expected} == expected


def test_a_drill_goes_on_about_it() -> None:
    rng, scene = random.Random(0), Scene((DOG,), None)
    pairs = [pair for pair in (drill(scene, rng, "en", VOCABULARY) for _ in range(2000)) if len(pair) == 2]
    spoken = {(first.question, second.question): second.answer for first, second in pairs}
    assert spoken["count dog", "place it"] == "at the top left"
    assert spoken["place dog", "color it"] == "natural"


def test_nothing_is_drilled_without_media_but_names() -> None:
    rng = random.Random(0)
    assert {drill(Scene(None, None), rng, "en", VOCABULARY)[0].question[:5] for _ in range(50)} == {"name "}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(VOCABULARY, draw_scene, n_conversations=300)


def test_every_content_word_is_one_piece(tokenizer: Tokenizer) -> None:
    assert tokenizer.n_pieces <= N_PIECES
    assert [word for word in content_words(VOCABULARY) if len(tokenizer.encode(word)) != 1] == []


def test_a_regular_plural_is_the_word_and_an_ending(tokenizer: Tokenizer) -> None:
    regular = {plural: word for plural, word in plurals(VOCABULARY).items() if plural == word + "s"}
    ending = tokenizer.encode("dogs")[1]
    assert len(regular) > 200
    assert [it for it, word in regular.items() if tokenizer.encode(it) != (tokenizer.word_id(word), ending)] == []


@pytest.mark.parametrize("text", ["¿Dónde está el pingüino?", "The dogs are blue.", "un ñandú 123 ☃", "a  b"])
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_nothing_is_joined_to_an_s_too_early() -> None:
    pieces = learn_pieces(["tres", "bee", "estrella"], {"es": 5}, 40)
    ranks = {piece: rank for rank, piece in enumerate(pieces)}
    assert encode("bees", ranks) == ("\u2581bee", "s")
    assert all(len(encode(word, ranks)) == 1 for word in ("tres", "bee", "estrella", "es"))
    with pytest.raises(ValueError, match="too few"):
        learn_pieces(["tres", "bee", "estrella"], {}, 5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_drills_are_quick_to_read(tokenizer: Tokenizer, language: Language) -> None:
    """They are to be dense: at most 20 pieces with the question and the answer, on average."""
    rng = random.Random(0)
    drilled = [it for _ in range(500) for it in drill(draw_scene(rng), rng, language, VOCABULARY)]
    n_pieces = sum(len(tokenizer.encode(it.question)) + len(tokenizer.encode(it.answer)) for it in drilled)
    assert n_pieces <= 20 * len(drilled)
