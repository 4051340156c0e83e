"""What the desktop and the engine process say to each other: the specification.

Version: `PROTOCOL_VERSION`. One message is one line of UTF-8 JSON with its type in the field `type`, at most
`MAX_MESSAGE_BYTES` long. The desktop writes to the engine's standard input; the engine writes to a private
duplicate of its standard output, taken before any library is imported (llama.cpp writes to descriptors 1 and 2).

1. The desktop sends `Hello`; the engine answers with `Loading` events and then exactly one `Ready` or `Failed(id=0)`.
   Readiness is this event, never a log line or a delay.
2. A request (`Prepare`, `Ask`) carries an id chosen by the desktop, positive and larger than those before. Every
   event it causes carries that id, and exactly one of `Done`, `Failed`, `Cancelled` ends it.
3. `Cancel`, `Ping` and `Shutdown` are answered at once by the reading thread, never queued behind work.
   A `Cancel` for an id that is unknown or has ended is ignored.
4. Still pictures and sounds travel as paths, masks as run-lengths. No pickle crosses a process.
5. End of input means that the desktop is gone: the engine ends.
6. All that is needed to answer is in the request. The engine keeps caches, not conversations, so any request can be
   sent again after a crash.
7. Order of an answer's events: `Progress` at any time, `Token`* as they are generated, then per picture `Found`
   (boxes), then one `Linked`, then per picture `Masked`, then `Done`, in which the masks have made the boxes exact.
   Each is sent the moment it exists.
8. Stopping is a ladder: `Cancel` -> `Shutdown` -> terminate -> kill.
9. What is no message, or comes out of turn, ends the conversation: the engine says `Failed(id=0)` and ends, the
   desktop ends the engine.
"""

from bubo_desktop.protocol.codec import MAX_MESSAGE_BYTES, decode_event, decode_request, encode
from bubo_desktop.protocol.framing import LineReader
from bubo_desktop.protocol.messages import (
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
    Request,
    Shutdown,
    Token,
)

__all__ = [
    "MAX_MESSAGE_BYTES", "PROTOCOL_VERSION",
    "Ask", "Cancel", "Cancelled", "Done", "Event", "Failed", "Found", "Hello", "Linked", "Loading", "Masked",
    "Ping", "Pong", "Prepare", "Progress", "Ready", "Request", "Shutdown", "Token",
    "LineReader", "decode_event", "decode_request", "encode",
]  # fmt: skip
