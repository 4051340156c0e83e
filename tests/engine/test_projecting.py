"""llama.cpp's own encoders on tiny random GGUFs: what they give, several pictures, stopping, and hostile input."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from gguf import TokenType
from llama_cpp import llama_cpp, mtmd_cpp
from numpy.typing import NDArray

from bubo_desktop.data import Turn
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.levers import LARGE, SMALL, Levers
from bubo_desktop.engine.projecting import MAX_ASPECT, Pieces, Projector
from bubo_desktop.engine.prompt import Embeddings, Segment, Text, Tokens, build_prompt
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.errors import EngineError, PackError
from bubo_desktop.packs.manifest import LanguagePart, ProjectorPart, PromptTemplate
from bubo_desktop.sounds import Waveform
from tests.engine import tiny_projector
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_language

WIDTH = 64
TUNING = Tuning(repack=False, n_threads=1, n_batch=32)
TEMPLATE = PromptTemplate(
    system="", human="<user>", assistant="<bot>", turn_end="", image_tags=("<img>", "</img>"),
    sound_tags=("<aud>", "</aud>"), stop=(), control_tokens=True,
)  # fmt: skip


N_CTX = 512


@dataclass(frozen=True)
class Family:
    """A language file and an encoder of the folder."""

    language: str
    encoder: str
    hears: bool = False

    def __str__(self) -> str:
        return self.encoder


FAMILIES = [
    Family("llama", "llava"), Family("llama", "tiles"), Family("idefics_llama", "idefics"), Family("llama", "gemma"),
    Family("mrope", "qwen"), Family("llama", "ultravox", hears=True), Family("mrope", "ultravox", hears=True),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Language networks and encoders of every kind."""
    folder = tmp_path_factory.mktemp("projectors")
    shape = TinyShape(n_ctx=N_CTX)
    write_language(folder / "llama.gguf", spm_vocabulary(), shape)
    write_language(folder / "mrope.gguf", spm_vocabulary(), TinyShape(n_ctx=N_CTX, rope_sections=(4, 2, 2, 0)))
    names = tiny_projector.IDEFICS_TOKENS
    with_names = [*spm_vocabulary(), *((name, 0.0, TokenType.CONTROL) for name in names)]
    write_language(folder / "idefics_llama.gguf", with_names, shape)
    tiny_projector.write_llava(folder / "llava.gguf", WIDTH)
    tiny_projector.write_llava(folder / "tiles.gguf", WIDTH, tiles=True)
    tiny_projector.write_idefics(folder / "idefics.gguf", WIDTH)
    tiny_projector.write_gemma(folder / "gemma.gguf", WIDTH)
    tiny_projector.write_qwen(folder / "qwen.gguf", WIDTH)
    tiny_projector.write_ultravox(folder / "ultravox.gguf", WIDTH)
    tiny_projector.write_llava(folder / "wide.gguf", 2 * WIDTH)
    return folder


@contextmanager
def opened(folder: Path, name: str, language: str = "llama", *, hears: bool = False) -> Iterator[Projector]:
    """A projector of the folder with the weights of a language network."""
    part = ProjectorPart(f"{name}.gguf", sees=not hears, hears=hears)
    with ExitStack() as stack:
        weights = stack.enter_context(closing(Weights(folder / f"{language}.gguf", repack=False)))
        yield stack.enter_context(closing(Projector(part, folder, weights, n_threads=1)))


def draw_picture(seed: int, height: int = 90, width: int = 120) -> Picture:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Picture.from_array(rgb)


def noise(duration_s: float, rate_hz: int = 16_000) -> Waveform:
    n_samples = max(1, round(duration_s * rate_hz))
    return Waveform(np.random.default_rng(1).normal(0, 0.1, n_samples).astype(np.float32), rate_hz)


def bits(pieces: Pieces) -> list[bytes]:
    """What two encodings must share to be the same to the last bit."""
    return [piece.ids.tobytes() if isinstance(piece, Tokens) else piece.rows.tobytes() for piece in pieces]


def rows_of(pieces: Pieces) -> NDArray[np.float32]:
    return np.concatenate([piece.rows for piece in pieces if isinstance(piece, Embeddings)])


# Encoding


def test_a_picture_is_one_piece_of_rows_that_depend_on_it(folder: Path) -> None:
    with opened(folder, "llava") as projector:
        [first], [again], [other] = (projector.see(draw_picture(seed)) for seed in (1, 1, 2))
    assert first.rows.shape == (16, WIDTH)
    assert (first.is_causal, first.offsets) == (True, None)
    assert np.isfinite(first.rows).all()
    np.testing.assert_array_equal(first.rows, again.rows)
    assert np.abs(first.rows - other.rows).max() > 0.1


def test_a_picture_is_cut_into_an_overview_and_tiles_as_its_family_does(folder: Path) -> None:
    with opened(folder, "tiles") as projector:
        pieces = projector.see(draw_picture(1, 60, 120))
    assert [piece.rows.shape for piece in pieces] == [(16, WIDTH)] * 3


def test_tokens_between_tiles_keep_their_places(folder: Path) -> None:
    vocabulary = ["", *(name for name, _, _ in spm_vocabulary())][1:] + list(tiny_projector.IDEFICS_TOKENS)
    with opened(folder, "idefics", "idefics_llama") as projector:
        pieces = projector.see(draw_picture(1, 56, 112))
    shown = ["".join(vocabulary[i] for i in p.ids) if isinstance(p, Tokens) else p.rows.shape for p in pieces]
    around, tile = "<fake_token_around_image>", (4, WIDTH)
    assert shown == [
        f"{around}<row_1_col_1>", tile, f"{around}<row_1_col_2>", tile, f"\n\n{around}<global-img>", tile, around,
    ]  # fmt: skip


def test_tokens_that_the_language_network_lacks_are_refused(folder: Path) -> None:
    with opened(folder, "idefics", "llama") as projector, pytest.raises(EngineError, match="needs tokens"):
        projector.see(draw_picture(1))


def test_an_encoder_that_was_put_away_comes_back(folder: Path) -> None:
    with opened(folder, "llava") as projector:
        expected = bits(projector.see(draw_picture(1)))
        projector.put_away()
        projector.put_away()
        assert bits(projector.see(draw_picture(1))) == expected
        projector.put_away()  # and is closed in that state


def test_a_sound_is_rows_for_each_half_minute(folder: Path) -> None:
    with opened(folder, "ultravox", hears=True) as projector:
        short, long = projector.hear(noise(2)), projector.hear(noise(31))
    assert [piece.rows.shape for piece in short] == [(tiny_projector.SOUND_ROWS, WIDTH)]
    assert [piece.rows.shape for piece in long] == [(tiny_projector.SOUND_ROWS, WIDTH)] * 2


def test_a_sound_is_resampled_to_what_the_encoder_wants(folder: Path) -> None:
    tone = [np.sin(np.arange(2 * rate_hz) / rate_hz * 880 * np.pi).astype(np.float32) for rate_hz in (16_000, 48_000)]
    with opened(folder, "ultravox", hears=True) as projector:
        plain, resampled = (
            rows_of(projector.hear(Waveform(*wave))) for wave in zip(tone, (16_000, 48_000), strict=True)
        )
    # The filter of the resampler rings at both ends of the tone, in a few of 3,000 frames.
    assert np.abs(plain - resampled).mean() < 0.05 * np.abs(plain).mean()


@pytest.mark.parametrize("n_samples", [1, 2, 100])
def test_the_shortest_sounds_end_no_process(folder: Path, n_samples: int) -> None:
    with opened(folder, "ultravox", hears=True) as projector:
        rows = rows_of(projector.hear(Waveform(np.ones(n_samples, np.float32), 44_100)))
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (3, 3), (2_000, 3_000)])
@pytest.mark.parametrize("name", ["llava", "tiles"])
def test_pictures_of_any_shape_are_seen(folder: Path, name: str, size: tuple[int, int]) -> None:
    with opened(folder, name) as projector:
        assert np.isfinite(rows_of(projector.see(draw_picture(1, *size)))).all()


def test_a_strip_is_seen_with_margins(folder: Path) -> None:
    strip = draw_picture(1, 10, 10 * 2 * MAX_ASPECT)
    rgb = np.full((20, 10 * 2 * MAX_ASPECT, 3), 127, np.uint8)
    rgb[5:15] = strip.rgb
    with opened(folder, "llava") as projector:
        assert bits(projector.see(strip)) == bits(projector.see(Picture.from_array(rgb)))


# Reading


class Chat:
    """A language network and an encoder, as in an engine."""

    def __init__(self, folder: Path, family: Family, levers: Levers = SMALL) -> None:
        part = LanguagePart(f"{family.language}.gguf", WIDTH, N_CTX, "F32")
        self.language = Language(part, folder, gpu_layers=0, tuning=TUNING, levers=levers)
        encoder = ProjectorPart(f"{family.encoder}.gguf", sees=not family.hears, hears=family.hears)
        self.projector = Projector(encoder, folder, self.language.weights, n_threads=1)

    def close(self) -> None:
        self.projector.close()
        self.language.close()

    def logits(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """After a question about these pictures, float32 (vocabulary,)."""
        media = {str(number): self.projector.see(picture) for number, picture in enumerate(pictures)}
        prompt = build_prompt(TEMPLATE, Turn("what is this", "", images=tuple(media)), (), media)
        return self.read(prompt)

    def read(self, prompt: Sequence[Segment]) -> NDArray[np.float32]:
        """After a prompt, float32 (vocabulary,)."""
        self.language.prefill(prompt, Cancellation(), lambda _: None)
        return self.language._context.logits.copy()


def read_by_library(folder: Path, family: Family, medium: Picture | Waveform) -> NDArray[np.float32]:
    """The logits after `<user>`, the medium and `<bot>`, as libmtmd's own helper reads them."""
    part = ProjectorPart(f"{family.encoder}.gguf", sees=False, hears=False)
    with ExitStack() as stack:
        weights = stack.enter_context(closing(Weights(folder / f"{family.language}.gguf", repack=False)))
        projector = stack.enter_context(closing(Projector(part, folder, weights, n_threads=1)))
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = N_CTX, N_CTX, N_CTX
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        context = llama_cpp.llama_init_from_model(weights.handle, params)
        stack.callback(llama_cpp.llama_free, context)
        chunks = mtmd_cpp.mtmd_input_chunks_init()
        stack.callback(mtmd_cpp.mtmd_input_chunks_free, chunks)
        bitmap = _bitmap(medium)
        stack.callback(mtmd_cpp.mtmd_bitmap_free, bitmap)
        words = b"<user>" + mtmd_cpp.mtmd_default_marker() + b"<bot>"
        text = mtmd_cpp.mtmd_input_text(text=words, text_len=len(words), add_special=True, parse_special=True)
        media = (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(bitmap)
        assert mtmd_cpp.mtmd_tokenize(projector._handle, chunks, ctypes.byref(text), media, 1) == 0
        end = llama_cpp.llama_pos()
        arguments = (projector._handle, context, chunks, 0, 0, N_CTX, True, ctypes.byref(end))
        assert mtmd_cpp.mtmd_helper_eval_chunks(*arguments) == 0
        logits = llama_cpp.llama_get_logits_ith(context, -1)
        return np.ctypeslib.as_array(logits, (weights.n_tokens,)).copy()


def _bitmap(medium: Picture | Waveform) -> int:
    if isinstance(medium, Picture):
        pixels = medium.rgb.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return mtmd_cpp.mtmd_bitmap_init(medium.width, medium.height, pixels)
    samples = medium.samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    return mtmd_cpp.mtmd_bitmap_init_from_audio(len(medium.samples), samples)


@pytest.mark.parametrize("levers", [SMALL, LARGE], ids=["exact", "fast"])
@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_a_medium_is_read_as_by_libmtmd_itself(folder: Path, family: Family, levers: Levers) -> None:
    """Whatever its family wants: tokens round it, rows that attend to each other, places in two dimensions."""
    medium = noise(2) if family.hears else draw_picture(1, 90, 120)
    with closing(Chat(folder, family, levers)) as chat:
        pieces = chat.projector.hear(medium) if family.hears else chat.projector.see(medium)
        found = chat.read([Text("<user>", trusted=True), *pieces, Text("<bot>", trusted=True)])
    # Other sizes of batches add up in another order: see test_language.py.
    np.testing.assert_allclose(found, read_by_library(folder, family, medium), atol=5e-3)


@pytest.mark.parametrize("family", [Family("llama", "gemma"), Family("mrope", "qwen")], ids=str)
def test_reading_otherwise_would_be_noticed(folder: Path, family: Family) -> None:
    """The control: rows that do not see each other, or stand one after the other, give other logits."""
    picture = draw_picture(1, 90, 120)
    with closing(Chat(folder, family)) as chat:
        pieces = [*chat.projector.see(picture), Text("<bot>", trusted=True)]
        plain = [Embeddings(piece.rows) if isinstance(piece, Embeddings) else piece for piece in pieces]
        expected, found = chat.read(pieces), chat.read(plain)
    assert np.abs(expected - found).max() > 0.1  # twenty times what is tolerated above


def test_places_in_two_dimensions_follow_the_picture(folder: Path) -> None:
    with opened(folder, "qwen", "mrope") as projector:
        [piece] = [p for p in projector.see(draw_picture(1, 112, 168)) if isinstance(p, Embeddings)]
    time, y, x, _ = piece.offsets
    assert len(piece.rows) == 4 * 6
    assert not time.any()
    np.testing.assert_array_equal(y, np.repeat(np.arange(4), 6))
    np.testing.assert_array_equal(x, np.tile(np.arange(6), 4))


# Several pictures


def fresh_logits(folder: Path, family: Family, pictures: Sequence[Picture]) -> NDArray[np.float32]:
    with closing(Chat(folder, family)) as chat:
        return chat.logits(pictures)


SEEING = [family for family in FAMILIES if not family.hears]


@pytest.mark.parametrize("family", SEEING, ids=str)
def test_five_pictures_in_a_row_are_each_answered_from_the_right_one(folder: Path, family: Family) -> None:
    """With one beginning in the cache and one encoder, as if each were the first; going back to earlier ones too."""
    pictures = [draw_picture(seed, 60, 120) for seed in range(5)]
    expected = [fresh_logits(folder, family, [picture]) for picture in pictures]
    with closing(Chat(folder, family)) as chat:
        for number in (0, 1, 2, 3, 4, 0, 4, 2, 2):
            np.testing.assert_array_equal(chat.logits([pictures[number]]), expected[number])
    assert len({logits.tobytes() for logits in expected}) == len(pictures)


@pytest.mark.parametrize("family", SEEING, ids=str)
def test_several_pictures_of_one_question_stand_in_their_order(folder: Path, family: Family) -> None:
    first, second, third = (draw_picture(seed, 60, 120) for seed in range(3))
    orders = [[first, second, third], [third, second, first], [first, first, second]]
    with closing(Chat(folder, family)) as chat:
        found = [chat.logits(order) for order in orders]
    for logits, order in zip(found, orders, strict=True):
        np.testing.assert_array_equal(logits, fresh_logits(folder, family, order))
    assert len({logits.tobytes() for logits in found}) == len(orders)


# Stopping


class Impatience(Cancellation):
    """Is cancelled when the encoder first asks, which is between two nodes of its graph."""

    @property
    def requested(self) -> bool:
        self.cancel()
        return super().requested


def test_cancelling_ends_an_encoding_within_its_graph_and_leaves_no_trace(folder: Path) -> None:
    with opened(folder, "tiles") as projector:
        expected = bits(projector.see(draw_picture(1)))
        with pytest.raises(CancelledWork):
            projector.see(draw_picture(2), Impatience())
        assert bits(projector.see(draw_picture(1))) == expected


def test_a_cancelled_encoding_does_not_begin(folder: Path) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with opened(folder, "llava") as projector, pytest.raises(CancelledWork):
        projector.see(draw_picture(1), cancellation)


# Damage


def rename(path: Path, name: bytes, other: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(name, other))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4096]), "damaged"),
        (lambda path: path.write_bytes(b"<html>" * 100), "not a GGUF file"),
        (lambda path: rename(path, b"blk.0.attn_out.w", b"blk.0.attn_xxx.w"), "tensors are not those"),
        (lambda path: rename(path, struct.pack("<Q3s", 3, b"mlp"), struct.pack("<Q3s", 3, b"xyz")), "kind not known"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_in_one_sentence(folder: Path, tmp_path: Path, damage, sentence: str) -> None:
    (tmp_path / "llama.gguf").write_bytes((folder / "llama.gguf").read_bytes())
    tiny_projector.write_llava(tmp_path / "victim.gguf", WIDTH)
    damage(tmp_path / "victim.gguf")
    with pytest.raises(PackError, match=sentence), opened(tmp_path, "victim"):
        pass


@pytest.mark.parametrize(
    ("name", "hears", "sentence"),
    [("wide", False, "another language network"), ("llava", True, "cannot do what"), ("ultravox", False, "cannot do")],
)
def test_an_encoder_that_does_not_fit_is_refused(folder: Path, name: str, hears: bool, sentence: str) -> None:
    with pytest.raises(PackError, match=sentence), opened(folder, name, hears=hears):
        pass


def test_rows_that_are_no_numbers_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "llama.gguf").write_bytes((folder / "llama.gguf").read_bytes())
    path = tmp_path / "nan.gguf"
    tiny_projector.write_llava(path, WIDTH, bias=np.nan)
    with opened(tmp_path, "nan") as projector, pytest.raises(EngineError, match="no number"):
        projector.see(draw_picture(1))
