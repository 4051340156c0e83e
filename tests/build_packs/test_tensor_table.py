"""A checkpoint's tensors are taken by name, and all that does not fit is named at once."""

from __future__ import annotations

import numpy as np
import pytest

from build.checkpoint import LazyTensor
from build.errors import BuildError
from build.tensor_table import TensorTable, check_shapes, random_tensors

TABLE = TensorTable("The file", {"a.w": "first.weight", "b.w": "second.weight"}, (r"head\..+", r"block\.3\..+"))


def tensors(*names: str) -> dict[str, LazyTensor]:
    return random_tensors(dict.fromkeys(names, (2, 3)))


def test_tensors_get_our_names_and_dropped_ones_are_left_out():
    given = tensors("a.w", "b.w", "head.bias")
    assert TABLE.select(given) == {"first.weight": given["a.w"], "second.weight": given["b.w"]}


def test_what_is_dropped_may_be_missing():
    assert set(TABLE.select(tensors("a.w", "b.w"))) == {"first.weight", "second.weight"}


def test_every_missing_and_every_unknown_tensor_is_named():
    with pytest.raises(BuildError) as caught:
        TABLE.select(tensors("head.bias", "overhead.bias", "block.33.w"))
    missing, unknown = caught.value.problems
    assert missing == "The file lacks a.w, b.w."
    assert "overhead.bias, block.33.w." in unknown


def test_tensors_that_do_not_fit_a_network_are_named():
    with pytest.raises(BuildError) as caught:
        check_shapes("It", tensors("a", "b"), {"a": (2, 3), "b": (3, 2), "c": (1,)})
    assert caught.value.problems == ("It lacks c.", "It has tensors of other sizes: b (2, 3) instead of (3, 2).")


def test_a_surplus_tensor_is_named():
    with pytest.raises(BuildError, match="no place for b"):
        check_shapes("It", tensors("a", "b"), {"a": (2, 3)})


def test_shapes_by_their_names():
    shapes = {"first.weight": (1,), "second.weight": (2,), "third": (3,)}
    assert TABLE.source_shapes(shapes) == {"a.w": (1,), "b.w": (2,)}


def test_random_tensors_are_the_same_whenever_they_are_read_and_keep_the_size_of_what_they_multiply():
    drawn = random_tensors({"x.weight": (300, 400), "y.weight": (300, 400), "norm.weight": (5,), "norm.bias": (5,)})
    first = drawn["x.weight"].read()
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, drawn["x.weight"].read())
    assert first.std() == pytest.approx(400**-0.5, rel=0.05)
    assert not np.allclose(first, drawn["y.weight"].read())
    np.testing.assert_array_equal(drawn["norm.weight"].read(), np.ones(5))
    assert 0 < np.abs(drawn["norm.bias"].read()).max() < 0.1
