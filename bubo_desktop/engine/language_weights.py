"""A GGUF file in memory: its weights and its tokenizer, through llama.cpp."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from llama_cpp import llama_cpp

from bubo_desktop.engine.language_log import library_log
from bubo_desktop.errors import PackError

MAX_PIECE_BYTES = 1024
MAX_FACT_BYTES = 1024


class Weights:
    """A loaded GGUF. `close` frees it, after every context made from it.

    Args:
        path: the file.
        repack: whether llama.cpp rearranges the weights for this CPU while loading: slower to load, more memory,
            and faster or slower to run, depending on the machine.
        gpu_layers: layers to put on the GPU, -1 for all.

    Raises:
        PackError: the file is missing, is no regular file, or llama.cpp refuses it.
    """

    def __init__(self, path: Path, *, repack: bool, gpu_layers: int = 0) -> None:
        if not path.is_file():  # opening a FIFO would wait for ever
            raise PackError(f"The pack's language file {path.name} is missing.", "Install the pack again.")
        library_log().clear()
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.use_extra_bufts = repack
        params.n_gpu_layers = gpu_layers
        self.handle = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
        if not self.handle:
            message = f"The pack's language file {path.name} cannot be used: {library_log().reason()}."
            raise PackError(message, "Install the pack again.")
        self._vocabulary = llama_cpp.llama_model_get_vocab(self.handle)
        self._pieces: dict[int, bytes | None] = {}
        self._piece_buffer = ctypes.create_string_buffer(MAX_PIECE_BYTES)

    @property
    def width(self) -> int:
        """Width of an input embedding."""
        return int(llama_cpp.llama_model_n_embd_inp(self.handle))

    @property
    def n_tokens(self) -> int:
        """Size of the vocabulary."""
        return int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))

    @property
    def n_ctx(self) -> int:
        """Positions it was trained for."""
        return int(llama_cpp.llama_model_n_ctx_train(self.handle))

    @property
    def quantization(self) -> str:
        """How most of its weights are stored, in llama.cpp's words, such as `Q4_K - Medium`."""
        name = llama_cpp.llama_ftype_name(llama_cpp.llama_model_ftype(self.handle))
        return name.decode().removeprefix("(guessed) ") if name else "unknown"

    def fact(self, key: str) -> str:
        """What the file says under a key such as `general.architecture`, as text; empty where it says nothing."""
        buffer = ctypes.create_string_buffer(MAX_FACT_BYTES)
        llama_cpp.llama_model_meta_val_str(self.handle, key.encode(), buffer, MAX_FACT_BYTES)
        return buffer.value.decode("utf-8", "replace")

    @property
    def start(self) -> list[int]:
        """The token that stands once at the start of every prompt; none where the vocabulary wants none."""
        token = llama_cpp.llama_vocab_bos(self._vocabulary)
        is_wanted = llama_cpp.llama_vocab_get_add_bos(self._vocabulary) and token != llama_cpp.LLAMA_TOKEN_NULL
        return [token] if is_wanted else []

    def tokens(self, text: str, *, control: bool) -> list[int]:
        """Returns the token ids of `text`, which begins with the tokenizer's own dummy prefix, if it has one.

        Args:
            text: any text.
            control: whether control tokens written in it are recognised. If not, none comes out: llama.cpp may still
                arrive at one by merging pairs of letters (as `</` and `s>`), and such a token is left out.
        """
        encoded = text.encode("utf-8", "replace")
        ids = (llama_cpp.llama_token * (len(encoded) + 2))()  # a token is at least a byte; and the dummy prefix
        n = llama_cpp.llama_tokenize(self._vocabulary, encoded, len(encoded), ids, len(ids), False, control)
        return [token for token in ids[:n] if control or not self._is_control(token)]

    def piece(self, token: int) -> bytes | None:
        """The UTF-8 bytes `token` adds to a text; None for a control token, with which an answer ends."""
        if token not in self._pieces:
            self._pieces[token] = self._read_piece(token)
        return self._pieces[token]

    def close(self) -> None:
        """Frees the memory."""
        llama_cpp.llama_model_free(self.handle)

    def _read_piece(self, token: int) -> bytes | None:
        if self._is_control(token) or llama_cpp.llama_vocab_is_eog(self._vocabulary, token):
            return None
        buffer = self._piece_buffer
        n = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, MAX_PIECE_BYTES, 0, False)
        return buffer.raw[: max(n, 0)]

    def _is_control(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_control(self._vocabulary, token))


def gpu_attempts(asked: int) -> tuple[int, ...]:
    """The numbers of layers to try on the GPU, in order, until one fits; -1 stands for all, 0 for the CPU alone."""
    if asked == 0 or not llama_cpp.llama_supports_gpu_offload():
        return (0,)
    fewer = tuple(n for n in (32, 24, 16, 8) if asked < 0 or n < asked)
    return (asked, *fewer, 0)
