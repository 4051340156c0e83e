"""Learns the pieces of a byte-pair encoding in which plurals fall into their singular and an ending.

An ordinary one joins `e` and `s` early, because `estrella` and `tres` need it, and then reads `bees` as `be` + `es`.
Here nothing is joined to an `s` behind it before all other joins of the words are made; what is left of each word is
joined last.

Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016), section 3.2, for the
joining of the most frequent pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

SPACE = "\u2581"  # what SentencePiece writes for a space
_ENDING = "s"

_Units = tuple[str, ...]


def learn_pieces(words: Sequence[str], corpus: Mapping[str, int], n_pieces: int) -> list[str]:
    """The pieces of more than one character, the first to be joined first.

    Args:
        words: each becomes one piece.
        corpus: how often other words occur; they fall into few pieces as long as there is room.
        n_pieces: how many to learn, those of `words` included.

    Raises:
        ValueError: `n_pieces` are too few for `words`.
    """
    pieces: dict[str, None] = {}
    split = {word: tuple(SPACE + word) for word in dict.fromkeys(words)}
    split = _join_most_frequent(split, Counter(split.keys()), pieces, n_pieces, spares_endings=True)
    for units in split.values():
        for last in range(2, len(units) + 1):
            pieces["".join(units[:last])] = None
    if len(pieces) > n_pieces:
        raise ValueError(f"{n_pieces} pieces are too few: the words need {len(pieces)}.")
    ranks = {piece: rank for rank, piece in enumerate(pieces)}
    others = {word: encode(word, ranks) for word in corpus}
    _join_most_frequent(others, corpus, pieces, n_pieces, spares_endings=False)
    return list(pieces)


def encode(word: str, ranks: Mapping[str, int]) -> _Units:
    """The pieces of a word: of all neighbours that make a piece, those of the lowest rank are joined first."""
    units = list(SPACE + word)
    while True:
        joins = [(ranks[a + b], at) for at, (a, b) in enumerate(pairwise(units)) if a + b in ranks]
        if not joins:
            return tuple(units)
        at = min(joins)[1]
        units[at : at + 2] = ["".join(units[at : at + 2])]


def _join_most_frequent(
    split: dict[str, _Units], counts: Mapping[str, int], pieces: dict[str, None], n_pieces: int, *, spares_endings: bool
) -> dict[str, _Units]:
    """Joins pairs, the most frequent one first, and notes what they make, until no pair or no room is left."""
    while len(pieces) < n_pieces:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, units in split.items():
            for pair in pairwise(units):
                pairs[pair] += counts[word]
        allowed = [pair for pair in pairs if not (spares_endings and pair[1].startswith(_ENDING))]
        if not allowed:
            return split
        best = max(allowed, key=lambda pair: (pairs[pair], pair))
        pieces["".join(best)] = None
        split = {word: _join(units, *best) for word, units in split.items()}
    return split


def _join(units: _Units, first: str, second: str) -> _Units:
    joined: list[str] = []
    for unit in units:
        if unit == second and joined and joined[-1] == first:
            joined[-1] = first + second
        else:
            joined.append(unit)
    return tuple(joined)
