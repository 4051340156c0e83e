"""Answers say exactly what holds in the scene: by hand-checked examples, and derived anew by short rules."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from build.world.facts import LANGUAGES, NATURAL, Heard, Language, Placed, Scene
from build.world.talk.answers import Answers, speak
from build.world.talk.clarity import holds, is_askable, is_bigger
from build.world.talk.kinds import KINDS, Subject
from build.world.talk.subjects import Subjects
from tests.build_nano.world.talk_scenes import VOCABULARY, draw_scene

BOX = Placed("box", "red", (0.05, 0.05, 0.65, 0.65), 0.6)  # its centre is at 0.35, 0.35
DOG = Placed("dog", NATURAL, (0.1, 0.1, 0.25, 0.25), 0.15)  # top left, inside the box
BELL = Placed("bell", "blue", (0.35, 0.7, 0.6, 0.95), 0.25)  # bottom
BIRD = Placed("bell", "red", (0.7, 0.05, 0.95, 0.3), 0.25)  # top right
PICTURE = (DOG, BOX, BELL, BIRD)
BARK_THEN_MEOW = (Heard("barking", 0.0, 1.0), Heard("meowing", 1.0, 2.0))
SCENE = Scene(PICTURE, BARK_THEN_MEOW)
EVERYTHING = (
    "I see a small dog at the top left, a large red box in the center, "
    "a blue bell at the bottom and a red bell at the top right."
)
EVERYTHING_ES = (
    "Veo un perro pequeño arriba a la izquierda, una caja roja grande en el centro, "
    "una campana azul abajo y una campana roja arriba a la derecha."
)
COLOUR_FORMS = frozenset(
    "red yellow green blue purple rojo roja rojos rojas amarillo amarilla amarillos amarillas verde verdes azul azules "
    "morado morada morados moradas".split()
)
NUMBERS: dict[Language, list[str]] = {
    "en": "one two three four five six seven eight".split(),
    "es": "un dos tres cuatro cinco seis siete ocho".split(),
}


@pytest.mark.parametrize(
    ("kind", "subject", "english", "spanish"),
    [
        ("exists", Subject("dog"), "Yes, there is a dog.", "Sí, hay un perro."),
        ("exists", Subject("bell"), "Yes, there are two bells.", "Sí, hay dos campanas."),
        ("exists", Subject("cat"), "No, there is no cat in the picture.", "No, no hay ningún gato en la imagen."),
        ("where", Subject("dog"), "The dog is at the top left.", "El perro está arriba a la izquierda."),
        (
            "where", Subject("bell"),
            "The bells are at the bottom and at the top right.", "Las campanas están abajo y arriba a la derecha.",
        ),
        (
            "where", Subject("bell", "red"),
            "The red bell is at the top right.", "La campana roja está arriba a la derecha.",
        ),
        ("colour", Subject("box"), "The box is red.", "La caja es roja."),
        ("colour", Subject("dog"), "The dog has its natural colors.", "El perro tiene sus colores naturales."),
        ("colour", Subject("bell"), "The bells are blue and red.", "Las campanas son de color azul y rojo."),
        ("colour_is", Subject("box", relation="red"), "Yes, the box is red.", "Sí, la caja es roja."),
        ("colour_is", Subject("box", relation="blue"), "No, the box is red.", "No, la caja es roja."),
        ("count", Subject("bell"), "There are two bells.", "Hay dos campanas."),
        ("count", Subject("dog"), "There is one dog.", "Hay un perro."),
        ("count", Subject("cat"), "There is no cat in the picture.", "No hay ningún gato en la imagen."),
        ("size", Subject("dog"), "The dog is small.", "El perro es pequeño."),
        ("size", Subject("bell"), "The bells are medium.", "Las campanas son medianas."),
        (
            "describe_short", Subject(),
            "I see a dog, a box and two bells.", "Veo un perro, una caja y dos campanas.",
        ),
        (
            "describe_long", Subject(),
            EVERYTHING, EVERYTHING_ES,
        ),
        ("at", Subject(place=("top", "left")), "I see a dog at the top left.", "Veo un perro arriba a la izquierda."),
        (
            "at", Subject(place=("bottom", "right")),
            "I see nothing at the bottom right.", "No veo nada abajo a la derecha.",
        ),
        (
            "relation_what", Subject(other="box", relation="right"),
            "I see two bells to the right of the box.", "Veo dos campanas a la derecha de la caja.",
        ),
        (
            "relation_is", Subject("dog", "", "bell", "blue", relation="above"),
            "Yes, the dog is above the blue bell.", "Sí, el perro está encima de la campana azul.",
        ),
        (
            "relation_is", Subject("dog", "", "box", relation="right"),
            "No, the dog is to the left of the box.", "No, el perro está a la izquierda de la caja.",
        ),
        (
            "inside", Subject(other="box", relation="inside"),
            "I see a dog inside the box.", "Veo un perro dentro de la caja.",
        ),
        (
            "inside", Subject("box", other="dog", relation="inside"),
            "No, the box is not inside the dog.", "No, la caja no está dentro del perro.",
        ),
        (
            "compare", Subject("dog", other="box", relation="bigger"),
            "The box is bigger than the dog.", "La caja es más grande que el perro.",
        ),
        (
            "compare_is", Subject("box", other="dog", relation="smaller"),
            "No, the box is bigger than the dog.", "No, la caja es más grande que el perro.",
        ),
        (
            "colour_which", Subject(colour="red"),
            "I see a red box and a red bell.", "Veo una caja roja y una campana roja.",
        ),
        (
            "colour_which", Subject(colour="green"),
            "There is nothing green in the picture.", "No hay nada verde en la imagen.",
        ),
        ("count_colour", Subject(colour="red"), "There are two red things.", "Hay dos cosas rojas."),
        ("count_all", Subject(), "There are four things.", "Hay cuatro cosas."),
        ("else", Subject("bell"), "I also see a dog and a box.", "También veo un perro y una caja."),
        ("hear", Subject(), "I hear a dog barking and a cat meowing.", "Oigo un perro ladrando y un gato maullando."),
        ("hear_exists", Subject("cat"), "Yes, I hear a cat meowing.", "Sí, oigo un gato maullando."),
        ("hear_exists", Subject("box"), "No, I hear no box.", "No, no oigo ninguna caja."),
        ("hear_order", Subject(relation="first"), "First I hear a dog barking.", "Primero oigo un perro ladrando."),
        ("hear_order", Subject(relation="last"), "Last I hear a cat meowing.", "Al final oigo un gato maullando."),
        ("hear_order", Subject(relation="third"), "Then I hear nothing.", "Luego no oigo nada."),
        ("else_heard", Subject("dog"), "I also hear a cat meowing.", "También oigo un gato maullando."),
        (
            "source", Subject(),
            "I hear a dog barking; the dog is in the picture. I hear a cat meowing; the cat is not in the picture.",
            "Oigo un perro ladrando; el perro está en la imagen. Oigo un gato maullando; el gato no está en la imagen.",
        ),
    ],
)  # fmt: skip
def test_answers_state_the_facts(kind: str, subject: Subject, english: str, spanish: str) -> None:
    for language, answer in zip(LANGUAGES, (english, spanish), strict=True):
        assert Answers(speak(language, VOCABULARY), SCENE).answer(kind, subject) == (kind, answer)


def test_what_is_not_there_has_no_attributes() -> None:
    answers = Answers(speak("en", VOCABULARY), SCENE)
    absent = "There is no cat in the picture."
    for kind in ("where", "colour", "size"):
        assert answers.answer(kind, Subject("cat")) == ("refusal", absent)
    assert answers.answer("compare", Subject("dog", other="cat", relation="bigger")) == ("refusal", absent)
    assert answers.answer("where", Subject("dog", "red")) == ("refusal", "There is no red dog in the picture.")


@pytest.mark.parametrize(
    ("scene", "kind", "answer"),
    [
        (Scene(None, ()), "describe_short", ("no_picture", "I have nothing to look at.")),
        (Scene((), None), "hear", ("no_sound", "I have nothing to listen to.")),
        (Scene(None, None), "match", ("no_picture", "I have nothing to look at or listen to.")),
        (Scene((), ()), "describe_short", ("describe_short", "I see nothing that I know.")),
        (Scene((), ()), "match", ("match", "The sound is silent.")),
    ],
)
def test_what_is_missing_is_said(scene: Scene, kind: str, answer: tuple[str, str]) -> None:
    assert Answers(speak("en", VOCABULARY), scene).answer(kind, Subject()) == answer


def test_only_what_is_clear_is_asked() -> None:
    beside = Placed("cat", NATURAL, (0.2, 0.4, 0.3, 0.5), 0.1)
    near = Placed("cow", NATURAL, (0.25, 0.6, 0.37, 0.72), 0.12)
    scene = Scene((beside, near), None)
    assert holds("left", beside, near) is None  # centres 0.06 apart
    assert holds("above", beside, near)
    assert is_bigger(beside, near) is None  # by a factor of 1.2
    assert not is_askable("relation_is", Subject("cat", other="cow", relation="left"), scene)
    assert is_askable("relation_is", Subject("cat", other="cow", relation="above"), scene)
    assert not is_askable("compare", Subject("cat", other="cow", relation="bigger"), scene)
    assert not is_askable("where", Subject("cow"), scene)  # its centre is at 0.66 of the height
    close = Scene(None, (Heard("barking", 0.0, 1.0), Heard("meowing", 0.1, 1.0)))
    assert not is_askable("hear_order", Subject(relation="first"), close)


def draw_questions(language: Language, n: int) -> list[tuple[str, Subject, Scene, str]]:
    """Questions of all kinds about what is there, with their answers."""
    rng = random.Random(f"answers-{language}")
    asked = []
    while len(asked) < n:
        scene, kind = draw_scene(rng), rng.choice(tuple(KINDS))
        if scene.objects is None or scene.sounds is None or kind in ("no_referent", "small_talk", "unknown_word"):
            continue
        subject = Subjects(scene, VOCABULARY, rng).draw(kind)
        if subject and kind != "out_of_scope":
            counted, answer = Answers(speak(language, VOCABULARY), scene).answer(kind, subject)
            asked += [(kind, subject, scene, answer)] if counted == kind else []
    return asked


def expected_labels(kind: str, subject: Subject, scene: Scene) -> Counter[str] | None:
    """What an answer must list, by a rule of its own; None for kinds that list nothing."""
    things = scene.objects or ()
    anchor = next((t for t in things if t.label == subject.other and subject.other_colour in ("", t.colour)), None)
    if kind == "describe_short":
        chosen = list(things)
    elif kind == "at":
        row, column = (("top", "center", "bottom"), ("left", "center", "right"))
        y0, x0 = row.index(subject.place[0]) / 3, column.index(subject.place[1]) / 3
        chosen = [t for t in things if x0 <= t.centre[0] < x0 + 1 / 3 and y0 <= t.centre[1] < y0 + 1 / 3]
    elif kind == "colour_which":
        chosen = [t for t in things if t.colour == subject.colour]
    elif kind == "relation_what" and anchor:
        sign, axis = {"left": (-1, 0), "right": (1, 0), "above": (-1, 1), "below": (1, 1)}[subject.relation]
        chosen = [t for t in things if t is not anchor and sign * (t.centre[axis] - anchor.centre[axis]) > 0]
    elif kind in ("exists", "count"):
        chosen = [t for t in things if t.label == subject.label and subject.colour in ("", t.colour)]
    else:
        return None
    return Counter(t.label for t in chosen)


def listed_labels(answer: str, nouns: dict[str, str], language: Language) -> Counter[str]:
    """The counted nouns of an answer, before any place or relation; colors are left out."""
    text = re.sub(r"^(I see|There (is|are)|Yes, there (is|are)|Veo|Hay|Sí, hay|No veo)|\.$", "", answer).strip()
    text = re.split(r" (?:to the|above|below|at the|on the|in the|a la|encima|debajo|arriba|abajo|en el)\b", text)[0]
    found: Counter[str] = Counter()
    for phrase in re.split(", | and | y | e ", text):
        number, *words = (word for word in phrase.split() if word not in COLOUR_FORMS)
        if words:
            n_things = NUMBERS[language].index(number) + 1 if number in NUMBERS[language] else 1
            found[nouns[" ".join(words)]] += n_things
    return found


def nouns_of(language: Language) -> dict[str, str]:
    """The label of each noun, singular and plural, with its unit."""
    grammar = speak(language, VOCABULARY)
    counted = ((label, grammar.counted(label, n_things)) for label in VOCABULARY.labels for n_things in (1, 2))
    return {phrase.split(" ", 1)[1]: label for label, phrase in counted}


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_name_what_is_there_and_nothing_else(language: Language) -> None:
    nouns, n_checked = nouns_of(language), 0
    for kind, subject, scene, answer in draw_questions(language, 1500):
        expected = expected_labels(kind, subject, scene)
        is_none = "nothing" in answer or answer.startswith("No") or "There is no " in answer
        if expected is not None:
            n_checked += 1
            assert (Counter() if is_none else listed_labels(answer, nouns, language)) == expected, (kind, answer)
    assert n_checked > 300


def test_verdicts_follow_from_the_scene() -> None:
    for kind, subject, scene, answer in draw_questions("en", 1500):
        things = {(t.label, colour): t for t in scene.objects or () for colour in ("", t.colour)}
        thing, other = things.get((subject.label, subject.colour)), things.get((subject.other, subject.other_colour))
        if kind == "relation_is":
            sign, axis = {"left": (-1, 0), "right": (1, 0), "above": (-1, 1), "below": (1, 1)}[subject.relation]
            assert answer.startswith("Yes,") == (sign * (thing.centre[axis] - other.centre[axis]) > 0), answer
        if kind == "compare":
            winner = max if subject.relation == "bigger" else min
            assert winner((thing, other), key=lambda it: it.side).label in answer.split(" than ")[0]
        if kind == "match" and scene.sounds:
            seen = {t.label for t in scene.objects or ()}
            is_related = any(VOCABULARY.source_of[heard.sound] in seen for heard in scene.sounds)
            assert answer.endswith("They belong together." if is_related else "They seem unrelated.")
        if kind == "count_all":
            words = "one two three four five six seven eight".split()
            assert not scene.objects or answer.split()[2] == words[len(scene.objects) - 1]
