"""What is looked and listened for: words, and the objects and sounds found that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bubo_desktop.data import SoundEvent, Thing
from bubo_desktop.engine import grammar
from bubo_desktop.engine.lexicon import Lexicon, split
from bubo_desktop.engine.linking import HOLDS, Attributes
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.sound_linking import SoundWords
from bubo_desktop.errors import InputError, PackError
from bubo_desktop.pictures import printable_name

_N_EXAMPLES = 3
_SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class Sought:
    """What some words name: labels of objects, each with its colours, any of which will do, and labels of sounds."""

    things: tuple[tuple[str, frozenset[str]], ...] = ()
    sounds: frozenset[str] = frozenset()

    @property
    def labels(self) -> frozenset[str]:
        """Those of the objects."""
        return frozenset(label for label, _ in self.things)

    def things_among(self, things: Sequence[Thing], attributes: Attributes) -> tuple[int, ...]:
        """The ids of those that are named; colours count where the pack can tell them."""
        return tuple(thing.id for thing in things if self._names(thing.label, attributes.get(thing.id, {})))

    def events_among(self, events: Sequence[SoundEvent]) -> tuple[int, ...]:
        """The places of those that are named."""
        return tuple(place for place, event in enumerate(events) if event.label in self.sounds)

    def _names(self, label: str, scores: Mapping[str, float]) -> bool:
        return any(label == named and _agree(colours, scores) for named, colours in self.things)


class Seeking:
    """Reads what is sought, in the words of a pack.

    Args:
        pack: whose parts will look and listen.
        lexicon: of its labels.
        sound_words: of its sounds.
    """

    def __init__(self, pack: Pack, lexicon: Lexicon, sound_words: SoundWords) -> None:
        self._pack = pack
        self._lexicon = lexicon
        self._sound_words = sound_words
        tagger = pack.manifest.parts.sound_tagger
        self._sounds = tagger.labels if tagger else ()

    def read(self, words: str) -> Sought:
        """What these words name; without words nothing is sought.

        Where the pack can find only some things, they are looked up among these, in English and Spanish; where it can
        find whatever is said, it is asked for just that. What makes a sound is listened for, too.

        Raises:
            PackError: the pack can look and listen for nothing.
            InputError: it knows nothing of that name.
        """
        if not words.strip():
            return Sought()
        if not (self._pack.locator or self._sounds):
            raise PackError("This pack cannot look or listen for anything by its name.", "Choose another pack.")
        sought = Sought(self._things(words), self._named_sounds(words))
        if not (sought.things or sought.sounds):
            shown = printable_name(words.strip())[:_SHOWN_CHARS]
            raise InputError(f'This pack knows nothing that is called "{shown}".', self._explain())
        return sought

    def _things(self, words: str) -> tuple[tuple[str, frozenset[str]], ...]:
        locator = self._pack.locator
        if locator is not None and locator.labels is None:
            return ((self._phrase(words), frozenset()),) if any(map(str.isalnum, words)) else ()
        mentions = Reading(words, self._lexicon).mentions
        return tuple((each.meaning.label, each.colours) for each in mentions if not each.is_negated)

    def _phrase(self, words: str) -> str:
        """What to ask a grounder for that reads phrases: a label that is so called, else just the words."""
        first, *rest = split(words)
        known = self._lexicon.look_up(tuple(rest) if first in grammar.DETERMINERS else (first, *rest), None)
        return known.label if known and known.label else " ".join(words.split())

    def _named_sounds(self, words: str) -> frozenset[str]:
        sounds = Reading(words, self._sound_words.sounds).mentions
        makers = Reading(words, self._sound_words.sources).mentions
        named = {each.meaning.label for each in sounds if not each.is_negated}
        for each in makers:
            named |= self._sound_words.sounds_of[each.meaning.label] if not each.is_negated else set()
        return frozenset(named.intersection(self._sounds))

    def _explain(self) -> str:
        """What is known, by some examples."""
        kinds = [(self._pack.labels, "look for", "things"), (self._sounds, "listen for", "sounds")]
        known = [
            f"{verb} {len(labels)} {noun} ({', '.join(labels[:_N_EXAMPLES])}, ...)"
            for labels, verb, noun in kinds
            if labels
        ]
        return f"It can {' and '.join(known)}."


def _agree(colours: frozenset[str], scores: Mapping[str, float]) -> bool:
    """Whether one of the colours holds; those that the pack cannot tell are not asked for."""
    told = [scores[colour] for colour in colours if colour in scores]
    return not told or max(told) >= HOLDS
