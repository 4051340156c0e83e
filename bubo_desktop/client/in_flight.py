"""Requests on their way: whether they can be sent, and what came of them so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from bubo_desktop.errors import InputError
from bubo_desktop.protocol import Ask, Cancelled, Failed, Hello, Outline, Prepare, Sense

Work = Ask | Prepare | Outline | Sense
"""The requests that take time, and end."""


@dataclass(slots=True)
class InFlight:
    """A request that has not ended, and the text that came for it; one that `is_aside` keeps no question waiting."""

    is_aside: bool
    pieces: list[str] = field(default_factory=list)
    cancelled: bool = False

    @property
    def text(self) -> str:
        """Of the answer, so far."""
        return "".join(self.pieces)

    def ending(self, request_id: int, failure: Failed) -> Cancelled | Failed:
        """How it ends when the process does, as its user should see it: cancelled where so wished, else failed."""
        if self.cancelled:
            return Cancelled(id=request_id, partial=self.text)
        return replace(failure, id=request_id, partial=self.text)


def check_texts(request: Hello | Work) -> None:
    """Refuses what UTF-8 cannot carry, such as a file's name that is no valid text, by an `InputError`."""
    for text in _texts_of(request):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            shown = text.encode("utf-8", "replace").decode()
            raise InputError(f"{shown} holds characters that are no valid text.", "Rename the file.") from error


def _texts_of(request: Hello | Work) -> list[str]:
    """The words of a request, and the names of its files."""
    match request:
        case Hello():
            return [request.pack_dir]
        case Outline():
            parts: tuple[object, ...] = (request.image,)
        case Sense():
            parts = (request.seek, *request.images, *request.sounds)
        case Ask() | Prepare():
            parts = (request.question, *request.images, *request.sounds)
    return [part for part in parts if isinstance(part, str)]
