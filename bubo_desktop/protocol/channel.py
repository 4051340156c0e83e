"""A child's end of the two pipes between it and the desktop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from io import FileIO
from typing import Any

from bubo_desktop.protocol.codec import decode, encode
from bubo_desktop.protocol.framing import LineReader
from bubo_desktop.protocol.messages import Message, Shutdown

READ_BYTES = 1 << 16

_log = logging.getLogger(__name__)


class Channel:
    """Reads what the desktop asks for, in one thread, and tells it what happens, from any thread.

    Args:
        requests: where the desktop writes, unbuffered.
        events: where the desktop reads, unbuffered.
    """

    def __init__(self, requests: FileIO, events: FileIO) -> None:
        self._requests = requests
        self._events = events
        self._writing = threading.Lock()

    def requests(self, kind: Any) -> Iterator[Any]:
        """Yields messages of the union `kind` as they arrive, until `Shutdown` or the end of input.

        Raises:
            ProtocolError: what came is none of them, or does not end.
        """
        reader = LineReader()
        while chunk := self._requests.read(READ_BYTES):
            for line in reader.push(chunk):
                request = decode(line, kind)
                if isinstance(request, Shutdown):
                    return
                yield request

    def send(self, event: Message) -> None:
        """Writes an event; where the desktop is gone nobody misses it. Raises `ProtocolError` where it is too long."""
        line = encode(event)
        with self._writing:
            try:
                while line:
                    line = line[self._events.write(line) :]
            except OSError:
                _log.warning("the desktop does not read any more")
