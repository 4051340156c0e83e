"""The tokenizer of both languages: a SentencePiece BPE that has each content word as one piece."""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from build.world.facts import LANGUAGES, Scene, Vocabulary
from build.world.talk.answers import speak
from build.world.talk.conversations import converse
from build.world.talk.pieces import SPACE, learn_pieces
from build.world.talk.slots import slot_words

N_PIECES = 2560
CONTROL_PIECES = ("<Vision>", "</Vision>", "<Audio>", "</Audio>", "<Human>", "<Assistant>")
_N_CONVERSATIONS = 3_000
_N_TURNS = 4
_SPECIAL = ("<unk>", "<s>", "</s>")
_N_BYTES = 256
_ENDING = "s"  # plurals with other endings are pieces of their own
_PUNCTUATION = ",.?:;!¿¡"
_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + "áéíóúüñÁÉÍÓÚÜÑ¿¡"


class Tokenizer:
    """A SentencePiece processor and the ids of its control pieces (`bos`, `eos`, `control["<Human>"]`)."""

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

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; control pieces are left out."""
        return str(self._processor.decode(list(ids)))

    def word_id(self, word: str) -> int:
        """The id of a word that is one piece. Raises `KeyError` where it is not."""
        ids = self.encode(word)
        if len(ids) != 1:
            raise KeyError(f"'{word}' is no single piece but {ids}")
        return ids[0]


def read_tokenizer(path: Path) -> Tokenizer:
    """Reads a SentencePiece `.model` file."""
    return Tokenizer(path.read_bytes())


def train_tokenizer(
    vocabulary: Vocabulary,
    draw_scene: Callable[[random.Random], Scene],
    seed: int = 0,
    n_conversations: int = _N_CONVERSATIONS,
) -> Tokenizer:
    """Learns the tokenizer from the vocabulary, and from random conversations in both languages for all other words.

    Strange words are left out of the corpus so that they fall to pieces, and regular plurals stand there as singulars,
    so that `dogs` becomes `dog` + `s` and what is learnt of one holds for the other.

    Args:
        vocabulary: all that there is a word for.
        draw_scene: draws what the conversations are about.
        seed: of the conversations.
        n_conversations: how many there are.
    """
    corpus = _count_words(vocabulary, draw_scene, random.Random(seed), n_conversations)
    characters = sorted({*_CHARACTERS, *"".join(corpus), *"".join(content_words(vocabulary)), SPACE})
    n_fixed = len(_SPECIAL) + len(CONTROL_PIECES) + _N_BYTES + len(characters)
    return Tokenizer(_serialize(characters, learn_pieces(content_words(vocabulary), corpus, N_PIECES - n_fixed)))


def _serialize(characters: Sequence[str], pieces: Sequence[str]) -> bytes:
    """A SentencePiece file: special and control pieces, bytes, joined pieces by rank, and characters, which come last.

    Source: SentencePiece, `sentencepiece_model.proto` and how its BPE trainer scores pieces: minus their rank.
    """
    proto = sentencepiece_model_pb2.ModelProto()
    kinds = proto.SentencePiece
    listed = [(piece, 0.0, kinds.CONTROL if at else kinds.UNKNOWN) for at, piece in enumerate(_SPECIAL)]
    listed += [(piece, 0.0, kinds.CONTROL) for piece in CONTROL_PIECES]
    listed += [(f"<0x{byte:02X}>", 0.0, kinds.BYTE) for byte in range(_N_BYTES)]
    listed += [(piece, -float(rank), kinds.NORMAL) for rank, piece in enumerate([*pieces, *characters])]
    for piece, score, kind in listed:
        proto.pieces.add(piece=piece, score=score, type=kind)
    spec = proto.trainer_spec
    spec.model_type, spec.vocab_size, spec.byte_fallback = spec.BPE, len(listed), True
    spec.unk_id, spec.bos_id, spec.eos_id, spec.pad_id = 0, 1, 2, -1
    proto.normalizer_spec.name = "identity"
    proto.normalizer_spec.add_dummy_prefix = True
    proto.normalizer_spec.remove_extra_whitespaces = False
    return bytes(proto.SerializeToString())


def content_words(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words an answer's truth hangs on, apart from regular plurals: what the language network must look up."""
    words = [*slot_words(vocabulary), *(word.es for word in vocabulary.objects), *(it.es for it in vocabulary.sounds)]
    for language in LANGUAGES:
        book = speak(language, vocabulary).book
        said = (*book.words.values(), *book.numbers, *book.directions.values(), *book.places.values())
        firsts = (text if isinstance(text, str) else text[0] for text in said)
        words += [word for text in firsts for word in text.split()]
    irregular = [plural for plural, singular in plurals(vocabulary).items() if not _is_regular(plural, singular)]
    return tuple(dict.fromkeys((*words, *irregular)))


def plurals(vocabulary: Vocabulary) -> dict[str, str]:
    """The singular of every noun's plural, in both languages."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        grammar = speak(language, vocabulary)
        for word in vocabulary.objects:
            found[grammar.noun(word.en, 2)] = grammar.noun(word.en, 1)
    return {plural: singular for plural, singular in found.items() if plural != singular}


def _is_regular(plural: str, singular: str) -> bool:
    return plural == singular + _ENDING


def _count_words(
    vocabulary: Vocabulary, draw_scene: Callable[[random.Random], Scene], rng: random.Random, n_conversations: int
) -> Counter[str]:
    """How often each word of random conversations occurs, regular plurals as singulars; punctuation is left out."""
    singulars = {plural: one for plural, one in plurals(vocabulary).items() if _is_regular(plural, one)}
    counts: Counter[str] = Counter()
    for number in range(n_conversations):
        language = LANGUAGES[number % len(LANGUAGES)]
        for exchange in converse(draw_scene(rng), rng, language, vocabulary, _N_TURNS):
            if exchange.kind != "unknown_word":
                words = f"{exchange.question} {exchange.answer}".split(" ")
                counts.update(bare for word in words if (bare := word.strip(_PUNCTUATION)))
    for plural, one in singulars.items():
        counts[one] += counts.pop(plural, 0)
    return counts
