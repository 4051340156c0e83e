"""What the user looks at: the exchange whose pictures and sounds are shown, and the things that are lit in it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from bubo_desktop.state.records import Attachment, Exchange, pictures_in, sounds_in


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object of an answer: the number of its picture and its `Thing.id`."""

    image: int
    id: int


@dataclass(frozen=True, slots=True)
class EventRef:
    """An event of an answer: the number of its recording and its place in `SoundFindings.events`."""

    sound: int
    event: int


Target = ObjectRef | EventRef
Targets = frozenset[Target]
NOTHING: Targets = frozenset()


class Attention(QObject):
    """The one place where words and things meet: both sides say what is pointed at here, and both listen.

    Signals:
        shown_changed: another exchange, a newer state of the same one, or other files of the draft are shown.
        lit_changed: other things are to be lit (`lit`).
    """

    shown_changed = Signal()
    lit_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: Exchange | None = None
        self._draft: tuple[Attachment, ...] = ()
        self._hovered: Targets = NOTHING
        self._pinned: Targets = NOTHING

    @property
    def shown(self) -> Exchange | None:
        """The exchange whose pictures and sounds are shown; None where those of the draft are."""
        return self._shown

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """The pictures that are shown."""
        return self._shown.pictures if self._shown else pictures_in(self._draft)

    @property
    def sounds(self) -> tuple[Attachment, ...]:
        """The recordings that are shown."""
        return self._shown.sounds if self._shown else sounds_in(self._draft)

    @property
    def lit(self) -> Targets:
        """What stands out now: what the pointer or keyboard is on, else what was clicked."""
        return self._hovered or self._pinned

    @property
    def pinned(self) -> Targets:
        """What stays lit when the pointer leaves, because it was clicked."""
        return self._pinned

    def show(self, exchange: Exchange) -> None:
        """Shows an exchange, or a newer state of it; another one begins with nothing lit."""
        if exchange is self._shown:
            return
        is_same = self._is_shown(exchange)
        self._shown = exchange
        if not is_same:
            self._light(NOTHING, NOTHING)
        self.shown_changed.emit()

    def show_draft(self, attachments: tuple[Attachment, ...]) -> None:
        """Shows files that nobody asked about yet, or nothing at all."""
        if self._shown is None and attachments == self._draft:
            return
        self._shown, self._draft = None, attachments
        self._light(NOTHING, NOTHING)
        self.shown_changed.emit()

    def hover(self, exchange: Exchange, targets: Targets) -> None:
        """The pointer or the keyboard is on words or things of this exchange; with `NOTHING`, no longer."""
        if targets:
            self.show(exchange)
        if self._is_shown(exchange):
            self._light(targets, self._pinned)

    def pin(self, exchange: Exchange, targets: Targets) -> None:
        """These were clicked: they stay lit, or no longer where they did; with `NOTHING`, nothing does."""
        self.show(exchange)
        self._light(self._hovered, NOTHING if targets == self._pinned else targets)

    def _is_shown(self, exchange: Exchange) -> bool:
        return self._shown is not None and self._shown.id == exchange.id

    def _light(self, hovered: Targets, pinned: Targets) -> None:
        before = self.lit, self._pinned
        self._hovered, self._pinned = hovered, pinned
        if (self.lit, self._pinned) != before:
            self.lit_changed.emit()
