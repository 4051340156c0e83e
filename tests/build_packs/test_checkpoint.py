"""Checkpoints: read one tensor at a time, and never run."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from build.checkpoint import read_checkpoint, read_pickle
from build.errors import BuildError

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.bfloat16)}


class Code:
    """Writes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._marker),)


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "old format"])
def test_a_pickle_gives_its_tensors_as_float32(tmp_path: Path, is_zip: bool) -> None:
    path = tmp_path / "x.pth"
    torch.save({"model": TENSORS, "epoch": 3}, path, _use_new_zipfile_serialization=is_zip)
    tensors = read_pickle(path)
    assert {name: tensor.shape for name, tensor in tensors.items()} == {"a.weight": (2, 3), "b": (4,)}
    np.testing.assert_array_equal(tensors["a.weight"].read(), TENSORS["a.weight"].numpy())
    assert tensors["b"].read().dtype == np.float32


def test_tensors_stand_where_they_are_said_to(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"ema": TENSORS, "model": {}}, path)
    assert set(read_pickle(path, key="ema")) == set(TENSORS)
    assert read_pickle(path) == {}
    with pytest.raises(BuildError, match="no tensors under 'optimiser'"):
        read_pickle(path, key="optimiser")


@pytest.mark.parametrize("name", ["x.pth", "pytorch_model.bin"])
def test_code_in_a_pickle_is_never_run(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "ran"
    torch.save({"model": TENSORS, "hook": Code(marker)}, tmp_path / name)
    with pytest.raises(BuildError, match="holds more than tensors") as caught:
        read_pickle(tmp_path / name)
    assert not marker.exists()
    assert len(caught.value.problems) == 1


def test_a_bare_pickle_is_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "x.pth").write_bytes(pickle.dumps(Code(marker), protocol=2))
    with pytest.raises(BuildError, match=r"x\.pth"):
        read_pickle(tmp_path / "x.pth")
    assert not marker.exists()


def test_damaged_files_are_told_apart_from_good_ones(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "x.pth")
    content = (tmp_path / "x.pth").read_bytes()
    for name, damaged in {"cut": content[: len(content) // 2], "empty": b"", "words": b"no checkpoint at all"}.items():
        (tmp_path / f"{name}.pth").write_bytes(damaged)
        with pytest.raises(BuildError, match=rf"{name}\.pth"):
            read_pickle(tmp_path / f"{name}.pth")
    for at in range(0, len(content), 7):
        flipped = bytes([*content[:at], content[at] ^ 0xFF, *content[at + 1 :]])
        (tmp_path / "flipped.pth").write_bytes(flipped)
        with suppress(BuildError):  # and nothing else: some bytes may differ without harm
            read_pickle(tmp_path / "flipped.pth")
    (tmp_path / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0not a header")
    with pytest.raises(BuildError, match=r"model\.safetensors cannot be read"):
        read_checkpoint(tmp_path)


def test_a_folder_gives_all_its_shards_and_prefers_safetensors(tmp_path: Path) -> None:
    save_file({"a.weight": TENSORS["a.weight"]}, tmp_path / "model-00001-of-00002.safetensors")
    save_file({"b": TENSORS["b"]}, tmp_path / "model-00002-of-00002.safetensors")
    torch.save({"c": torch.ones(1)}, tmp_path / "pytorch_model.bin")
    assert set(read_checkpoint(tmp_path)) == {"a.weight", "b"}


def test_a_folder_of_bins_is_read_and_one_of_neither_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no"):
        read_checkpoint(tmp_path)
    torch.save(TENSORS, tmp_path / "pytorch_model-00001-of-00001.bin")
    np.testing.assert_array_equal(read_checkpoint(tmp_path)["a.weight"].read(), TENSORS["a.weight"].numpy())
