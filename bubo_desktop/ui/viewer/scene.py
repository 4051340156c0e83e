"""What lies over the picture: masks, boxes and names, and the dark around what is pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from bubo_desktop.data import Thing
from bubo_desktop.ui.viewer.chips import Chip, chip_font, draw_chip, place_chips
from bubo_desktop.ui.viewer.fade import Fade
from bubo_desktop.ui.viewer.marks import BOX_PX, LIT_BOX_PX, Mark, draw_box, draw_corners, draw_ring, fill_box
from bubo_desktop.ui.viewer.masks import Masks
from bubo_desktop.ui.viewer.regions import Regions
from bubo_desktop.ui.viewer.viewport import Viewport

DIM = 1 / 3
_TOLERANCE_PX = 6
_UNLIT_CHIP = 0.35
_NONE: frozenset[int] = frozenset()


class Scene(QObject):
    """The objects of the picture that is shown, as they are drawn over it.

    Signals:
        changed: it is to be drawn again.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._masks: Masks | None = None
        self._regions = Regions(())
        self._lit = self._remembered_lit = _NONE
        self._new_boxes = _NONE
        self._box_fade, self._mask_fade, self._dim_fade = Fade(self), Fade(self), Fade(self)
        for fade in (self._box_fade, self._mask_fade, self._dim_fade):
            fade.valueChanged.connect(self.changed)
        self._shows_masks = self._shows_boxes = True
        self._chips: list[Chip] = []
        self._resting_chips: tuple[Viewport | None, list[Chip]] = (None, [])

    @property
    def things(self) -> tuple[Thing, ...]:
        """The objects that are marked."""
        return tuple(mark.thing for mark in self._marks)

    def set_things(self, things: Sequence[Thing], sources: Iterable[int]) -> None:
        """Marks these objects, softly where they are new; `sources` are the ids of those that make the sound."""
        known = {(thing.id, thing.box_xyxy_px) for thing in self.things}
        new = frozenset(thing.id for thing in things if (thing.id, thing.box_xyxy_px) not in known)
        if [thing.mask_rle for thing in things] != [thing.mask_rle for thing in self.things]:
            self._masks = None
        sources = frozenset(sources)
        self._marks = tuple(Mark(thing, thing.id in sources) for thing in things)
        self._regions = Regions(things)
        self._resting_chips = (None, [])
        if new:
            self._new_boxes = new
            self._box_fade.begin(0, 1)
        self.changed.emit()

    def clear(self) -> None:
        """Marks and lights nothing, and keeps nothing."""
        self._masks = None
        self._lit = self._remembered_lit = _NONE
        self._dim_fade.begin(0, 0)
        self.set_things((), ())

    def set_masks(self, masks: Masks) -> None:
        """Takes the objects' masks, softly where there were none."""
        if self._masks is None:
            self._mask_fade.begin(0, 1)
        self._masks = masks
        self.changed.emit()

    def set_lit(self, lit: frozenset[int]) -> None:
        """Lights these objects, and dims everything else."""
        if lit == self._lit:
            return
        self._lit = lit
        self._remembered_lit = lit or self._remembered_lit
        self._dim_fade.begin(self._dim_fade.amount, 1.0 if lit else 0.0)
        self.changed.emit()

    def set_shown(self, *, masks: bool, boxes: bool) -> None:
        """What is drawn where nothing is pointed at."""
        self._shows_masks, self._shows_boxes = masks, boxes
        self.changed.emit()

    def at(self, point: QPointF, viewport: Viewport) -> int | None:
        """The id of the object at a point of the view: that of the name there, else of what the picture shows."""
        chip = next((chip for chip in reversed(self._chips) if chip.area.contains(point)), None)
        if chip:
            return chip.mark.thing.id
        spot = viewport.to_picture(point)
        return self._regions.at(spot.x(), spot.y(), _TOLERANCE_PX / viewport.scale)

    def paint(self, painter: QPainter, viewport: Viewport, font: QFont) -> None:
        """Draws everything over a picture that is seen through `viewport`."""
        lit = [mark for mark in self._marks if mark.thing.id in self._remembered_lit and self._dim_fade.amount]
        self._paint_resting(painter, viewport)
        if lit:
            painter.drawImage(QPointF(0, 0), self._scrim(lit, viewport, painter.device().devicePixelRatioF()))
            painter.setOpacity(self._dim_fade.amount)
            for mark in lit:
                self._paint_lit(painter, viewport, mark)
            painter.setOpacity(1)
        painter.setFont(chip_font(font))
        self._paint_chips(painter, viewport, lit)

    def _paint_resting(self, painter: QPainter, viewport: Viewport) -> None:
        masks = self._masks if self._shows_masks else None
        if masks:
            painter.setOpacity(self._mask_fade.amount)
            painter.drawImage(viewport.rect_of(masks.resting.box_xyxy_px), masks.resting.image)
        for mark in self._marks if self._shows_masks or self._shows_boxes else ():
            id_, area = mark.thing.id, viewport.rect_of(mark.thing.box_xyxy_px)
            painter.setOpacity(self._box_fade.amount if id_ in self._new_boxes else 1)
            if self._shows_boxes and masks and id_ in masks.lit:
                draw_corners(painter, area, mark.look)
            elif self._shows_boxes:
                draw_box(painter, area, mark.look, BOX_PX)
            if mark.is_source:
                draw_ring(painter, area)
        painter.setOpacity(1)

    def _paint_lit(self, painter: QPainter, viewport: Viewport, mark: Mark) -> None:
        area = viewport.rect_of(mark.thing.box_xyxy_px)
        mask = self._masks.lit.get(mark.thing.id) if self._masks else None
        if mask:
            painter.drawImage(viewport.rect_of(mask.box_xyxy_px), mask.image)
        else:
            fill_box(painter, area, mark.look)
            draw_box(painter, area, mark.look, LIT_BOX_PX)
        if mark.is_source:
            draw_ring(painter, area)

    def _scrim(self, lit: Iterable[Mark], viewport: Viewport, device_ratio: float) -> QImage:
        """What dims the view, with the lit objects cut out of it."""
        size = viewport.view.toSize() * device_ratio
        scrim = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        scrim.setDevicePixelRatio(device_ratio)
        scrim.fill(Qt.GlobalColor.transparent)
        cutter = QPainter(scrim)
        cutter.fillRect(viewport.area, QColor(0, 0, 0, round(255 * DIM * self._dim_fade.amount)))
        cutter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cutter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        for mark in lit:
            cutout = self._masks.cutouts.get(mark.thing.id) if self._masks else None
            if cutout:
                cutter.drawImage(viewport.rect_of(cutout.box_xyxy_px), cutout.image)
            else:
                cutter.fillRect(viewport.rect_of(mark.thing.box_xyxy_px), Qt.GlobalColor.black)
        cutter.end()
        return scrim

    def _paint_chips(self, painter: QPainter, viewport: Viewport, lit: Sequence[Mark]) -> None:
        """The names that have room; those of what is lit above them, with their scores."""
        lit_ids = {mark.thing.id for mark in lit}
        if self._resting_chips[0] != viewport:
            self._resting_chips = viewport, place_chips(self._marks, viewport, painter.font(), are_lit=False)
        resting = self._resting_chips[1] if self._shows_masks or self._shows_boxes else []
        below = [chip for chip in resting if chip.mark.thing.id not in lit_ids]
        above = place_chips(lit, viewport, painter.font(), are_lit=True)
        painter.setOpacity(1 - (1 - _UNLIT_CHIP) * self._dim_fade.amount if lit else 1)
        for chip in below:
            draw_chip(painter, chip)
        painter.setOpacity(1)
        for chip in above:
            draw_chip(painter, chip)
        self._chips = [*below, *above]
