"""The engine as the desktop sees it: ask, cancel, and hear what happens as Qt signals."""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.client.child import Child
from bubo_desktop.client.ending import ENGINE, SMALLER, Cause, Ending
from bubo_desktop.client.in_flight import InFlight, Work, check_texts
from bubo_desktop.client.patience import Patience
from bubo_desktop.data import BoxXyxyPx, Picturing, Sampling, Sounding, Turn
from bubo_desktop.errors import EngineError
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
    Heard,
    Hello,
    Linked,
    Loading,
    Masked,
    Outline,
    Ping,
    Pong,
    Prepare,
    Progress,
    Ready,
    Sense,
    Token,
)


class EngineState(enum.Enum):
    """Where the engine is in its life."""

    stopped = enum.auto()
    starting = enum.auto()
    ready = enum.auto()
    stopping = enum.auto()
    unavailable = enum.auto()


class EngineClient(QObject):
    """Owns the engine process: starts it, watches it, starts it again when it dies, and sends it requests.

    Each request ends with exactly one of `done`, `failed`, `cancelled`, whatever happens to the process. Requests may
    be sent as soon as `start` was called; they wait in the engine until it is ready.

    Signals, one per event, each with the message of that name as its argument:
        loading, ready, progress, token, found, heard, linked, masked, done, failed, cancelled.
    Signals about the process:
        state_changed(EngineState).
        rested(int): with the end of this request the engine has become idle, see `is_idle`.
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
    heard = Signal(Heard)
    linked = Signal(Linked)
    masked = Signal(Masked)
    done = Signal(Done)
    failed = Signal(Failed)
    cancelled = Signal(Cancelled)
    rested = Signal(int)
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
        self._in_flight: dict[int, InFlight] = {}
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
    def is_idle(self) -> bool:
        """Whether the engine is ready and would begin with a question at once: what it senses keeps none waiting."""
        return self._state is EngineState.ready and all(request.is_aside for request in self._in_flight.values())

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
        hello = Hello(protocol=PROTOCOL_VERSION, pack_dir=str(pack_dir), gpu_layers=gpu_layers)
        check_texts(hello)
        self._hello = hello
        self._restart_times_s.clear()
        self._launch()

    def prepare(
        self,
        images: Sequence[Picturing] = (),
        sounds: Sequence[Sounding] = (),
        question: str = "",
        history: Sequence[Turn] = (),
    ) -> int:
        """Has files encoded, and the words typed so far read, ahead of the question.

        Returns:
            The request's id. Raises as `ask` does.
        """
        request = Prepare(
            id=self._last_id + 1,
            images=tuple(images),
            sounds=tuple(sounds),
            question=question,
            history=tuple(history),
        )
        return self._request(request)

    def ask(
        self,
        question: str,
        images: Sequence[Picturing] = (),
        sounds: Sequence[Sounding] = (),
        history: Sequence[Turn] = (),
        sampling: Sampling | None = None,
        *,
        outline: bool = True,
    ) -> int:
        """Asks about files; `sampling` None means the pack's default; without `outline` objects get no masks.

        Returns:
            The request's id.

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
            outline=outline,
        )
        return self._request(request)

    def outline(self, image: Picturing, boxes_xyxy_px: Sequence[BoxXyxyPx]) -> int:
        """Asks for the masks of objects found earlier. Returns the request's id. Raises as `ask` does."""
        return self._request(Outline(id=self._last_id + 1, image=image, boxes_xyxy_px=tuple(boxes_xyxy_px)))

    def sense(
        self,
        images: Sequence[Picturing] = (),
        sounds: Sequence[Sounding] = (),
        seek: str = "",
        *,
        outline: bool = False,
    ) -> int:
        """Asks what can be seen and heard, beside whatever else is asked: `found` per picture, `heard` where there are
        sounds, with `outline` `masked` per picture, then `done` without an answer.

        Those sent wait for one another, so where the newest matters, send it when the one before has ended.

        Args:
            images: pictures.
            sounds: recordings.
            seek: words for the objects and sounds that are to be marked as sought.
            outline: whether objects get masks.

        Returns:
            The request's id. Raises as `ask` does.
        """
        request = Sense(id=self._last_id + 1, images=tuple(images), sounds=tuple(sounds), seek=seek, outline=outline)
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

    def _request(self, request: Work) -> int:
        if self._child is None or self._state is EngineState.stopping:
            raise EngineError("The engine is not running.", "Start it again.")
        check_texts(request)
        self._child.send(request)
        self._last_id = request.id
        self._in_flight[request.id] = InFlight(is_aside=isinstance(request, Sense))
        return request.id

    def _launch(self) -> None:
        self._load_failure = None
        self._unanswered_pings = 0
        self._set_state(EngineState.starting)
        child = self._child = Child(self._command, ENGINE, self._patience, self)
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

    def _handle_reply(
        self, event: Progress | Token | Found | Heard | Linked | Masked | Done | Failed | Cancelled
    ) -> None:
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
            Heard: self.heard,
            Linked: self.linked,
            Masked: self.masked,
            Done: self.done,
            Failed: self.failed,
            Cancelled: self.cancelled,
        }
        signals[type(event)].emit(event)
        if not request.is_aside and event.id not in self._in_flight and self.is_idle:
            self.rested.emit(event.id)

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

    def _become_unavailable(self, requests: dict[int, InFlight], failure: Failed) -> None:
        self._set_state(EngineState.unavailable)
        self._end_requests(requests, failure)
        self.unavailable.emit(failure)

    def _end_requests(self, requests: dict[int, InFlight], failure: Failed) -> None:
        for request_id, request in requests.items():
            ending = request.ending(request_id, failure)
            (self.cancelled if isinstance(ending, Cancelled) else self.failed).emit(ending)

    def _may_restart(self) -> bool:
        now_s = time.monotonic()
        recent = [then_s for then_s in self._restart_times_s if now_s - then_s < self._patience.restart_window_s]
        self._restart_times_s = [*recent, now_s]
        return len(recent) < self._patience.restarts
