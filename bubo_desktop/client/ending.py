"""How an engine process came to its end, in words for the user."""

from __future__ import annotations

import enum
import re
import signal
import sys
from dataclasses import dataclass


class Cause(enum.Enum):
    """Who or what ended the process."""

    not_started = "could not be started"
    exited = "ended by itself"
    crashed = "ended by a signal or a fault"
    silent = "killed by us: it did not answer pings"
    ignored_cancel = "stopped by us: a cancelled request did not end"
    garbled = "killed by us: its messages could not be understood"
    requested = "stopped by us as the user wished"


SMALLER = "Try it again on the CPU only, or with a smaller pack."
AGAIN = "Ask again; if it happens every time, try another pack or file."

# What the runtimes write on standard error before they abort -> what that means for the user.
# Source: assertion texts of llama.cpp and ggml (src/llama-*.cpp, ggml/src/*) and of ONNX Runtime.
KNOWN_LOG_LINES: tuple[tuple[str, str, str], ...] = (
    (r"out of memory|bad_?alloc|MemoryError|failed to allocate|unable to allocate", "The memory ran out.", SMALLER),
    (r"CUDA error|ggml_vulkan.*(error|failed)|vk::|ggml_metal.*error", "The graphics device failed.", SMALLER),
    (r"n_tokens_all <= cparams\.n_batch", "The question with its files is too long for the pack.",
     "Ask with fewer files or a shorter conversation."),
    (r"llama-(model|vocab)\.cpp.*GGML_ASSERT|GGML_ASSERT.*llama-(model|vocab)", "A file of the pack is damaged.",
     "Check the pack, and install it again."),
    (r"GGML_ASSERT|GGML_ABORT", "The language part stopped at an internal check.", AGAIN),
)  # fmt: skip

SIGNALS: dict[str, tuple[str, str]] = {
    "SIGKILL": ("The system stopped the engine, most likely because memory ran out.", SMALLER),
    "SIGILL": ("This computer's processor lacks an instruction that the engine needs.",
               "Install the version of the program for older processors."),
    "SIGABRT": ("The engine stopped at an internal check.", AGAIN),
    "SIGSEGV": ("The engine crashed.", AGAIN),
    "SIGBUS": ("The engine crashed while it read a file of the pack.", "Check the pack, and install it again."),
    "SIGTERM": ("Something outside this program stopped the engine.", "Ask again."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an engine process.

    Attributes:
        cause: who or what ended it.
        code: its exit status, or the number of the signal (POSIX) or fault (Windows) where it crashed.
        log: the last lines of its standard error; they hold no text of questions or answers.
    """

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
        if self.cause is Cause.not_started:
            return "The engine could not be started.", "Install the program again."
        if self.cause is Cause.silent:
            return "The engine did not answer any more and was stopped.", SMALLER
        if self.cause is Cause.garbled:
            return "The engine sent something that could not be understood and was stopped.", AGAIN
        if self.cause is Cause.ignored_cancel:
            return "The engine did not stop when asked and was started anew.", AGAIN
        if self.cause is Cause.requested:
            return "The engine was stopped.", ""
        return self._explain_log() or self._explain_code()

    def _explain_log(self) -> tuple[str, str] | None:
        log = "\n".join(self.log)
        for pattern, message, hint in KNOWN_LOG_LINES:
            if re.search(pattern, log):
                return message, hint
        return None

    def _explain_code(self) -> tuple[str, str]:
        if self.cause is Cause.exited:
            return f"The engine ended unexpectedly (status {self.code}).", AGAIN
        fault = self.signal_name or f"fault {self.code & 0xFFFFFFFF:#x}"
        message, hint = SIGNALS.get(fault, ("The engine crashed.", AGAIN))
        return f"{message[:-1]} ({fault}).", hint
