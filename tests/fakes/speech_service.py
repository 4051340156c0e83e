"""The speech service of Linux desktops with two languages, what can happen to it, and an ear at the loudspeaker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tests.fakes.sound_server import SoundServer

COMMANDS = ("speech-dispatcher", "parec")
MODULES = Path("/usr/lib/speech-dispatcher-modules")
WAIT_S = 20.0
EAR_RATE_HZ = 16_000
EAR_BLOCK_S = 0.02
LOUD = 0.001  # root mean square; a null sink is silent but for speech
# The service is not started by who wants to speak: in some tests there is none.
_SETTINGS = """\
LogLevel 0
DisableAutoSpawn
AudioOutputMethod "pulse"
AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"
DefaultModule espeak-ng
"""
_VOICES = ("gmw/en", "gmw/en-US", "gmw/en-029", "roa/es")  # naming all of its thousand takes seconds
_DATA = ("phondata", "phonindex", "phontab", "intonations", "en_dict", "es_dict", *(f"lang/{v}" for v in _VOICES))


def why_impossible() -> str:
    """What is missing for a speech service, or nothing."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if not (MODULES / "sd_espeak-ng").exists() or _espeak_data() is None:
        missing.append("espeak-ng's module")
    return f"{', '.join(missing)} not installed" if missing else ""


def _espeak_data() -> Path | None:
    return next(Path("/usr").glob("lib/*/espeak-ng-data"), None)


class SpeechService:
    """A speech-dispatcher that speaks into a sound server. `environment` leads programs to it.

    Args:
        folder: private to it, and short enough for the path of a socket.
        sound: where it is heard.
    """

    def __init__(self, folder: Path, sound: SoundServer) -> None:
        places = {name: str(folder) for name in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "ESPEAK_DATA_PATH")}
        self.environment = {**sound.environment, **places}
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Writes its settings, and puts its voices together."""
        settings = self._folder / "speech-dispatcher" / "speechd.conf"
        settings.parent.mkdir()
        settings.write_text(_SETTINGS)
        data = _espeak_data()
        assert data
        for name in _DATA:
            link = self._folder / data.name / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(data / name)
        (self._folder / data.name / "voices").mkdir()

    def start(self) -> None:
        """Returns when it can be spoken with."""
        environment, quiet = {**os.environ, **self.environment}, {"stdout": subprocess.DEVNULL}
        command = ["speech-dispatcher", "--run-single", "--timeout", "0"]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, process_group=0, **quiet)
        sign, end_s = self._folder / "speech-dispatcher" / "pid" / "speech-dispatcher.pid", time.monotonic() + WAIT_S
        while not sign.exists():
            assert time.monotonic() < end_s, "the speech service does not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """Ends it and what speaks for it by force; none is there afterwards, also where none was."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        shutil.rmtree(self._folder / "speech-dispatcher" / "pid", ignore_errors=True)


class Ear:
    """Listens to the loudspeaker. `last_loud_s` is when something was heard last, in seconds of `time.monotonic`."""

    def __init__(self, sound: SoundServer) -> None:
        sizes = (f"--rate={EAR_RATE_HZ}", "--channels=1", "--format=float32le", "--latency-msec=20")
        command = ["parec", "--device=loudspeaker.monitor", *sizes]
        environment = {**os.environ, **sound.environment}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.last_loud_s = float("-inf")
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._thread.join()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout
        while block := self._process.stdout.read(4 * round(EAR_RATE_HZ * EAR_BLOCK_S)):
            if len(block) % 4 == 0 and np.sqrt(np.mean(np.square(np.frombuffer(block, np.float32)))) > LOUD:
                self.last_loud_s = time.monotonic()


@contextmanager
def speech_service(sound: SoundServer) -> Iterator[SpeechService]:
    """A service that can be started; it has ended when the block has."""
    folder = Path(tempfile.mkdtemp(prefix="bubo-speech-"))
    service = SpeechService(folder, sound)
    try:
        service.prepare()
        yield service
    finally:
        service.kill()
        shutil.rmtree(folder, ignore_errors=True)
