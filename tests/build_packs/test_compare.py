"""The comparison judges figures by their goals, and tells of them in full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from build.apart import peak_bytes, run_apart
from build.compare.figures import Figure, Goal, count_verdicts, draw_table
from build.compare.native import ProcessClock
from build.compare.torch_language import read_bytes
from build.native_llama import find_tools
from tests.engine.tiny_language import TinyShape, write_part

CHEAP = Goal(1.03)
FAST = Goal(5.0, at_least=True)


@pytest.mark.parametrize(
    ("ours", "theirs", "goal", "verdict"),
    [
        (100.0, 100.0, CHEAP, "met"),
        (103.0, 100.0, CHEAP, "met"),
        (104.0, 100.0, CHEAP, "missed"),
        (90.0, 100.0, CHEAP, "beaten"),
        (20.0, 100.0, FAST, "met"),
        (21.0, 100.0, FAST, "missed"),
        (15.0, 100.0, FAST, "beaten"),
        (0.05, None, Goal(0.1), "beaten"),
        (0.11, None, Goal(0.1), "missed"),
        (-0.01, None, Goal(0.1), "beaten"),
        (0.9995, None, Goal(0.999, at_least=True), "met"),
        (5.0, 10.0, None, ""),
    ],
)
def test_verdicts(ours: float, theirs: float | None, goal: Goal | None, verdict: str) -> None:
    assert Figure("it", "ms", ours, theirs, goal).verdict == verdict


def test_a_table_tells_everything() -> None:
    figures = [
        Figure("slow", "ms", 104.0, 100.0, CHEAP),
        Figure("fast", "ms", 15.0, 100.0, FAST),
        Figure("size", "GB", 4.08),
    ]
    heading, *lines = draw_table(figures).splitlines()
    assert heading.split() == ["unit", "ours", "theirs", "ratio", "goal"]
    assert [line.split() for line in lines] == [
        ["slow", "ms", "104", "100", "1.04", "<=", "1.03", "missed"],
        ["fast", "ms", "15", "100", "6.67", ">=", "5", "beaten"],
        ["size", "GB", "4.08"],
    ]
    assert count_verdicts(figures) == "2 goals: 1 beaten, 0 met, 1 missed."


def spend(n_steps: int) -> int:
    return sum(range(n_steps))


def test_work_apart_is_counted_and_its_memory_is_its_own() -> None:
    ballast = bytearray(os.urandom(1) * 400_000_000)
    total, cost = run_apart(spend, 3_000_000)
    assert total == 4499998500000
    assert cost.cpu_s > 0
    assert 0 < cost.peak_bytes < len(ballast) < peak_bytes()


def test_failures_apart_are_told_here() -> None:
    with pytest.raises(ZeroDivisionError):
        run_apart(divmod, 1, 0)


def test_another_programs_processor_time_is_read() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            clock = ProcessClock(busy.pid)
            first_s = clock.read()
            while clock.read() < first_s + 0.05:
                assert busy.poll() is None
        finally:
            busy.kill()


def test_only_tools_that_are_there_are_found(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "llama-bench").touch()
    assert find_tools(tmp_path) == {"llama-bench": tmp_path / "bin" / "llama-bench"}


def test_a_token_reads_all_weights_but_the_table(tmp_path: Path) -> None:
    shape = TinyShape(n_layers=1)
    part = write_part(tmp_path, shape)
    n_values = 512 * shape.width + 4 * shape.width**2 + 3 * 2 * shape.width**2 + 3 * shape.width  # head, layer, norms
    assert read_bytes(tmp_path / part.file) == 4 * n_values
