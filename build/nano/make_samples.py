"""Draws and plays the sample pictures and sounds that ship with nano.

python -m build.nano.make_samples --out models/nano/samples
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from build.nano.facts import NATURAL
from build.nano.glyphs import object_glyph
from build.nano.sound_tones import RATE_HZ
from build.nano.synthesiser import mix

SAMPLE_SEED = 7
SIZE_PX = (640, 480)
DURATION_S = 3.0


@dataclass(frozen=True, slots=True)
class Spot:
    """An object of a sample: its centre in 0..1 of the picture, its longer side in pixels, its turn in degrees."""

    label: str
    x: float
    y: float
    side_px: int
    colour: str = NATURAL
    turn_deg: float = 0.0


Rgb = tuple[int, int, int]
MEADOW: tuple[Rgb, Rgb] = (188, 222, 245), (150, 190, 110)
ROOM: tuple[Rgb, Rgb] = (250, 236, 214), (205, 170, 130)
PICTURES: dict[str, tuple[tuple[Rgb, Rgb], tuple[Spot, ...]]] = {
    "garden": (MEADOW, (
        Spot("dog", 0.16, 0.72, 170), Spot("tree", 0.85, 0.40, 180), Spot("car", 0.62, 0.85, 130, "red"),
        Spot("bird", 0.38, 0.15, 100),
    )),
    "music_room": (ROOM, (
        Spot("bell", 0.62, 0.33, 120), Spot("guitar", 0.14, 0.62, 170, turn_deg=-6),
        Spot("cat", 0.86, 0.67, 150, "purple"), Spot("drum", 0.38, 0.85, 120),
    )),
}  # fmt: skip
SOUNDS: dict[str, tuple[str, ...]] = {
    "dog": ("barking",),
    "bell_and_cat": ("ringing", "meowing"),
    "train": ("chugging",),
}


def draw_sample(colours: tuple[Rgb, Rgb], spots: tuple[Spot, ...]) -> Image.Image:
    """Draws objects on a soft sky-to-ground gradient."""
    top, bottom = colours
    strip = Image.new("RGB", (1, 2))
    strip.putpixel((0, 0), top)
    strip.putpixel((0, 1), bottom)
    picture = strip.resize(SIZE_PX, Image.Resampling.BILINEAR)
    for spot in spots:
        glyph = object_glyph(spot.label, spot.colour).rotate(spot.turn_deg, Image.Resampling.BICUBIC, expand=True)
        scale = spot.side_px / max(glyph.size)
        glyph = glyph.resize((round(glyph.width * scale), round(glyph.height * scale)), Image.Resampling.LANCZOS)
        corner = round(spot.x * SIZE_PX[0] - glyph.width / 2), round(spot.y * SIZE_PX[1] - glyph.height / 2)
        picture.paste(glyph, corner, glyph)
    return picture


def make_samples(out: Path) -> None:
    """Writes every sample into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, (colours, spots) in PICTURES.items():
        draw_sample(colours, spots).save(out / f"{name}.png", optimize=True)
    for name, sounds in SOUNDS.items():
        samples, _ = mix(sounds, np.random.default_rng(SAMPLE_SEED), DURATION_S)
        soundfile.write(out / f"{name}.wav", samples, RATE_HZ, subtype="PCM_16")


def main() -> None:
    """Reads the command line and writes the samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("models/nano/samples"))
    make_samples(parser.parse_args().out)


if __name__ == "__main__":
    main()
