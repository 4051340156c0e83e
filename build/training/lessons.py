"""From samples to tensors: prompts laid out as the engine lays them out, with the tokens that are to be learnt.

Source of prompt and targets: `mm_gpt4.py` of github.com/magic-research/bubogpt: each text is tokenised on its own,
an answer with its end symbol too, cut to a number of tokens, and only its tokens count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from bubo_desktop.data import Turn
from bubo_desktop.engine.prompt import Embeddings, Text, build_prompt
from bubo_desktop.packs.manifest import PromptTemplate
from build.training.samples import Exchange, Kind

IGNORED = -100  # torch's cross-entropy leaves such labels out
NO_ROW = -1
_SOUND, _IMAGE = "sound", "image"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A share of a batch as BuboGPT takes it, right-padded.

    Attributes:
        kinds: of each sample.
        ids: int64 (n, length), token ids; anything where an embedding stands.
        labels: int64 (n, length), the token itself where it is one of the answer's, IGNORED elsewhere.
        rows: int64 (n, length), the number of the embedding that stands here, NO_ROW elsewhere. Embeddings count
            through all sounds of the share, then through all pictures.
        mel: float32 (n_sounds, clips, 1, bins, frames).
        pixel_values: float32 (n_images, 3, h, w).
    """

    kinds: tuple[Kind, ...]
    ids: Tensor
    labels: Tensor
    rows: Tensor
    mel: Tensor
    pixel_values: Tensor

    def to(self, device: torch.device) -> Self:
        """The same with its tensors on a device."""
        tensors = (self.ids, self.labels, self.rows, self.mel, self.pixel_values)
        return type(self)(self.kinds, *(tensor.to(device) for tensor in tensors))


@dataclass(frozen=True, slots=True)
class Studied:
    """A sample with its media read, and the turns up to the one that is learnt.

    Attributes:
        kind: of the sample.
        exchanges: the last one's answer is learnt.
        mel: float32 (clips, 1, bins, frames); None without a sound.
        pixel_values: float32 (3, h, w); None without a picture.
    """

    kind: Kind
    exchanges: Sequence[Exchange]
    mel: NDArray[np.float32] | None
    pixel_values: NDArray[np.float32] | None


class Layout:
    """Lays samples out.

    Args:
        prompt: the words around them, of which the first stop string ends an answer.
        tokenizer: the language network's.
        n_rows: embeddings of a picture or sound.
        n_answer_tokens: the most there are of an answer with its end symbol.
    """

    def __init__(
        self, prompt: PromptTemplate, tokenizer: SentencePieceProcessor, n_rows: int, n_answer_tokens: int
    ) -> None:
        self._prompt, self._tokenizer = prompt, tokenizer
        self._n_rows, self._n_answer_tokens = n_rows, n_answer_tokens

    def lay_out(self, studied: Sequence[Studied]) -> Lesson:
        """One lesson of samples, each a sequence of its own."""
        mels = [sample.mel for sample in studied if sample.mel is not None]
        pictures = [sample.pixel_values for sample in studied if sample.pixel_values is not None]
        sequences, n_heard, n_seen = [], 0, len(mels)
        for sample in studied:
            numbers = {_SOUND: n_heard} if sample.mel is not None else {}
            numbers |= {_IMAGE: n_seen} if sample.pixel_values is not None else {}
            sequences.append(self._sequence(sample.exchanges, numbers))
            n_heard, n_seen = n_heard + (_SOUND in numbers), n_seen + (_IMAGE in numbers)
        ids, labels, rows = (
            pad_sequence([torch.tensor(column) for column in columns], batch_first=True, padding_value=padding)
            for columns, padding in zip(zip(*sequences, strict=True), (0, IGNORED, NO_ROW), strict=True)
        )
        kinds = tuple(sample.kind for sample in studied)
        return Lesson(kinds, ids, labels, rows, _stack(mels), _stack(pictures))

    def _sequence(
        self, exchanges: Sequence[Exchange], numbers: dict[str, int]
    ) -> tuple[list[int], list[int], list[int]]:
        """Ids, labels and rows; `numbers` says which medium of the lesson is the sample's."""
        ids, rows = [self._tokenizer.bos_id()], [NO_ROW]
        for segment in self._segments(exchanges, numbers):
            if isinstance(segment, Text):
                pieces = self._tokenizer.encode(segment.text)
                ids, rows = ids + pieces, rows + [NO_ROW] * len(pieces)
            elif isinstance(segment, Embeddings):
                ids, rows = ids + [0] * len(segment.rows), rows + segment.rows[:, 0].astype(int).tolist()
        answer = self._tokenizer.encode(exchanges[-1].answer + self._prompt.stop[0])[: self._n_answer_tokens]
        labels = [IGNORED] * len(ids) + answer
        return ids + answer, labels, rows + [NO_ROW] * len(answer)

    def _segments(self, exchanges: Sequence[Exchange], numbers: dict[str, int]) -> Sequence[object]:
        """The engine's own prompt, in which each embedding is a row of one: its number."""
        media = {name: self._numbered(number) for name, number in numbers.items()}
        files = {"sounds": (_SOUND,) if _SOUND in media else (), "images": (_IMAGE,) if _IMAGE in media else ()}
        turns = [Turn(exchange.question, exchange.answer, **files) for exchange in exchanges]
        return build_prompt(self._prompt, turns[-1], turns[:-1], media)

    def _numbered(self, number: int) -> NDArray[np.float32]:
        return np.arange(number * self._n_rows, (number + 1) * self._n_rows, dtype=np.float32)[:, None]


def _stack(arrays: Sequence[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays)) if arrays else torch.empty(0)
