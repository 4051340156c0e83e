"""Every failure the user can be told about.

    BuboError                      a stable code, a sentence for the user, a hint what to do
    ├── InputError (ValueError)    a picture, sound, question or option that cannot be used
    ├── PackError  (ValueError)    a pack that is missing, damaged or unfit
    ├── EngineError (RuntimeError) the engine process failed, died or hangs
    ├── DeviceError (RuntimeError) a microphone, camera or screen is missing, busy, denied or silent
    ├── StorageError (RuntimeError) what is kept on the disk cannot be read or written
    └── ProtocolError (ValueError) a message that is not part of the protocol

Cancelling is not an error: see `bubo_desktop.engine.cancellation`.
"""

from __future__ import annotations


class BuboError(Exception):
    """Base of everything this program raises on purpose.

    Args:
        message: one plain sentence for the user, saying what is wrong.
        hint: one plain sentence saying what to do; may be empty.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(BuboError, ValueError):
    """A picture, sound, question or option that cannot be used."""

    code = "input"


class PackError(BuboError, ValueError):
    """A pack that is missing, damaged or unfit for what was asked."""

    code = "pack"


class EngineError(BuboError, RuntimeError):
    """The engine process failed, died or does not answer."""

    code = "engine"


class DeviceError(BuboError, RuntimeError):
    """A microphone, camera, screen or loudspeaker is missing, in use elsewhere, denied, or brings nothing."""

    code = "device"


class StorageError(BuboError, RuntimeError):
    """What the program keeps on the disk cannot be read or written."""

    code = "storage"


class ProtocolError(BuboError, ValueError):
    """A message that is too long or not part of the protocol."""

    code = "protocol"
