"""A pack of real parts, small enough to follow: from its folder to an answer, and what is refused."""

import hashlib
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.data import Sampling
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.pack import Pack, open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import Manifest, PackFile, Parts, read_manifest
from bubo_desktop.protocol import Ask
from tests.engine import drawn_networks, tiny_language
from tests.engine.drawn_pictures import RED, draw_squares
from tests.fakes.parts import fake_manifest

SQUARE = (100, 60, 200, 160)


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    parts = Parts(
        language=tiny_language.write_part(folder),
        tagger=drawn_networks.write_tagger(folder),
        grounder=drawn_networks.write_grounder(folder),
        segmenter=drawn_networks.write_segmenter(folder),
        sound_tagger=drawn_networks.write_sound_tagger(folder),
    )
    files = tuple(
        PackFile(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.iterdir())
    )
    manifest = msgspec.structs.replace(
        fake_manifest(), parts=parts, files=files, closed_world=None, sampling=Sampling(max_tokens=5)
    )
    write_manifest(folder, manifest)
    return folder


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / "pack.json").write_bytes(msgspec.json.encode(manifest))


def load(folder: Path) -> tuple[Pack, list[tuple[str, float]]]:
    told: list[tuple[str, float]] = []
    pack = open_pack(folder, 0, lambda part, fraction: told.append((part, fraction)))
    return pack, told


def test_a_pack_answers_and_points_with_all_its_parts(folder, tmp_path):
    pack, told = load(folder)
    parts = ["files", "tuning", "language", "tagger", "locator", "segmenter", "sound_tagger"]
    assert list(dict.fromkeys(part for part, _ in told)) == parts
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] < 1
    assert "CPU" in pack.device
    Image.fromarray(draw_squares(320, 240, {SQUARE: RED})).save(tmp_path / "red.png")
    soundfile.write(tmp_path / "low.wav", np.sin(np.arange(16_000) * 0.08), 16_000)
    request = Ask(id=1, question="hello", images=(str(tmp_path / "red.png"),), sounds=(str(tmp_path / "low.wav"),))
    answer = Pipeline(pack).answer(request, Cancellation(), lambda _event: None)
    [thing] = answer.images[0].objects
    assert thing.label == "red square"
    assert np.abs(np.subtract(thing.box_xyxy_px, SQUARE)).max() <= 2  # the network's pixels are 2.5 of the picture's
    assert thing.mask_rle.size == (240, 320)
    assert {event.label for event in answer.sounds[0].events} == {"low"}
    assert 1 <= answer.tokens.generated <= 5
    pack.close()


def test_a_changed_file_is_noticed_when_the_pack_is_opened(folder):
    load(folder)[0].close()
    network = folder / "tagger.onnx"
    content = bytearray(network.read_bytes())
    content[-1] ^= 1
    network.write_bytes(content)
    with pytest.raises(PackError, match=r"tagger\.onnx was changed"):
        load(folder)


def test_files_that_were_checked_are_not_read_again_to_be_hashed(folder, monkeypatch):
    load(folder)[0].close()
    monkeypatch.setattr("bubo_desktop.engine.pack.check_files", lambda *_: pytest.fail("hashed again"))
    load(folder)[0].close()


@pytest.mark.parametrize("name", ["tiny.gguf", "grounder.onnx", "queries.npz"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(PackError, match=name):
        load(folder)


def test_a_file_of_another_kind_is_refused_even_where_the_manifest_vouches_for_it(folder):
    network = folder / "mask.onnx"
    network.write_text("no network")
    manifest = read_manifest(folder)
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    files = tuple(PackFile(f.path, 10, digest) if f.path == network.name else f for f in manifest.files)
    write_manifest(folder, msgspec.structs.replace(manifest, files=files))
    with pytest.raises(PackError, match=r"mask\.onnx"):
        load(folder)


def test_a_folder_without_a_manifest_is_no_pack(tmp_path):
    with pytest.raises(PackError):
        load(tmp_path)


def test_a_touched_file_is_hashed_again(folder, monkeypatch):
    load(folder)[0].close()
    os.utime(folder / "tagger.onnx", ns=(1, 1))
    hashed = []
    monkeypatch.setattr("bubo_desktop.engine.pack.check_files", lambda *_: hashed.append(1) or [])
    load(folder)[0].close()
    assert hashed
