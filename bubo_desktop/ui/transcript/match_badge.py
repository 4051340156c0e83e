"""The verdict on picture and sound: a pill with a symbol, a colour and words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bubo_desktop.data import Match, Verdict
from bubo_desktop.palette import OKABE_ITO
from bubo_desktop.state.attention import NOTHING, Attention, ObjectRef, Targets
from bubo_desktop.state.records import Exchange
from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.pointed_button import PointedButton
from bubo_desktop.ui.theme import GRID_PX, Role

HEIGHT_PX = 24
SYMBOL_PX = 16
TINT = 0.14  # opacity of the verdict's colour on the pill
SYMBOLS: dict[Verdict, str] = {"related": "related", "unrelated": "unrelated", "silent": "silent"}


class MatchBadge(PointedButton):
    """Says whether picture and sound belong together; pointing at it lights what makes the sound, a click pins it.

    It keeps its place while there is no verdict yet.
    """

    def __init__(self, exchange: Exchange, attention: Attention, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = attention
        self._exchange = exchange
        self.setObjectName("match_badge")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.pointed.connect(self._hover)
        self.clicked.connect(lambda: self._attention.pin(self._exchange, self._sources()))
        self._show(exchange.answer.match)

    def set_exchange(self, exchange: Exchange) -> None:
        """Shows the verdict, if there is one, and points at things as they are known now."""
        is_known = exchange.answer.match == self._exchange.answer.match
        self._exchange = exchange
        if not is_known:
            self._show(exchange.answer.match)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its symbol and words."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + SYMBOL_PX + 7 * GRID_PX // 2, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Paints a tinted pill."""
        match = self._exchange.answer.match
        if match is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._colour(match.verdict)
        painter.setPen(QPen(self.palette().color(Role.Highlight), 2) if self.hasFocus() else QPen(colour, 1))
        painter.setBrush(QColor.fromRgbF(colour.redF(), colour.greenF(), colour.blueF(), TINT))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), HEIGHT_PX / 2 - 1, HEIGHT_PX / 2 - 1)
        symbol = QRectF(GRID_PX, (HEIGHT_PX - SYMBOL_PX) / 2, SYMBOL_PX, SYMBOL_PX).toRect()
        icon(SYMBOLS[match.verdict], colour, SYMBOL_PX).paint(painter, symbol)
        painter.setPen(self.palette().color(Role.Text))
        words = self.rect().adjusted(symbol.right() + GRID_PX, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _show(self, match: Match | None) -> None:
        self.setEnabled(match is not None)
        self.setText(self._words(match) if match else "")
        self.setToolTip(self._explained(match) if match else "")
        self.setAccessibleDescription(self.toolTip())
        self.updateGeometry()

    def _hover(self, is_pointed: bool) -> None:
        self._attention.hover(self._exchange, self._sources() if is_pointed else NOTHING)

    def _sources(self) -> Targets:
        match = self._exchange.answer.match
        wanted = match.source_objects if match else ()
        pictures = enumerate(self._exchange.answer.images)
        return frozenset(ObjectRef(n, thing.id) for n, it in pictures for thing in it.objects if thing.id in wanted)

    def _names(self, match: Match) -> str:
        things = [thing for picture in self._exchange.answer.images for thing in picture.objects]
        return ", ".join(dict.fromkeys(thing.label for thing in things if thing.id in match.source_objects))

    def _words(self, match: Match) -> str:
        if match.verdict == "silent":
            return self.tr("Silent")
        verdict = self.tr("Related") if match.verdict == "related" else self.tr("Unrelated")
        return " · ".join(filter(None, (verdict, self._names(match), f"{match.score:.2f}")))

    def _explained(self, match: Match) -> str:
        match match.verdict:
            case "related":
                return self.tr("Picture and sound belong together: the sound comes from what is named here.")
            case "unrelated":
                return self.tr("Picture and sound do not belong together: nothing that was seen makes this sound.")
            case "silent":
                return self.tr("Nothing was heard in the recording.")

    def _colour(self, verdict: Verdict) -> QColor:
        """Bluish green, vermilion, or what steps back; never the only sign."""
        if verdict == "silent":
            return self.palette().color(Role.PlaceholderText)
        return QColor(*OKABE_ITO[2 if verdict == "related" else 5])
