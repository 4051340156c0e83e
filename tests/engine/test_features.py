"""What is remembered, for how long, and by what."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bubo_desktop.data import Clip, Frame, RunLengths
from bubo_desktop.engine.features import FeatureCache, content_hash
from bubo_desktop.errors import InputError

KILOBYTE = np.zeros(256, np.float32)


def _worked_out(cache: FeatureCache, content: str, value: object = KILOBYTE) -> bool:
    """Whether the cache had to work the value out."""
    calls: list[str] = []
    cache.recall(content, "see", lambda: calls.append(content) or value)
    return bool(calls)


def test_a_value_is_worked_out_once_per_content_and_part() -> None:
    cache = FeatureCache(10_000)
    assert cache.recall("a", "see", lambda: 1) == 1
    assert cache.recall("a", "see", lambda: 2) == 1
    assert cache.recall("a", "tag", lambda: 3) == 3
    assert cache.recall("b", "see", lambda: 4) == 4


def test_the_value_used_longest_ago_goes_first() -> None:
    cache = FeatureCache(3 * KILOBYTE.nbytes)
    for content in "abcad":  # d does not fit beside a, b and c; a was used last
        _worked_out(cache, content)
    assert [_worked_out(cache, content) for content in "adcb"] == [False, False, False, True]
    assert cache.size_bytes <= 3 * KILOBYTE.nbytes


def test_a_value_larger_than_the_budget_is_not_kept_and_pushes_nothing_out() -> None:
    cache = FeatureCache(2 * KILOBYTE.nbytes)
    _worked_out(cache, "a")
    assert _worked_out(cache, "large", np.zeros(10_000))
    assert _worked_out(cache, "large", np.zeros(10_000))
    assert not _worked_out(cache, "a")


def test_a_value_that_two_threads_missed_counts_once() -> None:
    cache = FeatureCache(10_000)

    def work_out() -> np.ndarray:  # while another thread does the same
        cache.recall("a", "see", lambda: KILOBYTE)
        return KILOBYTE

    cache.recall("a", "see", work_out)
    assert cache.size_bytes == KILOBYTE.nbytes


def test_pictures_and_recordings_in_memory_are_told_apart_by_all_of_them() -> None:
    sources = [Frame(2, 3, b"\0" * 18), Frame(3, 2, b"\0" * 18), Frame(2, 3, b"\1" * 18)]
    sources += [Clip(8_000, b"\0" * 18), Clip(16_000, b"\0" * 18), Clip(8_000, b"\1" * 18)]
    assert len({content_hash(source) for source in sources}) == len(sources)
    assert content_hash(Frame(2, 3, b"\0" * 18)) == content_hash(sources[0])


def test_lists_and_masks_count_by_what_they_hold() -> None:
    cache = FeatureCache(100_000)
    _worked_out(cache, "list", [KILOBYTE, (KILOBYTE, KILOBYTE)])
    assert cache.size_bytes > 3 * KILOBYTE.nbytes
    before = cache.size_bytes
    _worked_out(cache, "mask", RunLengths((9, 9), tuple(range(1000))))
    assert cache.size_bytes - before > 8_000  # eight bytes for each reference, at the very least


def test_a_failure_is_not_remembered() -> None:
    cache = FeatureCache(1000)

    def fail() -> int:
        raise InputError("unreadable")

    with pytest.raises(InputError):
        cache.recall("a", "see", fail)
    assert cache.recall("a", "see", lambda: 1) == 1


def test_content_is_what_counts_and_not_the_name(tmp_path: Path) -> None:
    for name, data in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        (tmp_path / name).write_bytes(data)
    a, b, c = (content_hash(tmp_path / name) for name in "abc")
    assert a == b != c


def test_only_files_have_content(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError):
            content_hash(path)
