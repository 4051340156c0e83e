"""How live the live use is, in figures: `python -m tests.bench.live [--minutes N] [--still] [--question Q]`.

A camera that is not there shows a sample scene that slides to and fro to the real window, on an X server of its own;
the shipped pack looks at it and answers a standing question. It needs root, for the camera's node below /dev.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bubo_desktop.environment import QUIET_SWITCHES
from tests.bench.film import Film
from tests.fakes.fake_camera import HEIGHT_PX, WIDTH_PX, as_yuyv, compiled, plugged_camera
from tests.window.desktop import open_desktop
from tests.window.program import ROOT

WINDOW = Path(__file__).with_name("live_window.py")
SCENE = ROOT / "models" / "nano" / "samples" / "garden.png"
REACH_PX, STEP_PX = 60, 4


def main() -> None:
    """Measures; the window prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--still", action="store_true", help="nothing moves before the camera")
    parser.add_argument("--question", default="What do you see?", help='asked again and again; "" for none')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open_desktop((1280, 800)) as desktop:
        folder = Path(name)
        with plugged_camera(compiled(folder), folder) as camera:
            environment = {**desktop.environment, **QUIET_SWITCHES, **camera.environment, "PYTHONPATH": str(ROOT)}
            command = [sys.executable, str(WINDOW), name, str(options.minutes), options.question]
            with Film(camera, _pictures(is_still=options.still)):
                subprocess.run(command, env=environment, check=True)


def _pictures(*, is_still: bool) -> list[NDArray[np.uint8]]:
    scene = np.asarray(Image.open(SCENE).convert("RGB").resize((WIDTH_PX, HEIGHT_PX)))
    places = [0] if is_still else [*range(0, REACH_PX, STEP_PX), *range(REACH_PX, 0, -STEP_PX)]
    return [as_yuyv(np.roll(scene, place, axis=1)) for place in places]


if __name__ == "__main__":
    main()
