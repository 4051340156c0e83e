"""Writing annotated pictures."""

from __future__ import annotations

from pathlib import Path

from bubo_desktop.data import Answer
from bubo_desktop.errors import InputError
from bubo_desktop.overlay import write_annotated


def save_annotated(answer: Answer, target: Path) -> list[Path]:
    """Writes the answer's pictures with what was found drawn over them: `out.png`, `out-2.png`, ...

    Raises:
        InputError: the answer has no picture, one cannot be read any more, or the file cannot be written.
    """
    if not answer.images:
        raise InputError("There is no picture to save.", "Ask about a picture first.")
    written = []
    for number, findings in enumerate(answer.images, 1):
        path = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        write_annotated(findings.path, findings, path)
        written.append(path)
    return written
