"""Plurals of English and Spanish nouns, also of several words, and the forms of English verbs that name a sound.

They are generated, not guessed back from the answer: a stemmer takes the Spanish `pero` (but) for a `pera` (pear).
"""

from __future__ import annotations

import re

_SAME = frozenset("sheep fish deer aircraft spacecraft corn bread fire glasses scissors trousers pants shorts".split())
_IRREGULAR = {
    "mouse": ("mice",), "goose": ("geese",), "foot": ("feet",), "tooth": ("teeth",), "child": ("children",),
    "person": ("people", "persons"), "ox": ("oxen",), "cactus": ("cacti", "cactuses"), "fish": ("fishes",),
    "octopus": ("octopuses", "octopi"), "bus": ("buses", "busses"), "corn": ("corns",), "bread": ("breads",),
    "fire": ("fires",), "dwarf": ("dwarves", "dwarfs"), "scarf": ("scarves", "scarfs"), "quiz": ("quizzes",),
}  # fmt: skip
_ENGLISH_RULES = (  # the first that fits
    (re.compile(r"(wol|lea|kni|shel|loa|cal|hal|thie|wi|li|el|hoo|shea)fe?$"), (r"\1ves",)),
    (re.compile(r"(?<!hu)(?<!ger)(?<!ro)(?<!sha)(?<!cai)(?<!talis)man$"), ("men",)),
    (re.compile(r"(s|x|z|ch|sh)$"), (r"\1es",)),
    (re.compile(r"([^aeiou])y$"), (r"\1ies",)),
    (re.compile(r"o$"), ("os", "oes")),
    (re.compile(r"$"), ("s",)),
)
_IRREGULAR_PASTS = {"ring": ("rang", "rung"), "sing": ("sang", "sung"), "blow": ("blew", "blown")}
_BASE_RULES = (  # of what stands before `ing`: drumming; crackling, sneezing, blaring; barking. The first that fits
    (re.compile(r"([bdgmnprt])\1$"), r"\1"),
    (re.compile(r"([bcdfgkptz]l|[^z]z|[^s]s|[vc]|^[^aeiou]*[aeiou][bdgklmnprst])$"), r"\1e"),
    (re.compile(r"$"), ""),
)
_PLAIN = str.maketrans("áéíóú", "aeiou")


def english_plurals(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every plural of a noun given as lower-case words; the one before `of`, else the last, is inflected."""
    head = words.index("of") - 1 if "of" in words[1:] else len(words) - 1
    return [(*words[:head], plural, *words[head + 1 :]) for plural in _english_plurals(words[head])]


def _english_plurals(noun: str) -> tuple[str, ...]:
    if noun in _SAME:
        return (noun, *_IRREGULAR.get(noun, ()))
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    rule, endings = next((rule, endings) for rule, endings in _ENGLISH_RULES if rule.search(noun))
    return tuple(rule.sub(ending, noun, count=1) for ending in endings)


def verb_forms(gerund: str) -> tuple[str, ...]:
    """Base and past of the verb in a gerund: `drum` and `drummed` for `drumming`; nothing for other words."""
    stem = gerund.removesuffix("ing")
    if stem == gerund or not stem:
        return ()
    rule, ending = next((rule, ending) for rule, ending in _BASE_RULES if rule.search(stem))
    base = rule.sub(ending, stem, count=1)
    return base, *_IRREGULAR_PASTS.get(base, (f"{stem}ed",))


def spanish_plurals(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The plural of a noun given as lower-case words; the noun and the adjectives after it, up to `de` or `con`."""
    head = next((index for index, word in enumerate(words) if word in ("de", "del", "con", "a")), len(words))
    return [(*map(_spanish_plural, words[:head]), *words[head:])]


def _spanish_plural(noun: str) -> str:
    if noun.endswith("z"):
        return noun[:-1] + "ces"
    if noun.endswith(("án", "én", "ín", "ón", "ún", "ás", "és", "ís", "ós", "ús")):
        return noun[:-2] + noun[-2:].translate(_PLAIN) + "es"
    if noun.endswith(("s", "x")):
        return noun
    return noun + ("s" if noun[-1] in "aeiouáéó" else "es")
