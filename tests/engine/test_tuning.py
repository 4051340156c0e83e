"""Tuning is measured once per file and machine, and survives a damaged or unwritable memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import psutil
import pytest

from bubo_desktop.engine import tuning
from bubo_desktop.engine.tuning import CACHE_NAME, Tuning, clamped_tuning, measure_tuning, remembered_tuning
from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import LanguagePart
from tests.engine.tiny_language import TinyShape, write_part


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return write_part(folder, TinyShape(n_layers=1)), folder


@pytest.fixture
def _one_core() -> Iterator[None]:
    """With more threads than idle cores, measuring takes long; what is remembered does not depend on them."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot bind a process to a core")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


def test_what_is_measured_can_be_used(tiny: tuple[LanguagePart, Path]) -> None:
    measured = measure_tuning(*tiny)
    assert clamped_tuning(measured) == measured


@pytest.mark.usefixtures("_one_core")
def test_progress_is_told_where_there_is_any(tiny: tuple[LanguagePart, Path], tmp_path: Path) -> None:
    told: list[float] = []
    for _ in range(2):
        remembered_tuning(*tiny, tmp_path, told.append)
    assert told == [0.0, 0.5, 1.0]


@pytest.mark.usefixtures("_one_core")
def test_nothing_is_repacked_where_memory_is_short(
    tiny: tuple[LanguagePart, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    packings: list[bool] = []
    best_packed = tuning._best_packed
    monkeypatch.setattr(tuning, "_best_packed", lambda *args: (packings.append(args[1]), best_packed(*args))[1])
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    assert not measure_tuning(*tiny).repack
    assert packings == [False]


@pytest.mark.usefixtures("_one_core")
def test_what_was_measured_is_remembered(tiny: tuple[LanguagePart, Path], tmp_path: Path) -> None:
    measured = remembered_tuning(*tiny, tmp_path)
    cache = tmp_path / CACHE_NAME
    (key,) = msgspec.json.decode(cache.read_bytes(), type=dict[str, Tuning])
    other = Tuning(not measured.repack, 1, 17)
    cache.write_bytes(msgspec.json.encode({key: other}))
    assert remembered_tuning(*tiny, tmp_path) == other


@pytest.mark.usefixtures("_one_core")
def test_a_changed_file_is_measured_again(tmp_path: Path) -> None:
    remembered_tuning(write_part(tmp_path, TinyShape(n_layers=1)), tmp_path, tmp_path)
    remembered_tuning(write_part(tmp_path, TinyShape(n_layers=2)), tmp_path, tmp_path)
    assert len(msgspec.json.decode((tmp_path / CACHE_NAME).read_bytes())) == 2


@pytest.mark.usefixtures("_one_core")
@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"[]", b'{"a": {"repack": 3}}', b'{"a"'])
def test_a_damaged_memory_is_written_anew(tiny: tuple[LanguagePart, Path], tmp_path: Path, damage: bytes) -> None:
    cache = tmp_path / CACHE_NAME
    cache.write_bytes(damage)
    measured = remembered_tuning(*tiny, tmp_path)
    assert list(msgspec.json.decode(cache.read_bytes(), type=dict[str, Tuning]).values()) == [measured]


@pytest.mark.usefixtures("_one_core")
def test_a_memory_that_cannot_be_written_does_no_harm(tiny: tuple[LanguagePart, Path], tmp_path: Path) -> None:
    assert clamped_tuning(remembered_tuning(*tiny, tmp_path / "no such folder"))


def test_a_missing_file_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="missing"):
        remembered_tuning(LanguagePart("none.gguf", 64, 256, "F32"), tmp_path, tmp_path)
