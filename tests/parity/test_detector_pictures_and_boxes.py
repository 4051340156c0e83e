"""What stands before and behind a detector: pictures as its input and boxes from its output, against transformers."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import GroundingDinoImageProcessorPil
from transformers.models.grounding_dino.processing_grounding_dino import GroundingDinoProcessor
from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil
from transformers.models.owlvit.image_processing_pil_owlvit import OwlViTImageProcessorPil

from bubo_desktop.engine.detections import best_of, to_corners
from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.engine.locating_phrases import phrase_scores
from bubo_desktop.engine.locating_vectors import place_scores
from bubo_desktop.engine.phrase_text import write_phrases
from bubo_desktop.engine.wordpieces import WordPieces
from build.calibration import draw_pictures
from build.parts.grounder import owl_pixels, phrase_pixels
from build.random_detectors import word_tokenizer

SIZES = [(640, 480), (480, 640), (1000, 700), (300, 1000), (97, 33)]
N_PLACES = 200


@pytest.mark.parametrize("size", SIZES)
def test_grounding_dino_sees_what_transformers_makes(size):
    """Exactly so where both sides are multiples of 32; otherwise each side is the nearest one."""
    (picture,) = draw_pictures(1, *size)
    processor = GroundingDinoImageProcessorPil(size={"shortest_edge": 480, "longest_edge": 640})
    wanted = processor(Image.fromarray(picture.rgb), return_tensors="np")["pixel_values"]
    found = network_input(picture, phrase_pixels(480, 640))
    sides = np.array(wanted.shape[2:])
    assert found.shape[2:] == tuple(np.round(sides / 32).astype(int) * 32)
    if not (sides % 32).any():
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("size", SIZES)
def test_owlvit_sees_what_transformers_makes(size):
    (picture,) = draw_pictures(1, *size)
    processor = OwlViTImageProcessorPil(size={"height": 768, "width": 768})
    wanted = processor(Image.fromarray(picture.rgb), return_tensors="np")["pixel_values"]
    np.testing.assert_array_equal(network_input(picture, owl_pixels("owlvit", 768)), wanted)


@pytest.mark.parametrize("size", SIZES)
def test_owlv2_sees_about_what_transformers_makes(size):
    """Theirs blurs by a Gaussian and then picks, Pillow weighs by a triangle: the same picture, but at edges."""
    (picture,) = draw_pictures(1, *size)
    wanted = Owlv2ImageProcessorPil()(Image.fromarray(picture.rgb), return_tensors="np")["pixel_values"]
    found = network_input(picture, owl_pixels("owlv2", 960))
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).mean() < 0.02
    np.testing.assert_allclose(found[..., -1, -1], wanted[..., -1, -1], atol=1e-6)  # the padding, or a corner


def test_grounding_dinos_boxes_are_those_of_transformers(tmp_path):
    """Boxes, scores and phrases: transformers tells the tokens that reach a threshold, we the phrase with the best."""
    word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    pieces = WordPieces(tmp_path / "tokenizer.json")
    (text,) = write_phrases(["dog", "a red car", "tree"], pieces, 256)
    logits = np.random.default_rng(0).normal(-4, 1.5, (N_PLACES, len(text.input_ids))).astype(np.float32)
    marks = np.ones(len(text.input_ids), bool)
    for first, last in text.spans:
        marks[first:last] = False
    logits[:, marks] = -20  # as a network is trained to do
    boxes = _draw_boxes()
    fit = Fit.of(430, 300, phrase_pixels(480, 640))
    found = best_of(phrase_scores(logits, text), fit.to_picture(to_corners(boxes)), text.phrases, 0.3)
    outputs = SimpleNamespace(logits=torch.from_numpy(logits[None]), pred_boxes=torch.from_numpy(boxes[None]))
    (wanted,) = GroundingDinoProcessor.post_process_grounded_object_detection(
        SimpleNamespace(batch_decode=lambda rows: [[int(token) for token in row] for row in rows]), outputs,
        torch.from_numpy(text.input_ids[None]), 0.3, 0.3, [(300, 430)],
    )  # fmt: skip
    order = _check_boxes(found, wanted, fit)
    for detection, words in zip(found, (wanted["text_labels"][index] for index in order), strict=True):
        assert set(words) & set(pieces.encode_bare(detection.label))


@pytest.mark.parametrize(
    ("kind", "processor"), [("owlvit", OwlViTImageProcessorPil), ("owlv2", Owlv2ImageProcessorPil)]
)
def test_owls_boxes_are_those_of_transformers(kind, processor):
    rng = np.random.default_rng(1)
    maps = {
        "class_embeds": rng.normal(size=(1, N_PLACES, 8)).astype(np.float32),
        "logit_shift": rng.normal(-2, 1, (1, N_PLACES, 1)).astype(np.float32),
        "logit_scale": rng.uniform(0.2, 1, (1, N_PLACES, 1)).astype(np.float32),
    }
    vectors, boxes = rng.normal(size=(3, 8)).astype(np.float32), _draw_boxes()
    fit = Fit.of(430, 300, owl_pixels(kind, 430))
    found = best_of(place_scores(maps, vectors), fit.to_picture(to_corners(boxes)), "abc", 0.3)
    logits = (maps["class_embeds"] @ vectors.T + maps["logit_shift"]) * maps["logit_scale"]
    outputs = SimpleNamespace(logits=torch.from_numpy(logits), pred_boxes=torch.from_numpy(boxes[None]))
    (wanted,) = processor().post_process_object_detection(outputs, 0.3, [(300, 430)])
    order = _check_boxes(found, wanted, fit)
    assert [detection.label for detection in found] == ["abc"[number] for number in wanted["labels"][order]]


def _draw_boxes() -> np.ndarray:
    """Centre x, centre y, width, height in 0..1: all are within the picture in part, some also beyond its edge."""
    rng = np.random.default_rng(2)
    centres, sides = rng.uniform(0.1, 0.6, (N_PLACES, 2)), rng.uniform(0.05, 0.5, (N_PLACES, 2))
    return np.concatenate([centres, sides], 1).astype(np.float32)


def _check_boxes(found, wanted, fit) -> np.ndarray:
    """Compares boxes, ours clipped to the picture, and scores; returns the order of theirs in which ours stand."""
    order = wanted["scores"].argsort(descending=True, stable=True).numpy()
    assert 20 < len(order) < N_PLACES
    assert len(found) == len(order)
    boxes = np.clip(wanted["boxes"].numpy()[order], 0, np.tile(fit.picture, 2))
    np.testing.assert_allclose([detection.box_xyxy_px for detection in found], boxes, atol=1e-3)  # float32 of 430
    np.testing.assert_allclose([detection.score for detection in found], wanted["scores"][order], atol=1e-6)
    return order


def test_a_picture_that_is_but_a_line_still_has_a_size():
    line = Picture.from_array(np.zeros((1, 900, 3), np.uint8))
    assert network_input(line, phrase_pixels(64, 64)).shape == (1, 3, 32, 64)
