"""Articles, plurals, agreement and lists are right in English and Spanish."""

from __future__ import annotations

import pytest

from build.world.facts import NATURAL, ObjectWord, Placed, SoundWord, Vocabulary
from build.world.talk.answers import speak
from build.world.talk.spanish import begins_with_stressed_a, inflect_adjective, join

WORDS = (
    ObjectWord("dog", "perro", "m", "", ("barking",)), ObjectWord("owl", "búho", "m", ""),
    ObjectWord("unicorn", "unicornio", "m", ""), ObjectWord("bell", "campana", "f", ""),
    ObjectWord("wolf", "lobo", "m", "", plural_en="wolves"), ObjectWord("box", "caja", "f", ""),
    ObjectWord("mouse", "ratón", "m", "", plural_en="mice", plural_es="ratones"),
    ObjectWord("fish", "pez", "m", "", plural_en="fish", plural_es="peces"), ObjectWord("eagle", "águila", "f", ""),
    ObjectWord("bee", "abeja", "f", ""), ObjectWord("hand", "mano", "f", ""), ObjectWord("shoe", "zapato", "m", ""),
    ObjectWord("umbrella", "paraguas", "m", "", plural_es="paraguas"), ObjectWord("key", "llave", "f", ""),
    ObjectWord("scissors", "tijeras", "f", "", plural_en="scissors", plural_es="tijeras"),
    ObjectWord("lightning", "rayo", "m", "", plural_en="lightning"), ObjectWord("clock", "reloj", "m", ""),
)  # fmt: skip
VOCABULARY = Vocabulary(WORDS, (SoundWord("barking", "ladrando"),))
EN, ES = speak("en", VOCABULARY), speak("es", VOCABULARY)


@pytest.mark.parametrize(
    ("label", "n_things", "colour", "english", "spanish"),
    [
        ("dog", 1, "", "a dog", "un perro"),
        ("owl", 1, "", "an owl", "un búho"),
        ("unicorn", 1, "", "a unicorn", "un unicornio"),
        ("unicorn", 1, "yellow", "a yellow unicorn", "un unicornio amarillo"),
        ("dog", 1, "purple", "a purple dog", "un perro morado"),
        ("bell", 1, "red", "a red bell", "una campana roja"),
        ("bell", 3, "red", "three red bells", "tres campanas rojas"),
        ("bell", 2, "blue", "two blue bells", "dos campanas azules"),
        ("wolf", 2, "green", "two green wolves", "dos lobos verdes"),
        ("mouse", 8, "", "eight mice", "ocho ratones"),
        ("fish", 2, "", "two fish", "dos peces"),
        ("eagle", 1, "red", "a red eagle", "un águila roja"),
        ("eagle", 2, "", "two eagles", "dos águilas"),
        ("bee", 1, "", "a bee", "una abeja"),
        ("clock", 2, "", "two clocks", "dos relojes"),
        ("hand", 1, "yellow", "a yellow hand", "una mano amarilla"),
        ("umbrella", 2, "", "two umbrellas", "dos paraguas"),
        ("scissors", 1, "red", "a pair of red scissors", "unas tijeras rojas"),
        ("scissors", 2, "", "two pairs of scissors", "dos tijeras"),
        ("lightning", 2, "", "two bolts of lightning", "dos rayos"),
    ],
)
def test_counted_nouns(label: str, n_things: int, colour: str, english: str, spanish: str) -> None:
    assert EN.counted(label, n_things, colour) == english
    assert ES.counted(label, n_things, colour) == spanish


@pytest.mark.parametrize(
    ("label", "n_things", "english", "spanish"),
    [
        ("dog", 1, "the dog is", "el perro está"),
        ("bell", 2, "the bells are", "las campanas están"),
        ("eagle", 1, "the eagle is", "el águila está"),
        ("eagle", 2, "the eagles are", "las águilas están"),
        ("scissors", 1, "the scissors are", "las tijeras están"),
        ("lightning", 2, "the lightning is", "los rayos están"),
    ],
)
def test_articles_and_verbs_agree(label: str, n_things: int, english: str, spanish: str) -> None:
    assert "{the} {is_at}".format_map(EN.forms(label, n_things)) == english
    assert "{the} {is_at}".format_map(ES.forms(label, n_things)) == spanish


def test_none_and_how_many_agree_in_gender() -> None:
    assert [ES.forms(label)["none"] for label in ("dog", "bell", "eagle", "scissors")] == [
        "ningún perro", "ninguna campana", "ningún águila", "tijeras",
    ]  # fmt: skip
    assert [ES.forms(label)["how_many"] for label in ("dog", "bell", "eagle")] == [
        "cuántos perros", "cuántas campanas", "cuántas águilas",
    ]  # fmt: skip
    assert EN.forms("lightning")["how_many"] == "how many bolts of lightning"


def test_only_feminine_nouns_with_a_stressed_a_take_the_masculine_article() -> None:
    assert all(map(begins_with_stressed_a, ("águila", "hacha", "ancla", "agua", "área")))
    assert not any(map(begins_with_stressed_a, ("abeja", "araña", "ambulancia", "hamburguesa", "campana", "avión")))


def test_words_change_beside_each_other() -> None:
    assert ES.beside("left", "dog") == "a la izquierda del perro"
    assert ES.beside("left", "bell") == "a la izquierda de la campana"
    assert ES.beside("inside", "box", "red") == "dentro de la caja roja"
    assert EN.beside("above", "box", "red") == "above the red box"
    assert join(["agujas", "hilos"]) == "agujas e hilos"
    assert join(["agua", "hielo"]) == "agua y hielo"
    assert join(["siete", "ocho"], "o") == "siete u ocho"
    assert join(["un perro", "un gato", "una campana"]) == "un perro, un gato y una campana"


def test_adjectives_have_four_forms_or_two() -> None:
    forms = [(gender, is_plural) for gender in "mf" for is_plural in (False, True)]
    assert [inflect_adjective("rojo", gender, is_plural=many) for gender, many in forms] == [
        "rojo", "rojos", "roja", "rojas",
    ]  # fmt: skip
    assert [inflect_adjective("azul", gender, is_plural=many) for gender, many in forms] == ["azul", "azules"] * 2


def test_objects_are_described_with_what_is_special_of_them() -> None:
    box = (0.0, 0.0, 0.1, 0.1)
    assert EN.described(Placed("bell", "red", box, 0.1)) == "a small red bell"
    assert ES.described(Placed("bell", "red", box, 0.1)) == "una campana roja pequeña"
    assert EN.described(Placed("owl", NATURAL, box, 0.3)) == "an owl"
    assert ES.described(Placed("shoe", NATURAL, box, 0.5)) == "un zapato grande"
