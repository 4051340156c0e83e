"""One message, one line: JSON with a length limit, checked against the types on the way in."""

from __future__ import annotations

from typing import Any

import msgspec

from bubo_desktop.errors import ProtocolError
from bubo_desktop.protocol.messages import Event, Message, Request

MAX_MESSAGE_BYTES = 32 * 1024 * 1024


def encode(message: Message) -> bytes:
    """Returns the message as one line, newline included.

    Raises:
        ProtocolError: the line would be longer than `MAX_MESSAGE_BYTES`.
    """
    line = msgspec.json.encode(message) + b"\n"
    if len(line) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"A message of {len(line)} bytes is too long to send.", "Use fewer or smaller files.")
    return line


def decode_request(line: bytes) -> Request:
    """Reads a line written by the desktop to the engine. Raises `ProtocolError` where it is none of `Request`."""
    return decode(line, Request)


def decode_event(line: bytes) -> Event:
    """Reads a line written by the engine. Raises `ProtocolError` where it is none of `Event`."""
    return decode(line, Event)


def decode(line: bytes, kind: Any) -> Any:
    """Reads a line as one of the messages of the union `kind`. Raises `ProtocolError` where it is none of them."""
    if len(line) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"A message of {len(line)} bytes is longer than the protocol allows.")
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProtocolError(f"A message could not be understood: {error}.") from error
