"""A pack in memory: its manifest and the parts it has, ready to work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from bubo_desktop.errors import PackError
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import (
    MANIFEST_NAME,
    Manifest,
    ProjectorPart,
    VectorGrounder,
    Word,
    read_manifest,
    read_vocabulary,
)
from bubo_desktop.paths import cache_dir, states_dir

if TYPE_CHECKING:  # the parts bring the runtimes with them, which are loaded when a pack is
    from bubo_desktop.engine.abilities import Locates, Segments
    from bubo_desktop.engine.hearing import Hearing, SoundTagger
    from bubo_desktop.engine.language import Language
    from bubo_desktop.engine.language_weights import Weights
    from bubo_desktop.engine.projecting import Projector
    from bubo_desktop.engine.shelf import Shelf
    from bubo_desktop.engine.tagging import Tagger
    from bubo_desktop.engine.vision import Vision

OnLoading = Callable[[str, float], None]
"""Told the name of the part that is being loaded, and the fraction (0..1) of all loading done before it."""

VERIFIED = "verified-packs"
TUNING_SHARE = 0.9  # of the first start
IDLE_S = 120.0  # without work for it, until a large network is put away


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a pack can do; a part that is None is an ability it lacks.

    Attributes:
        shelf: where the sessions of its ONNX parts stand.
        vocabulary: the objects of the pack's world, where it has a vocabulary.
        load_ms: time it took to load.
    """

    manifest: Manifest
    language: Language
    vision: Vision | None = None
    hearing: Hearing | None = None
    projector: Projector | None = None
    tagger: Tagger | None = None
    locator: Locates | None = None
    segmenter: Segments | None = None
    sound_tagger: SoundTagger | None = None
    vocabulary: tuple[Word, ...] = ()
    shelf: Shelf | None = None
    load_ms: float = 0.0

    @property
    def eyes(self) -> Vision | Projector | None:
        """What makes a picture into something that the language network is shown."""
        return self.vision or (self.projector if self.projector and self.projector.sees else None)

    @property
    def labels(self) -> tuple[str, ...]:
        """The things that can be found by name: the locator's own, else those that the tagger knows."""
        if self.locator is None:
            return ()
        tagger = self.manifest.parts.tagger
        return self.locator.labels or (tagger.labels if tagger else self.standing_labels)

    @property
    def standing_labels(self) -> tuple[str, ...]:
        """What is looked for in every picture, because there is no tagger."""
        grounder = self.manifest.parts.grounder
        return grounder.labels if isinstance(grounder, VectorGrounder) and self.tagger is None else ()

    def put_away(self) -> None:
        """Frees the memory of large idle parts, but for the language network, until they are used."""
        if self.projector:
            self.projector.put_away()
        self.put_away_senses()

    def put_away_senses(self) -> None:
        """The same for the parts that run on ONNX Runtime; any thread may call it."""
        if self.shelf:
            self.shelf.put_away(IDLE_S)

    @property
    def device(self) -> str:
        """In words, what computes."""
        return self.language.device

    @property
    def notes(self) -> tuple[str, ...]:
        """Fallbacks the user should know of."""
        return self.language.notes

    def close(self) -> None:
        """Frees the language network and its encoder; ONNX Runtime frees its sessions by itself."""
        if self.projector:
            self.projector.close()
        self.language.close()


def open_pack(folder: Path, gpu_layers: int, on_loading: OnLoading) -> Pack:
    """Loads every part of a pack. Files that were never checked on this machine are hashed first.

    Args:
        folder: holds `pack.json`.
        gpu_layers: layers of the language network to place on a GPU; -1 for as many as it can hold.
        on_loading: hears of each part before it is loaded.

    Raises:
        PackError: the pack is missing, damaged or not what its manifest says.
        EngineError: there is not enough memory.
    """
    from bubo_desktop.engine.cores import n_whole_cores
    from bubo_desktop.engine.language import Language
    from bubo_desktop.engine.senses import open_senses
    from bubo_desktop.engine.shelf import Shelf
    from bubo_desktop.engine.tuning import remembered_tuning

    started_s = perf_counter()
    manifest = read_manifest(folder)
    on_loading("files", 0.0)
    _verify(folder, manifest)
    part = manifest.parts.language
    progress = _Progress(on_loading)
    tuning = remembered_tuning(part, folder, cache_dir(), progress.tell_tuning)
    progress.tell("language", 0.0)
    language = Language(part, folder, gpu_layers=gpu_layers, tuning=tuning, states_dir=states_dir())
    encoder = manifest.parts.projector
    projector = _open_projector(encoder, folder, language.weights, tuning.n_threads, on_gpu=gpu_layers != 0)
    shelf = Shelf(folder, n_whole_cores())
    return Pack(
        manifest=manifest,
        language=language,
        projector=projector,
        vocabulary=read_vocabulary(folder, manifest),
        shelf=shelf,
        **open_senses(manifest, shelf, progress.tell),
        load_ms=(perf_counter() - started_s) * 1e3,
    )


class _Progress:
    """Tells of loading so that the fraction never goes back; a first start is mostly tuning."""

    def __init__(self, on_loading: OnLoading) -> None:
        self._on_loading = on_loading
        self._begin = 0.0

    def tell_tuning(self, fraction: float) -> None:
        """The tuning is measured, as far as `fraction` (0..1) of it."""
        self._begin = TUNING_SHARE
        self._on_loading("tuning", TUNING_SHARE * fraction)

    def tell(self, part: str, fraction: float) -> None:
        """A part is loaded next, and `fraction` (0..1) of the pack before it."""
        self._on_loading(part, self._begin + (1 - self._begin) * fraction)


def _open_projector(
    part: ProjectorPart | None, folder: Path, weights: Weights, n_threads: int, *, on_gpu: bool
) -> Projector | None:
    from bubo_desktop.engine.projecting import Projector

    return Projector(part, folder, weights, n_threads=n_threads, on_gpu=on_gpu) if part else None


def _verify(folder: Path, manifest: Manifest) -> None:
    """Raises `PackError` where files are not those of the manifest; hashes only what is new or was touched since."""
    known = cache_dir() / VERIFIED / _identity(folder, manifest)
    if known.exists():
        return
    problems = check_files(folder, manifest)
    if problems:
        more = f" ({len(problems) - 1} more problems)" if len(problems) > 1 else ""
        raise PackError(f"The pack {manifest.name} is damaged: {problems[0]}{more}", "Install the pack again.")
    known.parent.mkdir(exist_ok=True)
    known.touch()


def _identity(folder: Path, manifest: Manifest) -> str:
    """A name for these very files, from the manifest and what the file system says of each."""
    digest = hashlib.blake2b((folder / MANIFEST_NAME).read_bytes(), digest_size=20)
    for file in manifest.files:
        try:
            status = (folder / file.path).lstat()
        except OSError as error:
            raise PackError(f"{file.path} is missing from the pack {manifest.name}.", "Install it again.") from error
        digest.update(f"{folder / file.path} {status.st_size} {status.st_mtime_ns} {status.st_ino}\n".encode())
    return digest.hexdigest()
