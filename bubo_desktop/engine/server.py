"""The engine process: works on one request at a time, and answers what cannot wait from a thread of its own."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from queue import SimpleQueue

from bubo_desktop import __version__
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.isolation import confine, take_channels
from bubo_desktop.engine.pack import OnLoading, Pack, open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.errors import BuboError, EngineError, ProtocolError
from bubo_desktop.logs import start_log
from bubo_desktop.protocol import (
    PROTOCOL_VERSION,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Event,
    Failed,
    Hello,
    LineReader,
    Loading,
    Ping,
    Pong,
    Prepare,
    Ready,
    Request,
    Shutdown,
    Token,
    decode_request,
    encode,
)

OpenPack = Callable[[Path, int, OnLoading], Pack]
GRACE_S = 2.0  # from the end of input to the end of the process, whatever the work is busy with
READ_BYTES = 1 << 16

_log = logging.getLogger(__name__)


def main(open_pack: OpenPack = open_pack) -> int:
    """Serves the desktop on standard input and output until it is gone; returns the exit status."""
    requests, events = take_channels()
    confine()
    start_log("engine")
    return Server(requests, events, open_pack).serve()


@dataclass(slots=True)
class _Job:
    """A request that has not ended. `pieces` are those of the answer so far."""

    request: Ask | Prepare
    cancellation: Cancellation = field(default_factory=Cancellation)
    pieces: list[str] = field(default_factory=list)
    is_started: bool = False


class Server:
    """Speaks the protocol of `bubo_desktop.protocol` on two pipes.

    The thread that calls `serve` does the work and is the only one to touch a runtime; a second one reads.

    Args:
        requests: where the desktop writes.
        events: where the desktop reads.
        open_pack: loads a pack.
    """

    def __init__(self, requests: FileIO, events: FileIO, open_pack: OpenPack) -> None:
        self._requests = requests
        self._events = events
        self._open_pack = open_pack
        self._writing = threading.Lock()
        self._jobs: dict[int, _Job] = {}
        self._jobs_lock = threading.Lock()
        self._last_id = 0
        self._hello: Hello | None = None
        self._queue: SimpleQueue[Hello | _Job | None] = SimpleQueue()
        self._working_on = 0
        self._status = 0

    def serve(self) -> int:
        """Works until `Shutdown`, the end of input, a broken protocol or a pack that cannot be loaded.

        Returns:
            0 where the desktop wished the end, else 1.
        """
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        pipeline: Pipeline | None = None
        while task := self._queue.get():
            if isinstance(task, Hello):
                pipeline = self._load(task)
            if pipeline is None:
                return 1
            if isinstance(task, _Job):
                self._work(pipeline, task)
        if pipeline:
            pipeline.pack.close()
        return self._status

    # The reading thread

    def _read(self) -> None:
        try:
            for line in _lines(self._requests):
                request = decode_request(line)
                if isinstance(request, Shutdown):
                    break
                self._receive(request)
        except ProtocolError as error:
            self._status = 1
            self._emit(_failed(0, error))
        self._end()

    def _receive(self, request: Request) -> None:
        match request:
            case Ping(nonce=nonce):
                self._emit(Pong(nonce=nonce, working_on=self._working_on))
            case Cancel(id=number):
                self._cancel(number)
            case Hello() if self._hello is None:
                self._hello = request
                self._queue.put(request)
            case Ask() | Prepare() if self._hello and request.id > self._last_id:
                self._last_id = request.id
                job = _Job(request)
                with self._jobs_lock:
                    self._jobs[request.id] = job
                self._queue.put(job)
            case _:
                raise ProtocolError(f"{type(request).__name__} came out of turn.")

    def _cancel(self, number: int) -> None:
        """What works is told; what waits ends here and now; what has ended is left alone."""
        with self._jobs_lock:
            job = self._jobs.get(number)
            waits = job is not None and not job.is_started
            if waits:
                del self._jobs[number]
        if job:
            job.cancellation.cancel()
        if waits:
            self._emit(Cancelled(id=number))

    def _end(self) -> None:
        """Cancels everything; work that does not notice is cut off with the process."""
        deadline = threading.Timer(GRACE_S, os._exit, (self._status,))
        deadline.daemon = True
        deadline.start()
        for number in list(self._jobs):
            self._cancel(number)
        self._queue.put(None)

    # The working thread

    def _load(self, hello: Hello) -> Pipeline | None:
        try:
            pipeline = self._open(hello)
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever happens becomes a sentence
            self._emit(_failed(0, error))
            return None
        pack = pipeline.pack
        world = pack.manifest.closed_world
        ready = Ready(
            protocol=PROTOCOL_VERSION,
            version=__version__,
            pack=pack.manifest.id,
            pack_name=pack.manifest.name,
            device=pack.device,
            load_ms=pack.load_ms,
            notes=(*pack.notes, *([world.notice] if world else [])),
        )
        self._emit(ready)
        return pipeline

    def _open(self, hello: Hello) -> Pipeline:
        if hello.protocol != PROTOCOL_VERSION:
            message = f"The desktop speaks protocol {hello.protocol}, the engine {PROTOCOL_VERSION}."
            raise ProtocolError(message, "Install the program again.")
        return Pipeline(self._open_pack(Path(hello.pack_dir), hello.gpu_layers, self._tell_loading))

    def _tell_loading(self, part: str, fraction: float) -> None:
        self._emit(Loading(part=part, fraction=fraction))

    def _work(self, pipeline: Pipeline, job: _Job) -> None:
        with self._jobs_lock:
            if job.request.id not in self._jobs:
                return
            job.is_started = True
        self._working_on = job.request.id
        event = self._outcome(pipeline, job)
        self._working_on = 0
        with self._jobs_lock:
            del self._jobs[job.request.id]
        try:
            self._emit(event)
        except ProtocolError as error:
            self._emit(_failed(event.id, error, job))

    def _outcome(self, pipeline: Pipeline, job: _Job) -> Done | Cancelled | Failed:
        def emit(event: Event) -> None:
            if isinstance(event, Token):
                job.pieces.append(event.text)
            self._emit(event)

        number = job.request.id
        try:
            if isinstance(job.request, Prepare):
                pipeline.prepare(job.request, job.cancellation, emit)
                return Done(id=number)
            return Done(id=number, answer=pipeline.answer(job.request, job.cancellation, emit))
        except CancelledWork:
            return Cancelled(id=number, partial="".join(job.pieces))
        except Exception as error:  # noqa: BLE001 - the edge of the process
            return _failed(number, error, job)

    def _emit(self, event: Event) -> None:
        """Sends an event from either thread; where the desktop is gone nobody misses it."""
        line = encode(event)
        with self._writing:
            try:
                while line:
                    line = line[self._events.write(line) :]
            except OSError:
                _log.warning("the desktop does not read any more")


def _lines(stream: FileIO) -> Iterator[bytes]:
    """Yields lines as they arrive. Raises `ProtocolError` where one does not end."""
    reader = LineReader()
    while chunk := stream.read(READ_BYTES):
        yield from reader.push(chunk)


def _failed(number: int, error: Exception, job: _Job | None = None) -> Failed:
    """What the user is told; the details of a surprise go to the log."""
    if not isinstance(error, BuboError):
        _log.error("unexpected", exc_info=error)
        error = _explained(error)
    partial = "".join(job.pieces) if job else ""
    return Failed(id=number, code=error.code, message=error.message, hint=error.hint, partial=partial)


def _explained(error: Exception) -> EngineError:
    if isinstance(error, MemoryError):
        return EngineError("There is not enough memory for this.", "Use fewer or smaller files, or a smaller pack.")
    return EngineError(f"The engine met an unexpected problem ({type(error).__name__}).", "Ask again.")
