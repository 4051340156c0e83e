"""How people type: without capitals, now and then without accents and question marks, and with words round it."""

from __future__ import annotations

import random
import unicodedata

from build.world.facts import Language
from build.world.talk.phrasebook import Phrasebook

_COURTEOUS_SHARE = 0.1  # with words before, and as many with words behind
_PLAIN_SHARE = 0.2  # of Spanish questions without any accent
_WITHOUT_TILDE_SHARE = 0.3  # of those, without the one on n too
_APOSTROPHE_SHARE = 0.2  # of English questions that leave it out
_TILDE = "\u0303"
_QUESTION_MARKS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (("", "?"), ("", "?"), ("", "?"), ("", ""), ("", " ?")),
    "es": (("¿", "?"), ("¿", "?"), ("", "?"), ("", "?"), ("", "")),
}
_STOPS = (("", "."), ("", ""), ("", ""), ("", "!"))


def type_question(wording: str, language: Language, rng: random.Random, opening: str = "", ending: str = "") -> str:
    """A wording as somebody types it, between words of courtesy; one that ends in a full stop is no question."""
    marks = _STOPS if wording.endswith(".") else _QUESTION_MARKS[language]
    begin, end = rng.choice(marks)
    typed = f"{opening}{begin}{wording.removesuffix('.')}{ending}{end}"
    if language == "en" and rng.random() < _APOSTROPHE_SHARE:
        typed = typed.replace("'", "")
    return strip_accents(typed, rng) if language == "es" and rng.random() < _PLAIN_SHARE else typed


def draw_courtesy(book: Phrasebook, rng: random.Random) -> tuple[str, str]:
    """What somebody puts before and behind a question; mostly nothing."""
    kind = rng.choices(("", "before", "behind"), (1 - 2 * _COURTEOUS_SHARE, _COURTEOUS_SHARE, _COURTEOUS_SHARE))[0]
    opening = rng.choice(book.openings) if kind == "before" else ""
    return opening, rng.choice(book.endings) if kind == "behind" else ""


def strip_accents(text: str, rng: random.Random) -> str:
    """`donde esta el pajaro`; the tilde of `araña` is left out less often."""
    kept = "" if rng.random() < _WITHOUT_TILDE_SHARE else _TILDE
    marks = [mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark) or mark == kept]
    return unicodedata.normalize("NFC", "".join(marks))
