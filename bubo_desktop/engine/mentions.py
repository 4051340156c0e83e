"""Finding, in an answer, the nouns that name objects and the words beside them that say which object is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bubo_desktop.engine import grammar
from bubo_desktop.engine.lexicon import Lexicon, Meaning
from bubo_desktop.engine.tokens import language_of, tokenise

_JOIN = re.compile(r"\s+|-")  # what may stand between the words of one name
_MAX_ADJECTIVES = 3  # unknown words between a determiner and its noun


@dataclass(frozen=True)
class Mention:
    """A noun of the answer that names one of the pack's labels.

    `first` and `last` are the indices of its first and last token, colours and sizes beside it included. `number` is
    None where the words leave it open; several `colours` are alternatives; it `is_determined` by an article, a number
    or the like, which no verb is.
    """

    first: int
    last: int
    meaning: Meaning
    number: int | None
    colours: frozenset[str]
    size: str | None
    is_another: bool
    is_negated: bool
    is_determined: bool


class Reading:
    """An answer, read: its `text`, its `tokens` and its `mentions` in order; no two mentions share a token."""

    def __init__(self, answer: str, lexicon: Lexicon) -> None:
        self.text = answer
        self._lexicon = lexicon
        self.tokens = tokenise(answer)
        self._language = language_of(self.tokens)
        nouns = self._nouns()
        self._taken = {index: meaning for first, last, meaning in nouns for index in range(first, last + 1)}
        self.mentions: list[Mention] = []
        for noun in nouns:
            if not self._is_no_noun(*noun):
                self.mentions.append(self._describe(*noun))

    @property
    def labels(self) -> frozenset[str]:
        """What is named, denied or not."""
        return frozenset(mention.meaning.label for mention in self.mentions)

    def _nouns(self) -> list[tuple[int, int, Meaning]]:
        """Names from left to right, at each place the longest."""
        nouns, index = [], 0
        while index < len(self.tokens):
            noun = self._noun_at(index)
            if noun:
                nouns.append(noun)
            index = noun[1] + 1 if noun else index + 1
        return nouns

    def _noun_at(self, first: int) -> tuple[int, int, Meaning] | None:
        longest = min(self._lexicon.longest, len(self.tokens) - first)
        for last in range(first + longest - 1, first - 1, -1):
            words = tuple(token.word for token in self.tokens[first : last + 1])
            meaning = self._lexicon.look_up(words, self._language)
            if meaning and all(self._is_joined(i) for i in range(first, last)) and self._stands_alone(first, last):
                return first, last, meaning
        return None

    def _gap(self, index: int) -> str:
        """What stands between a token and the next."""
        return self.text[self.tokens[index].end : self.tokens[index + 1].start]

    def _is_joined(self, index: int) -> bool:
        return 0 <= index < len(self.tokens) - 1 and bool(_JOIN.fullmatch(self._gap(index)))

    def _stands_alone(self, first: int, last: int) -> bool:
        """False within a longer hyphenated word: nothing `dog-shaped` is a dog."""
        return not (first and self._gap(first - 1) == "-" and not self._is_adjective(first - 1)) and not (
            last + 1 < len(self.tokens) and self._gap(last) == "-"
        )

    def _word(self, index: int) -> str:
        return self.tokens[index].word if 0 <= index < len(self.tokens) else ""

    def _is_adjective(self, index: int) -> bool:
        return self._word(index) in grammar.COLOURS or self._word(index) in grammar.SIZES

    def _is_no_noun(self, first: int, last: int, meaning: Meaning) -> bool:
        """True for a label's word that is here a colour, a verb, or the first half of a compound."""
        name, before = meaning.label, self._word(first - 1)
        follows_noun = first - 1 in self._taken and self._is_joined(first - 1)
        next_noun = self._taken.get(last + 1) if meaning.language == "en" and self._is_joined(last) else None
        if name in grammar.COLOUR_NOUNS and (before in grammar.COPULAS or next_noun):
            return True
        is_shade = self._word(last + 1) in grammar.COLOURS_EN  # `light blue`
        if name in grammar.VERB_NOUNS and (before in grammar.BEFORE_VERB or follows_noun or is_shade):
            return True
        is_compound = next_noun is not None and not meaning.is_plural and next_noun.label not in grammar.VERB_NOUNS
        return not name or is_compound

    def _describe(self, first: int, last: int, meaning: Meaning) -> Mention:
        start = self._run_of_adjectives(first, -1)
        stop = last if self._language == "en" else self._run_of_adjectives(last, 1)
        number, determiner, far = self._determiner(start, meaning)
        beside = [
            *far,
            *range(start, first),
            *range(last + 1, stop + 1),
            *(self._predicate(stop) if number == 1 else []),
        ]
        words = [self.tokens[index].word for index in beside]
        sizes = {grammar.SIZES[word] for word in words if word in grammar.SIZES}
        colours = frozenset(grammar.COLOURS[word] for word in words if word in grammar.COLOURS)
        return Mention(
            start,
            stop,
            meaning,
            number,
            colours,
            sizes.pop() if len(sizes) == 1 else None,
            determiner in grammar.OTHERS,
            self._is_negated(start),
            bool(determiner),
        )

    def _run_of_adjectives(self, index: int, step: int) -> int:
        """The last token of a run of adjectives beside a noun, `red and blue` included; Spanish ones follow it."""
        while True:
            gaps = (index, index + 1) if step > 0 else (index - 1, index - 2)
            if self._is_adjective_at(index + step, step) and self._is_joined(gaps[0]):
                index += step
            elif (
                self._is_adjective(index)
                and self._word(index + step) in grammar.LIST_WORDS
                and self._is_adjective_at(index + 2 * step, step)
                and all(self._is_joined(gap) for gap in gaps)
            ):
                index += 2 * step
            else:
                return index

    def _is_adjective_at(self, index: int, step: int) -> bool:
        if index in self._taken and self._word(index) not in grammar.COLOUR_NOUNS:
            return False
        word = self._word(index)
        return self._is_adjective(index) if step < 0 else word in grammar.COLOURS_ES or word in grammar.SIZES_ES

    def _determiner(self, start: int, meaning: Meaning) -> tuple[int | None, str, list[int]]:
        """The number that the words before a noun give it, its article or the like, and adjectives further off."""
        clause, nearest = self.tokens[start].clause, start - 1
        for index in range(nearest, max(nearest - _MAX_ADJECTIVES - 1, -1), -1):
            word = self._word(index)
            if self._is_adjective(index):
                clause = self.tokens[index].clause  # `a red, furry dog`
            elif self.tokens[index].clause != clause or index in self._taken:
                break
            if word.isdecimal() or word in grammar.DETERMINERS:
                number = int(word) if word.isdecimal() and len(word) < 3 else grammar.NUMBERS.get(word)
                far = [i for i in range(index + 1, start) if self._is_adjective(i)]
                return self._number(number, meaning), word, far
            if word in grammar.ENGLISH or word in grammar.SPANISH:
                break
        return self._number(None, meaning), "", []

    def _number(self, said: int | None, meaning: Meaning) -> int | None:
        if meaning.is_plural:
            return said if said != 1 else None
        return 1 if meaning.is_plural is False else said

    def _predicate(self, last: int) -> list[int]:
        """Adjectives said of one thing: `the dog is red`. Of several, they say how all are and single out none."""
        if self._word(last + 1) not in grammar.COPULAS:
            return []
        found, index = [], last + 2
        while self._is_adjective(index):
            found.append(index)
            index += 2 if self._word(index + 1) in grammar.LIST_WORDS else 1
        return found

    def _is_negated(self, start: int) -> bool:
        """True where the clause denies the noun, or goes on listing what the clause before denies."""
        clause = self.tokens[start].clause
        before = [index for index in range(start) if self.tokens[index].clause == clause]
        if any(self._denies(index) for index in before):
            return True
        if not all(self._word(index) in grammar.LIST_WORDS or index in self._taken for index in before):
            return False
        previous = next((i for i in range(start - 1, -1, -1) if self._word(i) not in grammar.LIST_WORDS), None)
        return any(mention.last == previous and mention.is_negated for mention in self.mentions[-1:])

    def _denies(self, index: int) -> bool:
        return self._word(index) in grammar.NEGATIONS and (
            (self._word(index), self._word(index + 1)) not in grammar.MILD_NEGATIONS
        )
