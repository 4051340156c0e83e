"""What each lever spares: `python -m tests.bench.prefill [--gguf PATH --width N] [--rounds N]`.

The same work with a lever and without, taking turns in one run, on one thread. Processor time is compared, because
wall time depends on what else the machine does; of all rounds the best counts. Time to the first token is that of
reading what is left of the prompt; what is done ahead of the question is not in it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from time import process_time

import numpy as np
from msgspec.structs import replace

from bubo_desktop.data import Sampling, Turn
from bubo_desktop.engine import language
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.levers import LARGE
from bubo_desktop.engine.prompt import Embeddings, Segment, Tokens, build_prompt
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart, PromptTemplate
from tests.engine.tiny_language import TinyShape, write_part

TUNING = Tuning(repack=False, n_threads=1, n_batch=128)
BARE = replace(LARGE, joined=False, exact=True, ahead=False, kept=False)
FAST = replace(LARGE, kept=False)
N_CTX, N_ROWS = 512, 32
QUESTION = "What is the dog doing on the left, and is there a cat in the picture?"
TEMPLATE = PromptTemplate(  # Source: the prompt of the public demo, github.com/magic-research/bubogpt
    system="Give the following image: <Vision>ImageContent</Vision>. You will be able to see the image once I provide"
    " it to you. Please answer my questions.###",
    human="Human: ", assistant="###Assistant:", turn_end="###", image_tags=("<Vision>", "</Vision> "),
    sound_tags=("<Audio>", "</Audio> "), stop=("###",), control_tokens=False, max_turns=20,
)  # fmt: skip


class Bench:
    """Networks that share one file, and a picture of random rows."""

    def __init__(self, part: LanguagePart, folder: Path, states_dir: Path, opened: ExitStack) -> None:
        def start(levers: object) -> Language:
            network = Language(part, folder, gpu_layers=0, tuning=TUNING, levers=levers, states_dir=states_dir)
            return opened.enter_context(closing(network))

        self.start = start
        rows = np.random.default_rng(0).normal(0.0, 0.02, (N_ROWS, part.width))
        self._media = {"picture": rows.astype(np.float32)}
        self.first = self.prompt(QUESTION)

    def prompt(self, question: str, *history: Turn) -> list[Segment]:
        """A question about the picture."""
        return build_prompt(TEMPLATE, Turn(question, "", images=("picture",)), history, self._media)

    def one_batch(self) -> Iterator[float]:
        """24 tokens, a picture and 40 tokens, in batches of their own; then in one."""
        ids = np.arange(100, 164, dtype=np.int32)
        prompt = [Tokens(ids[:24]), Embeddings(self._media["picture"]), Tokens(ids[24:])]
        for levers in (replace(FAST, joined=False), FAST):
            yield self._read(self.start(levers), prompt)

    def next_turn(self) -> Iterator[float]:
        """The second question of a conversation, after its answer."""
        for levers in (BARE, FAST):
            network = self.start(levers)
            answer = self._answer(network)
            yield self._read(network, self.prompt("And now?", Turn(QUESTION, answer, images=("picture",))))

    def edited_question(self) -> Iterator[float]:
        """The last words of a question are others."""
        for levers in (BARE, FAST):
            network = self.start(levers)
            self._answer(network)
            yield self._read(network, self.prompt(QUESTION.replace("picture", "garden")))

    def typed_words(self) -> Iterator[float]:
        """The picture was looked at; or the question was read, too, while it was typed."""
        for levers in (replace(FAST, ahead=False), FAST):
            network = self.start(levers)
            network.read_ahead(self.first, Cancellation(), lambda _: None)
            yield self._read(network, self.first)

    def reopened_chat(self) -> Iterator[float]:
        """A prompt that an engine before this one has read."""
        yield self._read(self.start(FAST), self.first)
        network = self.start(LARGE)
        self._read(network, self.first)
        network.keep(Cancellation())
        yield self._read(self.start(LARGE), self.first)

    def _read(self, network: Language, prompt: list[Segment]) -> float:
        started_s = process_time()
        network.prefill(prompt, Cancellation(), lambda _: None)
        return process_time() - started_s

    def _answer(self, network: Language) -> str:
        network.prefill(self.first, Cancellation(), lambda _: None)
        return "".join(network.generate(Sampling(max_tokens=8), ("###",), Cancellation()))


def main() -> None:
    """Measures and prints a table."""
    arguments = _read_arguments()
    language.WORTH_KEEPING_S = 0.0  # states of small networks are measured, too
    with tempfile.TemporaryDirectory() as scratch:
        part, folder = _network(arguments, Path(scratch))
        print("seconds of processor time     without       with    without / with")
        for name in ("one_batch", "next_turn", "edited_question", "typed_words", "reopened_chat"):
            without_s, with_s = _best(name, part, folder, Path(scratch) / "states", arguments.rounds)
            print(f"{name.replace('_', ' '):24} {without_s:12.4f} {with_s:10.4f} {without_s / with_s:12.2f}")


def _best(name: str, part: LanguagePart, folder: Path, states_dir: Path, n_rounds: int) -> list[float]:
    rounds = []
    for _ in range(n_rounds):
        with ExitStack() as opened:
            measure: Callable[[], Iterator[float]] = getattr(Bench(part, folder, states_dir, opened), name)
            rounds.append(list(measure()))
    return [min(times) for times in zip(*rounds, strict=True)]


def _network(arguments: argparse.Namespace, scratch: Path) -> tuple[LanguagePart, Path]:
    if arguments.gguf is None:
        return write_part(scratch, TinyShape(n_layers=8, width=256, n_ctx=N_CTX)), scratch
    return LanguagePart(arguments.gguf.name, arguments.width, N_CTX, ""), arguments.gguf.parent


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what each way of sparing work is worth.")
    parser.add_argument("--gguf", type=Path, help="a network to measure with (default: a small random one)")
    parser.add_argument("--width", type=int, default=4096, help="of its embeddings")
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
