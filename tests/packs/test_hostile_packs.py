"""Packs from people with bad intentions: each ends in one plain sentence or works, and nobody but a child dies of it.

What could end a process stands at the end, where real children meet it.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.pack import open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import MANIFEST_NAME
from bubo_desktop.paths import program_command
from bubo_desktop.protocol import Ask
from tests.engine import tiny_language
from tests.packs.hostile import (
    Harm,
    cuts,
    flips,
    giving,
    holds,
    rebuilds,
    renames,
    says,
    vouch,
    with_input,
    with_weights_in,
    write_pack,
    writes,
)

TUNING = Tuning(repack=False, n_threads=1, n_batch=64)
LANGUAGE, VISION, TAGGER, GROUNDER = "tiny.gguf", "vision.onnx", "tagger.onnx", "grounder.onnx"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "whole"
    write_pack(folder)
    return folder


@pytest.fixture
def pack(whole: Path, tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes((whole / TAGGER).read_bytes())
    return Path(shutil.copytree(whole, tmp_path / "pack"))


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bubo_desktop.engine.tuning.remembered_tuning", lambda *_: TUNING)


def fate(folder: Path) -> str:
    """What the user is told when the pack is loaded and asked about a picture; nothing where it works.

    Anything but a sentence of ours goes up.
    """
    try:
        with closing(open_pack(folder, 0, lambda *_: None)) as pack:
            request = Ask(id=1, question="what is this", images=(str(folder / "red.png"),))
            Pipeline(pack).answer(request, Cancellation(), lambda _: None)
    except BuboError as error:
        return str(error)
    return ""


def link_out(folder: Path) -> None:
    (folder / TAGGER).unlink()
    (folder / TAGGER).symlink_to("../secret")


def link_folder_out(folder: Path) -> None:
    (folder / "inner").symlink_to("..")
    says("parts.tagger.file", "inner/secret")(folder)


def make_fifo(name: str) -> Harm:
    def harm(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return harm


def link_manifest_to_zero(folder: Path) -> None:
    (folder / MANIFEST_NAME).unlink()
    (folder / MANIFEST_NAME).symlink_to("/dev/zero")


PLACES: dict[str, tuple[Harm, str]] = {
    "a part above the folder": (says("parts.tagger.file", "../secret"), "used but not listed"),
    "a listed file above the folder": (says("files", [{"path": "../secret", "size_bytes": 0, "sha256": "0" * 64}]), ""),
    "a file by its whole path": (says("parts.tagger.file", "/etc/hosts"), "used but not listed"),
    "a file on another drive": (says("parts.tagger.file", "C:\\secret"), "used but not listed"),
    "a file up and down": (says("parts.tagger.file", "x/../../secret"), "used but not listed"),
    "a vocabulary above the folder": (says("vocabulary_file", "../secret"), "used but not listed"),
    "a picture above the folder": (says("self_test", [{"question": "?", "image": "../secret"}]), "not listed"),
    "a link out": (link_out, "links are not followed"),
    "a folder that is a link": (link_folder_out, "not listed"),
    "a pipe for a network": (make_fifo(TAGGER), "not a plain file"),
    "a pipe for the language": (make_fifo(LANGUAGE), "not a plain file"),
    "a pipe for the manifest": (make_fifo(MANIFEST_NAME), "no plain file"),
    "an endless manifest": (link_manifest_to_zero, "no plain file"),
}

FIGURES: dict[str, tuple[Harm, str]] = {
    "2^31 positions": (says("parts.language.n_ctx", 2**31), "is not valid"),
    "no positions": (says("parts.language.n_ctx", 0), "is not valid"),
    "positions below nothing": (says("parts.language.n_ctx", -1), "is not valid"),
    "another width": (says("parts.language.width", 128), "64 wide"),
    "a picture of 2^20 pixels a side": (says("parts.vision.pixels.height", 2**20), "is not valid"),
    "a picture of nothing": (says("parts.tagger.pixels.width", 0), "is not valid"),
    "division by nothing": (says("parts.tagger.pixels.std", [0.0, 1.0, 1.0]), "is not valid"),
    "a number beyond numbers": (writes(MANIFEST_NAME, b'{"format": 1e999}'), "is not valid"),
    "more labels than thresholds": (says("parts.tagger.labels", ["a", "b", "c"]), "3 labels have 2 thresholds"),
    "fewer sound labels than thresholds": (says("parts.sound_tagger.labels", ["a"]), "1 labels have 2 thresholds"),
    "endless steps": (says("parts.sound_tagger.step_s", 0.0), "is not valid"),
    "2^40 objects": (says("parts.grounder.max_objects", 2**40), "is not valid"),
    "a crop of 2^31 pixels": (says("parts.segmenter.size", 2**31), "is not valid"),
    "an id that is a path": (says("id", "../../nano"), "is not valid"),
    "an unknown kind": (says("parts.grounder.kind", "exec"), "is not valid"),
    "a format of tomorrow": (says("format", 2), "is not valid"),
    "deep nesting": (writes(MANIFEST_NAME, b"[" * 1_000_000), "is not valid"),
    "a figure for a hash": (says("files", [{"path": "x", "size_bytes": 1, "sha256": "../x"}]), "is not valid"),
}

NETWORKS: dict[str, tuple[Harm, str]] = {
    "no network": (holds(VISION, b""), "is not a usable network"),
    "a page": (holds(VISION, b"<html></html>"), "is not a usable network"),
    "half a network": (cuts(VISION, 0.5), "is not a usable network"),
    "weights beside it": (rebuilds(TAGGER, with_weights_in("words.json")), "is not a usable network"),
    "weights above": (rebuilds(TAGGER, with_weights_in("../secret")), "is not a usable network"),
    "weights by their whole path": (rebuilds(TAGGER, with_weights_in("/etc/passwd")), "is not a usable network"),
    "weights in a device": (rebuilds(TAGGER, with_weights_in("/dev/zero")), "is not a usable network"),
    "another input": (rebuilds(TAGGER, with_input("pixels", [1, 3, 128, 128])), "does not ask for pixel_values"),
    "too few dimensions": (rebuilds(TAGGER, with_input("pixel_values", [1, 3])), "could not be run"),
    "too many dimensions": (rebuilds(TAGGER, with_input("pixel_values", [1, 1, 3, 128, 128])), "could not be run"),
    "another size": (rebuilds(TAGGER, with_input("pixel_values", [1, 3, 64, 64])), "could not be run"),
    "whole numbers": (rebuilds(TAGGER, with_input("pixel_values", [1, 3, 128, 128], TensorProto.INT64)), "not be run"),
    "no numbers": (rebuilds(TAGGER, giving(1, 2, value=np.nan)), "not numbers"),
    "too many tags": (rebuilds(TAGGER, giving(1, 3)), "tagger.onnx gave"),
    "tags without a picture": (rebuilds(TAGGER, giving(2)), "tagger.onnx gave"),
    "text for tags": (rebuilds(TAGGER, giving(1, 2, kind=np.int64)), ""),
    "embeddings of another width": (rebuilds(VISION, giving(1, 2, 32)), "do not fit"),
    "embeddings without rows": (rebuilds(VISION, giving(1, 64)), "do not fit"),
    "no embeddings": (rebuilds(VISION, giving(1, 0, 64)), ""),
    "too many embeddings": (rebuilds(VISION, giving(1, 100_000, 64)), "too long"),
    "places of another number": (rebuilds(GROUNDER, giving(1, 2, 9, value=9.0)), "grounder.onnx gave"),
    "masks of another size": (rebuilds("mask.onnx", giving(1, 7, 7)), "mask.onnx gave"),
    "vectors that are programs": (holds("queries.npz", b"\x80\x04\x95cposix\nsystem\n."), "queries.npz"),
    "words that are none": (holds("words.json", b'{"a": 1}'), "words.json"),
}

LANGUAGES: dict[str, tuple[Harm, str]] = {
    "no language": (holds(LANGUAGE, b""), "is empty"),
    "a page for a language": (holds(LANGUAGE, b"<html>" * 99), "is not a GGUF file"),
    "a third of a language": (cuts(LANGUAGE, 0.3), "incomplete or damaged"),
    "all but the end": (cuts(LANGUAGE, 0.99), "incomplete or damaged"),
    "another architecture": (renames(LANGUAGE, b"llama.block_count", b"llama.block_c0unt"), "cannot be used"),
    "a bit in the header": (flips(LANGUAGE, 0.0), "is not a GGUF file"),
    "a bit in the weights": (flips(LANGUAGE, 0.9), ""),
}


def told(pack: Path, harm: Harm, words: str) -> None:
    harm(pack)
    sentences = fate(pack)
    assert words in sentences
    assert bool(words) <= bool(sentences)
    assert "\n" not in sentences


def test_the_pack_works_where_nobody_harms_it(pack: Path) -> None:
    """The control."""
    assert fate(pack) == ""


@pytest.mark.timeout(20)  # what waits on a pipe waits for ever
@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need rights or do not exist")
@pytest.mark.parametrize(("harm", "words"), PLACES.values(), ids=PLACES)
def test_no_file_leads_out_of_the_folder(pack: Path, harm: Harm, words: str) -> None:
    told(pack, harm, words)


@pytest.mark.parametrize(("harm", "words"), FIGURES.values(), ids=FIGURES)
def test_absurd_figures_are_refused(pack: Path, harm: Harm, words: str) -> None:
    told(pack, harm, words)


@pytest.mark.parametrize(("harm", "words"), NETWORKS.values(), ids=NETWORKS)
def test_networks_that_are_not_what_they_should_be(pack: Path, harm: Harm, words: str) -> None:
    told(pack, harm, words)


@pytest.mark.parametrize(("harm", "words"), LANGUAGES.values(), ids=LANGUAGES)
def test_language_files_that_are_not_what_they_should_be(pack: Path, harm: Harm, words: str) -> None:
    told(pack, harm, words)


# Real children


def check_pack(folder: Path) -> tuple[int, str]:
    """As the user does it: the exit code, and what is said on standard error."""
    command = [*program_command(), "packs", "check", str(folder)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    return ended.returncode, ended.stderr


def test_a_pack_that_is_whole_passes_its_check(pack: Path) -> None:
    """The control."""
    assert check_pack(pack) == (0, "")


def write_language(folder: Path, **changes) -> None:
    """Another language file, which the manifest vouches for."""
    shape = tiny_language.TinyShape(**{k: v for k, v in changes.items() if k != "vocabulary"})
    vocabulary = changes.get("vocabulary") or tiny_language.spm_vocabulary()
    tiny_language.write_language(folder / LANGUAGE, vocabulary, shape)
    vouch(folder)


def repeat_a_word(folder: Path) -> None:
    vocabulary = tiny_language.spm_vocabulary()
    vocabulary[-1] = vocabulary[-2]
    write_language(folder, vocabulary=vocabulary)


def see_without_weights(folder: Path) -> None:
    shutil.rmtree(folder)
    write_pack(folder, projector=True)
    renames("mmproj.gguf", b"mm.0.weight", b"mm.9.weight")(folder)


DEADLY: dict[str, tuple[Harm, str]] = {
    "no layers": (lambda folder: write_language(folder, n_layers=0), "damaged"),
    "a word twice": (repeat_a_word, "damaged"),
    "a negative epsilon": (renames(LANGUAGE, struct.pack("<f", 1e-6), struct.pack("<f", -1.0)), "internal check"),
    "an encoder without weights": (see_without_weights, "crashed"),
}


@pytest.mark.parametrize(("harm", "words"), DEADLY.values(), ids=DEADLY)
def test_what_ends_the_engine_is_told_in_one_line(pack: Path, harm: Harm, words: str) -> None:
    """Each of these ends the process that meets it by a signal."""
    harm(pack)
    code, said = check_pack(pack)
    assert code == 4
    assert words in said
    assert said.count("\n") == 1
