"""Seeing and hearing with llama.cpp's own encoders, through libmtmd: a picture or sound as pieces of a prompt."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from llama_cpp import llama_cpp, mtmd_cpp
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.dsp import resample
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.language_log import library_log
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.prompt import Embeddings, Tokens
from bubo_desktop.errors import EngineError, PackError
from bubo_desktop.packs.manifest import ProjectorPart
from bubo_desktop.sounds import Waveform

# Their rows depend on what stands before the picture in the whole prompt, of which an encoder is told nothing here.
UNFIT_ARCHITECTURES = ("deepseek4", "hunyuan_vl")
MAX_ASPECT = 32  # a picture of 20,000 x 1 pixels makes an encoder write beyond its memory (llama.cpp, #27166)
MIN_SOUND_S = 0.1  # libmtmd aborts on a single sample
MAX_ROWS = 512  # of a picture, where its encoder leaves that open: some must be read in one batch, see `Context`
NODES_AT_A_STRETCH = 32  # of an encoder's graph, between two looks at the cancellation
OTHER_FILES = "Import the language file and the projector file that were published together."

Pieces = tuple[Tokens | Embeddings, ...]


class Projector:
    """The pack's `ProjectorPart`. Only one thread may use it, and nobody after `close`.

    Args:
        part: of the manifest.
        folder: the pack's.
        weights: the language network it was made for; they must outlive it.
        n_threads: threads of the calculation, at least 1.
        on_gpu: whether a GPU may be used.

    Attributes:
        sees, hears: what the file can do.
        rate_hz: of the sounds it hears.

    Raises:
        PackError: the file is missing, damaged, of an unknown kind or not made for this language network.
    """

    def __init__(
        self, part: ProjectorPart, folder: Path, weights: Weights, *, n_threads: int, on_gpu: bool = False
    ) -> None:
        path = folder / part.file
        if not path.is_file():  # opening a FIFO would wait for ever
            raise PackError(f"The pack's projector file {path.name} is missing.", "Install the pack again.")
        if weights.fact("general.architecture") in UNFIT_ARCHITECTURES:
            raise PackError(f"{path.name} is of a family whose pictures this program cannot place.", OTHER_FILES)
        self._path, self._weights = path, weights
        self._interruption = _Interruption()
        self._params = self._make_params(n_threads, on_gpu=on_gpu)
        self._handle: int | None = _open(path, weights, self._params)
        self.rate_hz = mtmd_cpp.mtmd_get_audio_sample_rate(self._handle)
        self.sees = mtmd_cpp.mtmd_support_vision(self._handle)
        self.hears = mtmd_cpp.mtmd_support_audio(self._handle)
        if (part.sees and not self.sees) or (part.hears and not self.hears):
            self.close()
            raise PackError(f"{path.name} cannot do what its pack says of it.", OTHER_FILES)

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Pieces:
        """Returns what the language network is shown: finite rows, float32 (n, width) each, and tokens between them.

        Raises:
            CancelledWork: cancelling was asked for.
            EngineError: the picture could not be encoded.
        """
        rgb = _within_aspect(picture.rgb)
        height, width, _ = rgb.shape
        pixels = rgb.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return self._pieces(mtmd_cpp.mtmd_bitmap_init(width, height, pixels), cancellation or Cancellation())

    def hear(self, wave: Waveform, cancellation: Cancellation | None = None) -> Pieces:
        """Returns what the language network hears, as `see` does. Raises what `see` raises."""
        samples = resample(wave, self.rate_hz)
        samples = np.pad(samples, (0, max(round(MIN_SOUND_S * self.rate_hz) - len(samples), 0)))
        pointer = samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        sound = mtmd_cpp.mtmd_bitmap_init_from_audio(len(samples), pointer)
        return self._pieces(sound, cancellation or Cancellation())

    def put_away(self) -> None:
        """Frees the memory until it is used again, which then begins with loading."""
        mtmd_cpp.mtmd_free(self._handle)
        self._handle = None

    def close(self) -> None:
        """Frees the memory."""
        self.put_away()

    def _make_params(self, n_threads: int, *, on_gpu: bool) -> mtmd_cpp.mtmd_context_params:
        params = mtmd_cpp.mtmd_context_params_default()
        params.use_gpu, params.n_threads = on_gpu, max(1, n_threads)
        params.print_timings = params.warmup = False
        params.image_max_tokens = MAX_ROWS
        params.cb_eval = self._interruption.callback
        return params

    def _pieces(self, medium: int, cancellation: Cancellation) -> Pieces:
        """Cuts a picture or sound, which it frees, as the encoder's family does, and encodes every part."""
        with ExitStack() as freed:
            freed.callback(mtmd_cpp.mtmd_bitmap_free, medium)
            self._handle = self._handle or _open(self._path, self._weights, self._params)
            chunks = mtmd_cpp.mtmd_input_chunks_init()
            freed.callback(mtmd_cpp.mtmd_input_chunks_free, chunks)
            marker = mtmd_cpp.mtmd_default_marker()
            text = mtmd_cpp.mtmd_input_text(text=marker, text_len=len(marker), add_special=False, parse_special=True)
            media = (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(medium)
            if mtmd_cpp.mtmd_tokenize(self._handle, chunks, ctypes.byref(text), media, 1) != 0:
                raise EngineError("A picture or sound does not suit the pack's encoder.", "Try another file.")
            numbers = range(mtmd_cpp.mtmd_input_chunks_size(chunks))
            return tuple(self._piece(mtmd_cpp.mtmd_input_chunks_get(chunks, n), cancellation) for n in numbers)

    def _piece(self, chunk: int, cancellation: Cancellation) -> Tokens | Embeddings:
        if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
            return self._tokens(chunk)
        rows = self._rows(chunk, cancellation)
        is_causal = not mtmd_cpp.mtmd_decode_use_non_causal(self._handle, chunk)
        return Embeddings(rows, is_causal, self._offsets(chunk, len(rows)))

    def _tokens(self, chunk: int) -> Tokens:
        length = ctypes.c_size_t()
        pointer = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(length))
        ids = np.array(pointer[: length.value], np.int32)
        if not ((ids >= 0) & (ids < self._weights.n_tokens)).all():
            raise EngineError("The pack's projector needs tokens that its language network lacks.", OTHER_FILES)
        return Tokens(ids)

    def _rows(self, chunk: int, cancellation: Cancellation) -> NDArray[np.float32]:
        cancellation.check()
        with self._interruption.listening_to(cancellation):
            failure = mtmd_cpp.mtmd_encode_chunk(self._handle, chunk)
        cancellation.check()
        if failure:
            raise EngineError("A picture or sound could not be encoded.", "Try another file.")
        shape = (mtmd_cpp.mtmd_input_chunk_get_n_tokens(chunk), self._weights.width)
        rows = np.ctypeslib.as_array(mtmd_cpp.mtmd_get_output_embd(self._handle), shape).copy()
        if not np.isfinite(rows).all():
            raise EngineError("A picture or sound was encoded into something that is no number.", "Try another file.")
        return rows

    def _offsets(self, chunk: int, n_rows: int) -> NDArray[np.int32] | None:
        """See `Embeddings.offsets`; sounds have one dimension."""
        image = mtmd_cpp.mtmd_input_chunk_get_tokens_image(chunk)
        if not image or not mtmd_cpp.mtmd_decode_use_mrope(self._handle):
            return None
        places = (mtmd_cpp.mtmd_decoder_pos * n_rows)()
        mtmd_cpp.mtmd_helper_image_get_decoder_pos(image, 0, places)
        time, x, y, unused = np.frombuffer(places, np.int32).reshape(n_rows, 4).T
        return np.stack([time, y, x, unused])


class _Interruption:
    """What ggml asks between the nodes of an encoder's graph: whether to pause after one, then whether to go on."""

    def __init__(self) -> None:
        self.callback = llama_cpp.ggml_backend_sched_eval_callback(self._answer)
        self._cancellation = Cancellation()
        self._n_nodes = 0

    @contextmanager
    def listening_to(self, cancellation: Cancellation) -> Iterator[None]:
        """Inside, cancelling ends the encoding, whose result is then worth nothing."""
        self._cancellation, before = cancellation, self._cancellation
        try:
            yield
        finally:
            self._cancellation = before

    def _answer(self, _node: int, asks_whether_to_pause: bool, _user_data: int) -> bool:
        if not asks_whether_to_pause:
            return not self._cancellation.requested
        self._n_nodes += 1
        return self._n_nodes % NODES_AT_A_STRETCH == 0


def _open(path: Path, weights: Weights, params: mtmd_cpp.mtmd_context_params) -> int:
    log = library_log()
    log.clear()
    mtmd_cpp.mtmd_log_set(log.callback, None)
    handle = mtmd_cpp.mtmd_init_from_file(os.fsencode(path), weights.handle, params)
    if not handle:
        raise PackError(f"The pack's projector file {path.name} cannot be used: {log.reason()}.", OTHER_FILES)
    return handle


def _within_aspect(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture uint8 [height, width, 3]; a strip gets grey margins along its long sides."""
    height, width, _ = rgb.shape
    least = -(-max(height, width) // MAX_ASPECT)
    if min(height, width) < least:
        size = max(width, least), max(height, least)
        rgb = np.asarray(ImageOps.pad(Image.fromarray(rgb), size, color=(127, 127, 127)))
    return np.ascontiguousarray(rgb)
