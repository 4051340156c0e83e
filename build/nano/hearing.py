"""The network that hears: a convolutional encoder of log-mel clips, and the tagger that names what sounds when."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from bubo_desktop.packs.manifest import MelInput
from build.nano.facts import SOUNDS
from build.nano.networks import Residual, conv

# Source of mean and std: ImageBind audio preprocessing, github.com/facebookresearch/ImageBind.
MEL = MelInput(rate_hz=16_000, n_mels=128, n_frames=204, mean=-4.268, std=9.138, clip_s=2.0)
CHANNELS = (24, 48, 96, 192)
STRIDE = 2 ** len(CHANNELS)
WIDTH = CHANNELS[-1]
N_STEPS = -(-MEL.n_frames // STRIDE)
STEP_S = MEL.clip_s / N_STEPS  # so that the steps of consecutive clips follow each other without a gap


class Encoder(nn.Module):
    """Hears a clip: mel (B, 1, 128, 204), normalised -> one token per time step (B, N_STEPS, WIDTH).

    The tokens are the hidden features that the tagger reads linearly; each sees about a second around its step.
    """

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = [conv(1, CHANNELS[0], stride=2)]
        for n_in, n_out in pairwise(CHANNELS):
            stages += [conv(n_in, n_out, stride=2), Residual(n_out)]
        self.stages = nn.Sequential(*stages)
        self.over_pitch = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, (MEL.n_mels // STRIDE, 1), bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )
        self.over_time = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, (1, 5), padding=(0, 2), bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (B, 1, 128, 204) -> tokens (B, N_STEPS, WIDTH), not negative."""
        steps = self.over_pitch(self.stages(mel))
        return (steps + self.over_time(steps)).squeeze(2).transpose(1, 2)


class SoundTagger(nn.Module):
    """Names what sounds in each step of one clip; `classify` reads the encoder's tokens."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.classify = nn.Linear(WIDTH, len(SOUNDS))
        nn.init.constant_(self.classify.bias, -4.0)  # at first nothing sounds: each label is rare

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (B, 1, 1, 128, 204), as in the manifest: one clip -> logits (B, N_STEPS, labels)."""
        logits: Tensor = self.classify(self.encoder(mel.squeeze(1)))
        return logits
