"""The desktop's end of the pipes of a real engine process with fake parts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bubo_desktop.protocol import PROTOCOL_VERSION, Failed, Hello, Ready, decode_event, encode

ROOT = Path(__file__).parents[2]
SERVER = [sys.executable, str(ROOT / "tests" / "fakes" / "server_process.py")]
END_S = 20  # far beyond what any of it takes


class Engine:
    """Sends requests and receives events."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(SERVER, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=folder)

    def send(self, *requests) -> None:
        self.send_bytes(b"".join(map(encode, requests)))

    def send_bytes(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def events(self) -> Iterator:
        return map(decode_event, self.process.stdout)

    def until(self, *kinds: type) -> list:
        """Events up to and with the first of these kinds."""
        received = []
        for event in self.events():
            received.append(event)
            if isinstance(event, kinds):
                return received
        raise AssertionError(f"the engine ended after {received}: {self.process.stderr.read().decode()}")

    def hello(self, pack: str = "fake") -> list:
        self.send(Hello(protocol=PROTOCOL_VERSION, pack_dir=pack))
        return self.until(Ready, Failed)

    def wait(self) -> int:
        return self.process.wait(END_S)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(END_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
