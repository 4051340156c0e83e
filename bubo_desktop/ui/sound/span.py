"""An event of a recording: its name, above a line as long as it can be heard."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.data import SoundEvent
from bubo_desktop.palette import Look
from bubo_desktop.ui.certainty import certainty_of
from bubo_desktop.ui.pointed_button import PointedButton
from bubo_desktop.ui.theme import Role
from bubo_desktop.ui.tool_tips import plain_tip
from bubo_desktop.ui.word_marks import draw_ground, draw_line, draw_ring

HEIGHT_PX = 22
PADDING_PX = 4


class Span(PointedButton):
    """A button that plays the event; the pointer or the keyboard on it lights what names it.

    Attributes:
        heard: the event.
        number: its place in its `SoundFindings`.
        look: its colour and pattern.
    """

    def __init__(self, number: int, event: SoundEvent, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heard = event
        self.number = number
        self.look = look
        self._is_lit = False
        self._line = QLineF()
        self.setObjectName("span")
        self.setText(event.label)
        self.setAccessibleName(self._described(event))
        self.setToolTip(plain_tip(self._described(event)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_lit(self, is_lit: bool) -> None:
        """Whether it stands out."""
        self._is_lit = is_lit
        self.update()

    def place(self, area: QRectF, line: QLineF) -> None:
        """Stands in an area of its parent's, above the part of its lower edge that it can be heard in."""
        self._line = line.translated(-area.topLeft())
        self.setGeometry(area.toRect())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its name."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2 * PADDING_PX, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Paints the name and its line, or the name on its ground while it is lit."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._is_lit:
            draw_ground(painter, area, self.look)
        else:
            draw_line(painter, self._line.x1(), self._line.x2(), self._line.y1(), self.look)
        if self.hasFocus():
            draw_ring(painter, area, self.palette().color(Role.Highlight))
        painter.setPen(QColor(*self.look.ink) if self._is_lit else self.palette().color(Role.Text))
        room_px = self.width() - 2 * PADDING_PX + 1
        name = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room_px)
        painter.drawText(area.adjusted(PADDING_PX - 1, 0, 0, -5), Qt.AlignmentFlag.AlignVCenter, name)

    def _described(self, event: SoundEvent) -> str:
        described = self.tr("{name}, {start:.1f} to {end:.1f} seconds, {certainty}")
        certainty = certainty_of(event.score)
        return described.format(name=event.label, start=event.start_s, end=event.end_s, certainty=certainty)
