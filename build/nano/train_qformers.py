"""Stage 1: teaches both Q-Formers to say, query by query, the words for what the frozen encoders see and hear.

    python -m build.nano.train_qformers --out out/nano/qformers --steps 1500

Moments are drawn once and shown a few times from a ring of recent ones: drawing and encoding cost more than learning.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.nano.checkpoints import load_trained, log_line, save_checkpoint
from build.nano.descent import Cycle, Descent
from build.nano.hearing import N_STEPS, WIDTH
from build.nano.networks import place_centres
from build.nano.qformer import IMAGE_WORDS, SOUND_WORDS, QFormer, image_qformer, sound_qformer, word_targets
from build.nano.senses import IMAGE_TOKEN_WIDTH, Eyes, Moment, World
from build.nano.sound_bank import SoundBank
from build.nano.train_detector import load_detector
from build.nano.train_hearing import load_tagger

CYCLE = Cycle(peak_rate=1.2e-3, warm_up=0.06, final_division=100, weight_decay=0.02, max_norm=5.0)


class QFormers(nn.Module):
    """Both Q-Formers, trained side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QFormer = image_qformer(place_centres(), IMAGE_TOKEN_WIDTH)
        self.sound: QFormer = sound_qformer(N_STEPS, WIDTH)


class Ring:
    """The most recent moments, `capacity` of them, to draw batches from."""

    def __init__(self, world: World, capacity: int) -> None:
        self.world, self.capacity = world, capacity
        self.moments: list[Moment] = []
        self.generator = torch.Generator().manual_seed(0)

    def refresh(self, n: int) -> None:
        """Adds `n` new moments; the oldest go."""
        self.moments = (self.moments + self.world.moments(n))[-self.capacity :]

    def batch(self, n: int) -> list[Moment]:
        """Returns `n` of them at random."""
        return [self.moments[k] for k in torch.randint(len(self.moments), (n,), generator=self.generator)]


def open_world(detector: Path, hearing: Path, sound_bank: Path, seed: int) -> World:
    """The world with the trained encoders of earlier steps."""
    bank = SoundBank.kept(sound_bank, per_label=100, seed=seed)
    return World(Eyes(load_detector(detector)), load_tagger(hearing).encoder, bank, seed)


def load_qformers(folder: Path) -> QFormers:
    """Reads the trained Q-Formers, in evaluation mode."""
    return load_trained(folder, QFormers())


def targets_of(moments: Sequence[Moment]) -> tuple[Tensor, Tensor]:
    """What the queries should say, 0 or 1: of moments with a picture, (seen, n_queries, words), and of those with a
    sound, (heard, n_queries, words), both in the order of `moments`.
    """
    image = [word_targets(moment.image_slots, IMAGE_WORDS) for moment in moments if moment.scene.objects is not None]
    sound = [word_targets(moment.sound_slots, SOUND_WORDS) for moment in moments if moment.scene.sounds is not None]
    return torch.stack(image), torch.stack(sound)


def loss_of(network: QFormers, moments: Sequence[Moment]) -> tuple[Tensor, dict[str, float]]:
    """Returns the loss, of shape (), and for the log the shares of wrong queries."""
    seen = torch.stack([moment.image_tokens for moment in moments if moment.scene.objects is not None])
    heard = torch.stack([moment.sound_tokens for moment in moments if moment.scene.sounds is not None])
    with torch.autocast("cpu", torch.bfloat16):
        image_logits, sound_logits = network.image(seen).float(), network.sound(heard).float()
    image_targets, sound_targets = targets_of(moments)
    loss = word_loss(image_logits, image_targets) + word_loss(sound_logits, sound_targets)
    return loss, {
        "image_wrong": wrong_queries(image_logits, image_targets),
        "sound_wrong": wrong_queries(sound_logits, sound_targets),
    }


def word_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of every word of every query, (B, n_queries, words), summed over both, mean over the batch."""
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="sum") / len(logits)


def wrong_queries(logits: Tensor, targets: Tensor) -> float:
    """The share of queries (B, n_queries, words) that stand for something and get any of its words wrong."""
    busy = targets[..., -1] == 0
    wrong = ((logits > 0) != (targets > 0.5)).any(-1)
    return float(wrong[busy].float().mean())


def train(world: World, out: Path, n_steps: int, batch_size: int, n_fresh: int) -> QFormers:
    """Trains from scratch and saves into `out`."""
    torch.manual_seed(0)
    network = QFormers()
    descent = Descent(network, n_steps, CYCLE)
    ring = Ring(world, capacity=batch_size * 60)
    ring.refresh(batch_size * 2)
    for step in range(1, n_steps + 1):
        ring.refresh(n_fresh)
        loss, wrong = loss_of(network, ring.batch(batch_size))
        descent.step(loss)
        if step % 20 == 0 or step == n_steps:
            log_line(out, step=step, of=n_steps, loss=float(loss.detach()), **wrong)
        if step % 200 == 0 or step == n_steps:
            save_checkpoint(out, network, step)
    return network


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/nano/qformers"))
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=64, help="moments a step")
    parser.add_argument("--fresh", type=int, default=20, help="new moments a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    world = open_world(Path("out/nano/detector"), Path("out/nano/hearing"), Path("out/nano/sound_bank"), options.seed)
    train(world, options.out, options.steps, options.batch, options.fresh)


if __name__ == "__main__":
    main()
