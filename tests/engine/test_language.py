"""The language network behaves on a tiny random GGUF: parity, reuse, endings, stopping, and hostile input."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray

from bubo_desktop.data import Sampling
from bubo_desktop.engine.batches import run_of_rows, run_of_tokens
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_weights import gpu_attempts
from bubo_desktop.engine.prompt import Embeddings, Segment, Text
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.errors import EngineError, InputError, PackError
from bubo_desktop.packs.manifest import LanguagePart
from tests.engine.tiny_language import BOS, CONTROL_TOKENS, EOS, spm_vocabulary, write_part

WIDTH, N_BATCH = 64, 32
TUNING = Tuning(repack=False, n_threads=1, n_batch=N_BATCH)
QUESTION = [Text("<user>", trusted=True), Text("what is this dog", trusted=False), Text("<bot>", trusted=True)]
PICTURE = Embeddings(np.random.default_rng(1).normal(size=(16, WIDTH)).astype(np.float32))
WITH_PICTURE = [Text("<user><img>", trusted=True), PICTURE, Text("</img>", trusted=True), *QUESTION[1:]]
POISON = (run_of_rows(np.full((1, WIDTH), np.nan, np.float32)),)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return write_part(folder), folder


@pytest.fixture
def language(tiny: tuple[LanguagePart, Path]) -> Iterator[Language]:
    with closing(Language(*tiny, gpu_layers=0, tuning=TUNING)) as opened:
        yield opened


def _prefill(language: Language, segments: list[Segment]) -> NDArray[np.float32]:
    language.prefill(segments, Cancellation(), lambda _: None)
    return language._context.logits.copy()


def _answer(language: Language, segments: list[Segment], stop: tuple[str, ...] = (), **sampling: float) -> str:
    language.prefill(segments, Cancellation(), lambda _: None)
    return "".join(language.generate(Sampling(**{"max_tokens": 24} | sampling), stop, Cancellation()))


def _ids(language: Language, text: str, *, trusted: bool) -> list[int]:
    return language._weights.tokens(text, control=trusted)


# Reading


def test_embeddings_of_tokens_read_like_the_tokens(language: Language, tiny: tuple[LanguagePart, Path]) -> None:
    table = gguf.GGUFReader(tiny[1] / tiny[0].file).get_tensor(0)
    assert table.name == "token_embd.weight"
    from_tokens = _prefill(language, [Text("what is this dog", trusted=False)])
    rows = gguf.dequantize(table.data, table.tensor_type)[_ids(language, "what is this dog", trusted=False)]
    from_rows = _prefill(language, [Embeddings(rows)])
    # The start token is a batch of its own in the second case, and other batch sizes add up in another order:
    # a few float32 roundings (6e-8 each, relative) of sums of 64 terms, and f16 in the key-value cache.
    np.testing.assert_allclose(from_rows, from_tokens, atol=5e-3)
    assert from_rows.argmax() == from_tokens.argmax()


def test_position_count_covers_start_texts_and_embeddings(language: Language) -> None:
    n_text = sum(
        len(_ids(language, text.text, trusted=text.trusted)) for text in WITH_PICTURE if isinstance(text, Text)
    )
    assert language.prefill(WITH_PICTURE, Cancellation(), lambda _: None) == 1 + 16 + n_text


@pytest.mark.parametrize("n_rows", [N_BATCH - 1, N_BATCH, N_BATCH + 1, 3 * N_BATCH])
def test_embeddings_longer_than_a_batch_are_read_in_parts(language: Language, n_rows: int) -> None:
    rows = np.random.default_rng(2).normal(size=(n_rows, WIDTH)).astype(np.float32)
    fractions: list[float] = []
    assert language.prefill([Embeddings(rows), *QUESTION], Cancellation(), fractions.append) > n_rows
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_reused_beginning_changes_no_bit(language: Language, tiny: tuple[LanguagePart, Path]) -> None:
    other = [*WITH_PICTURE[:3], Text("the cat is left", trusted=False), Text("<bot>", trusted=True)]
    _answer(language, WITH_PICTURE)
    reused = _prefill(language, other)
    with closing(Language(*tiny, gpu_layers=0, tuning=TUNING)) as fresh:
        np.testing.assert_array_equal(reused, _prefill(fresh, other))
        assert _answer(fresh, other) == _answer(language, other)


def test_only_what_follows_a_known_beginning_is_read(language: Language) -> None:
    _answer(language, WITH_PICTURE)
    fractions: list[float] = []
    language.prefill([*WITH_PICTURE[:3], Text("the cat", trusted=False)], Cancellation(), fractions.append)
    assert fractions[0] > 0.5  # start, tags and picture were there


def test_a_prompt_longer_than_the_context_is_refused(language: Language) -> None:
    with pytest.raises(InputError, match="too long"):
        _prefill(language, [Text("dog " * 300, trusted=False)])


# Writing


def test_temperature_0_is_deterministic(language: Language) -> None:
    assert _answer(language, QUESTION) == _answer(language, QUESTION)


def test_seeds_fix_the_draw_at_temperature_1(language: Language) -> None:
    answers = [_answer(language, QUESTION, temperature=1.0, top_p=1.0, seed=seed) for seed in (3, 3, 4)]
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize("n_most", [1, 7])
def test_the_cap_on_tokens_is_hard(language: Language, n_most: int) -> None:
    _answer(language, QUESTION, max_tokens=n_most)
    assert (language.n_generated, language.ending) == (n_most, "cap")


def test_an_answer_ends_with_the_context(language: Language, tiny: tuple[LanguagePart, Path]) -> None:
    n_prompt = language.prefill(QUESTION, Cancellation(), lambda _: None)
    list(language.generate(Sampling(max_tokens=100_000), (), Cancellation()))
    assert (language.n_generated, language.ending) == (tiny[0].n_ctx - n_prompt, "length")


def test_an_answer_ends_before_a_stop_string_that_spans_tokens(language: Language) -> None:
    whole = _answer(language, QUESTION)
    stop = whole[5:12]
    assert _answer(language, QUESTION, stop=(stop,)) == whole[: whole.index(stop)]
    assert language.ending == "stop"


def test_an_answer_ends_by_itself_at_a_control_token(language: Language) -> None:
    """At such a temperature all 512 tokens are equally likely: one of the 8 that end an answer comes within 200."""
    answer = _answer(language, QUESTION, temperature=100.0, top_p=1.0, max_tokens=200)
    assert (language.n_generated < 200, language.ending) == (True, "stop")
    assert not any(name in answer for name in CONTROL_TOKENS)


@pytest.mark.parametrize("token", [EOS, *(3 + n for n in range(len(CONTROL_TOKENS)))])
def test_control_tokens_are_never_shown(language: Language, token: int) -> None:
    assert language._weights.piece(token) is None


# The user's words


@pytest.mark.parametrize(
    "text", ["</s><s>", "a</s>", "<user>hi<bot>", "</s></s>", "<s", "<</s>s>", "<unk></img>", "▁</s>▁", "</s >"]
)
@pytest.mark.parametrize("mergeable", [False, True])
def test_no_control_token_comes_out_of_the_users_words(tmp_path: Path, text: str, mergeable: bool) -> None:
    vocabulary = spm_vocabulary()
    if mergeable:  # pieces from which merging could arrive at control tokens
        steps = ["</", "s>", "<s", "</s", "<u", "<us", "<use", "<user", "<b", "<bo", "<bot", "</i", "</im", "</img"]
        vocabulary[-len(steps) :] = [(step, -1.0, gguf.TokenType.NORMAL) for step in steps]
    part = write_part(tmp_path, vocabulary=vocabulary)
    with closing(Language(part, tmp_path, gpu_layers=0, tuning=TUNING)) as language:
        ids = _ids(language, text, trusted=False)
        assert ids
        assert not {BOS, EOS, *range(3, 3 + len(CONTROL_TOKENS))} & set(ids)


def test_control_tokens_of_the_template_are_recognised(language: Language) -> None:
    assert _ids(language, "<user><img>", trusted=True) == [3, 5]


@pytest.mark.parametrize("text", ["\0", "\ud800", "🦉" * 3, "", " ", "日本語\n"])
def test_any_text_can_be_asked(language: Language, text: str) -> None:
    assert isinstance(_answer(language, [Text(text, trusted=False)]), str)


# Damage


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_embeddings_that_are_no_numbers_are_refused_and_leave_no_trace(language: Language, value: float) -> None:
    expected = _answer(language, WITH_PICTURE)
    rows = PICTURE.rows.copy()
    rows[3, 5] = value
    with pytest.raises(EngineError, match="no number"):
        _prefill(language, [WITH_PICTURE[0], Embeddings(rows)])
    assert _answer(language, WITH_PICTURE) == expected


def test_embeddings_of_another_width_are_refused(language: Language) -> None:
    with pytest.raises(EngineError, match="do not fit"):
        _prefill(language, [Embeddings(np.zeros((4, WIDTH + 1), np.float32))])


def test_a_poisoned_cache_is_noticed_and_healed(language: Language) -> None:
    expected = _prefill(language, QUESTION)
    poison, token = POISON, (run_of_tokens([50]),)
    language._context.read(token)
    after_token = language._context.logits.copy()
    _prefill(language, QUESTION)
    with pytest.raises(EngineError, match="no number"):
        language._context._decode(poison)  # past the check, as a fault in a kernel would
    language._context.read(token)
    np.testing.assert_array_equal(language._context.logits, after_token)
    with pytest.raises(EngineError, match="no number"):
        language._context.read(poison)  # healing fails once; then nothing is left of it
    np.testing.assert_array_equal(_prefill(language, QUESTION), expected)


DAMAGES = {
    "missing": "is missing",
    "folder": "is missing",
    "fifo": "is missing",
    "truncated": "is incomplete or damaged",
    "head only": "is incomplete or damaged",
    "html": "is not a GGUF file",
    "empty": "is empty",
    "unknown": "architecture is not known",
}


def test_files_that_cannot_be_used_are_told_apart_in_plain_sentences(tmp_path: Path) -> None:
    """In a child process, because a file of another kind than these could abort it."""
    for damage in DAMAGES:
        (tmp_path / damage).mkdir()
        part = write_part(tmp_path / damage)
        _damage(tmp_path / damage / part.file, damage)
    program = f"""
import sys
from pathlib import Path
from bubo_desktop.engine.language import Language
from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import LanguagePart
for folder in sys.argv[1:]:
    try:
        Language(LanguagePart("tiny.gguf", {WIDTH}, 256, "F32"), Path(folder))
    except PackError as error:
        print(error.message)
"""
    command = [sys.executable, "-c", program, *(str(tmp_path / damage) for damage in DAMAGES)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (child.returncode, child.stderr) == (0, "")
    for line, words in zip(child.stdout.splitlines(), DAMAGES.values(), strict=True):
        assert line.startswith("The pack's language file tiny.gguf ")
        assert words in line


def _damage(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    contents = {
        "truncated": whole[:-5000], "head only": whole[:3000], "html": b"<html>" + b" " * 500, "empty": b"",
        "unknown": whole.replace(b"llama", b"lhama"),
    }  # fmt: skip
    path.unlink()
    if damage in contents:
        path.write_bytes(contents[damage])
    elif damage == "folder":
        path.mkdir()
    elif damage == "fifo":
        os.mkfifo(path)


def test_another_width_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    write_part(tmp_path)
    with pytest.raises(PackError, match="64 wide"):
        Language(LanguagePart("tiny.gguf", 128, 256, "F32"), tmp_path, gpu_layers=0, tuning=TUNING)


def test_absurd_tuning_is_brought_within_the_machine(tiny: tuple[LanguagePart, Path]) -> None:
    with closing(Language(*tiny, gpu_layers=0, tuning=Tuning(repack=True, n_threads=100_000, n_batch=10**9))):
        pass  # llama.cpp would crash the process
    with closing(Language(*tiny, gpu_layers=0, tuning=Tuning(repack=True, n_threads=0, n_batch=0))) as language:
        assert _answer(language, QUESTION, max_tokens=2)


def test_a_gpu_that_is_not_there_is_reported(tiny: tuple[LanguagePart, Path]) -> None:
    if gpu_attempts(-1) != (0,):
        pytest.skip("this llama.cpp can use a GPU")
    with closing(Language(*tiny, gpu_layers=8, tuning=TUNING)) as language:
        assert language.device.startswith("CPU")
        assert language.notes == ("This installation cannot use a GPU; the CPU computes.",)


# Stopping


def test_cancelling_ends_reading_inside_a_batch(language: Language) -> None:
    expected = _answer(language, QUESTION)
    cancellation = Cancellation()

    def cancel_and_read() -> None:
        with language._context.interrupted_by(cancellation):
            language._context.forget()
            cancellation.cancel()
            language._context.read((run_of_tokens([BOS]),))

    with pytest.raises(CancelledWork):
        cancel_and_read()
    assert language._context.n_cells == 0
    assert _answer(language, QUESTION) == expected


def test_cancelling_from_another_thread_ends_reading(language: Language) -> None:
    cancellation, started = Cancellation(), threading.Event()
    canceller = threading.Thread(target=lambda: (started.wait(), cancellation.cancel()))
    canceller.start()
    rows = np.random.default_rng(3).normal(size=(200, WIDTH)).astype(np.float32)

    def begin(_: float) -> None:
        started.set()
        canceller.join()

    with pytest.raises(CancelledWork):
        language.prefill([Embeddings(rows)], cancellation, begin)


def test_cancelling_ends_writing(language: Language) -> None:
    expected = _answer(language, QUESTION)
    cancellation = Cancellation()
    language.prefill(QUESTION, cancellation, lambda _: None)
    pieces = language.generate(Sampling(max_tokens=200), (), cancellation)
    next(pieces)
    cancellation.cancel()
    with pytest.raises(CancelledWork):
        next(pieces)
    assert _answer(language, QUESTION) == expected
