"""The objects of the picture as a row of chips, for the keyboard and for who looks for one by name."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QScrollArea, QWidget

from bubo_desktop.data import PictureFindings, Tag, Thing
from bubo_desktop.palette import look_of
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX
from bubo_desktop.ui.viewer.chips import LONGEST_PX, WAVES_PX, draw_waves, score_text
from bubo_desktop.ui.viewer.flow_layout import FlowLayout
from bubo_desktop.ui.viewer.swatch import draw_swatch
from bubo_desktop.ui.viewer.wording import Wording

HEIGHT_PX = 28
SWATCH_PX = 14
N_LINES = 2
Role = QPalette.ColorRole


class LegendChip(QAbstractButton):
    """An object: its colour and pattern, name and score; checked while it is pinned.

    Signals:
        hovered(int, bool): the pointer or the keyboard came to the object of this id, or left it.
    """

    hovered = Signal(int, bool)

    def __init__(self, thing_id: int) -> None:
        super().__init__()
        self.thing_id = thing_id
        self._look = look_of(thing_id)
        self._score = ""
        self._is_source = False
        self._is_lit = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_thing(self, thing: Thing, findings: PictureFindings, *, is_source: bool) -> None:
        """Shows what is known of the object by now; `is_source` where it makes the sound."""
        self._score = score_text(thing.score)
        self._is_source = is_source
        self.setText(thing.label)
        self.setAccessibleName(Wording().thing(thing, findings, is_source=is_source))
        self.setToolTip(self.accessibleName())
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

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """The pointer came."""
        super().enterEvent(event)
        self.hovered.emit(self.thing_id, True)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The pointer left."""
        super().leaveEvent(event)
        self.hovered.emit(self.thing_id, False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The keyboard came."""
        super().focusInEvent(event)
        self.hovered.emit(self.thing_id, True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The keyboard left."""
        super().focusOutEvent(event)
        self.hovered.emit(self.thing_id, False)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another font needs another size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter is as good as Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

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


class Legend(QScrollArea):
    """The chips of a picture's objects, and its other tags; or a sentence. As high as two lines whatever it holds.

    Signals:
        hovered(int | None): the pointer or the keyboard is on this object, or on none.
        clicked(int): this object is to be pinned, or no longer.
    """

    hovered = Signal(object)
    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[LegendChip] = []
        self._content: object = None
        self._hovered: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(N_LINES * HEIGHT_PX + (N_LINES - 1) * GRID_PX)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        self.show_sentence("")

    @property
    def chips(self) -> tuple[LegendChip, ...]:
        """The objects' chips in their order."""
        return tuple(self._chips)

    def show_findings(self, findings: PictureFindings, sources: frozenset[int]) -> None:
        """Shows chips for the objects, and the tags that are no object's name; chips that are there stay."""
        ids = tuple(thing.id for thing in findings.objects)
        if self._content != (ids, findings.tags):
            self._content = ids, findings.tags
            self._chips = [self._chip(thing_id) for thing_id in ids]
            labels = {thing.label for thing in findings.objects}
            self._fill([*self._chips, *(_tag(tag) for tag in findings.tags if tag.label not in labels)])
        for chip, thing in zip(self._chips, findings.objects, strict=True):
            chip.show_thing(thing, findings, is_source=thing.id in sources)

    def show_sentence(self, sentence: str) -> None:
        """Shows a muted sentence instead; may be empty."""
        if self._content == sentence:
            return
        self._content = sentence
        self._chips = []
        label = _muted(sentence)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWidget(label)

    def set_lit(self, lit: frozenset[int], pinned: frozenset[int]) -> None:
        """Makes the chips of lit objects stand out, and checks those of pinned ones."""
        for chip in self._chips:
            chip.set_lit(chip.thing_id in lit)
            chip.setChecked(chip.thing_id in pinned)

    def _chip(self, thing_id: int) -> LegendChip:
        chip = LegendChip(thing_id)
        chip.hovered.connect(self._hover)
        chip.clicked.connect(lambda: self.clicked.emit(thing_id))
        return chip

    def _fill(self, widgets: Sequence[QWidget]) -> None:
        row = QWidget()
        row.setAutoFillBackground(False)
        layout = FlowLayout(row, GRID_PX)
        for widget in widgets:
            layout.addWidget(widget)
        self.setWidget(row)  # the old one is deleted

    def _hover(self, thing_id: int, is_there: bool) -> None:
        if is_there:
            self._hovered = thing_id
            self._bring_into_sight(thing_id)
        elif self._hovered == thing_id:
            self._hovered = None
        else:
            return
        self.hovered.emit(self._hovered)

    def _bring_into_sight(self, thing_id: int) -> None:
        chip = next((chip for chip in self._chips if chip.thing_id == thing_id and chip.hasFocus()), None)
        if chip:
            self.ensureWidgetVisible(chip, 0, 0)


def _tag(tag: Tag) -> QLabel:
    """A name that holds for the whole picture."""
    label = _muted(tag.label)
    label.setFixedHeight(HEIGHT_PX)
    label.setObjectName("picture_tag")
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(Role.PlaceholderText)
    return label
