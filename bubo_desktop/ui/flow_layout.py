"""Widgets in lines, as words are."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

_Line = list[tuple[QLayoutItem, QSize]]


class FlowLayout(QLayout):
    """Lays widgets side by side in as many lines as the width needs.

    Args:
        parent: whose widgets they are.
        spacing_px: between widgets, and between lines.
        flush_right: whether lines end at the same edge, not begin there.
    """

    def __init__(self, parent: QWidget, spacing_px: int, *, flush_right: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._is_flush_right = flush_right
        self.setSpacing(spacing_px)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Takes what `addWidget` adds."""
        self._items.append(item)

    def count(self) -> int:
        """How many widgets there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """The item there."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Gives an item away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """None: lines are as high as their widgets."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of all lines at this width."""
        lines = self._lines(width)
        return sum(map(_height, lines)) + self.spacing() * max(len(lines) - 1, 0)

    def setGeometry(self, area: QRect) -> None:  # noqa: N802 - Qt's name
        """Moves the widgets to their places."""
        super().setGeometry(area)
        y = area.y()
        for line in self._lines(area.width()):
            x = area.x() + (area.width() - self._width(line) if self._is_flush_right else 0)
            for item, size in line:
                item.setGeometry(QRect(QPoint(x, y), size))
                x += size.width() + self.spacing()
            y += _height(line) + self.spacing()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the widest widget."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the widest widget."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lines(self, width: int) -> list[_Line]:
        """The items with their sizes, as many to a line as there is room for."""
        lines: list[_Line] = []
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(width, item.sizeHint().height()))
            if not lines or self._width([*lines[-1], (item, size)]) > width:
                lines.append([])
            lines[-1].append((item, size))
        return lines

    def _width(self, line: _Line) -> int:
        return sum(size.width() for _, size in line) + self.spacing() * (len(line) - 1)


def _height(line: _Line) -> int:
    return max(size.height() for _, size in line)
