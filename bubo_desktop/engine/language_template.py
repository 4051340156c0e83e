"""A GGUF's chat template as the words of a `PromptTemplate`.

The template is a program. It is never run: llama.cpp recognises the kinds it knows by their words and renders those
itself; what it renders for a conversation of marks is cut at the marks.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from itertools import takewhile

from llama_cpp import llama_cpp

from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.packs.manifest import PromptTemplate

MARKS = ("bubo1question1bubo", "bubo1answer1bubo", "bubo2question2bubo")
MAX_RENDERED_BYTES = 1 << 16
PLAIN_TEMPLATE, PLAIN_END = b"vicuna", "</s>"  # llama.cpp's name of words that most networks understand
MIN_STOP_CHARS = 3  # shorter ones, such as `Q`, may well be part of an answer
MAX_TURNS = 64  # as many as fit: a beginning that slides with each question has to be read anew


def own_template(weights: Weights) -> PromptTemplate | None:
    """The words that the network expects round a question; None where its template is missing or of no known kind."""
    template = llama_cpp.llama_model_chat_template(weights.handle, None)
    text = _render(template) if template else None
    return _worded(weights, text) if text is not None else None


def plain_template(weights: Weights) -> PromptTemplate:
    """`USER: ... ASSISTANT:`, for a network without a template that is known."""
    text = _render(PLAIN_TEMPLATE) or ""
    return _worded(weights, text.replace(PLAIN_END, _control_text(weights, llama_cpp.llama_vocab_eos)))


def _render(template: bytes) -> str | None:
    """A conversation of the three marks, up to where the next answer begins; None where the kind is unknown."""
    pairs = zip((b"user", b"assistant", b"user"), MARKS, strict=True)
    messages = (llama_cpp.llama_chat_message * 3)(*((role, mark.encode()) for role, mark in pairs))
    buffer = ctypes.create_string_buffer(MAX_RENDERED_BYTES)
    n_bytes = llama_cpp.llama_chat_apply_template(template, messages, 3, True, buffer, MAX_RENDERED_BYTES)
    text = buffer.raw[: max(n_bytes, 0)].decode("utf-8", "replace")
    return text if all(text.count(mark) == 1 for mark in MARKS) else None


def _worded(weights: Weights, text: str) -> PromptTemplate:
    """Cuts a rendered conversation, and leaves out what is set elsewhere: the start token, spaces of the tokenizer."""
    first, text = text.removeprefix(_control_text(weights, llama_cpp.llama_vocab_bos)).split(MARKS[0])
    _, text = text.split(MARKS[1])
    second, assistant = text.split(MARKS[2])
    human = _common_ending(first, second)
    system, turn_end = first.removesuffix(human), second.removesuffix(human)
    stops = dict.fromkeys((turn_end.strip(), human.strip()))
    if _sets_spaces(weights):  # before each text
        system, human, assistant, turn_end = (words.removeprefix(" ") for words in (system, human, assistant, turn_end))
        human = human.removesuffix(" ")  # the question comes next
    return PromptTemplate(
        system=system,
        human=human,
        assistant=assistant,
        turn_end=turn_end,
        image_tags=("", ""),  # projectors bring their own
        sound_tags=("", ""),
        stop=tuple(stop for stop in stops if len(stop) >= MIN_STOP_CHARS),
        control_tokens=True,
        max_turns=MAX_TURNS,
    )


def _common_ending(first: str, second: str) -> str:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(first), reversed(second), strict=False))
    return first[len(first) - sum(1 for _ in same) :]


def _control_text(weights: Weights, token_of: Callable[[int], int]) -> str:
    """How the start or the end token is written; nothing where there is none."""
    vocabulary = llama_cpp.llama_model_get_vocab(weights.handle)
    token = token_of(vocabulary)
    if token == llama_cpp.LLAMA_TOKEN_NULL:
        return ""
    return (llama_cpp.llama_vocab_get_text(vocabulary, token) or b"").decode("utf-8", "replace")


def _sets_spaces(weights: Weights) -> bool:
    """Source: llama.cpp, llama-vocab.cpp: SentencePiece's dummy prefix, unless the file says otherwise."""
    is_spm = weights.fact("tokenizer.ggml.model") == "llama"
    return is_spm and weights.fact("tokenizer.ggml.add_space_prefix") != "false"
