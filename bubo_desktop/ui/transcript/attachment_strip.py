"""The pictures and sounds of a question, small, above it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.flow_layout import FlowLayout
from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role
from bubo_desktop.ui.thumbnails import draw_picture, read_thumbnail

VIEW_PX = QSize(72, 54)


class AttachmentView(QAbstractButton):
    """One picture, or a sound by its length.

    Signals:
        reached: it was clicked, or the keyboard came to it.
    """

    reached = Signal()

    def __init__(self, attachment: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attachment = attachment
        self._picture: QImage | None = None
        said = self.tr("Picture {name}") if attachment.kind == "picture" else self.tr("Sound {name}")
        self.setAccessibleName(said.format(name=attachment.name))
        self.setFixedSize(VIEW_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.reached)

    def set_picture(self, picture: QImage) -> None:
        """Shows the picture, of the shape of `VIEW_PX`."""
        self._picture = picture
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The keyboard is here."""
        super().focusInEvent(event)
        self.reached.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Paints the picture, or the mark and length of the sound, and a border."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._picture:
            draw_picture(painter, inside, self._picture, RADIUS_PX)
        else:
            self._draw_symbol(painter, inside)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_active = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(self._colour(Role.Highlight if is_active else Role.Mid), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(inside, RADIUS_PX, RADIUS_PX)

    def _draw_symbol(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(Role.AlternateBase))
        painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        mark = QRectF(0, 0, SIZE_PX, SIZE_PX)
        mark.moveCenter(area.center())
        if self._attachment.kind == "sound":
            mark.translate(0, -GRID_PX)
            painter.setPen(self._colour(Role.Text))
            below = area.adjusted(0, area.height() / 2, 0, 0)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, in_seconds(self._attachment.duration_s))
        icon(self._attachment.kind, self._colour(Role.PlaceholderText)).paint(painter, mark.toRect())

    def _colour(self, role: Role) -> QColor:
        return self.palette().color(role)


class AttachmentStrip(QWidget):
    """Shows attachments in lines, flush right; pictures appear when they are read.

    Signals:
        reached: one was clicked, or the keyboard came to it.
    """

    reached = Signal()

    def __init__(
        self,
        attachments: Sequence[Attachment],
        media: MediaStore,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._media = media
        self._background = background
        layout = FlowLayout(self, GRID_PX, flush_right=True)
        for attachment in attachments:
            layout.addWidget(self._view_of(attachment))

    def _view_of(self, attachment: Attachment) -> AttachmentView:
        view = AttachmentView(attachment)
        view.reached.connect(self.reached)
        if attachment.kind == "picture":
            path, size_px = self._media.path_of(attachment), VIEW_PX * self.devicePixelRatioF()
            task = self._background.run(lambda: read_thumbnail(path, size_px), view.set_picture, _keep_symbol)
            view.destroyed.connect(task.abandon)
        return view


def _keep_symbol(_error: BuboError) -> None:
    """Where a picture cannot be read, its symbol stays; the viewer says why."""
