"""Our language network beside the same one in PyTorch bfloat16, and beside what the memory can deliver."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import gguf
import numpy as np

from bubo_desktop.engine.language_weights import Weights
from build.apart import run_apart
from build.compare.figures import Figure, Goal
from build.compare.language import N_ANSWER, N_PROMPT, OurLanguage
from build.compare.native import Reading, Settings

if TYPE_CHECKING:  # ours is measured in a process that has no torch
    from transformers import LlamaForCausalLM

_FEW, _MORE = 1, 3  # layers that are timed; the others take as long as each of them
_N_RUNS = 3
_COPIED_BYTES = 1 << 28
_SIZES = {
    "hidden_size": "embedding_length", "intermediate_size": "feed_forward_length",
    "num_attention_heads": "attention.head_count", "num_key_value_heads": "attention.head_count_kv",
}  # fmt: skip


def compare_torch(network: Path, settings: Settings, n_rounds: int) -> list[Figure]:
    """PyTorch runs between two turns of ours; the best of each counts."""
    with closing(Weights(network, repack=False)) as weights:
        sizes = {theirs: int(weights.fact(f"llama.{ours}")) for theirs, ours in _SIZES.items()}
        n_layers, n_pieces = int(weights.fact("llama.block_count")), weights.n_tokens
    before = _time_ours(network, settings, n_rounds)
    copied_bytes_s, _ = run_apart(time_copying, n_rounds)
    theirs, _ = run_apart(time_torch_language, {**sizes, "vocab_size": n_pieces}, n_layers, settings.n_threads)
    after = _time_ours(network, settings, n_rounds)
    prompt_s, token_s = (min(pair) for pair in zip(before, after, strict=True))
    delivered = read_bytes(network) / token_s / copied_bytes_s
    a_prompts_ms = 1e3 * prompt_s / N_PROMPT, 1e3 * theirs.prompt_s / N_PROMPT
    return [
        Figure("a prompt's token, PyTorch bfloat16", "ms/token", *a_prompts_ms, Goal(1.0, at_least=True)),
        Figure("an answer's token, PyTorch bfloat16", "ms/token", 1e3 * token_s, 1e3 * theirs.token_s,
               Goal(4.0, at_least=True)),
        Figure("weights read, of what copying reaches", "", delivered, goal=Goal(0.55, at_least=True)),
    ]  # fmt: skip


def time_torch_language(sizes: dict[str, int], n_layers: int, n_threads: int) -> Reading:
    """A prompt and a token in PyTorch bfloat16, reckoned from a few layers: all of them would take 13 GB."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(n_threads)
    torch.set_default_dtype(torch.bfloat16)
    readings = []
    for n in (_FEW, _MORE):
        network = LlamaForCausalLM(LlamaConfig(**sizes, num_hidden_layers=n, tie_word_embeddings=False)).eval()
        readings.append(_time_torch(network))
    few, more = readings
    return Reading(*(a + (b - a) / (_MORE - _FEW) * (n_layers - _FEW) for a, b in zip(few, more, strict=True)))


def time_copying(n_rounds: int) -> float:
    """Bytes a second that one thread reads and writes, copying what no cache holds."""
    source = np.ones(_COPIED_BYTES, np.uint8)
    target = np.zeros_like(source)
    times_s = []
    for _ in range(3 * n_rounds):
        started_s = process_time()
        np.copyto(target, source)
        times_s.append(process_time() - started_s)
    return 2 * _COPIED_BYTES / min(times_s)


def read_bytes(network: Path) -> int:
    """The weights that every token needs: all but the table of embeddings, of which it takes a row."""
    return sum(int(tensor.n_bytes) for tensor in gguf.GGUFReader(network).tensors if tensor.name != "token_embd.weight")


def _time_ours(network: Path, settings: Settings, n_rounds: int) -> Reading:
    with closing(OurLanguage(network, settings)) as ours:
        readings = [ours.run(prompt, N_ANSWER) for prompt in ours.prompts(n_rounds, N_PROMPT)]
    return Reading(*map(min, zip(*readings, strict=True)))


def _time_torch(network: LlamaForCausalLM) -> Reading:
    import torch

    ids = torch.arange(N_PROMPT)[None]
    prompts_s, tokens_s = [], []
    with torch.inference_mode():
        for _ in range(_N_RUNS):
            started_s = process_time()
            said = network(ids, use_cache=True, logits_to_keep=1)
            prompts_s.append(process_time() - started_s)
            started_s = process_time()
            for _ in range(N_ANSWER):
                said = network(ids[:, :1], past_key_values=said.past_key_values, use_cache=True)
            tokens_s.append((process_time() - started_s) / N_ANSWER)
    return Reading(min(prompts_s), min(tokens_s))
