"""The recogniser that comes with the program: PocketSphinx, which carries a model of American English.

It listens twice: for any English words, and for the questions that people ask of pictures and sounds. Where the sounds
fit such a question about as well, that is what was said. How well that works: `python -m tests.bench.dictation`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from bubo_desktop.errors import DeviceError
from bubo_desktop.transcriber.questions import list_questions

FRAME_SAMPLES = 160
FULL_SCALE = 32_767
# Of full scale, to which the loudest sample is brought: the model expects what is neither faint nor clipped.
LEVEL = 0.8
# How much less likely the sounds of a question may be than those of other words, in natural logarithms a frame of
# 10 ms, and how similar its letters have to be to theirs. Chosen on what `dictation` says.
MOST_UNLIKELY, LEAST_SIMILAR = 0.45, 0.5
QUESTIONS, ANYTHING = "questions", "_default"
_LEAST = 1e-300
_ASKING = frozenset(
    "what where which who whom whose when why how is are am was were do does did can could will would".split()
)


class _Heard(NamedTuple):
    """Words, and the mean log-likelihood of a frame given their sounds."""

    words: str
    likelihood: float


class Embedded:
    """Listens with PocketSphinx.

    Args:
        things: English nouns that may stand in questions.
    """

    def __init__(self, things: Sequence[str] = ()) -> None:
        self._decoder = Decoder(samprate=16_000, loglevel="FATAL")
        self._decoder.add_jsgf_string(QUESTIONS, list_questions(things, self._knows))

    def recognise(self, speech: NDArray[np.float32], language: str) -> str:
        """What is said in `speech`, float32 (n,) at 16 kHz; see `Recogniser`."""
        if language != "en":
            hint = "Fetch one that knows it: the README says how. Or ask in English, or type."
            raise DeviceError("The speech recogniser that comes with the program knows only English.", hint)
        raw = (speech * (LEVEL * FULL_SCALE / max(float(np.abs(speech).max()), 1e-3))).clip(-FULL_SCALE, FULL_SCALE)
        pcm = raw.astype("<i2").tobytes()
        words = self._choose(self._listen(pcm, ANYTHING), self._listen(pcm, QUESTIONS))
        if not words:
            raise DeviceError("No words were understood.", "Say it again, a little slower.")
        return as_written(words)

    def _knows(self, words: str) -> bool:
        return all(self._decoder.lookup_word(word) for word in words.split())

    def _choose(self, anything: _Heard, question: _Heard) -> str:
        is_likely = anything.likelihood - question.likelihood < MOST_UNLIKELY
        is_similar = SequenceMatcher(None, anything.words, question.words).ratio() >= LEAST_SIMILAR
        return question.words if question.words and is_likely and is_similar else anything.words

    def _listen(self, pcm: bytes, search: str) -> _Heard:
        self._decoder.activate_search(search)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        if not found:
            return _Heard("", -math.inf)
        total = sum(math.log(max(part.ascore, _LEAST)) for part in self._decoder.seg())
        return _Heard(found.hypstr, total / (len(pcm) / 2 / FRAME_SAMPLES))


def as_written(words: str) -> str:
    """A sentence of words in small letters, with a capital and a full stop or question mark."""
    words = " ".join("I" if word == "i" else word for word in words.split())
    return f"{words[:1].upper()}{words[1:]}{'?' if words.partition(' ')[0] in _ASKING else '.'}"
