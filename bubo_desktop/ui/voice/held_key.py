"""A key that does something as long as it is held, wherever in the window the keyboard is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

REPEAT_MS = 60  # X tells of a key that repeats itself as of one let go and pressed again, and Qt does not always see it


class HeldKey(QObject):
    """Qt tells only that a shortcut was pressed; for the time until it is let go all keys are looked at.

    Args:
        keys: as `QKeySequence` reads them, one key with modifiers.
        window: in which it works.

    Signals:
        pressed, released.
    """

    pressed = Signal()
    released = Signal()

    def __init__(self, keys: str, window: QWidget) -> None:
        super().__init__(window)
        sequence = QKeySequence(keys)
        [combination] = cast("Sequence[QKeyCombination]", sequence)
        self._key = combination.key()
        self._is_held = False
        self._end = QTimer(self, singleShot=True, interval=REPEAT_MS)
        self._end.timeout.connect(self._release)
        shortcut = QShortcut(sequence, window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self._press)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Looks for the end of it."""
        if event.type() is QEvent.Type.ApplicationDeactivate:
            self._release()
        elif isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            if event.type() is not QEvent.Type.KeyRelease and event.key() == self._key:
                self._end.stop()
            elif event.type() is QEvent.Type.KeyRelease and event.key() in {self._key, Qt.Key.Key_Control}:
                self._end.start()
        return super().eventFilter(watched, event)

    def _press(self) -> None:
        application = QCoreApplication.instance()
        self._end.stop()
        if not self._is_held and application:
            self._is_held = True
            application.installEventFilter(self)
            self.pressed.emit()

    def _release(self) -> None:
        application = QCoreApplication.instance()
        self._end.stop()
        if self._is_held and application:
            self._is_held = False
            application.removeEventFilter(self)
            self.released.emit()
