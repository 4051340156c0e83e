"""The moving picture, and what was found in it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.state.background import Background
from bubo_desktop.state.live.scene import LivePlaces, LiveScene
from bubo_desktop.ui.live.marks import LiveMarks
from bubo_desktop.ui.theme import Role
from bubo_desktop.ui.viewer.viewport import Viewport

SMALLEST_PX = QSize(240, 180)


class LiveView(QWidget):
    """Shows each picture of a source as it comes; boxes, masks and names follow what they belong to.

    Args:
        background: renders masks.
    """

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(SMALLEST_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else what lies behind is painted each time, too
        self.setAccessibleName(self.tr("Live picture"))
        self._source: FrameSource | None = None
        self._is_mirrored = False
        self._marks = LiveMarks(background, self)
        self._marks.changed.connect(self.update)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that are shown."""
        return self._marks.labels

    def set_source(self, source: FrameSource | None) -> None:
        """Shows the pictures of this source from now on."""
        if self._source:
            self._source.frame.disconnect(self._show)
        self._source = source
        self.clear()
        if source:
            source.frame.connect(self._show)

    def set_mirrored(self, is_mirrored: bool) -> None:
        """Shows the picture as in a mirror, with words that can be read."""
        self._is_mirrored = is_mirrored
        self._marks.set_mirrored(is_mirrored)

    def set_scene(self, scene: LiveScene) -> None:
        """Marks what was found."""
        self._marks.set_scene(scene, QSizeF(self.size()), self.devicePixelRatioF())
        self.setAccessibleDescription(", ".join(self.labels))

    def set_places(self, places: LivePlaces) -> None:
        """Moves the marks to where their objects are now; those that are lost go."""
        self._marks.set_places(places)

    def light(self, labels: frozenset[str]) -> None:
        """Makes the boxes of these stand out: what an answer speaks of."""
        self._marks.light(labels)

    def clear(self) -> None:
        """Marks nothing."""
        self._marks.clear()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints the newest picture, then the marks."""
        painter = QPainter(self)
        image = self._source.snapshot() if self._source else QImage()
        area = Viewport.fitted(QSizeF(image.size()), QSizeF(self.size())).area if not image.isNull() else QRectF()
        self._paint_margins(painter, area)
        if not image.isNull():
            self._paint_picture(painter, area, image)
            self._marks.draw(painter, QRectF(self.rect()))

    def _show(self, _frame: object) -> None:
        self.update()

    def _paint_margins(self, painter: QPainter, area: QRectF) -> None:
        """Paints what the picture leaves free, and the edge that it covers in part."""
        painter.setClipRegion(QRegion(self.rect()).subtracted(area.toRect().adjusted(1, 1, -1, -1)))
        painter.fillRect(self.rect(), self.palette().color(Role.Window))
        painter.setClipping(False)

    def _paint_picture(self, painter: QPainter, area: QRectF, image: QImage) -> None:
        painter.save()
        if self._is_mirrored:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.drawImage(area, image)
        painter.restore()
