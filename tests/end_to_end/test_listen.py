"""The commands `listen` and `devices` as real processes, with a microphone that hears what is played to it."""

from __future__ import annotations

import json
import signal

import pytest

from bubo_desktop.sounds import Waveform, read_sound, wave_of
from tests.end_to_end.command import ROOT, WAIT_S, running, told
from tests.fakes.sound_server import SoundServer
from tests.fakes.talker import say

SAMPLES = ROOT / "models" / "nano" / "samples"


def played(server: SoundServer, wave: Waveform, *arguments: str) -> str:
    """What is printed when this is played to the program."""
    with running(server.environment, *arguments) as process:
        told(process)
        server.play(wave.samples, wave.rate_hz)
        out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (0, "")
    assert server.n_listeners() == 0
    return out


def test_a_spoken_question_is_written_down(cable):
    assert played(cable, wave_of(say("How many dogs are there?")), "listen") == "How many dogs are there?\n"


def test_a_question_is_asked_about_what_is_heard(cable):
    out = played(
        cable, read_sound(SAMPLES / "dog.wav"), "listen", "--seconds", "4", "--ask", "What do you hear?", "--json"
    )
    assert "barking" in json.loads(out)["answer"]


@pytest.mark.parametrize("length", [("--vad",), ("--seconds", "60")])
def test_ctrl_c_lets_go_of_the_microphone(cable, length):
    with running(cable.environment, "listen", *length) as process:
        told(process)
        assert cable.n_listeners() == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_S)
        assert (process.returncode, out, err) == (130, "", "Stopped.\n")
    assert cable.n_listeners() == 0


def test_without_a_microphone_a_sentence_says_so(cable):
    with running(cable.environment, "listen", "--microphone", "none") as process:
        out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, out) == (4, "")
    assert len(err.splitlines()) == 1
    assert "microphone" in err


def test_devices_are_listed(cable):
    with running(cable.environment, "devices", "--json") as process:
        listed = json.loads(process.communicate(timeout=WAIT_S)[0])
    assert [each["name"] for each in listed["devices"] if each["kind"] == "microphone"] == ["default", "pulse"]
    with running(cable.environment, "devices") as process:
        out = process.communicate(timeout=WAIT_S)[0]
    assert next(line.split()[0] for line in out.splitlines() if not line.startswith(" ")) == "microphone"
    assert "camera" in out
