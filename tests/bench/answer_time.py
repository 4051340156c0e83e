"""How long a user waits, and what it costs: `python -m tests.bench.answer_time [--pack DIR] [--rounds N]`.

Drives the engine process through the desktop's client: start to ready cold (nothing remembered of pack and machine)
and warm, time to the first word with the picture attached beforehand and not, words per second, and the peak memory
of both processes (Linux).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PySide6.QtCore import QCoreApplication, QEventLoop

from bubo_desktop.client.engine import EngineClient, EngineState
from bubo_desktop.data import Answer

QUESTION = "What do you see?"


class Desk:
    """A client and the answers it gets, waited for."""

    def __init__(self, pack: Path) -> None:
        self._pack = pack
        self._client = EngineClient()
        self._loop = QEventLoop()
        self._client.ready.connect(self._loop.quit)
        self._client.unavailable.connect(lambda failed: self._give_up(failed.message))
        self._client.token.connect(self._hear)
        self._client.done.connect(self._finish)
        self._first_word_s: float | None = None
        self._answer: Answer | None = None

    @contextmanager
    def started(self) -> Iterator[float]:
        """Starts the engine, yields the seconds until it was ready, and stops it."""
        began_s = time.perf_counter()
        self._client.start(self._pack)
        self._loop.exec()
        yield time.perf_counter() - began_s
        self._client.state_changed.connect(lambda state: state is EngineState.stopped and self._loop.quit())
        self._client.stop()
        self._loop.exec()

    def prepare(self, picture: Path) -> None:
        """Attaches a picture and waits until it was looked at."""
        self._client.prepare([str(picture)])
        self._loop.exec()

    def ask(self, picture: Path) -> tuple[float, float, Answer]:
        """Asks; returns seconds to the first word and to the end, and the answer."""
        self._first_word_s = self._answer = None
        began_s = time.perf_counter()
        self._client.ask(QUESTION, [str(picture)])
        self._loop.exec()
        if self._answer is None or self._first_word_s is None:
            raise SystemExit("no answer came")
        return self._first_word_s - began_s, time.perf_counter() - began_s, self._answer

    def peak_mb(self) -> float:
        """Peak resident memory of the engine process."""
        status = Path(f"/proc/{self._client.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def _hear(self, _: object) -> None:
        self._first_word_s = self._first_word_s or time.perf_counter()

    def _finish(self, done: object) -> None:
        self._answer = getattr(done, "answer", None)
        self._loop.quit()

    def _give_up(self, message: str) -> None:
        raise SystemExit(message)


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=Path("models/nano"))
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    application = QCoreApplication([])
    with tempfile.TemporaryDirectory() as home:
        os.environ["BUBO_HOME"] = home
        pictures = [
            _copy(options.pack / "samples" / "garden.png", Path(home) / f"{n}.png", n)
            for n in range(2 * options.rounds)
        ]
        starts, attached, fresh, whole, speeds, peaks = [], [], [], [], [], []
        for number in range(options.rounds):
            desk = Desk(options.pack.resolve())
            with desk.started() as start_s:
                starts.append(start_s)
                desk.prepare(pictures[2 * number])
                attached.append(desk.ask(pictures[2 * number])[0])
                first_s, end_s, answer = desk.ask(pictures[2 * number + 1])
                fresh.append(first_s)
                whole.append(end_s)
                speeds.append(answer.tokens.generated / (answer.timings_ms["generate"] / 1e3))
                peaks.append(desk.peak_mb())
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"start to ready, cold (first start: files hashed, machine measured)  {starts[0]:8.2f} s")
    print(f"start to ready, warm                                                {median(starts[1:]):8.2f} s")
    print(f"first word, picture attached before                                 {median(attached) * 1e3:8.1f} ms")
    print(f"first word, picture new                                             {median(fresh) * 1e3:8.1f} ms")
    print(f"question to boxes and masks, picture new                            {median(whole) * 1e3:8.1f} ms")
    print(f"tokens a second while generating                                    {median(speeds):8.0f}")
    print(f"peak memory, engine process                                         {max(peaks):8.0f} MB")
    print(f"peak memory, this (desktop's) process                               {own_mb:8.0f} MB")
    del application


def _copy(source: Path, target: Path, number: int) -> Path:
    """A copy with other bytes, so that nothing remembered of another copy is of use."""
    shutil.copyfile(source, target)
    with target.open("ab") as file:
        file.write(bytes([number]))
    return target


if __name__ == "__main__":
    main()
