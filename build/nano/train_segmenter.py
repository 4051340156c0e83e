"""Trains nano's mask head on crops round jittered boxes of drawn pictures.

python -m build.nano.train_segmenter --out out/nano/segmenter --steps 700
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from bubo_desktop.engine.cropping import crops, grow
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.packs.manifest import CropSegmenter
from build.nano.checkpoints import load_trained, log_line, save_checkpoint
from build.nano.descent import Cycle, Descent
from build.nano.networks import MaskHead
from build.nano.pictures import draw_painting

PART = CropSegmenter(file="segmenter.onnx", size=64, margin=0.12)
JITTER = 0.08  # of the box's sides, each edge on its own
LONGER_PX = (128, 512)
CYCLE = Cycle(peak_rate=4e-3, warm_up=0.1)


def draw_batch(size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Returns crops (size, 4, 64, 64) and the share of each crop's pixel that the object covers (size, 64, 64)."""
    inputs: list[NDArray[np.float32]] = []
    targets: list[NDArray[np.float32]] = []
    while sum(map(len, inputs)) < size:
        painting = draw_painting(rng, int(rng.integers(*LONGER_PX)))
        exact = painting.boxes_px
        sides = np.tile(exact[:, 2:] - exact[:, :2], 2)
        boxes = exact + sides * rng.uniform(-JITTER, JITTER, exact.shape)
        inputs.append(crops(Picture.from_array(painting.rgb), boxes, PART))
        regions = grow(boxes, PART.margin)
        targets += [mask_crop(mask, region) for mask, region in zip(painting.masks, regions, strict=True)]
    return torch.from_numpy(np.concatenate(inputs)[:size]), torch.from_numpy(np.stack(targets)[:size])


def mask_crop(mask: NDArray[np.bool_], region: NDArray[np.float64]) -> NDArray[np.float32]:
    """Resamples the part of a mask (h, w) in `region` (x0, y0, x1, y1 in pixels, may reach outside) to a crop's square.

    Returns the covered share of each pixel, (64, 64).
    """
    affine = (
        (region[2] - region[0]) / PART.size, 0, region[0],
        0, (region[3] - region[1]) / PART.size, region[1],
    )  # fmt: skip
    square = Image.fromarray(mask.astype(np.float32)).transform(
        (PART.size, PART.size), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
    )
    return np.asarray(square)


def train(out: Path, n_steps: int, batch_size: int, seed: int) -> MaskHead:
    """Trains from scratch and saves into `out`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = MaskHead()
    descent = Descent(network, n_steps, CYCLE)
    for step in range(1, n_steps + 1):
        inputs, targets = draw_batch(batch_size, rng)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(inputs)
        loss = F.binary_cross_entropy_with_logits(logits.float(), targets) + dice_loss(logits.float(), targets)
        descent.step(loss)
        if step % 20 == 0 or step == n_steps:
            overlap = iou(logits.float(), targets).mean()
            log_line(out, step=step, of=n_steps, loss=float(loss.detach()), iou=float(overlap))
    save_checkpoint(out, network, n_steps)
    return network


def load_segmenter(folder: Path) -> MaskHead:
    """Reads the trained mask head, in evaluation mode."""
    return load_trained(folder, MaskHead())


def dice_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """1 - soft Dice coefficient of masks (B, h, w), mean over the batch.

    Source: Milletari et al., V-Net, 2016, section 3; one pixel added above and below keeps empty masks finite.
    """
    probability = torch.sigmoid(logits)
    shared = (probability * targets).sum((1, 2))
    return (1 - (2 * shared + 1) / (probability.sum((1, 2)) + targets.sum((1, 2)) + 1)).mean()


def iou(logits: Tensor, targets: Tensor) -> Tensor:
    """Intersection over union of each mask (B, h, w) at logit 0 and coverage 0.5: (B,)."""
    found, wanted = logits > 0, targets > 0.5
    return (found & wanted).sum((1, 2)) / (found | wanted).sum((1, 2)).clamp(min=1)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/nano/segmenter"))
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--batch", type=int, default=48, help="crops a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options.out, options.steps, options.batch, options.seed)


if __name__ == "__main__":
    main()
