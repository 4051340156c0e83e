"""A sample on the empty page: a picture, a sound or both, and a question about them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from bubo_desktop.packs.manifest import SelfTestCase
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role, small
from bubo_desktop.ui.thumbnails import Envelope, draw_picture, draw_sound

VIEW_PX = QSize(176, 132)
_WIDEST_PX = VIEW_PX.width() + 2 * GRID_PX
_NARROWEST_PX = 136
_NARROW_PX = 176
_WORDS_PX = 80
_NARROW_WORDS_PX = 98
_BADGE_PX = QSize(76, 26)


class SampleCard(QAbstractButton):
    """Pressed, it asks. What it shows arrives later; its place is kept."""

    def __init__(self, case: SelfTestCase, folder: Path, parent: QWidget | None = None) -> None:
        """Args:
        case: of a pack's manifest.
        folder: the pack's.
        """
        super().__init__(parent)
        self.question = case.question
        self.picture_path = folder / case.image if case.image else None
        self.sound_path = folder / case.sound if case.sound else None
        self._picture: QImage | None = None
        self._envelope: Envelope = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumWidth(_NARROWEST_PX)
        self.setMaximumWidth(_WIDEST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(self.question)
        self.setAccessibleName(self.tr("{kind}: {question}").format(kind=self._kind(), question=self.question))

    @property
    def paths(self) -> list[str]:
        """Of its picture and its sound."""
        return [str(path) for path in (self.picture_path, self.sound_path) if path]

    def set_picture(self, picture: QImage) -> None:
        """Shows the picture."""
        self._picture = picture
        self.update()

    @property
    def n_bars(self) -> int:
        """How many bars its sound is drawn with."""
        return 20 if self.picture_path else 40

    def set_envelope(self, envelope: Envelope) -> None:
        """Shows the sound, in `n_bars` bars."""
        self._envelope = envelope
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The size that looks best."""
        return QSize(_WIDEST_PX, VIEW_PX.height() + _WORDS_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A narrower card has a lower view, and its question more lines."""
        super().resizeEvent(event)
        words_px = _WORDS_PX if self.width() > _NARROW_PX else _NARROW_WORDS_PX
        self.setFixedHeight(round(self._view().height()) + words_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """A card: what it is about, above the question."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        is_active = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(self._colour(Role.Highlight if is_active else Role.Mid), 2 if self.hasFocus() else 1))
        painter.setBrush(self._colour(Role.AlternateBase if self.isDown() else Role.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        self._draw_view(painter, self._view())
        self._draw_words(painter, self._view().bottom() + GRID_PX)

    def _view(self) -> QRectF:
        width = self.width() - 2 * GRID_PX
        return QRectF(GRID_PX, GRID_PX, width, width * VIEW_PX.height() / VIEW_PX.width())

    def _draw_view(self, painter: QPainter, view: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(Role.AlternateBase))
        painter.drawRoundedRect(view, RADIUS_PX / 2, RADIUS_PX / 2)
        if self._picture is not None:
            draw_picture(painter, view, self._picture, RADIUS_PX / 2)
        if self._envelope:
            self._draw_sound(painter, view)

    def _draw_sound(self, painter: QPainter, view: QRectF) -> None:
        """In the middle; on a picture, small and in a corner."""
        area = view.adjusted(GRID_PX, 4 * GRID_PX, -GRID_PX, -4 * GRID_PX)
        if self.picture_path:
            badge = QRectF(view.right() - _BADGE_PX.width() - 6, view.top() + 6, _BADGE_PX.width(), _BADGE_PX.height())
            painter.setBrush(self._colour(Role.Base))
            painter.drawRoundedRect(badge, RADIUS_PX / 2, RADIUS_PX / 2)
            area = badge.adjusted(GRID_PX, 4, -GRID_PX, -4)
        draw_sound(painter, area, self._envelope, self._colour(Role.Highlight))

    def _draw_words(self, painter: QPainter, top_px: float) -> None:
        area = QRectF(GRID_PX + 4, top_px, self.width() - 2 * GRID_PX - 8, self.height() - top_px - GRID_PX)
        painter.setFont(small(self.font()))
        painter.setPen(self._colour(Role.PlaceholderText))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, self._kind())
        painter.setFont(self.font())
        painter.setPen(self._colour(Role.Text))
        words = area.adjusted(0, 2 * GRID_PX + 2, 0, 0)
        painter.drawText(words, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, self.question)

    def _kind(self) -> str:
        if self.picture_path and self.sound_path:
            return self.tr("Picture and sound")
        return self.tr("Picture") if self.picture_path else self.tr("Sound")

    def _colour(self, role: Role) -> QColor:
        return self.palette().color(role)
