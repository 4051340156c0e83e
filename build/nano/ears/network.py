"""The network that hears: a convolutional encoder of log-mel clips, and the tagger that names what sounds when.

It is convolutional in time throughout, so that it learns from short clips and hears long ones.
"""

from __future__ import annotations

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from bubo_desktop.packs.manifest import MelInput
from build.nano.networks import Residual, conv

CLIP_S = 12.0  # what the pack's ears hear at once
STEP_S = 0.08
FRAMES_PER_STEP = 8  # of 10 ms, which is the filterbank's
N_MELS = 64
CHANNELS = (24, 48, 96, 160)
WIDTH = 192
DILATIONS = (1, 2, 4, 8)  # of the last blocks, in steps: each token sees about 2.5 s to either side


def mel_input(clip_s: float = CLIP_S) -> MelInput:
    """How clips of `clip_s` become what the network reads.

    Source of mean and std: ImageBind audio preprocessing, github.com/facebookresearch/ImageBind.
    """
    n_frames = round(clip_s / STEP_S) * FRAMES_PER_STEP
    return MelInput(rate_hz=16_000, n_mels=N_MELS, n_frames=n_frames, mean=-4.268, std=9.138, clip_s=clip_s)


class OverTime(nn.Module):
    """Two convolutions over steps around a shortcut, the first with gaps."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, (1, 3), padding=(0, dilation), dilation=(1, dilation), bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(inplace=True),
        )
        self.second = nn.Sequential(nn.Conv2d(WIDTH, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH))

    def forward(self, steps: Tensor) -> Tensor:
        """steps: (B, WIDTH, 1, n_steps) -> the same shape, not negative."""
        return F.relu(steps + self.second(self.first(steps)))


class Encoder(nn.Module):
    """Hears a clip: mel (B, 1, N_MELS, n_frames), normalised -> one token per step (B, n_steps, WIDTH).

    The tokens are the hidden features that the tagger reads linearly; `n_steps` is an eighth of `n_frames`.
    """

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = [conv(1, CHANNELS[0], stride=2)]
        for n_in, n_out in pairwise(CHANNELS[:-1]):
            stages += [conv(n_in, n_out, stride=2), Residual(n_out)]
        stages += [
            nn.Conv2d(CHANNELS[-2], CHANNELS[-1], 3, (2, 1), 1, bias=False),
            nn.BatchNorm2d(CHANNELS[-1]),
            nn.ReLU(inplace=True),
            Residual(CHANNELS[-1]),
        ]
        self.stages = nn.Sequential(*stages)
        height = N_MELS // 2 ** len(CHANNELS)
        self.over_pitch = nn.Sequential(
            nn.Conv2d(CHANNELS[-1], WIDTH, (height, 1), bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(inplace=True)
        )
        self.over_time = nn.Sequential(*(OverTime(dilation) for dilation in DILATIONS))

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (B, 1, N_MELS, n_frames) -> tokens (B, n_steps, WIDTH), not negative."""
        tokens: Tensor = self.over_time(self.over_pitch(self.stages(mel)))
        return tokens.squeeze(2).transpose(1, 2)


class SoundTagger(nn.Module):
    """Names what sounds in each step of one clip; `classify` reads the encoder's tokens, `smooth` calms it."""

    def __init__(self, n_labels: int) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.classify = nn.Linear(WIDTH, n_labels)
        self.smooth = nn.AvgPool1d(3, stride=1, padding=1, count_include_pad=False)
        nn.init.constant_(self.classify.bias, -4.0)  # at first nothing sounds: each label is rare

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (B, 1, 1, N_MELS, n_frames), as in the manifest: one clip -> logits (B, n_steps, n_labels)."""
        logits: Tensor = self.classify(self.encoder(mel.squeeze(1)))
        return self.smooth(logits.transpose(1, 2)).transpose(1, 2)
