"""A recording drawn along time: its waveform, the events in it, and the place that is being played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.data import SoundEvent
from bubo_desktop.palette import Look, looks_of
from bubo_desktop.ui.durations import on_axis
from bubo_desktop.ui.sound.scale import Extent, Scale, lanes_of
from bubo_desktop.ui.sound.span import HEIGHT_PX, PADDING_PX, Span
from bubo_desktop.ui.theme import Role
from bubo_desktop.ui.thumbnails import Envelope, draw_sound

WAVE_PX = 44
AXIS_PX = 18
TICK_PX = 4
MAX_LANES = 3  # with whole names; with more, names are cut to the length of their events
SMALLEST_NAME_PX = 24.0
BAR_STEP_PX = 4
FAINTEST = 0.005  # what is quieter than this throughout is drawn as silence


class Timeline(QWidget):
    """Draws a recording of `duration_s`; events are widgets of their own on it.

    Signals:
        pointed(tuple[int, ...]): the events at the pointer or the keyboard; none when it leaves.
        span_chosen(Span): it was clicked, in its name or in the waveform.
        moment_chosen(float): the waveform was clicked at this second, where there is no event.
    """

    pointed = Signal(tuple)
    span_chosen = Signal(Span)
    moment_chosen = Signal(float)

    def __init__(self, duration_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self._duration_s = duration_s
        self._envelope: Envelope = ()
        self._spans: tuple[Span, ...] = ()
        self._n_lanes = 0
        self._wave_px = WAVE_PX
        self._lit: frozenset[int] = frozenset()
        self._head_s: float | None = None
        self._pointed: tuple[int, ...] = ()
        self.setMouseTracking(True)
        self._place_spans()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The events, in the order of their findings."""
        return self._spans

    def set_envelope(self, envelope: Envelope) -> None:
        """Shows a waveform as the lowest and highest value, -1..1, of many equal pieces."""
        is_silent = all(max(-low, high) < FAINTEST for low, high in envelope)
        self._envelope = [(0.0, 0.0)] * len(envelope) if is_silent else envelope
        self.update()

    def set_events(self, events: Sequence[SoundEvent]) -> None:
        """Shows events."""
        for span in self._spans:
            span.hide()
            span.deleteLater()
        looks = looks_of([event.label for event in events])
        numbered = enumerate(zip(events, looks, strict=True))
        self._spans = tuple(self._span_of(number, event, look) for number, (event, look) in numbered)
        self._place_spans()
        self.set_lit(self._lit)

    def set_lit(self, numbers: frozenset[int]) -> None:
        """Makes these events stand out."""
        self._lit = numbers
        for span in self._spans:
            span.set_lit(span.number in numbers)
        self.update()

    def set_wave_height(self, wave_px: int) -> None:
        """Draws the waveform this high."""
        if wave_px != self._wave_px:
            self._wave_px = wave_px
            self._place_spans()
            self.update()

    def set_head(self, time_s: float | None) -> None:
        """Shows where it is being played; None for nowhere."""
        self._head_s = time_s
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Finds each event its place anew."""
        super().resizeEvent(event)
        self._place_spans()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another font makes other names."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._place_spans()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Paints the waveform, in the colours of its events, and the time below it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._wave_area()
        if bars := self._bars():
            draw_sound(painter, area, bars, self.palette().color(Role.Mid))
            for span in sorted(self._spans, key=lambda span: span.number in self._lit):
                self._paint_event(painter, span, area, bars)
        self._paint_axis(painter)
        self._paint_head(painter, area)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Points at the events under the pointer."""
        self._point_at(tuple(span.number for span in self._spans_at(event.position())))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Points at nothing."""
        super().leaveEvent(event)
        self._point_at(())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses the shortest event here, or the moment."""
        spans = sorted(self._spans_at(event.position()), key=lambda span: span.heard.end_s - span.heard.start_s)
        if spans:
            self.span_chosen.emit(spans[0])
        else:
            self.moment_chosen.emit(self._scale().time_s(event.position().x()))

    def _span_of(self, number: int, event: SoundEvent, look: Look) -> Span:
        span = Span(number, event, look, self)
        span.pointed.connect(lambda is_pointed: self._point_at((number,) if is_pointed else ()))
        span.clicked.connect(lambda: self.span_chosen.emit(span))
        span.show()
        return span

    def _point_at(self, numbers: tuple[int, ...]) -> None:
        if numbers != self._pointed:
            self._pointed = numbers
            self.pointed.emit(numbers)

    def _spans_at(self, point: QPointF) -> Iterator[Span]:
        time_s = self._scale().time_s(point.x())
        if self._wave_area().contains(point):
            yield from (span for span in self._spans if span.heard.start_s <= time_s < span.heard.end_s)

    def _scale(self) -> Scale:
        return Scale(0.0, float(self.width()), self._duration_s)

    def _wave_area(self) -> QRectF:
        return QRectF(0, self._n_lanes * HEIGHT_PX, self.width(), self._wave_px)

    def _place_spans(self) -> None:
        """Names stand above their events, in as many lanes as it takes that none covers another."""
        extents = [self._extent(span, span.sizeHint().width()) for span in self._spans]
        lanes = lanes_of(extents)
        if max(lanes, default=0) >= MAX_LANES:
            extents = [self._extent(span, SMALLEST_NAME_PX) for span in self._spans]
            lanes = lanes_of(extents)
        for span, (left, right), lane in zip(self._spans, extents, lanes, strict=True):
            area = QRectF(left, lane * HEIGHT_PX, right - left, HEIGHT_PX)
            y = area.bottom() - 3
            span.place(area, QLineF(self._scale().x_px(span.heard.start_s), y, self._scale().x_px(span.heard.end_s), y))
        self._n_lanes = max(lanes, default=-1) + 1
        self.setFixedHeight(self._n_lanes * HEIGHT_PX + self._wave_px + AXIS_PX)

    def _extent(self, span: Span, name_px: float) -> Extent:
        """As long as the event or its name, and inside."""
        left, right = self._scale().x_px(span.heard.start_s), self._scale().x_px(span.heard.end_s)
        length = max(right - left + 2 * PADDING_PX, name_px)
        left = max(0.0, min(left - PADDING_PX, self.width() - length))
        return left, left + length

    def _bars(self) -> Envelope:
        """The waveform in as many pieces as there is room for bars."""
        whole = self._envelope
        n = min(self.width() // BAR_STEP_PX, len(whole))
        edges = [number * len(whole) // n for number in range(n + 1)] if n else []
        pieces = [whole[start:end] for start, end in pairwise(edges)]
        return [(min(low for low, _ in piece), max(high for _, high in piece)) for piece in pieces]

    def _paint_event(self, painter: QPainter, span: Span, area: QRectF, bars: Envelope) -> None:
        """The bars of an event in its colour; while it is lit, on a ground of it."""
        scale, colour = self._scale(), QColor(*span.look.colour)
        left, right = scale.x_px(span.heard.start_s), scale.x_px(span.heard.end_s)
        part = QRectF(left, area.top(), right - left, area.height())
        painter.save()
        painter.setClipRect(part)
        if span.number in self._lit:
            painter.fillRect(part, QColor.fromRgbF(colour.redF(), colour.greenF(), colour.blueF(), 0.2))
        draw_sound(painter, area, bars, colour)
        painter.restore()

    def _paint_axis(self, painter: QPainter) -> None:
        top = self._wave_area().bottom()
        for time_s in self._scale().ticks_s():
            x = min(self._scale().x_px(time_s), self.width() - 1.0)
            painter.setPen(QPen(self.palette().color(Role.Mid), 1))
            painter.drawLine(QLineF(x + 0.5, top, x + 0.5, top + TICK_PX))
            painter.setPen(self.palette().color(Role.PlaceholderText))
            label = QRectF(x + 3, top, 64, AXIS_PX)
            if label.left() + painter.fontMetrics().horizontalAdvance(on_axis(time_s)) < self.width():
                painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, on_axis(time_s))

    def _paint_head(self, painter: QPainter, area: QRectF) -> None:
        if self._head_s is not None:
            x = self._scale().x_px(self._head_s)
            painter.setPen(QPen(self.palette().color(Role.Highlight), 2))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom() + TICK_PX))
