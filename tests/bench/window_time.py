"""How the window feels, in figures: `python -m tests.bench.window_time [--starts N] [--answers N] [--pictures N]`.

Opens the real window on an X server of its own, with nano's engine: from the start of the process to the first paint
and to an engine that is ready, how late the event loop's turns are while answers come, and the memory of the window's
process before and after many pictures.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from bubo_desktop.environment import quiet_libraries
from tests.window.desktop import Desktop, open_desktop
from tests.window.program import ROOT, Program, running
from tests.window.record import Record

METERED = str(ROOT / "tests" / "window" / "metered_program.py")
GARDEN = ROOT / "models" / "nano" / "samples" / "garden.png"
QUESTION = "What do you see?"
EVERY = 50  # pictures between two looks at the memory


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--answers", type=int, default=30)
    parser.add_argument("--pictures", type=int, default=200)
    options = parser.parse_args()
    quiet_libraries()
    with open_desktop((1280, 800)) as desktop, tempfile.TemporaryDirectory() as home:
        _measure_starts(_without_screen_reader(desktop), Path(home), options.starts)
        _measure_answers(desktop, Path(home), options.answers, options.pictures)


def _measure_starts(desktop: Desktop, home: Path, n_starts: int) -> None:
    painted, ready = [], []
    for number in range(n_starts + 1):  # the first one warms the disk's cache
        record = Record(home / f"start-{number}")
        started_s = time.monotonic()
        with running(desktop, home, METERED, str(record.path), "real") as bubo:
            ready.append(bubo.wait_for(lambda: record.happenings("ready"), "an engine")[0].at_s - started_s)  # noqa: B023
            painted.append(record.happenings("painted")[0].at_s - started_s)
            bubo.close()
    print(f"start to first paint, first / later (median, worst)    {_three(painted)} ms")
    print(f"start to ready, first / later (median, worst)          {_three(ready)} ms")


def _without_screen_reader(desktop: Desktop) -> Desktop:
    """Most people have none: Qt tells nobody of its widgets before one asks."""
    return replace(desktop, environment={**desktop.environment, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "0"})


def _three(times_s: list[float]) -> str:
    first, *later = (1e3 * time_s for time_s in times_s)
    return f"{first:.0f} / {median(later):.0f}, {max(later):.0f}"


def _measure_answers(desktop: Desktop, home: Path, n_answers: int, n_pictures: int) -> None:
    record = Record(home / "answers")
    with running(desktop, home, METERED, str(record.path), "real") as bubo:
        bubo.wait_for(lambda: record.happenings("ready"), "an engine")
        _print_stalls("at rest for 3 s", record, lambda: time.sleep(3))
        _print_stalls(f"while {n_answers} pictures are pasted and asked about", record,
                      lambda: _ask_about(bubo, record, home, range(n_answers)))  # fmt: skip
        before_mb = _memory_mb(bubo)
        for first in range(0, n_pictures, EVERY):
            _ask_about(bubo, record, home, range(n_answers + first, n_answers + first + EVERY))
            growth_mb = (_memory_mb(bubo) - before_mb) / (first + EVERY)
            print(f"memory after {first + EVERY:3d} more pictures                         {_memory_mb(bubo):8.0f} MB, "
                  f"{growth_mb:+.2f} MB a picture")  # fmt: skip


def _print_stalls(what: str, record: Record, act) -> None:
    began_s = time.monotonic()
    act()
    late_ms = 1e3 * record.stalls_s(since_s=began_s)
    p50, p99 = np.percentile(late_ms, [50, 99])
    print(f"event loop late {what}: p50 {p50:.1f}, p99 {p99:.1f}, max {late_ms.max():.0f} ms "
          f"({np.sum(late_ms > 50)} of {len(late_ms)} over 50 ms)")  # fmt: skip


def _ask_about(bubo: Program, record: Record, home: Path, numbers: range) -> None:
    """Pastes a picture and asks about it, again and again."""
    bubo.focus()
    for number in numbers:
        path = _draw(home / f"{number}.png", number)
        asked_s = time.monotonic()
        with bubo.clipboard(path.as_uri().encode(), "text/uri-list"):
            bubo.press("ctrl+v")
            time.sleep(0.15)  # the chip has to be there before the question is sent
        bubo.type(QUESTION)
        bubo.press("Return")
        bubo.wait_for(lambda: _is_done(record, asked_s), "an answer")  # noqa: B023


def _is_done(record: Record, since_s: float) -> bool:
    return any(one.details[1] == "done" for one in record.happenings("saving", since_s=since_s))


def _draw(path: Path, number: int) -> Path:
    """The sample picture, 1920 x 1440 and in its corner different each time, so that nothing is remembered of it."""
    pixels = np.array(Image.open(GARDEN).convert("RGB").resize((1920, 1440)))
    pixels[:8, :8] = np.random.default_rng(number).integers(256, size=3)
    Image.fromarray(pixels).save(path, compress_level=1)
    return path


def _memory_mb(bubo: Program) -> float:
    """Resident memory of the window's process."""
    status = Path(f"/proc/{bubo.process.pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
