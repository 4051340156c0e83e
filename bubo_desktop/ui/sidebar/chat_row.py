"""How a row of the list of chats is drawn, and how its title is changed in place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import GRID_PX, RADIUS_PX, Role, small

HEIGHT_PX = 36
_MARK_PX = 3
_TITLE_CHARACTERS = 120

Index = QModelIndex | QPersistentModelIndex


class ChatRow(QStyledItemDelegate):
    """Draws headings small and grey, chats as rounded rows; the open one (`open_index`) has a bar at its side."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.open_index = QPersistentModelIndex()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802 - Qt's name
        """All rows are of one height: thousands of them need not be measured."""
        return QSize(0, HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A heading, or a chat."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.flags() == Qt.ItemFlag.NoItemFlags:
            self._draw_heading(painter, option, index)
        else:
            self._draw_chat(painter, option, index)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002, N802 - Qt's name
        """A field for the new title, over the old one."""
        field = QLineEdit(parent)
        field.setObjectName("chat_title")
        field.setMaxLength(_TITLE_CHARACTERS)
        field.setAccessibleName(self.tr("New title of the chat"))
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: ARG002, N802 - Qt's name
        """As large as the row."""
        editor.setGeometry(_card(option).toRect())

    def _draw_heading(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.setFont(small(option.font, QFont.Weight.DemiBold))
        painter.setPen(option.palette.color(Role.PlaceholderText))
        area = option.rect.adjusted(2 * GRID_PX, 0, -GRID_PX, -GRID_PX // 2)
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, index.data())

    def _draw_chat(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        is_open = self.open_index.isValid() and self.open_index.row() == index.row()
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        has_keyboard = bool(option.state & QStyle.StateFlag.State_HasFocus)
        card = _card(option)
        painter.setPen(QPen(option.palette.color(Role.Highlight), 1.5) if has_keyboard else Qt.PenStyle.NoPen)
        if is_open or is_hovered or has_keyboard:
            fill = option.palette.color(Role.AlternateBase)
            fill.setAlphaF(1.0 if is_open else 0.6)
            painter.setBrush(fill)
            painter.drawRoundedRect(card, RADIUS_PX, RADIUS_PX)
        if is_open:
            self._draw_mark(painter, option, card)
        area = card.toRect().adjusted(GRID_PX, 0, -GRID_PX, 0)
        if is_hovered:
            area.setRight(more_area(option.rect).left())
            icon("more", option.palette.color(Role.PlaceholderText)).paint(painter, more_area(option.rect))
        painter.setPen(option.palette.color(Role.WindowText))
        title = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)

    def _draw_mark(self, painter: QPainter, option: QStyleOptionViewItem, card: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.color(Role.Highlight))
        bar = QRectF(card.left(), card.top() + GRID_PX, _MARK_PX, card.height() - 2 * GRID_PX)
        painter.drawRoundedRect(bar, _MARK_PX / 2, _MARK_PX / 2)


def more_area(row: QRect) -> QRect:
    """Where in a row under the pointer the sign for its menu stands."""
    return QRect(row.right() - 4 * GRID_PX, row.top() + (row.height() - SIZE_PX) // 2, SIZE_PX, SIZE_PX)


def _card(option: QStyleOptionViewItem) -> QRectF:
    return QRectF(option.rect).adjusted(GRID_PX, 1, -GRID_PX, -1)
