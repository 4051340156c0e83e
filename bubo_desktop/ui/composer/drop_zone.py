"""Drops anywhere in the window are for the question."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bubo_desktop.ui.composer.offer import is_welcome
from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role

_CARD_PX = (320, 136)
_ICON_PX = 32


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
        veil.setAlphaF(0.85)
        painter.fillRect(self.rect(), veil)
        card = QRectF(0, 0, *_CARD_PX)
        card.moveCenter(QRectF(self.rect()).center())
        painter.setBrush(self.palette().color(Role.Base))
        painter.setPen(QPen(self.palette().color(Role.Highlight), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(card, RADIUS_PX, RADIUS_PX)
        self._draw_invitation(painter, card)

    def _draw_invitation(self, painter: QPainter, card: QRectF) -> None:
        accent = self.palette().color(Role.Highlight)
        for name, side in (("picture", -1), ("sound", 1)):
            place = QRectF(0, 0, _ICON_PX, _ICON_PX)
            place.moveCenter(card.center() + QPointF(side * _ICON_PX * 0.7, -2 * GRID_PX))
            icon(name, accent, _ICON_PX).paint(painter, place.toRect())
        painter.setPen(self.palette().color(Role.Text))
        words = card.adjusted(0, card.height() / 2, 0, -GRID_PX)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.tr("Drop to ask about it"))

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
