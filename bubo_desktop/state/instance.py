"""One program per folder of chats: a second start brings the first one's window to the front."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

LISTEN_AFTER_MS = 300  # when the window has been painted
REACH_FOR_S = 2.0  # the first one may have begun a moment ago
REACH_EVERY_S = 0.05


class Instance(QObject):
    """The right to a folder. The system takes it back when the process ends, however it ends.

    Args:
        folder: of the chats; it exists.

    Signals:
        raise_requested: somebody started the program again, and wants to see this one's window.
    """

    raise_requested = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from filelock import FileLock

        self._lock = FileLock(folder / "lock", timeout=0, mode=0o600)
        self._address = (
            f"bubo-desktop-{hashlib.sha256(str(folder.resolve()).encode('utf-8', 'replace')).hexdigest()[:16]}"
        )
        self._server: QLocalServer | None = None

    def acquire(self) -> bool:
        """Takes the folder, or asks the program that has it to show its window.

        Returns:
            Whether this program may go on. It may, too, where the folder cannot hold a lock, being read-only: nobody
            can spoil it.
        """
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            self._ask_to_raise()
            return False
        except (OSError, NotImplementedError):
            return True
        QTimer.singleShot(LISTEN_AFTER_MS, self, self._listen)
        return True

    def release(self) -> None:
        """Lets another program have the folder."""
        if self._server:
            self._server.close()
        self._lock.release()

    def _listen(self) -> None:
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._address)  # what a killed program left: the lock says that it is not in use
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take_request)
        self._server.listen(self._address)

    def _take_request(self) -> None:
        if self._server:
            self._server.nextPendingConnection().deleteLater()
            self.raise_requested.emit()

    def _ask_to_raise(self) -> None:
        """Connecting says it all. The first program may not listen yet."""
        from PySide6.QtNetwork import QLocalSocket

        deadline_s = time.monotonic() + REACH_FOR_S
        socket = QLocalSocket()
        while time.monotonic() < deadline_s:
            socket.connectToServer(self._address)
            if socket.waitForConnected(int(REACH_FOR_S * 1000)):
                socket.disconnectFromServer()
                return
            time.sleep(REACH_EVERY_S)
