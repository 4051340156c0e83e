"""What is imported is installed: every third-party import has its distribution in pyproject.toml."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from build.tree import ROOT
from tests.house.sources import parse, python_files

OWN = {"bubo_desktop", "build", "tests"}
OF_THE_SYSTEM = {"gi"}  # in the system's Python, which runs the script that asks for it


def declared(*extras: str) -> set[str]:
    """Names of the distributions that the program depends on, and those of these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {_normal(re.split(r"[\[<>=~! ]", line)[0]) for line in listed}


def imported(*rooms: str) -> Iterator[tuple[str, str]]:
    """Third-party packages imported by the files of these rooms, with the file."""
    for path in python_files(*rooms):
        for node in ast.walk(parse(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            yield from (
                (name.split(".")[0], path) for name in names if name.split(".")[0] not in sys.stdlib_module_names
            )


@pytest.mark.parametrize(
    ("room", "extras"), [("bubo_desktop/", ("speech",)), ("build/", ("build",)), ("tests/", ("build", "test"))]
)
def test_every_import_is_declared(room: str, extras: tuple[str, ...]) -> None:
    distributions, known = packages_distributions(), declared(*extras)
    unknown = {
        f"{name} in {path}"
        for name, path in imported(room)
        if name not in OWN | OF_THE_SYSTEM
        and not known & {_normal(distribution) for distribution in distributions.get(name, [])}
    }
    assert not unknown


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
