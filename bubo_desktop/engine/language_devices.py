"""The graphics processors that llama.cpp was built for and has found."""

from __future__ import annotations

import ctypes

from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml_base_path

GPU_KINDS = frozenset({1, 2})  # with memory of its own, and with the computer's. Source: ggml_backend_dev_type
PLATFORMS = {"MTL": "Metal"}  # where ggml abbreviates


class Devices:
    """ggml's list of devices. Source: ggml-backend.h."""

    def __init__(self) -> None:
        self._registry = load_shared_library("ggml", libggml_base_path)
        self._base = load_shared_library("ggml-base", libggml_base_path)
        self._registry.ggml_backend_dev_count.restype = ctypes.c_size_t
        self._registry.ggml_backend_dev_get.restype = ctypes.c_void_p
        self._registry.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        for function in (self._base.ggml_backend_dev_name, self._base.ggml_backend_dev_description):
            function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
        self._base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]

    def described(self) -> list[tuple[int, str, str]]:
        """Of each device its kind, its name such as `CUDA0`, and what its maker calls it."""
        handles = map(self._registry.ggml_backend_dev_get, range(self._registry.ggml_backend_dev_count()))
        return [
            (
                self._base.ggml_backend_dev_type(handle),
                self._base.ggml_backend_dev_name(handle).decode(errors="replace"),
                self._base.ggml_backend_dev_description(handle).decode(errors="replace"),
            )
            for handle in handles
        ]


def gpu_names(devices: Devices | None = None) -> list[str]:
    """Each graphics processor in words, such as `NVIDIA GeForce RTX 4070 (CUDA)`."""
    names = []
    for kind, name, maker in (devices or Devices()).described():
        if kind in GPU_KINDS:
            platform = name.rstrip("0123456789")
            names.append(f"{maker} ({PLATFORMS.get(platform, platform)})")
    return names
