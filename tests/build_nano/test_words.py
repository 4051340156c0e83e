"""Whatever nano can say of its world, in English or Spanish, names the right things and sounds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bubo_desktop.data import SoundEvent, SoundFindings
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.engine.sound_linking import SoundWords, link_sounds
from build.nano.export.words import list_synonyms, list_words
from build.world.facts import LANGUAGES, Language, read_vocabulary
from build.world.talk.answers import speak
from build.world.talk.grammar import Grammar

VOCABULARY = read_vocabulary()
WORDS, SYNONYMS = list_words(VOCABULARY), list_synonyms(VOCABULARY)
LEXICON = Lexicon(VOCABULARY.labels, SYNONYMS, WORDS)
SOUND_WORDS = SoundWords(VOCABULARY.sound_labels, SYNONYMS, WORDS)
OTHER = "cloud"
Named = list[tuple[str, bool]]  # the labels that an answer names in order, and whether it denies that they are there


def answers_about_several(grammar: Grammar, label: str, n: int, colour: str) -> Iterator[tuple[str, Named]]:
    say, forms = grammar.sentence, grammar.forms(label, n, colour)
    counted, wanted = grammar.counted(label, n, colour), [(label, False)]
    yield say("exists_yes", **forms, counted=counted), wanted
    yield say("see", things=grammar.counted(label, n, colour, "small")), wanted
    yield say("see_at", things=counted, where=grammar.place(("top", "left"))), wanted
    yield say("where", **forms, places=grammar.place(("bottom", "center"))), wanted
    yield say("colour", **forms, colours=grammar.colours(label, ("green", "natural"), n)), wanted
    yield say("size", **forms, sizes=grammar.sizes(label, ("large",), n)), wanted
    listed = grammar.join([grammar.counted(OTHER, 2), counted])
    yield say("see_else", things=listed), [(OTHER, False), *wanted]


def answers_about_one(grammar: Grammar, label: str, colour: str) -> Iterator[tuple[str, Named]]:
    say, forms, other = grammar.sentence, grammar.forms(label, 1, colour), grammar.forms(OTHER)
    bigger = grammar.agree(grammar.book.comparisons["bigger"][0], label, 1)
    both = [(label, False), (OTHER, False)]
    yield say("absent", **forms), [(label, True)]
    yield say("exists_no", **forms), [(label, True)]
    yield say("hear_exists_no", **forms), [(label, True)]
    yield say("compare", **forms, bigger=bigger, than=other["the"]), both
    for direction in grammar.book.directions:
        yield say("relation", **forms, beside=grammar.beside(direction, OTHER)), both
        yield say("relation", **other, beside=grammar.beside(direction, label, colour)), both[::-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_names_what_it_is_about(language: Language):
    grammar = speak(language, VOCABULARY)
    for label in VOCABULARY.labels:
        if label == OTHER:
            continue
        said = [(1, *pair) for pair in answers_about_one(grammar, label, "blue")]
        said += [(n, *pair) for n in (1, 3) for pair in answers_about_several(grammar, label, n, "blue" * (n > 1))]
        for n, answer, wanted in said:
            mentions = Reading(answer, LEXICON).mentions
            assert [(it.meaning.label, it.is_negated) for it in mentions] == wanted, answer
            [mine] = [it for it in mentions if it.meaning.label == label]
            assert mine.number in (n, None), answer
            assert ("blue" in mine.colours) == ("blue" in answer or "azul" in answer), answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sound_that_is_named_is_linked_with_its_source(language: Language):
    grammar = speak(language, VOCABULARY)
    for sound in VOCABULARY.sound_labels:
        other = VOCABULARY.sound_labels[VOCABULARY.sound_labels.index(sound) - 1]
        heard = [SoundFindings("", 9.0, (SoundEvent(other, 0.9, 0.0, 1.0), SoundEvent(sound, 0.9, 2.0, 3.0)))]
        source, named = VOCABULARY.source_of[sound], grammar.heard(sound)
        both = grammar.sentence("hear", sounds=grammar.join([named, grammar.heard(other)]))
        links = link_sounds(both, heard, SOUND_WORDS)
        assert [each.events for each in links] == [(1,), (0,)], both
        assert links[0].text in (named.partition(" ")[2], f"{source} {sound}"), both
        reasoned = grammar.sentence("source_unseen", **grammar.forms(source), heard=named)
        assert [each.events for each in link_sounds(reasoned, heard, SOUND_WORDS)] == [(1,)], reasoned


def test_only_irregular_plurals_are_told():
    plurals = {(word.plural_en, word.plural_es) for word in WORDS if word.plural_en or word.plural_es}
    assert ("lightning", "") in plurals
    assert ("", "robots") in plurals
    assert not any("dogs" in pair or "perros" in pair for pair in plurals)
