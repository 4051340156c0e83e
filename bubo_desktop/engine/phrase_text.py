"""Phrases as one text for Grounding DINO: `[CLS] a dog . cat . [SEP]`, in which no phrase looks at another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.wordpieces import WordPieces

_ENDS = re.compile(r"[.?]")  # what ends a phrase, and must not stand in one


@dataclass(frozen=True, eq=False)
class PhraseText:
    """Some phrases as tokens.

    Attributes:
        phrases: as they were asked for.
        spans: of each phrase its first token and one past its last, the full stop left out.
        input_ids: int64 (n,).
    """

    phrases: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    input_ids: NDArray[np.int64]

    def attention_mask(self) -> NDArray[np.int64]:
        """int64 (n, n): a phrase's tokens and its full stop attend to one another, the marks round the text to
        themselves.

        Source: transformers, `generate_masks_with_special_tokens_and_transfer_map`.
        """
        mask = np.eye(len(self.input_ids), dtype=np.int64)
        for first, last in self.spans:
            mask[first : last + 1, first : last + 1] = 1
        return mask

    def position_ids(self) -> NDArray[np.int64]:
        """int64 (n,): each phrase is counted from 0. Source: as of `attention_mask`."""
        positions = np.zeros(len(self.input_ids), np.int64)
        for first, last in self.spans:
            positions[first : last + 1] = np.arange(last + 1 - first)
        return positions


def write_phrases(phrases: Iterable[str], pieces: WordPieces, max_tokens: int) -> Iterator[PhraseText]:
    """Yields texts of at most `max_tokens` that hold all phrases in order, but for those without a letter.

    A phrase that is too long for a text of its own is cut.
    """
    room = max_tokens - 2  # the marks
    taken: list[str] = []
    tokens: list[list[int]] = []
    for phrase in phrases:
        ids = pieces.encode_bare(_ENDS.sub(" ", phrase))[: room - 1]
        if not ids:
            continue
        if sum(map(len, tokens)) + len(tokens) + len(ids) + 1 > room:
            yield _join(taken, tokens, pieces)
            taken, tokens = [], []
        taken.append(phrase)
        tokens.append(ids)
    if taken:
        yield _join(taken, tokens, pieces)


def _join(phrases: list[str], tokens: list[list[int]], pieces: WordPieces) -> PhraseText:
    begin, end, stop = (pieces.number_of(mark) for mark in ("[CLS]", "[SEP]", "."))
    ids, spans = [begin], []
    for piece_ids in tokens:
        spans.append((len(ids), len(ids) + len(piece_ids)))
        ids += [*piece_ids, stop]
    return PhraseText(tuple(phrases), tuple(spans), np.array([*ids, end], np.int64))
