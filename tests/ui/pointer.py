"""A mouse that is where the test says, whatever the pointer of the machine does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def move(widget: QWidget, point: QPointF) -> None:
    """Moves the pointer to a point of a widget."""
    _send(widget, QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton)


def press(widget: QWidget, point: QPointF) -> None:
    """Presses the left button."""
    _send(widget, QEvent.Type.MouseButtonPress, point, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)


def click(widget: QWidget, point: QPointF) -> None:
    """Presses and releases the left button."""
    press(widget, point)
    _send(widget, QEvent.Type.MouseButtonRelease, point, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton)


def enter(widget: QWidget) -> None:
    """Brings the pointer onto a widget."""
    middle = QPointF(widget.rect().center())
    QApplication.sendEvent(widget, QEnterEvent(middle, middle, widget.mapToGlobal(middle)))


def leave(widget: QWidget) -> None:
    """Takes the pointer away."""
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def _send(widget: QWidget, kind: QEvent.Type, point: QPointF, button: Qt.MouseButton, buttons: Qt.MouseButton) -> None:
    place = widget.mapToGlobal(point)
    QApplication.sendEvent(widget, QMouseEvent(kind, point, place, button, buttons, Qt.KeyboardModifier.NoModifier))
