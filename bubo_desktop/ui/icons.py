"""The drawn icons, in the colour of the text around them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

FOLDER = Path(__file__).parents[1] / "resources" / "icons"
SIZE_PX = 20
_SCALES = (1, 2, 3)


def icon(name: str, colour: QColor, size_px: int = SIZE_PX) -> QIcon:
    """The icon `resources/icons/<name>.svg` drawn in one colour, sharp at this size on every screen.

    Raises:
        FileNotFoundError: there is no icon of this name.
    """
    from PySide6.QtSvg import QSvgRenderer  # not before the first icon is wanted

    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour.name()).encode()))
    drawn = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(size_px * scale, size_px * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        drawn.addPixmap(pixmap)
    return drawn


@lru_cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


class IconButton(QToolButton):
    """A button that is an icon: named for a screen reader, with its name and key as a tip, and right in every theme."""

    def __init__(self, name: str, label: str, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAccessibleName(label)
        self.setToolTip(f"{label} ({shortcut})" if shortcut else label)
        self.setIconSize(QSize(SIZE_PX, SIZE_PX))
        self.setAutoRaise(True)
        self._is_drawn = False

    def set_icon(self, name: str) -> None:
        """Shows another icon."""
        self._name = name
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon anew in another theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon when it is first seen: most buttons of a long chat never are."""
        if not self._is_drawn:
            self._is_drawn = True
            colour = self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)
            self.setIcon(icon(self._name, colour))  # Qt greys it itself where the button is disabled
        super().paintEvent(event)

    def _redraw(self) -> None:
        self._is_drawn = False
        self.update()
