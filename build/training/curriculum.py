"""Which data sets a stage learns from, where the user keeps them, and what is held back to validate with."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from build.errors import BuildError
from build.training.datasets.cc_sbu import read_cc_sbu_align, read_cc_sbu_shards
from build.training.datasets.clotho_detail import read_clotho_detail
from build.training.datasets.llava import read_llava
from build.training.datasets.unrelated import Unrelated
from build.training.datasets.vgg_ss import read_vgg_ss
from build.training.datasets.wavcaps import read_wavcaps
from build.training.mixture import Mixture
from build.training.overlap import hold_back, leave_out, read_tested
from build.training.samples import Kind, Samples

UNRELATED_SEED = 0


class AboutPictures(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of captions or conversations, and the folder of its pictures."""

    captions: Path
    pictures: Path


class AboutSounds(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of captions, the folder of its sounds, and Clotho's tables of where they came from."""

    captions: Path
    sounds: Path
    tables: tuple[Path, ...] = ()


class AboutPairs(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of captions, and the folders of the pictures and sounds they belong to."""

    captions: Path
    pictures: Path
    sounds: Path


class Places(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the data sets lie, as the user's file says it; a stage needs those of its kinds of samples.

    Attributes:
        wavcaps, cc_sbu: folders of tar shards.
        cc_sbu_align, llava, clotho_detail, vgg_ss: files and folders.
        tested: lists of test clips, which never train: the name of a list's format -> such files.
        held_back: the share of what is known by one name that is kept to validate with.
    """

    wavcaps: Path | None = None
    cc_sbu: Path | None = None
    cc_sbu_align: AboutPictures | None = None
    llava: AboutPictures | None = None
    clotho_detail: AboutSounds | None = None
    vgg_ss: AboutPairs | None = None
    tested: dict[str, tuple[Path, ...]] = {}
    held_back: Annotated[float, Meta(ge=0, lt=1)] = 0.01


def read_places(path: Path) -> Places:
    """A TOML file of `Places`; paths are relative to it.

    Raises:
        BuildError: it cannot be read, or is not as it must be.
    """

    def resolve(kind: type, value: object) -> object:
        if kind is Path and isinstance(value, str):
            return path.parent / value
        raise NotImplementedError(kind)

    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Places, dec_hook=resolve)
    except (OSError, ValueError) as error:
        raise BuildError(f"The list of data sets {path} cannot be read: {error}.") from error


def gather_samples(places: Places, ratio: Mapping[Kind, int]) -> tuple[dict[str, Samples], dict[str, Samples]]:
    """Samples to learn from and samples to validate with, by kind, without what is tested elsewhere.

    Args:
        places: of the data sets.
        ratio: whose kinds are wanted.

    Raises:
        BuildError: data sets are missing, broken, or have nothing left: all of them are told.
    """
    tested = read_tested([(name, path) for name, paths in places.tested.items() for path in paths])
    learnt: dict[str, Samples] = {}
    held: dict[str, Samples] = {}
    problems: list[str] = []
    for kind in ratio:
        try:
            if kind != "unrelated":
                learnt[kind], held[kind] = hold_back(leave_out(_read_kind(kind, places), tested), places.held_back)
        except BuildError as error:
            problems += error.problems
    if "unrelated" in ratio and not problems:
        problems += _add_unrelated(learnt) + (_add_unrelated(held) if all(held.values()) else [])
    if problems:
        raise BuildError(*problems)
    return learnt, {kind: samples for kind, samples in held.items() if samples}


def mix_evenly(held: Mapping[str, Samples], n_samples: int, seed: int) -> Samples:
    """So many samples to validate with, as many of each kind."""
    return Mixture(held, dict.fromkeys(held, 1), n_samples, seed) if held else ()


def _add_unrelated(samples: dict[str, Samples]) -> list[str]:
    """Pairs of what the other kinds describe at length; returns what is wrong."""
    if "image_detail" not in samples or "sound_detail" not in samples:
        return ["Unrelated pairs are made of image_detail and sound_detail, which the mixture must have."]
    samples["unrelated"] = Unrelated(samples["image_detail"], samples["sound_detail"], UNRELATED_SEED)
    return []


def _read_kind(kind: Kind, places: Places) -> Samples:
    """The samples of a kind. Raises `BuildError` where their data set is missing or broken."""
    name, read = _DATA_SETS[kind]
    place = getattr(places, name)
    if place is None:
        raise BuildError(f"Samples of the kind {kind} need the data set {name}: say where it is.")
    return read(place)


def _shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.tar"))


_DATA_SETS: Mapping[Kind, tuple[str, Callable[[Any], Samples]]] = {
    "sound_caption": ("wavcaps", lambda folder: read_wavcaps(_shards(folder))),
    "image_caption": ("cc_sbu", lambda folder: read_cc_sbu_shards(_shards(folder))),
    "image_detail": ("cc_sbu_align", lambda place: read_cc_sbu_align(place.captions, place.pictures)),
    "image_question": ("llava", lambda place: read_llava(place.captions, place.pictures)),
    "sound_detail": ("clotho_detail", lambda place: read_clotho_detail(place.captions, place.sounds, place.tables)),
    "localisation": ("vgg_ss", lambda place: read_vgg_ss(place.captions, place.pictures, place.sounds)),
}
"""Kind of sample -> the field of `Places` that it needs, and what reads that."""
