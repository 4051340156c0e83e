"""The words by which an answer can name what a pack finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bubo_desktop.engine.tokens import normal
from bubo_desktop.inflection import english_plurals, spanish_plurals
from bubo_desktop.packs.manifest import Word

Words = tuple[str, ...]
_AS_LABEL, _AS_TRANSLATION, _AS_SYNONYM = 1.0, 0.95, 0.9
# Nouns that end in a label and are something else; they name nothing, unless they are labels themselves.
_OTHER_THINGS = (
    "hot dog", "prairie dog", "teddy bear", "sea lion", "guinea pig", "sea star", "sea horse", "rocking horse",
    "lady bird", "dragon fly", "bean bag", "cable car", "key board", "note book", "fire fly", "jelly fish", "star fish",
)  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a form of a noun says: which label, how surely (0..1), how many (None: the form does not tell)."""

    label: str
    certainty: float
    is_plural: bool | None
    language: Literal["en", "es", "any"]


def split(phrase: str) -> Words:
    """The normal words of a phrase, at spaces and hyphens."""
    return tuple(normal(phrase).replace("-", " ").split())


def _plurals(words: Words) -> list[Words]:
    return english_plurals(words) + spanish_plurals(words)


class Lexicon:
    """All forms of all names: singular and plural, English and Spanish, and the pack's synonyms.

    Where two nouns share a form, labels go before translations, those before synonyms, and the noun that is so
    called (`glasses`) before the one of which it is the plural (`glass`).

    Args:
        labels: what can be found, in English.
        synonyms: other words, in any language, and the label each stands for; those of other labels are left out.
        vocabulary: Spanish names of labels, likewise, and irregular plurals.
    """

    def __init__(self, labels: Iterable[str], synonyms: Mapping[str, str], vocabulary: Sequence[Word] = ()) -> None:
        self._forms: dict[Words, list[Meaning]] = {}
        labels = tuple(labels)
        irregular = {word.label_en: word.plural_en for word in vocabulary}
        for label in labels:
            self._add(label, label, _AS_LABEL, "en", english_plurals, irregular.get(label, ""))
        for noun, label in synonyms.items():
            if label in labels:
                self._add(noun, label, _AS_SYNONYM, "any", _plurals)
        for word in vocabulary:
            if word.label_en in labels:
                self._add(word.label_es, word.label_en, _AS_TRANSLATION, "es", spanish_plurals, word.plural_es)
        for noun in _OTHER_THINGS:
            self._add(noun, "", 0.0, "en", english_plurals)
        for meanings in self._forms.values():
            meanings.sort(key=lambda meaning: (-meaning.certainty, meaning.is_plural is True))
        self.longest = max(map(len, self._forms))

    def _add(
        self,
        noun: str,
        label: str,
        certainty: float,
        language: Literal["en", "es", "any"],
        pluralise: Callable[[Words], list[Words]],
        irregular: str = "",
    ) -> None:
        singular = split(noun)
        plurals = pluralise(singular) + ([split(irregular)] if irregular else [])
        for form in {singular, *plurals}:
            is_plural = None if form == singular and form in plurals else form != singular
            self._forms.setdefault(form, []).append(Meaning(label, certainty, is_plural, language))

    def look_up(self, words: Words, language: str | None) -> Meaning | None:
        """What normal words mean, in an answer whose language is `en`, `es` or not known."""
        for meaning in self._forms.get(words, ()):
            if language is None or meaning.language in (language, "any"):
                return meaning
        return None
