"""A picture or sound of the question: what it is, that it is being looked at, and a way to take it off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.records import Attachment
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.icons import IconButton, icon
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role, small
from bubo_desktop.ui.thumbnails import draw_picture
from bubo_desktop.ui.tool_tips import plain_tip

HEIGHT_PX = 44
THUMBNAIL_PX = 32
_NAME_PX = 168
_RING_PX = 2.0
_CROSS_PX = 16
_TEXT_LEFT_PX = HEIGHT_PX + GRID_PX // 2


class Chip(QWidget):
    """One attachment. With the keyboard on it, Delete takes it off.

    Signals:
        removed(Attachment).
    """

    removed = Signal(Attachment)

    def __init__(self, attachment: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attachment = attachment
        self._thumbnail: QImage | None = None
        self._progress: StageProgress | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(plain_tip(attachment.name))
        self._remove = IconButton("close", self.tr("Remove {name}").format(name=attachment.name), self.tr("Delete"))
        self._remove.setParent(self)
        self._remove.setIconSize(QSize(_CROSS_PX, _CROSS_PX))
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the chip itself is what the keyboard reaches
        self._remove.clicked.connect(lambda: self.removed.emit(self.attachment))
        self._fit()
        self._describe()

    def set_thumbnail(self, thumbnail: QImage) -> None:
        """Shows what the picture looks like; square, `THUMBNAIL_PX` points wide."""
        self._thumbnail = thumbnail
        self.update()

    def set_progress(self, progress: StageProgress | None) -> None:
        """How far it has been looked at or listened to; None where it has."""
        self._progress = progress
        self._describe()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete and Backspace take it off."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit(self.attachment)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another font needs another width."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """A card: the small view in its ring, the name, and what is known of the file."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        border = self._colour(Role.Highlight if self.hasFocus() else Role.Mid)
        painter.setPen(QPen(border, 2 if self.hasFocus() else 1))
        painter.setBrush(self._colour(Role.AlternateBase))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        self._draw_view(painter)
        self._draw_words(painter)

    def _draw_view(self, painter: QPainter) -> None:
        margin = (HEIGHT_PX - THUMBNAIL_PX) / 2
        area = QRectF(margin, margin, THUMBNAIL_PX, THUMBNAIL_PX)
        if self._thumbnail is not None:
            draw_picture(painter, area, self._thumbnail, RADIUS_PX / 2)
        else:
            icon(self.attachment.kind, self._colour(Role.Text)).paint(painter, area.toRect())
        if self._progress is not None:
            self._draw_ring(painter, area.adjusted(-2, -2, 2, 2), self._progress.fraction)

    def _draw_ring(self, painter: QPainter, area: QRectF, fraction: float) -> None:
        """A line that grows around the view as more of the file has been taken in."""
        ring = QPainterPath()
        ring.addRoundedRect(area, RADIUS_PX * 3 / 4, RADIUS_PX * 3 / 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._colour(Role.Mid), _RING_PX))
        painter.drawPath(ring)
        painter.setPen(QPen(self._colour(Role.Highlight), _RING_PX))
        painter.drawPath(ring.trimmed(0.0, min(max(fraction, 0.0), 1.0)))

    def _draw_words(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        name = metrics.elidedText(self.attachment.name, Qt.TextElideMode.ElideMiddle, self._name_width_px())
        lines = QRectF(_TEXT_LEFT_PX, 0, self.width(), HEIGHT_PX)
        painter.setPen(self._colour(Role.Text))
        painter.drawText(lines.adjusted(0, 5, 0, -HEIGHT_PX / 2 + 2), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(self._colour(Role.PlaceholderText))
        painter.setFont(small(self.font()))
        painter.drawText(lines.adjusted(0, HEIGHT_PX / 2, 0, -5), Qt.AlignmentFlag.AlignVCenter, self._details())

    def _details(self) -> str:
        """What is known of the file, or that it is being taken in and how long that will be."""
        if self._progress is None:
            return self._measures()
        doing = self.tr("looking") if self.attachment.kind == "picture" else self.tr("listening")
        remaining_s = self._progress.remaining_s
        return doing if remaining_s is None else f"{doing}, {in_seconds(remaining_s)}"

    def _measures(self) -> str:
        if self.attachment.kind == "picture":
            return f"{self.attachment.width} × {self.attachment.height}"
        return in_seconds(self.attachment.duration_s)

    def _describe(self) -> None:
        kind = self.tr("Picture") if self.attachment.kind == "picture" else self.tr("Sound")
        described = self.tr("{kind} {name}, {details}. Delete removes it.")
        self.setAccessibleName(described.format(kind=kind, name=self.attachment.name, details=self._details()))

    def _fit(self) -> None:
        """As wide as what it may say, so that nothing moves while it says it."""
        button = self._remove.sizeHint()
        self.setFixedSize(QSize(_TEXT_LEFT_PX + self._name_width_px() + button.width() + GRID_PX, HEIGHT_PX))
        self._remove.move(self.width() - button.width() - GRID_PX // 2, (HEIGHT_PX - button.height()) // 2)

    def _name_width_px(self) -> int:
        details = f"{self.tr('listening')}, {in_seconds(88.8)}"
        widest_details = QFontMetrics(small(self.font())).horizontalAdvance(details)
        return max(min(self.fontMetrics().horizontalAdvance(self.attachment.name) + 1, _NAME_PX), widest_details)

    def _colour(self, role: Role) -> QColor:
        return self.palette().color(role)
