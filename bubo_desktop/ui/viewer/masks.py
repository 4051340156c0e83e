"""Masks ready to be painted, at the size in which they are seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from math import sqrt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from bubo_desktop.data import BoxXyxyPx, Thing
from bubo_desktop.palette import look_of
from bubo_desktop.state.background import Background, Task

if TYPE_CHECKING:
    from PIL.Image import Image

    from bubo_desktop.layers import Coat, Shape, Silhouette

SETTLE_MS = 120  # after the last step of a zoom
MAX_PIXELS = 4_000_000  # of all masks of a picture together
_MAX_SILHOUETTE_PX = 1024
_LINE, _LIT_LINE, _PERIOD = 1.75, 2.5, 9.0  # in points of the screen
_FILL, _BETWEEN, _RIM = 0.24, 0.1, 0.5  # where nothing is pointed at, the picture matters more than what covers it


@dataclass(frozen=True, slots=True)
class MaskImage:
    """A picture of a mask, or of several; it fills `box_xyxy_px` of the picture."""

    box_xyxy_px: BoxXyxyPx
    image: QImage


@dataclass(frozen=True, slots=True)
class Masks:
    """All masks of a picture as they look where nothing is pointed at; by the ids of objects, how each looks when it is
    lit, and its shape alone, to be cut out of what dims the rest.
    """

    resting: MaskImage
    lit: Mapping[int, MaskImage]
    cutouts: Mapping[int, MaskImage]


def render_mask(thing: Thing, scale: float, device_ratio: float) -> MaskImage | None:
    """The mask of one object as it looks where nothing is pointed at; for a background thread. None where it is empty.

    Args:
        thing: with a mask.
        scale: points of the view for each pixel of the picture.
        device_ratio: pixels of the screen for each point.
    """
    _, masks = _rendered((thing,), {}, scale, device_ratio)
    return masks.resting if masks else None


class MaskRenderer(QObject):
    """Renders the masks of one picture in a background thread, anew when another zoom has settled.

    Signals:
        rendered(Masks): those of all objects that have one.
    """

    rendered = Signal(Masks)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._things: Sequence[Thing] = ()
        self._silhouettes: Mapping[int, Silhouette] = {}
        self._scale = self._device_ratio = 1.0
        self._task: Task | None = None
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._render)

    def set_things(self, things: Sequence[Thing]) -> None:
        """Takes the objects of a picture; those with a mask are rendered at once."""
        things = tuple(thing for thing in things if thing.mask_rle)
        if things == self._things:
            return
        self._things, self._silhouettes = things, {}
        if self._task:
            self._task.abandon()
        self._render()

    def set_scale(self, scale: float, device_ratio: float) -> None:
        """Takes the zoom: points for each pixel of the picture, and pixels of the screen for each point."""
        if (scale, device_ratio) != (self._scale, self._device_ratio):
            self._scale, self._device_ratio = scale, device_ratio
            self._settled.start()

    def _render(self) -> None:
        self._settled.stop()
        if self._task:
            self._task.abandon()
        if self._things:
            work = partial(_rendered, self._things, self._silhouettes, self._scale, self._device_ratio)
            self._task = self._background.run(work, self._take)

    def _take(self, result: tuple[Mapping[int, Silhouette], Masks | None]) -> None:
        self._task = None
        self._silhouettes, masks = result
        if masks:
            self.rendered.emit(masks)


def _rendered(
    things: Sequence[Thing], silhouettes: Mapping[int, Silhouette], scale: float, device_ratio: float
) -> tuple[Mapping[int, Silhouette], Masks | None]:
    """Runs in a background thread."""
    silhouettes = silhouettes or _silhouettes(things)
    if not silhouettes:
        return silhouettes, None
    n_pixels = sum(silhouette.n_pixels for silhouette in silhouettes.values())
    affordable = min(scale * device_ratio, sqrt(MAX_PIXELS / n_pixels))
    return silhouettes, _masks(silhouettes, affordable, affordable / scale)


def _silhouettes(things: Sequence[Thing]) -> Mapping[int, Silhouette]:
    """By id, the largest first: the small ones are painted over them."""
    from bubo_desktop.layers import silhouette

    found = {thing.id: silhouette(thing.mask_rle, max_side_px=_MAX_SILHOUETTE_PX) for thing in things if thing.mask_rle}
    shapes = {id_: shape for id_, shape in found.items() if shape}
    return dict(sorted(shapes.items(), key=lambda item: -item[1].n_pixels))


def _masks(silhouettes: Mapping[int, Silhouette], scale: float, point_px: float) -> Masks:
    """Draws masks at `scale` pixels for each of the picture's; `point_px` of them are a point of the screen."""
    from bubo_desktop.layers import Brush, coats, shape_at

    resting_brush = Brush(_LINE * point_px, _PERIOD * point_px, _FILL, _BETWEEN, _RIM)
    lit_brush = Brush(_LIT_LINE * point_px, _PERIOD * point_px)
    margin_px = round(3 * _LIT_LINE * point_px) + 1
    shapes = {id_: shape_at(source, scale, margin_px) for id_, source in silhouettes.items()}
    resting = [_image(shape, coats(shape, look_of(id_), resting_brush)) for id_, shape in shapes.items()]
    return Masks(
        _merged(resting, scale),
        {id_: _image(shape, coats(shape, look_of(id_), lit_brush)) for id_, shape in shapes.items()},
        {id_: MaskImage(_box(shape), _as_alpha(shape.grey)) for id_, shape in shapes.items()},
    )


def _merged(layers: Sequence[MaskImage], scale: float) -> MaskImage:
    """One picture of all, painted one over the other."""
    whole = reduce(QRectF.united, (_area(layer.box_xyxy_px) for layer in layers))
    size = QSize(round(whole.width() * scale), round(whole.height() * scale))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for layer in layers:
        painter.drawImage(((_area(layer.box_xyxy_px).topLeft() - whole.topLeft()) * scale).toPoint(), layer.image)
    painter.end()
    return MaskImage((whole.left(), whole.top(), whole.right(), whole.bottom()), image)


def _area(box_xyxy_px: BoxXyxyPx) -> QRectF:
    x0, y0, x1, y1 = box_xyxy_px
    return QRectF(x0, y0, x1 - x0, y1 - y0)


def _box(shape: Shape) -> BoxXyxyPx:
    x1, y1 = shape.x0 + shape.grey.width, shape.y0 + shape.grey.height
    return shape.x0 / shape.scale, shape.y0 / shape.scale, x1 / shape.scale, y1 / shape.scale


def _image(shape: Shape, layers: list[Coat]) -> MaskImage:
    from bubo_desktop.layers import flatten

    rgba = flatten(layers)
    height, width, n_channels = rgba.shape
    image = QImage(rgba.data, width, height, n_channels * width, QImage.Format.Format_RGBA8888_Premultiplied)
    return MaskImage(_box(shape), image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))


def _as_alpha(grey: Image) -> QImage:
    return QImage(grey.tobytes(), grey.width, grey.height, grey.width, QImage.Format.Format_Alpha8).copy()
