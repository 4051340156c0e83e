"""A webcam that is not there: its node below /dev, what it shows, and what goes wrong with it.

The program has to be started with `FakeCamera.environment`; no other program sees the camera.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SOURCE = Path(__file__).with_name("fake_camera.c")
NAME = "Drawn camera"
WIDTH_PX, HEIGHT_PX = 640, 480
NUMBER = 64 + os.getpid() % 128  # no machine has so many cameras; another run at the same time has another one
NODE = Path(f"/dev/video{NUMBER}")
VIDEO_MAJOR = 81  # Source: docs.kernel.org/admin-guide/devices.html, character device 81, video4linux
CONTROL = struct.Struct("=iiii")


class Fault(IntEnum):
    """What can go wrong, as fake_camera.c numbers it."""

    none = 0
    frozen = 1
    busy = 2
    denied = 3
    gone = 4


class FakeCamera:
    """The controls of a camera; it is plugged in from the start and shows grey."""

    def __init__(self, library: Path, folder: Path) -> None:
        control, picture = folder / "control", folder / "picture"
        control.write_bytes(bytes(CONTROL.size))
        picture.write_bytes(bytes([128]) * (WIDTH_PX * HEIGHT_PX * 2))
        self._control = _shared(control)
        self._picture = _shared(picture)
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": str(library),
            "FAKE_CAMERA_NODE": str(NODE),
            "FAKE_CAMERA_CONTROL": str(control),
            "FAKE_CAMERA_PICTURE": str(picture),
        }
        self.plug()

    @property
    def n_streaming(self) -> int:
        """How many of its descriptors have pictures flowing: 0 when its light would be out."""
        return CONTROL.unpack(self._control[:])[2]

    @property
    def n_starts(self) -> int:
        """How often pictures began to flow."""
        return CONTROL.unpack(self._control[:])[3]

    def show(self, rgb: NDArray[np.uint8]) -> None:
        """Shows this picture from now on: uint8 RGB [480, 640, 3]."""
        self.show_yuyv(as_yuyv(rgb))

    def show_yuyv(self, yuyv: NDArray[np.uint8]) -> None:
        """Shows this picture of `as_yuyv`, [480, 640, 2]: cheaper, for films."""
        self._picture[:] = yuyv.tobytes()

    def suffer(self, fault: Fault) -> None:
        """Lets this go wrong, or go right again."""
        self._control[:4] = struct.pack("=i", fault)

    def offer_sizes(self, *, other: bool) -> None:
        """Offers 640 x 480 and sizes around it, or others, from the next plugging in on."""
        self._control[4:8] = struct.pack("=i", other)

    def plug(self, fault: Fault = Fault.none) -> None:
        """Plugs it in, perhaps with something wrong from the start."""
        self.suffer(fault)
        os.mknod(NODE, stat.S_IFCHR | 0o666, os.makedev(VIDEO_MAJOR, NUMBER))

    def unplug(self) -> None:
        """Pulls the plug."""
        self.suffer(Fault.gone)
        NODE.unlink(missing_ok=True)


def as_yuyv(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pixels in four bytes, Y U Y V, [height, width, 2], of uint8 RGB [height, width, 3].

    Source: ITU-R BT.601, limited range.
    """
    from_rgb = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
    yuv = rgb / 255.0 @ from_rgb.T + np.array([16.0, 128.0, 128.0])
    chroma = yuv[:, :, 1:].reshape(rgb.shape[0], -1, 2, 2).mean(axis=2)
    return np.stack([yuv[:, :, 0], chroma.reshape(rgb.shape[:2])], axis=2).round().astype(np.uint8)


def why_impossible() -> str:
    """Why there can be no such camera here; empty where there can."""
    if sys.platform != "linux":
        return "only Linux has cameras below /dev"
    if shutil.which("cc") is None:
        return "there is no C compiler"
    NODE.unlink(missing_ok=True)  # of a test that was killed
    try:
        os.mknod(NODE, stat.S_IFCHR, os.makedev(VIDEO_MAJOR, NUMBER))
    except OSError as error:
        return f"no node can be made below /dev ({error.strerror})"
    NODE.unlink()
    return ""


def compiled(folder: Path) -> Path:
    """The library that pretends the camera."""
    library = folder / "fake_camera.so"
    command = ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


@contextmanager
def plugged_camera(library: Path, folder: Path) -> Iterator[FakeCamera]:
    """A camera that is plugged in meanwhile; `folder` takes its files."""
    camera = FakeCamera(library, folder)
    try:
        yield camera
    finally:
        with contextlib.suppress(FileNotFoundError):
            NODE.unlink()


def _shared(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)
