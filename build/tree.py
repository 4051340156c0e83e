"""Writes the project's tree into README.md: every tracked file with its purpose, so that nobody keeps it by hand.

A Python file's purpose is the first sentence of its docstring; that of other files stands in `PURPOSES`.

    python -m build.tree --write
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- tree: python -m build.tree --write -->", "<!-- end of tree -->"
PURPOSE_COLUMN = 44

PURPOSES = {  # the first pattern that fits
    ".ci/run": "What continuous integration runs in a fresh clone",
    ".gitignore": "What is made here and not kept",
    "LICENSE": "Apache License 2.0",
    "Makefile": "`make run`, `make test`",
    "README.md": "This page",
    "pyproject.toml": "Dependencies, and the rules of ruff, mypy, pytest and import-linter",
    ".screenshots/*.png": "The window, for this page",
    "build/recipes/training/*.toml": "A stage of training: what learns, from what, and how fast",
    "build/recipes/*.toml": "A pack's recipe: sources, steps, sizes, prompt, and what to expect",
    "build/nano/export/OFL.txt": "The licence of the pictograms in the pack's samples",
    "build/world/objects.toml": "The objects of nano's world: names in two languages, pictogram, sounds",
    "build/world/sounds.toml": "The sounds of nano's world, in two languages",
    "build/world/talk/*.toml": "How questions and answers of nano's world are worded in a language",
    "bubo_desktop/resources/style.qss": "Shapes and spacing of the widgets",
    "bubo_desktop/resources/icons/*.svg": "A drawn icon",
    "bubo_desktop/resources/translations/*.ts": "Texts of the window and their translations, for translators",
    "bubo_desktop/resources/translations/*.qm": "The same, for Qt",
    "models/nano/pack.json": "The manifest: parts, files with SHA-256, preprocessing, prompt, licences, self-test",
    "models/nano/vocabulary.json": "The objects of nano's world: names, pictogram, sounds",
    "models/nano/REPORT.md": "How well nano does, and the commands that measured it",
    "models/nano/*.md": "Licences of what nano was made from",
    "models/nano/*.gguf": "The language network, quantized",
    "models/nano/*.onnx": "A network for ONNX Runtime: see the part of that name in pack.json",
    "models/nano/*.npz": "The vectors of the phrases that the grounder knows",
    "models/nano/*.tar.xz": "What the next nano has learnt so far, in half precision, for its trainings to go on from",
    "models/nano/samples/*.png": "A drawn picture for the first start and the self-test",
    "models/nano/samples/OFL.txt": "The licence of the pictograms in the sample pictures",
    "models/nano/samples/*.wav": "A synthesised sound for the first start and the self-test",
    "*.json": "Data",
    "tests/*": "Data of the tests",
}


def tracked_files() -> list[str]:
    """Paths of the files git keeps, relative to the root, sorted: files of a folder before its subfolders."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    files = [path for path in listing.split("\0") if path and (ROOT / path).exists()]
    return sorted(files, key=lambda path: [*((1, part) for part in path.split("/")[:-1]), (0, path)])


def purpose(path: str) -> str:
    """One line on what the file is for.

    Raises:
        LookupError: a Python file without docstring, or another file that no pattern of `PURPOSES` fits.
    """
    if path.endswith(".py"):
        docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8"))) or ""
        first = re.split(r"(?<=[.!?])\s|\n\n", docstring.strip(), maxsplit=1)[0]
        line = " ".join(first.split()).rstrip(".:")
    else:
        line = next((text for pattern, text in PURPOSES.items() if fnmatch(path, pattern)), "")
    if not line:
        raise LookupError(f"{path} has no purpose: give it a docstring, or a line in build/tree.py")
    return line


def render(files: list[str]) -> str:
    """The tree as text: folders end with a slash and carry the purpose of their `__init__.py`."""
    lines: list[str] = []
    open_folders: tuple[str, ...] = ()
    for path in files:
        folders = PurePosixPath(path).parts[:-1]
        for depth, folder in enumerate(folders):
            if folders[: depth + 1] != open_folders[: depth + 1]:
                init = "/".join((*folders[: depth + 1], "__init__.py"))
                lines.append(_line(depth, f"{folder}/", purpose(init) if init in files else ""))
        open_folders = folders
        if not path.endswith("__init__.py"):
            lines.append(_line(len(folders), PurePosixPath(path).name, purpose(path)))
    return "\n".join(lines)


def _line(depth: int, name: str, text: str) -> str:
    return f"{'  ' * depth + name:<{PURPOSE_COLUMN}} {text}".rstrip()


def with_tree(readme: str, tree: str) -> str:
    """The README's text with the tree between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n```text\n{tree}\n```\n{END}{after}"


def main() -> None:
    """Prints the tree, or writes it into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into README.md")
    tree = render(tracked_files())
    if parser.parse_args().write:
        README.write_text(with_tree(README.read_text(encoding="utf-8"), tree), encoding="utf-8")
    else:
        print(tree)


if __name__ == "__main__":
    main()
