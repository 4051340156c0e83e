"""Spanish: gender, plurals, articles, and what words do to their neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from bubo_desktop.inflection import spanish_plurals
from build.world.facts import NATURAL
from build.world.talk.grammar import Grammar

_CONTRACTED = re.compile(r"\b(a|de) el\b")
_I_SOUND = re.compile(r"h?[ií](?![aeoáéó])", re.IGNORECASE)  # `agujas e hilos`, but `agua y hielo`
_O_SOUND = re.compile(r"h?[oó]", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouáéíóúü]+")


def join(parts: Sequence[str], conjunction: str = "y") -> str:
    """`un perro, un gato y una campana`; `y` is `e` before the sound of i, `o` is `u` before that of o."""
    *first, last = parts
    if conjunction == "y" and _I_SOUND.match(last):
        conjunction = "e"
    if conjunction == "o" and _O_SOUND.match(last):
        conjunction = "u"
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def inflect_adjective(adjective: str, gender: str, *, is_plural: bool) -> str:
    """`rojo` as rojo, roja, rojos or rojas; `azul` as azul or azules."""
    if gender == "f" and adjective.endswith("o"):
        adjective = adjective[:-1] + "a"
    if not is_plural:
        return adjective
    return adjective + ("s" if adjective[-1] in "aeo" else "es")


def begins_with_stressed_a(noun: str) -> bool:
    """True of `águila`, `ancla`, `hacha`, not of `abeja`: in the singular these feminine nouns take `el` and `un`."""
    if noun.startswith(("á", "há")):
        return True
    bears_no_accent = not re.search("[áéíóú]", noun)
    two_syllables = len(_VOWELS.findall(noun)) == 2
    return noun.startswith(("a", "ha")) and bears_no_accent and two_syllables and noun[-1] in "aeons"


class Spanish(Grammar):
    """Spanish. Nouns that are plural in both languages, like `tijeras`, have no singular."""

    language = "es"

    def forms(self, label: str, n_things: int = 1, colour: str = "") -> dict[str, str]:
        """See `Grammar.forms`; `some` is algún perro, `how_many` cuántos perros, `the_many` los perros,
        `them_all` ellos, `that` el (rojo), and the verbs of `se ve`, `se oye`, `se encuentra`.
        """
        is_plural = self._is_plural(label, n_things)
        one, many = self.noun(label, 1, colour), self.noun(label, 2, colour)
        named = many if is_plural else one
        only_plural = self._is_plural(label, 1)
        masculine = self._sounds_masculine(label)
        return {
            "one": one, "a": self.counted(label, 1, colour), "many": many,
            "the": f"{self._article(label, is_plural=is_plural)} {named}",
            "none": one if only_plural else f"{'ningún' if masculine else 'ninguna'} {one}",
            "some": one if only_plural else f"{'algún' if masculine else 'alguna'} {one}",
            "how_many": f"{'cuántas' if self._gender(label) == 'f' else 'cuántos'} {many}",
            "is": "son" if is_plural else "es", "is_at": "están" if is_plural else "está",
            "has": "tienen" if is_plural else "tiene", "its": "sus", "it": self._pronoun(label, is_plural=is_plural),
            "the_many": f"{self._article(label, is_plural=True)} {many}",
            "them_all": "ellas" if self._gender(label) == "f" else "ellos",
            "that": self._article(label, is_plural=is_plural) if self._gender(label) == "m" else "la" + "s" * is_plural,
            "finds": "encuentran" if is_plural else "encuentra",
            "big": self.agree("grande", label, n_things), "small": self.agree("pequeño", label, n_things),
            "see": "ven" if is_plural else "ve", "hear": "oyen" if is_plural else "oye",
        }  # fmt: skip

    def noun(self, label: str, n_things: int, colour: str = "", size: str = "") -> str:
        """See `Grammar.noun`."""
        adjectives = [self.book.words[word] for word in (colour, size) if word]
        agreeing = [self.agree(adjective, label, n_things) for adjective in adjectives]
        return " ".join([self.plural(label) if n_things > 1 else self._name(label), *agreeing])

    def counted(self, label: str, n_things: int, colour: str = "", size: str = "") -> str:
        """See `Grammar.counted`."""
        noun = self.noun(label, n_things, colour, size)
        if n_things > 1:
            return f"{self.book.numbers[n_things]} {noun}"
        if self._is_plural(label, 1):
            return f"{'unas' if self._gender(label) == 'f' else 'unos'} {noun}"
        return f"{'un' if self._sounds_masculine(label) else 'una'} {noun}"

    def numbered(self, label: str, n_things: int, colour: str = "") -> str:
        """See `Grammar.numbered`; the Spanish article is the number."""
        return self.counted(label, n_things, colour)

    def counted_things(self, n_things: int, colour: str = "") -> str:
        """See `Grammar.counted_things`."""
        adjective = [inflect_adjective(self.book.words[colour], "f", is_plural=n_things > 1)] if colour else []
        number = "una" if n_things == 1 else self.book.numbers[n_things]
        return " ".join([number, "cosa" if n_things == 1 else "cosas", *adjective])

    def agree(self, adjective: str, label: str, n_things: int) -> str:
        """See `Grammar.agree`."""
        return inflect_adjective(adjective, self._gender(label), is_plural=self._is_plural(label, n_things))

    def agree_both(self, adjective: str, label: str, other: str) -> str:
        """Feminine where both are."""
        genders = {self._gender(label), self._gender(other)}
        return inflect_adjective(adjective, "f" if genders == {"f"} else "m", is_plural=False)

    def colour_forms(self, colour: str, label: str = "") -> dict[str, str]:
        """See `Grammar.colour_forms`; `color_thing` is said of `cosa`, `color_objects` of `objetos`."""
        bare = self.book.words[colour]
        return {
            "color": self.agree(bare, label, 1) if label else bare, "color_bare": bare,
            "color_thing": inflect_adjective(bare, "f", is_plural=False),
            "color_things": inflect_adjective(bare, "f", is_plural=True),
            "color_objects": inflect_adjective(bare, "m", is_plural=True),
        }  # fmt: skip

    def stranger_forms(self, word: str) -> dict[str, str]:
        """See `Grammar.stranger_forms`."""
        article, noun = word.split(" ")
        many = spanish_plurals((noun,))[0][0]
        is_feminine = article == "la"
        return {
            "one": noun, "a": f"{'una' if is_feminine else 'un'} {noun}", "the": word, "many": many,
            "how_many": f"{'cuántas' if is_feminine else 'cuántos'} {many}",
        }  # fmt: skip

    def colours(self, label: str, colours: Sequence[str], n_things: int) -> str:
        """See `Grammar.colours`; those of objects that differ are named without agreement: `de color rojo y azul`."""
        return self._qualities("de color", label, colours, n_things)

    def sizes(self, label: str, sizes: Sequence[str], n_things: int) -> str:
        """See `Grammar.sizes`; as with colours."""
        return self._qualities("de tamaño", label, sizes, n_things)

    def _qualities(self, what: str, label: str, qualities: Sequence[str], n_things: int) -> str:
        words = [self.book.words[quality] for quality in qualities]
        if len(words) == 1 and NATURAL not in qualities:
            return self.agree(words[0], label, n_things)
        return f"{what} {join(words)}"

    def join(self, parts: Sequence[str]) -> str:
        """See `Grammar.join`."""
        return join(parts)

    def finish(self, text: str) -> str:
        """`de el` is `del`, `a el` is `al`."""
        return _CONTRACTED.sub(lambda found: {"a": "al", "de": "del"}[found[1]], text)

    def gerund(self, sound: str) -> str:
        """See `Grammar.gerund`."""
        return self._gerunds[sound]

    def plural(self, label: str) -> str:
        """The plural of a label's noun."""
        return self.vocabulary.by_label[label].plural_es or " ".join(spanish_plurals((self._name(label),))[0])

    @cached_property
    def _gerunds(self) -> dict[str, str]:
        return {sound.en: sound.es for sound in self.vocabulary.sounds}

    def _name(self, label: str) -> str:
        return self.vocabulary.by_label[label].es

    def _gender(self, label: str) -> str:
        return self.vocabulary.by_label[label].gender

    def _is_plural(self, label: str, n_things: int) -> bool:
        word = self.vocabulary.by_label[label]
        return n_things > 1 or (word.en == word.plural_en and word.es == word.plural_es)

    def _sounds_masculine(self, label: str) -> bool:
        return self._gender(label) == "m" or begins_with_stressed_a(self._name(label))

    def _article(self, label: str, *, is_plural: bool) -> str:
        if is_plural:
            return "las" if self._gender(label) == "f" else "los"
        return "el" if self._sounds_masculine(label) else "la"

    def _pronoun(self, label: str, *, is_plural: bool) -> str:
        """The object's pronoun: `lo oyes`."""
        return ("la" if self._gender(label) == "f" else "lo") + "s" * is_plural
