"""Phrases as one text, and objects by phrases, without a network."""

import numpy as np
import pytest

from bubo_desktop.engine.detections import Detection, best_of, choose, to_corners
from bubo_desktop.engine.phrase_text import write_phrases
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.errors import PackError
from build.random_detectors import letter_tokenizer, word_tokenizer


@pytest.fixture
def pieces(tmp_path) -> WordPieces:
    word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    return WordPieces(tmp_path / "tokenizer.json")


def words_of(text) -> list[list[int]]:
    return [text.input_ids[first:last].tolist() for first, last in text.spans]


def test_phrases_stand_between_full_stops(pieces):
    (text,) = write_phrases(["dog", "a cat"], pieces, 256)
    stop = pieces.number_of(".")
    assert text.input_ids[0] == pieces.number_of("[CLS]")
    assert text.input_ids[-1] == pieces.number_of("[SEP]")
    assert words_of(text) == [pieces.encode_bare("dog"), pieces.encode_bare("a cat")]
    assert [text.input_ids[last] for _, last in text.spans] == [stop, stop]
    assert text.position_ids().tolist() == [0, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0]


def test_no_phrase_attends_to_another(pieces):
    (text,) = write_phrases(["dog", "cat"], pieces, 256)
    mask = text.attention_mask()
    assert mask[1:5, 1:5].all()
    assert not mask[1:5, 5:].any()
    assert np.array_equal(mask, mask.T)
    assert (mask[0].sum(), mask[-1].sum()) == (1, 1)


@pytest.mark.parametrize("max_tokens", [7, 20, 256])
def test_long_lists_are_split_and_nothing_is_lost(pieces, max_tokens):
    phrases = [f"{letter}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    texts = list(write_phrases(phrases, pieces, max_tokens))
    assert [phrase for text in texts for phrase in text.phrases] == phrases
    assert all(len(text.input_ids) <= max_tokens for text in texts)
    assert len(texts) == -(-26 * 3 // ((max_tokens - 2) // 3 * 3))


def test_a_phrase_longer_than_a_text_is_cut_and_one_without_letters_left_out(pieces):
    (text,) = write_phrases(["...", "x " * 40, "?"], pieces, 16)
    assert text.phrases == ("x " * 40,)
    assert len(text.input_ids) == 16


def test_a_full_stop_in_a_phrase_does_not_end_it(pieces):
    (text,) = write_phrases(["St. Bernard dog"], pieces, 64)
    assert words_of(text) == [pieces.encode_bare("St Bernard dog")]


def test_a_tokenizer_of_another_kind_is_refused(tmp_path):
    letter_tokenizer().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(PackError, match=r"does not know \[CLS\]"):
        list(write_phrases(["dog"], WordPieces(tmp_path / "tokenizer.json"), 64))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(PackError, match="not a usable tokenizer"):
        WordPieces(tmp_path / "tokenizer.json")


def test_each_place_has_its_best_label_where_that_is_good_enough():
    scores = np.array([[0.9, 0.1], [0.2, 0.6], [0.2, 0.3], [0.8, 0.7]], np.float32)
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 30], [0, 0, 5, 5], [1, 1, 1.5, 9]], np.float32)
    found = best_of(scores, boxes, ("dog", "cat"), 0.5)
    assert [(it.label, it.box_xyxy_px) for it in found] == [("dog", (0, 0, 10, 10)), ("cat", (20, 20, 30, 30))]


def test_the_best_of_what_overlaps_is_chosen():
    dog = Detection("dog", 0.9, (0, 0, 10, 10))
    found = [
        Detection("dog", 0.5, (1, 1, 10, 10)),
        dog,
        Detection("cat", 0.8, (0, 0, 10, 10)),
        Detection("cat", 0.7, (0, 0, 10, 5)),
    ]
    assert choose(found, 0.6, 20) == [dog, found[3]]
    assert choose(found, 0.6, 1) == [dog]
    assert choose([], 0.6, 20) == []


def test_corners_of_boxes():
    assert to_corners(np.array([[0.5, 0.5, 0.2, 0.4]], np.float32)).tolist()[0] == pytest.approx([0.4, 0.3, 0.6, 0.7])
