"""How live the camera's picture is, in figures: `python -m tests.bench.camera_preview [--seconds N] [--still]`.

A camera that is not there shows a moving picture to a window on an X server of its own. Printed: pictures shown, how
late the event loop's turns are, what the processor does, and how soon faults are told of. It needs root, for the
camera's node below /dev.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bubo_desktop.environment import QUIET_SWITCHES
from tests.bench.film import Film
from tests.fakes.fake_camera import HEIGHT_PX, WIDTH_PX, FakeCamera, Fault, as_yuyv, compiled, plugged_camera
from tests.window.desktop import open_desktop
from tests.window.program import ROOT

WINDOW = Path(__file__).with_name("camera_window.py")
N_PICTURES = 64
BALL_PX = 120


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--still", action="store_true", help="nothing moves before the camera")
    parser.add_argument("--software-gl", action="store_true", help="as in a virtual machine without a graphics card")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open_desktop((1280, 800)) as desktop:
        folder = Path(name)
        with plugged_camera(compiled(folder), folder) as camera:
            environment = {**desktop.environment, **QUIET_SWITCHES, **camera.environment, "PYTHONPATH": str(ROOT)}
            if options.software_gl:
                del environment["QT_XCB_GL_INTEGRATION"]
            command = [sys.executable, str(WINDOW), str(options.seconds)]
            film = Film(camera, [_picture(number) for number in range(1 if options.still else N_PICTURES)])
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            with film, subprocess.Popen(command, env=environment, **pipes) as window:
                for line in iter(window.stdout.readline, "measured\n"):
                    if not line.startswith("flowing"):
                        print(line, end="")
                _measure_faults(camera, window)
                print(window.communicate()[0], end="")


def _picture(number: int) -> NDArray[np.uint8]:
    image = Image.radial_gradient("L").resize((WIDTH_PX, HEIGHT_PX)).convert("RGB")
    angle, half = 2 * np.pi * number / N_PICTURES, BALL_PX / 2
    x, y = WIDTH_PX / 2 + 150 * np.cos(angle), HEIGHT_PX / 2 + 100 * np.sin(angle)
    ImageDraw.Draw(image).ellipse((x - half, y - half, x + half, y + half), fill=(220, 60, 40), outline="white")
    return as_yuyv(np.asarray(image))


def _measure_faults(camera: FakeCamera, window: subprocess.Popen[str]) -> None:
    """Lets things go wrong, and right again."""
    for name, harm, cure in (
        ("frozen", lambda: camera.suffer(Fault.frozen), lambda: camera.suffer(Fault.none)),
        ("unplugged", camera.unplug, camera.plug),
    ):
        told_s = _time_until(window, "fault", harm)
        print(f"{name}: told after {told_s:.2f} s, and when it is over, pictures after "
              f"{_time_until(window, 'flowing', cure):.2f} s")  # fmt: skip


def _time_until(window: subprocess.Popen[str], what: str, act) -> float:
    began_s = time.monotonic()
    act()
    return next(float(line.split()[1]) for line in iter(window.stdout.readline, "") if line.startswith(what)) - began_s


if __name__ == "__main__":
    main()
