"""A text as the numbers that a network knows its pieces by: the only importer of tokenizers."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from bubo_desktop.errors import PackError


class WordPieces:
    """A pack's `tokenizer.json`, in Hugging Face's form.

    Raises:
        PackError: the file is missing or is no such tokenizer.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():  # opening a FIFO would wait for ever
            raise PackError(f"{path} cannot be read.", "Install the pack again.")
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing more special
            raise PackError(f"{path} is not a usable tokenizer.", "Install the pack again.") from error
        self._tokenizer.no_padding()

    def encode(self, text: str, max_tokens: int) -> list[int]:
        """The pieces of a text with the marks the network wants round them, cut so that there are at most `max_tokens`
        in all.
        """
        self._tokenizer.enable_truncation(max_tokens)
        return self._tokenizer.encode(text).ids

    def encode_bare(self, text: str) -> list[int]:
        """The pieces of a text alone, however many."""
        self._tokenizer.no_truncation()
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def number_of(self, piece: str) -> int:
        """The number of a piece such as `[CLS]`. Raises `PackError` where the tokenizer does not know it."""
        number = self._tokenizer.token_to_id(piece)
        if number is None:
            raise PackError(f"The pack's tokenizer does not know {piece}.", "Install the pack again.")
        return number
