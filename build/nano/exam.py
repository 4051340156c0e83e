"""Fresh pictures, recordings and questions with known answers, as files, for measuring the engine that ships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from build.nano.dialogues import Dialogue, ask_about
from build.nano.facts import Placed, Scene
from build.nano.painter import Painting
from build.nano.pictures import draw_painting, frame, in_reading_order
from build.nano.scenes import random_scene
from build.nano.sound_tones import RATE_HZ
from build.nano.synthesiser import mix

LONGER_PX = (160, 720)
DURATION_S = (1.5, 5.0)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One scene on disk and what is asked about it. `masks` are bool (objects, h, w) in the order of `scene.objects`."""

    scene: Scene
    picture: Path | None
    recording: Path | None
    size_px: tuple[int, int]
    masks: NDArray[np.bool_]
    questions: tuple[Dialogue, ...]


def draw_exam(n_scenes: int, n_questions: int, seed: int, folder: Path) -> Iterator[Sitting]:
    """Draws scenes one after another, writing `folder/N.png` and `folder/N.wav` where the scene has them."""
    for number in range(n_scenes):
        rng = np.random.default_rng([seed, number])
        yield _draw_sitting(rng, n_questions, folder / str(number))


def _draw_sitting(rng: np.random.Generator, n_questions: int, stem: Path) -> Sitting:
    chance = Random(int(rng.integers(2**62)))
    wanted = random_scene(chance)
    objects, masks, size_px = None, np.zeros((0, 1, 1), np.bool_), (0, 0)
    if wanted.objects is not None:
        painting = draw_painting(rng, int(rng.integers(*LONGER_PX)), wanted.objects)
        objects, masks = _in_order(painting)
        size_px = (painting.rgb.shape[1], painting.rgb.shape[0])
        Image.fromarray(painting.rgb).save(stem.with_suffix(".png"))
    if wanted.sounds is not None:
        samples, _ = (
            mix(wanted.sounds, rng, rng.uniform(*DURATION_S))
            if wanted.sounds
            else (np.zeros(2 * RATE_HZ, np.float32), ())
        )
        soundfile.write(stem.with_suffix(".wav"), samples, RATE_HZ)
    scene = Scene(objects, wanted.sounds)
    return Sitting(
        scene,
        stem.with_suffix(".png") if objects is not None else None,
        stem.with_suffix(".wav") if wanted.sounds is not None else None,
        size_px,
        masks,
        tuple(ask_about(scene, chance) for _ in range(n_questions)),
    )


def _in_order(painting: Painting) -> tuple[tuple[Placed, ...], NDArray[np.bool_]]:
    """Objects in reading order, and their masks in the same order."""
    _, ordered = in_reading_order(frame(painting))
    places = [painting.objects.index(thing) for thing in ordered]
    return ordered, painting.masks[places]
