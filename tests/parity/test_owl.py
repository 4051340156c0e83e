"""OWL-ViT and OWLv2 through the real step and the engine, against transformers."""

import json
import shutil

import numpy as np
import pytest
import torch
from transformers import CLIPTokenizer

from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.locating_vectors import VectorLocator, place_scores
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.geometry import box_iou
from build.dims import Dims
from build.errors import BuildError
from build.parts import grounder
from build.workshop import Workshop
from tests.parity.tiny_detectors import BEGIN, END, write_owl

PHRASES = ("dog", "a red car", "tree")


def make(tmp_path, folder, quantize="none"):
    for name in ("out", "scratch"):
        (tmp_path / name).mkdir(exist_ok=True)
    bench = Workshop(Dims(), tmp_path / "out", tmp_path / "scratch", quantize, lambda _: None, {"owl": folder})
    return grounder.make(bench, {"source": "owl", "threshold": 0.0})


@pytest.fixture(scope="module", params=[1, 2], ids=["owlvit", "owlv2"])
def made(request, tmp_path_factory):
    """The published network and the files that the step made of it."""
    tmp_path = tmp_path_factory.mktemp("owl")
    network = write_owl(tmp_path / "source", request.param)
    return network, make(tmp_path, tmp_path / "source"), tmp_path / "out"


def picture_of(width: int, height: int) -> Picture:
    return Picture.from_array(np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8))


@torch.no_grad()
def published(network, locator, pixels, phrases):
    ids = torch.from_numpy(locator._tokens(phrases))
    return network(input_ids=ids, pixel_values=torch.from_numpy(np.array(pixels)), attention_mask=(ids > 0).long())


@pytest.mark.parametrize("size", [(200, 120), (90, 260)])
@pytest.mark.parametrize("phrases", [PHRASES, ("cat",)])
def test_the_exported_files_say_what_transformers_says(made, size, phrases):
    network, done, folder = made
    locator = VectorLocator(done.part, Shelf(folder, 1))
    picture = picture_of(*size)
    maps = locator.see(picture)
    scores = place_scores(maps, locator._read(phrases, maps["class_embeds"].shape[2], None))
    wanted = published(network, locator, network_input(picture, done.part.pixels), phrases)
    assert float(wanted.logits.std()) > 0.1
    np.testing.assert_allclose(scores, wanted.logits[0].sigmoid(), atol=1e-5)
    np.testing.assert_allclose(maps["pred_boxes"], wanted.pred_boxes, atol=1e-5)


@torch.no_grad()
def test_two_pictures_may_be_looked_at_together(made):
    network, done, folder = made
    pixels = np.concatenate([network_input(picture_of(*size), done.part.pixels) for size in ((200, 120), (90, 260))])
    found = Session(folder / grounder.FILE, 1).run(pixel_values=pixels)
    ids = torch.tensor([[BEGIN, 5, END]])
    wanted = network(input_ids=ids.expand(2, -1), pixel_values=torch.from_numpy(pixels))
    np.testing.assert_allclose(found["pred_boxes"], wanted.pred_boxes, atol=1e-5)
    np.testing.assert_allclose(found["class_embeds"], wanted.class_embeds, atol=1e-5)


def test_boxes_are_in_picture_pixels(made):
    """OWL-ViT's input is the picture stretched, OWLv2's the picture in the corner of a square."""
    network, done, folder = made
    locator = VectorLocator(done.part, Shelf(folder, 1))
    picture = picture_of(200, 120)
    # Where the picture is padded, transformers takes its side for 57.6 of the input's pixels, which are really 58.
    tolerance_px = 0.5 * 200 / 96 if done.part.pixels.fit == "corner" else 0.01
    found = locator.locate(picture, None, PHRASES)
    wanted = published(network, locator, network_input(picture, done.part.pixels), PHRASES)
    scale = (200, 200) if done.part.pixels.fit == "corner" else (200, 120)
    x, y, w, h = (wanted.pred_boxes[0] * torch.tensor([*scale, *scale])).unbind(1)
    corners = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1).clamp(min=0)
    corners = corners.minimum(torch.tensor([200, 120, 200, 120])).numpy()
    assert found
    for detection in found:
        place = int(box_iou(np.array([detection.box_xyxy_px]), corners)[0].argmax())
        np.testing.assert_allclose(detection.box_xyxy_px, corners[place], atol=tolerance_px)
        best = int(wanted.logits[0, place].argmax())
        assert detection.label == PHRASES[best]
        assert detection.score == pytest.approx(float(wanted.logits[0, place, best].sigmoid()), abs=1e-5)


def test_int8_is_measured_on_boxes(made, tmp_path):
    figures = make(tmp_path, made[2].parent / "source", "int4").figures
    assert figures["grounder_layers_int8"] > 0
    assert 0.5 < figures["boxes_mean_iou"] <= 1


def test_a_tokenizer_is_made_of_a_vocabulary_and_merges(made, tmp_path):
    """As the published folder of OWL-ViT holds them."""
    source = tmp_path / "source"
    shutil.copytree(made[2].parent / "source", source)
    (source / "tokenizer.json").unlink()
    with pytest.raises(BuildError, match=r"neither a tokenizer\.json nor one of vocab\.json"):
        make(tmp_path, source)
    pieces = [*(f"{letter}{end}" for end in ("", "</w>") for letter in "acdgot"), "do", "dog</w>"]
    numbers = {piece: number for number, piece in enumerate(pieces)} | {"<|startoftext|>": BEGIN, "<|endoftext|>": END}
    (source / "vocab.json").write_text(json.dumps(numbers))
    (source / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\n")
    (source / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer"}')
    make(tmp_path, source)
    wanted = CLIPTokenizer.from_pretrained(source)("A Dog, a cat").input_ids
    assert WordPieces(tmp_path / "out" / grounder.TOKENIZER).encode("A Dog, a cat", 24) == wanted
    assert numbers["dog</w>"] in wanted


def test_another_kind_of_network_is_refused(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(BuildError, match="of the kind 'llama'"):
        make(tmp_path, tmp_path / "source")
