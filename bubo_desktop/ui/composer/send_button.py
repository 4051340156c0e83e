"""The one accent of the window: it sends the question, or stops the answer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import Role

DIAMETER_PX = 36


class SendButton(QAbstractButton):
    """Round and in the accent's colour; grey where there is nothing to send."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops = False
        self.setFixedSize(DIAMETER_PX, DIAMETER_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_stops(False)

    @property
    def stops(self) -> bool:
        """Whether pressing it stops the answer."""
        return self._stops

    def set_stops(self, stops: bool) -> None:
        """Makes it the button that stops, or the one that sends."""
        self._stops = stops
        label, key = (self.tr("Stop"), "Esc") if stops else (self.tr("Send"), self.tr("Enter"))
        self.setAccessibleName(label)
        self.setToolTip(f"{label} ({key})")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A circle's."""
        return QSize(DIAMETER_PX, DIAMETER_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """A disc with its icon; the keyboard's ring stands off from it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        disc = colours.color(Role.Highlight if self.isEnabled() else Role.AlternateBase)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            disc = disc.lighter(112) if not self.isDown() else disc.darker(112)
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(disc)
        painter.drawEllipse(centre, DIAMETER_PX / 2 - 3, DIAMETER_PX / 2 - 3)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.color(Role.Highlight), 1.5))
            painter.drawEllipse(centre, DIAMETER_PX / 2 - 1, DIAMETER_PX / 2 - 1)
        self._draw_symbol(painter)

    def _draw_symbol(self, painter: QPainter) -> None:
        role = Role.HighlightedText if self.isEnabled() else Role.PlaceholderText
        place = QRect(0, 0, SIZE_PX, SIZE_PX)
        place.moveCenter(self.rect().center())
        icon("stop" if self._stops else "send", self.palette().color(role)).paint(painter, place)
