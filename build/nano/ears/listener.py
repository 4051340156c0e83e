"""The Q-Former of nano's ears: its queries begin at the labels that the tagger is surest of, where each sets in.

A query listens where its label sounds and to the other queries, and says whether the sound is really there and when it
begins. Slots are the sounds in order of their beginnings over all clips, so that the order need not be learnt.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.nano.ears.network import STEP_S, WIDTH, SoundTagger
from build.nano.queries import Block, line_up, pick

N_CANDIDATES = 6  # labels among which the N_SOUND_SLOTS that sound are found
_ONSET = 0.5  # of a label's highest score: above it, it sounds


class Noticed(NamedTuple):
    """What n queries say of a recording, that of the surest label first.

    Attributes:
        label: int64 (B, n).
        nothing: logits (B, n) of its not being heard.
        start_s: (B, n) when it begins.
    """

    label: Tensor
    nothing: Tensor
    start_s: Tensor


class Listener(nn.Module):
    """Recordings -> what N_CANDIDATES queries say.

    Args:
        tagger: whose tokens and scores are read; its weights are used as they are.
        n_slots: sounds that are told at most.
        width: of a query.
    """

    def __init__(self, tagger: SoundTagger, n_slots: int, width: int = 96) -> None:
        super().__init__()
        self.tagger, self.n_slots, self.n_labels = tagger, n_slots, tagger.classify.out_features
        self.enter = nn.Linear(2 * WIDTH + self.n_labels + 1, width)
        self.block = Block(width, WIDTH)
        self.norm, self.speak = nn.LayerNorm(width), nn.Linear(width, 2)

    def forward(self, mel: Tensor) -> Noticed:
        """mel: (B, clips, 1, n_mels, n_frames) -> what the queries say."""
        tokens = self.tagger.encoder(mel.flatten(0, 1))
        tokens = tokens.reshape(mel.shape[0], -1, WIDTH)
        scores = self.tagger.smooth(self.tagger.classify(tokens).transpose(1, 2)).float()
        loudest, label = scores.amax(-1).topk(N_CANDIDATES)
        tracks = pick(scores, label)
        first, peak = _onset(tracks), tracks.argmax(-1)
        names = F.one_hot(label, self.n_labels).to(tokens.dtype)
        queries = self.enter(torch.cat((pick(tokens, first), pick(tokens, peak), names, loudest[..., None]), -1))
        queries = self.block(queries, tokens, -F.softplus(-tracks)[:, None])
        doubt, shift = self.speak(self.norm(queries)).float().unbind(-1)
        return Noticed(label, doubt - loudest, (first + shift) * STEP_S)

    def bags(self, noticed: Noticed) -> Tensor:
        """How much each word holds in each slot, in 0..1: (B, n_slots, 2 * labels + n_slots + 1).

        The words are those for the sources of all labels, for the labels, for the slot's place in the order, and the
        one for nothing.
        """
        order = line_up(noticed.start_s.clamp(0), noticed.nothing, self.n_slots)
        names = F.one_hot(noticed.label.gather(1, order), self.n_labels)
        place = torch.eye(self.n_slots, device=names.device).expand(names.shape[0], -1, -1)
        nothing = torch.sigmoid(noticed.nothing.gather(1, order))[..., None]
        return torch.cat((torch.cat((names, names, place), -1) * (1 - nothing), nothing), -1)


def _onset(tracks: Tensor) -> Tensor:
    """The first step at which each of tracks (B, n, steps) of logits sounds: int64 (B, n)."""
    score = torch.sigmoid(tracks)
    steps = torch.arange(tracks.shape[-1], device=tracks.device).expand_as(tracks)
    return torch.where(score >= _ONSET * score.amax(-1, keepdim=True), steps, tracks.shape[-1]).amin(-1)
