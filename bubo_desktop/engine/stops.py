"""From the bytes of tokens to text: whole characters only, and never a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextStream:
    """Turns one answer's tokens into text that can be shown at once.

    A token may end inside a character and a stop string may span tokens, so both are held back until they are
    whole or cannot become so. The spaces that a tokenizer puts before the first word are left out.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._beginnings = frozenset(stop[:n] for stop in self._stops for n in range(1, len(stop)))
        self._longest_beginning = max(map(len, self._beginnings), default=0)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._begun = False
        self.stopped = False

    def push(self, piece: bytes) -> str:
        """Takes a token's bytes and returns the text that is now certain. Sets `stopped` after a stop string."""
        return self._advance(self._decoder.decode(piece))

    def finish(self) -> str:
        """Returns what is still held, once no more tokens come; an unfinished character becomes U+FFFD."""
        text = self._advance(self._decoder.decode(b"", final=True)) + self._held
        self._held = ""
        return text

    def _advance(self, text: str) -> str:
        self._held += text
        if not self._begun:
            self._held = self._held.lstrip(" ")
            self._begun = bool(self._held)
        found = [at for at in map(self._held.find, self._stops) if at >= 0]
        self.stopped = bool(found)
        n_certain = min(found) if found else len(self._held) - self._n_doubtful()
        certain, self._held = self._held[:n_certain], "" if found else self._held[n_certain:]
        return certain

    def _n_doubtful(self) -> int:
        """The length of the longest end of the held text with which a stop string begins."""
        longest = min(self._longest_beginning, len(self._held))
        return next((n for n in range(longest, 0, -1) if self._held[-n:] in self._beginnings), 0)
