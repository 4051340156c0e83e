"""An icon that only stands there, in a colour of its theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import Role


class IconLabel(QWidget):
    """The icon of this name; the words beside it say what it means."""

    def __init__(self, name: str, role: Role, size_px: int = SIZE_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self._drawn = QIcon()
        self.setFixedSize(size_px, size_px)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws it anew in another theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._drawn = QIcon()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """The icon fills the widget."""
        if self._drawn.isNull():
            self._drawn = icon(self._name, self.palette().color(self._role), self.width())
        self._drawn.paint(QPainter(self), self.rect())
