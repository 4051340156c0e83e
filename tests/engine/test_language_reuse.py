"""What was read before is used again: the same bits where that is asked for, the same words in any case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from bubo_desktop.data import Sampling, Turn
from bubo_desktop.engine.batches import run_of_rows
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.levers import LARGE, SMALL, Levers, default_levers
from bubo_desktop.engine.prompt import Embeddings, Segment, Text, build_prompt
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.errors import EngineError
from bubo_desktop.packs.manifest import LanguagePart, PromptTemplate
from tests.engine.tiny_language import TinyShape, write_part

WIDTH = 64
TUNING = Tuning(repack=False, n_threads=1, n_batch=32)
FAST = replace(LARGE, kept=False)
LEVERS = [SMALL, replace(SMALL, joined=True), replace(FAST, joined=False), FAST]
NAMES = ["apart exact", "joined exact", "apart fast", "joined fast"]
MEDIA = {name: np.random.default_rng(n).normal(size=(20, WIDTH)).astype(np.float32) for n, name in enumerate("ab")}
TEMPLATE = PromptTemplate(
    system="what is the left dog###", human="the cat: ", assistant="###the dog:", turn_end="###",
    image_tags=("<i>", "</i> "), sound_tags=("<s>", "</s>"), stop=("###",), control_tokens=False, max_turns=9,
)  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return write_part(folder, TinyShape(n_ctx=512)), folder


@pytest.fixture(params=LEVERS, ids=NAMES)
def levers(request: pytest.FixtureRequest) -> Levers:
    return request.param


@pytest.fixture
def language(tiny: tuple[LanguagePart, Path], levers: Levers) -> Iterator[Language]:
    with closing(_open(tiny, levers)) as opened:
        yield opened


def _open(tiny: tuple[LanguagePart, Path], levers: Levers) -> Language:
    return Language(*tiny, gpu_layers=0, tuning=TUNING, levers=levers)


def _prompt(question: str, *history: Turn, images: tuple[str, ...] = ("a",)) -> list[Segment]:
    return build_prompt(TEMPLATE, Turn(question, "", images), history, MEDIA)


def _read(language: Language, segments: list[Segment]) -> tuple[NDArray[np.float32], int]:
    """The logits after a prompt, and how many of its cells were read."""
    counts: list[int] = []
    read = language._context.read
    language._context.read = lambda batch: (counts.append(sum(map(len, batch))), read(batch))
    language.prefill(segments, Cancellation(), lambda _: None)
    language._context.read = read
    return language._context.logits.copy(), sum(counts)


def _answer(language: Language, segments: list[Segment], n: int = 12) -> str:
    language.prefill(segments, Cancellation(), lambda _: None)
    return "".join(language.generate(Sampling(max_tokens=n), ("###",), Cancellation()))


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def _agree(levers: Levers, found: NDArray[np.float32], expected: NDArray[np.float32]) -> None:
    """To the last bit, or but for sums of f16 keys and values in another order."""
    if levers.exact:
        np.testing.assert_array_equal(found, expected)
    assert _cosine(found, expected) > 0.9999
    assert found.argmax() == expected.argmax()


EARLIER = Turn("what is this", "a dog is left", images=("a",))
SECOND = Turn("is the cat left", "it is", images=("a", "b"))
COURSES = {
    "the same question": [_prompt("what is this"), _prompt("what is this")],
    "an edited question": [_prompt("what is this"), _prompt("what is that thing")],
    "another picture": [_prompt("what is this"), _prompt("what is this", images=("b",))],
    "a second turn": [_prompt("what is this"), _prompt("is the cat left", EARLIER)],
    "a third turn": [_prompt("is the cat left", EARLIER), _prompt("and now", EARLIER, SECOND, images=("b",))],
    "back to the first": [_prompt("and now", EARLIER, SECOND), _prompt("what is this")],
}


@pytest.mark.parametrize("course", COURSES)
def test_a_reused_beginning_changes_nothing(
    language: Language, tiny: tuple[LanguagePart, Path], levers: Levers, course: str
) -> None:
    *before, last = COURSES[course]
    for prompt in before:
        _answer(language, prompt)
    found, n_read = _read(language, last)
    with closing(_open(tiny, levers)) as fresh:
        expected, n_all = _read(fresh, last)
        _agree(levers, found, expected)
        assert n_read <= n_all
        assert _answer(fresh, last) == _answer(language, last)


def test_texts_and_media_read_alike_in_one_batch_and_apart(tiny: tuple[LanguagePart, Path]) -> None:
    prompt = _prompt("what is this", EARLIER, images=("a", "b"))
    logits = []
    for levers in LEVERS:
        with closing(_open(tiny, levers)) as language:
            logits.append(_read(language, prompt)[0])
    for other in logits[1:]:
        assert _cosine(logits[0], other) > 0.9999


def test_joined_prompts_take_fewer_batches(tiny: tuple[LanguagePart, Path]) -> None:
    prompt, counts = _prompt("what is this"), []
    for levers in (replace(FAST, joined=False), FAST):
        with closing(_open(tiny, levers)) as language:
            counts.append(len(language._context.rewind_to(language._runs(prompt))))
    assert counts[1] < counts[0]


def test_what_was_said_is_not_read_again_in_the_next_turn(tiny: tuple[LanguagePart, Path]) -> None:
    with closing(_open(tiny, FAST)) as language:
        answer = _answer(language, _prompt("what is this"))
        spoken = Turn("what is this", answer, images=("a",))
        n_before = language._context.n_cells
        _, n_read = _read(language, _prompt("is it left", spoken))
        assert language._context.n_cells - n_read > n_before - 12  # into the answer, whose end may be cut differently


def test_the_same_question_costs_one_cell(tiny: tuple[LanguagePart, Path]) -> None:
    with closing(_open(tiny, FAST)) as language:
        _answer(language, _prompt("what is this"))
        assert _read(language, _prompt("what is this"))[1] == 1


# Reading ahead


def _read_ahead(language: Language, segments: list[Segment]) -> None:
    language.read_ahead(segments, Cancellation(), lambda _: None)


def test_a_question_that_was_typed_costs_one_cell(tiny: tuple[LanguagePart, Path]) -> None:
    with closing(_open(tiny, FAST)) as language, closing(_open(tiny, FAST)) as fresh:
        for typed in ("", "what is", "what is thi", "what is this d", "what is this dog"):
            _read_ahead(language, _prompt(typed))
        found, n_read = _read(language, _prompt("what is this dog"))
        _agree(FAST, found, _read(fresh, _prompt("what is this dog"))[0])
        assert n_read == 1


def test_words_typed_after_those_that_were_read_cost_little_more(tiny: tuple[LanguagePart, Path]) -> None:
    with closing(_open(tiny, FAST)) as language, closing(_open(tiny, FAST)) as fresh:
        _read_ahead(language, _prompt("what is this do"))
        found, n_read = _read(language, _prompt("what is this dog"))
        expected, n_all = _read(fresh, _prompt("what is this dog"))
        _agree(FAST, found, expected)
        assert n_read <= len(language.weights.tokens("dog###the dog:", control=False)) < n_all / 2


def test_only_media_are_read_ahead_where_bits_must_stay_the_same(tiny: tuple[LanguagePart, Path]) -> None:
    for levers in LEVERS[:2]:
        with closing(_open(tiny, levers)) as language, closing(_open(tiny, levers)) as fresh:
            _read_ahead(language, _prompt("what is this do"))
            assert language._context.n_cells == 1 + 20 + len(
                language.weights.tokens("what is the left dog###the cat: <i>", control=False)
            )
            found, _ = _read(language, _prompt("what is this dog"))
            np.testing.assert_array_equal(found, _read(fresh, _prompt("what is this dog"))[0])


def test_reading_ahead_of_the_next_turn_forgets_nothing_of_the_last(language: Language, levers: Levers) -> None:
    answer = _answer(language, _prompt("what is this"))
    n_before = language._context.n_cells
    _read_ahead(language, _prompt("", Turn("what is this", answer, images=("a",))))
    n_read = _read(language, _prompt("and now", Turn("what is this", answer, images=("a",))))[1]
    n_kept = language._context.n_cells - n_read
    assert n_kept >= (n_before - 12 if not levers.exact else 1 + 20)


@pytest.mark.parametrize("segments", [[], [Text("", trusted=False)], [Text("dog " * 1000, trusted=False)]])
def test_nothing_to_read_ahead_and_too_much_are_passed_over(language: Language, segments: list[Segment]) -> None:
    _read_ahead(language, segments)
    assert _answer(language, _prompt("what is this"))


def test_reading_ahead_can_be_cancelled(language: Language) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledWork):
        language.read_ahead(_prompt("what"), cancellation, lambda _: None)


# Rows that must stay together, and places in more than one dimension


def _whole(rows: NDArray[np.float32]) -> list[Segment]:
    return [Text("what", trusted=False), Embeddings(rows, is_causal=False), Text("dog", trusted=False)]


def test_rows_that_see_each_other_are_read_at_once_and_reused_together(tiny: tuple[LanguagePart, Path]) -> None:
    rows = np.random.default_rng(5).normal(size=(50, WIDTH)).astype(np.float32)  # more than a batch of this tuning
    other = rows.copy()
    other[-1] += 1
    with closing(_open(tiny, FAST)) as language, closing(_open(tiny, FAST)) as fresh:
        first, n_all = _read(language, _whole(rows))
        assert _read(language, _whole(rows)) == (pytest.approx(first, abs=1e-2), 1)
        found, n_read = _read(language, _whole(other))
        assert n_read >= 50 + 1  # none of the picture's
        assert n_read < n_all
        _agree(FAST, found, _read(fresh, _whole(other))[0])
        causal = [Text("what", trusted=False), Embeddings(rows), Text("dog", trusted=False)]
        assert _cosine(first, _read(fresh, causal)[0]) < 0.9999


@pytest.fixture(scope="module")
def spatial(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("qwen")
    return write_part(folder, TinyShape(n_ctx=512, rope_sections=(2, 3, 3, 0))), folder


def _placed(offsets: NDArray[np.int32] | None, rows: NDArray[np.float32]) -> list[Segment]:
    picture = Embeddings(rows, offsets=offsets)
    return [Text("what", trusted=False), picture, Text("is this dog", trusted=False)]


def test_places_in_two_dimensions_are_kept(spatial: tuple[LanguagePart, Path]) -> None:
    rows = np.random.default_rng(6).normal(size=(12, WIDTH)).astype(np.float32)
    line = np.tile(np.arange(12, dtype=np.int32), (4, 1))
    y, x = np.divmod(np.arange(12, dtype=np.int32), 4)
    grid = np.stack([np.zeros_like(x), y, x, np.zeros_like(x)])
    with closing(_open(spatial, FAST)) as language, closing(_open(spatial, FAST)) as fresh:
        plain, n_all = _read(language, _placed(None, rows))
        in_line, n_read = _read(language, _placed(line, rows))
        np.testing.assert_allclose(in_line, plain, atol=1e-4)
        in_grid, n_read_grid = _read(language, _placed(grid, rows))
        assert _cosine(in_grid, plain) < 0.9999
        assert n_read == n_read_grid > 12
        _agree(FAST, in_grid, _read(fresh, _placed(grid, rows))[0])
        assert _read(language, _placed(grid, rows))[1] == 1
        assert language._context._n_positions == n_all - 12 + 4  # it is as long as its longer side


def test_too_many_rows_that_see_each_other_are_refused(tiny: tuple[LanguagePart, Path]) -> None:
    part = LanguagePart("tiny.gguf", WIDTH, 2048, "F32")
    with closing(Language(part, tiny[1], gpu_layers=0, tuning=TUNING, levers=FAST)) as language:
        with pytest.raises(EngineError, match="more room than can be read at once"):
            _read(language, _whole(np.zeros((513, WIDTH), np.float32)))
        assert _answer(language, _prompt("what is this"))


# What is no number


def _poison(language: Language, draw: np.random.Generator) -> None:
    """A fault in a kernel: values that are no numbers get into the cache, in one of many places, and are noticed."""
    n_batches = int(draw.integers(1, 4))
    rows = draw.normal(size=(int(draw.integers(1, 20)), WIDTH)).astype(np.float32)
    rows[draw.integers(len(rows)), draw.integers(WIDTH)] = draw.choice([np.nan, np.inf, -np.inf])
    language.prefill(_prompt("what is this " * n_batches), Cancellation(), lambda _: None)
    with pytest.raises(EngineError, match="no number"):
        language._context._decode((run_of_rows(rows),))


@pytest.mark.parametrize("number", range(25))  # four kinds of reading: 100 in all
def test_what_is_no_number_is_noticed_and_healed(
    language: Language, tiny: tuple[LanguagePart, Path], levers: Levers, number: int
) -> None:
    _poison(language, np.random.default_rng(number))
    found = _read(language, _prompt("what is this"))[0]
    with closing(_open(tiny, levers)) as fresh:
        _agree(levers, found, _read(fresh, _prompt("what is this"))[0])
        assert _answer(language, _prompt("what is this")) == _answer(fresh, _prompt("what is this"))


def test_levers_go_by_the_size_of_the_file(tiny: tuple[LanguagePart, Path], tmp_path: Path) -> None:
    large = tmp_path / "large.gguf"
    with large.open("wb") as file:
        file.truncate(4 * 1024**3)
    assert default_levers(tiny[1] / tiny[0].file) == SMALL
    assert default_levers(large) == LARGE
