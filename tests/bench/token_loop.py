"""What our loop adds to each token: `python -m tests.bench.token_loop [--gguf PATH [--prompt TEXT]]`.

Compares decoding alone (the library called in a bare loop) with `Language.generate`, which also chooses the token,
turns it into text and looks out for stop strings. Processor time is compared, on one thread, because wall time
depends on what else the machine does, and the two loops take turns. A busy neighbour also takes cache, which the
best round shows least.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from llama_cpp import llama_cpp

from bubo_desktop.data import Sampling
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.prompt import Text
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_part

TUNING = Tuning(repack=False, n_threads=1, n_batch=128)
GOAL_MS = 0.05
STOPS = ("###", "</s>")


def main() -> None:
    arguments = _read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.gguf or _write_tiny(Path(folder))
        with closing(BareLoop(path)) as bare, closing(OurLoop(path, arguments.prompt)) as ours:
            rounds = [(bare.measure(arguments.tokens), ours.measure(arguments.tokens)) for _ in range(arguments.rounds)]
    bare_ms, ours_ms = zip(*rounds, strict=True)
    added_ms = [ours - bare for bare, ours in rounds]
    print("processor time per token     best round   median round")
    print(f"bare llama_decode loop    {min(bare_ms):10.4f} ms  {median(bare_ms):10.4f} ms")
    print(f"Language.generate         {min(ours_ms):10.4f} ms  {median(ours_ms):10.4f} ms")
    print(f"difference                {min(ours_ms) - min(bare_ms):10.4f} ms  {median(added_ms):10.4f} ms")
    print(f"goal: at most             {GOAL_MS:10.4f} ms")


class BareLoop:
    """`llama_decode` of one token after another, and nothing else."""

    def __init__(self, path: Path) -> None:
        self._weights = Weights(path, repack=TUNING.repack)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch, params.no_perf = 1024, TUNING.n_batch, TUNING.n_batch, True
        params.n_threads = params.n_threads_batch = TUNING.n_threads
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self._context = llama_cpp.llama_init_from_model(self._weights.handle, params)
        self._token = np.array([1], np.int32)
        self._batch = llama_cpp.llama_batch(1, self._token.ctypes.data_as(llama_cpp.llama_token_p))

    def measure(self, n_tokens: int) -> float:
        """Milliseconds per token, at the same positions as the other loop."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)
        llama_cpp.llama_decode(self._context, self._batch)
        started_s = process_time()
        for _ in range(n_tokens):
            llama_cpp.llama_decode(self._context, self._batch)
        return (process_time() - started_s) / n_tokens * 1e3

    def close(self) -> None:
        llama_cpp.llama_free(self._context)
        self._weights.close()


class OurLoop:
    """`Language.generate`, again and again after the same prompt where answers end early."""

    def __init__(self, path: Path, prompt: str) -> None:
        with closing(Weights(path, repack=TUNING.repack)) as weights:
            part = LanguagePart(file=path.name, width=weights.width, n_ctx=1024, quantization="")
        self._language = Language(part, path.parent, gpu_layers=0, tuning=TUNING)
        self._prompt = [Text(prompt, trusted=True)]

    def measure(self, n_tokens: int) -> float:
        """Milliseconds per token, without reading the prompt."""
        nobody, elapsed_s, n_left = Cancellation(), 0.0, n_tokens
        while n_left > 0:
            self._language.prefill(self._prompt, nobody, lambda _: None)
            started_s = process_time()
            for _ in self._language.generate(Sampling(max_tokens=n_left), STOPS, nobody):
                pass
            elapsed_s += process_time() - started_s
            n_left -= max(self._language.n_generated, 1)
        return elapsed_s / n_tokens * 1e3

    def close(self) -> None:
        self._language.close()


def _write_tiny(folder: Path) -> Path:
    """A network whose computing is nearly free, so that the loop around it shows."""
    part = write_part(folder, TinyShape(n_layers=1, n_ctx=1024), spm_vocabulary(32000))
    return folder / part.file


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what our token loop adds to llama_decode.")
    parser.add_argument("--gguf", type=Path, help="a network to measure with (default: a tiny random one)")
    parser.add_argument("--prompt", default="", help="what is answered, control tokens included")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=40)
    return parser.parse_args()


if __name__ == "__main__":
    main()
