"""The sample pictures and recordings that ship with nano, drawn and played by code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import numpy as np
import soundfile
from PIL import Image

from build.world.facts import NATURAL, Placed, Vocabulary
from build.world.painter import Painter
from build.world.sounds.mixing import mix
from build.world.sounds.tones import RATE_HZ

LICENCE = Path(__file__).with_name("OFL.txt")  # of the pictograms
SIZE_PX = (640, 480)
DURATION_S = 4.0


@dataclass(frozen=True, slots=True)
class Spot:
    """An object of a sample: its centre in 0..1 of the picture, its side in 0..1 of the longer side."""

    label: str
    x: float
    y: float
    side: float
    colour: str = NATURAL

    def place(self) -> Placed:
        """The object in its box, which is square in pixels."""
        across, down = self.side / 2, self.side / 2 * SIZE_PX[0] / SIZE_PX[1]
        return Placed(
            self.label, self.colour, (self.x - across, self.y - down, self.x + across, self.y + down), self.side
        )


PICTURES: dict[str, tuple[int, tuple[Spot, ...]]] = {  # a seed for all that chance decides, and what is to be seen
    "garden": (18, (
        Spot("dog", 0.16, 0.72, 0.27), Spot("tree", 0.85, 0.36, 0.28), Spot("car", 0.60, 0.83, 0.21, "red"),
        Spot("bird", 0.38, 0.17, 0.16),
    )),
    "music_room": (10, (
        Spot("bell", 0.62, 0.30, 0.19), Spot("guitar", 0.15, 0.60, 0.28), Spot("cat", 0.86, 0.67, 0.24, "purple"),
        Spot("drum", 0.40, 0.82, 0.2),
    )),
}  # fmt: skip
SOUNDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "dog": (1, ("barking",)),
    "bell_and_cat": (1, ("ringing", "meowing")),
    "train": (1, ("whistling",)),
}


def write_samples(folder: Path, vocabulary: Vocabulary) -> None:
    """Writes every sample, and the pictograms' licence, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    copyfile(LICENCE, folder / LICENCE.name)
    painter = Painter(vocabulary)
    for name, (seed, spots) in PICTURES.items():
        objects = tuple(spot.place() for spot in spots)
        painting = painter.paint(objects, *SIZE_PX, np.random.default_rng(seed))
        assert len(painting.objects) == len(objects), f"an object of {name} hides another"
        Image.fromarray(painting.rgb).save(folder / f"{name}.png", optimize=True)
    for name, (seed, sounds) in SOUNDS.items():
        samples, heard = mix(sounds, np.random.default_rng(seed), DURATION_S, n_strangers=0)
        assert len(heard) == len(sounds), f"a sound of {name} drowns"
        soundfile.write(folder / f"{name}.wav", samples, RATE_HZ, subtype="PCM_16")
