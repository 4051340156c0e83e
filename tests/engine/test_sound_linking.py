"""Words of an answer and the sounds they name: gold answers, and laws for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubo_desktop.data import Link, SoundEvent, SoundFindings, SoundLink
from bubo_desktop.engine.sound_linking import SoundWords, link_sounds, unheard
from bubo_desktop.inflection import verb_forms
from bubo_desktop.packs.manifest import Word

LABELS = ("barking", "ringing", "drumming", "crackling", "speech")
VOCABULARY = (
    Word("dog", "perro", "", ("barking",)),
    Word("bell", "campana", "", ("ringing",)),
    Word("drum", "tambor", "", ("drumming",)),
    Word("ring", "anillo", ""),
    Word("car", "coche", ""),
)
WORDS = SoundWords(LABELS, {"puppy": "dog", "ladrido": "barking"}, VOCABULARY)
RECORDING = SoundFindings("s.wav", 9.0, tuple(
    SoundEvent(label, 0.8, start_s, start_s + 1.0)
    for label, start_s in (("barking", 0.0), ("ringing", 1.0), ("barking", 4.0), ("drumming", 5.0), ("speech", 6.0))
))  # fmt: skip
BARKING, RINGING, DRUMMING, SPEECH = (0, 2), (1,), (3,), (4,)

GOLD = [
    # a sound, its verb in other forms, its noun
    ("I hear barking.", [("barking", BARKING)]),
    ("Something barks or barked.", [("barks", BARKING), ("barked", BARKING)]),
    ("It rang; the bell rings.", [("rang", RINGING), ("bell rings", RINGING)]),
    ("I hear drums; speech.", [("drums", DRUMMING), ("speech", SPEECH)]),
    ("BARKING!", [("BARKING", BARKING)]),
    # a thing and its sound
    ("I hear a dog barking.", [("dog barking", BARKING)]),
    ("A barking puppy and a ringing bell.", [("barking puppy", BARKING), ("ringing bell", RINGING)]),
    ("The dog is barking.", [("dog", BARKING), ("barking", BARKING)]),
    ("I hear a dog and a bell.", [("dog", BARKING), ("bell", RINGING)]),
    ("The dog, barking, waits.", [("dog", BARKING), ("barking", BARKING)]),
    ("I hear a bell barking.", [("bell", RINGING), ("barking", BARKING)]),
    ("I hear a drum.", [("drum", DRUMMING)]),
    ("Oigo un ladrido y un perro.", [("ladrido", BARKING), ("perro", BARKING)]),
    # what is only seen, cannot be heard, or was not
    ("The dog is on the left.", []),
    ("I hear a dog barking; the dog is in the picture.", [("dog barking", BARKING)]),
    ("I hear a car.", []),
    ("I hear a ring.", []),  # the thing
    ("The drum is red.", []),
    ("I hear a fire crackling.", []),
    ("His car is red.", []),
    ("", []),
    # denials
    ("No, I hear no dog.", []),
    ("I hear no bell, but a dog barking.", [("dog barking", BARKING)]),
    ("The dog is not barking.", []),
    ("Neither barking nor ringing.", []),
]


def _told(links: tuple[SoundLink, ...]) -> list[tuple[str, tuple[int, ...]]]:
    return [(link.text, link.events) for link in links]


@pytest.mark.parametrize(("answer", "expected"), GOLD, ids=[answer for answer, _ in GOLD])
def test_gold_answer(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert _told(link_sounds(answer, [RECORDING], WORDS)) == expected


def test_each_recording_that_holds_the_sound_has_a_link() -> None:
    silence = SoundFindings("silence.wav", 1.0)
    links = link_sounds("A dog barking.", [RECORDING, silence, RECORDING], WORDS)
    assert [(link.sound, link.text) for link in links] == [(0, "dog barking"), (2, "dog barking")]


def test_the_name_itself_is_surest() -> None:
    def score(answer: str) -> float:
        (link,) = link_sounds(answer, [RECORDING], WORDS)
        return link.score

    assert score("Barking.") == pytest.approx(0.8)  # the events' own score
    assert score("It barks.") < score("Barking.")


def test_what_is_heard_is_not_said_to_be_missing_from_the_picture() -> None:
    answer = "I hear a dog barking; the dog is not in the picture. A bell."
    heard = link_sounds(answer, [RECORDING], WORDS)
    first, second = answer.index("dog"), answer.rindex("dog")
    missing = [Link(start, start + 3, "dog", 0, (), 0.0) for start in (first, second)]
    found = Link(first, first + 3, "dog", 0, (1,), 0.9)
    assert unheard([*missing, found], heard) == (missing[1], found)


@pytest.mark.parametrize(
    ("gerund", "base", "past"),
    [
        ("barking", "bark", "barked"), ("meowing", "meow", "meowed"), ("drumming", "drum", "drummed"),
        ("crackling", "crackle", "crackled"), ("blaring", "blare", "blared"), ("trilling", "trill", "trilled"),
        ("howling", "howl", "howled"), ("hissing", "hiss", "hissed"), ("buzzing", "buzz", "buzzed"),
        ("sneezing", "sneeze", "sneezed"), ("hooting", "hoot", "hooted"), ("galloping", "gallop", "galloped"),
        ("mooing", "moo", "mooed"), ("chugging", "chug", "chugged"), ("squeaking", "squeak", "squeaked"),
        ("whirring", "whir", "whirred"), ("tinkling", "tinkle", "tinkled"), ("snoring", "snore", "snored"),
    ],
)  # fmt: skip
def test_verb_forms(gerund: str, base: str, past: str) -> None:
    assert verb_forms(gerund) == (base, past)


def test_other_words_are_no_verbs() -> None:
    assert verb_forms("speech") == verb_forms("ing") == ()


PIECES = st.sampled_from(
    "dog dogs barking barks bell I hear no not and . , ; - \n a the drum ring ' 🐕 oigo".split(" ")
)


@given(
    st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)),
    st.lists(st.sampled_from(LABELS)),
)
def test_no_text_can_give_a_link_that_is_not_there(answer: str, labels: list[str]) -> None:
    recording = SoundFindings("s.wav", 9.0, tuple(SoundEvent(label, 0.8, 0.0, 1.0) for label in labels))
    end = {0: 0, 1: 0}
    for link in link_sounds(answer, [recording, recording], WORDS):
        assert answer[link.start : link.end] == link.text != ""
        assert link.start >= end[link.sound]
        assert link.events
        assert set(link.events) <= set(range(len(labels)))
        assert 0 < link.score <= 1
        end[link.sound] = link.end
