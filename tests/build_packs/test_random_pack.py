"""A pack of random weights is made by the real steps, in parts, and passes for a pack."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.vision import Vision
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import MANIFEST_NAME, read_manifest
from build.calibration import draw_pictures
from build.dims import Dims
from build.errors import BuildError
from build.random_pack import RECIPES, RandomWorkshop, make_random_pack
from build.recipe import Recipe, read_recipe

SIZES = {
    "a_dim": 24, "a_depth": 1, "a_heads": 2, "q_hidden": 16, "q_layers": 1, "q_heads": 2, "q_ffn": 32, "nq": 4,
    "llm": 256, "llm_layers": 3, "llm_heads": 4, "llm_ffn": 512, "vocab": 1500,
}  # fmt: skip


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return msgspec.structs.replace(read_recipe(RECIPES / "bubogpt-7b.toml"), dims=SIZES)


def test_a_pack_is_made_in_parts(recipe: Recipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_random_pack(recipe, tmp_path, "int4", only=("hearing",))
    assert not (tmp_path / MANIFEST_NAME).exists()
    assert "no language network yet" in capsys.readouterr().out
    made_ns = (tmp_path / "hearing.onnx").stat().st_mtime_ns
    make_random_pack(recipe, tmp_path, "int4", only=("language",))
    manifest = read_manifest(tmp_path)
    assert check_files(tmp_path, manifest) == []
    assert (manifest.id, manifest.provenance["weights"]) == ("bubogpt-7b-random", "random")
    assert manifest.parts.hearing is not None
    assert (manifest.parts.language.width, manifest.parts.language.quantization) == (256, "Q4_K_M")
    assert (tmp_path / "hearing.onnx").stat().st_mtime_ns == made_ns


def test_eyes_that_read_questions_are_drawn_too(tmp_path: Path) -> None:
    eyes = {"img": 28, "v_dim": 48, "v_depth": 1, "v_heads": 4}
    recipe = msgspec.structs.replace(read_recipe(RECIPES / "instructblip-vicuna-7b.toml"), dims=SIZES | eyes)
    make_random_pack(recipe, tmp_path, "none", only=("language", "question_vision"))
    part = read_manifest(tmp_path).parts.vision
    assert part is not None
    vision = Vision(part, Shelf(tmp_path, 1))
    seen = vision.see(draw_pictures(1, 40, 30)[0])
    rows = [vision.read_for(question, seen) for question in ("What is this?", "How many are there?")]
    assert rows[0].shape == (4, 256)
    assert not np.allclose(*rows, atol=1e-3)


def test_unknown_steps_are_told(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no step called smell; it has language, vision"):
        make_random_pack(recipe, tmp_path, "int4", only=("smell",))


def test_checkpoints_are_the_same_whenever_they_are_drawn(tmp_path: Path) -> None:
    shapes = {"source": {"layer.weight": (3, 4), "layer.bias": (3,)}}
    workshop = RandomWorkshop(Dims(), tmp_path, tmp_path, "int4", print, shapes=shapes)
    first, second = workshop.checkpoint("source"), workshop.checkpoint("source")
    assert {name: tensor.shape for name, tensor in first.items()} == shapes["source"]
    assert all((first[name].read() == second[name].read()).all() for name in first)
