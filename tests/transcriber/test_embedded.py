"""The embedded recogniser: what it understands, and what it makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import Waveform, wave_of
from bubo_desktop.transcriber.embedded import Embedded, as_written
from bubo_desktop.transcriber.questions import list_questions
from bubo_desktop.transcriber.speech import find_speech
from bubo_desktop.voice_activity import RATE_HZ
from tests.fakes.talker import OTHERS, QUESTIONS, THINGS, say, words_of


@pytest.fixture(scope="module")
def recogniser() -> Embedded:
    return Embedded(THINGS)


def exact(recogniser: Embedded, sentences: tuple[str, ...]) -> list[str]:
    """Those that are understood to the last word."""
    heard = {sentence: recogniser.recognise(find_speech(wave_of(say(sentence))), "en") for sentence in sentences}
    return [sentence for sentence, text in heard.items() if words_of(sentence) == words_of(text)]


def test_questions_and_other_sentences_are_understood(recogniser):
    """Eleven of twelve each were measured with this voice; one of either may change with the library."""
    assert len(exact(recogniser, QUESTIONS)) >= 10
    assert len(exact(recogniser, OTHERS)) >= 10


def test_things_that_are_said_to_be_there_are_understood_better():
    sentence = "Is the owl next to the rocket?"
    speech = find_speech(wave_of(say(sentence)))
    assert Embedded(["owl", "rocket"]).recognise(speech, "en") == sentence
    assert Embedded().recognise(speech, "en") != sentence


def test_noise_is_no_word():
    rng = np.random.default_rng(0)
    noise = Waveform(rng.normal(0, 0.05, 3 * RATE_HZ).astype(np.float32), RATE_HZ)
    with pytest.raises(DeviceError, match="No words were heard"):
        find_speech(noise)


def test_speech_is_cut_out_of_its_silence_at_any_rate():
    said = wave_of(say("What do you see?"))
    padding = np.zeros(2 * said.rate_hz, np.float32)
    duration_s = len(find_speech(Waveform(np.concatenate([padding, said.samples, padding]), said.rate_hz))) / RATE_HZ
    assert duration_s < said.duration_s + 1


def test_another_language_is_declined_in_a_sentence(recogniser):
    with pytest.raises(DeviceError, match="knows only English"):
        recogniser.recognise(np.zeros(RATE_HZ, np.float32), "es")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("what do i see", "What do I see?"), ("describe the picture", "Describe the picture."), ("is it", "Is it?")],
)
def test_words_become_a_sentence(words, sentence):
    assert as_written(words) == sentence


def test_things_that_it_cannot_say_are_left_out_of_the_grammar():
    grammar = list_questions(["Dog", "qwertz", "teddy bear"], lambda words: "qwertz" not in words)
    assert " dog " in grammar
    assert " dogs " in grammar
    assert "teddy bears" in grammar
    assert "qwertz" not in grammar
