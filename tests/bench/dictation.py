"""How well the embedded recogniser understands: `python -m tests.bench.dictation`.

Twelve questions and twelve other sentences, each said by four voices of the synthesiser flite, which are the only
voices here: people's will do better or worse. A word is wrong where it has to be replaced, left out or put in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nltk import edit_distance

from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import wave_of
from bubo_desktop.transcriber.embedded import Embedded
from bubo_desktop.transcriber.speech import find_speech
from tests.fakes.talker import OTHERS, QUESTIONS, THINGS, VOICES, say, words_of


def main() -> None:
    is_verbose = "--verbose" in sys.argv[1:]
    recogniser = Embedded(THINGS)
    print("sentences  voice  exact      words wrong")
    for name, sentences in (("questions", QUESTIONS), ("others", OTHERS)):
        for voice in VOICES:
            heard = [recognise(recogniser, sentence, voice) for sentence in sentences]
            _tell(name, voice, sentences, heard)
            if is_verbose:
                wrong = zip(sentences, heard, strict=True)
                print(
                    *(f"    {said}  ->  {text}" for said, text in wrong if words_of(said) != words_of(text)), sep="\n"
                )


def recognise(recogniser: Embedded, sentence: str, voice: str) -> str:
    """What is understood; nothing where no word is."""
    try:
        return recogniser.recognise(find_speech(wave_of(say(sentence, voice))), "en")
    except DeviceError:
        return ""


def _tell(name: str, voice: str, said: Sequence[str], heard: Sequence[str]) -> None:
    pairs = [(words_of(sentence), words_of(text)) for sentence, text in zip(said, heard, strict=True)]
    n_exact = sum(sentence == text for sentence, text in pairs)
    n_wrong = sum(edit_distance(sentence, text) for sentence, text in pairs)
    n_words = sum(len(sentence) for sentence, _ in pairs)
    print(f"{name:9}  {voice:5}  {n_exact:2} of {len(said)}  {n_wrong:3} of {n_words} ({n_wrong / n_words:.0%})")


if __name__ == "__main__":
    main()
