"""Q-Formers say words, and words become the language network's embeddings."""

from __future__ import annotations

import math

import pytest
import torch

from build.nano.descent import Cycle, Descent
from build.nano.facts import N_IMAGE_QUERIES, N_SOUND_QUERIES, Placed, Scene, image_slots, sound_slots
from build.nano.hearing import N_STEPS, WIDTH
from build.nano.networks import N_PLACES, place_centres
from build.nano.qformer import IMAGE_WORDS, SOUND_WORDS, Projection, image_qformer, sound_qformer, word_targets
from build.nano.senses import IMAGE_TOKEN_WIDTH, Moment
from build.nano.slots import EMPTY_WORD
from build.nano.train_qformers import targets_of, word_loss, wrong_queries

CERTAIN = 200.0  # a logit whose probability is 1 in float32, and 0 where it is negative
DOG = Placed("dog", "red", "small", (0.05, 0.05, 0.2, 0.2))


def said(target: torch.Tensor, words: tuple[str, ...]) -> set[str]:
    return {words[k] for k in target.nonzero().flatten()}


def test_a_query_stands_for_the_words_of_its_slot():
    targets = word_targets(image_slots((DOG,)), IMAGE_WORDS)
    assert targets.shape == (N_IMAGE_QUERIES, len(IMAGE_WORDS))
    assert said(targets[0], IMAGE_WORDS) == {"dog", "red", "small", "top", "left"}
    assert all(said(target, IMAGE_WORDS) == {EMPTY_WORD} for target in targets[1:])


def test_words_that_are_certain_become_the_sum_of_their_embeddings():
    torch.manual_seed(0)
    embeddings = torch.randn(len(IMAGE_WORDS), 24)
    targets = word_targets(image_slots((DOG,)), IMAGE_WORDS)
    found = Projection(embeddings)((targets * 2 - 1) * CERTAIN)
    wanted = [sum(embeddings[IMAGE_WORDS.index(word)] for word in said(target, IMAGE_WORDS)) for target in targets]
    torch.testing.assert_close(found, torch.stack(wanted))  # float32, whatever the order of the sum


def test_each_sense_has_its_queries():
    torch.manual_seed(0)
    image, sound = image_qformer(place_centres(), IMAGE_TOKEN_WIDTH), sound_qformer(N_STEPS, WIDTH)
    with torch.no_grad():
        assert image(torch.zeros(2, N_PLACES, IMAGE_TOKEN_WIDTH)).shape == (2, N_IMAGE_QUERIES, len(IMAGE_WORDS))
        assert sound(torch.zeros(2, N_STEPS, WIDTH)).shape == (2, N_SOUND_QUERIES, len(SOUND_WORDS))


def moment(scene: Scene) -> Moment:
    tokens = torch.zeros(N_PLACES, IMAGE_TOKEN_WIDTH), torch.zeros(N_STEPS, WIDTH)
    return Moment(scene, image_slots(scene.objects or ()), sound_slots(scene.sounds or ()), *tokens)


def test_only_what_is_seen_or_heard_is_learned():
    moments = [moment(Scene((DOG,), None)), moment(Scene(None, ("barking",))), moment(Scene((), ()))]
    image, sound = targets_of(moments)
    assert image.shape == (2, N_IMAGE_QUERIES, len(IMAGE_WORDS))
    assert sound.shape == (2, N_SOUND_QUERIES, len(SOUND_WORDS))
    assert "dog" in said(image[0, 0], IMAGE_WORDS)
    assert {"dog", "barking"} in [said(target, SOUND_WORDS) for target in sound[0]]


def test_loss_and_mistakes_of_answers_worked_out_by_hand():
    targets = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])  # the last word means nothing
    logits = torch.tensor([[[1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [1.0, 1.0, 1.0]]]) * CERTAIN
    assert wrong_queries(logits, targets) == 0.5  # of the two queries that stand for something
    assert float(word_loss(torch.zeros_like(logits), targets)) == pytest.approx(9 * math.log(2))


def test_a_qformer_learns_what_its_tokens_say():
    torch.manual_seed(0)
    network, tokens = sound_qformer(n_tokens=4, token_width=3), torch.randn(16, 4, 3)
    targets = torch.zeros(16, N_SOUND_QUERIES, len(SOUND_WORDS))
    targets[:, :4, :3] = (tokens > 0).float()  # each of the first queries is to report the token at its place
    descent = Descent(network, 40, Cycle(2e-3, 0.2))
    losses = []
    for _ in range(40):
        loss = word_loss(network(tokens), targets)
        descent.step(loss)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.25 * losses[0]
