"""llama.cpp's own tools, run as their users run them. What they cost is read off their processor clock."""

from __future__ import annotations

import ctypes
import json
import re
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from build.errors import BuildError

_START_S = 300  # the most that loading may take on a busy machine
_RUN = re.compile(r"(prompt|generation) run \d+/")


class Settings(Struct, frozen=True):
    """What both sides compute with."""

    n_threads: int
    n_batch: int
    n_ctx: int
    repack: bool = False


class Reading(NamedTuple):
    """Processor seconds for reading a prompt, and for each token after it."""

    prompt_s: float
    token_s: float


class ProcessClock:
    """The processor time of another process, all its threads together. Linux and BSD.

    Source: POSIX `clock_getcpuclockid`.
    """

    def __init__(self, pid: int) -> None:
        clock, library = ctypes.c_int(), ctypes.CDLL(None)
        if not hasattr(library, "clock_getcpuclockid") or library.clock_getcpuclockid(pid, ctypes.byref(clock)):
            raise BuildError("The processor time of another program cannot be read on this system.")
        self._clock = clock.value

    def read(self) -> float:
        """Seconds since the process began."""
        return time.clock_gettime(self._clock)


def run_bench(tool: Path, network: Path, settings: Settings, n_prompt: int, n_answer: int, n_runs: int) -> Reading:
    """The best of `n_runs` of llama-bench: a prompt alone, and an answer from an empty context.

    It tells when each run begins; one more is asked for, because nothing tells when the last one ends.
    """
    command = [
        tool, "-m", network, "-p", n_prompt, "-n", n_answer, "-r", n_runs + 1, *_common(settings),
        "--repack", int(settings.repack), "--progress",
    ]  # fmt: skip
    begun: dict[str, list[float]] = defaultdict(list)
    lines = []
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        clock = ProcessClock(run.pid)
        for line in run.stderr or ():
            lines.append(line)
            if told := _RUN.search(line):
                begun[told[1]].append(clock.read())
    if run.returncode:
        raise BuildError(f"{tool.name} failed: {''.join(lines[-3:]).strip()}")
    best = {kind: min(end - start for start, end in pairwise(times)) for kind, times in begun.items()}
    return Reading(best.get("prompt", 0.0), best.get("generation", 0.0) / max(n_answer, 1))


class Server:
    """A llama-server that runs."""

    def __init__(self, port: int, clock: ProcessClock) -> None:
        self._port = port
        self._clock = clock

    def ask(self, prompt_ids: Sequence[int], n_answer: int, *, reuse: bool = False) -> Reading:
        """Asks for `n_answer` tokens, the likeliest ones; `reuse`: what the last prompt shares is not read again."""
        asked = {
            "prompt": list(prompt_ids), "n_predict": n_answer, "temperature": 0.0, "cache_prompt": reuse,
            "ignore_eos": True, "stream": True,
        }  # fmt: skip
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_START_S)
        started_s = self._clock.read()
        connection.request("POST", "/completion", json.dumps(asked), {"Content-Type": "application/json"})
        told_s = [self._clock.read() for line in connection.getresponse() if line.startswith(b"data:")]
        connection.close()
        return Reading(told_s[0] - started_s, (told_s[n_answer - 1] - told_s[0]) / max(n_answer - 1, 1))


@contextmanager
def running_server(tool: Path, network: Path, settings: Settings) -> Iterator[Server]:
    """Starts llama-server on a free port of this machine, waits until it has loaded, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        tool, "-m", network, "-c", settings.n_ctx, "-np", 1, *_common(settings), "-cram", 0, "--no-ui", "--offline",
        "--repack" if settings.repack else "--no-repack", "--host", "127.0.0.1", "--port", port, "--log-disable",
    ]  # fmt: skip
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, port)
            yield Server(port, ProcessClock(process.pid))
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(_START_S * 10):
        time.sleep(0.1)
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            if process.poll() is not None:
                break
        finally:
            connection.close()
    raise BuildError("llama-server did not start.")


def _common(settings: Settings) -> tuple[object, ...]:
    n_batch = settings.n_batch
    return "-t", settings.n_threads, "-b", n_batch, "-ub", n_batch, "-fa", "off", "-ngl", 0
