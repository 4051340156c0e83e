"""The network that tells, of a crop round a box, which pixels belong to the object that the box was drawn round."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from bubo_desktop.packs.manifest import CropSegmenter
from build.nano.eyes.network import Residual, conv
from build.nano.learnt import read_learnt

PART = CropSegmenter(file="segmenter.onnx", size=64, margin=0.15)
"""How crops are cut. With perfect answers, crops of 64 pixels give masks of IoU 0.995, those of 96 pixels 0.998: the
smaller ones, of which twice as many are seen in the same time, lose nothing that a network of this size could reach."""
WIDTHS = (32, 64, 96, 128)  # of the maps at a half, a quarter, an eighth and a sixteenth of the crop's side


class MaskNetwork(nn.Module):
    """A U-Net whose finest map is half as wide as the crop: pixels are folded into channels and out again.

    Source: Ronneberger et al., U-Net, 2015, figure 1 (here the levels are added, not concatenated).

    Args:
        widths: of the maps, from fine to coarse.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        steps = list(pairwise(widths))
        self.enter = nn.Sequential(nn.PixelUnshuffle(2), conv(16, widths[0]), Residual(widths[0]))
        self.down = nn.ModuleList(nn.Sequential(conv(fine, coarse, 2), Residual(coarse)) for fine, coarse in steps)
        self.raise_ = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in steps)
        self.merge = nn.ModuleList(Residual(fine) for fine, _ in steps)
        self.leave = nn.Sequential(nn.Conv2d(widths[0], 4, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, crops: Tensor) -> Tensor:
        """crops: (B, 4, size, size) as `CropSegmenter` says -> mask_logits (B, size, size); size a multiple of 16."""
        maps = [self.enter(crops)]
        for down in self.down:
            maps.append(down(maps[-1]))
        joined = maps.pop()
        for level in reversed(range(len(maps))):
            raised = F.interpolate(self.raise_[level](joined), scale_factor=2.0, mode="nearest")
            joined = self.merge[level](maps[level] + raised)
        logits: Tensor = self.leave(joined).squeeze(1)
        return logits


def load_masks(folder: Path) -> MaskNetwork:
    """Reads the newest network of a training run, in evaluation mode.

    Raises:
        BuildError: nothing was trained there.
    """
    network = MaskNetwork()
    network.load_state_dict(read_learnt(folder, "network", "masks"))
    return network.eval()
