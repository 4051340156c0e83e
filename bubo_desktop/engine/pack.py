"""A pack in memory: its manifest and the parts it has, ready to work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bubo_desktop.errors import PackError
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import MANIFEST_NAME, Manifest, Word, read_manifest, read_vocabulary
from bubo_desktop.paths import cache_dir

if TYPE_CHECKING:  # the parts bring the runtimes with them, which are loaded when a pack is
    from bubo_desktop.engine.hearing import Hearing, SoundTagger
    from bubo_desktop.engine.language import Language
    from bubo_desktop.engine.locating import Locator
    from bubo_desktop.engine.segmenting import Segmenter
    from bubo_desktop.engine.tagging import Tagger
    from bubo_desktop.engine.vision import Vision

OnLoading = Callable[[str, float], None]
"""Told the name of the part that is being loaded, and the fraction of the pack's bytes done before it."""

VERIFIED = "verified-packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a pack can do; a part that is None is an ability it lacks.

    Attributes:
        vocabulary: the objects of the pack's world, where it has a vocabulary.
        load_ms: time it took to load.
    """

    manifest: Manifest
    language: Language
    vision: Vision | None = None
    hearing: Hearing | None = None
    tagger: Tagger | None = None
    locator: Locator | None = None
    segmenter: Segmenter | None = None
    sound_tagger: SoundTagger | None = None
    vocabulary: tuple[Word, ...] = ()
    load_ms: float = 0.0

    @property
    def device(self) -> str:
        """In words, what computes."""
        return self.language.device

    @property
    def notes(self) -> tuple[str, ...]:
        """Fallbacks the user should know of."""
        return self.language.notes

    def close(self) -> None:
        """Frees the language network; ONNX Runtime frees its sessions by itself."""
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
    from bubo_desktop.engine.language import Language
    from bubo_desktop.engine.tuning import remembered_tuning

    started_s = perf_counter()
    manifest = read_manifest(folder)
    on_loading("files", 0.0)
    _verify(folder, manifest)
    part = manifest.parts.language
    on_loading("language", 0.0)
    tuning = remembered_tuning(part, folder, cache_dir())
    language = Language(part, folder, gpu_layers=gpu_layers, tuning=tuning)
    return Pack(
        manifest=manifest,
        language=language,
        vocabulary=read_vocabulary(folder, manifest),
        **_open_senses(folder, manifest, tuning.n_threads, on_loading),
        load_ms=(perf_counter() - started_s) * 1e3,
    )


def _open_senses(folder: Path, manifest: Manifest, n_threads: int, on_loading: OnLoading) -> dict[str, Any]:
    """Opens the parts that run on ONNX Runtime, by the names of `Pack`."""
    from bubo_desktop.engine import hearing, locating, segmenting, tagging, vision

    parts = manifest.parts
    senses = {
        "vision": (parts.vision, vision.Vision),
        "hearing": (parts.hearing, hearing.Hearing),
        "tagger": (parts.tagger, tagging.Tagger),
        "locator": (parts.grounder, locating.Locator),
        "segmenter": (parts.segmenter, segmenting.Segmenter),
        "sound_tagger": (parts.sound_tagger, hearing.SoundTagger),
    }
    sizes = {file.path: file.size_bytes for file in manifest.files}
    done_bytes, opened = sizes[parts.language.file], {}
    for name, (part, sense) in senses.items():
        if part is not None:
            on_loading(name, done_bytes / sum(sizes.values()))
            opened[name] = sense(part, folder, n_threads)
            done_bytes += sizes[part.file]
    return opened


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
