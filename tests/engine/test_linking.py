"""Words of an answer and the objects they name: gold answers in English and Spanish, and laws for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubo_desktop.data import Link, PictureFindings, Thing
from bubo_desktop.engine.lexicon import Lexicon, Meaning
from bubo_desktop.engine.linking import link_answer
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.packs.manifest import Word

# id: label, colour, column and row of its ninth of a 900 x 900 picture, size in pixels
SCENE = {
    1: ("dog", "red", (0, 1), 100), 2: ("dog", "blue", (2, 1), 200), 3: ("cat", "blue", (0, 0), 100),
    4: ("wolf", None, (1, 0), 100), 5: ("wolf", None, (1, 2), 100), 6: ("polar bear", None, (1, 1), 100),
    7: ("sheep", None, (2, 0), 100), 8: ("sheep", None, (2, 2), 100), 9: ("orange", None, (0, 2), 60),
    10: ("butterfly", "green", (0, 0), 60), 11: ("ring", None, (1, 1), 30), 12: ("bell", "red", (2, 2), 50),
    13: ("snowman", None, (1, 1), 80), 14: ("car", "red", (0, 1), 50), 15: ("car", "green", (0, 2), 50),
    16: ("car", "red", (2, 0), 50),
}  # fmt: skip
LABELS = (
    *dict.fromkeys(label for label, *_ in SCENE.values()),
    "watch",
    "light",
    "fish",
    "octopus",
    "hot dog",
    "bread",
    "key",
    "bird",
)
VOCABULARY = tuple(
    Word(label, spanish, "")
    for label, spanish in (
        ("dog", "perro"), ("cat", "gato"), ("wolf", "lobo"), ("polar bear", "oso polar"), ("sheep", "oveja"),
        ("orange", "naranja"), ("butterfly", "mariposa"), ("bell", "campana"), ("snowman", "muñeco de nieve"),
        ("car", "coche"), ("bread", "pan"), ("key", "llave"), ("bird", "pájaro"),
    )
)  # fmt: skip
LEXICON = Lexicon(LABELS, {"puppy": "dog", "automobile": "car", "hound": "dog"}, VOCABULARY)
COLOURS = ("red", "green", "blue")


def _picture(ids: list[int]) -> tuple[PictureFindings, dict[int, dict[str, float]]]:
    things, attributes = [], {}
    for key in ids:
        label, colour, (column, row), size = SCENE[key]
        x, y = 150 + 300 * column - size / 2, 150 + 300 * row - size / 2
        things.append(Thing(key, label, 0.9, (x, y, x + size, y + size)))
        attributes[key] = {name: 0.95 if name == colour else 0.03 for name in COLOURS}
    return PictureFindings("scene.png", 900, 900, (), tuple(things)), attributes


def _link(answer: str, ids: list[int] | None = None) -> tuple[Link, ...]:
    picture, attributes = _picture(list(SCENE) if ids is None else ids)
    return link_answer(Reading(answer, LEXICON), [picture], attributes)


def _told(links: tuple[Link, ...]) -> list[tuple[str, tuple[int, ...]]]:
    return [(link.text, link.objects) for link in links if link.objects]


GOLD = [
    # every mention, plurals, irregular ones, several words, synonyms, case
    ("The wolves are here. Wolf!", [("wolves", (4, 5)), ("Wolf", (4, 5))]),
    ("I see sheep and butterflies.", [("sheep", (7, 8)), ("butterflies", (10,))]),
    ("A polar bear, two snowmen and polar bears.", [("polar bear", (6,)), ("snowmen", (13,)), ("polar bears", (6,))]),
    ("The dog's ear and the dogs' ears.", [("dog", (1, 2)), ("dogs", (1, 2))]),
    ("A polar-bear.", [("polar-bear", (6,))]),
    ("Two puppies chase an automobile.", [("puppies", (1, 2)), ("automobile", (14, 15, 16))]),
    ("**CAT**", [("CAT", (3,))]),
    # what only looks like a name
    ("A dog-shaped cloud, a doghouse, a hot dog.", []),
    ("The ball is orange. An orange car.", [("orange car", (14, 15, 16))]),
    ("I see an orange.", [("orange", (9,))]),
    ("The bell rings.", [("bell", (12,))]),
    ("There is a ring.", [("ring", (11,))]),
    ("The polar bear watches the bell.", [("polar bear", (6,)), ("bell", (12,))]),
    ("A light blue car.", [("blue car", (14, 15, 16))]),
    ("A fish and an octopus.", []),
    ("", []),
    # colours
    ("I see a red dog and a blue cat.", [("red dog", (1,)), ("blue cat", (3,))]),
    ("The red cars.", [("red cars", (14, 16))]),
    ("The red and green cars.", [("red and green cars", (14, 15, 16))]),
    ("A red and a green car", [("green car", (15,))]),
    ("The dog is blue.", [("dog", (2,))]),
    ("The dogs are red and blue.", [("dogs", (1, 2))]),
    ("The cars are red.", [("cars", (14, 15, 16))]),
    ("The dogs are large.", [("dogs", (1, 2))]),
    ("Small and large dogs.", [("Small and large dogs", (1, 2))]),
    ("A red, furry dog", [("dog", (1,))]),
    ("a very furry blue dog", [("blue dog", (2,))]),
    # places
    ("There is a dog on the left and a dog on the right.", [("dog", (1,)), ("dog", (2,))]),
    ("On the left there is a dog and on the right a dog.", [("dog", (1,)), ("dog", (2,))]),
    ("On the right, there is a dog.", [("dog", (2,))]),
    ("On the left, a dog, and on the right, a dog.", [("dog", (1,)), ("dog", (2,))]),
    ("The wolves are at the top and at the bottom.", [("wolves", (4, 5))]),
    ("The wolf is at the top.", [("wolf", (4,))]),
    ("The sheep is in the bottom right corner of the picture.", [("sheep", (8,))]),
    ("The left dog sleeps.", [("dog", (1,))]),
    ("A cat and a dog on the right.", [("cat", (3,)), ("dog", (2,))]),
    ("A dog and a sheep on the right.", [("dog", (2,)), ("sheep", (7, 8))]),
    ("The dog to the left of the polar bear.", [("dog", (1, 2)), ("polar bear", (6,))]),
    ("That is right, the dog left.", [("dog", (1, 2))]),
    # numbers and sizes
    ("One dog and three cars.", [("dog", (1, 2)), ("cars", (14, 15, 16))]),
    ("The small dog and the large dog.", [("small dog", (1,)), ("large dog", (2,))]),
    ("There is a red dog and another dog.", [("red dog", (1,)), ("dog", (2,))]),
    # denials
    ("No, I see no dog.", []),
    ("There isn't a dog.", []),
    ("I do not see a dog or a cat, but there is a bell.", [("bell", (12,))]),
    ("There is no dog, cat or wolf.", []),
    ("No, there is a bell.", [("bell", (12,))]),
    ("Neither the dog nor the cat.", []),
    ("The dog is not red.", [("dog", (1, 2))]),
    ("Not only a cat.", [("cat", (3,))]),
    # Spanish
    ("Veo un perro rojo y un gato azul.", [("perro rojo", (1,)), ("gato azul", (3,))]),
    ("Hay dos osos polares y muñecos de nieve.", [("osos polares", (6,)), ("muñecos de nieve", (13,))]),
    ("El perro está a la derecha.", [("perro", (2,))]),
    ("La oveja está arriba a la derecha.", [("oveja", (7,))]),
    ("En la esquina inferior derecha hay una oveja.", [("oveja", (8,))]),
    ("No, no veo ningún perro.", []),
    ("Los coches rojos y verdes", [("coches rojos y verdes", (14, 15, 16))]),
    ("El perro es azul.", [("perro", (2,))]),
    ("El perro a la izquierda del coche.", [("perro", (1, 2)), ("coche", (14, 15, 16))]),
    ("Una naranja, pero el coche es naranja.", [("naranja", (9,)), ("coche", (14, 15, 16))]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "expected"), GOLD, ids=[answer for answer, _ in GOLD])
def test_gold_answer(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert _told(_link(answer)) == expected


NOT_FOUND = [
    ("No, there is no dog.", [3], ["dog"]),
    ("I see a red car and a cat.", [3], ["red car"]),
    ("Neither dogs nor wolves.", [], ["dogs", "wolves"]),
    ("No, there is no dog.", [1], []),  # it denies what is there: that is no link, and not missing either
    ("The dog is red, on the left.", [1], []),
    ("Veo un gato, pero ningún perro.", [3], ["perro"]),
    ("There are 0 dogs.", [], ["dogs"]),
]


@pytest.mark.parametrize(("answer", "ids", "words"), NOT_FOUND)
def test_a_thing_that_was_not_found_is_marked_once(answer: str, ids: list[int], words: list[str]) -> None:
    missing = [link for link in _link(answer, ids) if not link.objects]
    assert [link.text for link in missing] == words
    assert all((link.image, link.score) == (0, 0) for link in missing)


def test_without_a_picture_nothing_is_missing_from_it() -> None:
    assert link_answer(Reading("I see a dog.", LEXICON), [], {}) == ()


def test_what_one_of_several_pictures_shows_is_not_missing_from_the_others() -> None:
    (first, attributes), (second, _) = _picture([1]), _picture([])
    for pictures in ([first, second], [second, first]):
        (link,) = link_answer(Reading("A dog.", LEXICON), pictures, attributes)
        assert link.objects == (1,)
    (link,) = link_answer(Reading("In the second picture there is a dog.", LEXICON), [first, second], attributes)
    assert (link.image, link.objects) == (1, ())


def test_the_label_alone_is_surest_and_disagreement_costs() -> None:
    def score(answer: str, ids: list[int]) -> float:
        (link,) = _link(answer, ids)
        return link.score

    exact = score("The dog.", [1])
    assert exact == pytest.approx(0.9)  # the detection's own score
    for doubtful in ("The puppy.", "The blue dog.", "The dog is on the right.", "Three dogs."):
        assert 0 < score(doubtful, [1]) < exact
    assert score("A dog.", [1, 2]) < exact


def test_the_one_meant_is_linked_although_its_colour_disagrees() -> None:
    assert _told(_link("A green dog.", [1])) == [("green dog", (1,))]


def test_each_picture_that_shows_the_object_has_a_link_and_ordinals_choose() -> None:
    (first, attributes), (second, more) = _picture([1, 3]), _picture([2])
    pictures, attributes = [first, second], attributes | more

    def told(answer: str) -> list[tuple[str, int, tuple[int, ...]]]:
        return [
            (link.text, link.image, link.objects)
            for link in link_answer(Reading(answer, LEXICON), pictures, attributes)
        ]

    assert told("A dog.") == [("dog", 0, (1,)), ("dog", 1, (2,))]
    assert told("In the second picture there is a dog.") == [("dog", 1, (2,))]
    assert told("A cat in the first picture and a dog in the second image.") == [("cat", 0, (3,)), ("dog", 1, (2,))]
    assert told("En la segunda imagen hay un perro.") == [("perro", 1, (2,))]


def test_every_word_of_the_vocabulary_is_found_in_singular_and_plural() -> None:
    plurals = {
        "dog": "dogs", "sheep": "sheep", "wolf": "wolves", "fish": "fish", "octopus": "octopuses", "leaf": "leaves",
        "butterfly": "butterflies", "bus": "buses", "cactus": "cacti", "snowman": "snowmen", "giraffe": "giraffes",
        "mouse": "mice", "piano": "pianos", "tomato": "tomatoes", "watch": "watches", "box": "boxes", "key": "keys",
        "glass": "glasses", "scissors": "scissors", "glass of water": "glasses of water",
        "roof": "roofs", "woman": "women", "human": "humans", "cliff": "cliffs",
    }  # fmt: skip
    lexicon = Lexicon(plurals, {})
    for label, plural in plurals.items():
        for form in (label, plural):
            assert lexicon.look_up(tuple(form.split()), "en").label == label, form


def test_words_for_what_cannot_be_found_name_nothing() -> None:
    lexicon = Lexicon(("cat",), {"puppy": "dog"}, [Word("dog", "perro", "")])
    assert lexicon.look_up(("puppy",), None) is lexicon.look_up(("perro",), None) is None


def test_what_is_so_called_goes_before_a_plural() -> None:
    lexicon = Lexicon(("glass", "glasses"), {"spectacles": "glasses"})
    assert lexicon.look_up(("glasses",), "en").label == "glasses"
    assert lexicon.look_up(("glass",), "en").label == "glass"


def test_spanish_plurals() -> None:
    plurals = {
        "perro": "perros", "león": "leones", "pez": "peces", "reloj": "relojes", "autobús": "autobuses",
        "lápiz": "lápices", "paraguas": "paraguas", "árbol": "árboles", "camión": "camiones", "sofá": "sofás",
        "pingüino": "pingüinos", "oso de peluche": "osos de peluche", "oso polar": "osos polares", "cactus": "cactus",
    }  # fmt: skip
    lexicon = Lexicon(plurals, {}, [Word(name, name, "") for name in plurals])
    for name, plural in plurals.items():
        for form in (name, plural):
            assert lexicon.look_up(tuple(form.split()), "es").label == name, form


def test_irregular_plurals_stand_in_the_vocabulary() -> None:
    words = [
        Word("robot", "robot", "", plural_es="robots"),
        Word("dice", "dado", "", plural_en="dice"),
    ]
    lexicon = Lexicon(("robot", "dice"), {}, words)
    assert lexicon.look_up(("robots",), "es") == Meaning("robot", 0.95, is_plural=True, language="es")
    assert lexicon.look_up(("dice",), "en") == Meaning("dice", 1.0, is_plural=None, language="en")
    assert lexicon.look_up(("dados",), "es") == Meaning("dice", 0.95, is_plural=True, language="es")


def test_a_spanish_name_is_no_english_word() -> None:
    loaf = PictureFindings("p", 9, 9, (), (Thing(1, "bread", 0.9, (0, 0, 9, 9)),))
    assert link_answer(Reading("The pan is hot.", LEXICON), [loaf], {}) == ()
    assert _told(link_answer(Reading("El pan está en la mesa.", LEXICON), [loaf], {})) == [("pan", (1,))]


def test_accents_written_in_two_code_points_keep_their_offsets() -> None:
    picture = PictureFindings("p", 9, 9, (), (Thing(1, "bird", 0.9, (0, 0, 9, 9)),))
    answer = "Veo un pa\u0301jaro."
    (link,) = link_answer(Reading(answer, LEXICON), [picture], {})
    assert link.text == "pa\u0301jaro" == answer[link.start : link.end]


WORDS = st.sampled_from(
    "dog dogs wolves polar bear red blue and or no not the a two on at top left right of picture . , - \n perro rojo "
    "veo ningún orange ring is I first another ' ¿ 🐕 small".split(" ")
)


@given(
    st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)),
    st.sets(st.sampled_from(sorted(SCENE))),
)
def test_no_text_can_give_a_link_that_is_not_there(answer: str, ids: set[int]) -> None:
    picture, attributes = _picture(sorted(ids))
    end = {0: 0, 1: 0}
    for link in link_answer(Reading(answer, LEXICON), [picture, picture], attributes):
        assert answer[link.start : link.end] == link.text != ""
        assert link.start >= end[link.image]
        assert set(link.objects) <= ids
        assert 0 < link.score <= 1 if link.objects else link.score == 0
        end[link.image] = link.end
