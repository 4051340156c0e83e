"""Nano's exported senses say what their torch networks say, for any number of boxes, phrases and clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from bubo_desktop.engine.sessions import Session
from build.nano.export_senses import Grounder, Hearing, Tagger, Vision, calibration_pixels, export_mixed, export_static
from build.nano.facts import COLOURS, N_IMAGE_QUERIES, N_SOUND_QUERIES, OBJECTS
from build.nano.hearing import MEL, N_STEPS, WIDTH, Encoder
from build.nano.networks import N_PLACES, QUERY_WIDTH, Detector, MaskHead, place_centres
from build.nano.qformer import IMAGE_WORDS, SOUND_WORDS, Projection, QFormer, image_qformer, sound_qformer
from build.nano.senses import IMAGE_TOKEN_WIDTH, Eyes
from build.nano.train_segmenter import draw_batch
from build.onnx_export import Inputs

N_CALIBRATION = 4
EMBEDDING_WIDTH = 32
# Weights have 7 bits and activations 8: together about 1.5 % of noise; a wrong scale or a lost layer is far above.
MAX_ERROR = 0.05


@pytest.fixture(scope="module")
def pixels() -> list[Inputs]:
    return calibration_pixels()[:N_CALIBRATION]


@pytest.fixture
def detector() -> Detector:
    """Untrained, and without the bias that would make all its logits alike."""
    torch.manual_seed(0)
    network = Detector(len(OBJECTS), len(COLOURS)).eval()
    nn.init.zeros_(network.bias)
    return network


def undecided(network: QFormer) -> QFormer:
    """Without the bias that would say of every word that it is not there."""
    nn.init.zeros_(network.speak.bias)
    return network


def test_the_tagger(detector, pixels, tmp_path):
    path = tmp_path / "tagger.onnx"
    assert export_static(Tagger(detector), path, pixels, ["logits"])["relative_error"] < MAX_ERROR
    assert Session(path, n_threads=1).run(**pixels[0])["logits"].shape == (1, len(OBJECTS))


def test_the_grounder_takes_any_number_of_phrases(detector, pixels, tmp_path):
    path, queries = tmp_path / "grounder.onnx", detector.queries.detach().numpy()
    axes = {"queries": {0: "phrases"}, "logits": {2: "phrases"}}
    batches = [{**batch, "queries": queries} for batch in pixels]
    figures = export_static(Grounder(detector), path, batches, ["logits", "boxes"], axes)
    assert figures["relative_error"] < MAX_ERROR
    session = Session(path, n_threads=1)
    every = session.run(**batches[0])
    assert every["boxes"].shape == (1, N_PLACES, 4)
    for n_phrases in (1, 3):
        found = session.run(**pixels[0], queries=queries[:n_phrases])
        # the same sums over QUERY_WIDTH products, in another order
        assert found["logits"] == pytest.approx(every["logits"][..., :n_phrases], abs=QUERY_WIDTH * 1e-6)


def test_the_segmenter_takes_any_number_of_boxes(tmp_path):
    torch.manual_seed(0)
    path, crops = tmp_path / "segmenter.onnx", draw_batch(N_CALIBRATION, np.random.default_rng(0))[0].numpy()
    axes = {"crops": {0: "boxes"}, "mask_logits": {0: "boxes"}}
    figures = export_static(MaskHead(), path, [{"crops": crop[None]} for crop in crops], ["mask_logits"], axes)
    assert figures["relative_error"] < MAX_ERROR
    session = Session(path, n_threads=1)
    three = session.run(crops=crops[:3])["mask_logits"]
    assert three.shape == (3, 64, 64)
    assert session.run(crops=crops[:1])["mask_logits"] == pytest.approx(three[:1], abs=1e-4)


def test_vision(detector, pixels, tmp_path):
    path, words = tmp_path / "vision.onnx", torch.randn(len(IMAGE_WORDS), EMBEDDING_WIDTH)
    network = Vision(Eyes(detector), undecided(image_qformer(place_centres(), IMAGE_TOKEN_WIDTH)), Projection(words))
    assert export_mixed(network, path, pixels, ["embeddings"])["relative_error"] < MAX_ERROR
    shape = Session(path, n_threads=1).run(**pixels[0])["embeddings"].shape
    assert shape == (1, N_IMAGE_QUERIES, EMBEDDING_WIDTH)


def test_hearing_takes_any_number_of_clips(tmp_path):
    torch.manual_seed(0)
    path, words = tmp_path / "hearing.onnx", torch.randn(len(SOUND_WORDS), EMBEDDING_WIDTH)
    network = Hearing(Encoder(), undecided(sound_qformer(N_STEPS, WIDTH)), Projection(words))
    mels = np.random.default_rng(0).normal(size=(N_CALIBRATION, 1, 1, 1, MEL.n_mels, MEL.n_frames)).astype(np.float32)
    figures = export_mixed(network, path, [{"mel": mel} for mel in mels], ["embeddings"], {"mel": {1: "clips"}})
    assert figures["relative_error"] < MAX_ERROR
    session = Session(path, n_threads=1)
    one = session.run(mel=mels[0])["embeddings"]
    assert one.shape == (1, N_SOUND_QUERIES, EMBEDDING_WIDTH)
    three = session.run(mel=np.repeat(mels[0], 3, axis=1))["embeddings"]
    assert three == pytest.approx(one, abs=1e-4)  # the loudest of three equal clips
