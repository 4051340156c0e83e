"""Checks what Python's packages need of the system, and installs it where that is possible without asking.

Runs before the virtual environment exists: standard library only, and a syntax that old Pythons understand.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MINIMUM_PYTHON = (3, 11)

# What is probed -> the Debian and Ubuntu package that brings it.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libportaudio.so.2": "libportaudio2",
    "libpulse.so.0": "libpulse0",
    "libspeechd.so.2": "libspeechd2",
    "libxcb-cursor.so.0": "libxcb-cursor0",  # from here on: what Qt needs to open a window on an X server
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
COMMANDS = {"c++": "g++", "make": "make", "cmake": "cmake"}  # llama.cpp is compiled where no wheel exists
TEST_COMMANDS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "xclip": "xclip",
    "import": "imagemagick",
    "dbus-daemon": "dbus",
    "speech-dispatcher": "speech-dispatcher",
    "flite": "flite",
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
}
TEST_FILES = {
    "/usr/lib/speech-dispatcher-modules/sd_espeak-ng": "speech-dispatcher-espeak-ng",
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf": "fonts-noto-color-emoji",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf": "fonts-symbola",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "/usr/lib/python3/dist-packages/pyatspi/__init__.py": "python3-pyatspi",  # with the bindings it is made of
}


def missing_packages(for_tests: bool) -> list[str]:
    """Names of the Debian packages that are missing, in the order of the tables above."""
    missing = [package for library, package in LIBRARIES.items() if not _has_library(library)]
    missing += [package for command, package in COMMANDS.items() if shutil.which(command) is None]
    if for_tests:
        missing += [package for command, package in TEST_COMMANDS.items() if shutil.which(command) is None]
        missing += [package for file, package in TEST_FILES.items() if not Path(file).is_file()]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    return missing


def install_command(packages: Sequence[str]) -> list[str]:
    """The command that installs these packages on Debian and its relatives."""
    return ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *packages]


def main(arguments: Sequence[str]) -> int:
    """Makes sure that everything is there; returns an exit code and says in one line what is not.

    Args:
        arguments: `test` adds what only the tests need.
    """
    if sys.version_info < MINIMUM_PYTHON:
        return _complain("Python 3.11 or newer is needed: make PYTHON=python3.11 ...")
    for_tests = "test" in arguments
    missing = missing_packages(for_tests) if sys.platform == "linux" else []
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        _install(missing)
        missing = missing_packages(for_tests)
    if missing:
        command = " ".join(install_command(missing))
        return _complain(f"Missing system packages (names as on Debian). Install them with: sudo {command}")
    return 0


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _install(packages: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "--quiet=2"], env=environment, check=False)
    subprocess.run(install_command(packages), env=environment, check=False)


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
