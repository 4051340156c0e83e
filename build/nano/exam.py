"""Fresh pictures, recordings and questions with known answers, as files, for measuring the engine that ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """One scene on disk and what is asked about it.

    `boxes_px` are float64 (objects, 4), x0, y0, x1, y1, and `masks` bool (objects, h, w), in the order of
    `scene.objects`; both are empty where there is no picture.
    """

    scene: Scene
    picture: Path | None
    recording: Path | None
    boxes_px: NDArray[np.float64]
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
    objects = picture = recording = None
    boxes_px, masks = np.zeros((0, 4)), np.zeros((0, 1, 1), np.bool_)
    if wanted.objects is not None:
        picture = stem.with_suffix(".png")
        painting = draw_painting(rng, int(rng.integers(*LONGER_PX)), wanted.objects)
        objects, boxes_px, masks = _in_order(painting)
        Image.fromarray(painting.rgb).save(picture)
    if wanted.sounds is not None:
        recording = stem.with_suffix(".wav")
        soundfile.write(recording, _play(wanted.sounds, rng), RATE_HZ)
    scene = Scene(objects, wanted.sounds)
    questions = tuple(ask_about(scene, chance) for _ in range(n_questions))
    return Sitting(scene, picture, recording, boxes_px, masks, questions)


def _in_order(painting: Painting) -> tuple[tuple[Placed, ...], NDArray[np.float64], NDArray[np.bool_]]:
    """Objects in reading order, and their boxes and masks in the same order."""
    _, ordered = in_reading_order(frame(painting))
    places = [painting.objects.index(thing) for thing in ordered]
    return ordered, painting.boxes_px[places], painting.masks[places]


def _play(sounds: Sequence[str], rng: np.random.Generator) -> NDArray[np.float32]:
    """Recording of the sounds, or of silence where there are none."""
    return mix(sounds, rng, rng.uniform(*DURATION_S))[0] if sounds else np.zeros(2 * RATE_HZ, np.float32)
