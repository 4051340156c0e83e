"""Nano's eyes and ears as the Q-Formers see them: frozen encoders, and moments of the world with their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from build.nano.facts import N_IMAGE_QUERIES, SOUNDS, Scene, sound_slots
from build.nano.hearing import Encoder
from build.nano.networks import QUERY_WIDTH, Detector
from build.nano.pictures import Framed, draw_framed, in_reading_order
from build.nano.scenes import order_sounds, random_scene
from build.nano.sound_bank import SoundBank

IMAGE_TOKEN_WIDTH = 128 + QUERY_WIDTH + 4


class Eyes(nn.Module):
    """The frozen detector as an encoder: pixels (B, 3, 128, 128) -> tokens (B, 256, 196).

    A token is the fine map's feature of a place, its embedding as the grounder compares it with phrases, and its box
    in 0..1 of the frame.
    """

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels: (B, 3, 128, 128) -> tokens (B, 256, 196)."""
        fine = self.detector.backbone(pixels)
        embedding = self.detector.embedding(fine).flatten(2).transpose(1, 2)
        _, boxes = self.detector.ground(fine, self.detector.queries[:1])
        return torch.cat((fine.flatten(2).transpose(1, 2), embedding, boxes), -1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture, a sound or both at once: what is true of them, and what each query should stand for.

    `scene.objects` stand in reading order of the frame's cells, their boxes exact; the tokens are bfloat16
    (256, 196) and (steps, width), zeros where there is no picture or no sound.
    """

    scene: Scene
    image_slots: list[list[str]]
    sound_slots: list[list[str]]
    image_tokens: Tensor
    sound_tokens: Tensor


class World:
    """Draws and plays random scenes, and looks at and listens to them with the frozen encoders."""

    def __init__(self, eyes: Eyes, ears: Encoder, bank: SoundBank, seed: int) -> None:
        self.eyes, self.ears, self.bank = eyes.eval(), ears.eval(), bank
        self.rng = np.random.default_rng(seed)

    @torch.no_grad()
    def moments(self, n: int) -> list[Moment]:
        """Returns `n` moments of random scenes."""
        scenes = [random_scene(Random(int(self.rng.integers(2**62)))) for _ in range(n)]
        framed = [draw_framed(self.rng, scene.objects) if scene.objects is not None else None for scene in scenes]
        clips = [self._play(scene.sounds) if scene.sounds is not None else None for scene in scenes]
        images = _encode(self.eyes, [picture.pixels if picture else None for picture in framed])
        sounds = _encode(self.ears, [clip[0] if clip else None for clip in clips])
        return [_moment(*parts) for parts in zip(framed, clips, images, sounds, strict=True)]

    def _play(self, wanted: Sequence[str]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
        """Plays sounds into one clip; returns its mel and those of them that can be heard in it."""
        mel, targets = self.bank.example(self.rng, [SOUNDS.index(sound) for sound in wanted])
        return mel, order_sounds([SOUNDS[k] for k in np.flatnonzero(targets.max(0) > 0)])


def _encode(encoder: nn.Module, inputs: Sequence[NDArray[np.float32] | None]) -> list[Tensor]:
    """Encodes those that are there in one batch; the others become zeros."""
    there = {k: array for k, array in enumerate(inputs) if array is not None}
    with torch.autocast("cpu", torch.bfloat16):
        tokens = encoder(torch.from_numpy(np.stack(list(there.values())))).bfloat16()
    found = dict(zip(there, tokens, strict=True))
    return [found.get(k, torch.zeros_like(tokens[0])) for k in range(len(inputs))]


def _moment(
    framed: Framed | None,
    clip: tuple[NDArray[np.float32], tuple[str, ...]] | None,
    image_tokens: Tensor,
    sound_tokens: Tensor,
) -> Moment:
    image_slots: list[list[str]] = [[] for _ in range(N_IMAGE_QUERIES)]
    objects = None
    if framed is not None:
        cells, objects = in_reading_order(framed)
        for cell, thing in zip(cells, objects, strict=True):
            image_slots[cell] += thing.words
    sounds = None if clip is None else clip[1]
    return Moment(Scene(objects, sounds), image_slots, sound_slots(sounds or ()), image_tokens, sound_tokens)
