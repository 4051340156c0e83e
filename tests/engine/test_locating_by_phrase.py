"""Locating by phrase with both kinds of network, whose sessions are played here in plain sight.

The picture shows a dog and a cat. Tokens of their names are what the played networks know them by.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bubo_desktop.engine import locating_phrases
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.locating_phrases import PhraseLocator
from bubo_desktop.engine.locating_vectors import VectorLocator
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.errors import EngineError
from bubo_desktop.packs.manifest import PhraseGrounder, PixelInput, VectorGrounder
from build.random_detectors import word_tokenizer

PIXELS = PixelInput(64, 64, "stretch", (0, 0, 0), (1, 1, 1))
PHRASES = PhraseGrounder("both", "backbone", "text", "tokenizer.json", PIXELS, 0.5, 0.6)
VECTORS = VectorGrounder("both", "text", "tokenizer.json", PIXELS, 0.5, 0.6, prompt="{}")
PLACES = {"dog": (0.25, 0.5, 0.5, 1.0), "cat": (0.75, 0.5, 0.5, 0.5)}  # centre x, centre y, width, height in 0..1
BOXES = {"dog": (0, 0, 100, 100), "cat": (100, 25, 200, 75)}
PICTURE = Picture.from_array(np.zeros((100, 200, 3), np.uint8))
Play = Callable[..., dict[str, np.ndarray]]


class PlayedShelf:
    """A shelf whose sessions are functions; `runs` names the files that were run, in order."""

    def __init__(self, folder: Path, plays: dict[str, Play]) -> None:
        self.folder = folder
        self.plays = plays
        self.runs: list[str] = []

    def session(self, file, _inputs=(), _outputs=()):
        return PlayedSession(self, file)


class PlayedSession:
    def __init__(self, shelf: PlayedShelf, file: str) -> None:
        self._shelf, self._file = shelf, file

    def run(self, cancellation=None, /, **inputs):
        (cancellation or Cancellation()).check()
        self._shelf.runs.append(self._file)
        return self._shelf.plays[self._file](**inputs)


@pytest.fixture
def folder(tmp_path) -> Path:
    word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    return tmp_path


@pytest.fixture
def tokens(folder) -> dict[str, list[int]]:
    pieces = WordPieces(folder / "tokenizer.json")
    return {name: pieces.encode_bare(name) for name in PLACES}


@pytest.fixture
def phrase_shelf(folder, tokens) -> PlayedShelf:
    """The text's features are its tokens; a place's logit is high for the tokens of what is there."""

    def join(text_features, **_maps):
        known = [np.isin(text_features[0, :, 0], ids) for ids in tokens.values()]
        return {"logits": 8 * np.float32(known)[None] - 4, "pred_boxes": np.float32([[*PLACES.values()]])}

    plays = {
        "backbone": lambda **_: {"map_0": np.zeros((1, 4, 2, 2), np.float32)},
        "text": lambda input_ids, **_: {"text_features": np.float32(input_ids)[..., None]},
        "both": join,
    }
    return PlayedShelf(folder, plays)


@pytest.fixture
def vector_shelf(folder, tokens) -> PlayedShelf:
    """A dog is the first axis and a cat the second; anything else is neither."""
    things = {
        "pred_boxes": np.float32([[*PLACES.values()]]),
        "class_embeds": np.eye(2, dtype=np.float32)[None],
        "logit_shift": np.full((1, 2, 1), -0.5, np.float32),
        "logit_scale": np.full((1, 2, 1), 8, np.float32),
    }

    def read(input_ids):
        return {"text_embeds": np.float32([[set(ids) <= {*row} for ids in tokens.values()] for row in input_ids])}

    return PlayedShelf(folder, {"both": lambda **_: things, "text": read})


@pytest.fixture(params=["phrases", "vectors"])
def shelf(request, phrase_shelf, vector_shelf) -> PlayedShelf:
    return phrase_shelf if request.param == "phrases" else vector_shelf


@pytest.fixture
def locator(shelf, phrase_shelf):
    return PhraseLocator(PHRASES, shelf) if shelf is phrase_shelf else VectorLocator(VECTORS, shelf)


def test_what_is_asked_for_is_found_where_it_is(locator):
    assert locator.labels is None
    found = {thing.label: thing.box_xyxy_px for thing in locator.locate(PICTURE, among=["Dog", "tree", "cat"])}
    assert found == {"Dog": BOXES["dog"], "cat": BOXES["cat"]}
    assert locator.locate(PICTURE, among=["tree"]) == []


def test_one_thing_asked_for_twice_is_found_once(locator):
    assert len(locator.locate(PICTURE, among=["dog", "a dog", "dog"])) == 1


def test_nothing_runs_for_nothing(locator, shelf):
    assert locator.locate(PICTURE) == []
    assert locator.locate(PICTURE, among=[]) == []
    assert shelf.runs == []


def test_known_phrases_are_not_read_again(locator, shelf):
    first = locator.locate(PICTURE, among=["dog", "cat"])
    assert locator.locate(PICTURE, among=["dog", "cat"]) == first
    assert shelf.runs.count("text") == 1


def test_a_known_picture_is_not_looked_at_again(locator, shelf):
    maps = locator.see(PICTURE)
    (eyes,) = shelf.runs
    assert [thing.label for thing in locator.locate(PICTURE, None, ["dog"], maps)] == ["dog"]
    assert [thing.label for thing in locator.locate(PICTURE, None, ["cat"], maps)] == ["cat"]
    assert shelf.runs.count("text") == 2
    assert shelf.runs.count(eyes) == 1


def test_work_can_be_cancelled(locator, shelf):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledWork):
        locator.locate(PICTURE, cancellation, ["dog"])
    assert shelf.runs == []


@pytest.mark.parametrize(
    ("shelf", "name"),
    [
        ("phrases", "logits"),
        ("phrases", "pred_boxes"),
        ("vectors", "class_embeds"),
        ("vectors", "pred_boxes"),
        ("vectors", "logit_scale"),
    ],
    indirect=["shelf"],
)
def test_arrays_of_another_shape_are_refused(locator, shelf, name):
    play = shelf.plays["both"]
    shelf.plays["both"] = lambda **inputs: play(**inputs) | {name: np.zeros((1, 3), np.float32)}
    with pytest.raises(EngineError, match=f"gave {name} of another shape"):
        locator.locate(PICTURE, among=["dog"])


def test_a_long_list_is_read_in_parts_and_found_whole(phrase_shelf):
    fillers = [f"{a}{b}" for a in "xyz" for b in "efhij"]
    part = PhraseGrounder("both", "backbone", "text", "tokenizer.json", PIXELS, 0.5, 0.6, max_text_tokens=16)
    found = PhraseLocator(part, phrase_shelf).locate(PICTURE, among=["dog", *fillers, "cat"])
    assert {thing.label for thing in found} == {"dog", "cat"}
    assert phrase_shelf.runs.count("text") == phrase_shelf.runs.count("both") > 1
    assert phrase_shelf.runs.count("backbone") == 1


def test_texts_asked_for_longest_ago_are_forgotten(phrase_shelf, monkeypatch):
    monkeypatch.setattr(locating_phrases, "TEXTS_BYTES", 4_000)  # all those below take five times as much
    locator = PhraseLocator(PHRASES, phrase_shelf)
    for number in range(100):
        locator.locate(PICTURE, among=["dog"])
        locator.locate(PICTURE, among=["x" * (number + 1)])
    assert phrase_shelf.runs.count("text") == 101
    locator.locate(PICTURE, among=["x"])
    assert phrase_shelf.runs.count("text") == 102


def test_many_phrases_are_read_in_batches(vector_shelf):
    fillers = [f"{a}{b}" for a in "klmnp" for b in "efhijqrsuvw"]
    found = VectorLocator(VECTORS, vector_shelf).locate(PICTURE, among=[*fillers, "dog"])
    assert [thing.label for thing in found] == ["dog"]
    assert vector_shelf.runs.count("text") == 2


def test_the_phrase_stands_in_the_prompt_and_a_long_one_is_cut(folder, vector_shelf):
    seen = []
    read = vector_shelf.plays["text"]
    vector_shelf.plays["text"] = lambda input_ids: seen.append(input_ids) or read(input_ids)
    part = VectorGrounder("both", "text", "tokenizer.json", PIXELS, 0.5, 0.6, max_text_tokens=12, prompt="a {}!")
    VectorLocator(part, vector_shelf).locate(PICTURE, among=["dog", "{}", "x" * 40])
    (ids,) = seen
    assert ids.shape == (3, 12)
    wanted = WordPieces(folder / "tokenizer.json").encode("a dog!", 12)
    assert ids[0].tolist() == wanted + [0] * (12 - len(wanted))
    assert ids[2, -1] == wanted[-1]  # the end is kept
