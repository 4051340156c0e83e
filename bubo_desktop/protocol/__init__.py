"""What the desktop and the engine process say to each other: the specification.

Other children speak in the same manner, each with messages of its own: see the modules `recording` and `transcribing`.

Version: `PROTOCOL_VERSION`. One message is one line of UTF-8 JSON with its type in the field `type`, at most
`MAX_MESSAGE_BYTES` long. The desktop writes to the engine's standard input; the engine writes to a private
duplicate of its standard output, taken before any library is imported (llama.cpp writes to descriptors 1 and 2).

1. The desktop sends `Hello`; the engine answers with `Loading` events and then exactly one `Ready` or `Failed(id=0)`.
   Readiness is this event, never a log line or a delay.
2. A request (`Prepare`, `Ask`, `Outline`, `Sense`) carries an id chosen by the desktop, positive and larger than those
   before. Every event it causes carries that id, and exactly one of `Done`, `Failed`, `Cancelled` ends it. There are
   two lanes: `Sense` requests are worked on in their order, the others in theirs, and neither waits for the other.
3. `Cancel`, `Ping` and `Shutdown` are answered at once by the reading thread, never queued behind work.
   A `Cancel` for an id that is unknown or has ended is ignored.
4. Still pictures and sounds travel as paths, or as values in memory that touch no disk (`Frame`, `Clip`; their bytes
   are base64), masks as run-lengths. No pickle crosses a process.
5. End of input means that the desktop is gone: the engine ends.
6. All that is needed to answer is in the request. The engine keeps caches, not conversations, so any request can be
   sent again after a crash.
7. Each finding is sent the moment it exists: `Progress` at any time, `Token`* as they are generated, per picture
   `Found` (boxes) before, among or after them, and once more where the answer names things that were not sought; then
   one `Linked`, then, unless they are not wanted, per picture `Masked`, then `Done`, in which the masks have made the
   boxes exact. A `Sense` is answered per picture by `Found`, then, where there are sounds, by one `Heard`, then, where
   they are wanted, per picture by `Masked`, then by `Done`.
8. Stopping is a ladder: `Cancel` -> `Shutdown` -> terminate -> kill.
9. What is no message, or comes out of turn, ends the conversation: the engine says `Failed(id=0)` and ends, the
   desktop ends the engine.
"""

from bubo_desktop.protocol.codec import MAX_MESSAGE_BYTES, decode, decode_event, decode_request, encode
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
    Heard,
    Hello,
    Linked,
    Loading,
    Masked,
    Message,
    Outline,
    Ping,
    Pong,
    Prepare,
    Progress,
    Ready,
    Request,
    Sense,
    Shutdown,
    Token,
)

__all__ = [
    "MAX_MESSAGE_BYTES", "PROTOCOL_VERSION",
    "Ask", "Cancel", "Cancelled", "Done", "Event", "Failed", "Found", "Heard", "Hello", "Linked", "Loading", "Masked",
    "Message", "Outline", "Ping", "Pong", "Prepare", "Progress", "Ready", "Request", "Sense", "Shutdown", "Token",
    "LineReader", "decode", "decode_event", "decode_request", "encode",
]  # fmt: skip
