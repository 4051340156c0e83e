"""The boxes, masks and names over the moving picture; painted once for as long as nothing about them changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from bubo_desktop.data import BoxXyxyPx, Thing
from bubo_desktop.state.background import Background
from bubo_desktop.state.live.scene import LivePlaces, LiveScene
from bubo_desktop.ui.live.masks import LiveMasks
from bubo_desktop.ui.viewer.chips import chip_font, draw_chip, place_chips
from bubo_desktop.ui.viewer.marks import BOX_PX, Mark, draw_box, draw_corners
from bubo_desktop.ui.viewer.viewport import Viewport


class LiveMarks(QObject):
    """What was found in the moving picture, and where it is now.

    Args:
        background: renders masks.
        view: over whose whole area they lie.

    Signals:
        changed: they look different.
    """

    changed = Signal()

    def __init__(self, background: Background, view: QWidget) -> None:
        super().__init__(view)
        self._scene: LiveScene | None = None
        self._boxes_xyxy_px: dict[int, BoxXyxyPx] = {}
        self._lit: frozenset[str] = frozenset()
        self._is_mirrored = False
        self._layer: QPixmap | None = None
        self._masks = LiveMasks(background, self)
        self._masks.changed.connect(self._repaint)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that are shown."""
        return tuple(thing.label for thing in self._scene.things) if self._scene else ()

    def set_scene(self, scene: LiveScene, size: QSizeF, device_ratio: float) -> None:
        """Marks what was found; masks are made for a view of this size in points."""
        self._scene = scene
        self._boxes_xyxy_px = {thing.id: thing.box_xyxy_px for thing in scene.things}
        self._masks.take(scene, _viewport(scene, size).scale, device_ratio)
        self._repaint()

    def set_places(self, places: LivePlaces) -> None:
        """Moves the marks to where their objects are now; those that are lost go."""
        self._boxes_xyxy_px = places.boxes_xyxy_px
        self._repaint()

    def set_mirrored(self, is_mirrored: bool) -> None:
        """Says whether the picture lies as in a mirror; words can be read all the same."""
        self._is_mirrored = is_mirrored
        self._repaint()

    def light(self, labels: frozenset[str]) -> None:
        """Makes the boxes of these stand out."""
        if labels != self._lit:
            self._lit = labels
            self._repaint()

    def clear(self) -> None:
        """Marks nothing."""
        self._scene, self._boxes_xyxy_px = None, {}
        self._masks.clear()
        self._repaint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draws them over the view, all of whose points are this area."""
        if not (self._scene and self._boxes_xyxy_px):
            return
        ratio = painter.device().devicePixelRatio()
        size = (area.size() * ratio).toSize()
        if self._layer is None or self._layer.size() != size or self._layer.devicePixelRatio() != ratio:
            self._layer = QPixmap(size)
            self._layer.setDevicePixelRatio(ratio)
            self._layer.fill(Qt.GlobalColor.transparent)
            with QPainter(self._layer) as on_layer:
                on_layer.setFont(chip_font(painter.font()))
                self._paint(on_layer, _viewport(self._scene, area.size()))
        painter.drawPixmap(area.topLeft(), self._layer)

    def _repaint(self) -> None:
        self._layer = None
        self.changed.emit()

    def _paint(self, painter: QPainter, viewport: Viewport) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        marks = self._marks()
        for mark in marks:
            self._paint_mark(painter, viewport, mark)
        for chip in place_chips(marks, viewport, painter.font(), are_lit=False):
            draw_chip(painter, chip)

    def _paint_mark(self, painter: QPainter, viewport: Viewport, mark: Mark) -> None:
        area = viewport.rect_of(mark.thing.box_xyxy_px)
        mask = self._masks.place(mark.thing.id, self._turned(mark.thing.box_xyxy_px))
        if mask:
            painter.drawImage(viewport.rect_of(self._turned(mask.box_xyxy_px)), self._flipped(mask.image))
            draw_corners(painter, area, mark.look)
        else:
            draw_box(painter, area, mark.look, BOX_PX)
        if mark.thing.label in self._lit:
            _paint_glow(painter, area, mark)

    def _marks(self) -> list[Mark]:
        things = self._scene.things if self._scene else ()
        return [
            Mark(
                Thing(thing.id, thing.label, thing.score, self._turned(self._boxes_xyxy_px[thing.id])), is_source=False
            )
            for thing in things
            if thing.id in self._boxes_xyxy_px
        ]

    def _flipped(self, image: QImage) -> QImage:
        return image.flipped(Qt.Orientation.Horizontal) if self._is_mirrored else image

    def _turned(self, box: BoxXyxyPx) -> BoxXyxyPx:
        """A box of the frame in the picture as it is shown, and back."""
        if not (self._is_mirrored and self._scene):
            return box
        x0, y0, x1, y1 = box
        return self._scene.width_px - x1, y0, self._scene.width_px - x0, y1


def _viewport(scene: LiveScene, size: QSizeF) -> Viewport:
    return Viewport.fitted(QSizeF(scene.width_px, scene.height_px), size)


def _paint_glow(painter: QPainter, area: QRectF, mark: Mark) -> None:
    colour = QColor(*mark.look.colour)
    colour.setAlphaF(0.25)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(area, 3, 3)
