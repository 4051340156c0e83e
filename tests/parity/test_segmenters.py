"""SAM and SAM 2 through their step and the engine, against transformers, with small networks drawn anew."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import Sam2Model, SamModel
from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

from bubo_desktop.engine.box_segmenting import PromptedSegmenter
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import BoxSegmenter
from build.calibration import draw_pictures
from build.dims import Dims
from build.errors import BuildError
from build.networks import sam, sam_encoder
from build.parts import segmenter
from build.quantize import cosine
from build.workshop import Workshop
from tests.parity.tiny_segmenters import SIZE, sam2_config, sam_config

OPTIONS = {"source": "sam"}
TOLERANCE = 1e-4  # float32 sums in another order; values are a few units large
BOXES = [(20.0, 10.0, 160.0, 120.0), (0.0, 0.0, 300.0, 200.0), (150.5, 33.3, 290.25, 199.0)]  # of 300 x 200 pixels

KINDS = {"sam": (SamModel, sam_config), "sam2": (Sam2Model, sam2_config)}


@pytest.fixture(scope="module", params=KINDS)
def published(request, tmp_path_factory):
    """Transformers' network with drawn weights, and its folder."""
    kind, config = KINDS[request.param]
    network = kind._from_config(config(), attn_implementation="eager").eval().requires_grad_(requires_grad=False)
    generator = torch.Generator().manual_seed(4)
    for tensor in network.state_dict().values():
        if tensor.ndim > 1:
            tensor.normal_(0.0, tensor[0].numel() ** -0.5, generator=generator)
    network.tie_weights()
    folder = tmp_path_factory.mktemp(request.param)
    network.save_pretrained(folder)
    return network, folder


def workshop(source, out_dir, quantize) -> Workshop:
    scratch = out_dir / "scratch"
    scratch.mkdir()
    return Workshop(Dims(), out_dir, scratch, quantize, lambda _: None, {"sam": source})


@pytest.fixture(scope="module")
def exact(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exact")
    return folder, segmenter.make(workshop(published[1], folder, "none"), OPTIONS)


@pytest.fixture(scope="module")
def small(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return folder, segmenter.make(workshop(published[1], folder, "int4"), OPTIONS)


@pytest.fixture(scope="module")
def picture() -> Picture:
    return draw_pictures(1, 300, 200, seed=5)[0]


def run_pack(folder, pixels, boxes) -> dict[str, np.ndarray]:
    maps = Session(folder / segmenter.ENCODER, 1).run(pixel_values=pixels)
    return Session(folder / segmenter.DECODER, 1).run(**maps, input_boxes=np.array([boxes], np.float32))


def prepare(network, picture: Picture) -> tuple[torch.Tensor, torch.Tensor]:
    """What the published processors make of a picture and of `BOXES`."""
    rgb, (width, height) = torch.from_numpy(picture.rgb.transpose(2, 0, 1).copy()), (picture.width, picture.height)
    mean, std = (torch.tensor(values)[:, None, None] for values in (segmenter.MEAN, segmenter.STD))
    if isinstance(network, SamModel):
        pixels = sam_processor()(picture.rgb, return_tensors="pt")["pixel_values"]
        scale = torch.tensor([SIZE / width, int(height * SIZE / width + 0.5) / height])
    else:  # as `Sam2ImageProcessor` does it, which cannot be imported without torchvision
        resized = functional.interpolate(rgb[None].float(), (SIZE, SIZE), mode="bilinear", antialias=True)
        pixels, scale = (resized / 255 - mean) / std, torch.tensor([SIZE / width, SIZE / height])
    return pixels, torch.tensor([BOXES]) * scale.repeat(2)


def sam_processor() -> SamImageProcessorPil:
    sides = {"height": SIZE, "width": SIZE}
    return SamImageProcessorPil(size={"longest_edge": SIZE}, pad_size=sides)


def finish(network, logits: torch.Tensor, picture: Picture) -> torch.Tensor:
    """Published logits (1, boxes, masks, h, w) in the picture's pixels."""
    sides = (picture.height, picture.width)
    if isinstance(network, SamModel):
        seen = (int(sides[0] * SIZE / sides[1] + 0.5), SIZE)
        return sam_processor().post_process_masks([logits[0]], [sides], [seen], binarize=False)[0]
    return functional.interpolate(logits[0], sides, mode="bilinear")


def test_pictures_are_prepared_as_published(published, exact, picture):
    network, _ = published
    wanted, _ = prepare(network, picture)
    found = network_input(picture, exact[1].part.pixels)
    # SAM's processor resizes with Pillow too. SAM 2's does not round to whole grey levels, which Pillow does twice.
    limit = 1e-6 if isinstance(network, SamModel) else 1.01 / 255 / min(segmenter.STD)
    np.testing.assert_allclose(found, wanted.numpy(), atol=limit, rtol=0)


@pytest.mark.parametrize("n_boxes", [1, 3])
def test_logits_and_scores_of_any_number_of_boxes(published, exact, picture, n_boxes):
    network, _ = published
    pixels, boxes = prepare(network, picture)
    wanted = network(pixel_values=pixels, input_boxes=boxes[:, :n_boxes], multimask_output=False)
    found = run_pack(exact[0], pixels.numpy(), boxes[0, :n_boxes])
    assert found["pred_masks"].shape == (1, n_boxes, 1, 32, 32)
    np.testing.assert_allclose(found["pred_masks"], wanted.pred_masks, atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(found["iou_scores"], wanted.iou_scores, atol=TOLERANCE, rtol=0)
    assert min(exact[1].figures["cosine"], exact[1].figures["decoder_cosine"]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("n_boxes", [1, 3])
def test_masks_in_the_pictures_pixels(published, exact, picture, n_boxes):
    network, _ = published
    pixels, boxes = prepare(network, picture)
    logits = network(pixel_values=pixels, input_boxes=boxes, multimask_output=False).pred_masks
    wanted = finish(network, logits, picture)[:n_boxes, 0].numpy()
    folder, made = exact
    part = BoxSegmenter(made.part.file, made.part.decoder_file, made.part.pixels, min_region_px=0)
    found = PromptedSegmenter(part, Shelf(folder, 1)).masks(picture, BOXES[:n_boxes])
    differs = np.stack(found) != (wanted > 0)
    # The edge of a mask, where rounding decides: of SAM 2 that of the picture's grey levels, too.
    assert differs.mean() < (1e-4 if isinstance(network, SamModel) else 0.01)
    assert np.abs(wanted[differs]).max(initial=0) < (1e-4 if isinstance(network, SamModel) else 0.05) * wanted.std()


def test_three_masks_a_box(published, picture, tmp_path):
    network, source = published
    segmenter.make(workshop(source, tmp_path, "none"), {**OPTIONS, "multimask": True})
    pixels, boxes = prepare(network, picture)
    wanted = network(pixel_values=pixels, input_boxes=boxes, multimask_output=True)
    found = run_pack(tmp_path, pixels.numpy(), boxes[0])
    assert found["iou_scores"].shape == (1, 3, 3)
    np.testing.assert_allclose(found["pred_masks"], wanted.pred_masks, atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(found["iou_scores"], wanted.iou_scores, atol=TOLERANCE, rtol=0)


def test_int8_maps_and_masks_agree_with_float32(exact, small, picture):
    folder, made = small
    assert made.figures["layers_int8"] > 10
    assert 0.998 <= made.figures["cosine"] < 1 - 1e-6
    pixels = network_input(picture, made.part.pixels)
    wanted, found = (Session(path / segmenter.ENCODER, 1).run(pixel_values=pixels) for path in (exact[0], folder))
    assert min(cosine(wanted[name], found[name]) for name in wanted) > 0.998
    assert (folder / segmenter.ENCODER).stat().st_size < (exact[0] / segmenter.ENCODER).stat().st_size


def test_maps_of_one_picture_and_of_sam_of_two(published, exact):
    network, _ = published
    session = Session(exact[0] / segmenter.ENCODER, 1)
    pixels = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    for n_pictures in (1, 2) if isinstance(network, SamModel) else (1,):
        wanted = network.get_image_embeddings(pixels[:n_pictures])
        found = session.run(pixel_values=pixels[:n_pictures].numpy())
        wanted = {"image_embeddings": wanted} if torch.is_tensor(wanted) else dict(zip(found, wanted, strict=True))
        for name, value in wanted.items():
            np.testing.assert_allclose(found[name], value, atol=TOLERANCE, rtol=0)


def test_looking_in_pieces_changes_nothing(published, picture, tmp_path, monkeypatch):
    network, source = published
    monkeypatch.setattr(sam_encoder, "MAX_SCORES", 2 * 8**3)  # two rows of SAM's map, 16 places of SAM 2's
    segmenter.make(workshop(source, tmp_path, "none"), OPTIONS)
    pixels, boxes = prepare(network, picture)
    wanted = network(pixel_values=pixels, input_boxes=boxes, multimask_output=False)
    found = run_pack(tmp_path, pixels.numpy(), boxes[0])
    np.testing.assert_allclose(found["pred_masks"], wanted.pred_masks, atol=TOLERANCE, rtol=0)


def test_a_folder_made_for_videos_will_do(published, tmp_path):
    """Its tensors for other frames are left out; positions that are stored once serve twice; others are named."""
    _, source = published
    tensors = load_file(source / "model.safetensors")
    tensors.pop("prompt_encoder.shared_embedding.positional_embedding", None)
    tensors |= {"memory_encoder.projection.weight": torch.zeros(1), "no_object_pointer": torch.zeros(1)}
    config = (source / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"sam2"', '"sam2_video"'))
    save_file(tensors, tmp_path / "model.safetensors")
    read = sam.read_weights(tmp_path, sam.read_config(tmp_path))
    assert "prompt_encoder.shared_embedding.positional_embedding" in read
    assert not any(name.startswith("memory") for name in read)


def test_missing_and_unknown_tensors_are_named(published, tmp_path):
    _, source = published
    tensors = load_file(source / "model.safetensors")
    tensors["mask_decoder.iou_head.weight"] = tensors.pop("mask_decoder.iou_token.weight")
    (tmp_path / "config.json").write_text((source / "config.json").read_text())
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(BuildError) as caught:
        segmenter.make(workshop(tmp_path, tmp_path, "none"), OPTIONS)
    assert "mask_decoder.iou_token.weight" in str(caught.value)
    assert "mask_decoder.iou_head.weight" in str(caught.value)


def test_tensors_of_another_size_are_named(published, tmp_path):
    _, source = published
    tensors = load_file(source / "model.safetensors")
    tensors["mask_decoder.iou_token.weight"] = torch.zeros(1, 5)
    (tmp_path / "config.json").write_text((source / "config.json").read_text())
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(BuildError, match=r"mask_decoder\.iou_token\.weight \(1, 5\) instead of"):
        segmenter.make(workshop(tmp_path, tmp_path, "none"), OPTIONS)


def test_other_networks_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "sam3"}')
    with pytest.raises(BuildError, match="describes no network of sam, sam2"):
        sam.read_config(tmp_path)
    with pytest.raises(BuildError, match="no random segmenter called sam3"):
        segmenter.random_folder(tmp_path, {"network": "sam3"})


def test_a_random_folder_is_of_the_published_form(tmp_path):
    segmenter.write_random_folder(tmp_path, sam2_config())
    read = sam.read_weights(tmp_path, sam.read_config(tmp_path))
    weights = read["vision_encoder.backbone.blocks.0.mlp.proj_in.weight"].read()
    assert weights.std() == pytest.approx(weights.shape[1] ** -0.5, rel=0.1)
