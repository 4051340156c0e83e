"""The condition of what answers, at the foot of the sidebar."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from bubo_desktop.state.assistant import Assistant, Condition
from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role
from bubo_desktop.ui.tool_tips import plain_tip

HEIGHT_PX = 40
_SIGN_PX = 14
_CHEVRON_PX = 16
_BUSY = {"loading", "restarting"}
_BROKEN = {"unavailable", "no_pack"}


class EngineButton(QPushButton):
    """A sign whose shape tells what its colour tells, the pack and what computes it; pressed, a menu."""

    def __init__(self, assistant: Assistant, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self.setMenu(menu)
        self.setFixedHeight(HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        assistant.condition_changed.connect(self._describe)
        self._describe()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Any width will do: the words are shortened."""
        return QSize(0, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Sign, words, chevron; a line along the lower edge while a pack is loaded."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse() or self.hasFocus() or self.isDown():
            painter.setPen(QPen(self._colour(Role.Highlight), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(Role.AlternateBase))
            painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        condition = self._assistant.condition
        self._draw_sign(painter, condition)
        self._draw_words(painter)
        if condition.state == "loading":
            self._draw_progress(painter, area, condition.fraction)

    def _draw_sign(self, painter: QPainter, condition: Condition) -> None:
        """Ready: a disc. Busy: a ring that is three quarters closed. Broken: a warning. Stopped: an empty ring."""
        centre = QPointF(GRID_PX + _SIGN_PX / 2, self.height() / 2)
        place = QRectF(0, 0, _SIGN_PX, _SIGN_PX)
        place.moveCenter(centre)
        if condition.state in _BROKEN:
            icon("warning", self._colour(Role.BrightText)).paint(painter, place.adjusted(-2, -2, 2, 2).toRect())
            return
        is_alive = condition.state != "stopped"
        painter.setPen(QPen(self._colour(Role.Highlight if is_alive else Role.PlaceholderText), 2))
        painter.setBrush(self._colour(Role.Highlight) if condition.state == "ready" else Qt.BrushStyle.NoBrush)
        ring = place.adjusted(3, 3, -3, -3)
        if condition.state in _BUSY:
            painter.drawArc(ring, 90 * 16, -270 * 16)
        else:
            painter.drawEllipse(ring)

    def _draw_words(self, painter: QPainter) -> None:
        left, right = 2 * GRID_PX + _SIGN_PX, self.width() - GRID_PX - _CHEVRON_PX
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, right - left)
        painter.setPen(self._colour(Role.WindowText))
        area = QRectF(left, 0, right - left, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        place = QRectF(right, (self.height() - _CHEVRON_PX) / 2, _CHEVRON_PX, _CHEVRON_PX)
        icon("chevron-down", self._colour(Role.PlaceholderText)).paint(painter, place.toRect())

    def _draw_progress(self, painter: QPainter, area: QRectF, fraction: float) -> None:
        line = QRectF(area.left() + GRID_PX, area.bottom() - 3, area.width() - 2 * GRID_PX, 2)
        painter.fillRect(line, self._colour(Role.Mid))
        line.setWidth(line.width() * fraction)
        painter.fillRect(line, self._colour(Role.Highlight))

    def _describe(self) -> None:
        condition = self._assistant.condition
        words = self._words(condition)
        self.setText(words)
        self.setAccessibleName(self.tr("Pack and settings: {condition}").format(condition=words))
        self.setToolTip(plain_tip(" ".join([words, *condition.notes])))
        self.update()

    def _words(self, condition: Condition) -> str:
        texts = {
            "stopped": self.tr("Not running"),
            "loading": self.tr("Measuring {pack}, {percent} %")
            if condition.is_tuning
            else self.tr("Loading {pack}, {percent} %"),
            "ready": self.tr("{pack} · {device}"),
            "restarting": self.tr("{pack} is starting again"),
            "unavailable": self.tr("{pack} does not run"),
            "no_pack": self.tr("No pack"),
        }
        percent = round(100 * condition.fraction)
        return texts[condition.state].format(pack=condition.pack_name, device=condition.device, percent=percent)

    def _colour(self, role: Role) -> QColor:
        return self.palette().color(role)
