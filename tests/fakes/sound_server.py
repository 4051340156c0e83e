"""A sound server of its own, with a microphone into which tests speak, and everything that can happen to one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 48_000
MICROPHONE = "virtmic"  # what the source is called; through ALSA it is the device `pulse`
COMMANDS = ("pulseaudio", "pactl", "parec", "paplay")
WAIT_S = 10.0
# An idle null sink works in blocks of two seconds, which swallow the beginning of what is played; one that is listened
# to with little latency does not.
SETTLE_S = 2.2
_PROTOCOL = "load-module module-native-protocol-unix auth-anonymous=1\n"
_CABLE = f"""\
load-module module-null-sink sink_name=feed rate={RATE_HZ} channels=1
load-module module-null-sink sink_name=loudspeaker rate={RATE_HZ} channels=2
set-default-sink loudspeaker
"""
_CABLE_END = ("module-remap-source", f"source_name={MICROPHONE}", "master=feed.monitor")
_SILENCE = ("module-null-source", f"source_name={MICROPHONE}", f"rate={RATE_HZ}", "max_latency_msec=20")


def why_impossible() -> str:
    """What is missing for a sound server, or nothing."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    return f"{', '.join(missing)} not installed" if missing else ""


class SoundServer:
    """A running PulseAudio. `environment` leads programs to it.

    Args:
        folder: private to it, and short enough for the path of a socket.
        has_cable: whether tests can speak into its microphone. One without hears nothing, and is there at once; where
            that is pulled out, no other source is left that the server could put in its place.
    """

    def __init__(self, folder: Path, *, has_cable: bool = True) -> None:
        socket = folder / "pulse" / "native"
        self.environment = {
            "HOME": str(folder),
            "PULSE_RUNTIME_PATH": str(socket.parent),
            "PULSE_SERVER": f"unix:{socket}",
            "XDG_CONFIG_HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
        }
        self._folder = folder
        self._has_cable = has_cable
        self._environment = {**os.environ, **self.environment}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._module = ""

    def start(self) -> None:
        """Starts the server with its microphone plugged in."""
        (self._folder / "pulse").mkdir(mode=0o700, exist_ok=True)
        script = self._folder / "script.pa"
        script.write_text(_PROTOCOL + (_CABLE if self._has_cable else ""))
        options = ("-n", f"--file={script}", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes")
        self._begin("pulseaudio", *options, "--use-pid-file=no", "--log-target=null")
        end_s = time.monotonic() + WAIT_S
        while subprocess.run(["pactl", "info"], env=self._environment, capture_output=True, check=False).returncode:
            assert time.monotonic() < end_s, "the sound server does not start"
            time.sleep(0.05)
        self.plug()
        if self._has_cable:
            self._begin("parec", "--latency-msec=20", "--device=feed.monitor")
            time.sleep(SETTLE_S)

    def stop(self) -> None:
        """Ends the server and all that was started with it, whatever state they are in."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        self._processes.clear()

    def plug(self) -> None:
        """Plugs the microphone in, as the system's choice."""
        self._module = self._order("load-module", *(_CABLE_END if self._has_cable else _SILENCE))
        self._order("set-default-source", MICROPHONE)

    def unplug(self) -> None:
        """Pulls the microphone out."""
        self._order("unload-module", self._module)

    def suspend(self, *, on: bool) -> None:
        """Lets the microphone sleep, as laptops do to save power, or wakes it."""
        self._order("suspend-source", MICROPHONE, str(int(on)))

    def freeze(self) -> None:
        """The server lives and does nothing."""
        self._processes[0].send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The server goes on."""
        self._processes[0].send_signal(signal.SIGCONT)

    def n_listeners(self) -> int:
        """How many programs listen to the microphone."""
        sources = [line.split("\t")[:2] for line in self._order("list", "short", "sources").splitlines()]
        [number] = [number for number, name in sources if name == MICROPHONE]
        listeners = [line.split("\t") for line in self._order("list", "short", "source-outputs").splitlines()]
        return sum(source == number for _, source, *_ in listeners)

    def play(self, samples: NDArray[np.float32], rate_hz: int = RATE_HZ) -> None:
        """Speaks into the microphone, and returns at once.

        Args:
            samples: float32 [n], -1..1.
            rate_hz: of the samples.
        """
        path = self._folder / "speech.wav"
        soundfile.write(path, samples, rate_hz, subtype="FLOAT")
        self._begin("paplay", "--latency-msec=60", "--device=feed", str(path))

    def _begin(self, *command: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._processes.append(subprocess.Popen(command, env=self._environment, **quiet))

    def _order(self, *words: str) -> str:
        command = ["pactl", *words]
        result = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True, timeout=WAIT_S
        )
        return result.stdout.strip()


@contextmanager
def running_sound_server(*, has_cable: bool = True) -> Iterator[SoundServer]:
    """A server that has ended when the block has."""
    folder = Path(tempfile.mkdtemp(prefix="bubo-sound-"))
    server = SoundServer(folder, has_cable=has_cable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
