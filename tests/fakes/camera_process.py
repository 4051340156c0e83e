"""A program with a camera: opens and closes it as its input says, and tells in lines of JSON what happens.

It is a process of its own because a fake camera has to be there before the C library is.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication

from bubo_desktop.capture.camera import Camera, cameras
from bubo_desktop.capture.frames import Limits
from bubo_desktop.errors import DeviceError

LIMITS = Limits(first_frame_s=0.2, silence_s=0.1, look_s=0.02, retry_s=0.1)


def main() -> int:
    """Runs until its input ends."""
    application = QGuiApplication([])
    camera = Camera(LIMITS)
    camera.opened.connect(lambda name: tell("opened", name))
    camera.flowing.connect(lambda name: tell("flowing", name))
    camera.fault.connect(lambda error: tell("fault", str(error)))
    camera.closed.connect(lambda name: tell("closed", name))
    camera.devices_changed.connect(lambda: tell("devices_changed", None))
    commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    commands.activated.connect(lambda: read_commands(application, camera))
    tell("ready", None)
    return application.exec()


def read_commands(application: QGuiApplication, camera: Camera) -> None:
    """Does what the input says; a pipe hands over short lines whole."""
    lines = os.read(sys.stdin.fileno(), 4096).decode().splitlines()
    for line in lines:
        obey(line, camera)
    if not lines:
        application.quit()


def obey(line: str, camera: Camera) -> None:
    """Does what one line says, and tells the result."""
    match line.split():
        case ["open", *device]:
            camera.open(*device)
        case ["close"]:
            camera.close()
        case ["look", side]:
            tell("look", look(camera, int(side)))
        case ["list"]:
            tell("list", listed())


def look(camera: Camera, max_side_px: int) -> dict[str, Any]:
    """The newest picture: its size, and its colours at the centres of its four quarters."""
    frame = camera.newest(max_side_px)
    if frame is None:
        return {"size": None, "fps": camera.fps, "age_s": None}
    centres = [(y, x) for y in (frame.height_px // 4, 3 * frame.height_px // 4)
               for x in (frame.width_px // 4, 3 * frame.width_px // 4)]  # fmt: skip
    starts = [3 * (y * frame.width_px + x) for y, x in centres]
    return {
        "size": [frame.width_px, frame.height_px],
        "full": list(camera.snapshot().size().toTuple()),
        "colours": [list(frame.rgb[start : start + 3]) for start in starts],
        "digest": hashlib.sha256(frame.rgb).hexdigest(),
        "fps": camera.fps,
        "age_s": camera.age_s,
    }


def listed() -> list[list[str]] | str:
    """Ids and names of the cameras, or why there are none."""
    try:
        return [[one.id, one.name] for one in cameras()]
    except DeviceError as error:
        return str(error)


def tell(what: str, value: Any) -> None:
    """Writes a line."""
    print(json.dumps([what, value]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
