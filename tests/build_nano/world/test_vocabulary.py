"""The words for objects: enough of them, one for each thing in each language, none with a second meaning."""

from __future__ import annotations

from itertools import chain

import pytest

from build.world.facts import COLOURS, COLUMNS, NATURAL, ROWS, SIZES, Vocabulary
from build.world.glyphs import PLAIN
from build.world.placing import CONTAINERS

OTHER_MEANINGS = {
    *COLOURS, *SIZES, *ROWS, *COLUMNS, NATURAL,
    "orange", "pink", "rose", "violet", "brown", "black", "white", "gray", "grey", "gold", "silver",
    "rojo", "amarillo", "verde", "azul", "morado", "rosa", "naranja", "violeta", "marrón", "negro", "blanco", "gris",
    "big", "little", "grande", "mediano", "pequeño", "izquierda", "derecha", "centro", "arriba", "abajo",
    "one", "two", "three", "four", "five", "six", "seven", "eight",
    "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho",
}  # fmt: skip


def test_there_are_enough_words_for_the_goals(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.objects) >= 210
    assert len(vocabulary.sounds) >= 40


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_object_has_one_word_of_its_own(vocabulary: Vocabulary, language: str) -> None:
    words = [getattr(word, language) for word in vocabulary.objects]
    assert len(set(words)) == len(words)
    assert all(word.isalpha() and word.islower() for word in words)
    assert not OTHER_MEANINGS & set(words)


def test_each_object_has_a_pictogram_of_its_own(vocabulary: Vocabulary) -> None:
    glyphs = [word.glyph for word in vocabulary.objects]
    assert len(set(glyphs)) == len(glyphs)


def test_each_sound_has_one_source(vocabulary: Vocabulary) -> None:
    heard = list(chain.from_iterable(word.sounds for word in vocabulary.objects))
    assert sorted(heard) == sorted(vocabulary.sound_labels)


def test_what_the_code_draws_itself_is_in_the_vocabulary(vocabulary: Vocabulary) -> None:
    assert {*CONTAINERS, *PLAIN} <= set(vocabulary.labels)
