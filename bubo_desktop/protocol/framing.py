"""From the chunks that a pipe gives back to lines."""

from __future__ import annotations

from bubo_desktop.errors import ProtocolError
from bubo_desktop.protocol.codec import MAX_MESSAGE_BYTES


class LineReader:
    """Puts lines together; each byte is looked at once, however long a line is."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._n_bytes = 0

    def push(self, chunk: bytes) -> list[bytes]:
        """Returns the lines that end in `chunk`, without their line feeds.

        Raises:
            ProtocolError: a line does not end within `MAX_MESSAGE_BYTES`.
        """
        *ends, rest = chunk.split(b"\n")
        lines = []
        for end in ends:
            lines.append(b"".join((*self._pieces, end)))
            self._pieces.clear()
            self._n_bytes = 0
        self._pieces.append(rest)
        self._n_bytes += len(rest)
        if self._n_bytes > MAX_MESSAGE_BYTES:
            raise ProtocolError("A message is longer than the protocol allows.")
        return lines
