"""What English and Spanish share: how words become phrases and phrases sentences."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from build.world.facts import NATURAL, SIZES, Language, Placed, Vocabulary
from build.world.talk.phrasebook import Phrasebook

MEDIUM = SIZES[1]


class Grammar(ABC):
    """The grammar of a language; `book` has its words.

    Labels are the vocabulary's English names, colours and sizes the English words; an empty colour says nothing.
    """

    language: ClassVar[Language]

    def __init__(self, vocabulary: Vocabulary, book: Phrasebook) -> None:
        self.vocabulary, self.book = vocabulary, book

    @abstractmethod
    def forms(self, label: str, n_things: int = 1, colour: str = "") -> dict[str, str]:
        """The forms of a noun by the names that wordings use for them.

        Both languages know `one` (dog), `a` (a dog), `many` (dogs), `the` (the dog or, of several, the dogs), `none`
        (no dog), `is` and `is_at` (is or are), `has`, `its`, `it`; each has some of its own.
        """

    @abstractmethod
    def noun(self, label: str, n_things: int, colour: str = "", size: str = "") -> str:
        """The noun with its adjectives and without article: `small red dogs`."""

    @abstractmethod
    def counted(self, label: str, n_things: int, colour: str = "", size: str = "") -> str:
        """`a dog`, `two small red dogs`."""

    @abstractmethod
    def numbered(self, label: str, n_things: int, colour: str = "") -> str:
        """`one dog`, `two red dogs`."""

    @abstractmethod
    def counted_things(self, n_things: int, colour: str = "") -> str:
        """`one thing`, `two red things`."""

    @abstractmethod
    def agree(self, adjective: str, label: str, n_things: int) -> str:
        """The adjective as it is said of so many objects."""

    @abstractmethod
    def agree_both(self, adjective: str, label: str, other: str) -> str:
        """The adjective as it is asked of one of two objects."""

    @abstractmethod
    def colour_forms(self, colour: str, label: str = "") -> dict[str, str]:
        """The forms of a colour: `color` as it is said of the object, `color_bare`, and those of Spanish `cosas`."""

    @abstractmethod
    def stranger_forms(self, word: str) -> dict[str, str]:
        """As `forms`, of a word that is not in the vocabulary; Spanish ones come with their article."""

    @abstractmethod
    def colours(self, label: str, colours: Sequence[str], n_things: int) -> str:
        """What is said of the colours of one or several objects: `red and blue`."""

    @abstractmethod
    def sizes(self, label: str, sizes: Sequence[str], n_things: int) -> str:
        """What is said of the sizes of one or several objects: `small and large`."""

    @abstractmethod
    def join(self, parts: Sequence[str]) -> str:
        """`a dog, a cat and a bell`."""

    @abstractmethod
    def finish(self, text: str) -> str:
        """What must be done when the words stand side by side, such as `de el` to `del`."""

    def sentence(self, answer: str, **fields: str) -> str:
        """The answer of this name with its fields filled in and a capital letter."""
        text = self.finish(self.book.answers[answer].format_map(fields))
        return text[0].upper() + text[1:]

    def described(self, thing: Placed) -> str:
        """`a small red dog`: with its colour where it has one of its own, its size where it is not medium."""
        colour = "" if thing.colour == NATURAL else thing.colour
        return self.counted(thing.label, 1, colour, "" if thing.size == MEDIUM else thing.size)

    def listed(self, things: Sequence[Placed], colour: str = "") -> str:
        """Objects by their kinds, each where the first of its kind stands: `a dog, two cats and a bell`."""
        labels = [thing.label for thing in things]
        return self.join([self.counted(label, labels.count(label), colour) for label in dict.fromkeys(labels)])

    def heard(self, sound: str) -> str:
        """`a dog barking`."""
        return f"{self.counted(self.vocabulary.source_of[sound], 1)} {self.gerund(sound)}"

    @abstractmethod
    def gerund(self, sound: str) -> str:
        """`barking`."""

    def place(self, place: tuple[str, str], way: int = 0) -> str:
        """`at the top left`, or another of the ways to say it."""
        row, column = place
        name = " ".join(word for word in (row, column) if word != "center") or "center"
        ways = self.book.places[name]
        return ways[way % len(ways)]

    def beside(self, direction: str, label: str, colour: str = "", way: int = 0) -> str:
        """`to the left of the dog`, or another of the ways to say it."""
        ways = self.book.directions[direction]
        return self.finish(f"{ways[way % len(ways)]} {self.forms(label, 1, colour)['the']}")
