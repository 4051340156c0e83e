"""Both stages at the small size, from public checkpoints to files that the build converts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from bubo_desktop.engine.sessions import Session
from build.dims import Dims, read_dims
from build.errors import BuildError
from build.parts import hearing, vision
from build.recipe import read_recipe
from build.training.bubogpt import BuboGPT
from build.training.curriculum import gather_samples, read_places
from build.training.lessons import IGNORED, Lesson
from build.training.recipe import read_training_recipe
from build.training.results import make_pupil
from build.training.stage import Order, teach
from build.training.starts import Starts
from build.workshop import Workshop
from tests.parity.small_sources import FOLDER, read_reference
from tests.training.conftest import N_SAMPLES, ROOT

RECIPES = ROOT / "build" / "recipes"
DIMS = read_dims(FOLDER / "dims.json", Dims())
SMALLER_1 = {
    "n_epochs = 4": "n_epochs = 1", "steps_per_epoch = 5000": "steps_per_epoch = 20",
    "batch_size = 64": "batch_size = 1",
    "n_warm_up_steps = 5000": "n_warm_up_steps = 2", "peak_rate = 1e-4": "peak_rate = 3e-3",
    "n_validation = 20": "n_validation = 1", "seed = 42": "seed = 42\nlog_every = 5",
}  # fmt: skip
SMALLER_2 = {
    "n_epochs = 10": "n_epochs = 1", "steps_per_epoch = 5000": "steps_per_epoch = 3",
    "batch_size = 12": "batch_size = 3",
    "n_warm_up_steps = 5000": "n_warm_up_steps = 2", "n_validation = 20": "n_validation = 1",
    "image_question = 150": "", "localisation = 5": "",
    "image_detail = 3": "image_detail = 1", "sound_detail = 4": "sound_detail = 1", "unrelated = 3": "unrelated = 1",
}  # fmt: skip
TOLERANCE = 1e-4  # float32 sums in another order; the values are a few units large


def write_recipe(folder: Path, name: str, changes: Mapping[str, str]) -> Path:
    """A shipped recipe with some of its text replaced, beside the pack's."""
    (folder / "training").mkdir(parents=True, exist_ok=True)
    shutil.copy(RECIPES / "bubogpt-7b.toml", folder)
    text = (RECIPES / "training" / f"{name}.toml").read_text("utf-8")
    for theirs, ours in changes.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    path = folder / "training" / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def stage_1(tmp_path_factory: pytest.TempPathFactory, sources: Path, data: Path) -> Order:
    folder = tmp_path_factory.mktemp("stage1")
    recipe = write_recipe(folder / "recipes", "stage1", SMALLER_1)
    order = Order(recipe=recipe, sources=sources, data=data, out=folder / "out", dims=FOLDER / "dims.json")
    assert teach(order) == [folder / "out" / "bubogpt_7b.pth"]
    return order


@pytest.fixture(scope="module")
def stage_2(tmp_path_factory: pytest.TempPathFactory, stage_1: Order) -> Order:
    folder = tmp_path_factory.mktemp("stage2")
    recipe = write_recipe(folder / "recipes", "stage2", SMALLER_2)
    order = Order(
        recipe=recipe, sources=stage_1.sources, data=stage_1.data, out=folder / "out", start=stage_1.out,
        dims=FOLDER / "dims.json",
    )  # fmt: skip
    assert teach(order) == [folder / "out" / "bubogpt_7b.pth"]
    return order


@pytest.fixture(scope="module")
def pupil(stage_2: Order) -> BuboGPT:
    """What stage 2 left, read as a further stage would start from it."""
    recipe, pack = read_training_recipe(stage_2.recipe)
    starts = Starts(recipe, pack, DIMS, stage_2.sources, stage_2.out, recipe.plan.seed)
    return make_pupil(recipe, DIMS, starts, torch.float32).pupil


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in torch.load(path, weights_only=True)["model"].items()}


def test_the_loss_falls(stage_1: Order) -> None:
    entries = [json.loads(line) for line in (stage_1.out / "log.jsonl").read_text().splitlines()]
    losses = [entry["loss"] for entry in entries if entry["part"] == "training"]
    assert losses[-1] < losses[0] - 0.5


def test_stage_1_writes_the_ears_and_nothing_else(stage_1: Order) -> None:
    written = read_tensors(stage_1.out / "bubogpt_7b.pth")
    assert set(written) == set(hearing.source_shapes(DIMS)["qformer"])
    recipe, pack = read_training_recipe(stage_1.recipe)
    fresh = Starts(recipe, pack, DIMS, stage_1.sources, None, recipe.plan.seed).sense("hearing")["qformer"]
    assert all(not np.array_equal(written[name], value.read()) for name, value in fresh.items())


def test_only_the_projections_learn_in_stage_2(stage_1: Order, stage_2: Order) -> None:
    before, after = read_tensors(stage_1.out / "bubogpt_7b.pth"), read_tensors(stage_2.out / "bubogpt_7b.pth")
    changed = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    ends = [f"fc.{kind}" for kind in ("weight", "bias")]
    joiner = "multimodal_joiner.modality_post_projectors"
    assert changed == {f"{joiner}.audio.{end}" for end in ends}
    assert set(after) - set(before) == {f"{joiner}.vision.{end}" for end in ends}
    started = read_tensors(stage_2.sources / "prerained_minigpt4_7b.pth")["llama_proj.weight"]
    moved = np.abs(after[f"{joiner}.vision.fc.weight"] - started).max()
    assert 0 < moved < 1e-3  # it began at MiniGPT-4's


@pytest.mark.parametrize("sense", ["vision", "hearing"])
def test_what_was_learnt_converts_as_the_public_files_do(
    stage_2: Order, pupil: BuboGPT, tmp_path: Path, sense: str
) -> None:
    pack = read_recipe(RECIPES / "bubogpt-7b-trained.toml")
    files = {name: stage_2.sources / (source.file or name) for name, source in pack.sources.items()}
    files["bubogpt"] = stage_2.out / "bubogpt_7b.pth"
    workshop = Workshop(DIMS, tmp_path, tmp_path, "none", lambda _: None, files)
    part = vision if sense == "vision" else hearing
    part.make(workshop, pack.steps[sense].sources)
    name, inputs = ("pixel_values", "image") if sense == "vision" else ("mel", "mel")
    example = read_reference()[inputs]
    found = Session(tmp_path / part.FILE, 1).run(**{name: example})["embeddings"]
    with torch.no_grad():
        wanted = pupil.senses[sense](torch.from_numpy(example)).numpy()
    np.testing.assert_allclose(found, wanted, atol=TOLERANCE, rtol=0)


def test_the_loss_counts_the_answers_tokens_alone(pupil: BuboGPT) -> None:
    """Against the language network's own logits, sample by sample, position by position."""
    lesson = draw_lesson()
    judged = pupil(lesson)
    n_counted, loss, right = 0, 0.0, []
    with torch.no_grad():
        embedded = pupil.embed(lesson)
        for number in range(len(lesson.kinds)):
            n = [6, 5][number]
            logits = pupil.language(inputs_embeds=embedded[number : number + 1, :n]).logits[0]
            exact = True
            for position in range(n):
                wanted = lesson.labels[number, position]
                if wanted != IGNORED:
                    n_counted += 1
                    loss += float(cross_entropy(logits[position - 1], wanted))
                    exact &= bool(logits[position - 1].argmax() == wanted)
            right.append(exact)
    assert judged.weight == n_counted == 3
    assert judged.loss.item() == pytest.approx(loss, rel=1e-5)
    assert judged.is_right.tolist() == right


def draw_lesson() -> Lesson:
    """Two samples without media: of six tokens, the last two of an answer, and of five, the last."""
    ids = torch.tensor([[1, 40, 41, 42, 50, 51], [1, 60, 61, 62, 70, 0]])
    labels = torch.full_like(ids, IGNORED)
    labels[0, 4:], labels[1, 4] = ids[0, 4:], 70
    return Lesson(
        ("image_question", "image_question"), ids, labels, torch.full_like(ids, -1), torch.empty(0), torch.empty(0)
    )


def test_media_stand_where_the_layout_puts_them(pupil: BuboGPT) -> None:
    reference = {name: torch.from_numpy(value) for name, value in read_reference().items()}
    ids = torch.full((1, 20), 7)
    rows = torch.full((1, 20), -1)
    rows[0, 2:10], rows[0, 11:19] = torch.arange(8), torch.arange(8, 16)
    media = (reference["mel"][:1], reference["image"][:1])
    lesson = Lesson(("unrelated",), ids, torch.full_like(ids, IGNORED), rows, *media)
    with torch.no_grad():
        found = pupil.embed(lesson)[0]
        sound, image = pupil.senses["hearing"](lesson.mel)[0], pupil.senses["vision"](lesson.pixel_values)[0]
        token = pupil.language.get_input_embeddings()(torch.tensor(7))
    assert torch.equal(found[2:10], sound)
    assert torch.equal(found[11:19], image)
    assert all(torch.equal(found[place], token) for place in (0, 1, 10, 19))


def test_the_image_side_learns_too_where_the_recipe_says_so(tmp_path: Path, sources: Path, data: Path) -> None:
    changes = {
        **SMALLER_2, "steps_per_epoch = 5000": "steps_per_epoch = 1",
        '["vision.projection", "hearing.projection"]': '["vision.qformer", "vision.projection"]',
        'senses = ["vision", "hearing"]': 'senses = ["vision"]',
        "sound_detail = 4": "", "unrelated = 3": "",
    }  # fmt: skip
    recipe = write_recipe(tmp_path, "stage2", changes)
    order = Order(recipe=recipe, sources=sources, data=data, out=tmp_path / "out", dims=FOLDER / "dims.json")
    files = [order.out / name for name in ("blip2_pretrained_flant5xxl.pth", "bubogpt_7b.pth")]
    assert teach(order) == files
    before, after = read_tensors(sources / "blip2_pretrained_flant5xxl.pth"), read_tensors(files[0])
    learnt = {name for name in after if not name.startswith("ln_vision")}
    assert {name for name, value in after.items() if not np.array_equal(value, before[name])} == learnt


def test_what_is_missing_is_told_at_once_and_before_any_work(tmp_path: Path, data: Path) -> None:
    order = Order(recipe=RECIPES / "training" / "stage2.toml", sources=tmp_path, data=data, out=tmp_path / "out")
    with pytest.raises(BuildError) as told:
        teach(order)
    text = str(told.value)
    for name in ("llava", "vgg_ss", "eva_vit_g.pth", "blip2_pretrained_flant5xxl.pth", "prerained_minigpt4_7b.pth"):
        assert name in text
    assert not (tmp_path / "out").exists()


def test_a_test_clip_never_trains(data: Path, tmp_path: Path) -> None:
    listed = tmp_path / "data.toml"
    listed.write_text(f'wavcaps = "{data.parent / "wavcaps"}"\nheld_back = 0.0\ntested = {{ clotho = ["test.csv"] }}')
    (tmp_path / "test.csv").write_text("file_name,sound_id\nrain.wav,7\n")
    learnt, _ = gather_samples(read_places(listed), {"sound_caption": 1})
    assert len(learnt["sound_caption"]) == N_SAMPLES  # none of them is sound 7 of Freesound
    (tmp_path / "test.csv").write_text("file_name,sound_id\nrain.wav,3\n")
    learnt, _ = gather_samples(read_places(listed), {"sound_caption": 1})
    assert len(learnt["sound_caption"]) == N_SAMPLES - 1


def test_the_shipped_list_of_data_sets_names_all_that_stage_2_needs() -> None:
    recipe, _ = read_training_recipe(RECIPES / "training" / "stage2.toml")
    with pytest.raises(BuildError) as told:
        gather_samples(read_places(RECIPES / "training" / "data.toml"), recipe.mixture)
    assert "say where it is" not in str(told.value)


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        ("batch_size = 64", "batch_size = 0", "batch_size"),
        ('senses = ["hearing"]', 'senses = ["vision"]', "hearing.qformer is of a sense that the recipe has not"),
        ('"hearing.qformer" = "fresh"', '"hearing.qformer" = "stale"', "stale, which is no source"),
        ("[mixture]", "[prompt]\nstop = []\n\n[mixture]", "one end symbol"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused(tmp_path: Path, theirs: str, ours: str, said: str) -> None:
    with pytest.raises(BuildError, match=said):
        read_training_recipe(write_recipe(tmp_path, "stage1", {theirs: ours}))
