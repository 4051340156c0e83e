"""Grounding DINO through the real step and the engine, against transformers."""

import re

import numpy as np
import onnx
import pytest
import torch
from transformers import GroundingDinoForObjectDetection
from transformers.models.grounding_dino.modeling_grounding_dino import (
    SPECIAL_TOKENS,
    generate_masks_with_special_tokens_and_transfer_map,
)

from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.locating_phrases import PhraseLocator
from bubo_desktop.engine.phrase_text import write_phrases
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.geometry import box_iou
from build import detector_export
from build.dims import Dims
from build.errors import BuildError
from build.parts import grounder
from build.workshop import Workshop
from tests.parity.tiny_detectors import write_grounding_dino

PHRASES = ("dog", "a red car", "tree")
# Sums of a few hundred float32 products in another order; logits here are up to 20.
TOLERANCE = 3e-4


def workshop(tmp_path, folder, quantize="none") -> Workshop:
    for name in ("out", "scratch"):
        (tmp_path / name).mkdir(exist_ok=True)
    return Workshop(
        Dims(), tmp_path / "out", tmp_path / "scratch", quantize, lambda _: None, {"grounding_dino": folder}
    )


OPTIONS = {"source": "grounding_dino", "height": 160, "width": 224}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The published network and the files that the step made of it."""
    tmp_path = tmp_path_factory.mktemp("dino")
    network = write_grounding_dino(tmp_path / "source")
    return network, grounder.make(workshop(tmp_path, tmp_path / "source"), OPTIONS), tmp_path / "out"


def text_of(folder, phrases=PHRASES):
    return next(write_phrases(phrases, WordPieces(folder / grounder.TOKENIZER), 256))


@pytest.mark.parametrize(("height", "width"), [(160, 224), (224, 160), (64, 352), (192, 192)])
@pytest.mark.parametrize("phrases", [PHRASES, ("cat",)])
@torch.no_grad()
def test_the_exported_files_say_what_transformers_says(made, height, width, phrases):
    network, _, folder = made
    text = text_of(folder, phrases)
    pixels = np.random.default_rng(height).normal(size=(1, 3, height, width)).astype(np.float32)
    masks = {"attention_mask": text.attention_mask()[None], "position_ids": text.position_ids()[None]}
    maps = Session(folder / grounder.BACKBONE, 1).run(pixel_values=pixels)
    features = Session(folder / grounder.TEXT, 1).run(input_ids=text.input_ids[None], **masks)
    found = Session(folder / grounder.FILE, 1).run(**maps, **features, **masks)
    wanted = network(pixel_values=torch.from_numpy(pixels), input_ids=torch.from_numpy(text.input_ids)[None])
    n = len(text.input_ids)
    assert float(wanted.logits[..., :n].std()) > 0.5  # a network that says the same of everything would prove nothing
    np.testing.assert_allclose(found["logits"], wanted.logits[..., :n], atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(found["pred_boxes"], wanted.pred_boxes, atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_batch_of_two_is_two_pictures_one_after_the_other(made):
    """The files take one picture at a time; transformers, given two, says the same of each."""
    network, _, folder = made
    text = text_of(folder)
    pixels = np.random.default_rng(5).normal(size=(2, 3, 160, 224)).astype(np.float32)
    ids = torch.from_numpy(text.input_ids)[None].expand(2, -1)
    wanted = network(pixel_values=torch.from_numpy(pixels), input_ids=ids)
    sessions = [Session(folder / file, 1) for file in (grounder.BACKBONE, grounder.TEXT, grounder.FILE)]
    masks = {"attention_mask": text.attention_mask()[None], "position_ids": text.position_ids()[None]}
    features = sessions[1].run(input_ids=text.input_ids[None], **masks)
    for number in range(2):
        maps = sessions[0].run(pixel_values=pixels[number : number + 1])
        boxes = sessions[2].run(**maps, **features, **masks)["pred_boxes"]
        np.testing.assert_allclose(boxes[0], wanted.pred_boxes[number], atol=1e-4, rtol=0)


def test_masks_and_positions_are_those_of_transformers(made):
    text = text_of(made[2], ("dog", "a red car", "tree", "x"))
    ids = torch.from_numpy(text.input_ids)[None]
    mask, positions = generate_masks_with_special_tokens_and_transfer_map(ids, torch.tensor(SPECIAL_TOKENS))
    assert np.array_equal(text.attention_mask()[None], mask.long())
    assert np.array_equal(text.position_ids()[None], positions)


@torch.no_grad()
def test_boxes_of_a_picture_are_those_of_transformers(made):
    """Our boxes in picture pixels, and our scores, of a picture that went through all files."""
    network, done, folder = made
    picture = Picture.from_array(np.random.default_rng(3).integers(0, 255, (300, 430, 3), dtype=np.uint8))
    text = text_of(folder)
    found = PhraseLocator(done.part, Shelf(folder, 1)).locate(picture, None, PHRASES)
    pixels = torch.from_numpy(np.array(network_input(picture, done.part.pixels)))
    wanted = network(pixel_values=pixels, input_ids=torch.from_numpy(text.input_ids)[None])
    scores = wanted.logits[0].sigmoid()[:, : len(text.input_ids)]
    x, y, w, h = wanted.pred_boxes[0].unbind(1)
    corners = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1) * torch.tensor([430, 300, 430, 300])
    corners = corners.clamp(min=0).minimum(torch.tensor([430, 300, 430, 300])).numpy()
    assert found
    for detection in found:
        place = int(box_iou(np.array([detection.box_xyxy_px]), corners)[0].argmax())
        np.testing.assert_allclose(detection.box_xyxy_px, corners[place], atol=0.1)
        first, last = text.spans[text.phrases.index(detection.label)]
        assert detection.score == pytest.approx(float(scores[place, first:last].max()), abs=1e-4)


def make_int8(made, tmp_path, monkeypatch, min_iou):
    """The step with a limit of its own for an INT8 encoder: drawn weights say nothing of how published ones agree."""
    monkeypatch.setattr(detector_export, "MIN_IOU", min_iou)
    monkeypatch.setattr(detector_export, "MIN_LABELS", 0.0)
    return grounder.make(workshop(tmp_path, made[2].parent / "source", "int4"), OPTIONS).figures


def test_int8_goes_into_the_pack_where_boxes_agree(made, tmp_path, monkeypatch):
    figures = make_int8(made, tmp_path, monkeypatch, 0.0)
    assert figures["grounder_backbone_layers_int8"] > 0
    assert figures["grounder_text_cosine"] > 0.98
    layers = {
        node.name for node in onnx.load(tmp_path / "out" / grounder.FILE).graph.node if "Quantize" in node.op_type
    }
    assert len(layers) == figures["grounder_layers_int8"] > 0
    assert all(re.match(r"/encoder\.\d", name) for name in layers)  # decoder and heads stay float32
    assert 0.3 < figures["boxes_mean_iou"] <= 1


def test_the_encoder_stays_float32_where_boxes_do_not_agree(made, tmp_path, monkeypatch):
    figures = make_int8(made, tmp_path, monkeypatch, 1.01)
    assert "grounder_layers_int8" not in figures
    assert str(figures["grounder_kept_float32"]).startswith("all: in INT8 boxes agree to 0.")
    assert (tmp_path / "out" / grounder.FILE).read_bytes() == (made[2] / grounder.FILE).read_bytes()


def test_a_tensor_that_is_missing_is_named(made, tmp_path):
    network = GroundingDinoForObjectDetection(made[0].config)
    state = network.state_dict()
    gone = "model.level_embed"
    network.save_pretrained(tmp_path / "source", state_dict={name: state[name] for name in state if name != gone})
    (tmp_path / "source" / "tokenizer.json").write_bytes((made[2] / grounder.TOKENIZER).read_bytes())
    with pytest.raises(BuildError, match=gone):
        grounder.make(workshop(tmp_path, tmp_path / "source"), OPTIONS)
