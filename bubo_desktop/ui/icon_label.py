"""An icon that only stands there, in a colour of its theme."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import Role


class IconLabel(QWidget):
    """The icon of this name; the words beside it say what it means."""

    def __init__(self, name: str, role: Role, size_px: int = SIZE_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self.setFixedSize(size_px, size_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """The icon fills the widget."""
        icon(self._name, self.palette().color(self._role), self.width()).paint(QPainter(self), self.rect())
