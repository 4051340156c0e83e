"""Photographs that must be refused: which there are, and pieces of them."""

import numpy as np
from PIL import Image

from build.evaluation.photographs import PIECE_SHARES, cut_piece, find_photographs


def test_those_of_a_folder_are_found_at_any_depth(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("a.PNG", "deep/b.jpeg", "deep/notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_photographs(tmp_path)] == ["a.PNG", "b.jpeg"]


def test_those_that_come_with_scikit_image_can_all_be_read():
    paths = find_photographs(None)
    assert len(paths) == 18
    for path in paths:
        with Image.open(path) as picture:
            assert min(picture.size) > 100


def test_a_piece_is_a_part_of_its_photograph(tmp_path):
    columns, rows = np.meshgrid(np.arange(100), np.arange(60))
    whole = np.stack([columns, rows, np.zeros_like(rows)], -1).astype(np.uint8)  # every pixel tells its place
    Image.fromarray(whole).save(tmp_path / "whole.png")
    piece = np.asarray(cut_piece(tmp_path / "whole.png", np.random.default_rng(0)))
    left, top = piece[0, 0, :2]
    height, width = piece.shape[:2]
    assert (whole[top : top + height, left : left + width] == piece).all()
    assert PIECE_SHARES[0] <= width / 100 <= PIECE_SHARES[1]
