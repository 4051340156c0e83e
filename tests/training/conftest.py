"""Stages at the small size: the reference checkpoints, and data sets of a few drawn files in their own formats."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image

from tests.parity.small_sources import FOLDER

ROOT = Path(__file__).parents[2]
RATE_HZ = 16_000
N_SAMPLES = 6


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are slower on two threads."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference checkpoints as a folder of sources, with a projection in MiniGPT-4's form."""
    folder = tmp_path_factory.mktemp("sources")
    for path in FOLDER.iterdir():
        (folder / path.name).symlink_to(path)
    projection = {"llama_proj.weight": torch.randn(64, 32) / 8, "llama_proj.bias": torch.zeros(64)}
    torch.save({"model": projection}, folder / "prerained_minigpt4_7b.pth")
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of data sets, each of a few files in its published form."""
    folder = tmp_path_factory.mktemp("data")
    _write_wavcaps(folder / "wavcaps")
    _write_captions(folder)
    (folder / "data.toml").write_text(
        """wavcaps = "wavcaps"
held_back = 0.3
cc_sbu_align = { captions = "pictures.json", pictures = "pictures" }
clotho_detail = { captions = "sounds.json", sounds = "sounds" }
"""
    )
    return folder / "data.toml"


def _write_wavcaps(folder: Path) -> None:
    """One shard of `.flac` and `.json` pairs."""
    folder.mkdir()
    with tarfile.open(folder / "0000.tar", "w") as shard:
        for number in range(N_SAMPLES):
            encoded = io.BytesIO()
            soundfile.write(encoded, _tone(number), RATE_HZ, format="FLAC")
            facts = {
                "id": str(number),
                "download_link": "https://freesound.org/",
                "caption": f"A tone of the number {number} is heard",
            }
            _add(shard, f"{number}.flac", encoded.getvalue())
            _add(shard, f"{number}.json", json.dumps(facts).encode())


def _write_captions(folder: Path) -> None:
    """Pictures and sounds with captions of their own, as cc_sbu_align and Clotho-Detail have them."""
    (folder / "pictures").mkdir()
    (folder / "sounds").mkdir()
    rng = np.random.default_rng(0)
    for number in range(N_SAMPLES):
        Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8)).save(folder / "pictures" / f"{number}.jpg")
        soundfile.write(folder / "sounds" / f"{number}.wav", _tone(number), RATE_HZ)
    for file, key in (("pictures.json", "image_id"), ("sounds.json", "audio_id")):
        captions = [{key: str(number), "caption": f"Number {number}."} for number in range(N_SAMPLES)]
        (folder / file).write_text(json.dumps({"annotations": captions}))


def _tone(number: int) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 220 * (number + 1) * np.arange(RATE_HZ // 2) / RATE_HZ).astype(np.float32)


def _add(shard: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    shard.addfile(member, io.BytesIO(content))
