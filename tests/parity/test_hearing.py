"""`hearing.onnx`, through the converter and the engine, against the published modules."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.hearing import Hearing
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.sounds import Waveform
from build.blockwise import Chain, export_blocks
from build.networks.imagebind_audio import imagebind_blocks
from build.parts.hearing import hearing_blocks, make, read_hearing
from build.quantize import cosine
from tests.parity.small_sources import DIMS, read_reference, small_workshop

OPTIONS = {"encoder": "imagebind_huge", "qformer": "bubogpt_7b"}
TOLERANCE = 1e-4  # float32 sums in another order; the values are a few units large


@pytest.fixture(scope="module")
def reference():
    return read_reference()


@pytest.fixture(scope="module")
def tensors(tmp_path_factory):
    workshop = small_workshop(tmp_path_factory.mktemp("tensors"), "none")
    return read_hearing(DIMS, {role: workshop.checkpoint(name) for role, name in OPTIONS.items()})


@pytest.fixture(scope="module", params=["none", "int4"])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, make(small_workshop(folder, request.param), OPTIONS)


def test_the_embeddings_of_one_recording_and_of_two(made, reference):
    quantize, folder, result = made
    session = Hearing(result.part, Shelf(folder, 1)).session
    for n in (1, 2):
        found = session.run(mel=reference["mel"][:n])["embeddings"]
        wanted = reference["audio_embeddings"][:n]
        assert found.shape == (n, DIMS.nq, DIMS.llm)
        if quantize == "none":
            np.testing.assert_allclose(found, wanted, atol=TOLERANCE, rtol=0)
        else:
            assert cosine(found, wanted) >= 0.999  # INT8 of weights and activations, through the whole network


@pytest.mark.parametrize("n_clips", [1, 3, 9])
def test_any_number_of_clips(made, tensors, reference, n_clips):
    quantize, folder, result = made
    clips = reference["mel"].reshape(1, -1, *reference["mel"].shape[2:])[:, :n_clips]
    wanted = Chain(hearing_blocks(DIMS, tensors))(mel=torch.from_numpy(clips))[0].numpy()
    found = Hearing(result.part, Shelf(folder, 1)).hear(clips[0])
    assert cosine(found, wanted) >= (0.999999 if quantize == "none" else 0.999)


def test_a_recording_becomes_embeddings(made):
    _, folder, result = made
    clips = mel_clips(Waveform(np.zeros(20_000, np.float32), 44_100), result.part.mel)
    assert Hearing(result.part, Shelf(folder, 1)).hear(clips).shape == (DIMS.nq, DIMS.llm)


def test_the_features_before_the_qformer(tensors, reference, tmp_path):
    path, example = tmp_path / "features.onnx", {"mel": reference["mel"][:1, :2]}
    axes = {"mel": {0: "batch", 1: "clips"}}
    export_blocks(imagebind_blocks(DIMS, tensors), path, [example], axes, quantize=False)
    found = Session(path, 1).run(mel=reference["mel"])["features"]
    np.testing.assert_allclose(found, reference["audio_features"], atol=TOLERANCE, rtol=0)
