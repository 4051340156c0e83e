"""Spoken questions become words, through the real process; whatever that does, a sentence says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bubo_desktop.capture.speech import Limits, Speech
from bubo_desktop.client import Child
from bubo_desktop.data import Clip
from tests.fakes.talker import say

WAIT_MS = 60_000  # far beyond what any of it takes
PYTHON = (sys.executable, "-uc")
DIES = (*PYTHON, "input()")
GONE = ("/no/such/program",)
HANGS = (*PYTHON, "import time; time.sleep(600)")
GARBAGE = (*PYTHON, "input(); print('what?'); import time; time.sleep(600)")
FLOOD = (
    *PYTHON,
    """import sys; sys.stdin.readline()
while True: sys.stdout.write('x' * 65536)""",
)
LATE = (
    *PYTHON,
    """input(); print('{"type":"Transcribed","id":7,"text":"Old."}')
print('{"type":"Transcribed","id":1,"text":"New."}'); input()""",
)
ONCE = (
    *PYTHON,
    """import re
while True: print('{"type":"Transcribed","id":%s,"text":"Yes."}' % re.search(r'"id":(\\d+)', input())[1])""",
)
SILENCE = Clip(rate_hz=16_000, samples=np.zeros(16_000, "<f4").tobytes())


@pytest.fixture
def speech_of(qtbot) -> Iterator[Callable[..., Speech]]:
    """Makes one with a process of that command; none of them runs after the test."""
    made: list[Speech] = []

    def make(*command: str, **limits: float) -> Speech:
        made.append(Speech(command, Limits(**limits)))
        return made[-1]

    yield make
    for speech in made:
        speech.close()
        qtbot.waitUntil(lambda speech=speech: not speech.findChildren(Child), timeout=WAIT_MS)


def heard(qtbot, speech: Speech, clip: Clip = SILENCE, language: str = "en") -> str:
    """What it says of a recording, right or wrong."""
    said: list[str] = []
    take = lambda words: said.append(str(words))  # noqa: E731 - to be disconnected
    speech.recognised.connect(take)
    speech.failed.connect(take)
    speech.hear(clip, language)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    speech.recognised.disconnect(take)
    speech.failed.disconnect(take)
    assert not speech.is_listening
    return said[0]


def test_a_question_becomes_its_words(qtbot, speech_of):
    speech = speech_of()
    speech.prepare(["dog", "cat"])
    assert heard(qtbot, speech, say("How many dogs are there?")) == "How many dogs are there?"
    assert heard(qtbot, speech, say("Where is the cat?")) == "Where is the cat?"
    assert heard(qtbot, speech).startswith("No words were heard.")
    assert heard(qtbot, speech, say("Where is the cat?"), "es").startswith("The speech recogniser that comes with")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [(DIES, "The transcriber"), (GONE, "The transcriber"), (GARBAGE, "The transcriber"), (FLOOD, "The transcriber"),
     (HANGS, "The speech recogniser does not answer.")],
    ids=["dies", "not there", "garbage", "flood", "hangs"],
)  # fmt: skip
def test_whatever_its_process_does_is_a_sentence_and_the_next_attempt_is_a_new_one(qtbot, speech_of, command, sentence):
    patience_s = 0.1 if command is HANGS else WAIT_MS / 1000
    speech = speech_of(*command, start_s=patience_s, per_second=0.0)
    for _ in range(20):
        assert heard(qtbot, speech).startswith(sentence)


def test_words_of_another_recording_do_not_count(qtbot, speech_of):
    assert heard(qtbot, speech_of(*LATE)) == "New."


def test_what_is_given_up_tells_nothing_and_leaves_no_process(qtbot, speech_of):
    speech = speech_of(*HANGS)
    told: list[object] = []
    speech.recognised.connect(told.append)
    speech.failed.connect(told.append)
    speech.hear(SILENCE, "en")
    speech.cancel()
    qtbot.waitUntil(lambda: not speech.findChildren(Child), timeout=WAIT_MS)
    assert told == []


def test_its_process_is_ended_after_a_silence(qtbot, speech_of):
    speech = speech_of(*ONCE, rest_s=0.2)
    assert heard(qtbot, speech) == "Yes."
    qtbot.waitUntil(lambda: not speech.findChildren(Child), timeout=WAIT_MS)
    assert heard(qtbot, speech) == "Yes."
