"""A column of widgets to read, one below the other, in which nothing moves away from its reader."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.theme import GRID_PX

MAX_CHARACTERS = 72
FREQUENT_LETTERS = "etaoin shrdlu "  # as wide as letters are on average in a text
AT_END_PX = 4
NEAR_TOP_PX = 400
SIDE_PX = 3 * GRID_PX
BETWEEN_PX = 3 * GRID_PX


class Place(NamedTuple):
    """What the reader looks at: a widget of the column, and how far its top is below that of the viewport."""

    widget: QWidget
    below_top_px: int


class Column(QScrollArea):
    """Stays at its end while it grows there, or where the reader is once he has scrolled up.

    Attributes:
        jump_button: goes back to the end; seen while that is not in view.

    Signals:
        top_neared: the reader is close to the first widget.
    """

    top_neared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None  # None: at the end
        content = QWidget()
        content.setObjectName("column")
        self._rows = QVBoxLayout(content)
        self._rows.setSpacing(BETWEEN_PX)
        self._rows.addStretch(1)
        self.jump_button = IconButton("chevron-down", self.tr("To the newest"), self.tr("End"), self)
        self.jump_button.setObjectName("jump_button")
        self.jump_button.hide()
        self.jump_button.clicked.connect(self.go_to_end)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.verticalScrollBar().rangeChanged.connect(self._keep_place)
        self.verticalScrollBar().valueChanged.connect(self._note_place)

    @property
    def is_at_end(self) -> bool:
        """Whether the newest is in view, and stays so."""
        return self._place is None

    def insert(self, number: int, widget: QWidget) -> None:
        """Adds a widget before that of this number, or at the end."""
        self._rows.insertWidget(number, widget)
        if self.isVisible():
            self._lay_out(widget)

    def remove(self, widget: QWidget) -> None:
        """Takes a widget out, and destroys it."""
        if self._place and self._place.widget is widget:
            self._place = None
        self._rows.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def go_to_end(self) -> None:
        """Shows the newest."""
        self._place = None
        self._keep_place()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps lines short enough to read, and the button in its corner."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another font needs another width."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        widest_px = metrics.horizontalAdvance(FREQUENT_LETTERS) * MAX_CHARACTERS // len(FREQUENT_LETTERS)
        side_px = max(SIDE_PX, (self.viewport().width() - widest_px) // 2)
        self._rows.setContentsMargins(side_px, SIDE_PX, side_px, SIDE_PX)
        button_px = self.jump_button.sizeHint()
        self.jump_button.move((self.width() - button_px.width()) // 2, self.height() - button_px.height() - 2 * GRID_PX)

    def _lay_out(self, widget: QWidget) -> None:
        """Gives a new widget its height and moves the others, before anything of it can be seen in between."""
        widget.show()
        widget.resize(self._rows.contentsRect().width(), widget.height())
        QApplication.sendEvent(widget, QEvent(QEvent.Type.LayoutRequest))
        QApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def _keep_place(self) -> None:
        """Scrolls so that the reader sees what he saw before the column changed."""
        bar = self.verticalScrollBar()
        place = self._place
        bar.setValue(place.widget.y() - place.below_top_px if place else bar.maximum())
        if self._place:  # not that of a widget which has no height yet
            self._place = place

    def _note_place(self, scrolled_px: int) -> None:
        """Remembers where the reader is now."""
        is_at_end = scrolled_px >= self.verticalScrollBar().maximum() - AT_END_PX
        widget = None if is_at_end else self._widget_at(scrolled_px)
        self._place = Place(widget, widget.y() - scrolled_px) if widget else None
        self.jump_button.setVisible(not self.is_at_end)
        if scrolled_px < NEAR_TOP_PX:
            self.top_neared.emit()

    def _widget_at(self, y_px: int) -> QWidget | None:
        """The first widget of the column that ends below this place."""
        items = (self._rows.itemAt(number) for number in range(self._rows.count()))
        widgets = (item.widget() for item in items if item)
        return next((widget for widget in widgets if widget and widget.geometry().bottom() >= y_px), None)
