"""Reading aloud begins, ends, is hushed, and says why where it fails; Qt's mock engine says nothing, in real time."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from bubo_desktop.capture.speaking import Limits, Speaker
from bubo_desktop.client import Child
from bubo_desktop.paths import program_command

WAIT_MS = 60_000  # far beyond what any of it takes
MOCK = (*program_command(), "--speaker", "mock")
LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen. " * 3
# Processes of our own making: one that never says a word, and one that never ends a sentence.
MUTE = (sys.executable, "-c", "import time; time.sleep(600)")
ENDLESS = (sys.executable, "-uc", """print('{"type":"Speaking","id":1}'); import time; time.sleep(600)""")


class Diary:
    """What a speaker told, in order."""

    def __init__(self, speaker: Speaker) -> None:
        self.entries: list[str] = []
        speaker.started.connect(lambda: self.entries.append("started"))
        speaker.finished.connect(lambda: self.entries.append("finished"))
        speaker.failed.connect(lambda error: self.entries.append(str(error)))


@pytest.fixture
def speaker_of(qtbot) -> Iterator[Callable[..., Speaker]]:
    """Makes a speaker with a process of that command; none of them runs after the test."""
    speakers: list[Speaker] = []

    def make(command: tuple[str, ...] = MOCK, **limits: float) -> Speaker:
        speakers.append(Speaker(command, Limits(**limits)))
        return speakers[-1]

    yield make
    for speaker in speakers:
        speaker.close()
        qtbot.waitUntil(lambda speaker=speaker: not pids(speaker), timeout=WAIT_MS)


def pids(speaker: Speaker) -> list[int]:
    """Numbers of the processes that it has."""
    return [child.pid for child in speaker.findChildren(Child)]


def begin(qtbot, speaker: Speaker, text: str = LONG) -> None:
    """Returns when the first word is being said."""
    with qtbot.waitSignal(speaker.started, timeout=WAIT_MS):
        speaker.say(text, "en")


def test_a_text_is_read_to_its_end(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    diary = Diary(speaker)
    assert not pids(speaker)  # before the first word there is no process
    with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
        speaker.say("# A walk\n\nThe **dog** barks. It runs.", "en")
        assert speaker.is_reading
    assert diary.entries == ["started", "finished"]
    assert not speaker.is_reading


def test_nothing_to_say_is_said_at_once(speaker_of) -> None:
    speaker = speaker_of()
    diary = Diary(speaker)
    speaker.say("***\n\n…", "en")
    assert diary.entries == ["finished"]
    assert not pids(speaker)


def test_it_is_hushed(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    begin(qtbot, speaker)
    pid = pids(speaker)
    with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
        speaker.hush()
    begin(qtbot, speaker)
    assert pids(speaker) == pid  # nobody had to be killed for it


def test_a_process_that_hangs_is_hushed_in_time(speaker_of, qtbot) -> None:
    speaker = speaker_of(hush_s=0.2)

    def hush_s() -> float:
        begin(qtbot, speaker)
        [pid] = pids(speaker)
        os.kill(pid, signal.SIGSTOP)
        began_s = time.monotonic()
        with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
            speaker.hush()
        took_s = time.monotonic() - began_s
        qtbot.waitUntil(lambda: pid not in pids(speaker), timeout=WAIT_MS)
        return took_s

    assert any(hush_s() < 0.3 for _ in range(3))  # more than one attempt, for a busy machine


def test_hush_before_the_first_word(speaker_of, qtbot) -> None:
    speaker = speaker_of(MUTE, hush_s=0.2)
    diary = Diary(speaker)
    speaker.say(LONG, "en")
    with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
        speaker.hush()
    assert diary.entries == ["finished"]


def test_a_new_text_takes_the_place_of_the_old_one(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    diary = Diary(speaker)
    begin(qtbot, speaker)
    speaker.say(LONG, "en")
    speaker.say("Short.", "en")
    qtbot.waitUntil(lambda: len(diary.entries) == 4, timeout=WAIT_MS)
    assert diary.entries == ["started", "finished", "started", "finished"]


def test_who_hears_of_the_end_may_begin_anew(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    diary = Diary(speaker)
    begin(qtbot, speaker)
    speaker.finished.connect(lambda: diary.entries.count("finished") == 1 and speaker.say("Third.", "en"))
    speaker.say("Second, whose turn never comes.", "en")
    qtbot.waitUntil(lambda: len(diary.entries) == 4, timeout=WAIT_MS)
    assert diary.entries == ["started", "finished", "started", "finished"]


def test_the_process_ends_after_a_silence_and_comes_back(speaker_of, qtbot) -> None:
    speaker = speaker_of(rest_s=0.05)
    for _ in range(2):
        with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
            speaker.say("Word.", "en")
        qtbot.waitUntil(lambda: not pids(speaker), timeout=WAIT_MS)


def test_a_process_that_dies_is_told_of_and_replaced(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    diary = Diary(speaker)
    begin(qtbot, speaker)
    with qtbot.waitSignal(speaker.failed, timeout=WAIT_MS):
        os.kill(pids(speaker)[0], signal.SIGSEGV)
    assert diary.entries[1].startswith("The speech output crashed (SIGSEGV). Try again")
    begin(qtbot, speaker)


@pytest.mark.parametrize(
    ("command", "limits", "sentence"),
    [
        (MUTE, {"start_s": 0.1}, "The speech service does not answer."),
        (
            ENDLESS,
            {"sentence_s": 0.1, "character_s": 0.0},
            "The speech service fell silent in the midst of a sentence.",
        ),
        (("/nonexistent",), {}, "The speech output could not be started."),
        ((*MOCK[:-1], "nonexistent"), {}, "This system has no speech service that can be used."),
    ],
)
def test_what_fails_is_said_once(speaker_of, qtbot, command, limits, sentence: str) -> None:
    speaker = speaker_of(command, **limits)
    diary = Diary(speaker)
    speaker.say("One. Two.", "en")
    qtbot.waitUntil(lambda: not speaker.is_reading and not pids(speaker), timeout=WAIT_MS)
    [told] = [entry for entry in diary.entries if entry != "started"]
    assert told.startswith(sentence)
    assert len(told) > len(sentence) + 10  # and what to do


def test_a_language_without_a_voice_is_named(speaker_of, qtbot) -> None:
    speaker = speaker_of()
    with qtbot.waitSignal(speaker.failed, timeout=WAIT_MS) as told:
        speaker.say("犬がいます。", "ja")
    assert told.args[0].message == "There is no voice for Japanese."
    begin(qtbot, speaker)
