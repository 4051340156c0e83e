"""Live use as a strip of four pictures of the window, for the README: `python -m tests.bench.live_strip OUT.png`.

A drawn scene is before a camera that is not there, a dog barks into a microphone that is not there, and the question is
spoken; the shipped pack answers. It needs root, for the camera's node below /dev.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.fakes.fake_camera import compiled, plugged_camera
from tests.fakes.sound_server import running_sound_server
from tests.window import together
from tests.window.desktop import open_desktop
from tests.window.program import Program

SIZE_PX = (1120, 720)
SHOWN_PX = (700, 450)
SETTLED_S = 0.8


def main() -> None:
    """Plays the scene and writes the strip."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as name, open_desktop(SIZE_PX) as desktop, running_sound_server() as cable:
        folder = Path(name)
        with (
            plugged_camera(compiled(folder), folder) as camera,
            together.looking_and_listening(desktop, camera, cable, folder) as bubo,
        ):
            pictures = []
            for step in (
                lambda: together.go_live(bubo, camera),
                lambda: (together.hear_the_dog(bubo, cable), together.take_the_moment(bubo)),
                lambda: together.ask_by_voice(bubo, cable),
                lambda: together.send(bubo),
            ):
                step()
                pictures.append(_seen(bubo))
    _strip(pictures).save(out, optimize=True)


def _seen(bubo: Program) -> Image.Image:
    time.sleep(SETTLED_S)
    return Image.fromarray(bubo.screen()).resize(SHOWN_PX, Image.Resampling.LANCZOS)


def _strip(pictures: list[Image.Image]) -> Image.Image:
    """Two rows of two, in so many colours that nobody misses one."""
    strip = Image.new("RGB", (2 * SHOWN_PX[0], 2 * SHOWN_PX[1]))
    for number, picture in enumerate(pictures):
        strip.paste(picture, (number % 2 * SHOWN_PX[0], number // 2 * SHOWN_PX[1]))
    return strip.quantize(256)


if __name__ == "__main__":
    main()
