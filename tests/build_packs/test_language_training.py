"""The language network's inputs leak nothing and match the engine's prompt; training goes on where it was stopped."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch

from build.nano.dialogues import content_words, plural
from build.nano.facts import N_IMAGE_QUERIES, N_SOUND_QUERIES, OBJECTS, Scene
from build.nano.language import (
    IGNORED,
    Row,
    create_network,
    embed_packed,
    encode_dialogue,
    exact_matches,
    load_language,
    pack_rows,
    predict_answers,
)
from build.nano.scenes import random_scene
from build.nano.slots import EMPTY_WORD, UNDISTURBED, embed_slots
from build.nano.tokenizer import Tokenizer, train_tokenizer
from build.nano.train_language import Plan, Trainer, evaluate, pack_scenes, talk_about


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(n_dialogues=2000)


def _scenes() -> list[Scene]:
    rng = random.Random(0)
    return [random_scene(rng, picture, sound) for picture in (True, False) for sound in (True, False)]


def test_every_content_word_is_one_piece_and_regular_plurals_end_in_pieces(tokenizer: Tokenizer) -> None:
    for word in content_words():
        tokenizer.word_id(word)
    for word in OBJECTS:
        if plural(word) == f"{word}s":
            assert tokenizer.encode(plural(word))[0] == tokenizer.word_id(word)


def test_foreign_words_raise(tokenizer: Tokenizer) -> None:
    with pytest.raises(KeyError, match="zebra"):
        tokenizer.word_id("zebra")


def test_packed_exchanges_equal_single_turns(tokenizer: Tokenizer) -> None:
    """Many exchanges behind one context predict what each predicts alone through transformers' own attention."""
    torch.manual_seed(0)
    network = create_network(tokenizer.n_pieces, width=64, n_layers=2, feed_forward=96).eval()
    scenes, rng = _scenes(), random.Random(1)
    rows = [talk_about(scene, rng, 4, drill_share=0.3) for scene in scenes]
    images, sounds = embed_slots(network.get_input_embeddings().weight, tokenizer, scenes, rng)
    packed = pack_rows(tokenizer, rows)
    with torch.no_grad():
        together = predict_answers(network, packed, embed_packed(network, packed, images, sounds))
        network.set_attn_implementation("eager")
        alone = []
        for number, row in enumerate(rows):
            for dialogue in row.dialogues:
                single = pack_rows(tokenizer, [Row(row.has_picture, row.has_sound, (dialogue,))])
                embedded = embed_packed(network, single, images[number : number + 1], sounds[number : number + 1])
                alone.append(network(inputs_embeds=embedded).logits[single.labels != IGNORED])
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-4, rtol=0)


def test_context_is_the_engines_prompt(tokenizer: Tokenizer) -> None:
    scene = _scenes()[0]
    row = talk_about(scene, random.Random(2), 1, drill_share=0.0)
    packed = pack_rows(tokenizer, [row])
    control = tokenizer.control
    question, answer = encode_dialogue(tokenizer, row.dialogues[0])
    is_used = packed.exchange[0] >= 0
    assert packed.ids[0, is_used].tolist() == [
        tokenizer.bos, control["<Human>"],
        control["<Audio>"], *[0] * N_SOUND_QUERIES, control["</Audio>"],
        control["<Vision>"], *[0] * N_IMAGE_QUERIES, control["</Vision>"],
        *question, control["<Assistant>"], *answer[:-1],
    ]  # fmt: skip
    assert packed.labels[0][packed.labels[0] != IGNORED].tolist() == list(answer)
    assert packed.positions[0, is_used].tolist() == list(range(int(is_used.sum())))


def test_media_rows_stand_in_their_places_and_carry_gradients(tokenizer: Tokenizer) -> None:
    network = create_network(tokenizer.n_pieces, width=64, n_layers=1, feed_forward=96)
    packed = pack_rows(tokenizer, [talk_about(scene, random.Random(3), 2, 0.0) for scene in _scenes()])
    images = torch.randn(4, N_IMAGE_QUERIES, 64, requires_grad=True)
    sounds = torch.randn(4, N_SOUND_QUERIES, 64, requires_grad=True)
    embedded = embed_packed(network, packed, images, sounds)
    torch.testing.assert_close(embedded[0, 13 : 13 + N_IMAGE_QUERIES], images[0])  # behind 2 + 10 places and <Vision>
    predict_answers(network, packed, embedded).sum().backward()
    assert images.grad is not None
    assert sounds.grad is not None
    assert [bool(grad.any()) for grad in images.grad] == [True, True, False, False]
    assert [bool(grad.any()) for grad in sounds.grad] == [True, False, True, False]


def test_slots_are_sums_of_words(tokenizer: Tokenizer) -> None:
    table = torch.randn(tokenizer.n_pieces, 8)
    scene = random_scene(random.Random(4), picture=True, sound=False)
    assert scene.objects
    images, sounds = embed_slots(table, tokenizer, [scene], random.Random(0), UNDISTURBED)
    thing = scene.objects[0]
    words = (thing.label, thing.colour, thing.size, *thing.position.split())
    torch.testing.assert_close(images[0, thing.cell], sum(table[tokenizer.word_id(word)] for word in words))
    torch.testing.assert_close(sounds[0, 0], table[tokenizer.word_id(EMPTY_WORD)])


def test_one_wrong_piece_makes_an_answer_wrong(tokenizer: Tokenizer) -> None:
    packed = pack_scenes(tokenizer, _scenes(), random.Random(5), 3, 0.0)
    chosen = packed.labels[packed.labels != IGNORED]
    logits = torch.nn.functional.one_hot(chosen, tokenizer.n_pieces).float()
    assert exact_matches(logits, packed) == [True] * 12
    logits[-1] = 0
    assert exact_matches(logits, packed) == [True] * 11 + [False]


def test_training_saves_and_resumes(tmp_path: Path) -> None:
    plan = Plan(minutes=0.02, n_rows=2, n_exchanges=2, report_s=0.5, n_test_scenes=30)
    Trainer(tmp_path, plan, seed=0).run()
    network, tokenizer = load_language(tmp_path)
    assert 0 <= evaluate(network, tokenizer, 30, seed=1)["exists"] <= 1
    resumed = Trainer(tmp_path, plan, seed=0)
    assert resumed.n_steps > 0
    torch.testing.assert_close(resumed.network.state_dict(), dict(network.state_dict()))
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["steps"] == resumed.n_steps
