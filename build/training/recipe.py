"""Training recipes: what of BuboGPT learns in a stage, where it starts from, and how. One TOML file each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bubo_desktop.packs.manifest import PromptTemplate
from build.errors import BuildError
from build.recipe import Recipe, Source, read_recipe
from build.training.loop import Plan
from build.training.samples import Kind
from build.training.schedule import Count

Sense = Literal["vision", "hearing"]
PartName = Literal["vision.qformer", "vision.projection", "hearing.qformer", "hearing.projection"]
FRESH = "fresh"


class TrainingRecipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage of training.

    Attributes:
        pack: file name of the pack's recipe, a folder above: whence sizes, prompt and, unless `starts` says otherwise,
            the weights that a stage starts from.
        senses: which of them the samples need.
        learns: the parts that learn; all else is frozen.
        starts: where parts start from that do not start from the pack's sources: `fresh` or a name in `sources`.
        sources: public files besides the pack's.
        prompt: fields of the pack's prompt that are others here.
        n_answer_tokens: answers are cut to so many, the end symbol included.
        mixture: how many of each kind of sample are drawn, relative to the others.
        n_validation: batches of held-out samples, as many of each kind.
        plan: the schedule and the pace.
    """

    pack: str
    senses: Annotated[tuple[Sense, ...], Meta(min_length=1)]
    learns: Annotated[tuple[PartName, ...], Meta(min_length=1)]
    starts: dict[PartName, str] = {}
    sources: dict[str, Source] = {}
    prompt: dict[str, Any] = {}
    n_answer_tokens: Count
    mixture: dict[Kind, Count]
    n_validation: Count = 20
    plan: Plan

    def prompt_of(self, pack: Recipe) -> PromptTemplate:
        """The pack's prompt with this recipe's changes.

        Raises:
            BuildError: a field is not known or of the wrong type, or the prompt has control tokens.
        """
        try:
            prompt = msgspec.convert(msgspec.to_builtins(pack.prompt) | self.prompt, PromptTemplate)
        except msgspec.ValidationError as error:
            raise BuildError(f"The training recipe's prompt is not valid: {error}.") from error
        if prompt.control_tokens or len(prompt.stop) != 1:
            raise BuildError("The prompt must have one end symbol, which is text, and no control tokens.")
        return prompt


def read_training_recipe(path: Path) -> tuple[TrainingRecipe, Recipe]:
    """A training recipe, and the recipe of the pack that it trains.

    Raises:
        BuildError: one cannot be read, or is not as it must be.
    """
    try:
        recipe = msgspec.convert(tomllib.loads(path.read_text("utf-8")), TrainingRecipe)
    except (OSError, ValueError) as error:  # msgspec's errors are of the second kind
        raise BuildError(f"The training recipe {path} cannot be read: {error}.") from error
    if problems := list(_problems(recipe)):
        raise BuildError(*problems)
    pack = read_recipe(path.parents[1] / Path(recipe.pack).name)
    recipe.prompt_of(pack)
    return recipe, pack


def _problems(recipe: TrainingRecipe) -> Iterator[str]:
    for part in (*recipe.learns, *recipe.starts):
        if part.split(".")[0] not in recipe.senses:
            yield f"The part {part} is of a sense that the recipe has not."
    for part, source in recipe.starts.items():
        if source != FRESH and source not in recipe.sources:
            yield f"The part {part} starts from {source}, which is no source of the recipe."
