"""Everything that can happen to a microphone, `N_TIMES` each, with a real sound library and a real sound server.

Waits are shortened, and `N_AT_ONCE` microphones suffer at the same time, so that this can be part of every run; how
long things take is for tests/bench/microphone_faults.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bubo_desktop.capture.microphone import Microphone, Waits
from tests.capture.listener import Listener
from tests.fakes import recorder_process
from tests.fakes.sound_server import SoundServer, running_sound_server, why_impossible

N_TIMES = 20
N_AT_ONCE = 5
N_ROUNDS = N_TIMES // N_AT_ONCE
QUICK = Waits(samples_s=0.4, look_s=0.05, retry_s=0.1, mute_s=1000.0)
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(bool(why_impossible()), reason=f"no microphone can be pretended: {why_impossible()}")


@pytest.fixture
def server(monkeypatch) -> Iterator[SoundServer]:
    with running_sound_server(has_cable=False) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def listening(qtbot, command: list[str] | None = None) -> Iterator[list[Listener]]:
    listeners = [Listener(Microphone(QUICK, command), qtbot.waitUntil) for _ in range(N_AT_ONCE)]
    yield listeners
    for listener in listeners:
        listener.close()


@pytest.fixture
def listeners(qtbot) -> Iterator[list[Listener]]:
    yield from listening(qtbot)


@pytest.fixture
def file_of_wishes(tmp_path: Path) -> Path:
    return tmp_path / "wishes"


@pytest.fixture
def fake_listeners(qtbot, monkeypatch, file_of_wishes: Path) -> Iterator[list[Listener]]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield from listening(qtbot, [sys.executable, recorder_process.__file__, str(file_of_wishes)])


@pytest.mark.parametrize(
    ("inflict", "cure", "words"),
    [
        (SoundServer.unplug, SoundServer.plug, "is gone. Plug it in again; it goes on by itself."),
        (lambda server: server.suspend(on=True), lambda server: server.suspend(on=False), "brings no sound."),
        (SoundServer.freeze, SoundServer.thaw, "brings no sound."),
        (SoundServer.stop, SoundServer.start, "is gone. Plug it in again; it goes on by itself."),
    ],
    ids=["unplugged", "suspended", "frozen", "killed"],
)
def test_a_fault_is_told_what_was_recorded_is_kept_and_it_goes_on_by_itself(
    server: SoundServer, listeners: list[Listener], inflict: Callable, cure: Callable, words: str
) -> None:
    for listener in listeners:
        listener.microphone.open()
    for _ in range(N_ROUNDS):
        for listener in listeners:
            listener.wait_for("flowing", "default")
            listener.microphone.start_recording()
            listener.forget()
        inflict(server)
        for listener in listeners:
            listener.wait_for("fault", words)
            listener.wait_for("recording_cut")
            listener.wait_for("closed", "default")
            assert listener.microphone.stop_recording().samples
            listener.forget()
        cure(server)


@pytest.mark.parametrize(
    "inflict", [SoundServer.freeze, lambda server: server.suspend(on=True)], ids=["frozen", "suspended"]
)
def test_it_closes_whatever_state_the_sound_is_in(
    server: SoundServer, listeners: list[Listener], inflict: Callable
) -> None:
    for _ in range(N_ROUNDS):
        for listener in listeners:
            listener.microphone.open()
        for listener in listeners:
            listener.wait_for("flowing")
        inflict(server)
        for listener in listeners:
            listener.microphone.close()
        for listener in listeners:
            listener.wait_for("closed")
            listener.forget()
        server.thaw()
        server.suspend(on=False)
        assert server.n_listeners() == 0


def test_a_sound_server_that_is_frozen_from_the_beginning(server: SoundServer, listeners: list[Listener]) -> None:
    server.freeze()
    listeners[0].microphone.open()
    listeners[0].wait_for("fault")  # whether none is found or it brings no sound depends on what the library asks first
    server.thaw()
    listeners[0].wait_for("flowing")


def test_there_is_none_and_then_one(
    server: SoundServer, listeners: list[Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    for round_number in range(N_ROUNDS):
        monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
        for listener in listeners:
            listener.microphone.open()
        for listener in listeners:
            listener.wait_for("fault", "There is no microphone. Plug one in")
            if round_number < N_ROUNDS - 1:
                listener.microphone.close()
                listener.forget()
    monkeypatch.setenv("PULSE_SERVER", server.environment["PULSE_SERVER"])
    for listener in listeners:
        listener.wait_for("flowing")


def test_one_that_is_not_there_is_not_replaced_by_another(server: SoundServer, listeners: list[Listener]) -> None:
    listeners[0].microphone.open("ALSA: Old headset")
    listeners[0].wait_for("fault", "The microphone Old headset is not there. Plug it in, or choose another one.")
    assert server.n_listeners() == 0


@pytest.mark.parametrize(
    ("wish", "words"),
    [("busy 1", "Fake microphone is in use. Close the other program"), ("ends_after 20", "Fake microphone is gone.")],
    ids=["busy", "its format changed"],
)
def test_what_the_sound_library_tells(
    file_of_wishes: Path, fake_listeners: list[Listener], wish: str, words: str
) -> None:
    for _ in range(N_ROUNDS):
        file_of_wishes.write_text(f"{wish}\n")
        for listener in fake_listeners:
            listener.microphone.open()
        for listener in fake_listeners:
            listener.wait_for("fault", words)
            listener.forget()
        file_of_wishes.write_text("")
        for listener in fake_listeners:
            listener.wait_for("flowing")
            listener.close()
