"""Small pictures and recordings, as the fake parts know them."""

from pathlib import Path

import numpy as np
import soundfile
from PIL import Image


def draw_picture(path: Path, width: int = 16, height: int = 16) -> Path:
    """A picture in which the fake eyes see a dog."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)).save(path)
    return path


def record_barking(path: Path) -> Path:
    """A recording in which the fake ears hear barking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.linspace(1, 0, 1600) * np.resize([0.9, -0.9], 1600), 16_000)
    return path


def record_silence(path: Path) -> Path:
    """A recording in which they hear nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(1600), 16_000)
    return path
