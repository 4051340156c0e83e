"""Which class does the work of which kind of part. Each is imported only where a pack has such a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from msgspec import Struct

from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.integrity import named_files
from bubo_desktop.packs.manifest import (
    BoxSegmenter,
    CropSegmenter,
    HearingPart,
    Manifest,
    PhraseGrounder,
    QueryGrounder,
    SoundTaggerPart,
    TaggerPart,
    VectorGrounder,
    VisionPart,
)

WORKERS: Mapping[type[Struct], tuple[str, str]] = {
    VisionPart: ("vision", "Vision"),
    HearingPart: ("hearing", "Hearing"),
    TaggerPart: ("tagging", "Tagger"),
    QueryGrounder: ("locating", "Locator"),
    PhraseGrounder: ("locating_phrases", "PhraseLocator"),
    VectorGrounder: ("locating_vectors", "VectorLocator"),
    CropSegmenter: ("segmenting", "Segmenter"),
    BoxSegmenter: ("box_segmenting", "PromptedSegmenter"),
    SoundTaggerPart: ("hearing", "SoundTagger"),
}
"""Kind of part -> module of this room, and its class."""
NAMES = {"grounder": "locator"}  # of the manifest's parts, where `Pack` calls them otherwise


def open_senses(manifest: Manifest, shelf: Shelf, on_loading: Callable[[str, float], None]) -> dict[str, Any]:
    """Makes what runs on ONNX Runtime, by the names of `Pack`; large files are opened when they are first used.

    Args:
        manifest: of the pack.
        shelf: where its sessions stand.
        on_loading: told the name of the part that is opened next, and the fraction of the pack's bytes before it.

    Raises:
        PackError: a file is not what its part says.
    """
    sizes = {file.path: file.size_bytes for file in manifest.files}
    done_bytes, opened = sizes[manifest.parts.language.file], {}
    for field in manifest.parts.__struct_fields__:
        part = getattr(manifest.parts, field)
        if type(part) not in WORKERS:
            continue
        name = NAMES.get(field, field)
        on_loading(name, done_bytes / sum(sizes.values()))
        opened[name] = make_worker(part, shelf)
        done_bytes += sum(sizes[file] for file in named_files(part))
    return opened


def make_worker(part: Struct, shelf: Shelf) -> Any:
    """What does the work of one part. Raises `PackError` where a file is not what the part says."""
    module, name = WORKERS[type(part)]
    return getattr(import_module(f"bubo_desktop.engine.{module}"), name)(part, shelf)
