"""Writes small packs for tests: a whole manifest around files of a few bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bubo_desktop.data import Sampling
from bubo_desktop.packs.manifest import MANIFEST_NAME, LanguagePart, Manifest, PackFile, Parts, PromptTemplate

FILES = {"language.gguf": b"words", "data/labels.txt": b"cat\ndog\n"}
PROMPT = PromptTemplate(
    system="", human="Q: ", assistant="A:", turn_end="\n", image_tags=("<", ">"), sound_tags=("(", ")"),
    stop=("\n",), control_tokens=False,
)  # fmt: skip


def write_pack(folder: Path, pack_id: str = "small", files: Mapping[str, bytes] = FILES) -> Manifest:
    """Writes files and manifest below `folder` and returns the manifest."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    manifest = Manifest(
        id=pack_id,
        name=pack_id.title(),
        version="1",
        description="",
        languages=("en",),
        parts=Parts(language=LanguagePart("language.gguf", 8, 64, "F32")),
        files=tuple(PackFile(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()),
        prompt=PROMPT,
        sampling=Sampling(),
    )
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.encode(manifest))
    return manifest
