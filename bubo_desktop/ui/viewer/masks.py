"""Masks ready to be painted, at the size in which they are seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from bubo_desktop.data import BoxXyxyPx, Thing
from bubo_desktop.palette import look_of
from bubo_desktop.state.background import Background, Task

if TYPE_CHECKING:
    from PIL.Image import Image

    from bubo_desktop.layers import Silhouette

SETTLE_MS = 120  # after the last step of a zoom
MAX_PIXELS = 4_000_000  # of all masks of a picture together
_MAX_SILHOUETTE_PX = 1024
_LINE, _LIT_LINE, _PERIOD = 1.75, 2.5, 9.0  # in points of the screen
_FILL, _BETWEEN, _RIM = 0.24, 0.1, 0.5  # where nothing is pointed at, the picture matters more than what covers it


@dataclass(frozen=True, slots=True)
class MaskImages:
    """How an object's mask looks, and looks when it is lit; and its shape alone, to be cut out of what dims the rest.

    All three fill `box_xyxy_px` of the picture.
    """

    box_xyxy_px: BoxXyxyPx
    resting: QImage
    lit: QImage
    cutout: QImage


class MaskRenderer(QObject):
    """Renders the masks of one picture in a background thread, anew when another zoom has settled.

    Signals:
        rendered(dict[int, MaskImages]): by the id of the object.
    """

    rendered = Signal(object)

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

    def _take(self, result: tuple[Mapping[int, Silhouette], dict[int, MaskImages]]) -> None:
        self._task = None
        self._silhouettes, images = result
        self.rendered.emit(images)


def _rendered(
    things: Sequence[Thing], silhouettes: Mapping[int, Silhouette], scale: float, device_ratio: float
) -> tuple[Mapping[int, Silhouette], dict[int, MaskImages]]:
    """Runs in a background thread."""
    silhouettes = silhouettes or _silhouettes(things)
    n_pixels = sum(silhouette.n_pixels for silhouette in silhouettes.values())
    affordable = min(scale * device_ratio, sqrt(MAX_PIXELS / max(n_pixels, 1)))
    point_px = affordable / scale  # a point of the screen, in the rendered pixels
    return silhouettes, {id_: _images(id_, found, affordable, point_px) for id_, found in silhouettes.items()}


def _silhouettes(things: Sequence[Thing]) -> Mapping[int, Silhouette]:
    from bubo_desktop.layers import silhouette

    found = {thing.id: silhouette(thing.mask_rle, max_side_px=_MAX_SILHOUETTE_PX) for thing in things if thing.mask_rle}
    return {id_: shape for id_, shape in found.items() if shape}


def _images(thing_id: int, source: Silhouette, scale: float, point_px: float) -> MaskImages:
    from bubo_desktop.layers import Brush, coats, flatten, shape_at

    shape = shape_at(source, scale, margin_px=round(3 * _LIT_LINE * point_px) + 1)
    look = look_of(thing_id)
    resting = Brush(_LINE * point_px, _PERIOD * point_px, _FILL, _BETWEEN, _RIM)
    lit = Brush(_LIT_LINE * point_px, _PERIOD * point_px)
    x1, y1 = shape.x0 + shape.grey.width, shape.y0 + shape.grey.height
    return MaskImages(
        (shape.x0 / scale, shape.y0 / scale, x1 / scale, y1 / scale),
        _as_qimage(flatten(coats(shape, look, resting))),
        _as_qimage(flatten(coats(shape, look, lit))),
        _as_alpha(shape.grey),
    )


def _as_qimage(rgba: Image) -> QImage:
    image = QImage(rgba.tobytes(), rgba.width, rgba.height, 4 * rgba.width, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _as_alpha(grey: Image) -> QImage:
    return QImage(grey.tobytes(), grey.width, grey.height, grey.width, QImage.Format.Format_Alpha8).copy()
