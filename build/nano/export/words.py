"""The world's words as a pack's: names in both languages, irregular plurals, and Spanish names of sounds."""

from __future__ import annotations

from bubo_desktop.inflection import english_plurals, spanish_plurals
from bubo_desktop.packs.manifest import Word
from build.world.facts import Vocabulary
from build.world.talk.answers import speak


def list_words(vocabulary: Vocabulary) -> tuple[Word, ...]:
    """The objects as entries of `vocabulary.json`."""
    english, spanish = speak("en", vocabulary), speak("es", vocabulary)
    return tuple(
        Word(
            word.en, word.es, word.glyph, word.sounds,
            plural_en=_irregular(english.noun(word.en, 2), english_plurals((word.en,))),
            plural_es=_irregular(spanish.noun(word.en, 2), spanish_plurals((word.es,))),
        )
        for word in vocabulary.objects
    )  # fmt: skip


def list_synonyms(vocabulary: Vocabulary) -> dict[str, str]:
    """The Spanish gerunds, by which answers name sounds, and the label of each."""
    return {word.es: word.en for word in vocabulary.sounds}


def _irregular(plural: str, regular: list[tuple[str, ...]]) -> str:
    """The plural where the engine would not think of it."""
    return "" if (plural,) in regular else plural
