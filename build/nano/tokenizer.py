"""Nano's tokenizer: a SentencePiece BPE whose every content word is one piece, and the prompt made of its pieces."""

from __future__ import annotations

import io
import random
import string
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import sentencepiece

from build.nano.dialogues import ask_about, content_words, plural
from build.nano.facts import OBJECTS
from build.nano.scenes import random_scene

N_PIECES = 1280
CONTROL_PIECES = ("<Vision>", "</Vision>", "<Audio>", "</Audio>", "<Human>", "<Assistant>")
_N_DIALOGUES = 5_000
_WORD_REPEATS = 6_000  # the merges of content words come first: each ends as one piece, its plural as piece + "s"
_REGULAR_PLURALS = ("s", "es")


class Tokenizer:
    """A SentencePiece model and the ids of its control pieces (`bos`, `eos`, `control["<Human>"]`)."""

    def __init__(self, serialized: bytes) -> None:
        self.serialized = serialized
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=serialized)
        self.n_pieces: int = self._processor.get_piece_size()
        self.bos: int = self._processor.bos_id()
        self.eos: int = self._processor.eos_id()
        self.control = {piece: self._processor.piece_to_id(piece) for piece in CONTROL_PIECES}
        self.encode = lru_cache(100_000)(self._encode)

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._processor.encode(text))

    def decode(self, ids: list[int]) -> str:
        """The text of `ids`; control pieces are left out."""
        return str(self._processor.decode(ids))

    def word_id(self, word: str) -> int:
        """The id of a word that is one piece. Raises `KeyError` where it is not."""
        ids = self.encode(word)
        if len(ids) != 1:
            raise KeyError(f"'{word}' is no single piece but {ids}")
        return ids[0]


def read_tokenizer(path: Path) -> Tokenizer:
    """Reads a SentencePiece `.model` file."""
    return Tokenizer(path.read_bytes())


def train_tokenizer(seed: int = 0, n_dialogues: int = _N_DIALOGUES) -> Tokenizer:
    """Trains the tokenizer on random dialogues.

    Foreign words are left out of the corpus so that they fall to pieces, and regular plurals stand there as singulars,
    so that `dogs` becomes `dog` + `s` and what is learnt of one holds for the other.
    """
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_read_corpus(random.Random(seed), n_dialogues),
        model_writer=trained,
        model_type="bpe",
        vocab_size=N_PIECES,
        byte_fallback=True,
        add_dummy_prefix=True,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        character_coverage=1.0,
        split_by_whitespace=True,
        required_chars=string.ascii_letters + string.digits + string.punctuation,
        control_symbols=list(CONTROL_PIECES),
        pad_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return Tokenizer(trained.getvalue())


def _read_corpus(rng: random.Random, n_dialogues: int) -> Iterator[str]:
    singulars = {plural(word): word for word in OBJECTS if plural(word) in {word + end for end in _REGULAR_PLURALS}}
    for word in content_words():
        yield from [word] * (_WORD_REPEATS if word.islower() else 1)  # "Yes" would bring "es" forward
    while n_dialogues:
        dialogue = ask_about(random_scene(rng), rng)
        if dialogue.kind == "unknown_word":
            continue
        n_dialogues -= 1
        for text in (dialogue.question, dialogue.answer):
            yield " ".join(_singularise(word, singulars) for word in text.split(" "))


def _singularise(word: str, singulars: dict[str, str]) -> str:
    bare = word.rstrip(",.?:")
    return singulars.get(bare, bare) + word[len(bare) :]
