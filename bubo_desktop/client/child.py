"""One child process: its pipes, its log and the ladder that ends it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QDeadlineTimer, QObject, QProcess, QTimer, Signal

from bubo_desktop.client.ending import Cause, Ending, Role
from bubo_desktop.client.patience import Patience
from bubo_desktop.errors import ProtocolError
from bubo_desktop.protocol import MAX_MESSAGE_BYTES, LineReader, Message, Shutdown, decode, encode

LOG_LINES = 200
LOG_LINE_CHARS = 500
READ_BYTES = 1 << 16
READ_SLICE_MS = 10
MAX_BACKLOG_BYTES = 2 * MAX_MESSAGE_BYTES


class Child(QObject):
    """A process that reads requests and writes events, each a message. It lives once.

    Args:
        command: what starts it.
        role: what it is, and which events it sends.
        patience: how long each step of its end may take.

    Signals:
        event_received(Message): one of the role's events arrived; not more than `READ_SLICE_MS` of them at a stretch,
            so that a flood of them cannot starve the event loop.
        ended(Ending): the last signal.
    """

    event_received = Signal(object)
    ended = Signal(Ending)

    def __init__(self, command: Sequence[str], role: Role, patience: Patience, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._patience = patience
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._stop_cause: Cause | None = None
        self._reader = LineReader()
        self._lines: deque[bytes] = deque()
        self._next_slice = QTimer(self, singleShot=True, interval=0)
        self._next_slice.timeout.connect(self._read_events)
        self._process = QProcess(self)
        if hasattr(QProcess, "UnixProcessFlag"):  # Ctrl-C in a terminal is meant for the desktop, not for its child
            self._process.setUnixProcessParameters(QProcess.UnixProcessFlag.CreateNewSession)
        self._process.readyReadStandardOutput.connect(self._read_events)
        self._process.readyReadStandardError.connect(self._read_log)
        self._process.errorOccurred.connect(self._handle_error)
        self._process.finished.connect(self._handle_finished)
        self._command = tuple(command)

    def start(self) -> None:
        """Starts the process; where that fails, `ended` may come before this returns."""
        self._process.start(self._command[0], self._command[1:])

    @property
    def pid(self) -> int:
        """The process's number, 0 while it does not run."""
        return self._process.processId()

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines of standard error."""
        return tuple(self._log)

    def send(self, request: Message) -> None:
        """Writes a request; one to a process that has ended is dropped. Raises `ProtocolError` where it is too long."""
        line = encode(request)
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.write(line)

    def flush(self) -> None:
        """Waits until the requests are in the pipe; for callers whose event loop is about to pause."""
        self._process.waitForStarted(int(self._patience.start_s * 1000))
        while self._process.bytesToWrite() and self._process.waitForBytesWritten():
            pass

    def stop(self, cause: Cause) -> None:
        """Climbs the ladder: `Shutdown`, then terminate, then kill. `ended` will carry `cause`."""
        if self._stop_cause is None:
            self._stop_cause = cause
            self.send(Shutdown())
            QTimer.singleShot(int(self._patience.shutdown_s * 1000), self, self._terminate)

    def kill(self, cause: Cause) -> None:
        """Goes to the top of the ladder at once, where nothing can be expected of the process."""
        self._stop_cause = self._stop_cause or cause
        self._process.kill()

    def wait_for_end(self, limit_s: float = 0.3) -> None:
        """Waits for the end of a process that was killed, without the event loop; `ended` comes before this returns."""
        self._process.waitForFinished(round(1000 * limit_s))

    def _terminate(self) -> None:
        self._process.terminate()
        QTimer.singleShot(int(self._patience.terminate_s * 1000), self, self._process.kill)

    def _read_events(self) -> None:
        """Reads for one slice of time, then lets the event loop turn."""
        deadline = QDeadlineTimer(READ_SLICE_MS)
        try:
            while self._read_event():
                if deadline.hasExpired():
                    self._next_slice.start()
                    break
        except ProtocolError as error:
            self._give_up_reading(error)

    def _read_event(self) -> bool:
        """Passes on the next event, or takes in a chunk; false where there is nothing to read."""
        if self._lines:
            self.event_received.emit(decode(self._lines.popleft(), self._role.events))
            return True
        if self._process.bytesAvailable() > MAX_BACKLOG_BYTES:
            raise ProtocolError(f"The {self._role.name} sends more than can be read.")
        chunk = bytes(self._process.read(READ_BYTES).data())
        self._lines.extend(self._reader.push(chunk))
        return bool(chunk)

    def _give_up_reading(self, error: ProtocolError) -> None:
        """What comes after nonsense cannot be trusted."""
        self._log.append(str(error)[:LOG_LINE_CHARS])
        self._lines.clear()
        self._process.closeReadChannel(QProcess.ProcessChannel.StandardOutput)
        self._process.readAllStandardOutput()
        self.kill(Cause.garbled)

    def _read_log(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._log.extend(line[:LOG_LINE_CHARS] for line in text.splitlines() if line.strip())

    def _handle_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._log.append(self._process.errorString())
            self.ended.emit(Ending(self._role, Cause.not_started, log=self.log))

    def _handle_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        try:
            while self._read_event():
                pass
        except ProtocolError as error:
            self._give_up_reading(error)
        self._next_slice.stop()
        crashed = status is QProcess.ExitStatus.CrashExit
        cause = self._stop_cause or (Cause.crashed if crashed else Cause.exited)
        self.ended.emit(Ending(self._role, cause, code, self.log))
