"""Whether somebody is there: the screen was locked, or the laptop goes to sleep or has slept."""

from __future__ import annotations

import sys
import time
from typing import Any

from PySide6.QtCore import SLOT, QObject, QTimer, Signal, Slot

TICK_S = 1.0
SLEPT_S = 10.0  # no program that is awake keeps its event loop waiting for so long

# Source: the interface org.freedesktop.login1.Manager of systemd-logind, and the interfaces that desktops took from
# org.freedesktop.ScreenSaver (their signal `ActiveChanged` says that the screen went blank or is locked).
_LOGIN = "org.freedesktop.login1"
_SCREEN_SAVERS = tuple(f"org.{desktop}.ScreenSaver" for desktop in ("freedesktop", "gnome", "cinnamon", "mate", "xfce"))


class Absence(QObject):
    """Watches for it: by what the desktop and the system tell on D-Bus, where there is one, and by the clock, which
    every sleep makes jump.

    Signals:
        began(): the screen was locked, or the machine goes to sleep, or has slept.
    """

    began = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen_s = 0.0
        self._ticks = QTimer(self, interval=round(1000 * TICK_S))
        self._ticks.timeout.connect(self._look)

    def watch(self) -> None:
        """Begins to watch; more than once is the same as once."""
        if not self._ticks.isActive():
            self._seen_s = time.time()
            self._ticks.start()
            if sys.platform == "linux":
                self._listen()

    def _listen(self) -> None:
        from PySide6.QtDBus import QDBusConnection  # not before a device is used

        system, session = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
        # PySide's connect takes what its SLOT makes, whatever its signature says.
        turned: Any = SLOT("_turn(bool)")
        locked: Any = SLOT("_lock()")
        system.connect(_LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", "PrepareForSleep", self, turned)
        system.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, locked)
        for interface in _SCREEN_SAVERS:
            session.connect("", "", interface, "ActiveChanged", self, turned)

    @Slot(bool)
    def _turn(self, is_away: bool) -> None:
        """Sleep or the screen saver begins (or ends)."""
        if is_away:
            self.began.emit()

    @Slot()
    def _lock(self) -> None:
        self.began.emit()

    def _look(self) -> None:
        """A jump of the clock; one that somebody set by hand looks the same, and does no harm."""
        now_s = time.time()
        jump_s, self._seen_s = now_s - self._seen_s, now_s
        if jump_s > SLEPT_S:
            self.began.emit()
