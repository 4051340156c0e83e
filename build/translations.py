"""Collects the window's texts for translators, and makes of their translations what the program reads.

    python -m build.translations

New texts appear in `bubo_desktop/resources/translations/bubo_<language>.ts` marked unfinished; edit it with a text
editor or Qt Linguist, and run the command again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from build.tree import ROOT

PACKAGE = ROOT / "bubo_desktop"
FOLDER = PACKAGE / "resources" / "translations"
LANGUAGES = ("es",)


def collect(language: str, source: Path) -> None:
    """Brings a `.ts` file up to date with the texts of the program; translations of texts that remain are kept."""
    files = [str(path) for room in ("state", "ui") for path in sorted((PACKAGE / room).rglob("*.py"))]
    options = ["-locations", "none", "-no-obsolete", "-source-language", "en", "-target-language", language]
    _tool("pyside6-lupdate", *files, *options, "-ts", str(source))


def release(source: Path, target: Path) -> None:
    """Writes the `.qm` file of a `.ts` file."""
    _tool("pyside6-lrelease", str(source), "-qm", str(target))


def unfinished(source: Path) -> list[str]:
    """The texts of a `.ts` file that have no translation."""
    messages = ET.parse(source).iter("message")  # noqa: S314 - a file of our own
    return [m.findtext("source", "") for m in messages if not m.findtext("translation", "").strip()]


def main() -> int:
    """Updates every language; returns 1 where texts are not translated yet, and names them."""
    left = []
    for language in LANGUAGES:
        source = FOLDER / f"bubo_{language}.ts"
        collect(language, source)
        release(source, source.with_suffix(".qm"))
        left += [f"{language}: {text}" for text in unfinished(source)]
    print(*left, sep="\n")
    return 1 if left else 0


def _tool(name: str, *arguments: str) -> None:
    """Runs one of the programs that PySide6 installs beside Python."""
    subprocess.run([str(Path(sys.executable).with_name(name)), *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main())
