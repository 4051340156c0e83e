"""An imported pack in real engines: five pictures in a row are each answered as in an engine that saw only that one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.cli import importing
from bubo_desktop.cli.arguments import read_arguments
from bubo_desktop.cli.talk import Talk, talking
from bubo_desktop.data import Sampling, Turn
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.paths import HOME_VARIABLE
from tests.engine import tiny_projector
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_language

QUESTION, N_PICTURES, WIDTH = "what is this", 5, 64
SHORT = Sampling(max_tokens=12)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, qapp) -> Iterator[Path]:
    del qapp  # first: see conftest.py
    folder = tmp_path_factory.mktemp("imported")
    write_language(folder / "a.gguf", spm_vocabulary(), TinyShape(n_ctx=1024, scale=2.0), "<|im_start|>")
    tiny_projector.write_llava(folder / "b.gguf", WIDTH, tiles=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder / "home"))
        arguments = [
            "--gguf",
            folder / "a.gguf",
            "--mmproj",
            folder / "b.gguf",
            "--id",
            "imported",
            "--grounding",
            "nano",
        ]
        assert importing.run(read_arguments(["packs", "import", *map(str, arguments)])) == 0
        yield find_pack("imported")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(N_PICTURES):
        rgb = np.random.default_rng(seed).integers(0, 256, (60, 120, 3), dtype=np.uint8)
        Image.fromarray(rgb).save(folder / f"{seed}.png")
    return [str(folder / f"{seed}.png") for seed in range(N_PICTURES)]


@contextmanager
def fresh(pack: Path) -> Iterator[Talk]:
    with talking(pack) as talk:
        yield talk


def answer(talk: Talk, images: list[str], history: tuple[Turn, ...] = ()) -> str:
    return talk.ask(QUESTION, images, history=history, sampling=SHORT).answer


def test_five_pictures_in_a_row_are_answered_from_the_right_one(pack: Path, pictures: list[str]) -> None:
    expected = []
    for picture in pictures:
        with fresh(pack) as talk:
            expected.append(answer(talk, [picture]))
    assert len(set(expected)) == N_PICTURES
    with fresh(pack) as talk:
        for number in (0, 1, 2, 3, 4, 0, 3):
            assert answer(talk, [pictures[number]]) == expected[number]


def test_a_chat_about_five_pictures_goes_on_from_the_right_ones(pack: Path, pictures: list[str]) -> None:
    """Turn by turn in one engine, as in one that begins at that turn."""
    history: tuple[Turn, ...] = ()
    with fresh(pack) as talk:
        for picture in pictures:
            told = answer(talk, [picture], history)
            history = (*history, Turn(QUESTION, told, images=(picture,)))
    with ExitStack() as engines:
        other = engines.enter_context(fresh(pack))
        assert answer(other, [pictures[-1]], history[:-1]) == history[-1].answer


def test_the_order_of_several_pictures_matters(pack: Path, pictures: list[str]) -> None:
    with fresh(pack) as talk:
        one_way, other_way = answer(talk, pictures[:3]), answer(talk, pictures[2::-1])
        assert one_way != other_way
        assert answer(talk, pictures[:3]) == one_way
