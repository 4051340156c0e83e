"""The engine for programs that wait: each call turns the event loop until the engine has answered."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.data import Answer, Clip, Sampling, Turn
from bubo_desktop.errors import BuboError, EngineError, InputError, PackError, ProtocolError
from bubo_desktop.protocol import Cancelled, Done, Failed, Found, Linked, Loading, Masked, Progress, Ready, Token

LISTEN_FOR_CTRL_C_MS = 50
_ERRORS: dict[str, type[BuboError]] = {
    error.code: error for error in (BuboError, InputError, PackError, EngineError, ProtocolError)
}

Step = Loading | Progress | Token | Found | Linked | Masked
OnStep = Callable[[Step], None]


class Stopped(Exception):  # noqa: N818 - stopping is not an error
    """The user stopped an answer; `partial` is its text so far."""

    def __init__(self, partial: str) -> None:
        super().__init__()
        self.partial = partial


@contextmanager
def talking(pack_dir: Path, *, cpu: bool = False, on_step: OnStep | None = None) -> Iterator[Talk]:
    """An engine with a pack, ready; it is ended on leaving.

    Raises:
        PackError, EngineError: it could not be made ready.
        KeyboardInterrupt: the user did not want to wait.
    """
    application = QCoreApplication.instance() or QCoreApplication([])
    talk = Talk(EngineClient(parent=application))
    try:
        talk.start(pack_dir, gpu_layers=0 if cpu else -1, on_step=on_step)
        yield talk
    finally:
        talk.close()


class Talk:
    """Waits for a client's signals. `ready` is what the engine said of itself last."""

    def __init__(self, client: EngineClient) -> None:
        self.ready: Ready | None = None
        self._client = client
        self._loop = QEventLoop()
        self._awaited = 0
        self._ending: Done | Failed | Cancelled | None = None
        self._on_step: OnStep | None = None
        for step in (client.loading, client.progress, client.token, client.found, client.linked, client.masked):
            step.connect(self._pass_on)
        for ending in (client.done, client.failed, client.cancelled):
            ending.connect(self._end)
        client.ready.connect(self._note_ready)
        client.unavailable.connect(self._give_up)

    def start(self, pack_dir: Path, *, gpu_layers: int = -1, on_step: OnStep | None = None) -> Ready:
        """Starts the engine and waits until it is ready. Raises as `talking` does."""
        self._ending, self._on_step = None, on_step
        is_stopped = False

        def stop() -> None:
            nonlocal is_stopped
            is_stopped = True
            QTimer.singleShot(0, self._loop.quit)  # by way of the loop: one that has yet to begin ends too

        with on_ctrl_c(stop):
            self._client.start(pack_dir, gpu_layers)
            if self._ending is None:
                self._loop.exec()
        if isinstance(self._ending, Failed):
            raise _error(self._ending)
        if is_stopped or self.ready is None:
            raise KeyboardInterrupt
        return self.ready

    @property
    def is_possible(self) -> bool:
        """False once the engine has been given up."""
        return self._client.state is not EngineState.unavailable

    def prepare(self, images: Sequence[str], sounds: Sequence[str], history: Sequence[Turn] = ()) -> None:
        """Has the engine look at files while the user types on; what is wrong with them the question will tell."""
        self._client.prepare(images, sounds, history=history)
        self._client.flush()

    def ask(
        self,
        question: str,
        images: Sequence[str] = (),
        sounds: Sequence[str | Clip] = (),
        history: Sequence[Turn] = (),
        sampling: Sampling | None = None,
        on_step: OnStep | None = None,
    ) -> Answer:
        """Asks and waits for the answer; `on_step` hears of everything on the way.

        Raises:
            InputError, EngineError: as the engine said.
            Stopped: the user pressed Ctrl-C.
        """
        self._ending, self._on_step = None, on_step
        self._awaited = self._client.ask(question, images, sounds, history, sampling)
        match self._wait_for_ending():
            case Done(answer=Answer() as answer):
                return answer
            case Failed() as failed:
                raise _error(failed)
            case Cancelled(partial=partial):
                raise Stopped(partial)
            case _:
                raise EngineError("The engine ended a question without an answer.")

    def look_up(self, words: str) -> None:
        """Waits until the engine has looked up what is to be watched for.

        Raises:
            InputError, PackError: the pack knows nothing of that name.
            KeyboardInterrupt: the user pressed Ctrl-C.
        """
        self._ending, self._on_step = None, None
        self._awaited = self._client.sense(seek=words)
        match self._wait_for_ending():
            case Failed() as failed:
                raise _error(failed)
            case Cancelled():
                raise KeyboardInterrupt

    def close(self) -> None:
        """Ends the engine and waits for its end."""
        self._client.state_changed.connect(lambda _state: self._loop.quit())
        self._client.stop()
        while self._client.state is not EngineState.stopped:
            self._loop.exec()

    def _wait_for_ending(self) -> Done | Failed | Cancelled:
        with on_ctrl_c(lambda: self._client.cancel(self._awaited)):
            while self._ending is None:
                self._loop.exec()
        return self._ending

    def _pass_on(self, step: Step) -> None:
        if self._on_step and (isinstance(step, Loading) or step.id == self._awaited):
            self._on_step(step)

    def _end(self, ending: Done | Failed | Cancelled) -> None:
        if ending.id == self._awaited:
            self._ending = ending
            self._loop.quit()

    def _note_ready(self, ready: Ready) -> None:
        self.ready = ready
        if not self._awaited:
            self._loop.quit()

    def _give_up(self, failed: Failed) -> None:
        self._ending = failed
        self._loop.quit()


def _error(failed: Failed) -> BuboError:
    return _ERRORS.get(failed.code, EngineError)(failed.message, failed.hint)


@contextmanager
def on_ctrl_c(act: Callable[[], None]) -> Iterator[None]:
    """Inside, Ctrl-C does this instead of raising, which would be lost where Qt has called Python.

    Python's signal handlers run only when Python does, which the ticking sees to; and in the midst of whatever it does.
    So `act` has its turn from the event loop: it may end an object that has just called Python.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: QTimer.singleShot(0, act))
    ticking = QTimer(interval=LISTEN_FOR_CTRL_C_MS)
    ticking.timeout.connect(lambda: None)
    ticking.start()
    try:
        yield
    finally:
        ticking.stop()
        signal.signal(signal.SIGINT, before)
