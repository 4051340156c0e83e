"""Trains nano's eyes: backbone, grounder and tagger, on pictures drawn as they are needed.

    python -m build.nano.train_detector --out out/nano/detector --pictures 80000

Boxes are assigned by centre sampling, not Hungarian matching: every place in the middle of a box learns that box.
The colour loss is summed over colours, because a mean leaves them unlearned. Beside the focal loss, which decides
whether there is something, a cross-entropy over labels decides what it is: it learns much faster.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from build.nano.checkpoints import load_checkpoint, load_trained, log_line, save_checkpoint
from build.nano.descent import Cycle, Descent
from build.nano.facts import COLOURS, OBJECTS
from build.nano.networks import N_PLACES, Detector, place_centres
from build.nano.pictures import Framed, draw_framed

MIDDLE = 0.56  # places within this middle part of a box, each way, learn it
CYCLE = Cycle(peak_rate=2.5e-3, warm_up=0.08, final_division=200, weight_decay=0.02, max_norm=10.0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures and what their places should say.

    Attributes:
        pixels: (B, 3, 128, 128).
        label: (B, 256) int64, the index of each place's label, -1 where it has none.
        box: (B, 256, 4), x0, y0, x1, y1 in 0..1 of the frame, 0 where there is no label.
        colour: (B, 256, colours), 0 or 1; all 0 for the natural colour.
        tags: (B, labels), 0 or 1 for the whole picture.
    """

    pixels: Tensor
    label: Tensor
    box: Tensor
    colour: Tensor
    tags: Tensor


def draw_batch(size: int, rng: np.random.Generator) -> Batch:
    """Draws `size` pictures with their targets."""
    framed = [draw_framed(rng) for _ in range(size)]
    targets = [assign(picture) for picture in framed]
    label, box, colour, tags = (torch.from_numpy(np.stack(column)) for column in zip(*targets, strict=True))
    pixels = torch.from_numpy(np.stack([picture.pixels for picture in framed]))
    return Batch(pixels, label, box, colour, tags)


def assign(picture: Framed) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Says what each place learns. Smaller boxes win; the place nearest to a centre always learns.

    Returns one picture's `label` (256,), `box` (256, 4), `colour` (256, colours) and `tags` (labels,) of a `Batch`.
    """
    label = np.full(N_PLACES, -1, np.int64)
    box = np.zeros((N_PLACES, 4), np.float32)
    colour = np.zeros((N_PLACES, len(COLOURS)), np.float32)
    tags = np.zeros(len(OBJECTS), np.float32)
    areas = (picture.boxes[:, 2] - picture.boxes[:, 0]) * (picture.boxes[:, 3] - picture.boxes[:, 1])
    places: NDArray[np.float32] = place_centres().numpy()
    for index in np.argsort(-areas):
        thing, target = picture.objects[index], picture.boxes[index]
        offset = np.abs(places - (target[:2] + target[2:]) / 2)
        inside = (offset <= (target[2:] - target[:2]) / 2 * MIDDLE).all(1)
        inside[offset.sum(1).argmin()] = True
        label[inside], box[inside] = OBJECTS.index(thing.label), target
        colour[inside] = [thing.colour == name for name in COLOURS]
        tags[OBJECTS.index(thing.label)] = 1
    return label, box, colour, tags


def loss_of(network: Detector, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Returns the whole loss, of shape (), and its parts for the log."""
    with torch.autocast("cpu", torch.bfloat16):
        logits, boxes = network(batch.pixels)
    logits, boxes = logits.float(), boxes.float()
    known = batch.label >= 0
    n_known = known.sum().clamp(min=1)
    wanted = F.one_hot(batch.label.clamp(min=0), len(OBJECTS)).float() * known[..., None]
    labels = logits[..., : len(OBJECTS)]
    label = focal(labels, wanted) / n_known
    which = F.cross_entropy(labels[known], batch.label[known])
    colours = logits[..., len(OBJECTS) :][known]
    colour = F.binary_cross_entropy_with_logits(colours, batch.colour[known], reduction="sum") / n_known
    box = box_loss(boxes[known], batch.box[known])
    tag = F.binary_cross_entropy_with_logits(network.tags(logits), batch.tags, reduction="sum") / len(logits)
    parts = {"label": label, "which": which, "colour": colour, "box": box, "tag": tag}
    return label + which + colour + 2 * box + 0.1 * tag, {name: float(part.detach()) for name, part in parts.items()}


def box_loss(boxes: Tensor, wanted: Tensor) -> Tensor:
    """1 - GIoU and five times the distance of the edges, mean over boxes (n, 4).

    Source of the pair: Carion et al., End-to-End Object Detection with Transformers, 2020, section 3.1.
    """
    return (1 - generalised_iou(boxes, wanted)).mean() + 5 * (boxes - wanted).abs().mean()


def focal(logits: Tensor, wanted: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Summed sigmoid focal loss of logits and targets of one shape, (B, places, labels).

    Source: Lin et al., Focal Loss for Dense Object Detection, 2017, eq. 5.
    """
    plain = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    right = torch.exp(-plain)
    weight = alpha * wanted + (1 - alpha) * (1 - wanted)
    return (weight * (1 - right) ** gamma * plain).sum()


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """GIoU of each box of `a` (n, 4) with that of `b` in the same row -> (n,) in -1..1.

    Source: Rezatofighi et al., Generalized Intersection over Union, 2019, algorithm 1.
    """
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    joint = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - shared
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(1).clamp(min=1e-9)
    return shared / joint.clamp(min=1e-9) - (hull - joint) / hull


def train(out: Path, n_pictures: int, batch_size: int, seed: int, save_every: int = 100) -> None:
    """Trains and saves `checkpoint.pt` and `log.jsonl` into `out`; continues an unfinished run found there."""
    torch.manual_seed(seed)
    network = Detector(len(OBJECTS), len(COLOURS))
    n_steps = n_pictures // batch_size
    descent = Descent(network, n_steps, CYCLE)
    done = _resume(out, descent)
    rng = np.random.default_rng([seed, done])
    started = time.monotonic()
    for step in range(done + 1, n_steps + 1):
        total, parts = loss_of(network, draw_batch(batch_size, rng))
        descent.step(total)
        if step % 20 == 0:
            log_line(out, step=step, of=n_steps, minutes=(time.monotonic() - started) / 60, **parts)
        if step % save_every == 0 or step == n_steps:
            optimiser, schedule = descent.optimiser.state_dict(), descent.schedule.state_dict()
            save_checkpoint(out, network, step, optimiser=optimiser, schedule=schedule)


def load_detector(folder: Path) -> Detector:
    """Reads the trained detector, in evaluation mode."""
    return load_trained(folder, Detector(len(OBJECTS), len(COLOURS)))


def _resume(out: Path, descent: Descent) -> int:
    """The number of steps that earlier runs did; their weights and rates are put into `descent` and its network."""
    state = load_checkpoint(out)
    if state is None:
        return 0
    descent.network.load_state_dict(state["network"])
    descent.optimiser.load_state_dict(state["optimiser"])
    descent.schedule.load_state_dict(state["schedule"])
    done: int = state["step"]
    return done


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/nano/detector"))
    parser.add_argument("--pictures", type=int, default=64_000, help="pictures to draw and learn from")
    parser.add_argument("--batch", type=int, default=32, help="pictures a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options.out, options.pictures, options.batch, options.seed)


if __name__ == "__main__":
    main()
