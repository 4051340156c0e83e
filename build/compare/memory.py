"""What a pack takes: time until it is ready, memory, and room on the disk."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import numpy as np

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.prompt import Embeddings, Tokens
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart, Manifest
from build.apart import run_apart
from build.compare.encoders import Encoder
from build.compare.figures import Figure, Goal
from build.compare.native import Settings

N_WORDS = 64


def measure_pack(folder: Path, manifest: Manifest, encoders: list[Encoder], settings: Settings) -> list[Figure]:
    """Each figure in a process of its own; the file is in the system's cache when the start is timed."""
    part, eyes = manifest.parts.language, [encoder for encoder in encoders if encoder.name == "vision"]
    ready_s = min(run_apart(_start, folder, part, settings)[0] for _ in range(3))
    _, cost = run_apart(_look_and_read, folder, part, eyes, settings)
    sizes_gb = {file.path: file.size_bytes / 1e9 for file in manifest.files}
    networks = [path for path in sizes_gb if path.endswith((".gguf", ".onnx"))]
    who = " and ".join(["language", *(eye.name for eye in eyes)])
    return [
        Figure("language network ready, warm", "s", ready_s, goal=Goal(0.5)),
        Figure(f"peak memory of {who}", "GB", cost.peak_bytes / 1e9, goal=Goal(6.0)),
        *(Figure(f"size of {path}", "GB", sizes_gb[path]) for path in networks),
        Figure("size of the pack", "GB", sum(sizes_gb.values())),
    ]


def _start(folder: Path, part: LanguagePart, settings: Settings) -> float:
    """Processor seconds from nothing to the first position read."""
    started_s = process_time()
    _open(folder, part, settings).prefill([], Cancellation(), lambda _: None)
    return process_time() - started_s


def _look_and_read(folder: Path, part: LanguagePart, eyes: list[Encoder], settings: Settings) -> None:
    """A picture is looked at with the language network in memory, and a question about it is read."""
    language, shelf = _open(folder, part, settings), Shelf(folder, settings.n_threads)
    words = Tokens(np.arange(N_WORDS, dtype=np.int32))
    for eye in eyes:
        session = shelf.session(eye.path.name, (eye.input_name,), ("embeddings",))
        found = session.run(**{eye.input_name: np.zeros(eye.shape, np.float32)})
        language.prefill([words, Embeddings(found["embeddings"][0]), words], Cancellation(), lambda _: None)


def _open(folder: Path, part: LanguagePart, settings: Settings) -> Language:
    tuning = Tuning(repack=settings.repack, n_threads=settings.n_threads, n_batch=settings.n_batch)
    smaller = LanguagePart(part.file, part.width, min(part.n_ctx, settings.n_ctx), part.quantization)
    return Language(smaller, folder, gpu_layers=0, tuning=tuning)
