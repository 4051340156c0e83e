"""README.md shows every file of the project with its purpose, as `python -m build.tree --write` writes it."""

from __future__ import annotations

import re

from build.tree import BEGIN, END, README, render, tracked_files, with_tree


def test_the_tree_in_the_readme_is_that_of_the_repository() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == with_tree(readme, render(tracked_files())), "run: python -m build.tree --write"


def test_every_tracked_file_has_a_line_of_its_own() -> None:
    shown = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    names = re.findall(r"^ *([^ /`]+)  ", shown, re.MULTILINE)
    folders = re.findall(r"^ *([^ /`]+)/", shown, re.MULTILINE)
    tracked = [path.split("/") for path in tracked_files()]
    assert sorted(names) == sorted(parts[-1] for parts in tracked if parts[-1] != "__init__.py")
    assert set(folders) == {folder for parts in tracked for folder in parts[:-1]}
