"""The open chat, and the answers on their way in it and in others."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.data import Sampling, Turn
from bubo_desktop.protocol import Masked, Ready
from bubo_desktop.state.answering import Answering
from bubo_desktop.state.estimates import Estimates, StageProgress
from bubo_desktop.state.folding import fold
from bubo_desktop.state.history import History
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.power import makes_masks
from bubo_desktop.state.records import NO_ANSWER, Attachment, Chat, Exchange, title_of
from bubo_desktop.state.settings import MasksChoice

MAX_TURNS = 100  # the engine leaves out what is too much for it, and keeps what it has read of the rest
TEMPERATURE_OF_ANOTHER = 0.7
N_SEEDS = 2**31
TICK_S = 0.001


class Conversation(QObject):
    """What the user asks and takes back in the open chat. Answers go on when another chat is opened.

    Attributes:
        sampling: how the pack chooses words, where it says so; another answer to the same question is drawn more
            freely than that.
        masks: when objects are outlined.

    Signals:
        opened: `chat` and `exchanges` are others now.
        chat_changed: the open chat has another title, or begins to exist with its first question.
        exchange_added(Exchange): its place is the one it has in `exchanges`.
        exchange_changed(Exchange): a newer state of it.
        exchange_removed(str): the id of what is no longer there.
        progressed(str, StageProgress): where the engine is with the exchange of this id.
        answering_changed(bool): whether an answer is on its way in the open chat.
        forgotten: something was deleted, and is to leave no traces elsewhere.
        undoable(str, object): a sentence on what was deleted or replaced, and the function that takes it back.
    """

    opened = Signal()
    chat_changed = Signal()
    exchange_added = Signal(Exchange)
    exchange_changed = Signal(Exchange)
    exchange_removed = Signal(str)
    progressed = Signal(str, StageProgress)
    answering_changed = Signal(bool)
    forgotten = Signal()
    undoable = Signal(str, object)

    def __init__(
        self,
        client: EngineClient,
        history: History,
        estimates: Estimates,
        media: MediaStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.sampling = Sampling()
        self.masks: MasksChoice = "sparing"
        self._client = client
        self._history = history
        self._estimates = estimates
        self._media = media
        self._chat: Chat | None = None
        self._known_chats: dict[str, Chat] = {}
        self._awaited_chat_id = ""
        self._exchanges: dict[str, Exchange] = {}
        self._answerings: dict[str, Answering] = {}
        self._unsaved: dict[str, Exchange] = {}  # that ended, and are not on the disk yet
        self._was_answering = False
        history.chats_loaded.connect(self._take_chats)
        history.exchanges_loaded.connect(self._take_exchanges)
        history.saved.connect(self._note_saved)
        client.ready.connect(self._note_pack)

    @property
    def chat(self) -> Chat | None:
        """The open chat; None before its first question."""
        return self._chat

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered in the open chat, oldest first, each in its newest state."""
        return tuple(self._exchanges.values())

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way in the open chat."""
        return any(exchange.is_open for exchange in self._exchanges.values())

    def turns(self) -> list[Turn]:
        """The newest of what was answered in the open chat, with its files; the engine keeps no conversation."""
        return self._turns_before(math.inf)

    def new(self) -> None:
        """Opens an empty chat, which is kept from its first question on."""
        self._switch_to(None)
        self.opened.emit()

    def open(self, chat_id: str) -> None:
        """Opens a chat that the history told of; `opened` follows when it is read.

        Raises:
            KeyError: the history told of no such chat.
        """
        if self._chat is None or self._chat.id != chat_id:
            self._switch_to(self._known_chats[chat_id])
            self._awaited_chat_id = chat_id
            self._history.load_exchanges(chat_id)

    def ask(self, question: str, attachments: Iterable[Attachment] = ()) -> None:
        """Keeps a question and has it answered, whatever state the engine is in."""
        chat = self._chat or self._begin_chat(question)
        # A clock that was set back does not put a question before earlier ones.
        asked_at_s = max([time.time(), *(each.asked_at_s + TICK_S for each in self.exchanges)])
        self._answer(
            Exchange(chat_id=chat.id, question=question, attachments=tuple(attachments), asked_at_s=asked_at_s)
        )

    def stop(self) -> None:
        """Ends the answers on their way in the open chat; what was said stays."""
        for exchange in self.exchanges:
            self._stop(exchange.id)

    def stop_all(self) -> None:
        """Ends the answers on their way in every chat: for the end of the program, before the history's."""
        for answering in list(self._answerings.values()):
            answering.stop()

    def again(self, exchange_id: str) -> None:
        """Has a question answered anew: differently where it was answered, else just as it was asked."""
        old = self._exchanges[exchange_id]
        if old.is_open:
            return
        sampling = None
        if old.status == "done":
            seed = random.randrange(N_SEEDS)  # noqa: S311 - a draw, not a secret
            sampling = replace(self.sampling, temperature=TEMPERATURE_OF_ANOTHER, seed=seed)
            self.undoable.emit(self.tr("The old answer was put aside."), partial(self._put_back, old))
        self._answer(replace(old, status="waiting", answer=NO_ANSWER, failure=None), sampling)

    def add_masks(self, exchange_id: str, masked: Masked) -> None:
        """Keeps masks that were made after the answer, where its chat is open."""
        if old := self._exchanges.get(exchange_id):
            new = replace(old, answer=fold(old.answer, masked))
            self._unsaved[new.id] = new
            self._history.save_exchange(new)
            self._put(new)

    def delete_exchange(self, exchange_id: str) -> None:
        """Takes a question and its answer out of the open chat."""
        self._stop(exchange_id)
        old = self._exchanges.pop(exchange_id)
        self._unsaved.pop(exchange_id, None)
        self._history.delete_exchange(exchange_id)
        self.exchange_removed.emit(exchange_id)
        self.forgotten.emit()
        self.undoable.emit(self.tr("The question and its answer were deleted."), partial(self._undelete, old))

    def rename(self, chat_id: str, title: str) -> None:
        """Gives a chat another title."""
        self._history.rename_chat(chat_id, title)
        self._take_chats([replace(self._known_chats[chat_id], title=title)])

    def delete_chat(self, chat_id: str) -> None:
        """Takes a chat out of the list; where it was open, an empty one is."""
        for answering in [each for each in self._answerings.values() if each.exchange.chat_id == chat_id]:
            answering.stop()
        self._history.delete_chat(chat_id)
        was_open = self._chat is not None and self._chat.id == chat_id
        if was_open:
            self.new()
        self.forgotten.emit()
        self.undoable.emit(self.tr("The chat was deleted."), partial(self._undelete_chat, chat_id, was_open))

    def _begin_chat(self, question: str) -> Chat:
        self._chat = chat = Chat(title=title_of(question))
        self._known_chats[chat.id] = chat
        self._history.save_chat(chat)
        self.chat_changed.emit()
        return chat

    def _switch_to(self, chat: Chat | None) -> None:
        """What is not on the disk in its newest state is there at once; the rest has to be read."""
        self._chat = chat
        self._awaited_chat_id = ""
        newest = (*self._unsaved.values(), *(answering.exchange for answering in self._answerings.values()))
        self._exchanges = {each.id: each for each in newest if chat and each.chat_id == chat.id}
        self._tell_answering()

    def _take_chats(self, chats: list[Chat]) -> None:
        self._known_chats |= {chat.id: chat for chat in chats}
        if self._chat:
            known = self._known_chats[self._chat.id]
            is_renamed = known.title != self._chat.title
            self._chat = known
            if is_renamed:
                self.chat_changed.emit()

    def _take_exchanges(self, chat_id: str, kept: list[Exchange]) -> None:
        """What is known here is newer than what was kept when it was read."""
        if chat_id == self._awaited_chat_id:
            self._awaited_chat_id = ""
            self._exchanges = _in_order({each.id: each for each in kept} | self._exchanges)
            self.opened.emit()

    def _answer(self, exchange: Exchange, sampling: Sampling | None = None) -> None:
        ask = partial(
            self._client.ask,
            exchange.question,
            self._media.paths_of(exchange.pictures),
            self._media.paths_of(exchange.sounds),
            self._turns_before(exchange.asked_at_s),
            sampling,
            outline=makes_masks(self.masks),
        )
        answering = Answering(self._client, self._history, self._estimates, exchange, ask, parent=self)
        self._answerings[exchange.id] = answering
        answering.changed.connect(self._put)
        answering.progressed.connect(partial(self._tell_progress, exchange.id))
        answering.ended.connect(self._forget)
        self._put(exchange)
        answering.start()

    def _turns_before(self, asked_at_s: float) -> list[Turn]:
        earlier = [it for it in self.exchanges if it.asked_at_s < asked_at_s and it.status == "done"]
        return [
            Turn(
                it.question,
                it.answer.answer,
                tuple(self._media.paths_of(it.pictures)),
                tuple(self._media.paths_of(it.sounds)),
            )
            for it in earlier[-MAX_TURNS:]
        ]

    def _stop(self, exchange_id: str) -> None:
        if answering := self._answerings.get(exchange_id):
            answering.stop()

    def _forget(self, ended: Exchange) -> None:
        self._unsaved[ended.id] = ended
        self._answerings.pop(ended.id).deleteLater()

    def _put(self, exchange: Exchange) -> None:
        """Shows a newer state of an exchange, or one that was not there, where its chat is open."""
        if self._chat is None or exchange.chat_id != self._chat.id:
            return
        if exchange.id in self._exchanges:
            self._exchanges[exchange.id] = exchange
            self.exchange_changed.emit(exchange)
        else:
            self._exchanges = _in_order({**self._exchanges, exchange.id: exchange})
            self.exchange_added.emit(exchange)
        self._tell_answering()

    def _put_back(self, old: Exchange) -> None:
        self._stop(old.id)
        self._unsaved[old.id] = old
        self._history.save_exchange(old)
        self._put(old)

    def _undelete(self, old: Exchange) -> None:
        self._history.restore_exchange(old.id)
        self._put(old)

    def _undelete_chat(self, chat_id: str, is_to_be_opened: bool) -> None:
        self._history.restore_chat(chat_id)
        if is_to_be_opened:
            self.open(chat_id)

    def _tell_progress(self, exchange_id: str, progress: StageProgress) -> None:
        if exchange_id in self._exchanges:
            self.progressed.emit(exchange_id, progress)

    def _tell_answering(self) -> None:
        if self.is_answering != self._was_answering:
            self._was_answering = self.is_answering
            self.answering_changed.emit(self._was_answering)

    def _note_saved(self, exchange_id: str) -> None:
        self._unsaved.pop(exchange_id, None)

    def _note_pack(self, ready: Ready) -> None:
        self._estimates.pack = ready.pack


def _in_order(exchanges: dict[str, Exchange]) -> dict[str, Exchange]:
    return dict(sorted(exchanges.items(), key=lambda item: item[1].asked_at_s))
