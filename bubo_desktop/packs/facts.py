"""What a language file and its projector say of themselves, as a process of their own reads it."""

from __future__ import annotations

from msgspec import Struct

from bubo_desktop.packs.manifest import PromptTemplate


class Facts(Struct, frozen=True, kw_only=True, tag=True):
    """Of two GGUF files that belong together.

    Attributes:
        name: what its makers call it; may be empty, as may be `licence`.
        quantization: how most of the weights are stored.
        width: of an input embedding.
        n_ctx: positions it was trained for.
        sees, hears: what the projector can do.
        prompt: the words around a question.
        knows_template: whether they are those of the file's chat template, and not just words that often do.
    """

    name: str
    licence: str
    quantization: str
    width: int
    n_ctx: int
    sees: bool
    hears: bool
    prompt: PromptTemplate
    knows_template: bool


class Refusal(Struct, frozen=True, tag=True):
    """Why two files cannot be used, and what to do, in a sentence each."""

    message: str
    hint: str


Told = Facts | Refusal
