"""The log of devices: what its user can read in it, after crashes and long use too."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bubo_desktop.state import device_log
from bubo_desktop.state.device_log import DeviceLog, Use

NOON = datetime(2026, 2, 3, 12, 0, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def log(tmp_path: Path) -> DeviceLog:
    return DeviceLog(tmp_path / "devices.log")


def test_a_use_is_noted_when_it_begins_and_ends(log: DeviceLog) -> None:
    assert log.read() == ()
    log.note(Use("microphone", "Built-in", NOON))
    assert log.read() == (Use("microphone", "Built-in", NOON),)
    log.note(Use("microphone", "Built-in", NOON, NOON + MINUTE))
    assert log.read() == (Use("microphone", "Built-in", NOON, NOON + MINUTE),)


def test_uses_come_in_the_order_in_which_they_began(log: DeviceLog) -> None:
    camera, screen = Use("camera", "HD Webcam", NOON), Use("screen", "Screen 1", NOON + MINUTE)
    log.note(camera)
    log.note(screen)
    ended = Use("screen", "Screen 1", NOON + MINUTE, NOON + 2 * MINUTE)
    log.note(ended)
    assert log.read() == (camera, ended)


def test_a_line_is_what_the_documentation_says_it_is(log: DeviceLog, tmp_path: Path) -> None:
    log.note(Use("camera", "HD\tWeb\ncam", NOON))
    since, until, kind, name = (tmp_path / "devices.log").read_text("utf-8").rstrip("\n").split("\t")
    assert datetime.fromisoformat(since) == NOON
    assert (until, kind, name) == ("-", "camera", "HD Web cam")


def test_damaged_lines_are_passed_over(log: DeviceLog, tmp_path: Path) -> None:
    nonsense = b"\xff\x00\n\n2026\t-\tcamera\t\nyesterday\t-\tcamera\tX\n2026-02-03T12:00:00+00:00\t-\tkettle\tX\n"
    (tmp_path / "devices.log").write_bytes(nonsense)
    log.note(Use("camera", "HD Webcam", NOON))
    assert log.read() == (Use("camera", "HD Webcam", NOON),)


def test_it_stays_small_and_keeps_the_latest(log: DeviceLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_log, "MAX_FILE_BYTES", 1000)
    uses = [Use("camera", f"Camera {number}", NOON + number * MINUTE) for number in range(100)]
    for use in uses:
        log.note(use)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["devices.log", "devices.old.log"]
    assert all(file.stat().st_size < 1100 for file in files)
    kept = log.read()
    assert len(kept) > 10
    assert kept == tuple(uses[-len(kept) :])


def test_it_is_for_its_owner_s_eyes_only(log: DeviceLog, tmp_path: Path) -> None:
    log.note(Use("camera", "HD Webcam", NOON))
    assert stat.S_IMODE((tmp_path / "devices.log").stat().st_mode) == 0o600
