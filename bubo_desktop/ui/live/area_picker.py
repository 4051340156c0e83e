"""A part of the screen, chosen by drawing a frame on a still picture of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

DIM = QColor(0, 0, 0, 110)
SMALLEST_PX = 8


class AreaPicker(QWidget):
    """Covers the screen with its picture until an area is chosen, or Esc is pressed.

    Args:
        still: the whole screen.

    Signals:
        chosen(QImage): this part of the picture.
    """

    chosen = Signal(QImage)

    def __init__(self, still: QImage) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Draw a frame around what you want to ask about; Esc ends it"))
        self._still = still
        self._start = self._end = QPoint()

    def pick(self) -> None:
        """Appears."""
        self.setGeometry(self.screen().geometry())
        self.showFullScreen()
        self.activateWindow()
        self.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A corner of the frame."""
        self._start = self._end = event.position().toPoint()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The opposite corner goes along."""
        self._end = event.position().toPoint()
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The frame is drawn; one that is hardly more than a click may be drawn again."""
        area = self._area()
        if min(area.width(), area.height()) >= SMALLEST_PX:
            across, down = self._still.width() / self.width(), self._still.height() / self.height()
            cut = QRect(
                round(area.left() * across), round(area.top() * down),
                round(area.width() * across), round(area.height() * down),
            )  # fmt: skip
            self.close()
            self.chosen.emit(self._still.copy(cut & self._still.rect()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc ends it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture, dimmed but for the frame."""
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._still)
        area = self._area()
        painter.save()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(area)))
        painter.fillRect(self.rect(), DIM)
        painter.restore()
        painter.setPen(QPen(Qt.GlobalColor.white, 2))
        painter.drawRect(area)

    def _area(self) -> QRect:
        return QRect(self._start, self._end).normalized()
