"""The house rules that ruff has no rule for: sizes of files and functions, and shapes in docstrings."""

from __future__ import annotations

import ast
import re

import pytest

from build.tree import ROOT
from tests.house.sources import Function, functions, parse, python_files

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
ARRAYS = re.compile(r"\b(NDArray|ndarray|Tensor)\b")
SHAPE = re.compile(r"[(\[][^()\[\]]*,[^()\[\]]*[)\]]|\bshape|\(n,?\)|\[n\]", re.IGNORECASE)


@pytest.mark.parametrize("path", python_files())
def test_a_file_and_its_functions_fit_a_reader(path: str) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES
    long = [node.name for node, _ in functions(parse(path)) if _n_lines(node) > MAX_FUNCTION_LINES]
    assert not long, f"functions longer than {MAX_FUNCTION_LINES} lines: {long}"


@pytest.mark.parametrize("path", python_files("bubo_desktop/", "build/"))
def test_public_functions_say_the_shape_of_their_arrays(path: str) -> None:
    silent = [
        node.name
        for node, owner in functions(parse(path))
        if _is_public(node, owner) and _passes_arrays(node) and not SHAPE.search(_docs(node, owner))
    ]
    assert not silent, f"no shape in the docstring (nor in the class's): {silent}"


def test_the_rule_finds_a_function_without_shapes() -> None:
    tree = ast.parse('def f(x: NDArray[np.float32]) -> int:\n    """Counts."""\n')
    [(node, owner)] = functions(tree)
    assert _is_public(node, owner)
    assert _passes_arrays(node)
    assert not SHAPE.search(_docs(node, owner))


def _n_lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_public(node: Function, owner: ast.ClassDef | None) -> bool:
    return not node.name.startswith("_") and not (owner and owner.name.startswith("_"))


def _passes_arrays(node: Function) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    annotations = [argument.annotation for argument in arguments] + [node.returns]
    return any(ARRAYS.search(ast.unparse(annotation)) for annotation in annotations if annotation)


def _docs(node: Function, owner: ast.ClassDef | None) -> str:
    return (ast.get_docstring(node) or "") + ((ast.get_docstring(owner) or "") if owner else "")
