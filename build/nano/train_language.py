"""Trains nano's language network on slots: `python -m build.nano.train_language --out out/nano/language --minutes 30`.

Drills lead and dialogues take over. Progress is the share of answers that are right to the last piece, per kind, on
fresh scenes; the loss alone says little. Stopped runs go on where they were; the learning rate follows the time.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import LlamaForCausalLM

from build.nano.dialogues import JUDGED_KINDS, ask_about
from build.nano.drills import drill
from build.nano.facts import Scene
from build.nano.language import (
    TOKENIZER_NAME,
    Packed,
    Row,
    answer_loss,
    create_network,
    embed_packed,
    exact_matches,
    load_language,
    pack_rows,
    predict_answers,
)
from build.nano.scenes import random_scene
from build.nano.slots import TYPICAL, UNDISTURBED, Disturbance, embed_slots
from build.nano.tokenizer import Tokenizer, train_tokenizer

WEIGHTS_NAME = "model.safetensors"
STATE_NAME = "training.pt"
LOG_NAME = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. Shares and rates follow `progress`, the part of the time that is over (0..1)."""

    minutes: float
    n_rows: int = 16
    n_exchanges: int = 14
    muon_rate: float = 0.01
    adam_rate: float = 2e-3
    report_s: float = 120.0
    n_test_scenes: int = 300

    def drill_share(self, progress: float) -> float:
        """Drills fill most of the first half; in the last third they are one in seven."""
        return min(0.85, max(0.15, 0.85 - 3.75 * (progress - 0.45)))

    def rate_scale(self, progress: float) -> float:
        """Warm-up, plateau, and linear decay over the last three fifths."""
        return min(1.0, progress / 0.01 + 0.02, (1 - progress) / 0.6)


class Trainer:
    """The network in training with its optimisers and counters; `folder` holds all that is saved."""

    def __init__(self, folder: Path, plan: Plan, seed: int) -> None:
        self.folder, self.plan, self.seed = folder, plan, seed
        self.elapsed_s, self.n_steps, self.n_tokens = 0.0, 0, 0
        folder.mkdir(parents=True, exist_ok=True)
        resumes = (folder / STATE_NAME).exists()
        self.tokenizer = self._open_tokenizer(resumes)
        torch.manual_seed(seed)
        self.network = load_language(folder)[0] if resumes else create_network(self.tokenizer.n_pieces)
        self.optimisers = self._create_optimisers()
        if resumes:
            self._restore()

    def _open_tokenizer(self, resumes: bool) -> Tokenizer:
        path = self.folder / TOKENIZER_NAME
        if resumes:
            return Tokenizer(path.read_bytes())
        tokenizer = train_tokenizer(self.seed)
        path.write_bytes(tokenizer.serialized)
        return tokenizer

    def _create_optimisers(self) -> list[torch.optim.Optimizer]:
        matrices = [p for p in self.network.model.layers.parameters() if p.ndim == 2]
        taken = set(map(id, matrices))
        others = [p for p in self.network.parameters() if id(p) not in taken]
        return [
            torch.optim.Muon(matrices, lr=self.plan.muon_rate, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(others, lr=self.plan.adam_rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]

    def run(self) -> None:
        """Trains until the plan's minutes are over, reporting and saving on the way."""
        next_report_s = self.elapsed_s + self.plan.report_s
        while self.elapsed_s < self.plan.minutes * 60:
            started_s = time.monotonic()
            loss = self._step(random.Random(f"{self.seed}-{self.n_steps}"))
            self.elapsed_s += time.monotonic() - started_s
            if self.elapsed_s >= next_report_s:
                self._report(loss)
                next_report_s = self.elapsed_s + self.plan.report_s
        self._report(loss)

    def _step(self, rng: random.Random) -> float:
        progress = min(self.elapsed_s / (self.plan.minutes * 60), 1.0)
        scale = self.plan.rate_scale(progress)
        for optimiser, rate in zip(self.optimisers, (self.plan.muon_rate, self.plan.adam_rate), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * scale
        scenes = [random_scene(rng) for _ in range(self.plan.n_rows)]
        packed = pack_scenes(self.tokenizer, scenes, rng, self.plan.n_exchanges, self.plan.drill_share(progress))
        self.network.train()
        loss = answer_loss(predict(self.network, self.tokenizer, scenes, packed, rng), packed)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.n_steps += 1
        self.n_tokens += int((packed.exchange >= 0).sum())
        return loss.item()

    def _report(self, loss: float) -> None:
        matches = evaluate(self.network, self.tokenizer, self.plan.n_test_scenes, seed=self.seed + 1)
        record = {
            "minutes": round(self.elapsed_s / 60, 2), "steps": self.n_steps, "tokens": self.n_tokens,
            "loss": round(loss, 4),
            "judged": round(sum(matches[kind] for kind in JUDGED_KINDS) / len(JUDGED_KINDS), 4),
            **{kind: round(share, 3) for kind, share in matches.items()},
        }  # fmt: skip
        with (self.folder / LOG_NAME).open("a") as log:
            log.write(json.dumps(record) + "\n")
        print(record, flush=True)
        self._save()

    def _save(self) -> None:
        """Replaces the saved files one by one, each whole at any time."""
        self.network.config.save_pretrained(self.folder)
        state = {
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "elapsed_s": self.elapsed_s, "n_steps": self.n_steps, "n_tokens": self.n_tokens,
        }  # fmt: skip
        with TemporaryDirectory(dir=self.folder) as arriving:
            self.network.save_pretrained(arriving)
            torch.save(state, Path(arriving, STATE_NAME))
            for name in (WEIGHTS_NAME, STATE_NAME):
                Path(arriving, name).replace(self.folder / name)

    def _restore(self) -> None:
        state: dict[str, Any] = torch.load(self.folder / STATE_NAME)
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.elapsed_s, self.n_steps, self.n_tokens = state["elapsed_s"], state["n_steps"], state["n_tokens"]


def pack_scenes(
    tokenizer: Tokenizer, scenes: list[Scene], rng: random.Random, n_exchanges: int, drill_share: float
) -> Packed:
    """Packs `n_exchanges` random dialogues or drills about each scene."""
    return pack_rows(tokenizer, [talk_about(scene, rng, n_exchanges, drill_share) for scene in scenes])


def talk_about(scene: Scene, rng: random.Random, n_exchanges: int, drill_share: float) -> Row:
    """`n_exchanges` random dialogues or drills about a scene."""
    dialogues = tuple(
        drill(scene, rng) if rng.random() < drill_share else ask_about(scene, rng) for _ in range(n_exchanges)
    )
    return Row(scene.objects is not None, scene.sounds is not None, dialogues)


def predict(
    network: LlamaForCausalLM, tokenizer: Tokenizer, scenes: list[Scene], packed: Packed, rng: random.Random,
    disturbance: Disturbance = TYPICAL,
) -> torch.Tensor:  # fmt: skip
    """Answer logits (answer tokens, pieces) for scenes read as slots, computed in bfloat16."""
    images, sounds = embed_slots(network.get_input_embeddings().weight, tokenizer, scenes, rng, disturbance)
    with torch.autocast("cpu", torch.bfloat16):
        return predict_answers(network, packed, embed_packed(network, packed, images, sounds))


@torch.no_grad()
def evaluate(
    network: LlamaForCausalLM, tokenizer: Tokenizer, n_scenes: int, seed: int, disturbance: Disturbance = UNDISTURBED
) -> dict[str, float]:
    """The share of exactly right answers per kind, on fresh scenes with 8 questions each."""
    network.eval()
    rng = random.Random(f"test-{seed}")
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for _ in range(0, n_scenes, 30):
        scenes = [random_scene(rng) for _ in range(30)]
        rows = [talk_about(scene, rng, 8, drill_share=0.0) for scene in scenes]
        packed = pack_rows(tokenizer, rows)
        matches = exact_matches(predict(network, tokenizer, scenes, packed, rng, disturbance), packed)
        kinds = [dialogue.kind for row in rows for dialogue in row.dialogues]
        asked.update(kinds)
        right.update(kind for kind, match in zip(kinds, matches, strict=True) if match)
    return {kind: right[kind] / asked[kind] if asked[kind] else 0.0 for kind in sorted({*asked, *JUDGED_KINDS})}


def main() -> None:
    """Parses the command line and trains on one thread, which leaves the other cores to other trainings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    Trainer(arguments.out, Plan(arguments.minutes), arguments.seed).run()


if __name__ == "__main__":
    main()
