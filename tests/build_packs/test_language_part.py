"""The language step: what it takes, what it refuses, and what it says of the result."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from safetensors.torch import load_file, save_file

from build.dims import Dims, read_dims
from build.errors import BuildError
from build.parts.language import make
from build.workshop import Made, Workshop

SMALL = Path(__file__).parents[1] / "parity" / "data" / "bubogpt-small"
DIMS = read_dims(SMALL / "dims.json", Dims())
OPTIONS = {"source": "vicuna", "n_ctx": 2048, "quantization": "Q4_K_M", "precision": "F32"}


@pytest.fixture
def vicuna(tmp_path: Path) -> Path:
    """A copy of the small checkpoint, to be spoilt."""
    return Path(shutil.copytree(SMALL / "vicuna", tmp_path / "vicuna"))


def run(folder: Path, source: Path, quantize: str = "int4", dims: Dims = DIMS, **options: object) -> Made:
    for name in ("out", "scratch"):
        (folder / name).mkdir()
    workshop = Workshop(dims, folder / "out", folder / "scratch", quantize, lambda _: None, {"vicuna": source})
    made = make(workshop, OPTIONS | options)
    assert list((folder / "scratch").iterdir()) == []
    assert [path.name for path in (folder / "out").iterdir()] == ["language.gguf"]
    return made


def test_types_that_llama_cpp_chose_otherwise_are_reported(tmp_path: Path, vicuna: Path) -> None:
    made = run(tmp_path, vicuna)
    assert made.part.quantization == "Q4_K_M"
    assert made.part.width == 64
    assert made.figures["n_fallbacks"] == 23  # all matrices: no row of this small network fills a block of 256
    assert made.figures["stored_as_Q8_0"] == "output.weight, blk.2.attn_v.weight, blk.2.ffn_down.weight"
    assert made.figures["lowest_weight_cosine"] > 0.998  # Q5_0 keeps 5 bits of normal weights


def test_unquantised_is_what_it_was(tmp_path: Path, vicuna: Path) -> None:
    made = run(tmp_path, vicuna, quantize="none")
    assert made.part.quantization == "F32"
    assert made.figures["n_fallbacks"] == 0
    assert made.figures["lowest_weight_cosine"] == pytest.approx(1.0, abs=1e-6)  # of float32 sums


def test_a_part_of_a_larger_checkpoint_is_taken_by_its_prefix(tmp_path: Path, vicuna: Path) -> None:
    for shard in vicuna.glob("*.safetensors"):
        tensors = {f"language_model.{name}": tensor for name, tensor in load_file(shard).items()}
        save_file(tensors | {f"vision_model.{shard.stem}": next(iter(tensors.values())).clone()}, shard)
    config = json.loads((vicuna / "config.json").read_text())
    (vicuna / "config.json").write_text(json.dumps({"model_type": "instructblip", "text_config": config}))
    made = run(tmp_path, vicuna, quantize="none", prefix="language_model.")
    assert made.figures["n_fallbacks"] == 0


def test_other_sizes_are_told_together(tmp_path: Path, vicuna: Path) -> None:
    dims = msgspec.structs.replace(DIMS, llm=128, llm_layers=4)
    with pytest.raises(BuildError, match="width 64 instead of 128, layers 3 instead of 4"):
        run(tmp_path, vicuna, dims=dims)


def test_unknown_and_missing_tensors_are_named(tmp_path: Path, vicuna: Path) -> None:
    shard = next(vicuna.glob("model-00001*"))
    tensors = load_file(shard)
    name, tensor = tensors.popitem()
    save_file(tensors, shard)
    with pytest.raises(BuildError, match=f"lacks {name}"):
        run(tmp_path, vicuna)
    shutil.rmtree(tmp_path / "out")
    shutil.rmtree(tmp_path / "scratch")
    save_file(tensors | {name: tensor, "model.layers.0.adapter.weight": tensor.clone()}, shard)
    with pytest.raises(BuildError, match=r"model\.layers\.0\.adapter\.weight"):
        run(tmp_path, vicuna)


def test_a_network_of_another_kind_is_refused(tmp_path: Path, vicuna: Path) -> None:
    (vicuna / "config.json").write_text('{"model_type": "mistral"}')
    with pytest.raises(BuildError, match="'mistral' instead of 'llama'"):
        run(tmp_path, vicuna)
