"""The objects of the picture as a row of chips, for the keyboard and for who looks for one by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from bubo_desktop.data import PictureFindings, Tag
from bubo_desktop.ui.flow_layout import FlowLayout
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX, Role
from bubo_desktop.ui.viewer.legend_chip import HEIGHT_PX, LegendChip

N_LINES = 2


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
        label = PlainLabel("legend_sentence", sentence)
        label.setForegroundRole(Role.PlaceholderText)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWidget(label)

    def set_lit(self, lit: frozenset[int], pinned: frozenset[int]) -> None:
        """Makes the chips of lit objects stand out, and checks those of pinned ones."""
        for chip in self._chips:
            chip.set_lit(chip.thing_id in lit)
            chip.setChecked(chip.thing_id in pinned)

    def _chip(self, thing_id: int) -> LegendChip:
        chip = LegendChip(thing_id)
        chip.pointed.connect(partial(self._hover, thing_id))
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


def _tag(tag: Tag) -> PlainLabel:
    """A name that holds for the whole picture."""
    label = PlainLabel("picture_tag", tag.label, wraps=False)
    label.setFixedHeight(HEIGHT_PX)
    label.setForegroundRole(Role.PlaceholderText)
    return label
