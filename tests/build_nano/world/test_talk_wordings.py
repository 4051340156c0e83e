"""There are many wordings of each question in both languages, and some that training never sees."""

from __future__ import annotations

import random
import re

import pytest

from build.world.facts import LANGUAGES, Language
from build.world.talk.keystrokes import strip_accents, type_question
from build.world.talk.phrasebook import read_phrasebook
from build.world.talk.subjects import draw_stranger
from tests.build_nano.world.talk_scenes import VOCABULARY

N_WORDINGS = 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_many_wordings_and_a_sixth_of_them_held_out(language: Language) -> None:
    for kind, wordings in read_phrasebook(language).questions.items():
        held_out, training = set(wordings.held_out), set(wordings.training)
        assert len(training) == len(wordings.training) >= N_WORDINGS, kind
        assert 0.1 <= len(held_out) / (len(held_out) + len(training)) <= 0.2, kind
        assert held_out.isdisjoint(training), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_held_out_wording_is_that_of_another_kind(language: Language) -> None:
    """Follow-ups are words of their own: `which is red` may mean one of several dogs, or all there is."""
    questions = read_phrasebook(language).questions
    for kind, wordings in questions.items():
        others = {
            text for other, they in questions.items() if other not in (kind, "unknown_word") for text in they.training
        }
        assert kind == "unknown_word" or others.isdisjoint(wordings.held_out), kind


def test_both_languages_say_the_same_things() -> None:
    english, spanish = map(read_phrasebook, LANGUAGES)
    assert english.questions.keys() == spanish.questions.keys()
    assert english.answers.keys() == spanish.answers.keys()
    assert english.words.keys() == spanish.words.keys()
    assert english.places.keys() == spanish.places.keys()
    assert len(english.small_talk) == len(spanish.small_talk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_in_small_letters(language: Language) -> None:
    book = read_phrasebook(language)
    wordings = [text for kind in book.questions.values() for text in (*kind.training, *kind.held_out)]
    wordings += [text for talk in book.small_talk for text in (*talk.training, *talk.held_out)]
    wordings += [*book.out_of_scope.training, *book.out_of_scope.held_out, *book.openings, *book.endings]
    assert [text for text in wordings if text != text.lower() or "?" in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_end_and_begin_like_sentences(language: Language) -> None:
    fragments = ("yes", "no")
    for name, answer in read_phrasebook(language).answers.items():
        assert name in fragments or re.fullmatch(r"([A-ZÁÉÍÓÚ¿¡]|\{the\}).*[.?!]", answer), answer


def test_units_are_those_of_nouns_that_there_are() -> None:
    assert read_phrasebook("en").units.keys() <= set(VOCABULARY.labels)


def test_spanish_is_typed_with_and_without_marks_and_accents() -> None:
    rng = random.Random(0)
    typed = {type_question("dónde está el perro", "es", rng) for _ in range(200)}
    assert {"¿dónde está el perro?", "dónde está el perro?", "donde esta el perro"} <= typed
    assert {type_question("señala el perro.", "es", rng, "oye, ") for _ in range(99)} >= {
        "oye, señala el perro", "oye, señala el perro.", "oye, señala el perro!",
    }  # fmt: skip
    assert type_question("dónde está el perro", "es", random.Random(1), "oye, ") == "oye, ¿dónde está el perro?"
    assert {strip_accents("el pingüino y la araña", rng) for _ in range(50)} == {
        "el pinguino y la araña", "el pinguino y la arana",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_strange_words_are_strange(language: Language) -> None:
    rng = random.Random(0)
    book, known = read_phrasebook(language), {name for word in VOCABULARY.objects for name in (word.en, word.es)}
    words = {draw_stranger(book, VOCABULARY, rng, spanish=language == "es") for _ in range(500)}
    assert not {word.split(" ")[-1] for word in words} & known
    assert len(words) > 200
