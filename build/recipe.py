"""Recipes: what a pack is made of, where its sources are, and the steps that make it. One TOML file each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Struct

from bubo_desktop.data import Sampling
from bubo_desktop.packs.manifest import PromptTemplate, SelfTestCase
from build.dims import Dims, change_dims
from build.errors import BuildError

StepName = Literal["language", "vision", "question_vision", "hearing", "tagger", "grounder", "segmenter"]
PART_OF_STEP: Mapping[StepName, str] = {name: name for name in get_args(StepName)} | {"question_vision": "vision"}
"""Step -> the field of the manifest's `Parts` that it fills."""
NO_GROUNDING = "none"

_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public file, or a folder of files, that a pack is made from.

    Attributes:
        repository: of the Hugging Face hub; with `address` absent too, nobody publishes it and the user brings it.
        address: an https address of the file.
        revision: commit of the repository; absent where it is not known, then the newest is taken and written down.
        file: its name, where it is one file.
        files: names in the folder, all of which are needed, where it is a folder.
        weights: patterns of weights in the folder; those of the first pattern that fits any are taken.
        sha256: of `file`; absent where it is not known. What was read is written into the pack in any case.
        size_bytes: of `file`; absent where it is not known.
        about_mb: roughly what it takes on the disk.
        licence: its name, as the publisher states it.
        note: what else the user should know.
    """

    licence: str
    about_mb: float
    repository: str | None = None
    address: str | None = None
    revision: str | None = None
    file: str | None = None
    files: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    sha256: str | None = None
    size_bytes: int | None = None
    note: str = ""


class StepRecipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step.

    Attributes:
        makes: what it is expected to make, in words for the user.
        about_mb: roughly the size of that on the disk.
        scratch_mb: what it needs there meanwhile.
        sources: role, as the step knows it -> name of a source.
        options: how it is made.
    """

    makes: str
    about_mb: float
    scratch_mb: float = 0.0
    sources: dict[str, str]
    options: dict[str, Any] = {}


Steps = dict[StepName, StepRecipe]


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pack's recipe. `grounding_sets` are ways of tagging, boxing and masking, of which `grounding` is the default;
    `samples` are files of this repository that the pack brings, and that its self-test asks about.
    """

    id: str
    name: str
    version: str
    description: str
    languages: tuple[str, ...]
    prompt: PromptTemplate
    sampling: Sampling
    sources: dict[str, Source]
    steps: Steps
    grounding: str = NO_GROUNDING
    grounding_sets: dict[str, Steps] = {}
    dims: dict[str, Any] = {}
    synonyms: dict[str, str] = {}
    licences: dict[str, str] = {}
    samples: tuple[str, ...] = ()
    self_test: tuple[SelfTestCase, ...] = ()

    def chosen_steps(self, grounding: str | None, without: tuple[str, ...] = ()) -> Steps:
        """The steps to run, in order, with those of one grounding set.

        Args:
            grounding: a set's name; None takes the recipe's own choice.
            without: steps to leave out.

        Raises:
            BuildError: there is no such set, or no such step.
        """
        name = grounding or self.grounding
        if name != NO_GROUNDING and name not in self.grounding_sets:
            known = ", ".join([*self.grounding_sets, NO_GROUNDING])
            raise BuildError(f"The recipe has no grounding set called {name}; it has {known}.")
        steps = self.steps | self.grounding_sets.get(name, {})
        if unknown := sorted(set(without) - set(steps)):
            raise BuildError(f"The recipe has no step called {', '.join(unknown)}; it has {', '.join(steps)}.")
        if "language" in without:
            raise BuildError("A pack without a language network cannot answer: the step language stays.")
        return {step: recipe for step, recipe in steps.items() if step not in without}


def read_recipe(path: Path) -> Recipe:
    """Reads a recipe. Where it says it is `like` another in the same folder, what it leaves out is that one's, and its
    sources and steps are joined to or replace that one's; `without` then names steps it does not take over.

    Raises:
        BuildError: it cannot be read, or is not as it must be; every problem is told.
    """
    raw = _read_raw(path)
    if problems := list(_shape_problems(raw)):
        raise BuildError(*problems)
    recipe = msgspec.convert(raw, Recipe)
    if problems := list(_content_problems(recipe)):
        raise BuildError(*problems)
    return recipe


def _read_raw(path: Path) -> dict[str, Any]:
    raw = _parse(path)
    if "like" not in raw:
        return raw
    base = _parse(path.parent / Path(str(raw.pop("like"))).name)
    merged = base | raw
    without = merged.pop("without", [])
    for table in ("sources", "steps"):
        merged[table] = base.get(table, {}) | raw.get(table, {})
    merged["steps"] = {step: inner for step, inner in merged["steps"].items() if step not in without}
    return merged


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"The recipe {path} cannot be read: {error}.") from error


def is_inside(path: str) -> bool:
    """Whether a relative path stays in the folder that it starts from, on every system."""
    steps = PurePosixPath(path).parts
    leads_out = ".." in steps or PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive
    return bool(steps) and not leads_out and "\\" not in path and "\0" not in path


def _shape_problems(raw: dict[str, Any]) -> Iterator[str]:
    """What is of another form than `Recipe`: told table by table, since decoding ends at the first problem."""
    types = get_type_hints(Recipe)
    for field in msgspec.structs.fields(Recipe):
        if field.required and field.name not in raw:
            yield f"The recipe lacks {field.name}."
    for name, value in raw.items():
        if name not in types:
            yield f"The recipe has a field that is not known here: {name}."
            continue
        for place, piece, kind in _pieces(name, value, types[name]):
            try:
                msgspec.convert(piece, kind)
            except msgspec.ValidationError as error:
                yield f"In the recipe's {place}: {error}."


def _pieces(name: str, value: Any, kind: Any) -> Iterator[tuple[str, Any, Any]]:
    """A table of tables as its tables, with the type each must have; anything else as it is."""
    arguments = get_args(kind)
    if isinstance(value, dict) and len(arguments) == 2 and all(isinstance(inner, dict) for inner in value.values()):
        for key, inner in value.items():
            yield f"{name}.{key}", key, arguments[0]
            yield from _pieces(f"{name}.{key}", inner, arguments[1])
    else:
        yield name, value, kind


def _content_problems(recipe: Recipe) -> Iterator[str]:
    if not _SAFE_NAME.fullmatch(recipe.id):
        yield f"The pack's id {recipe.id!r} must be lower-case letters, digits, dots and dashes."
    for name, source in recipe.sources.items():
        yield from (f"The source {name} {problem}." for problem in _source_problems(name, source))
    for steps in (recipe.steps, *recipe.grounding_sets.values()):
        for step, recipe_of_step in steps.items():
            unknown = [name for name in recipe_of_step.sources.values() if name not in recipe.sources]
            yield from (f"The step {step} takes a source that the recipe has not: {name}." for name in unknown)
    if "language" not in recipe.steps:
        yield "The recipe has no step that makes the language network."
    if recipe.grounding not in (NO_GROUNDING, *recipe.grounding_sets):
        yield f"The recipe has no grounding set called {recipe.grounding}."
    yield from (f"The sample {path!r} leads out of the repository." for path in recipe.samples if not is_inside(path))
    try:
        change_dims(Dims(), recipe.dims)
    except BuildError as error:
        yield from error.problems


def _source_problems(name: str, source: Source) -> Iterator[str]:
    if not _SAFE_NAME.fullmatch(name):
        yield "must be named in lower-case letters, digits, dots, dashes and underscores"
    if (source.file is None) == (not source.files):
        yield "must have either `file` or `files`"
    if source.repository is not None and source.address is not None:
        yield "has a repository and an address, of which it may have one"
    if source.address is not None and not source.address.startswith("https://"):
        yield "has an address that is not https"
    if source.address is not None and source.file is None:
        yield "has an address, which is that of one `file`"
    if source.revision is not None and not _REVISION.fullmatch(source.revision):
        yield "has a revision that is no commit of 40 hexadecimal digits"
    if source.sha256 is not None and not (source.file and _SHA256.fullmatch(source.sha256)):
        yield "has a SHA-256 that is not 64 hexadecimal digits, or is none of one `file`"
    for path in filter(None, (source.file, *source.files, *source.weights)):
        if not is_inside(path):
            yield f"has a file name that leads out of its folder: {path!r}"
