"""A pack of fake parts on disk, and files to ask about."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.packs.manifest import Manifest, PackFile, SelfTestCase
from tests.fakes.parts import fake_manifest


@pytest.fixture
def picture(tmp_path) -> Path:
    path = tmp_path / "dog.png"
    Image.fromarray(np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)).save(path)
    return path


@pytest.fixture
def sound(tmp_path) -> Path:
    path = tmp_path / "barking.wav"
    soundfile.write(path, np.linspace(1, 0, 16_000) * np.resize([0.9, -0.9], 16_000), 16_000)
    return path


@pytest.fixture
def write_pack(tmp_path, picture) -> Callable[..., Path]:
    """Writes a pack whose parts are empty files and whose manifest is the fake one with changes."""

    def write(**changes) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir()
        (folder / "dog.png").write_bytes(picture.read_bytes())
        for name in "lvhtgqse":
            (folder / name).touch()
        files = tuple(
            PackFile(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(folder.iterdir())
        )
        case = SelfTestCase(question="plain", image="dog.png", answer="dog", labels=("dog",))
        manifest: Manifest = msgspec.structs.replace(
            fake_manifest(), **{"files": files, "self_test": (case,), **changes}
        )
        (folder / "pack.json").write_bytes(msgspec.json.encode(manifest))
        return folder

    return write
