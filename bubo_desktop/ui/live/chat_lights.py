"""The things that the chat speaks of, for the live picture: by name, because there they have other numbers."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bubo_desktop.data import Answer
from bubo_desktop.state.attention import Attention, ObjectRef


class ChatLights(QObject):
    """Follows what is pointed at in the chat; while that is nothing, what makes the sound of the shown answer.

    Signals:
        changed(frozenset[str]): other labels are to be lit.
    """

    changed = Signal(frozenset)

    def __init__(self, attention: Attention, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._attention = attention
        attention.lit_changed.connect(self._tell)
        attention.shown_changed.connect(self._tell)

    def _tell(self) -> None:
        shown = self._attention.shown
        self.changed.emit(self._labels_of(shown.answer) if shown else frozenset())

    def _labels_of(self, answer: Answer) -> frozenset[str]:
        wanted = self._attention.lit or {
            ObjectRef(image, number)
            for image in range(len(answer.images))
            for number in (answer.match.source_objects if answer.match else ())
        }
        return frozenset(
            thing.label
            for image, picture in enumerate(answer.images)
            for thing in picture.objects
            if ObjectRef(image, thing.id) in wanted
        )
