"""Switches in the process environment that third-party libraries read when they are imported.

Every process of this program, and the test suite, calls `quiet_libraries` before it imports anything else.
"""

from __future__ import annotations

import os

# Source: onnxruntime opens sockets and writes below ~/.cache/Microsoft unless its switch is set before the import
# (github.com/microsoft/onnxruntime/pull/27379); huggingface_hub's switches are in its reference of environment
# variables; ggml prints a backtrace through a debugger on abort, which delays the end of a crashed engine by a second;
# Qt tells the terminal of every codec it loads; NumPy's threads spin between its small products, on a core that the
# language network wants. glibc reads its switches when a process starts. It keeps the freed copy of a network's weights
# that a fixed threshold gives back (0.66 GB of an image encoder of 1.1 GB); and it asks for memory in pages of 4 KB
# unless told otherwise, in which 1 GB of keys and values takes 0.55 s to clear instead of 0.13.
QUIET_SWITCHES: dict[str, str] = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GGML_NO_BACKTRACE": "1",
    "QT_LOGGING_RULES": "qt.multimedia.*=false",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def quiet_libraries() -> None:
    """Forbids telemetry and network look-ups to the libraries this process is about to import; children inherit it."""
    os.environ.update(QUIET_SWITCHES)
