"""Whether a window can be opened here: asked first, because Qt ends the program where it cannot."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

_LIBRARY = re.compile(r"(lib[\w.+-]+)\.so\.(\d+)")
# Each way to a display: the variable that names it, and Qt's plug-in for it.
_WAYS = {"xcb": ("DISPLAY", "libqxcb.so"), "wayland": ("WAYLAND_DISPLAY", "libqwayland.so")}


def missing_display() -> str:
    """Returns why no window can be opened here, as one sentence; empty where one can."""
    if sys.platform != "linux":
        return ""
    named = [name.split(":")[0] for name in os.environ.get("QT_QPA_PLATFORM", "").split(";") if name]
    ways = named or [way for way, (variable, _) in _WAYS.items() if os.environ.get(variable)]
    if not ways:
        return "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    problems = [_problem(way) if way in _WAYS else "" for way in ways]
    return problems[0] if all(problems) else ""


def _problem(way: str) -> str:
    """Why Qt cannot show a window in this way; empty where it can."""
    variable, plugin = _WAYS[way]
    problem = missing_library(Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms" / plugin)
    if problem:
        return problem
    answers = _x_server_answers() if way == "xcb" else _compositor_answers()
    return "" if answers else f"No display answers at {variable}={os.environ.get(variable, 'nowhere')}."


def missing_library(plugin: Path) -> str:
    """Which library keeps this one from being loaded, as one sentence; empty where none does."""
    try:
        ctypes.CDLL(str(plugin))  # no time is lost: Qt loads it next
    except OSError as error:
        found = _LIBRARY.match(str(error))
        if found is None:
            return f"The window cannot be opened: {error}."
        name, version = found[1].lower(), found[2]
        package = f"{name}-{version}" if name[-1].isdigit() else f"{name}{version}"  # as Debian forms names
        return f"{found[0]} is missing: on Debian and Ubuntu, sudo apt-get install {package}."
    return ""


def _x_server_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = xcb.xcb_connection_has_error(connection) == 0
    xcb.xcb_disconnect(connection)
    return bool(answers)


def _compositor_answers() -> bool:
    wayland = ctypes.CDLL("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    connection = wayland.wl_display_connect(None)
    if connection is not None:
        wayland.wl_display_disconnect(ctypes.c_void_p(connection))
    return connection is not None
