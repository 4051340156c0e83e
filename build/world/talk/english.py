"""English: articles, plurals, and nouns that come in pairs or pieces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import inflect

from build.world.facts import NATURAL
from build.world.talk.grammar import Grammar

PAIR = "pair"


@cache
def _inflector() -> inflect.engine:
    return inflect.engine()


@cache
def indefinite(phrase: str) -> str:
    """`a dog`, `an owl`, `a unicorn`."""
    return str(_inflector().a(phrase))


@cache
def regular_plural(word: str) -> str:
    """`dogs`, `foxes`."""
    return str(_inflector().plural_noun(word))


class English(Grammar):
    """English. Nouns with a unit have no plural of their own: `two pairs of scissors`, `two bolts of lightning`."""

    language = "en"

    def forms(self, label: str, n_things: int = 1, colour: str = "") -> dict[str, str]:
        """See `Grammar.forms`; `are` goes with `many`, `how_many` is followed by the noun."""
        unit = self.book.units.get(label, "")
        are = {PAIR: "are", "": "are" if n_things > 1 else "is"}.get(unit, "is")
        one, many = self.noun(label, 1, colour), self.noun(label, 2, colour)
        return {
            "one": one, "a": self.counted(label, 1, colour), "many": many,
            "the": f"the {many if n_things > 1 else one}", "none": f"no {one}",
            "is": are, "is_at": are, "are": "is" if unit not in ("", PAIR) else "are",
            "has": "has" if are == "is" else "have", "its": "its" if are == "is" else "their",
            "it": "it" if are == "is" else "they", "them": "it" if are == "is" else "them",
            "does": "does" if are == "is" else "do",
            "how_many": "how many " + self.noun(label, 2, colour, counts=True),
        }  # fmt: skip

    def noun(self, label: str, n_things: int, colour: str = "", size: str = "", *, counts: bool = False) -> str:
        """See `Grammar.noun`; with its unit where it is to be counted."""
        unit = self.book.units.get(label, "")
        word = self._plural(label) if n_things > 1 and not unit else label
        named = " ".join(adjective for adjective in (size, colour, word) if adjective)
        if not unit or not counts:
            return named
        return f"{regular_plural(unit) if n_things > 1 else unit} of {named}"

    def counted(self, label: str, n_things: int, colour: str = "", size: str = "") -> str:
        """See `Grammar.counted`."""
        noun = self.noun(label, n_things, colour, size, counts=True)
        return indefinite(noun) if n_things == 1 else f"{self.book.numbers[n_things]} {noun}"

    def numbered(self, label: str, n_things: int, colour: str = "") -> str:
        """See `Grammar.numbered`."""
        return f"{self.book.numbers[n_things]} {self.noun(label, n_things, colour, counts=True)}"

    def counted_things(self, n_things: int, colour: str = "") -> str:
        """See `Grammar.counted_things`."""
        words = (self.book.numbers[n_things], colour, "thing" if n_things == 1 else "things")
        return " ".join(word for word in words if word)

    def agree(self, adjective: str, label: str, n_things: int) -> str:  # noqa: ARG002
        """English adjectives stay as they are."""
        return adjective

    def agree_both(self, adjective: str, label: str, other: str) -> str:  # noqa: ARG002
        """English adjectives stay as they are."""
        return adjective

    def colour_forms(self, colour: str, label: str = "") -> dict[str, str]:  # noqa: ARG002
        """See `Grammar.colour_forms`."""
        return {"color": self.book.words[colour]}

    def stranger_forms(self, word: str) -> dict[str, str]:
        """See `Grammar.stranger_forms`."""
        return {
            "one": word,
            "a": indefinite(word),
            "many": (many := regular_plural(word)),
            "how_many": f"how many {many}",
        }

    def colours(self, label: str, colours: Sequence[str], n_things: int) -> str:  # noqa: ARG002
        """See `Grammar.colours`."""
        return self.join(["naturally colored" if colour == NATURAL else colour for colour in colours])

    def sizes(self, label: str, sizes: Sequence[str], n_things: int) -> str:  # noqa: ARG002
        """See `Grammar.sizes`."""
        return self.join(sizes)

    def join(self, parts: Sequence[str]) -> str:
        """See `Grammar.join`."""
        *first, last = parts
        return f"{', '.join(first)} and {last}" if first else last

    def finish(self, text: str) -> str:
        """Nothing is to be done."""
        return text

    def gerund(self, sound: str) -> str:
        """See `Grammar.gerund`."""
        return sound

    def _plural(self, label: str) -> str:
        return self.vocabulary.by_label[label].plural_en or regular_plural(label)
