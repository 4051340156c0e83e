"""Recipes: the shipped ones hold together, and a wrong one is told everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from build.dims import Dims, change_dims, read_dims
from build.errors import BuildError
from build.recipe import read_recipe

RECIPES = Path(__file__).parents[2] / "build" / "recipes"
SMALL = """
id = "small"
name = "Small"
version = "1"
description = "For tests."
languages = ["en"]

[prompt]
system = ""
human = "Human: "
assistant = "Assistant:"
turn_end = "###"
image_tags = ["", ""]
sound_tags = ["", ""]
stop = ["###"]
control_tokens = false

[sampling]

[sources.vicuna]
files = ["config.json"]
weights = ["*.safetensors"]
about_mb = 1
licence = "none"

[steps.language]
makes = "words"
about_mb = 1
sources = { source = "vicuna" }
"""


def write(folder: Path, text: str, name: str = "small.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> str:
    with pytest.raises(BuildError) as caught:
        read_recipe(path)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_recipe_is_valid_and_makes_what_it_promises(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.id == path.stem
    assert set(recipe.chosen_steps(None)) >= {"language", "tagger", "grounder", "segmenter"}
    assert set(recipe.grounding_sets) == {"published", "laptop", "live"}
    assert all((RECIPES.parents[1] / sample).is_file() for sample in recipe.samples)
    brought = {f"samples/{Path(sample).name}" for sample in recipe.samples}
    assert {path for case in recipe.self_test for path in (case.image, case.sound) if path} <= brought


def test_recipes_have_the_published_sizes() -> None:
    thirteen = change_dims(Dims(), read_recipe(RECIPES / "bubogpt-13b.toml").dims)
    assert (thirteen.llm, thirteen.llm_layers, thirteen.llm_heads, thirteen.llm_ffn) == (5120, 40, 40, 13824)
    assert thirteen.v_mlp == Dims().v_mlp == 6144
    assert change_dims(Dims(), read_recipe(RECIPES / "bubogpt-7b.toml").dims) == Dims()


def test_a_recipe_like_another_takes_what_it_leaves_out_and_drops_what_it_says() -> None:
    seven, blip = (read_recipe(RECIPES / name) for name in ("bubogpt-7b.toml", "instructblip-vicuna-7b.toml"))
    assert blip.grounding_sets == seven.grounding_sets
    assert list(blip.chosen_steps("none")) == ["language", "question_vision"]
    assert blip.prompt != seven.prompt


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = (
        SMALL.replace('name = "Small"', 'name = 3\nstrange = "x"')
        .replace('makes = "words"', "")
        .replace("about_mb = 1\n", "", 1)
    )
    told = problems_of(write(tmp_path, text + '\n[steps.cooking]\nmakes = ""\n'))
    for piece in ("name", "strange", "sources.vicuna", "about_mb", "steps.language", "makes", "steps.cooking"):
        assert piece in told


def test_contents_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    source = """
[sources.other]
repository = "a/b"
address = "http://x.org/y"
revision = "main"
file = "y.pth"
sha256 = "123"
about_mb = 1
licence = "none"
"""
    text = SMALL.replace('id = "small"', 'id = "../up"\ngrounding = "dear"').replace('"vicuna" }', '"llama" }')
    told = problems_of(write(tmp_path, text + source))
    for piece in ("'../up'", "dear", "llama", "of which it may have one", "not https", "40 hex", "64 hex"):
        assert piece in told


@pytest.mark.parametrize("name", ["../x.pth", "/x.pth", "C:\\\\x.pth", "a\\\\..\\\\x.pth", "C:x.pth"])
def test_file_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    text = SMALL.replace('files = ["config.json"]', f'files = ["config.json", "{name}"]')
    assert "leads out of its folder" in problems_of(write(tmp_path, text))


def test_a_sample_that_leads_out_is_refused(tmp_path: Path) -> None:
    text = SMALL.replace('version = "1"', 'version = "1"\nsamples = ["../secret"]')
    assert "leads out of the repository" in problems_of(write(tmp_path, text))


def test_steps_are_chosen(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, SMALL))
    assert list(recipe.chosen_steps(None)) == ["language"]
    with pytest.raises(BuildError, match="no grounding set called dear"):
        recipe.chosen_steps("dear")
    with pytest.raises(BuildError, match="no step called vision"):
        recipe.chosen_steps(None, ("vision",))
    with pytest.raises(BuildError, match="cannot answer"):
        recipe.chosen_steps(None, ("language",))


def test_a_recipe_that_is_no_toml_or_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in problems_of(tmp_path / "absent.toml")
    assert "cannot be read" in problems_of(write(tmp_path, "id = "))


def test_sizes_of_a_file_change_only_what_they_name(tmp_path: Path) -> None:
    path = write(tmp_path, '{"v_dim": 48, "ram": {"classes": 12}, "clips_in_reference": 7}', "dims.json")
    dims = read_dims(path, Dims())
    assert (dims.v_dim, dims.v_mlp, dims.a_mlp) == (48, 209, 3072)
    assert (dims.ram.classes, dims.ram.window) == (12, 12)
    with pytest.raises(BuildError, match="v_dim"):
        read_dims(write(tmp_path, '{"v_dim": "wide"}', "wrong.json"), Dims())
