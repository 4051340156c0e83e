"""Packs made of checkpoints by the real command at small sizes, asked through the real engine process.

Their weights are drawn, so that nothing they say or see means anything: what is tested is that it holds together.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import LlamaConfig

from bubo_desktop.cli.talk import Talk, talking
from bubo_desktop.data import Answer, PictureFindings, Sampling, Turn
from bubo_desktop.geometry import decode_mask
from bubo_desktop.packs.manifest import read_manifest
from bubo_desktop.protocol import Found, Linked, Masked, Progress, Token
from build import pack_steps
from build.apart import Cost
from build.make_pack import Order, make_pack
from tests.build_packs.drawn_sources import (
    RECIPES,
    SMALL,
    SMALLER,
    THINGS,
    have_things_said,
    have_vicuna_say_things,
    write_recipe,
    write_sources,
)
from tests.parity.tiny_instructblip import SIZES, draw_instructblip, write_instructblip

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 120, 90
FINDING_ALL = {"width = 640 }": "width = 640, threshold = 0.0 }"} | SMALLER
LIVE_FINDING_ALL = {'network = "owlvit-base-patch32"\n': 'network = "owlvit-base-patch32"\nthreshold = 0.0\n'}
LANGUAGE = {"llm": 64, "llm_layers": 2, "llm_heads": 4, "llm_ffn": 128, "vocab": 512}
N_CTX = 2048  # of the recipe
SHORT = Sampling(max_tokens=24)
QUESTION = "What do you see?"
Make = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def _steps_here() -> Iterator[None]:
    """Steps run in this process, which has loaded torch already; tests/build_packs has them in their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        patch.setattr(pack_steps, "run_step_apart", lambda _, work, *given: (work(*given), Cost(0.0, 0.0, 0)))
        yield


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "sources"
    write_sources(folder, threshold=0.0)
    have_vicuna_say_things(folder / "vicuna")
    network = draw_instructblip(
        LlamaConfig(
            vocab_size=512, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=4,
        )
    )  # fmt: skip
    have_things_said(network.language_model.state_dict(), SMALL / "vicuna" / "tokenizer.model")
    write_instructblip(network, folder / "instructblip")
    shutil.copyfile(SMALL / "vicuna" / "tokenizer.model", folder / "instructblip" / "tokenizer.model")
    return folder


@pytest.fixture(scope="module")
def make(sources: Path) -> Make:
    def make(name: str, recipe: Path, dims: Path = SMALL / "dims.json", **options: Any) -> Path:
        out = sources.with_name(name)
        make_pack(Order(recipe=recipe, sources=sources, out=out, dims=dims, **options))
        return out

    return make


@pytest.fixture(scope="module", params=["none", "int4"])
def pack(request: pytest.FixtureRequest, make: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = write_recipe(tmp_path_factory.mktemp("recipe"), FINDING_ALL)
    return make(request.param, recipe, quantize=request.param)


@pytest.fixture(scope="module")
def talk(pack: Path, qapp) -> Iterator[Talk]:
    del qapp  # first: see conftest.py
    with talking(pack) as talk:
        yield talk


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(5):
        rgb = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        Image.fromarray(rgb).save(folder / f"{seed}.png")
    return [str(folder / f"{seed}.png") for seed in range(5)]


def ask(talk: Talk, question: str, images: Sequence[str] = (), *history: Turn) -> Answer:
    return talk.ask(question, images, history=history, sampling=SHORT)


def check_objects(picture: PictureFindings, labels: set[str]) -> None:
    assert picture.objects
    for thing in picture.objects:
        x0, y0, x1, y1 = thing.box_xyxy_px
        assert 0 <= x0 < x1 <= WIDTH
        assert 0 <= y0 < y1 <= HEIGHT
        assert decode_mask(thing.mask_rle).shape == (HEIGHT, WIDTH)
        assert thing.label in labels


def check_links(answer: Answer) -> None:
    ids = {thing.id for picture in answer.images for thing in picture.objects}
    assert answer.links
    for link in answer.links:
        assert answer.answer[link.start : link.end] == link.text
        assert set(link.objects) <= ids


def test_an_answer_holds_together(talk: Talk, pictures: list[str]) -> None:
    answer = talk.ask(QUESTION, pictures[:2], sampling=SHORT)
    assert len(answer.images) == 2
    for picture in answer.images:
        assert (picture.width, picture.height) == (WIDTH, HEIGHT)
        assert {tag.label for tag in picture.tags} == set(THINGS)
        check_objects(picture, set(THINGS))
    assert set(answer.answer.split()) <= {"the", *THINGS}
    check_links(answer)
    assert answer.tokens.generated == SHORT.max_tokens


def test_events_come_in_order(talk: Talk, pictures: list[str]) -> None:
    steps: list[Any] = []
    answer = talk.ask("Where is the dog?", pictures[2:3], sampling=SHORT, on_step=steps.append)
    order = [type(step) for step in steps]
    assert "".join(step.text for step in steps if isinstance(step, Token)) == answer.answer
    assert order.index(Found) < order.index(Linked) < order.index(Masked)
    assert order.index(Token) < order.index(Linked)
    began = [step.stage for step in steps if isinstance(step, Progress) and step.fraction == 0]
    assert began.index("see") < began.index("prefill") < began.index("generate") < began.index("link")
    assert began.index("tag") < began.index("locate") < began.index("link") < began.index("segment")
    [masked] = [step for step in steps if isinstance(step, Masked)]
    assert set(masked.masks) == {thing.id for thing in answer.images[0].objects}


def test_a_sound_is_heard(talk: Talk) -> None:
    dog, bell = (str(ROOT / "models" / "nano" / "samples" / name) for name in ("dog.wav", "bell_and_cat.wav"))
    answers = [talk.ask("What do you hear?", [], [sound], sampling=SHORT) for sound in (dog, bell)]
    assert all(answer.sounds[0].duration_s > 0 and not answer.images for answer in answers)
    assert answers[0].answer != answers[1].answer


def test_five_pictures_in_a_row_are_each_answered_from_the_right_one(talk: Talk, pictures: list[str]) -> None:
    answers = [talk.ask(QUESTION, [picture], sampling=SHORT).answer for picture in pictures]
    assert len(set(answers)) == len(pictures)
    again = [talk.ask(QUESTION, [picture], sampling=SHORT).answer for picture in reversed(pictures)]
    assert again == answers[::-1]


def test_a_chat_goes_on_about_its_picture(talk: Talk, pictures: list[str]) -> None:
    first = talk.ask(QUESTION, pictures[:1], sampling=SHORT)
    seconds = [
        talk.ask("And what else?", history=[Turn(QUESTION, first.answer, images=(picture,))], sampling=SHORT)
        for picture in pictures[:2]
    ]
    assert seconds[0].tokens.prompt > first.tokens.prompt
    assert seconds[0].answer != seconds[1].answer
    once_more = talk.ask(QUESTION, pictures[:1], history=[Turn(QUESTION, first.answer, images=(pictures[0],))])
    assert once_more.images == first.images


def test_a_chat_that_is_too_long_is_said_to_be(talk: Talk, pictures: list[str]) -> None:
    history = [Turn(QUESTION, "dog bell cat " * 60, images=(pictures[0],))] * 20
    answer = talk.ask(QUESTION, pictures[:1], history=history, sampling=SHORT)
    assert any("oldest turns" in note for note in answer.notes)
    assert answer.tokens.prompt + answer.tokens.generated <= N_CTX


def test_the_command_line_answers(pack: Path, pictures: list[str]) -> None:
    command = [sys.executable, str(ROOT / "main.py"), "ask", "--pack", str(pack), "--image", pictures[0], "--json"]
    done = subprocess.run([*command, "--max-tokens", "8", QUESTION], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["pack"] == "bubogpt-7b"
    assert told["images"][0]["objects"]
    assert told["tokens"]["generated"] == 8


def test_the_live_set_looks_for_everyday_things(
    make: Make, pictures: list[str], tmp_path_factory: pytest.TempPathFactory, qapp
) -> None:
    del qapp
    recipe = write_recipe(tmp_path_factory.mktemp("recipe"), LIVE_FINDING_ALL)
    live = make("live", recipe, quantize="none", grounding="live", without=("hearing",))
    labels = read_manifest(live).parts.grounder.labels
    assert len(labels) > 500
    with talking(live) as talk:
        answer = talk.ask("Where is the dog?", pictures[:1], sampling=SHORT)
    check_objects(answer.images[0], {*labels, *THINGS})
    check_links(answer)
    assert answer.images[0].tags == ()


def test_instructblip_reads_the_question_while_it_looks(make: Make, pictures: list[str], tmp_path: Path, qapp) -> None:
    del qapp
    (tmp_path / "dims.json").write_text(json.dumps(SIZES | LANGUAGE))
    recipe = RECIPES / "instructblip-vicuna-7b.toml"
    pack = make("instructblip", recipe, tmp_path / "dims.json", quantize="none", grounding="none")
    with talking(pack) as talk:
        talk.prepare(pictures[:1], [])
        answers = {
            (question, picture): talk.ask(question, [picture], sampling=SHORT).answer
            for question in ("what is this?", "how many?")
            for picture in pictures[:3]
        }
    assert len(set(answers.values())) == len(answers)
