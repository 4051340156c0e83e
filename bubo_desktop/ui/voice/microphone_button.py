"""The button of the microphone: held down while one speaks, or touched to begin and to end a recording."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.ui.icons import IconButton

HELD_MS = 350  # what is shorter is a touch


class MicrophoneButton(IconButton):
    """Works with the mouse, and with the space bar where the keyboard is on it.

    Signals:
        approached: it may soon be pressed.
        held: it was pressed; which of the two follows is not known yet.
        touched: it was let go at once.
        let_go: it was let go after a while.
    """

    approached = Signal()
    held = Signal()
    touched = Signal()
    let_go = Signal()

    def __init__(self, label: str, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__("microphone", label, shortcut, parent)
        self._since_pressed = QElapsedTimer()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.pressed.connect(self.hold)
        self.released.connect(self.let)

    def hold(self) -> None:
        """Is pressed: also by a key elsewhere."""
        self._since_pressed.start()
        self.held.emit()

    def let(self) -> None:
        """Is let go."""
        if self._since_pressed.isValid():
            is_touch = self._since_pressed.elapsed() < HELD_MS
            self._since_pressed.invalidate()
            (self.touched if is_touch else self.let_go).emit()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """The pointer came."""
        super().enterEvent(event)
        self.approached.emit()
