"""The picture: fitted, zoomed, moved, and pointed at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role
from bubo_desktop.ui.viewer.picture_loader import LoadedPicture
from bubo_desktop.ui.viewer.scene import Scene
from bubo_desktop.ui.viewer.viewport import Viewport

ZOOM_STEP = 1.25
PAN_STEP_PX = 48
_SMALLEST_SIZE_PX = 160
_WHEEL_STEP = 120  # of QWheelEvent.angleDelta, for one notch
_BY_KEYBOARD = {
    Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason,
}  # fmt: skip
_PANS = {
    Qt.Key.Key_Left: QPointF(PAN_STEP_PX, 0), Qt.Key.Key_Right: QPointF(-PAN_STEP_PX, 0),
    Qt.Key.Key_Up: QPointF(0, PAN_STEP_PX), Qt.Key.Key_Down: QPointF(0, -PAN_STEP_PX),
}  # fmt: skip


class PictureView(QWidget):
    """A picture with a scene over it, or a sentence in its place.

    Signals:
        hovered(int | None): the pointer is on this object of the scene, or on none.
        clicked(int | None): this object was clicked, or what is none.
        scale_changed(float): points of the screen for each of the picture's pixels.
    """

    hovered = Signal(object)
    clicked = Signal(object)
    scale_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene(self)
        self.scene.changed.connect(self.update)
        self._picture: LoadedPicture | None = None
        self._viewport: Viewport | None = None
        self._sentence = ""
        self._has_keyboard = False
        self._hovered: int | None = None
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self.setMinimumSize(_SMALLEST_SIZE_PX, _SMALLEST_SIZE_PX)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def viewport(self) -> Viewport | None:
        """What part of the picture is seen; None where there is none."""
        return self._viewport

    def show_picture(self, picture: LoadedPicture) -> None:
        """Shows a picture, fitted."""
        self._picture, self._sentence = picture, ""
        self._look_through(Viewport.fitted(picture.size_px, QSizeF(self.size())))

    def show_sentence(self, sentence: str) -> None:
        """Shows a sentence in place of a picture; may be empty."""
        self._picture, self._viewport, self._sentence = None, None, sentence
        self.scene.clear()
        self.unsetCursor()
        self.update()

    def fit(self) -> None:
        """Shows the whole picture, as large as it can be."""
        if self._viewport:
            self._look_through(Viewport.fitted(self._viewport.picture, self._viewport.view))

    def show_actual_size(self) -> None:
        """Shows a pixel of the picture on each of the screen's."""
        if self._viewport:
            self.zoom(1 / self._viewport.scale / self.devicePixelRatioF())

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Shows the picture larger or smaller, around a point of the view, else around its middle."""
        if self._viewport:
            self._look_through(self._viewport.zoomed(factor, around or QRectF(self.rect()).center()))

    def pan(self, by: QPointF) -> None:
        """Moves the picture."""
        if self._viewport:
            self._look_through(self._viewport.panned(by))

    def reveal(self, boxes_xyxy_px: Sequence[BoxXyxyPx]) -> None:
        """Moves the picture where none of these boxes of it is in sight."""
        seen = QRectF(self.rect())
        if not self._viewport or not boxes_xyxy_px:
            return
        if not any(self._viewport.rect_of(box).intersects(seen) for box in boxes_xyxy_px):
            self._look_through(self._viewport.centred_on(boxes_xyxy_px[0]))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the picture, the scene over it, and a frame where the keyboard is here."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().color(Role.Base))
        if self._picture and self._viewport:
            level = self._picture.level_for(self._viewport.scale * self.devicePixelRatioF())
            painter.drawImage(self._viewport.area, level)
            self.scene.paint(painter, self._viewport, self.font())
        else:
            self._paint_sentence(painter)
        self._paint_frame(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps the picture fitted, or its middle in the middle."""
        super().resizeEvent(event)
        if self._viewport:
            self._look_through(self._viewport.resized(QSizeF(self.size())))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Shows where the keyboard is, to who uses it."""
        super().focusInEvent(event)
        self._has_keyboard = event.reason() in _BY_KEYBOARD

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The keyboard is elsewhere."""
        super().focusOutEvent(event)
        self._has_keyboard = False

    def event(self, event: QEvent) -> bool:
        """Zooms where fingers pinch, on a screen or a touchpad; tells when the screen has become finer or coarser."""
        if event.type() is QEvent.Type.DevicePixelRatioChange and self._viewport:
            self.scale_changed.emit(self._viewport.scale)
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.hotSpot().toPoint())))
                return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zooms around the pointer."""
        self.zoom(ZOOM_STEP ** (event.angleDelta().y() / _WHEEL_STEP), event.position())
        self._point_at(event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins a click or a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Moves the picture where it is held, else tells what the pointer is on."""
        if self._dragged_from is None:
            self._point_at(event.position())
        elif self._pressed_at is None or self._is_drag(event.position()):
            self._pressed_at = None
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(event.position() - self._dragged_from)
            self._dragged_from = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tells what was clicked, where nothing was moved."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._pressed_at is not None:
            self.clicked.emit(self._object_at(event.position()))
        self._pressed_at = self._dragged_from = None
        self._point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Fits the picture."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The pointer is on nothing any more."""
        super().leaveEvent(event)
        self._set_hovered(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrow keys move the picture."""
        step = _PANS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.pan(step)

    def _look_through(self, viewport: Viewport) -> None:
        is_rescaled = self._viewport is None or viewport.scale != self._viewport.scale
        self._viewport = viewport
        if is_rescaled:
            self.scale_changed.emit(viewport.scale)
        self.update()

    def _is_drag(self, position: QPointF) -> bool:
        moved = position - self._pressed_at if self._pressed_at else QPointF()
        return moved.manhattanLength() >= QApplication.startDragDistance()

    def _object_at(self, position: QPointF) -> int | None:
        return self.scene.at(position, self._viewport) if self._viewport else None

    def _point_at(self, position: QPointF) -> None:
        self._set_hovered(self._object_at(position))

    def _set_hovered(self, hovered: int | None) -> None:
        if hovered is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._viewport and not self._viewport.is_fitted:
            self.setCursor(Qt.CursorShape.OpenHandCursor)  # it can be taken and moved
        else:
            self.unsetCursor()
        if hovered != self._hovered:
            self._hovered = hovered
            self.hovered.emit(hovered)

    def _paint_frame(self, painter: QPainter) -> None:
        """Rounds the corners off, and shows the keyboard's place."""
        inside = QPainterPath()
        inside.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
        corners = QPainterPath()
        corners.addRect(QRectF(self.rect()))
        painter.fillPath(corners - inside, self.palette().color(Role.Window))
        pen = (Role.Highlight, 2) if self._has_keyboard else (Role.Mid, 1)
        painter.strokePath(inside, QPen(self.palette().color(pen[0]), pen[1]))

    def _paint_sentence(self, painter: QPainter) -> None:
        painter.setPen(self.palette().color(Role.PlaceholderText))
        area = QRectF(self.rect()).adjusted(2 * GRID_PX, 2 * GRID_PX, -2 * GRID_PX, -2 * GRID_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._sentence)
