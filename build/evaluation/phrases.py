"""Whether two short phrases speak of the same thing, without a language network to ask.

They do where they share a word that is no article, number or preposition, in any of its forms.
"""

from __future__ import annotations

from nltk.stem import PorterStemmer

from bubo_desktop.engine import grammar
from build.evaluation.captions import split_caption

_SMALL_WORDS = grammar.DETERMINERS | grammar.ENGLISH | {"from", "by", "for", "as", "or", "its", "other"}


def list_stems(phrase: str) -> frozenset[str]:
    """The stems of a phrase's words that say something."""
    stemmer = PorterStemmer()
    return frozenset(stemmer.stem(word) for word in split_caption(phrase) if word not in _SMALL_WORDS)


def mean_the_same(first: str, second: str) -> bool:
    """Whether two phrases share a word."""
    return bool(list_stems(first) & list_stems(second))
