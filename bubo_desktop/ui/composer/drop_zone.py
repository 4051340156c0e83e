"""Drops anywhere in the window are for the question."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bubo_desktop.ui.composer.offer import is_welcome
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role


class DropZone(QWidget):
    """Lies over the window while something that can be asked about is dragged across it.

    Args:
        window: whose drops it takes.
        receive: is given what was dropped, valid during the call.
    """

    def __init__(self, window: QWidget, receive: Callable[[QMimeData], object]) -> None:
        super().__init__(window)
        self._receive = receive
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the window stays what is dragged to
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follows a drag across the window."""
        if isinstance(event, QDropEvent):
            return self._follow(event)
        if event.type() is QEvent.Type.DragLeave:
            self.hide()
        elif event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """A veil over the window, and the invitation in its middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = self.palette().color(Role.Window)
        veil.setAlphaF(0.9)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(self.palette().color(Role.Highlight), 2, Qt.PenStyle.DashLine))
        margin = 2 * GRID_PX
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(margin, margin, -margin, -margin), RADIUS_PX, RADIUS_PX)
        font = self.font()
        font.setPixelSize(20)
        painter.setFont(font)
        painter.setPen(self.palette().color(Role.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Drop to ask about it"))

    def _follow(self, event: QDropEvent) -> bool:
        """A copy is made of what is dropped, whatever was asked for: nobody's file is moved."""
        if not is_welcome(event.mimeData()):
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            self.raise_()
            self.show()
        else:
            self.hide()
            self._receive(event.mimeData())
        return True
