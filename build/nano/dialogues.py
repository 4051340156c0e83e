"""Questions about a scene and the answers nano is trained to give: exact, short, and in the vocabulary's words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import inflect

from build.nano import phrases
from build.nano.facts import COLOURS, NATURAL, OBJECTS, SIZES, SOUND_SOURCES, SOUNDS, Placed, Scene

JUDGED_KINDS = ("exists", "where", "colour", "count", "hear", "source", "match")
NUMBERS = ("no", "one", "two", "three", "four", "five")
PLACES = {
    "top left": "at the top left", "top": "at the top", "top right": "at the top right",
    "left": "on the left", "center": "in the center", "right": "on the right",
    "bottom left": "at the bottom left", "bottom": "at the bottom", "bottom right": "at the bottom right",
}  # fmt: skip
_PICTURE_KINDS = ("exists", "where", "colour", "count", "size", "describe", "at")
_SOUND_KINDS = ("hear", "hear_exists")
_KIND_WEIGHTS = {
    "exists": 10, "where": 18, "colour": 14, "count": 14, "size": 6, "describe": 9, "at": 7,
    "hear": 6, "hear_exists": 4, "source": 20, "match": 18,
    "chit": 1, "unknown_word": 3, "unknown_question": 2,
}  # fmt: skip
_BLIND_SHARE = 0.08  # questions asked although their medium is missing
_PRESENT_SHARE = {"exists": 0.5, "count": 0.8, "where": 0.85, "colour": 0.85, "size": 0.85, "hear_exists": 0.5}
_EMBELLISHED_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A question (lower case) and its exact answer.

    `kind` is a kind of QUESTIONS, `no_picture`, `no_sound`, `chit` or `unknown_question`.
    """

    kind: str
    question: str
    answer: str


def ask_about(scene: Scene, rng: random.Random, kinds: Sequence[str] | None = None) -> Dialogue:
    """A random question about `scene`, of one of `kinds` where given, with its answer."""
    kind = rng.choice(kinds) if kinds else _choose_kind(scene, rng)
    if kind == "chit":
        answer = rng.choice(tuple(phrases.SMALL_TALK))
        return Dialogue(kind, _embellish(rng.choice(phrases.SMALL_TALK[answer]), rng), answer)
    if kind == "unknown_question":
        return Dialogue(kind, _embellish(rng.choice(phrases.OUT_OF_SCOPE), rng), phrases.UNKNOWN_QUESTION)
    subject = _choose_subject(kind, scene, rng)
    question = _embellish(_word_question(kind, subject, rng), rng)
    return Dialogue(*_answer(kind, subject, scene, question))


def indefinite(word: str) -> str:
    """`a dog`, `an owl`."""
    return f"{'an' if word[0] in 'aeio' or word.startswith('umb') else 'a'} {word}"


@cache
def plural(word: str) -> str:
    """`dogs`, `wolves`, `sheep`."""
    return str(inflect.engine().plural_noun(word))


def answer_question(kind: str, subject: str, scene: Scene) -> str:
    """The answer to a question of `kind` about `subject` (a label, or a position for `at`) in `scene`."""
    return _answer(kind, subject, scene, "")[2]


def _answer(kind: str, subject: str, scene: Scene, question: str) -> tuple[str, str, str]:
    if kind == "unknown_word":
        return kind, question, phrases.UNKNOWN_WORD
    no_picture = scene.objects is None and kind not in _SOUND_KINDS
    no_sound = scene.sounds is None and kind not in _PICTURE_KINDS
    if no_picture and no_sound:
        return "no_picture", question, phrases.WITHOUT_BOTH
    if no_picture:
        return "no_picture", question, phrases.WITHOUT_PICTURE
    if no_sound:
        return "no_sound", question, phrases.WITHOUT_SOUND
    return kind, question, _ANSWERS[kind](subject, scene)


def _choose_kind(scene: Scene, rng: random.Random) -> str:
    def is_askable(kind: str) -> bool:
        blind = scene.objects is None and kind not in _SOUND_KINDS
        deaf = scene.sounds is None and kind not in _PICTURE_KINDS
        return not (blind or deaf) or kind in ("chit", "unknown_word", "unknown_question")

    blind = rng.random() < _BLIND_SHARE
    kinds = [kind for kind in _KIND_WEIGHTS if blind or is_askable(kind)]
    return rng.choices(kinds, [_KIND_WEIGHTS[kind] for kind in kinds])[0]


def _choose_subject(kind: str, scene: Scene, rng: random.Random) -> str:
    if kind == "unknown_word":
        return rng.choice(phrases.FOREIGN_WORDS) if rng.random() < 0.5 else _invent_word(rng)
    if kind == "at":
        return rng.choice([*PLACES, *(thing.position for thing in scene.objects or ())])
    seen = [thing.label for thing in scene.objects or ()]
    heard = [SOUND_SOURCES[sound] for sound in scene.sounds or ()]
    present, other = (heard, seen) if kind == "hear_exists" else (seen, heard)
    if present and rng.random() < _PRESENT_SHARE.get(kind, 0.5):
        repeated = [label for label in present if present.count(label) > 1]
        return rng.choice(repeated if repeated and kind == "count" and rng.random() < 0.4 else present)
    absent = [label for label in other if label not in present]
    if absent and rng.random() < 0.3:
        return rng.choice(absent)  # what is heard is not therefore seen, and the other way round
    sounding = tuple(SOUND_SOURCES.values())
    return rng.choice([label for label in rng.choice((OBJECTS, sounding)) if label not in present])


def _word_question(kind: str, subject: str, rng: random.Random) -> str:
    template = rng.choice(phrases.QUESTIONS[kind])
    if kind == "at":
        return template.format(place=PLACES[subject])
    many = f"{subject}s" if kind == "unknown_word" else (plural(subject) if subject else "")
    return template.format(one=subject, a=indefinite(subject) if subject else "", many=many)


def _embellish(question: str, rng: random.Random) -> str:
    if rng.random() < _EMBELLISHED_SHARE:
        question = rng.choice(phrases.OPENINGS) + question
    if rng.random() < _EMBELLISHED_SHARE:
        question += rng.choice(phrases.ENDINGS)
    return question + rng.choice(("?", "?", "", " ?", "."))


def _invent_word(rng: random.Random) -> str:
    sounds = ("bcdfghjklmnprstvwz", "aeiou", " nrstlm") * rng.randint(2, 3)
    word = "".join(map(rng.choice, sounds)).replace(" ", "")
    return word + "x" if word in OBJECTS else word


def join_words(words: Iterable[str]) -> str:
    """`a dog`, `a dog and a cat`, `a dog, a cat and a bell`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def describe_thing(thing: Placed) -> str:
    """`a red dog`, or `a dog` in its natural colours."""
    return indefinite(thing.label if thing.colour == NATURAL else f"{thing.colour} {thing.label}")


def _named(label: str, scene: Scene) -> list[Placed]:
    return [thing for thing in scene.objects or () if thing.label == label]


def _subject_and_verb(label: str, n_things: int) -> str:
    return f"The {plural(label)} are" if n_things > 1 else f"The {label} is"


def _answer_exists(label: str, scene: Scene) -> str:
    n_things = len(_named(label, scene))
    if not n_things:
        return f"No, I see no {label}."
    return f"Yes, there {_count_phrase(label, n_things, 'a')}."


def _count_phrase(label: str, n_things: int, single: str) -> str:
    if n_things > 1:
        return f"are {NUMBERS[n_things]} {plural(label)}"
    return f"is {indefinite(label) if single == 'a' else f'{single} {label}'}"


def _answer_count(label: str, scene: Scene) -> str:
    n_things = len(_named(label, scene))
    return f"There {_count_phrase(label, n_things, 'one')}." if n_things else _absent(label)


def _absent(label: str) -> str:
    return f"I see no {label}."


def _answer_where(label: str, scene: Scene) -> str:
    things = _named(label, scene)
    if not things:
        return _absent(label)
    places = dict.fromkeys(PLACES[thing.position] for thing in things)
    return f"{_subject_and_verb(label, len(things))} {join_words(places)}."


def _answer_colour(label: str, scene: Scene) -> str:
    things = _named(label, scene)
    if not things:
        return _absent(label)
    colours = tuple(dict.fromkeys(thing.colour for thing in things))
    if colours == (NATURAL,) and len(things) > 1:
        return f"The {plural(label)} have their natural colors."
    if colours == (NATURAL,):
        return f"The {label} has its natural colors."
    return f"{_subject_and_verb(label, len(things))} {join_words(colours)}."


def _answer_size(label: str, scene: Scene) -> str:
    things = _named(label, scene)
    if not things:
        return _absent(label)
    return f"{_subject_and_verb(label, len(things))} {join_words(dict.fromkeys(thing.size for thing in things))}."


def _answer_describe(_: str, scene: Scene) -> str:
    if not scene.objects:
        return "I see nothing that I know."
    return f"I see {join_words(map(describe_thing, scene.objects))}."


def _answer_at(position: str, scene: Scene) -> str:
    things = [describe_thing(thing) for thing in scene.objects or () if thing.position == position]
    return f"I see {join_words(things) if things else 'nothing'} {PLACES[position]}."


def _heard(sound: str) -> str:
    return f"{indefinite(SOUND_SOURCES[sound])} {sound}"


def _answer_hear(_: str, scene: Scene) -> str:
    return f"I hear {join_words(map(_heard, scene.sounds))}." if scene.sounds else "I hear nothing."


def _answer_hear_exists(label: str, scene: Scene) -> str:
    sounds = [sound for sound in scene.sounds or () if SOUND_SOURCES[sound] == label]
    return f"Yes, I hear {_heard(sounds[0])}." if sounds else f"No, I hear no {label}."


def _is_seen(sound: str, scene: Scene) -> bool:
    return bool(_named(SOUND_SOURCES[sound], scene))


def _reason_aloud(scene: Scene) -> str:
    """Sound by sound, whether its source is seen: named first, each is one look-up, which a small network can do."""
    verdicts = {True: "is in the picture", False: "is not in the picture"}
    return " ".join(
        f"I hear {_heard(sound)}; the {SOUND_SOURCES[sound]} {verdicts[_is_seen(sound, scene)]}."
        for sound in scene.sounds or ()
    )


def _answer_source(_: str, scene: Scene) -> str:
    return _reason_aloud(scene) if scene.sounds else "I hear nothing."


def _answer_match(_: str, scene: Scene) -> str:
    if not scene.sounds:
        return "The sound is silent."
    related = any(_is_seen(sound, scene) for sound in scene.sounds)
    return f"{_reason_aloud(scene)} They {'belong together' if related else 'seem unrelated'}."


_ANSWERS: dict[str, Callable[[str, Scene], str]] = {
    "exists": _answer_exists, "where": _answer_where, "colour": _answer_colour, "count": _answer_count,
    "size": _answer_size, "describe": _answer_describe, "at": _answer_at, "hear": _answer_hear,
    "hear_exists": _answer_hear_exists, "source": _answer_source, "match": _answer_match,
}  # fmt: skip


def content_words() -> tuple[str, ...]:
    """The words an answer's truth hangs on, apart from plurals: what the language network must look up."""
    positions = dict.fromkeys(word for position in PLACES for word in position.split())
    verdicts = ("nothing", "Yes", "No", "not", "belong", "seem")
    return (*OBJECTS, *COLOURS, NATURAL, *SIZES, *SOUNDS, *positions, *NUMBERS, *verdicts)
