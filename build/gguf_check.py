"""Whether a GGUF says what the network it was made of says: tokens, logits and choices.

`python -m build.gguf_check out/nano/language FILE.gguf ...` prints one line per file.
"""

from __future__ import annotations

import argparse
import ctypes
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import llama_cpp
import numpy as np
import sentencepiece
import torch
from numpy.typing import NDArray
from transformers import LlamaForCausalLM

from build.nano import phrases
from build.nano.dialogues import ask_about
from build.nano.language import IGNORED, Row, embed_packed, load_language, pack_rows
from build.nano.scenes import random_scene
from build.nano.slots import embed_slots
from build.nano.tokenizer import Tokenizer

_FOREIGN_TEXTS = (
    "¿Dónde está el perro?", "Où est le château ?", "Größe: 5 µm", "你好，狗在哪里？", "日本語", "🐶 dog",
    "<Human> a</s>", "tab\tx", "  two  ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """How a GGUF's logits differ from the network's on the same prompts."""

    n_positions: int
    argmax_agreement: float
    mean_abs: float
    max_abs: float


class LlamaFile:
    """A GGUF opened by llama.cpp on one CPU thread, for comparing; a context manager."""

    def __init__(self, path: Path, n_ctx: int = 512) -> None:
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self._network = llama_cpp.llama_model_load_from_file(bytes(path), parameters)
        if not self._network:
            raise ValueError(f"llama.cpp cannot read {path}")
        context = llama_cpp.llama_context_default_params()
        context.n_ctx = context.n_batch = context.n_ubatch = n_ctx
        context.n_threads = context.n_threads_batch = 1
        self._context = llama_cpp.llama_init_from_model(self._network, context)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._network)
        self.n_pieces: int = llama_cpp.llama_vocab_n_tokens(self._vocabulary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._network)

    def tokenize(self, text: str) -> list[int]:
        """The pieces of a user's text: control pieces are not recognised in it."""
        raw = text.encode()
        room = len(raw) + 8
        ids = (llama_cpp.llama_token * room)()
        n_ids = llama_cpp.llama_tokenize(self._vocabulary, raw, len(raw), ids, room, False, False)
        return list(ids[:n_ids])

    def predict(self, context_rows: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float32]:
        """Logits (len(ids), pieces) after each of `ids`, which follow `context_rows` (n, width) of embeddings."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)
        n_context, width = context_rows.shape
        batch = llama_cpp.llama_batch_init(n_context, width, 1)
        rows = np.ascontiguousarray(context_rows, dtype=np.float32)
        ctypes.memmove(batch.embd, rows.ctypes.data, rows.nbytes)
        self._decode(batch, n_context, first_position=0)
        batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
        for at, piece in enumerate(ids):
            batch.token[at] = piece
        self._decode(batch, len(ids), first_position=n_context)
        logits = llama_cpp.llama_get_logits(self._context)
        return np.ctypeslib.as_array(logits, (len(ids), self.n_pieces)).copy()

    def _decode(self, batch: llama_cpp.llama_batch, n_positions: int, first_position: int) -> None:
        batch.n_tokens = n_positions
        for at in range(n_positions):
            batch.pos[at], batch.n_seq_id[at], batch.seq_id[at][0], batch.logits[at] = first_position + at, 1, 0, True
        status = llama_cpp.llama_decode(self._context, batch)
        llama_cpp.llama_batch_free(batch)
        if status:
            raise RuntimeError(f"llama.cpp could not decode (status {status})")


def compare_tokens(serialized_tokenizer: bytes, opened: LlamaFile, texts: Iterable[str]) -> list[str]:
    """The texts that SentencePiece and llama.cpp cut differently."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=serialized_tokenizer)
    return [text for text in texts if processor.encode(text) != opened.tokenize(text)]


@torch.no_grad()
def compare_logits(
    network: LlamaForCausalLM, tokenizer: Tokenizer, opened: LlamaFile, n_prompts: int = 40
) -> Difference:
    """Compares logits where random answers are predicted, behind contexts of embeddings."""
    rng = random.Random(7)
    theirs, ours = [], []
    for _ in range(n_prompts):
        scene = random_scene(rng)
        row = Row(scene.objects is not None, scene.sounds is not None, (ask_about(scene, rng),))
        packed = pack_rows(tokenizer, [row])
        images, sounds = embed_slots(network.get_input_embeddings().weight, tokenizer, [scene], rng)
        embedded = embed_packed(network, packed, images, sounds)
        mask = packed.mask().float()
        hidden = network.model(inputs_embeds=embedded, attention_mask=mask, position_ids=packed.positions)
        context, exchange = packed.exchange[0] == 0, packed.exchange[0] == 1
        is_answer = (packed.labels[0, exchange] != IGNORED).numpy()
        ours.append(network.lm_head(hidden.last_hidden_state[0, exchange]).numpy()[is_answer])
        theirs.append(opened.predict(embedded[0, context].numpy(), packed.ids[0, exchange].tolist())[is_answer])
    reference, other = np.concatenate(ours), np.concatenate(theirs)
    gap = np.abs(reference - other)
    agreement = float((reference.argmax(-1) == other.argmax(-1)).mean())
    return Difference(len(gap), agreement, float(gap.mean()), float(gap.max()))


def sample_texts(n_texts: int) -> list[str]:
    """Questions, answers, foreign words and foreign scripts."""
    rng = random.Random(11)
    dialogues = [ask_about(random_scene(rng), rng) for _ in range(n_texts // 2)]
    texts = [text for dialogue in dialogues for text in (dialogue.question, dialogue.answer)]
    return [*texts, *phrases.FOREIGN_WORDS, *_FOREIGN_TEXTS]


def main() -> None:
    """Compares GGUF files with the network in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    network, tokenizer = load_language(arguments.folder)
    texts = sample_texts(600)
    for path in arguments.files:
        with LlamaFile(path) as opened:
            wrong = compare_tokens(tokenizer.serialized, opened, texts)
            difference = compare_logits(network, tokenizer, opened)
        sys.stdout.write(f"{path.name}: {len(wrong)} of {len(texts)} texts cut differently {wrong[:3]}; {difference}\n")


if __name__ == "__main__":
    main()
