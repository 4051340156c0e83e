"""InstructBLIP's eyes, through their step and ONNX Runtime, against transformers at a tiny random configuration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import InstructBlipForConditionalGeneration, LlamaConfig

from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.vision import Vision
from bubo_desktop.packs.manifest import VisionPart
from build.checkpoint import read_checkpoint
from build.dims import Dims, change_dims
from build.errors import BuildError
from build.networks.instructblip import instructblip_table, read_instructblip
from build.parts import question_vision
from build.tensor_table import random_tensors
from build.workshop import Made, Workshop
from tests.parity.tiny_instructblip import SIZES, WORDS, draw_instructblip, write_instructblip

DIMS = change_dims(Dims(), {**SIZES, "llm": 40})
TOLERANCE = 1e-4  # another order of the same float32 sums


@pytest.fixture(scope="module")
def network() -> InstructBlipForConditionalGeneration:
    return draw_instructblip(
        LlamaConfig(vocab_size=16, hidden_size=40, intermediate_size=48, num_hidden_layers=1, num_attention_heads=2)
    )


@pytest.fixture(scope="module")
def source(network, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("instructblip")
    write_instructblip(network, folder)
    return folder


def make(source, folder, quantize="none") -> Made:
    (folder / "scratch").mkdir()
    workshop = Workshop(DIMS, folder, folder / "scratch", quantize, lambda _: None, {"instructblip": source})
    return question_vision.make(workshop, {"source": "instructblip"})


@pytest.fixture(scope="module")
def exported(source, tmp_path_factory) -> tuple[Made, Path]:
    folder = tmp_path_factory.mktemp("exported")
    return make(source, folder), folder


def published(network, pixels: torch.Tensor, input_ids: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Features and embeddings, by the library's own way."""
    with torch.no_grad():
        seen = network.get_image_features(pixels, input_ids, return_dict=True)
        return seen.vision_outputs.last_hidden_state.numpy(), seen.pooler_output.numpy()


@pytest.mark.parametrize("n_pictures", [1, 2])
@pytest.mark.parametrize("n_words", [2, 7])
def test_features_and_embeddings_are_those_of_transformers(network, exported, n_pictures, n_words):
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(n_pictures, 3, 28, 28, generator=generator)
    input_ids = torch.randint(len(WORDS), (n_pictures, n_words), generator=generator)
    features, embeddings = published(network, pixels, input_ids)
    vision, reader = (Session(exported[1] / file, 1) for file in ("vision.onnx", "question_reader.onnx"))
    seen = vision.run(pixel_values=pixels.numpy())["features"]
    np.testing.assert_allclose(seen, features, atol=TOLERANCE)
    read = reader.run(features=seen, input_ids=input_ids.numpy())["embeddings"]
    np.testing.assert_allclose(read, embeddings, atol=TOLERANCE)


def test_the_engine_looks_as_transformers_does(network, exported):
    made, folder = exported
    assert isinstance(made.part, VisionPart)
    vision = Vision(made.part, Shelf(folder, 1))
    picture = Picture.from_array(np.random.default_rng(0).integers(0, 256, (30, 50, 3), np.uint8))
    embeddings = vision.read_for("how many?", vision.see(picture))
    pixels = torch.from_numpy(network_input(picture, made.part.pixels).copy())
    _, wanted = published(network, pixels, torch.tensor([[2, 8, 9, 7, 3]]))
    np.testing.assert_allclose(embeddings, wanted[0], atol=TOLERANCE)


def test_int8_agrees(source, tmp_path):
    made = make(source, tmp_path, quantize="int4")
    assert made.figures["cosine"] > 0.998
    assert made.figures["reader_cosine"] > 0.998
    assert sorted(made.files) == sorted(path.name for path in tmp_path.iterdir() if path.is_file())


def test_every_tensor_of_the_checkpoint_is_known(source):
    held = read_checkpoint(source)
    taken = instructblip_table(DIMS)
    dropped = {name for name in held if not name.startswith("language_model.")} - set(taken.names)
    assert {name.rpartition(".")[0] for name in dropped} == {
        f"qformer.encoder.layer.2.{layer}" for layer in ("intermediate.dense", "output.dense", "output.LayerNorm")
    }


def test_missing_unknown_and_wrong_tensors_are_named(source):
    held = read_checkpoint(source)
    without = {name: tensor for name, tensor in held.items() if name != "query_tokens"}
    with pytest.raises(BuildError, match="lacks query_tokens"):
        read_instructblip(DIMS, without)
    with pytest.raises(BuildError, match=r"vision_model\.head\.weight"):
        read_instructblip(DIMS, held | random_tensors({"vision_model.head.weight": (2, 2)}))
    with pytest.raises(BuildError, match=r"reader\.projection\.bias \(41,\)"):
        read_instructblip(DIMS, held | random_tensors({"language_projection.bias": (41,)}))
