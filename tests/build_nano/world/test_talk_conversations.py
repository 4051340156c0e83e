"""Conversations are the same for the same seed, follow up what was said, and never invent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from bubo_desktop.data import Link, PictureFindings, Thing
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.linking import link_answer
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.packs.manifest import Word
from build.world.facts import LANGUAGES, NATURAL, Language, Placed, Scene
from build.world.talk.answers import speak
from build.world.talk.asking import Asked
from build.world.talk.conversations import converse
from build.world.talk.follow_ups import FollowUps
from build.world.talk.kinds import FOLLOW_UPS, KINDS, Exchange, Subject, kinds
from tests.build_nano.world.talk_scenes import VOCABULARY, draw_scene

NEVER_DRAWN = ("else", "else_heard")  # but in later turns
BELLS = (
    Placed("bell", "red", (0.1, 0.1, 0.3, 0.3), 0.2),
    Placed("dog", NATURAL, (0.4, 0.4, 0.65, 0.65), 0.25),
    Placed("bell", "blue", (0.7, 0.7, 0.9, 0.9), 0.2),
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """As the pack will know its words: with the plurals that the vocabulary gives."""
    plurals = {speak(it, VOCABULARY).noun(word.en, 2): word.en for it in LANGUAGES for word in VOCABULARY.objects}
    words = [Word(word.en, word.es, word.glyph, word.sounds) for word in VOCABULARY.objects]
    return Lexicon(VOCABULARY.labels, plurals, words)


def talk(language: Language, n_scenes: int, *, held_out: bool = False) -> Iterator[tuple[Scene, Exchange]]:
    rng = random.Random(f"talk-{language}")
    for _ in range(n_scenes):
        scene = draw_scene(rng)
        yield from ((scene, exchange) for exchange in converse(scene, rng, language, VOCABULARY, 4, held_out=held_out))


def test_the_same_seed_gives_the_same_conversation() -> None:
    scene = draw_scene(random.Random(3))
    first, second = (converse(scene, random.Random(5), "es", VOCABULARY, 6) for _ in range(2))
    assert first == second
    assert len(first) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_asked(language: Language) -> None:
    counts = Counter(exchange.kind for _, exchange in talk(language, 2500))
    expected = {*(set(KINDS) - set(NEVER_DRAWN)), *FOLLOW_UPS, "refusal", "no_picture", "no_sound"}
    assert set(counts) == expected
    assert set(kinds()) <= expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_small_and_whole(language: Language) -> None:
    for held_out in (False, True):
        for _, exchange in talk(language, 400, held_out=held_out):
            assert exchange.question == exchange.question.lower()
            assert not set("{}") & set(exchange.question + exchange.answer)
            assert "  " not in exchange.question + exchange.answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_of_what_is_not_there(language: Language, lexicon: Lexicon) -> None:
    for scene, exchange in talk(language, 1200):
        heard = {VOCABULARY.source_of[heard.sound] for heard in scene.sounds or ()}
        there = {thing.label for thing in scene.objects or ()} | heard
        said = [mention for mention in Reading(exchange.answer, lexicon).mentions if not mention.is_negated]
        assert {mention.meaning.label for mention in said} <= there, exchange


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_name_what_is_missing(language: Language, lexicon: Lexicon) -> None:
    for scene, exchange in talk(language, 600):
        if exchange.kind == "refusal":
            [mention] = Reading(exchange.answer, lexicon).mentions
            alike = [thing for thing in scene.objects or () if thing.label == mention.meaning.label]
            assert mention.is_negated, exchange
            assert not [thing for thing in alike if not mention.colours or thing.colour in mention.colours], exchange


def link(answer: str, scene: Scene, lexicon: Lexicon) -> tuple[Link, ...]:
    """The links of an answer where everything was found and every colour is known."""
    objects = scene.objects or ()
    things = [Thing(k, it.label, 0.9, tuple(1000 * at for at in it.box)) for k, it in enumerate(objects)]
    colours = {k: {it.colour: 0.95} if it.colour != NATURAL else {} for k, it in enumerate(objects)}
    return link_answer(Reading(answer, lexicon), [PictureFindings("it.png", 1000, 1000, (), tuple(things))], colours)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_can_be_linked_to_the_objects_they_name(language: Language, lexicon: Lexicon) -> None:
    n_lists, n_exact = 0, 0
    for scene, exchange in talk(language, 1500):
        if exchange.kind == "describe_long" and scene.objects:
            n_lists += 1
            named = [meant.objects for meant in link(exchange.answer, scene, lexicon)]
            n_exact += named == [(k,) for k in range(len(scene.objects))]
        if exchange.kind == "describe_short" and scene.objects:
            named = {k for meant in link(exchange.answer, scene, lexicon) for k in meant.objects}
            assert named == set(range(len(scene.objects))), exchange
    assert n_exact >= 0.9 * n_lists > 20  # the rest are alike but for a color that only one of them has


def test_it_is_what_was_spoken_of_last() -> None:
    follow_ups = FollowUps(Scene(BELLS, None), VOCABULARY, random.Random(0))
    asked = Asked("exists", "exists", Subject("dog"), "exists")
    pronouns = [it for it in (follow_ups.draw(asked) for _ in range(99)) if it and it.kind == "pronoun"]
    assert {it.subject for it in pronouns} == {Subject("dog")}
    assert {it.about for it in pronouns} == {"where", "colour", "size"}


def test_several_are_they_and_can_be_told_apart_by_color() -> None:
    follow_ups = FollowUps(Scene(BELLS, None), VOCABULARY, random.Random(0))
    asked = Asked("count", "count", Subject("bell"), "count")
    drawn = [it for it in (follow_ups.draw(asked) for _ in range(200)) if it]
    assert {it.n_things for it in drawn if it.kind == "pronoun"} == {2}
    told_apart = {it.subject.colour for it in drawn if it.kind == "which_of_them"}
    assert {"red", "blue"} <= told_apart


def test_what_is_not_clear_is_not_meant_by_it() -> None:
    follow_ups = FollowUps(Scene(BELLS, None), VOCABULARY, random.Random(0))
    asked = Asked("describe_short", "describe_short", Subject(), "describe_short")
    assert "pronoun" not in {it.kind for it in (follow_ups.draw(asked) for _ in range(99)) if it}
