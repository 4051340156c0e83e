"""`doctor`: is everything there that the program needs?"""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bubo_desktop import __version__
from bubo_desktop.cli.talk import talking
from bubo_desktop.errors import PackError
from bubo_desktop.packs.catalog import find_pack, list_packs
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import read_manifest
from bubo_desktop.paths import cache_dir, data_dir, logs_dir

LIBRARIES = ("llama-cpp-python", "onnxruntime", "PySide6_Essentials", "numpy", "pillow", "soundfile", "soxr", "msgspec")
CPU_FLAGS = ("avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp")
# Source: the backends that llama.cpp can be built with, as they name their libraries.
GPU_BACKENDS = ("cuda", "vulkan", "metal", "hip", "sycl")

Row = tuple[str, str]


def run(pack: str) -> int:
    """Prints what was found.

    Returns:
        0 where the program is usable.

    Raises:
        PackError, EngineError: it is not; the table is printed before.
    """
    console = Console(highlight=False)
    table = Table("", "", box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _facts():
        table.add_row(name, value)
    console.print(table)
    folder = find_pack(pack)
    problems = check_files(folder, read_manifest(folder))
    if problems:
        raise PackError(f"The pack {pack} is damaged: {problems[0]}", "Install it again.")
    with talking(folder) as talk:
        if talk.ready:
            console.print(f"The engine is ready on {talk.ready.device} after {talk.ready.load_ms:.0f} ms of loading.")
    return 0


def _facts() -> Iterator[Row]:
    yield "program", f"Bubo Desktop {__version__}"
    yield "Python", f"{platform.python_version()} at {sys.executable}"
    yield "system", platform.platform()
    yield from (("library", f"{name} {_version(name)}") for name in LIBRARIES)
    yield "processor", f"{os.cpu_count()} cores, {' '.join(_cpu_flags()) or 'flags not known'}"
    yield "memory", _memory()
    yield "GPU", ", ".join(_gpu_backends()) or "this llama.cpp has no GPU backend; the CPU computes"
    yield "sound", "PortAudio is there" if _has_portaudio() else "PortAudio is missing: no microphone"
    for folder, manifest in list_packs():
        yield "pack", f"{manifest.id} {manifest.version} at {folder}"
    for name, place in (("cache", cache_dir), ("logs", logs_dir), ("data", data_dir)):
        yield name, _writable(place)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "is missing"


def _cpu_flags() -> list[str]:
    """Those of `CPU_FLAGS` that this processor has; none where the system does not tell."""
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return []
    return [flag for flag in CPU_FLAGS if flag in words]


def _memory() -> str:
    try:
        n_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return "not known"
    return f"{n_bytes / 2**30:.1f} GiB"


def _gpu_backends() -> list[str]:
    """Found by the names of files, because llama.cpp itself is only ever loaded in the engine."""
    found = importlib.util.find_spec("llama_cpp")
    if found is None or found.origin is None:
        return []
    names = [path.name.lower() for path in (Path(found.origin).parent / "lib").glob("*")]
    return [backend for backend in GPU_BACKENDS if any(backend in name for name in names)]


def _has_portaudio() -> bool:
    """On macOS and Windows it comes with the Python package."""
    return sys.platform != "linux" or ctypes.util.find_library("portaudio") is not None


def _writable(place: Callable[[], Path]) -> str:
    try:
        folder = place()
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return f"{folder} {'can be written' if os.access(folder, os.W_OK) else 'cannot be written'}"
