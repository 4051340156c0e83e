"""Sound linking: which words of an answer name what was heard. Deterministic, and silent when unsure.

By construction a link's text is a slice of the answer, its events are in its recording, and the links of one recording
never overlap; where several recordings hold the sound, each has a link for the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bubo_desktop.data import Link, SoundEvent, SoundFindings, SoundLink
from bubo_desktop.engine import grammar
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.mentions import Mention, Reading
from bubo_desktop.inflection import verb_forms
from bubo_desktop.packs.manifest import Word


class SoundWords:
    """The words of a pack for what it hears: the names of sounds, and of the things that make them.

    Attributes:
        sounds: the lexicon of the sounds; `barks` and `barked` say `barking`.
        sources: the lexicon of the vocabulary's objects.
        sounds_of: the sounds each object makes.

    Args:
        labels: the sounds that can be heard, in English.
        synonyms: other words for sounds and objects, and the label each stands for.
        vocabulary: the objects and the sounds they make.
    """

    def __init__(self, labels: Iterable[str], synonyms: Mapping[str, str], vocabulary: Sequence[Word]) -> None:
        labels = tuple(labels)
        verbs = {form: label for label in labels for form in verb_forms(label)}
        self.sounds = Lexicon(labels, verbs | dict(synonyms))
        self.sources = Lexicon((word.label_en for word in vocabulary), synonyms, vocabulary)
        self.sounds_of = {word.label_en: frozenset(word.sounds) for word in vocabulary}


@dataclass(frozen=True, slots=True)
class _Span:
    """Tokens `first` to `last`, which name one of `sounds`, with a certainty in 0..1."""

    first: int
    last: int
    sounds: frozenset[str]
    certainty: float


def link_sounds(answer: str, recordings: Sequence[SoundFindings], words: SoundWords) -> tuple[SoundLink, ...]:
    """Returns the links in order of `start`, then of recording.

    A name of a sound means all events of it; a thing, where its sentence speaks of sounds, all events of the sounds it
    makes. `A dog barking` is one link. What the words deny is not linked.

    Args:
        answer: the text; offsets are in its characters.
        recordings: what was heard in each.
        words: those of the pack.
    """
    reading = Reading(answer, words.sounds)
    links = []
    for span in _joined(_spans(reading, Reading(answer, words.sources), words.sounds_of), reading, answer):
        start, end = reading.tokens[span.first].start, reading.tokens[span.last].end
        for number, recording in enumerate(recordings):
            meant = {place: event for place, event in enumerate(recording.events) if event.label in span.sounds}
            if meant:
                score = span.certainty * _mean_score(meant.values())
                links.append(SoundLink(start, end, answer[start:end], number, tuple(meant), score))
    return tuple(links)


def unheard(links: Sequence[Link], heard: Sequence[SoundLink]) -> tuple[Link, ...]:
    """The links without those that say of something heard that it was not found in a picture: nobody claimed so."""
    return tuple(
        link
        for link in links
        if link.objects or not any(link.start < sound.end and sound.start < link.end for sound in heard)
    )


def _spans(reading: Reading, sources: Reading, sounds_of: Mapping[str, frozenset[str]]) -> list[_Span]:
    """What names a sound or its source, in order; a word that may be either is the object."""
    objects = {index for mention in sources.mentions for index in _tokens(mention)}
    named = [
        _Span(mention.first, mention.last, frozenset([mention.meaning.label]), mention.meaning.certainty)
        for mention in reading.mentions
        if not mention.is_negated and objects.isdisjoint(_tokens(mention))
    ]
    audible = {token.sentence for token in reading.tokens if token.word in grammar.HEARING}
    audible |= {reading.tokens[span.first].sentence for span in named}
    makers = [
        _Span(mention.first, mention.last, sounds_of[mention.meaning.label], mention.meaning.certainty)
        for mention in sources.mentions
        if not mention.is_negated and reading.tokens[mention.first].sentence in audible
    ]
    return sorted([*named, *makers], key=lambda span: span.first)


def _joined(spans: Sequence[_Span], reading: Reading, answer: str) -> list[_Span]:
    """The spans, a thing and the sound it makes as one where they stand side by side."""
    joined: list[_Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if before and before.sounds & span.sounds and _is_next(before, span, reading, answer):
            certainty = max(before.certainty, span.certainty)
            joined[-1] = _Span(before.first, span.last, before.sounds & span.sounds, certainty)
        else:
            joined.append(span)
    return joined


def _is_next(before: _Span, span: _Span, reading: Reading, answer: str) -> bool:
    gap = answer[reading.tokens[before.last].end : reading.tokens[span.first].start]
    return before.last + 1 == span.first and gap.isspace()


def _tokens(mention: Mention) -> range:
    return range(mention.first, mention.last + 1)


def _mean_score(events: Iterable[SoundEvent]) -> float:
    scores = [event.score for event in events]
    return sum(scores) / len(scores)
