"""Scores of captions, worked out by hand; the long way round was compared with coco-caption's own program."""

import math

import pytest

from build.evaluation.captions import score_cider, score_meteor, split_caption


def test_words_are_divided_as_the_penn_treebank_does():
    assert split_caption("A dog's toy isn't here, right? \"No.\"") == (
        "a",
        "dog",
        "'s",
        "toy",
        "is",
        "n't",
        "here",
        "right",
        "no",
    )


def test_the_same_words_score_as_much_as_two_words_can():
    # `a` is in every caption and weighs nothing; the pair and `dog` fit fully; there are no threes and fours
    assert score_cider(["a dog", "a bird"], [["a dog"], ["a cat"]]) == pytest.approx([10 * (1 + 1 + 0 + 0) / 4, 0])


def test_repeating_a_word_does_not_pay():
    # singles: ln2 x ln2 / (2 ln2 x ln2); pairs: one of two fits; one pair too many: exp(-1/72)
    by_hand = 10 * math.exp(-1 / 72) * (1 / 2 + 1 / math.sqrt(2)) / 4
    assert score_cider(["a dog dog", "x"], [["a dog"], ["a cat"]])[0] == pytest.approx(by_hand)


def test_several_wanted_captions_are_averaged():
    alone = score_cider(["a dog", "x"], [["a dog"], ["a cat"]])[0]
    assert score_cider(["a dog", "x"], [["a dog", "some elk"], ["a cat"]])[0] == pytest.approx(alone / 2)


def test_a_real_pair_of_captions_scores_as_in_coco_caption():
    said, wanted = (
        ["a dog barks", "a cat sits"],
        [["a dog barks loudly", "dog barking"], ["the cat sits", "a cat is sitting here"]],
    )
    assert score_cider(said, wanted) == pytest.approx([3.50115847, 2.48173867])  # pycocoevalcap 1.2


def test_meteor_matches_stems_and_minds_the_order():
    # `dog` and the stem of `barks` match: precision 2/3, recall 2/4, F = 10PR / (R + 9P); two chunks of two words: half
    by_hand = (10 * (2 / 3) * (2 / 4) / (2 / 4 + 9 * 2 / 3)) / 2
    assert score_meteor("The dog barks.", ["A dog is barking."]) == pytest.approx(by_hand)
    assert score_meteor("the dog barks", ["no match", "a dog is barking"]) == pytest.approx(by_hand)


def test_saying_nothing_scores_nothing():
    assert score_meteor("", ["a dog"]) == 0
    assert score_cider(["", "a cat"], [["a dog"], ["a cat"]])[0] == 0
    assert score_cider([], []) == []
