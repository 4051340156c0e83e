"""Our language network beside llama-bench and llama-server: the same file, threads and batch, processor time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import msgspec
import numpy as np

from bubo_desktop.data import Sampling
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.levers import Levers
from bubo_desktop.engine.prompt import Tokens
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart
from build.apart import run_apart
from build.compare.figures import Figure, Goal
from build.compare.native import Reading, Settings, run_bench, running_server

N_PROMPT, N_LONG_PROMPT, N_ANSWER, N_TINY_ANSWER = 96, 192, 16, 400
STOPS = ("###",)
Tools = Mapping[str, Path]
"""llama.cpp's programs by name."""
# Every prompt is read from its first token, as the tools do when told not to reuse anything.
LEVERS = Levers(joined=True, exact=True, ahead=False, kept=False)
BENCH_N_CTX = 256  # llama-bench makes room for its test alone, in steps of this; more room makes answers 4 % slower
_N_SPECIAL = 259  # the first pieces of a LLaMA's vocabulary: unknown, start, end and the 256 bytes


class OurLanguage:
    """The engine's language network, timed."""

    def __init__(self, network: Path, settings: Settings) -> None:
        with closing(Weights(network, repack=False)) as weights:
            part = LanguagePart(file=network.name, width=weights.width, n_ctx=settings.n_ctx, quantization="")
        tuning = Tuning(repack=settings.repack, n_threads=settings.n_threads, n_batch=settings.n_batch)
        self._language = Language(part, network.parent, gpu_layers=0, tuning=tuning, levers=LEVERS)

    def close(self) -> None:
        """Frees the memory."""
        self._language.close()

    def prompts(self, n: int, n_positions: int) -> list[list[int]]:
        """Random prompts that begin with the start token, which the engine adds by itself, and differ from then on."""
        weights, draw = self._language.weights, np.random.default_rng(0)
        ids = draw.integers(_N_SPECIAL, weights.n_tokens, (n, n_positions - len(weights.start)))
        return [weights.start + row.tolist() for row in ids]

    def run(self, prompt: Sequence[int], n_answer: int, temperature: float = 0.0) -> Reading:
        """As llama-bench counts: a prompt alone, and an answer from an empty context."""
        started_s = process_time()
        self._read(prompt)
        prompt_s, started_s = process_time() - started_s, process_time()
        self._read(prompt[:1])  # the start token, in place of the last token chosen, which is never read
        self._answer(n_answer, temperature)
        return Reading(prompt_s, (process_time() - started_s) / n_answer)

    def ask(self, prompt: Sequence[int], n_answer: int) -> Reading:
        """As a user counts: to the first token, and from there on."""
        times_s, counts = [process_time()], [0]

        def note() -> None:
            times_s.append(process_time())
            counts.append(self._language.n_generated)

        self._read(prompt)
        self._answer(n_answer, 0.0, note)
        return Reading(times_s[1] - times_s[0], (times_s[-1] - times_s[1]) / max(counts[-1] - counts[1], 1))

    def _read(self, prompt: Sequence[int]) -> None:
        n_start = len(self._language.weights.start)
        self._language.prefill([Tokens(np.array(prompt[n_start:], np.int32))], Cancellation(), lambda _: None)

    def _answer(self, n_answer: int, temperature: float, on_piece: Callable[[], None] = lambda: None) -> None:
        for _ in self._language.generate(Sampling(temperature, max_tokens=n_answer), STOPS, Cancellation()):
            on_piece()


def compare_tools(network: Path, tools: Tools, settings: Settings, n_rounds: int) -> list[Figure]:
    """Ours and llama.cpp's take turns; the best round of each counts."""
    with ExitStack() as opened:
        roomy, tight = (
            opened.enter_context(closing(OurLanguage(network, msgspec.structs.replace(settings, n_ctx=n_ctx))))
            for n_ctx in (settings.n_ctx, BENCH_N_CTX)
        )
        server = opened.enter_context(running_server(tools["llama-server"], network, settings))
        ran, benched, asked, served = [], [], [], []
        for prompt in roomy.prompts(n_rounds, N_PROMPT):
            ran.append(tight.run(prompt, N_ANSWER))
            benched.append(run_bench(tools["llama-bench"], network, settings, N_PROMPT, N_ANSWER, n_runs=1))
            asked.append(roomy.ask(prompt, N_ANSWER))
            served.append(server.ask(prompt, N_ANSWER))
    how = "repacked" if settings.repack else "not repacked"
    return [
        _compare(f"a prompt's token, llama-bench, {how}", ran, benched, "prompt_s", 1.03, N_PROMPT),
        _compare(f"an answer's token, llama-bench, {how}", ran, benched, "token_s", 1.03),
        _compare(f"first token of {N_PROMPT}, llama-server, {how}", asked, served, "prompt_s", 1.05),
        _compare(f"an answer's token, llama-server, {how}", asked, served, "token_s", 1.05),
    ]


def compare_as_it_comes(network: Path, tools: Tools, settings: Settings, n_rounds: int) -> list[Figure]:
    """Time to the first token of a long prompt beside llama-server as it comes: it repacks the weights."""
    theirs = msgspec.structs.replace(settings, repack=True)
    with ExitStack() as opened:
        ours = opened.enter_context(closing(OurLanguage(network, settings)))
        server = opened.enter_context(running_server(tools["llama-server"], network, theirs))
        rounds = [(ours.ask(prompt, 1), server.ask(prompt, 1)) for prompt in ours.prompts(n_rounds, N_LONG_PROMPT)]
    asked, served = zip(*rounds, strict=True)
    return [_compare(f"first token of {N_LONG_PROMPT}, llama-server as it comes", asked, served, "prompt_s", 0.65)]


def compare_loop(tools: Tools, settings: Settings, n_rounds: int) -> list[Figure]:
    """What our loop adds to a token: where computing is nearly free, the loop around it shows."""
    with TemporaryDirectory() as folder:
        network = Path(folder) / "tiny.gguf"
        run_apart(write_tiny_language, network)
        best_s, drawn_s, their_best_s = [math.inf] * 3
        with closing(OurLanguage(network, settings)) as ours:
            for prompt in ours.prompts(n_rounds, 2):
                theirs = run_bench(tools["llama-bench"], network, settings, 1, N_TINY_ANSWER, n_runs=3)
                their_best_s = min(their_best_s, theirs.token_s)
                best_s = min(best_s, *(ours.run(prompt, N_TINY_ANSWER).token_s for _ in range(3)))
                drawn_s = min(drawn_s, ours.run(prompt, N_TINY_ANSWER, temperature=1.0).token_s)
    return [
        Figure("our loop beyond llama-bench's, a token", "ms", 1e3 * (best_s - their_best_s), goal=Goal(0.1)),
        Figure("a draw of 32000 at temperature 1", "ms", 1e3 * (drawn_s - best_s)),
    ]


def write_tiny_language(path: Path) -> None:
    """A network whose computing is nearly free; apart, so that what writes it is not in the memory of what is timed."""
    from transformers import LlamaConfig

    from build.random_language import write_random_language

    config = LlamaConfig(
        vocab_size=32000, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4,
        max_position_embeddings=2048, tie_word_embeddings=False,
    )  # fmt: skip
    write_random_language(path, config, None)


def _compare(
    name: str, ours: Sequence[Reading], theirs: Sequence[Reading], field: str, limit: float, n_positions: int = 1
) -> Figure:
    ours_s, theirs_s = (min(getattr(reading, field) for reading in side) / n_positions for side in (ours, theirs))
    unit = "ms/token" if field == "token_s" or n_positions > 1 else "ms"
    return Figure(name, unit, 1e3 * ours_s, 1e3 * theirs_s, Goal(limit))
