"""Reading aloud through the real speech service, heard at the loudspeaker of a real sound server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bubo_desktop.capture.speaking import Speaker
from bubo_desktop.client import Child
from tests.fakes.sound_server import SoundServer
from tests.fakes.speech_service import Ear, SpeechService, speech_service, why_impossible

ROOT = Path(__file__).parents[2]
WAIT_MS = 60_000  # far beyond what any of it takes
HUSH_S = 0.3
COUNT = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen."

CHOOSER = """
from PySide6.QtCore import QCoreApplication
from bubo_desktop.speaker.voice import Voice

app = QCoreApplication([])
voice = Voice()
for language in ("en", "es"):
    voice.say("Word.", language)
    print(voice._speech.engine(), voice._speech.locale().name(), voice._speech.voice().name())
"""


@pytest.fixture
def service(cable: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SpeechService]:
    """The service to which this test's programs are led; it has yet to be started."""
    problem = why_impossible()
    if problem:
        pytest.skip(f"nothing can be said aloud: {problem}")
    with speech_service(cable) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
def ear(cable: SoundServer) -> Iterator[Ear]:
    ear = Ear(cable)
    yield ear
    ear.close()


@pytest.fixture
def speaker(qtbot) -> Iterator[Speaker]:
    speaker = Speaker()
    yield speaker
    speaker.close()
    qtbot.waitUntil(lambda: not speaker.findChildren(Child), timeout=WAIT_MS)


def is_heard(qtbot, speaker: Speaker, ear: Ear, text: str, language: str) -> bool:
    """Reads a text to its end; whether something was heard of it."""
    troubles: list[str] = []
    speaker.failed.connect(lambda error: troubles.append(str(error)))
    asked_s = time.monotonic()
    speaker.say(text, language)
    qtbot.waitUntil(lambda: not speaker.is_reading, timeout=WAIT_MS)
    assert not troubles
    return ear.last_loud_s > asked_s


def test_both_languages_are_heard_and_hushed_in_time(service, ear, speaker, qtbot) -> None:
    service.start()
    assert is_heard(qtbot, speaker, ear, "The dog barks. It runs.", "en")
    assert is_heard(qtbot, speaker, ear, "El perro ladra. Corre.", "es")

    def hush_s() -> float:
        """From the order to the last sound."""
        with qtbot.waitSignal(speaker.started, timeout=WAIT_MS):
            speaker.say(COUNT, "en")
        qtbot.waitUntil(lambda: ear.last_loud_s > time.monotonic() - 0.1, timeout=WAIT_MS)
        ordered_s = time.monotonic()
        with qtbot.waitSignal(speaker.finished, timeout=WAIT_MS):
            speaker.hush()
        qtbot.wait(500)
        return ear.last_loud_s - ordered_s

    assert any(hush_s() < HUSH_S for _ in range(8))  # on a busy machine, every other attempt takes longer


def test_the_voice_is_one_of_the_language(service) -> None:
    service.start()
    command = [sys.executable, "-c", CHOOSER]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert told.stdout.splitlines() == ["speechd en_US English (America)", "speechd es_ES Spanish (Spain)"], told.stderr


def test_a_service_that_dies_is_told_of_and_used_again_when_it_is_back(service, ear, speaker, qtbot) -> None:
    with qtbot.waitSignal(speaker.failed, timeout=WAIT_MS) as told:
        speaker.say(COUNT, "en")
    assert told.args[0].message.startswith("The speech service cannot be used")
    assert "apt install speech-dispatcher" in told.args[0].hint
    service.start()
    with qtbot.waitSignal(speaker.started, timeout=WAIT_MS):
        speaker.say(COUNT, "en")
    with qtbot.waitSignal(speaker.failed, timeout=WAIT_MS) as told:
        service.kill()
    assert told.args[0].message == "The speech service ended while it spoke."
    service.start()
    assert is_heard(qtbot, speaker, ear, "It is back.", "en")
