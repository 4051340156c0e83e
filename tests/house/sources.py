"""The project's own Python files, parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from build.tree import ROOT, tracked_files

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*rooms: str) -> list[str]:
    """Paths of the tracked Python files, or of those in these top folders."""
    return [path for path in tracked_files() if path.endswith(".py") and (not rooms or path.startswith(rooms))]


def parse(path: str) -> ast.Module:
    """The syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[tuple[Function, ast.ClassDef | None]]:
    """Every function of the module and of its classes, with the class it stands in."""
    for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for node in owner.body:
            if isinstance(node, Function):
                yield node, owner if isinstance(owner, ast.ClassDef) else None
