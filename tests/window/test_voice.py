"""Microphone and voice in the real window, with a real sound server: recorded by clicks, heard, and asked by voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bubo_desktop.sounds import read_sound, wave_of
from tests.fakes.sound_server import SoundServer
from tests.fakes.talker import say
from tests.window.desktop import Desktop
from tests.window.program import Program, Told, running
from tests.window.together import RECORD, SAMPLES, wait_for_recorded


@pytest.fixture
def bubo(desktop: Desktop, cable: SoundServer, tmp_path: Path) -> Iterator[Program]:
    heard = Desktop(desktop.size_px, {**desktop.environment, "PULSE_SERVER": cable.environment["PULSE_SERVER"]})
    with running(heard, tmp_path) as bubo:
        yield bubo


def answer_with(bubo: Program, words: str) -> list[Told]:
    return bubo.wait_for(
        lambda: [one for one in bubo.told() if one.name == "Answer" and words in one.text], f"an answer with {words}"
    )


def test_what_is_played_is_recorded_by_clicks_and_heard(bubo: Program, cable: SoundServer) -> None:
    bubo.find("Question", "editable")
    assert cable.n_listeners() == 0
    bubo.click_on(RECORD)
    bubo.find("Stop")
    dog = read_sound(SAMPLES / "dog.wav")
    cable.play(dog.samples, dog.rate_hz)
    wait_for_recorded(bubo, 4.0)
    bubo.click_on("Stop")
    bubo.click_on("Attach as a sound")
    bubo.wait_for(lambda: [one for one in bubo.told() if one.name.startswith("Sound Recording")], "the sound")
    assert cable.n_listeners() == 0
    bubo.ask("What do you hear?")
    answer_with(bubo, "barking")


def test_a_question_is_asked_by_holding_a_key(bubo: Program, cable: SoundServer) -> None:
    bubo.focus()
    question = wave_of(say("Where is the dog?"))
    bubo.hold("ctrl", "space")
    bubo.find("Stop")
    cable.play(question.samples, question.rate_hz)
    wait_for_recorded(bubo, 3.0)
    bubo.release("space", "ctrl")
    bubo.wait_for(
        lambda: [one for one in bubo.told() if one.text == "Where is the dog?" and "editable" in one.states], "words"
    )
    assert cable.n_listeners() == 0
    assert not [one for one in bubo.told() if one.name == "Answer"]  # it is never sent by itself
