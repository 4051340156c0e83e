"""An answer as words with their offsets, clauses and sentences."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bubo_desktop.engine import grammar

_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['’](?!s\b)[^\W_]+)*")  # `dog's` is `dog` and `s`, `isn't` is one
_CLAUSE_END = re.compile(r"[,;:.!?()\n—–]")
_SENTENCE_END = re.compile(r"[;.!?\n]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its normal form, its offsets in the text, and the numbers of its clause and sentence."""

    word: str
    start: int
    end: int
    clause: int
    sentence: int


def normal(word: str) -> str:
    """The word as it is compared: composed accents, plain apostrophe, no case."""
    return unicodedata.normalize("NFC", word).replace("’", "'").casefold()


def tokenise(text: str) -> list[Token]:
    """Splits a text into words; punctuation ends clauses and sentences, and a conjunction begins a new clause."""
    tokens: list[Token] = []
    clause, sentence, end = 0, 0, 0
    for found in _WORD.finditer(text):
        gap, word = text[end : found.start()], normal(found.group())
        sentence += bool(_SENTENCE_END.search(gap))
        clause += bool(_CLAUSE_END.search(gap)) or word in grammar.CONJUNCTIONS
        end = found.end()
        tokens.append(Token(word, found.start(), end, clause, sentence))
    return tokens


def language_of(tokens: list[Token]) -> str | None:
    """`en` or `es`, whichever has more of its small words; None where neither has."""
    english = sum(token.word in grammar.ENGLISH for token in tokens)
    spanish = sum(token.word in grammar.SPANISH for token in tokens)
    if english == spanish:
        return None
    return "en" if english > spanish else "es"
