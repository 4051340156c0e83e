"""One question while it is being answered: kept before it is asked, told as it grows, and kept again until it ends."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Cancelled, Done, Failed, Found, Linked, Masked, Token
from bubo_desktop.state.course import Course
from bubo_desktop.state.estimates import Estimates, StageProgress
from bubo_desktop.state.folding import fold
from bubo_desktop.state.history import History
from bubo_desktop.state.records import Exchange, Failure, Status

TELL_MS = 33
SAVE_MS = 1000


class Answering(QObject):
    """Follows one exchange from the question to its end, whatever that is.

    Signals:
        changed(Exchange): there is more of it; not more often than every `TELL_MS` while only text comes.
        progressed(StageProgress): where the engine is with it.
        ended(Exchange): the last signal.
    """

    changed = Signal(Exchange)
    progressed = Signal(StageProgress)
    ended = Signal(Exchange)

    def __init__(
        self,
        client: EngineClient,
        history: History,
        estimates: Estimates,
        exchange: Exchange,
        ask: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        """Args:
        client: of the engine that is asked.
        history: where every state of the exchange is kept.
        estimates: of the stages' durations.
        exchange: the question, without an answer.
        ask: sends the question, as `EngineClient.ask` does.
        """
        super().__init__(parent)
        self.exchange = exchange
        self._client = client
        self._history = history
        self._estimates = estimates
        self._ask = ask
        self._is_settled = False
        self._request_id = 0
        self._course: Course | None = None
        self._pieces: list[str] = []
        self._tell = QTimer(self, interval=TELL_MS, singleShot=True)
        self._tell.timeout.connect(self._take_up_text)
        self._save = QTimer(self, interval=SAVE_MS, singleShot=True)
        self._save.timeout.connect(self._keep)

    def start(self) -> None:
        """Asks once the question is on disk, or cannot be: what answers it may take the machine down."""
        self._history.saved.connect(self._settle)
        self._history.unsaved.connect(self._settle)
        # Queued, because an engine that begins hears nothing before all have been told that it does.
        self._client.state_changed.connect(self._ask_if_possible, Qt.ConnectionType.QueuedConnection)
        self._keep()

    def stop(self) -> None:
        """Ends it at once with what there is; what the engine still sends comes too late."""
        self._client.cancel(self._request_id)
        self._end("stopped")

    def _settle(self, exchange_id: str) -> None:
        if exchange_id == self.exchange.id:
            self._is_settled = True
            self._ask_if_possible()

    def _ask_if_possible(self, _state: EngineState | None = None) -> None:
        """Asks once. An engine that is being stopped may be followed by another, which is waited for."""
        is_due = self._is_settled and self.exchange.status == "waiting" and not self._request_id
        if not is_due or self._client.state is EngineState.stopping:
            return
        try:
            self._request_id = self._ask()
        except BuboError as error:
            self._fail(error.message, error.hint)
        else:
            self._listen()

    def _listen(self) -> None:
        client, exchange = self._client, self.exchange
        n_files = len(exchange.pictures), len(exchange.sounds)
        self._course = Course(client, self._request_id, self._estimates, n_files, parent=self)
        self._course.progressed.connect(self.progressed)
        client.token.connect(self._take_token)
        for found in (client.found, client.linked, client.masked):
            found.connect(self._take_finding)
        for ending in (client.done, client.failed, client.cancelled):
            ending.connect(self._take_ending)

    def _take_token(self, token: Token) -> None:
        if token.id == self._request_id:
            self._pieces.append(token.text)
            if not self._tell.isActive():
                self._take_up_text()

    def _take_finding(self, finding: Found | Linked | Masked) -> None:
        if finding.id == self._request_id:
            self._take_up_text()
            self._take_up(finding)

    def _take_ending(self, ending: Done | Failed | Cancelled) -> None:
        if ending.id != self._request_id:
            return
        match ending:
            case Done():
                self._take_up_text()
                self.exchange = replace(self.exchange, answer=fold(self.exchange.answer, ending))
                self._end("done")
            case Failed(message=message, hint=hint):
                self._fail(message, hint)
            case Cancelled():
                self._end("stopped")

    def _take_up_text(self) -> None:
        """All the words that came since the last time, at once."""
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._take_up(Token(id=self._request_id, text=text))
            self._tell.start()

    def _take_up(self, step: Token | Found | Linked | Masked) -> None:
        self.exchange = replace(self.exchange, status="answering", answer=fold(self.exchange.answer, step))
        if not self._save.isActive():
            self._save.start()
        self.changed.emit(self.exchange)

    def _fail(self, message: str, hint: str) -> None:
        has_text = self._pieces or self.exchange.answer.answer
        kept = self.tr("What was answered so far is kept.") if has_text else self.tr("The question is kept.")
        self._end("failed", Failure(message, f"{hint} {kept}".strip()))

    def _end(self, status: Status, failure: Failure | None = None) -> None:
        self._take_up_text()
        self._request_id = 0
        self._tell.stop()
        self._save.stop()
        if self._course:
            self._course.finish()
        self.exchange = replace(self.exchange, status=status, failure=failure)
        self._keep()
        self.changed.emit(self.exchange)
        self.ended.emit(self.exchange)

    def _keep(self) -> None:
        self._history.save_exchange(self.exchange)
