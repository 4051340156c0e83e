"""What is captured of the screen is what it shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from bubo_desktop.capture.camera import cameras
from bubo_desktop.capture.frames import Limits
from bubo_desktop.capture.screen import Screen, Still, screens, windows
from bubo_desktop.errors import DeviceError
from tests.fakes import screen_process
from tests.window.desktop import open_desktop

# Where there is no graphics card, Qt warns once that pictures are converted without it.
pytestmark = pytest.mark.qt_log_ignore("No RHI backend")

WAIT_MS = 20_000
RED, BLUE = QColor(200, 30, 60), QColor(20, 60, 220)
LIMITS = Limits(first_frame_s=0.3, silence_s=0.3, look_s=0.02, retry_s=0.2)


@pytest.fixture
def card(qtbot) -> QWidget:
    """A red window of 200 x 150 pixels at (100, 80)."""
    card = QWidget()
    card.setStyleSheet(f"background: {RED.name()}")
    card.setGeometry(100, 80, 200, 150)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitExposed(card)
    return card


@pytest.fixture
def screen(qtbot) -> Iterator[Screen]:  # noqa: ARG001 - no screen without an application
    screen = Screen(LIMITS)
    yield screen
    screen.close()


def colours(image: QImage, *places: tuple[int, int]) -> list[QColor]:
    return [QColor(image.pixel(*place)) for place in places]


@pytest.mark.usefixtures("card")
def test_a_still_is_what_the_screen_shows(qtbot) -> None:
    still = Still()
    with qtbot.waitSignal(still.taken, timeout=WAIT_MS) as taken:
        still.take()
    [picture] = taken.args
    assert picture.size() == QGuiApplication.primaryScreen().size()
    assert colours(picture, (101, 81), (298, 228)) == [RED, RED]
    assert RED not in colours(picture, (97, 100), (303, 100), (150, 234))


def test_a_live_screen_shows_what_changes_and_rests_between(qtbot, card, screen) -> None:
    with qtbot.waitSignals([screen.opened, screen.flowing], timeout=WAIT_MS):
        screen.open(screens()[0].id)
    card.setStyleSheet(f"background: {BLUE.name()}")
    qtbot.waitUntil(lambda: colours(screen.snapshot(), (150, 150)) == [BLUE], timeout=WAIT_MS)
    assert 0 < screen.fps <= 11
    with qtbot.waitSignal(screen.closed):
        screen.close()
    assert screen.newest() is None


@pytest.mark.usefixtures("card")
def test_an_area_is_cut_out(qtbot, screen) -> None:
    with qtbot.waitSignal(screen.flowing, timeout=WAIT_MS):
        screen.open_area(QRect(90, 70, 33, 41))
    frame = screen.newest()
    assert (frame.width_px, frame.height_px) == (33, 41)
    pixel = 3 * (20 * 33 + 20)
    assert tuple(frame.rgb[pixel : pixel + 3]) == RED.getRgb()[:3]
    assert tuple(frame.rgb[:3]) != RED.getRgb()[:3]


def test_opened_and_closed_again_and_again(qtbot, screen) -> None:
    for _ in range(20):
        with qtbot.waitSignal(screen.flowing, timeout=WAIT_MS):
            screen.open()
        with qtbot.waitSignal(screen.closed):
            screen.close()


def test_what_is_not_there_is_said(qtbot, screen) -> None:
    for device_id, sentence in (
        ("screen:nowhere", "screen is not there"),
        ("window:Nothing", "Nothing is no longer"),
    ):
        with qtbot.waitSignal(screen.fault, timeout=WAIT_MS) as fault:
            screen.open(device_id)
        assert sentence in str(fault.args[0])


@pytest.mark.usefixtures("qapp")
def test_no_list_of_windows_is_said() -> None:
    with pytest.raises(DeviceError, match=r"does not list its windows\. Capture the whole screen"):
        windows()


def test_a_missing_library_is_said(qtbot, monkeypatch) -> None:
    """Qt's multimedia cannot be imported where PulseAudio's library is not installed."""
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    with pytest.raises(DeviceError, match=r"Cameras cannot be used: .*libpulse0"):
        cameras()
    still = Still()
    with qtbot.waitSignal(still.refused, timeout=WAIT_MS) as refused:
        still.take()
    assert "libpulse0" in str(refused.args[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has X servers")
def test_on_an_x_server_too_and_a_single_window_there() -> None:
    root = Path(__file__).parents[2]
    with open_desktop((640, 480)) as desktop:
        environment = {**os.environ, **desktop.environment, "XDG_SESSION_TYPE": "x11", "PYTHONPATH": str(root)}
        command = [sys.executable, str(screen_process.__file__)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == {
        "windows": ["A red card"],
        "screen": {"size": [640, 480], "centre of the card": list(RED.getRgb()[:3])},
        "window": {"size": [200, 150], "corners": [list(RED.getRgb()[:3])] * 2},
        "closed window": "A red card is no longer there to be captured. Choose something else.",
    }
