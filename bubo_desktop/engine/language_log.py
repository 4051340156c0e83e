"""What llama.cpp writes about itself: kept off the terminal, and turned into sentences where something failed."""

from __future__ import annotations

import ctypes
from collections import deque
from functools import cache

from llama_cpp import llama_cpp

N_LINES = 16
ERROR_LEVEL = 4  # Source: GGML_LOG_LEVEL_ERROR in ggml.h

# Source: the messages of llama.cpp's loaders, as shipped in llama-cpp-python 0.3.36.
REASONS: tuple[tuple[str, str], ...] = (
    ("invalid magic", "it is not a GGUF file"),
    ("failed to read magic", "it is empty"),
    ("this GGUF file is version", "it is of a GGUF version this program does not read"),
    ("within the file bounds", "it is incomplete or damaged"),
    ("failed to read", "it is incomplete or damaged"),
    ("unknown model architecture", "its architecture is not known to this program"),
    ("unknown projector type", "it is of a kind not known to this program"),
    ("mismatch between text model", "it was made for another language network"),
    ("check_tensor_dims", "its tensors are not those of its architecture"),
    ("unable to find tensor", "its tensors are not those of its architecture"),
    ("alloc", "it does not fit into the memory"),
)


class LibraryLog:
    """The last errors llama.cpp reported, oldest first.

    Attributes:
        callback: what the library calls; its parts with a log of their own can be given it too.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=N_LINES)
        self.callback = llama_cpp.llama_log_callback(self._keep)  # must live as long as the library
        llama_cpp.llama_log_set(self.callback, None)

    def clear(self) -> None:
        """Forgets what was reported, before something new is tried."""
        self._lines.clear()

    def reason(self) -> str:
        """Why the last attempt failed, as the end of a sentence."""
        text = "\n".join(self._lines)
        return next((reason for words, reason in REASONS if words in text), "it is damaged or of an unknown kind")

    def _keep(self, level: int, text: bytes, _user_data: ctypes.c_void_p) -> None:
        if level == ERROR_LEVEL:
            self._lines.append(text.decode("utf-8", "replace").strip())


@cache
def library_log() -> LibraryLog:
    """The log of this process's llama.cpp, which has one hook per process; silences the terminal when first asked."""
    return LibraryLog()
