"""A real sound library, a real sound server, and a microphone that hears what is played to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from bubo_desktop.capture import microphone as microphone_module
from bubo_desktop.capture import tape
from bubo_desktop.capture.microphone import Microphone, Waits
from bubo_desktop.capture.microphone_list import MicrophoneList
from bubo_desktop.data import Clip
from tests.capture.listener import WAIT_MS, Listener
from tests.fakes import recorder_process
from tests.fakes.sound_server import RATE_HZ, SoundServer

ROOT = Path(__file__).parents[2]
Listen = Callable[..., Listener]


@pytest.fixture
def listen(qtbot, monkeypatch) -> Iterator[Listen]:
    """Makes microphones that are closed after the test."""
    listeners: list[Listener] = []

    def make(server: SoundServer | None = None, **options) -> Listener:
        for name, value in (server.environment if server else {}).items():
            monkeypatch.setenv(name, value)
        listeners.append(Listener(Microphone(**options), qtbot.waitUntil))
        return listeners[-1]

    yield make
    for listener in listeners:
        listener.close()


@pytest.fixture
def fake(listen: Listen, tmp_path: Path, monkeypatch) -> Callable[..., Listener]:
    """Makes microphones of a sound library that does as it is told."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def make(waits: Waits | None = None, **wishes: int) -> Listener:
        file = tmp_path / "wishes"
        file.write_text("".join(f"{word} {number}\n" for word, number in wishes.items()))
        return listen(waits=waits, command=[sys.executable, recorder_process.__file__, str(file)])

    return make


def samples_of(clip: Clip) -> NDArray[np.float32]:
    return np.frombuffer(clip.samples, "<f4")


def chirp(duration_s: float) -> NDArray[np.float32]:
    times_s = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    return (0.5 * np.sin(2 * np.pi * (200 + 400 * times_s) * times_s)).astype(np.float32)


def likeness(heard: NDArray[np.float32], played: NDArray[np.float32]) -> float:
    """The correlation at the best place, -1..1; both float32 [n] at the same rate."""
    products = np.correlate(heard, played, "valid")
    start = int(products.argmax())
    norm = np.linalg.norm(played) * np.linalg.norm(heard[start : start + len(played)])
    return float(products[start] / norm)


def test_what_is_played_is_what_is_recorded(cable: SoundServer, listen: Listen, qtbot) -> None:
    listener = listen(cable)
    listener.microphone.open()
    listener.wait_for("flowing")
    assert cable.n_listeners() == 1
    listener.microphone.start_recording()
    played = chirp(1.5)
    cable.play(played)
    qtbot.wait(3000)
    clip = listener.microphone.stop_recording()
    assert clip.rate_hz == tape.RATE_HZ
    assert likeness(samples_of(clip), soxr.resample(played, RATE_HZ, clip.rate_hz)) >= 0.98  # as the issue demands
    assert listener.microphone.recent(2.0).samples == clip.samples[-4 * 2 * clip.rate_hz :]
    listener.microphone.close()
    listener.wait_for("closed")
    assert cable.n_listeners() == 0
    assert samples_of(listener.microphone.recent()).size == 0


def test_nothing_is_open_before_it_is_opened(cable: SoundServer, listen: Listen, qtbot) -> None:
    listener = listen(cable)
    listener.microphone.prepare()
    qtbot.wait(1000)
    assert cable.n_listeners() == 0
    assert listener.told == []


def test_one_that_was_pulled_out_of_a_server_that_knows_others_is_noticed(cable: SoundServer, listen: Listen) -> None:
    """PulseAudio goes on with another source without telling: here one that brings nothing, or only zeros."""
    listener = listen(cable, waits=Waits(samples_s=0.5, mute_s=0.5, look_s=0.05, retry_s=0.2))
    listener.microphone.open()
    listener.wait_for("flowing")
    cable.unplug()
    try:
        listener.wait_for("fault")
        assert listener.has_told("fault", "brings no sound") or listener.has_told("fault", "is silent")
    finally:
        cable.plug()
    listener.forget()
    listener.wait_for("flowing")


def test_the_list_is_new_each_time(cable: SoundServer, qtbot, monkeypatch) -> None:
    microphones = MicrophoneList()
    for names, server in ([], "unix:/nowhere"), (["default", "pulse"], cable.environment["PULSE_SERVER"]):
        monkeypatch.setenv("PULSE_SERVER", server)
        with qtbot.waitSignal(microphones.found, timeout=WAIT_MS) as found:
            microphones.refresh()
        assert [microphone.name for microphone in found.args[0]] == names
        assert [microphone.is_default for microphone in found.args[0]] == [True, False][: len(names)]


@pytest.mark.parametrize(("rate_hz", "n_channels"), [(44_100, 1), (8_000, 1), (96_000, 2), (16_000, 4)])
def test_a_device_with_one_format_of_its_own(fake, qtbot, rate_hz: int, n_channels: int) -> None:
    listener = fake(rate=rate_hz, channels=n_channels, amplitude=800)
    listener.microphone.open("Fake: Fake microphone")
    listener.wait_for("flowing", "Fake microphone")
    qtbot.waitUntil(lambda: len(samples_of(listener.microphone.recent(1.0))) == tape.RATE_HZ, timeout=WAIT_MS)
    heard = samples_of(listener.microphone.recent(0.5))
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert np.fft.rfftfreq(len(heard), 1 / tape.RATE_HZ)[spectrum.argmax()] == pytest.approx(440, abs=2)
    assert np.abs(heard).max() == pytest.approx(0.8 / n_channels, rel=0.05)  # the other channels are silent


def test_a_device_that_is_overdriven_is_told_and_nothing_is_clipped_here(fake) -> None:
    listener = fake(amplitude=3000)
    listener.microphone.open()
    listener.wait_for("clipped")
    quiet = fake(amplitude=990)
    quiet.microphone.open()
    quiet.wait_for("flowing")
    assert not quiet.has_told("clipped")


def test_a_muted_one_is_told_and_goes_on(fake) -> None:
    listener = fake(Waits(mute_s=0.3), amplitude=0)
    listener.microphone.open()
    listener.wait_for("fault", "Fake microphone is silent: it may be muted")
    assert listener.microphone.device_name == "Fake microphone"


def test_a_sleep_of_the_computer_opens_the_device_anew(fake, monkeypatch) -> None:
    listener = fake(Waits(look_s=0.05))
    listener.microphone.open()
    listener.wait_for("flowing")
    listener.microphone.start_recording()
    listener.forget()
    monkeypatch.setattr(microphone_module.time, "time", lambda clock=time.time: clock() + 3600)
    listener.wait_for("recording_cut")
    listener.wait_for("closed")
    listener.wait_for("flowing")
    assert not listener.has_told("fault")


def test_the_longest_recording_ends_itself(fake, monkeypatch) -> None:
    monkeypatch.setattr(tape, "LONGEST_S", 0.5)
    listener = fake()
    listener.microphone.open()
    listener.wait_for("flowing")
    listener.microphone.start_recording()
    listener.wait_for("recording_cut")
    assert len(samples_of(listener.microphone.stop_recording())) >= 0.5 * tape.RATE_HZ


def test_opened_and_closed_again_at_once(fake) -> None:
    listener = fake()
    for _ in range(5):
        listener.microphone.open()
        listener.microphone.close()
        listener.microphone.open()
    listener.wait_for("flowing")
    assert [name for name, _ in listener.told] == ["opened", "flowing"]


def test_who_closes_on_hearing_the_first_sound_hears_no_more(fake) -> None:
    listener = fake()
    levels: list[float] = []
    listener.microphone.level.connect(levels.append)
    listener.microphone.flowing.connect(listener.microphone.close)
    listener.microphone.open()
    listener.wait_for("closed")
    assert levels == []
