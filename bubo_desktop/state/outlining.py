"""Masks for objects that were found without: made when the user points at one of them."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Masked
from bubo_desktop.state.attention import Attention, ObjectRef
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Exchange

Place = tuple[str, int]  # the id of an exchange and the number of one of its pictures


class Outlining(QObject):
    """Asks the engine once for each picture in which something without a mask is lit.

    Signals:
        outlined(str, Masked): the masks of an exchange, by the ids of its objects.
    """

    outlined = Signal(str, Masked)

    def __init__(
        self, client: EngineClient, attention: Attention, media: MediaStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._attention = attention
        self._media = media
        self._asked: set[Place] = set()
        self._requests: dict[int, tuple[Place, tuple[int, ...]]] = {}  # with the ids of the objects
        attention.lit_changed.connect(self._complete)
        client.masked.connect(self._take)
        client.ready.connect(self._asked.clear)  # another engine may know how

    def _complete(self) -> None:
        shown = self._attention.shown
        if shown and shown.status == "done":
            for number, path in enumerate(self._media.paths_of(shown.pictures)):
                if any(isinstance(ref, ObjectRef) and ref.image == number for ref in self._attention.lit):
                    self._ask(shown, number, path)

    def _ask(self, shown: Exchange, number: int, path: str) -> None:
        things = shown.answer.images[number].objects
        place = shown.id, number
        if place in self._asked or all(thing.mask_rle for thing in things):
            return
        try:
            request_id = self._client.outline(path, [thing.box_xyxy_px for thing in things])
        except BuboError:
            return  # there is no engine now: the next time something is pointed at
        self._asked.add(place)
        self._requests[request_id] = place, tuple(thing.id for thing in things)

    def _take(self, masked: Masked) -> None:
        if masked.id in self._requests:
            (exchange_id, number), ids = self._requests.pop(masked.id)
            masks = {ids[index]: mask for index, mask in masked.masks.items()}
            self.outlined.emit(exchange_id, replace(masked, image=number, masks=masks))
