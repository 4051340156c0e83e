"""BuboGPT's checkpoints at a small size, in the real files' formats, and what the published modules make of them.

The reference's inputs were drawn by torch from a seed and are drawn again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from build.dims import Dims, change_dims
from build.workshop import Quantize, Workshop

FOLDER = Path(__file__).parent / "data" / "bubogpt-small"
SOURCES = {
    name: FOLDER / f"{name}.pth" for name in ("eva_vit_g", "blip2_pretrained_flant5xxl", "bubogpt_7b", "imagebind_huge")
}
DIMS = change_dims(
    Dims(),
    {
        "img": 56, "v_dim": 48, "v_depth": 3, "v_heads": 4, "a_dim": 36, "a_depth": 3, "a_heads": 3,
        "q_hidden": 32, "q_layers": 4, "q_heads": 4, "q_ffn": 64, "nq": 8, "llm": 64,
    },
)  # fmt: skip


def small_workshop(folder: Path, quantize: Quantize) -> Workshop:
    return Workshop(DIMS, folder, folder, quantize, print, SOURCES)


def read_reference() -> dict[str, np.ndarray]:
    """`image` (2, 3, 56, 56), `mel` (2, 7, 1, 128, 204); `*_features` before and `*_embeddings` after the Q-Former."""
    with np.load(FOLDER / "reference.npz") as stored:
        reference = dict(stored)
    drawn = torch.Generator().manual_seed(int(reference["seed"]))
    reference["image"] = torch.randn(2, 3, DIMS.img, DIMS.img, generator=drawn).numpy()
    reference["mel"] = torch.randn(2, 7, 1, DIMS.mel_bins, DIMS.mel_frames, generator=drawn).numpy()
    return reference
