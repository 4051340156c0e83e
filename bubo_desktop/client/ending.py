"""How a child process came to its end, in words for the user."""

from __future__ import annotations

import enum
import re
import signal
import sys
from dataclasses import dataclass
from typing import Any

from bubo_desktop.protocol import Event


class Cause(enum.Enum):
    """Who or what ended the process."""

    not_started = "could not be started"
    exited = "ended by itself"
    crashed = "ended by a signal or a fault"
    silent = "killed by us: it did not answer pings"
    ignored_cancel = "stopped by us: a cancelled request did not end"
    garbled = "killed by us: its messages could not be understood"
    requested = "stopped by us as the user wished"


REINSTALL = "Install the program again."

# What a runtime says on standard error before it ends -> message and hint for the user.
LogLines = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Role:
    """Which of our processes a child is.

    Attributes:
        name: what it is called after "the".
        events: the union of the messages that it sends.
        again: a sentence: what to do where it may go well the next time.
        smaller: a sentence: what to do where memory ran out.
        repair: a sentence: what to do where one of its files is damaged.
        log_lines: what is known of the last lines on its standard error.
    """

    name: str
    events: Any
    again: str
    smaller: str = "Close other programs."
    repair: str = REINSTALL
    log_lines: LogLines = ()


SMALLER = "Try it again on the CPU only, or with a smaller pack."
AGAIN = "Ask again; if it happens every time, try another pack or file."
REPAIR = "Check the pack, and install it again."

# Source: assertion texts of llama.cpp and ggml (src/llama-*.cpp, ggml/src/*) and of ONNX Runtime.
_ENGINE_LOG_LINES: LogLines = (
    (r"out of memory|bad_?alloc|MemoryError|failed to allocate|unable to allocate", "The memory ran out.", SMALLER),
    (r"CUDA error|ggml_vulkan.*(error|failed)|vk::|ggml_metal.*error", "The graphics device failed.", SMALLER),
    (r"n_tokens_all <= cparams\.n_batch", "The question with its files is too long for the pack.",
     "Ask with fewer files or a shorter conversation."),
    (r"llama-(model|vocab)\.cpp.*GGML_ASSERT|GGML_ASSERT.*llama-(model|vocab)", "A file of the pack is damaged.",
     REPAIR),
    (r"GGML_ASSERT|GGML_ABORT", "The language part stopped at an internal check.", AGAIN),
)  # fmt: skip

ENGINE = Role("engine", Event, AGAIN, SMALLER, REPAIR, _ENGINE_LOG_LINES)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a child process.

    Attributes:
        role: whose end it was.
        cause: who or what brought it about.
        code: its exit status, or the number of the signal (POSIX) or fault (Windows) where it crashed.
        log: the last lines of its standard error; they hold no text of questions or answers.
    """

    role: Role
    cause: Cause
    code: int = 0
    log: tuple[str, ...] = ()

    @property
    def signal_name(self) -> str:
        """`SIGSEGV` and the like where a signal ended the process (POSIX), else empty."""
        if self.cause is not Cause.crashed or sys.platform == "win32":
            return ""
        try:
            return signal.Signals(self.code).name
        except ValueError:
            return f"signal {self.code}"

    @property
    def message(self) -> str:
        """One sentence: what happened."""
        return self._explain()[0]

    @property
    def hint(self) -> str:
        """One sentence: what to do."""
        return self._explain()[1]

    def _explain(self) -> tuple[str, str]:
        who, again = f"The {self.role.name}", self.role.again
        known = {
            Cause.not_started: (f"{who} could not be started.", REINSTALL),
            Cause.silent: (f"{who} did not answer any more and was stopped.", self.role.smaller),
            Cause.garbled: (f"{who} sent something that could not be understood and was stopped.", again),
            Cause.ignored_cancel: (f"{who} did not stop when asked and was started anew.", again),
            Cause.requested: (f"{who} was stopped.", ""),
        }
        return known.get(self.cause) or self._explain_log() or self._explain_code()

    def _explain_log(self) -> tuple[str, str] | None:
        log = "\n".join(self.log)
        for pattern, message, hint in self.role.log_lines:
            if re.search(pattern, log):
                return message, hint
        return None

    def _explain_code(self) -> tuple[str, str]:
        if self.cause is Cause.exited:
            return f"The {self.role.name} ended unexpectedly (status {self.code}).", self.role.again
        fault = self.signal_name or f"fault {self.code & 0xFFFFFFFF:#x}"
        message, hint = self._explain_fault(fault)
        return f"{message} ({fault}).", hint

    def _explain_fault(self, name: str) -> tuple[str, str]:
        """What a signal or fault of this name means, without a full stop, and what to do."""
        who, again = f"The {self.role.name}", self.role.again
        known = {
            "SIGKILL": (f"The system stopped the {self.role.name}, most likely because memory ran out",
                        self.role.smaller),
            "SIGILL": (f"This computer's processor lacks an instruction that the {self.role.name} needs",
                       "Install the version of the program for older processors."),
            "SIGABRT": (f"{who} stopped at an internal check", again),
            "SIGBUS": (f"{who} crashed while it read one of its files", self.role.repair),
            "SIGTERM": (f"Something outside this program stopped the {self.role.name}", again),
        }  # fmt: skip
        return known.get(name, (f"{who} crashed", again))
