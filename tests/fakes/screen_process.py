"""A program on an X server: it shows a red card, captures the screen and the card's window, and tells what it got."""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from bubo_desktop.capture.screen import Still, windows

WINDOW_TYPE = 33  # Source: X11/Xatom.h, XA_WINDOW
REPLACE = 0  # Source: X11/X.h, PropModeReplace


def main() -> int:
    """Writes one line of JSON."""
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    card = QWidget(windowTitle="A red card")
    card.setStyleSheet("background: rgb(200, 30, 60)")
    card.setGeometry(100, 80, 200, 150)
    card.show()
    application.processEvents()
    list_window(int(card.winId()))
    [listed] = windows()
    screen, window = captured(), captured(listed.id)
    told: dict[str, Any] = {
        "windows": [listed.name],
        "screen": {"size": list(screen.size().toTuple()), "centre of the card": colour(screen, 200, 155)},
        "window": {"size": list(window.size().toTuple()), "corners": [colour(window, 0, 0), colour(window, 199, 149)]},
    }
    card.close()
    list_window(0)
    told["closed window"] = captured(listed.id)
    print(json.dumps(told))
    return 0


def captured(device_id: str = "") -> Any:
    """The picture, or why there is none."""
    results: list[Any] = []
    still, waiting = Still(), QEventLoop()
    for signal, make in ((still.taken, QImage), (still.refused, str)):
        signal.connect(lambda value, make=make: (results.append(make(value)), waiting.quit()), Qt.QueuedConnection)
    still.take(device_id)
    waiting.exec()
    return results[0]


def colour(picture: QImage, x: int, y: int) -> list[int]:
    """Red, green and blue."""
    return list(picture.pixelColor(x, y).getRgb()[:3])


def list_window(window: int) -> None:
    """Tells the server's other programs of a window, as a window manager would; of none for 0.

    Source: Extended Window Manager Hints, _NET_CLIENT_LIST.
    """
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype, x11.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    name = ctypes.c_ulong(x11.XInternAtom(display, b"_NET_CLIENT_LIST", False))
    content = ctypes.byref(ctypes.c_ulong(window))
    x11.XChangeProperty(display, root, name, ctypes.c_ulong(WINDOW_TYPE), 32, REPLACE, content, int(window != 0))
    x11.XCloseDisplay(display)


if __name__ == "__main__":
    sys.exit(main())
