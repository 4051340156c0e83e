"""The chip of an object in the legend."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen

from bubo_desktop.data import PictureFindings, Thing
from bubo_desktop.palette import look_of
from bubo_desktop.ui.pointed_button import PointedButton
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role
from bubo_desktop.ui.tool_tips import plain_tip
from bubo_desktop.ui.viewer.chips import LONGEST_PX, WAVES_PX, draw_waves, score_text
from bubo_desktop.ui.viewer.swatch import draw_swatch
from bubo_desktop.ui.viewer.wording import Wording

HEIGHT_PX = 28
SWATCH_PX = 14


class LegendChip(PointedButton):
    """An object: its colour and pattern, name and score; checked while it is pinned."""

    def __init__(self, thing_id: int) -> None:
        super().__init__()
        self.thing_id = thing_id
        self._look = look_of(thing_id)
        self._score = ""
        self._is_source = False
        self._is_lit = False
        self.setCheckable(True)

    def show_thing(self, thing: Thing, findings: PictureFindings, *, is_source: bool) -> None:
        """Shows what is known of the object by now; `is_source` where it makes the sound."""
        self._score = score_text(thing.score)
        self._is_source = is_source
        self.setText(thing.label)
        self.setAccessibleName(Wording().thing(thing, findings, is_source=is_source))
        self.setToolTip(plain_tip(self.accessibleName()))
        self.updateGeometry()

    @property
    def is_lit(self) -> bool:
        """Whether it stands out."""
        return self._is_lit

    def set_lit(self, is_lit: bool) -> None:
        """Stands out, or no longer."""
        self._is_lit = is_lit
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all its parts."""
        metrics = QFontMetricsF(self.font())
        label_px = min(ceil(metrics.horizontalAdvance(self.text())), LONGEST_PX)
        score_px = ceil(metrics.horizontalAdvance(self._score))
        waves_px = WAVES_PX + 4 if self._is_source else 0
        return QSize(4 * GRID_PX + SWATCH_PX + label_px + score_px + waves_px, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A long name is cut where there is no room."""
        return QSize(8 * GRID_PX, HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws swatch, name and score, on a ground that tells what is lit and what is pinned."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        swatch = QRectF(GRID_PX, (self.height() - SWATCH_PX) / 2, SWATCH_PX, SWATCH_PX)
        draw_swatch(painter, swatch, self._look)
        inside = QRectF(self.rect()).adjusted(2 * GRID_PX + SWATCH_PX, 0, -GRID_PX, 0)
        if self._is_source:
            spot = QPointF(inside.right() - WAVES_PX + 4, inside.center().y())
            draw_waves(painter, spot, self.palette().color(Role.Text))
        self._paint_texts(painter, inside.adjusted(0, 0, -WAVES_PX - 4 if self._is_source else 0, 0))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another font needs another size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def _paint_ground(self, painter: QPainter) -> None:
        palette = self.palette()
        stands_out = self._is_lit or self.isChecked()
        painter.setBrush(palette.color(Role.AlternateBase if stands_out else Role.Base))
        edge = Role.Highlight if self.hasFocus() else Role.Text if self.isChecked() else Role.Mid
        painter.setPen(QPen(palette.color(edge), 2 if self.hasFocus() or self.isChecked() else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)

    def _paint_texts(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.palette().color(Role.PlaceholderText))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._score)
        room_px = area.width() - metrics.horizontalAdvance(self._score) - GRID_PX
        painter.setPen(self.palette().color(Role.Text))
        label = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room_px)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
