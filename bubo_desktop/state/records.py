"""What is kept of a conversation, as frozen values: the rows of the database and the currency of the window."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from bubo_desktop.data import Answer

Kind = Literal["picture", "sound"]
Status = Literal["waiting", "answering", "done", "stopped", "failed"]

NO_ANSWER = Answer(answer="", pack="")
MAX_TITLE_CHARS = 60


def new_id() -> str:
    """A name that no other record has: made here, so that nobody waits for the database to number things."""
    return uuid.uuid4().hex


class Attachment(Struct, frozen=True):
    """A picture or sound in the media folder, by its content.

    `name` is what its user calls it, `suffix` the ending of its stored file, lower case with its dot. Pictures have a
    size in pixels as the user sees them, sounds a duration.
    """

    sha256: str
    kind: Kind
    name: str
    suffix: str
    width: int = 0
    height: int = 0
    duration_s: float = 0.0

    @property
    def file_name(self) -> str:
        """Its name in the media folder."""
        return f"{self.sha256}{self.suffix}"


def pictures_in(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Those of the files that are pictures, in their order."""
    return tuple(file for file in files if file.kind == "picture")


def sounds_in(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Those of the files that are sounds, in their order."""
    return tuple(file for file in files if file.kind == "sound")


class Failure(Struct, frozen=True):
    """Why there is no whole answer, in a sentence, and what to do, in another (which may be empty)."""

    message: str
    hint: str = ""


class Exchange(Struct, frozen=True, kw_only=True):
    """A question and what came of it. While it is being answered, `answer` holds all that is known so far.

    Picture number i of the answer is the i-th attachment of kind picture, and so for sounds.
    """

    id: str = field(default_factory=new_id)
    chat_id: str
    question: str
    attachments: tuple[Attachment, ...] = ()
    status: Status = "waiting"
    answer: Answer = NO_ANSWER
    failure: Failure | None = None
    asked_at_s: float = field(default_factory=time.time)

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """Its pictures, in the order of `answer.images`."""
        return pictures_in(self.attachments)

    @property
    def sounds(self) -> tuple[Attachment, ...]:
        """Its sounds, in the order of `answer.sounds`."""
        return sounds_in(self.attachments)

    @property
    def is_open(self) -> bool:
        """Whether more of the answer may come."""
        return self.status in {"waiting", "answering"}


class Chat(Struct, frozen=True, kw_only=True):
    """A conversation in the list. Times are Unix times in seconds."""

    id: str = field(default_factory=new_id)
    title: str
    created_at_s: float = field(default_factory=time.time)
    changed_at_s: float = field(default_factory=time.time)


def title_of(question: str) -> str:
    """The title of a chat by its first question: the first line, short enough for a list."""
    line = question.strip().partition("\n")[0].rstrip()
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[: MAX_TITLE_CHARS - 1].rstrip()}…"
