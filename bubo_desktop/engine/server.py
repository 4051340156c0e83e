"""The engine process: answers one question at a time, looks and listens beside that, and reads in between."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from bubo_desktop import __version__
from bubo_desktop.engine.cancellation import CancelledWork
from bubo_desktop.engine.jobs import Job, Jobs, Lane
from bubo_desktop.engine.pack import IDLE_S, OnLoading, Pack, open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.errors import BuboError, EngineError, ProtocolError
from bubo_desktop.isolation import confine, take_channels
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
    Loading,
    Outline,
    Ping,
    Pong,
    Prepare,
    Ready,
    Request,
    Sense,
    Token,
)
from bubo_desktop.protocol.channel import Channel

OpenPack = Callable[[Path, int, OnLoading], Pack]
SETTLED_S = 1.0  # without a request, until what was read is written to the disk
GRACE_S = 2.0  # from the end of input to the end of the process, whatever the work is busy with

_log = logging.getLogger(__name__)


def main(open_pack: OpenPack = open_pack) -> int:
    """Serves the desktop on standard input and output until it is gone; returns the exit status."""
    channel = Channel(*take_channels())
    confine()
    start_log("engine")
    return Server(channel, open_pack).serve()


class Server:
    """Speaks the protocol of `bubo_desktop.protocol`.

    The thread that calls `serve` answers, with one beside it that looks at pictures while words are written; a second
    one does what `Sense` asks for, and a third one reads.

    Args:
        channel: to the desktop.
        open_pack: loads a pack.
    """

    def __init__(self, channel: Channel, open_pack: OpenPack) -> None:
        self._channel = channel
        self._open_pack = open_pack
        self._jobs = Jobs()
        self._last_id = 0
        self._hello: Hello | None = None
        self._greeting: SimpleQueue[Hello | None] = SimpleQueue()
        self._answers, self._senses = Lane(), Lane()
        self._status = 0

    def serve(self) -> int:
        """Works until `Shutdown`, the end of input, a broken protocol or a pack that cannot be loaded.

        Returns:
            0 where the desktop wished the end, else 1.
        """
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        hello = self._greeting.get()
        if hello is None:
            return self._status
        pipeline = self._load(hello)
        if pipeline is None:
            return 1
        work = partial(self._work, pipeline)
        senses = threading.Thread(
            target=self._senses.run, args=(work, [(IDLE_S, pipeline.sensing.rest)]), name="senses", daemon=True
        )
        senses.start()
        self._answers.run(work, [(SETTLED_S, pipeline.settle), (IDLE_S, pipeline.rest)])
        senses.join()
        pipeline.pack.close()
        return self._status

    # The reading thread

    def _read(self) -> None:
        try:
            for request in self._channel.requests(Request):
                self._receive(request)
        except ProtocolError as error:
            self._status = 1
            self._channel.send(_failed(0, error))
        self._end()

    def _receive(self, request: Request) -> None:
        match request:
            case Ping(nonce=nonce):
                self._channel.send(Pong(nonce=nonce, working_on=self._jobs.answering))
            case Cancel(id=number):
                self._cancel(number)
            case Hello() if self._hello is None:
                self._hello = request
                self._greeting.put(request)
            case Ask() | Prepare() | Outline() | Sense() if self._hello and request.id > self._last_id:
                self._last_id = request.id
                job = Job(request)
                self._jobs.add(job)
                (self._senses if isinstance(request, Sense) else self._answers).put(job)
            case _:
                raise ProtocolError(f"{type(request).__name__} came out of turn.")

    def _cancel(self, number: int) -> None:
        """What waits ends here and now; what works will say so itself."""
        if self._jobs.cancel(number):
            self._channel.send(Cancelled(id=number))

    def _end(self) -> None:
        """Cancels everything; work that does not notice is cut off with the process."""
        deadline = threading.Timer(GRACE_S, os._exit, (self._status,))
        deadline.daemon = True
        deadline.start()
        for number in self._jobs.numbers:
            self._cancel(number)
        for end in (self._greeting, self._answers, self._senses):
            end.put(None)

    # The working threads

    def _load(self, hello: Hello) -> Pipeline | None:
        try:
            pipeline = self._open(hello)
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever happens becomes a sentence
            self._channel.send(_failed(0, error))
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
        self._channel.send(ready)
        return pipeline

    def _open(self, hello: Hello) -> Pipeline:
        if hello.protocol != PROTOCOL_VERSION:
            message = f"The desktop speaks protocol {hello.protocol}, the engine {PROTOCOL_VERSION}."
            raise ProtocolError(message, "Install the program again.")
        return Pipeline(self._open_pack(Path(hello.pack_dir), hello.gpu_layers, self._tell_loading))

    def _tell_loading(self, part: str, fraction: float) -> None:
        self._channel.send(Loading(part=part, fraction=fraction))

    def _work(self, pipeline: Pipeline, job: Job) -> None:
        if not self._jobs.start(job):
            return
        event = self._outcome(pipeline, job)
        self._jobs.end(job)
        try:
            self._channel.send(event)
        except ProtocolError as error:
            self._channel.send(_failed(event.id, error, job))

    def _outcome(self, pipeline: Pipeline, job: Job) -> Done | Cancelled | Failed:
        def emit(event: Event) -> None:
            if isinstance(event, Token):
                job.pieces.append(event.text)
            self._channel.send(event)

        number = job.request.id
        try:
            match job.request:
                case Prepare():
                    pipeline.prepare(job.request, job.cancellation, job.leisure, emit)
                case Outline():
                    pipeline.outline(job.request, job.cancellation, emit)
                case Sense():
                    pipeline.sensing.sense(job.request, job.cancellation, emit)
                case Ask():
                    return Done(id=number, answer=pipeline.answer(job.request, job.cancellation, emit))
            return Done(id=number)
        except CancelledWork:
            return Cancelled(id=number, partial="".join(job.pieces))
        except Exception as error:  # noqa: BLE001 - the edge of the process
            return _failed(number, error, job)


def _failed(number: int, error: Exception, job: Job | None = None) -> Failed:
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
