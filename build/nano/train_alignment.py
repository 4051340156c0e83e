"""Stage 2: teaches the Q-Formers and their projections through the frozen language network, by questions and answers.

    python -m build.nano.train_alignment --out out/nano/alignment --steps 800

The projections start as the language network's own word embeddings, so that stage 1's words are understood at once.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from build.nano.checkpoints import load_checkpoint, log_line, save_checkpoint
from build.nano.descent import Cycle, Descent
from build.nano.dialogues import JUDGED_KINDS
from build.nano.language import answer_loss, embed_packed, exact_matches, load_language, pack_rows, predict_answers
from build.nano.qformer import IMAGE_WORDS, SOUND_WORDS, Projection
from build.nano.senses import Moment
from build.nano.tallies import Tally
from build.nano.tokenizer import Tokenizer
from build.nano.train_language import talk_about
from build.nano.train_qformers import QFormers, Ring, load_qformers, open_world, targets_of, word_loss

WORD_WEIGHT = 0.05  # of stage 1's loss, which keeps the words meaning what they say
CYCLE = Cycle(peak_rate=4e-4, warm_up=0.05, final_division=50, weight_decay=0.01, max_norm=2.0)


class Aligned(nn.Module):
    """Q-Formers with projections into a language network: tokens of a sense -> embeddings (B, queries, width)."""

    def __init__(self, qformers: QFormers, image_words: Tensor, sound_words: Tensor) -> None:
        super().__init__()
        self.qformers = qformers
        self.image_projection = Projection(image_words)
        self.sound_projection = Projection(sound_words)

    def forward(self, image_tokens: Tensor, sound_tokens: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Tokens (B, n, width) -> image, sound embeddings (B, queries, width), their logits (B, queries, words)."""
        image_logits, sound_logits = self.qformers.image(image_tokens), self.qformers.sound(sound_tokens)
        return self.image_projection(image_logits), self.sound_projection(sound_logits), image_logits, sound_logits


def join(qformers: QFormers, network: LlamaForCausalLM, tokenizer: Tokenizer) -> Aligned:
    """Joins stage 1's Q-Formers to a language network by the embeddings of their words."""
    table = network.get_input_embeddings().weight.detach()
    image, sound = (table[[tokenizer.word_id(word) for word in words]] for words in (IMAGE_WORDS, SOUND_WORDS))
    return Aligned(qformers, image, sound)


def load_aligned(folder: Path, qformers: Path, language: Path) -> Aligned:
    """Reads what stage 2 trained, in evaluation mode; stage 1's result, joined, where stage 2 has not run."""
    aligned = join(load_qformers(qformers), *load_language(language))
    state = load_checkpoint(folder)
    if state is not None:
        aligned.load_state_dict(state["network"])
    return aligned.eval()


def predict(
    aligned: Aligned,
    network: LlamaForCausalLM,
    tokenizer: Tokenizer,
    moments: Sequence[Moment],
    n_questions: int,
    rng: random.Random,
) -> tuple[Tensor, list[str], list[bool]]:
    """Asks `n_questions` about each moment.

    Returns:
        The loss, of shape (), and for each question its kind and whether it was answered right.
    """
    rows = [talk_about(moment.scene, rng, n_questions, drill_share=0.0) for moment in moments]
    packed = pack_rows(tokenizer, rows)
    with torch.autocast("cpu", torch.bfloat16):
        images, sounds, image_logits, sound_logits = aligned(
            torch.stack([m.image_tokens for m in moments]), torch.stack([m.sound_tokens for m in moments])
        )
        logits = predict_answers(network, packed, embed_packed(network, packed, images.float(), sounds.float()))
    seen = torch.tensor([m.scene.objects is not None for m in moments])
    heard = torch.tensor([m.scene.sounds is not None for m in moments])
    image_targets, sound_targets = targets_of(moments)
    words = word_loss(image_logits.float()[seen], image_targets) + word_loss(sound_logits.float()[heard], sound_targets)
    kinds = [dialogue.kind for row in rows for dialogue in row.dialogues]
    return answer_loss(logits, packed) + WORD_WEIGHT * words, kinds, exact_matches(logits, packed)


def train(
    ring: Ring,
    out: Path,
    aligned: Aligned,
    network: LlamaForCausalLM,
    tokenizer: Tokenizer,
    n_steps: int,
    batch_size: int,
    n_fresh: int,
) -> None:
    """Trains `aligned` and saves it into `out`."""
    network.requires_grad_(False)
    descent = Descent(aligned, n_steps, CYCLE)
    rng = random.Random(0)
    recent: list[bool] = []
    for step in range(1, n_steps + 1):
        ring.refresh(n_fresh)
        loss, _, right = predict(aligned, network, tokenizer, ring.batch(batch_size), 10, rng)
        descent.step(loss)
        recent += right
        if step % 20 == 0 or step == n_steps:
            log_line(out, step=step, of=n_steps, loss=float(loss.detach()), right=sum(recent) / len(recent))
            recent = []
        if step % 100 == 0 or step == n_steps:
            save_checkpoint(out, aligned, step)


@torch.no_grad()
def evaluate(
    aligned: Aligned, network: LlamaForCausalLM, tokenizer: Tokenizer, moments: Sequence[Moment]
) -> dict[str, float]:
    """The share of exactly right answers per kind over `moments`, 8 questions each; `judged` over all judged kinds."""
    answers = Tally()
    rng = random.Random(1)
    for first in range(0, len(moments), 30):
        _, kinds, right = predict(aligned, network, tokenizer, moments[first : first + 30], 8, rng)
        for kind, is_right in zip(kinds, right, strict=True):
            answers.count(kind, is_right)
    return {"judged": answers.share_of(*JUDGED_KINDS)} | answers.shares()


def main() -> None:
    """Reads the command line, trains, and logs how questions about fresh moments are answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/nano/alignment"))
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=32, help="moments a step")
    parser.add_argument("--fresh", type=int, default=16, help="new moments a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    nano = Path("out/nano")
    world = open_world(nano / "detector", nano / "hearing", nano / "sound_bank", options.seed)
    network, tokenizer = load_language(nano / "language")
    aligned = load_aligned(options.out, nano / "qformers", nano / "language").train()
    ring = Ring(world, capacity=2000)
    ring.refresh(options.batch * 2)
    train(ring, options.out, aligned, network, tokenizer, options.steps, options.batch, options.fresh)
    figures = evaluate(aligned.eval(), network, tokenizer, world.moments(600))
    log_line(options.out, **figures)


if __name__ == "__main__":
    main()
