"""`packs import`, with real engines and tiny random files: what becomes a pack, and what leaves nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from bubo_desktop.cli.importing import read_facts
from bubo_desktop.data import Answer
from bubo_desktop.errors import PackError
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import read_manifest
from bubo_desktop.paths import HOME_VARIABLE, program_command
from tests.engine import tiny_projector
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_language

NANO = Path(__file__).parents[2] / "models" / "nano"
WIDTH, END_S = 64, 60
CHATML = "<|im_start|>"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    write_language(tmp_path / "a.gguf", spm_vocabulary(), TinyShape(n_ctx=1024), CHATML)
    tiny_projector.write_llava(tmp_path / "b.gguf", WIDTH)
    return tmp_path / "a.gguf", tmp_path / "b.gguf"


def bubo(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*program_command(), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=END_S, check=False)


def import_files(files: tuple[Path, Path], *options: str) -> subprocess.CompletedProcess[str]:
    return bubo("packs", "import", "--gguf", files[0], "--mmproj", files[1], *options)


def packs(home: Path) -> list[str]:
    folder = home / "data" / "packs"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_two_files_become_a_pack_that_answers(home: Path, files: tuple[Path, Path]) -> None:
    ended = import_files(files, "--id", "mine", "--name", "My own")
    assert (ended.returncode, ended.stderr) == (0, "The pack mine is installed. Ask it with --pack mine.\n")
    folder = home / "data" / "packs" / "mine"
    manifest = read_manifest(folder)
    assert check_files(folder, manifest) == []
    assert (manifest.name, manifest.parts.language.width, manifest.parts.language.n_ctx) == ("My own", WIDTH, 1024)
    assert manifest.prompt.human == "<|im_start|>user\n"
    assert (folder / "language.gguf").samefile(files[0])
    asked = bubo("ask", "--pack", "mine", "--image", NANO / "samples" / "garden.png", "--json", "What is this?")
    answer = msgspec.json.decode(asked.stdout, type=Answer)
    assert answer.tokens.generated > 1
    assert answer.images[0].objects == ()


def test_a_pack_points_with_the_parts_of_another(home: Path, files: tuple[Path, Path]) -> None:
    """And still does when the other pack is gone."""
    borrowed = read_manifest(NANO)
    assert import_files(files, "--id", "mine", "--grounding", "nano").returncode == 0
    folder = home / "data" / "packs" / "mine"
    manifest = read_manifest(folder)
    assert check_files(folder, manifest) == []
    for name in ("tagger", "grounder", "segmenter"):
        assert getattr(manifest.parts, name) == getattr(borrowed.parts, name)
    assert manifest.synonyms == borrowed.synonyms
    assert manifest.vocabulary_file == borrowed.vocabulary_file
    asked = bubo("ask", "--pack", "mine", "--image", NANO / "samples" / "garden.png", "--json", "What is this?")
    answer = msgspec.json.decode(asked.stdout, type=Answer)
    things = {thing.label: thing for thing in answer.images[0].objects}
    assert things["dog"].mask_rle is not None


def test_a_network_that_hears(home: Path, files: tuple[Path, Path]) -> None:
    tiny_projector.write_ultravox(files[1], WIDTH)
    assert import_files(files, "--id", "ears").returncode == 0
    projector = read_manifest(home / "data" / "packs" / "ears").parts.projector
    assert (projector.sees, projector.hears) == (False, True)
    asked = bubo("ask", "--pack", "ears", "--audio", NANO / "samples" / "dog.wav", "--json", "What is this?")
    assert msgspec.json.decode(asked.stdout, type=Answer).tokens.prompt > tiny_projector.SOUND_ROWS


def test_a_template_that_is_not_known_is_told_and_replaced(home: Path, files: tuple[Path, Path]) -> None:
    write_language(files[0], spm_vocabulary(), TinyShape(n_ctx=1024), "{{ 9**9**9 }}")
    ended = import_files(files, "--id", "mine")
    assert ended.returncode == 0
    assert "chat template is not known" in ended.stderr
    assert read_manifest(home / "data" / "packs" / "mine").prompt.human == "USER:"


def nothing(_files: tuple[Path, Path]) -> None:
    """Only the options are wrong."""


def no_layers(files: tuple[Path, Path]) -> None:
    write_language(files[0], spm_vocabulary(), TinyShape(n_layers=0))


def no_weights(files: tuple[Path, Path]) -> None:
    files[1].write_bytes(files[1].read_bytes().replace(b"mm.0.weight", b"mm.9.weight"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among files here")
@pytest.mark.parametrize(
    ("harm", "options", "code", "words"),
    [
        (lambda files: files[0].unlink(), (), 3, "There is no file"),
        (lambda files: (files[1].unlink(), os.mkfifo(files[1])), (), 3, "There is no file"),
        (lambda files: files[0].write_bytes(b"GGUF"), (), 3, "damaged"),
        (lambda files: tiny_projector.write_llava(files[1], 32), (), 3, "another language network"),
        (no_layers, (), 3, "cannot be read: the program that tried was ended by them"),
        (no_weights, (), 3, "cannot be used as a pack: The engine crashed"),
        (nothing, ("--id", "../up"), 2, "cannot be called"),
        (nothing, ("--id", "nano"), 2, "already"),
        (nothing, ("--grounding", "none"), 3, "There is no pack called 'none'"),
    ],
    ids=["missing", "pipe", "cut", "misfit", "deadly to read", "deadly to ask", "bad id", "known id", "no donor"],
)
def test_what_fails_is_told_in_one_line_and_leaves_nothing(
    home: Path, files: tuple[Path, Path], harm, options: tuple[str, ...], code: int, words: str
) -> None:
    harm(files)
    ended = import_files(files, *(options or ("--id", "mine")))
    assert ended.returncode == code, ended.stderr
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert packs(home) == []


def test_a_donor_that_is_damaged_gives_nothing(home: Path, files: tuple[Path, Path]) -> None:
    assert import_files(files, "--id", "bare").returncode == 0
    assert "no parts that point" in import_files(files, "--id", "mine", "--grounding", "bare").stderr
    (home / "data" / "packs" / "bare" / "mmproj.gguf").unlink()
    assert "is damaged: mmproj.gguf is missing" in import_files(files, "--id", "mine", "--grounding", "bare").stderr
    assert packs(home) == ["bare"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise")
def test_stopping_it_leaves_nothing(home: Path, files: tuple[Path, Path]) -> None:
    os.truncate(files[0], 1 << 30)  # zeros that take no room, but most of a second to read
    command = [
        *program_command(),
        "packs",
        "import",
        "--gguf",
        str(files[0]),
        "--mmproj",
        str(files[1]),
        "--id",
        "mine",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        deadline = time.monotonic() + END_S
        while packs(home) != ["mine.part"] and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=END_S)
    assert (process.returncode, said) == (130, "Stopped.\n")
    assert packs(home) == []


def test_flipped_bits_in_headers_end_in_facts_or_a_sentence(files: tuple[Path, Path]) -> None:
    """Some of these end the process that reads them; nobody else notices."""
    whole, draw = files[0].read_bytes(), random.Random(7)
    for _ in range(12):
        content = bytearray(whole)
        for _ in range(3):
            content[draw.randrange(24, 12_000)] ^= 1 << draw.randrange(8)
        files[0].write_bytes(content)
        try:
            assert read_facts(*files).width > 0
        except PackError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either is right
