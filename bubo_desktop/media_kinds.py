"""Which files are pictures and which are sounds, by their endings."""

from __future__ import annotations

from pathlib import Path

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
SOUNDS = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"})


def is_attachable(path: str) -> bool:
    """True where the ending is that of a picture or a sound."""
    return Path(path).suffix.lower() in PICTURES | SOUNDS
