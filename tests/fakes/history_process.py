"""Saves growing answers and their media as fast as it can, for ever; its only argument is the folder.

On standard output: `ready <n>` with the number of chats that were there, `noted <sentence>`, and for every
acknowledged state `saved <exchange> <characters> <media file>`.
"""

from __future__ import annotations

import io
import os
import sys
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from bubo_desktop.data import Answer
from bubo_desktop.state.history import History
from bubo_desktop.state.media_files import keep
from bubo_desktop.state.records import Attachment, Chat, Exchange

N_AT_ONCE = 3
MAX_CHARS = 400
MEDIA_BYTES = 300_000


class BusyWindow:
    """Several answers that grow with each acknowledgement; one that is long enough makes room for a new question."""

    def __init__(self, folder: Path) -> None:
        self.media = folder / "media"
        self.history = History(folder / "chats.db")
        self.growing: dict[str, Exchange] = {}
        self.history.saved.connect(self.acknowledge)
        self.history.noted.connect(partial(say, "noted"))
        self.history.failed.connect(partial(say, "failed"))
        self.history.chats_loaded.connect(self.begin)
        self.history.load_chats()

    def begin(self, chats: list[Chat]) -> None:
        say("ready", len(chats))
        for _ in range(N_AT_ONCE):
            self.ask()

    def ask(self) -> None:
        chat = Chat(title="Killed")
        content = io.BytesIO(os.urandom(MEDIA_BYTES))
        file = keep(self.media, content, lambda _, sha256: Attachment(sha256, "picture", "noise.png", ".png"))
        self.history.save_chat(chat)
        self.save(Exchange(chat_id=chat.id, question="How long?", attachments=(file,), status="answering"))

    def save(self, exchange: Exchange) -> None:
        self.growing[exchange.id] = exchange
        self.history.save_exchange(exchange)

    def acknowledge(self, exchange_id: str) -> None:
        exchange = self.growing.pop(exchange_id)
        text = exchange.answer.answer
        say("saved", exchange.id, len(text), exchange.attachments[0].file_name)
        if len(text) < MAX_CHARS:
            self.save(replace(exchange, answer=Answer(answer=text + "and on ", pack="nano")))
        else:
            self.ask()


def say(*words: object) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    application = QCoreApplication([])
    window = BusyWindow(Path(sys.argv[1]))
    application.exec()
