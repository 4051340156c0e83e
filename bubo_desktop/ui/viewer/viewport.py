"""What part of a picture is seen, and how large."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

from bubo_desktop.data import BoxXyxyPx

LARGEST_FIT = 8.0  # a tiny picture is not blown up to mush
LARGEST_ZOOM = 8.0  # times the fitted size, and no less than that of a picture's pixel over as many of the screen's


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of `view` points on a picture of `picture` pixels: `scale` points for each pixel, `centre` (in the
    picture's pixels) in the middle.
    """

    picture: QSizeF
    view: QSizeF
    scale: float
    centre: QPointF

    @classmethod
    def fitted(cls, picture: QSizeF, view: QSizeF) -> Viewport:
        """The whole picture, as large as it can be."""
        return cls(picture, view, _fit(picture, view), QPointF(picture.width() / 2, picture.height() / 2))

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is seen, as large as it can be."""
        return self.scale == _fit(self.picture, self.view)

    @property
    def area(self) -> QRectF:
        """Where the whole picture lies, in points of the view; it may reach beyond it."""
        return self.rect_of((0, 0, self.picture.width(), self.picture.height()))

    def to_view(self, point_px: QPointF) -> QPointF:
        """Where a point of the picture is seen."""
        return (point_px - self.centre) * self.scale + QPointF(self.view.width() / 2, self.view.height() / 2)

    def to_picture(self, point: QPointF) -> QPointF:
        """The point of the picture that is seen there."""
        return (point - QPointF(self.view.width() / 2, self.view.height() / 2)) / self.scale + self.centre

    def rect_of(self, box_xyxy_px: BoxXyxyPx) -> QRectF:
        """Where a box of the picture is seen."""
        x0, y0, x1, y1 = box_xyxy_px
        return QRectF(self.to_view(QPointF(x0, y0)), self.to_view(QPointF(x1, y1)))

    def zoomed(self, factor: float, around: QPointF) -> Viewport:
        """Larger or smaller, while the picture stays in place at the point `around` of the view."""
        fit = _fit(self.picture, self.view)
        scale = min(max(self.scale * factor, min(fit, 1.0)), LARGEST_ZOOM * max(fit, 1.0))
        if (self.scale - fit) * (scale - fit) < 0:
            scale = fit  # a stop on the way
        held = self.to_picture(around)
        middle = QPointF(self.view.width() / 2, self.view.height() / 2)
        return self._at(held - (around - middle) / scale, scale)

    def panned(self, by: QPointF) -> Viewport:
        """The picture moved by so many points of the view."""
        return self._at(self.centre - by / self.scale, self.scale)

    def centred_on(self, box_xyxy_px: BoxXyxyPx) -> Viewport:
        """The same size, with a box of the picture in the middle."""
        x0, y0, x1, y1 = box_xyxy_px
        return self._at(QPointF((x0 + x1) / 2, (y0 + y1) / 2), self.scale)

    def resized(self, view: QSizeF) -> Viewport:
        """In a view of another size: fitted again, or the same place in the middle."""
        if self.is_fitted:
            return Viewport.fitted(self.picture, view)
        return replace(self, view=view).zoomed(1, QPointF(view.width() / 2, view.height() / 2))

    def _at(self, centre: QPointF, scale: float) -> Viewport:
        """Without an empty margin where the picture could fill it; in the middle where it cannot."""
        half_x, half_y = self.view.width() / scale / 2, self.view.height() / scale / 2
        x = _within(centre.x(), half_x, self.picture.width() - half_x)
        y = _within(centre.y(), half_y, self.picture.height() - half_y)
        return replace(self, scale=scale, centre=QPointF(x, y))


def _fit(picture: QSizeF, view: QSizeF) -> float:
    across, down = view.width() / picture.width(), view.height() / picture.height()
    return max(min(across, down, LARGEST_FIT), 1e-6)  # a view may have no size yet


def _within(value: float, low: float, high: float) -> float:
    return (low + high) / 2 if low > high else min(max(value, low), high)
