"""The attachments of the question, side by side; more of them than fit are scrolled."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from bubo_desktop.ui.composer.chip import HEIGHT_PX, THUMBNAIL_PX, Chip
from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.thumbnails import read_thumbnail


class ChipRow(QScrollArea):
    """One chip for each attachment of the draft, kept as long as it is attached. Hidden while there is none.

    Signals:
        emptied: the keyboard has taken off the last of them.
    """

    emptied = Signal()

    def __init__(self, draft: Draft, media: MediaStore, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._media = media
        self._background = background
        self._chips: dict[Attachment, Chip] = {}
        self._arrange()
        draft.changed.connect(self._show_attachments)
        draft.preparing.connect(self._show_progress)
        self._show_attachments()

    @property
    def chips(self) -> tuple[Chip, ...]:
        """From left to right."""
        return tuple(self._chips.values())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """The wheel goes sideways here: there is no other way to go."""
        delta = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - delta)

    def _arrange(self) -> None:
        self.setObjectName("chip_row")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(HEIGHT_PX)
        row = QWidget()
        row.setAutoFillBackground(False)
        self._layout = QHBoxLayout(row)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID_PX)
        self._layout.addStretch(1)
        self.setWidget(row)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        bar = self.horizontalScrollBar()
        bar.rangeChanged.connect(lambda _lowest, highest: bar.setValue(highest))  # the newest chip is seen

    def _show_attachments(self) -> None:
        attached = self._draft.attachments
        for gone in [attachment for attachment in self._chips if attachment not in attached]:
            chip = self._chips.pop(gone)
            chip.hide()  # at once; it is deleted when nothing of it runs any more
            chip.deleteLater()
        for attachment in attached:
            if attachment not in self._chips:
                self._add(attachment)
        self._chips = {attachment: self._chips[attachment] for attachment in attached}
        before: QWidget = self
        for place, chip in enumerate(self.chips):
            self._layout.insertWidget(place, chip)
            chip.show()  # at once: the keyboard may be sent to it
            QWidget.setTabOrder(before, chip)
            before = chip
        self.setVisible(bool(attached))

    def _add(self, attachment: Attachment) -> None:
        chip = self._chips[attachment] = Chip(attachment)
        chip.removed.connect(self._remove)
        if attachment.kind == "picture":
            path, side = self._media.path_of(attachment), round(THUMBNAIL_PX * self.devicePixelRatioF())
            view = partial(read_thumbnail, path, QSize(side, side))
            chip.destroyed.connect(self._background.run(view, chip.set_thumbnail, _leave_symbol).abandon)

    def _remove(self, attachment: Attachment) -> None:
        """Takes it off; the keyboard goes to its neighbour."""
        chips = self.chips
        place = chips.index(self._chips[attachment])
        had_keyboard = chips[place].hasFocus()
        self._draft.remove(attachment)
        if had_keyboard and self.chips:
            self.chips[min(place, len(self.chips) - 1)].setFocus()
        elif had_keyboard:
            self.emptied.emit()

    def _show_progress(self, attachment: Attachment, progress: StageProgress | None) -> None:
        if attachment in self._chips:
            self._chips[attachment].set_progress(progress)


def _leave_symbol(_error: BuboError) -> None:
    """A picture that cannot be read keeps its symbol; the viewer says why."""
