"""`vision.onnx`, through the converter and the engine, against the published modules."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.vision import Vision
from build.blockwise import export_blocks
from build.networks.eva_vit import eva_blocks
from build.parts.vision import make, read_vision
from build.quantize import cosine
from tests.parity.small_sources import DIMS, read_reference, small_workshop

OPTIONS = {"encoder": "eva_vit_g", "qformer": "blip2_pretrained_flant5xxl", "projection": "bubogpt_7b"}
TOLERANCE = 1e-4  # float32 sums in another order; the values are a few units large


@pytest.fixture(scope="module")
def reference():
    return read_reference()


@pytest.fixture(scope="module", params=["none", "int4"])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, make(small_workshop(folder, request.param), OPTIONS)


def test_the_embeddings_of_one_picture_and_of_two(made, reference):
    quantize, folder, result = made
    session = Vision(result.part, Shelf(folder, 1)).session
    for n in (1, 2):
        found = session.run(pixel_values=reference["image"][:n])["embeddings"]
        wanted = reference["vision_embeddings"][:n]
        assert found.shape == (n, DIMS.nq, DIMS.llm)
        if quantize == "none":
            np.testing.assert_allclose(found, wanted, atol=TOLERANCE, rtol=0)
        else:
            assert cosine(found, wanted) >= 0.999  # INT8 of weights and activations, through the whole network


def test_the_figures_say_what_became_of_the_layers(made):
    quantize, _, result = made
    if quantize == "none":
        assert "layers_int8" not in result.figures
        assert result.figures["cosine"] == pytest.approx(1, abs=1e-6)
    else:
        n_layers = 4 * DIMS.v_depth + 6 * DIMS.q_layers + 4 * (DIMS.q_layers // 2) + 1
        counts = [result.figures[f"layers_{precision}"] for precision in ("int8", "int8_blocks", "float32")]
        assert sum(counts) == n_layers
        assert counts[0] >= 4 * DIMS.v_depth  # the encoder's, at least: the reader's must agree closer
        assert 0.999 <= result.figures["cosine"] < 1


def test_a_picture_of_any_shape_becomes_embeddings(made):
    _, folder, result = made
    picture = Picture.from_array(np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8))
    assert Vision(result.part, Shelf(folder, 1)).see(picture).shape == (DIMS.nq, DIMS.llm)


def test_the_features_before_the_qformer(reference, tmp_path):
    workshop = small_workshop(tmp_path, "none")
    tensors = read_vision(DIMS, {role: workshop.checkpoint(name) for role, name in OPTIONS.items()})
    path, example = tmp_path / "features.onnx", {"pixel_values": reference["image"][:1]}
    export_blocks(eva_blocks(DIMS, tensors), path, [example], {"pixel_values": {0: "batch"}}, quantize=False)
    found = Session(path, 1).run(pixel_values=reference["image"])["features"]
    np.testing.assert_allclose(found, reference["vision_features"], atol=TOLERANCE, rtol=0)
