"""A conversation that is longer than the context: what is left out is told, and the rest is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bubo_desktop.data import Answer, Sampling, Turn
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.levers import LARGE
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.engine.prompt import Text
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.errors import InputError
from bubo_desktop.protocol import Ask, Prepare
from tests.engine.tiny_language import TinyShape, write_part
from tests.fakes.parts import fake_pack


def _ask(pipeline: Pipeline, *history: Turn) -> Answer:
    return pipeline.answer(Ask(id=1, question="plain", history=history), Cancellation(), lambda _: None)


def _said(pipeline: Pipeline) -> str:
    return " ".join(segment.text for segment in pipeline.pack.language.prompts[-1] if isinstance(segment, Text))


@pytest.mark.parametrize(("n_words", "kept"), [(10, [True, True]), (45, [False, True]), (100, [False, False])])
def test_turns_that_do_not_fit_are_left_out_and_it_is_said(n_words: int, kept: list[bool]) -> None:
    pipeline = Pipeline(fake_pack(closed_world=False))
    answer = _ask(pipeline, Turn("first", "one " * n_words), Turn("second", "two " * n_words))
    assert ["first" in _said(pipeline), "second" in _said(pipeline)] == kept
    notes = [note for note in answer.notes if "oldest turns" in note]
    assert len(notes) == (not all(kept))
    assert all(f"({kept.count(False)})" in note for note in notes)
    assert answer.answer


def test_what_is_read_ahead_begins_where_the_question_will(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline(fake_pack(closed_world=False))
    ahead = []
    monkeypatch.setattr(pipeline.pack.language, "read_ahead", lambda segments, *_: ahead.append(list(segments)))
    history = (Turn("first", "one " * 45), Turn("second", "two " * 45))
    pipeline.prepare(Prepare(id=1, question="plain", history=history), Cancellation(), Cancellation(), lambda _: None)
    _ask(pipeline, *history)
    assert ahead == pipeline.pack.language.prompts


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Language]:
    folder = tmp_path_factory.mktemp("tiny")
    part = write_part(folder, TinyShape(n_layers=1, n_ctx=256))
    with closing(Language(part, folder, gpu_layers=0, tuning=Tuning(False, 1, 32), levers=LARGE)) as opened:
        yield opened


@pytest.mark.parametrize(("max_tokens", "room"), [(20, 236), (64, 192), (100_000, 192)])
def test_an_answer_has_room(language: Language, max_tokens: int, room: int) -> None:
    assert language.prompt_room(max_tokens) == room


def test_a_prompt_is_counted_as_it_is_read(language: Language) -> None:
    prompt = [Text("<user>", trusted=True), Text("what is this dog", trusted=False)]
    assert language.count(prompt) == language.prefill(prompt, Cancellation(), lambda _: None)


def test_a_question_that_fits_without_room_is_answered_until_the_context_ends(language: Language) -> None:
    n_prompt = language.prefill([Text("dog " * 210, trusted=False)], Cancellation(), lambda _: None)
    assert n_prompt > language.prompt_room(1000)
    list(language.generate(Sampling(max_tokens=1000), (), Cancellation()))
    assert (language.n_generated, language.ending) == (256 - n_prompt, "length")


def test_a_question_that_is_too_long_by_itself_is_refused(language: Language) -> None:
    with pytest.raises(InputError, match=r"too long: the pack can take in only about \d+ %"):
        language.prefill([Text("dog " * 300, trusted=False)], Cancellation(), lambda _: None)
