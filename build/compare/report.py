"""The comparisons by name, and what they found together."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import llama_cpp
from msgspec import Struct

from bubo_desktop.packs.manifest import Manifest
from build.compare.encoders import compare_encoder, find_encoders
from build.compare.figures import Figure, Verdict
from build.compare.language import Tools, compare_as_it_comes, compare_loop, compare_tools
from build.compare.levers import compare_levers
from build.compare.memory import measure_pack
from build.compare.native import Settings
from build.compare.torch_language import compare_torch
from build.dims import Dims, change_dims

Comparison = Callable[[], list[Figure]]
_LIBRARIES = ("llama-cpp-python", "onnxruntime", "torch", "transformers")


class Measured(Struct, frozen=True):
    """A figure, the value its goal is about, and the verdict."""

    figure: Figure
    value: float
    verdict: Verdict


class Report(Struct, frozen=True):
    """All figures of a run, and what they hold for.

    Attributes:
        pack: its id.
        machine: system, cores and what llama.cpp uses of the processor.
        versions: of the libraries on both sides.
        settings: of the language network; encoders run on one thread.
        n_rounds: of which the best counts.
        measured: in order.
    """

    pack: str
    machine: str
    versions: dict[str, str]
    settings: Settings
    n_rounds: int
    measured: list[Measured]


def list_comparisons(
    folder: Path, manifest: Manifest, tools: Tools, settings: Settings, n_rounds: int
) -> Mapping[str, Comparison]:
    """What can be compared of this pack, by name; where there are no `tools`, nothing that needs them."""
    network, encoders = folder / manifest.parts.language.file, find_encoders(folder, manifest)
    dims = change_dims(Dims(), {"llm": manifest.parts.language.width})
    found: dict[str, Comparison] = {}
    if tools:
        repacked = Settings(settings.n_threads, settings.n_batch, settings.n_ctx, repack=not settings.repack)
        found["loop"] = partial(compare_loop, tools, settings, n_rounds)
        found["tools"] = partial(compare_tools, network, tools, settings, n_rounds)
        found["repacked"] = partial(compare_tools, network, tools, repacked, n_rounds)
        found["server"] = partial(compare_as_it_comes, network, tools, settings, n_rounds)
    found["torch"] = partial(compare_torch, network, settings, n_rounds)
    found["levers"] = partial(compare_levers, network, settings, encoders, n_rounds)
    found |= {encoder.name: partial(compare_encoder, encoder, dims, n_rounds) for encoder in encoders}
    found["memory"] = partial(measure_pack, folder, manifest, encoders, settings)
    return found


def write_report(manifest: Manifest, settings: Settings, n_rounds: int, figures: Sequence[Figure]) -> Report:
    """The figures with all that they hold for."""
    features = llama_cpp.llama_print_system_info().decode().strip(" |")
    return Report(
        pack=manifest.id,
        machine=f"{platform.platform()}, {os.cpu_count()} cores; {features}",
        versions={library: version(library) for library in _LIBRARIES},
        settings=settings,
        n_rounds=n_rounds,
        measured=[Measured(figure, figure.value, figure.verdict) for figure in figures],
    )
