"""All that the window shows, put together in one place and ended in order."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.paths import states_dir
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.attention import Attention
from bubo_desktop.state.background import Background
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.estimates import Estimates
from bubo_desktop.state.history import History
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.outlining import Outlining
from bubo_desktop.state.settings import MasksChoice, SettingsFile

if TYPE_CHECKING:
    from bubo_desktop.state.live.live import Live


class Workspace(QObject):
    """The state of one window, and what several parts of it do together.

    Args:
        folder: of chats, media and settings; it exists.
        client: of the engine; one of the program's own where there is none.

    Signals:
        closed: the engine has ended and everything is on disk.
    """

    closed = Signal()

    def __init__(self, folder: Path, client: EngineClient | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._live: Live | None = None
        self.settings = SettingsFile(folder / "settings.json")
        self.background = Background(parent=self)
        self.history = History(folder / "chats.db", parent=self)
        self.media = MediaStore(folder / "media", self.background, parent=self)
        self.client = client or EngineClient(parent=self)
        self.estimates = Estimates(self.settings)
        self.assistant = Assistant(self.client, self.settings, parent=self)
        self.conversation = Conversation(self.client, self.history, self.estimates, self.media, parent=self)
        self.conversation.masks = self.settings.values.masks
        self.draft = Draft(self.media, self.client, self.estimates, self.conversation.turns, parent=self)
        self.attention = Attention(parent=self)
        self.outlining = Outlining(self.client, self.attention, self.media, parent=self)
        self.assistant.condition_changed.connect(self._take_sampling)
        self.conversation.opened.connect(self._take_up)
        self.draft.changed.connect(self._show_draft)
        self.conversation.forgotten.connect(self._forget_states)
        self.outlining.outlined.connect(self.conversation.add_masks)
        self.history.media_counted.connect(self.media.forget_unused)

    @property
    def live(self) -> Live:
        """Camera, screen and microphone, all off; made when it is first wanted, which is after the first paint."""
        if self._live is None:
            from bubo_desktop.state.live.live import Live

            self._live = Live(
                self._folder, self.client, self.settings, self.assistant, self.conversation, self.draft, parent=self
            )
        return self._live

    def begin(self, pack: str | None = None, *, cpu_only: bool = False) -> None:
        """Starts the engine, and erases what was deleted the last time."""
        self.assistant.start(pack, cpu_only=cpu_only)
        self.history.tidy()

    def choose_masks(self, choice: MasksChoice) -> None:
        """Says when objects are to be outlined, from the next answer on."""
        self.settings.change(masks=choice)
        self.conversation.masks = choice

    def ask_about(self, question: str, paths: Sequence[str]) -> None:
        """Begins a new chat with these files and asks as soon as they are attached: what a sample does."""
        self.conversation.new()
        self.draft.add_files(paths)
        self.draft.when_complete(partial(self._ask, question))

    def _ask(self, question: str) -> None:
        self.conversation.ask(question, self.draft.attachments)
        self.draft.mark_asked()

    def close(self) -> None:
        """Begins to end: devices are closed, answers stop, what was said is written; `closed` follows."""
        if self._live:
            self._live.close()
        self.conversation.stop_all()
        self.estimates.keep()
        self.client.state_changed.connect(self._finish)
        if self.client.state is EngineState.stopped:
            self._finish(EngineState.stopped)
        else:
            self.assistant.stop()

    def _forget_states(self) -> None:
        """What engines read of a chat goes with it; of others, it can be read again."""
        self.background.run(partial(shutil.rmtree, states_dir(), ignore_errors=True), lambda _: None)

    def _take_sampling(self) -> None:
        if self.assistant.manifest:
            self.conversation.sampling = self.assistant.manifest.sampling

    def _take_up(self) -> None:
        """Another chat is open: its last pictures and sounds are what the next question is about."""
        last = self.conversation.exchanges[-1] if self.conversation.exchanges else None
        self.draft.set_attachments(last.attachments if last else ())
        if last:
            self.draft.mark_asked()
            self.attention.show(last)
        else:
            self.attention.show_draft(())

    def _show_draft(self) -> None:
        """Files that nobody asked about yet take the place of the last answer's."""
        shown, attached = self.attention.shown, self.draft.attachments
        if shown is None or (attached and attached != shown.attachments):
            self.attention.show_draft(attached)

    def _finish(self, state: EngineState) -> None:
        if state is EngineState.stopped:
            self.client.state_changed.disconnect(self._finish)
            self.history.close()
            self.background.close()
            self.closed.emit()
