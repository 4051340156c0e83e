"""The engine as the desktop sees it: ask, cancel, and hear what happens as Qt signals."""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.client.child import Child
from bubo_desktop.client.ending import SMALLER, Cause, Ending
from bubo_desktop.client.patience import Patience
from bubo_desktop.data import Sampling, Turn
from bubo_desktop.errors import EngineError, InputError
from bubo_desktop.paths import program_command
from bubo_desktop.protocol import (
    PROTOCOL_VERSION,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Event,
    Failed,
    Found,
    Hello,
    Linked,
    Loading,
    Masked,
    Ping,
    Pong,
    Prepare,
    Progress,
    Ready,
    Token,
)


class EngineState(enum.Enum):
    """Where the engine is in its life."""

    stopped = enum.auto()
    starting = enum.auto()
    ready = enum.auto()
    stopping = enum.auto()
    unavailable = enum.auto()


@dataclass(slots=True)
class _InFlight:
    """A request that has not ended, and the text that came for it."""

    pieces: list[str] = field(default_factory=list)
    cancelled: bool = False

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class EngineClient(QObject):
    """Owns the engine process: starts it, watches it, starts it again when it dies, and sends it requests.

    Each request ends with exactly one of `done`, `failed`, `cancelled`, whatever happens to the process. Requests may
    be sent as soon as `start` was called; they wait in the engine until it is ready.

    Signals, one per event, each with the message of that name as its argument:
        loading, ready, progress, token, found, linked, masked, done, failed, cancelled.
    Signals about the process:
        state_changed(EngineState).
        restarting(Ending): the process died and is being started again; requests in flight have `failed` before.
        unavailable(Failed): it will not be started again by itself: the pack could not be loaded, or the process
            died too often. `message` and `hint` are for the user; `start` tries anew.
    """

    state_changed = Signal(EngineState)
    loading = Signal(Loading)
    ready = Signal(Ready)
    progress = Signal(Progress)
    token = Signal(Token)
    found = Signal(Found)
    linked = Signal(Linked)
    masked = Signal(Masked)
    done = Signal(Done)
    failed = Signal(Failed)
    cancelled = Signal(Cancelled)
    restarting = Signal(Ending)
    unavailable = Signal(Failed)

    def __init__(
        self, command: Sequence[str] | None = None, patience: Patience | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = tuple(command or [*program_command(), "--engine"])
        self._patience = patience or Patience()
        self._child: Child | None = None
        self._state = EngineState.stopped
        self._hello: Hello
        self._in_flight: dict[int, _InFlight] = {}
        self._last_id = 0
        self._log: tuple[str, ...] = ()
        self._restart_times_s: list[float] = []
        self._load_failure: Failed | None = None
        self._unanswered_pings = 0
        self._heartbeat = QTimer(self, interval=int(self._patience.ping_s * 1000))
        self._heartbeat.timeout.connect(self._beat)

    @property
    def state(self) -> EngineState:
        """Where the engine is in its life."""
        return self._state

    @property
    def pid(self) -> int:
        """The process's number; 0 where there is none."""
        return self._child.pid if self._child else 0

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines on standard error of the engine that runs, or ran last; no text of questions or answers."""
        return self._child.log if self._child else self._log

    def start(self, pack_dir: Path, gpu_layers: int = -1) -> None:
        """Starts the engine with a pack, forgetting earlier failures. The engine must be stopped or unavailable.

        Raises:
            EngineError: an engine is running.
            InputError: the folder's name cannot be sent.
        """
        if self._child is not None:
            raise EngineError("The engine is already running.")
        _check_names([str(pack_dir)])
        self._hello = Hello(protocol=PROTOCOL_VERSION, pack_dir=str(pack_dir), gpu_layers=gpu_layers)
        self._restart_times_s.clear()
        self._launch()

    def prepare(self, images: Sequence[str] = (), sounds: Sequence[str] = ()) -> int:
        """Has files encoded ahead of the question. Returns the request's id. Raises as `ask` does."""
        return self._request(Prepare(id=self._last_id + 1, images=tuple(images), sounds=tuple(sounds)))

    def ask(
        self,
        question: str,
        images: Sequence[str] = (),
        sounds: Sequence[str] = (),
        history: Sequence[Turn] = (),
        sampling: Sampling | None = None,
    ) -> int:
        """Asks about files; `sampling` None means the pack's default. Returns the request's id.

        Raises:
            EngineError: no engine is starting or ready.
            InputError: a file's name or the question is no valid text.
            ProtocolError: the request is too long.
        """
        request = Ask(
            id=self._last_id + 1,
            question=question,
            images=tuple(images),
            sounds=tuple(sounds),
            history=tuple(history),
            sampling=sampling,
        )
        return self._request(request)

    def cancel(self, request_id: int) -> None:
        """Ends a request: `cancelled` follows, or it has just ended. An engine that does not comply is replaced."""
        request = self._in_flight.get(request_id)
        if request and self._child and not request.cancelled:
            request.cancelled = True
            self._child.send(Cancel(id=request_id))
            QTimer.singleShot(int(self._patience.cancel_s * 1000), self, lambda: self._insist(request_id))

    def stop(self) -> None:
        """Begins to end the process; requests in flight become `cancelled`. The state `stopped` is its end."""
        if self._child is None:
            self._set_state(EngineState.stopped)
            return
        self._set_state(EngineState.stopping)
        for request in self._in_flight.values():
            request.cancelled = True
        self._child.stop(Cause.requested)

    def flush(self) -> None:
        """Waits until all requests are on their way; for callers whose event loop is about to pause."""
        if self._child:
            self._child.flush()

    def _request(self, request: Ask | Prepare) -> int:
        if self._child is None or self._state is EngineState.stopping:
            raise EngineError("The engine is not running.", "Start it again.")
        _check_names([*request.images, *request.sounds])
        if isinstance(request, Ask):
            _check_names([request.question])
        self._child.send(request)
        self._last_id = request.id
        self._in_flight[request.id] = _InFlight()
        return request.id

    def _launch(self) -> None:
        self._load_failure = None
        self._unanswered_pings = 0
        self._set_state(EngineState.starting)
        child = self._child = Child(self._command, self._patience, self)
        child.event_received.connect(self._handle_event)
        child.ended.connect(self._handle_ended)
        self._heartbeat.start()
        child.start()
        child.send(self._hello)

    def _set_state(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    def _beat(self) -> None:
        """Counts pings rather than seconds: a laptop that slept has sent none."""
        if self._child is None:
            return
        limit_s = self._patience.hang_s if self._state is EngineState.ready else self._patience.start_s
        if self._unanswered_pings * self._patience.ping_s >= limit_s:
            self._child.kill(Cause.silent)
        else:
            self._unanswered_pings += 1
            self._child.send(Ping(nonce=self._unanswered_pings))

    def _insist(self, request_id: int) -> None:
        if request_id in self._in_flight and self._child:
            self._child.stop(Cause.ignored_cancel)

    def _handle_event(self, event: Event) -> None:
        self._unanswered_pings = 0
        match event:
            case Loading():
                self.loading.emit(event)
            case Ready() if self._state is EngineState.starting:
                self._set_state(EngineState.ready)
                self.ready.emit(event)
            case Failed(id=0):
                self._load_failure = event
            case Pong() | Ready():
                pass
            case _:
                self._handle_reply(event)

    def _handle_reply(self, event: Progress | Token | Found | Linked | Masked | Done | Failed | Cancelled) -> None:
        """Passes on an event of a request in flight; what comes for others is too late."""
        request = self._in_flight.get(event.id)
        if request is None:
            return
        if isinstance(event, Token):
            request.pieces.append(event.text)
        elif isinstance(event, Done | Failed | Cancelled):
            del self._in_flight[event.id]
        signals = {
            Progress: self.progress,
            Token: self.token,
            Found: self.found,
            Linked: self.linked,
            Masked: self.masked,
            Done: self.done,
            Failed: self.failed,
            Cancelled: self.cancelled,
        }
        signals[type(event)].emit(event)

    def _handle_ended(self, ending: Ending) -> None:
        """Settles the engine's new state first, so that whoever hears of a failed request can ask again at once."""
        self._forget_child()
        failure = self._load_failure or Failed(id=0, code=EngineError.code, message=ending.message, hint=ending.hint)
        requests, self._in_flight = self._in_flight, {}
        if self._state is EngineState.stopping:
            self._set_state(EngineState.stopped)
            self._end_requests(requests, failure)
        elif self._load_failure or ending.cause is Cause.not_started:
            self._become_unavailable(requests, failure)
        elif self._may_restart():
            self._launch()
            self._end_requests(requests, failure)
            self.restarting.emit(ending)
        else:
            message = f"{failure.message} It was started again {self._patience.restarts} times without success."
            self._become_unavailable(requests, msgspec.structs.replace(failure, message=message, hint=SMALLER))

    def _forget_child(self) -> None:
        self._heartbeat.stop()
        if self._child:
            self._child.deleteLater()
            self._log = self._child.log
            self._child = None

    def _become_unavailable(self, requests: dict[int, _InFlight], failure: Failed) -> None:
        self._set_state(EngineState.unavailable)
        self._end_requests(requests, failure)
        self.unavailable.emit(failure)

    def _end_requests(self, requests: dict[int, _InFlight], failure: Failed) -> None:
        """Ends each request as its user should see it: cancelled where so wished, else failed."""
        for request_id, request in requests.items():
            if request.cancelled:
                self.cancelled.emit(Cancelled(id=request_id, partial=request.text))
            else:
                self.failed.emit(msgspec.structs.replace(failure, id=request_id, partial=request.text))

    def _may_restart(self) -> bool:
        now_s = time.monotonic()
        recent = [then_s for then_s in self._restart_times_s if now_s - then_s < self._patience.restart_window_s]
        self._restart_times_s = [*recent, now_s]
        return len(recent) < self._patience.restarts


def _check_names(texts: Sequence[str]) -> None:
    """Refuses what UTF-8 cannot carry, such as a file's name that is no valid text."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            shown = text.encode("utf-8", "replace").decode()
            raise InputError(f"{shown} holds characters that are no valid text.", "Rename the file.") from error
