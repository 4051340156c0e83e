"""`pack.json`: all that the engine knows of a pack. A pack is a folder; every path here is relative to it.

Parts are tagged by `kind` where more than one way of doing the same job exists, so that other packs can bring theirs.
Tensor names and shapes of each ONNX part stand in its class; batch is the first axis, float32 everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from bubo_desktop.data import Sampling
from bubo_desktop.errors import PackError

MANIFEST_NAME = "pack.json"


class PackFile(Struct, frozen=True):
    """A file of the pack, its size and its SHA-256 in lower-case hexadecimal."""

    path: str
    size_bytes: int
    sha256: str


class PixelInput(Struct, frozen=True):
    """How a picture becomes `pixel_values` [1, 3, height, width]: RGB in 0..1, minus `mean`, divided by `std`.

    `letterbox` scales the longer side to fit and centres on `pad_rgb` (0..1); `crop` scales the shorter side and
    crops the centre. Resampling is Pillow's antialiased filter of that name.
    """

    height: int
    width: int
    fit: Literal["letterbox", "crop"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: Literal["bilinear", "bicubic"] = "bicubic"
    pad_rgb: tuple[float, float, float] = (0.5, 0.5, 0.5)


class MelInput(Struct, frozen=True):
    """How a sound becomes `mel` [1, clips, 1, n_mels, n_frames]: Kaldi log-mel filterbank, (x - mean) / std.

    Mono at `rate_hz`, DC of each clip removed, 25 ms Hann frames every 10 ms, no dither; padded with zeros on the
    right after normalising. `windows`: consecutive clips of `clip_s` (the last padded with silence before the
    filterbank), at most `max_clips`. `bubogpt`: six 5 s clips and one global clip.

    Source: ImageBind audio preprocessing, github.com/facebookresearch/ImageBind.
    """

    rate_hz: int
    n_mels: int
    n_frames: int
    mean: float
    std: float
    clip_s: float
    plan: Literal["windows", "bubogpt"] = "windows"
    max_clips: int = 15


class LanguagePart(Struct, frozen=True):
    """A GGUF of LLaMA architecture. `width` is that of its input embeddings."""

    file: str
    width: int
    n_ctx: int
    quantization: str


class VisionPart(Struct, frozen=True):
    """`pixel_values` -> `embeddings` [1, n_queries, width]: encoder, Q-Former and projection in one file."""

    file: str
    pixels: PixelInput
    n_queries: int


class HearingPart(Struct, frozen=True):
    """`mel` -> `embeddings` [1, n_queries, width]; clips are joined inside."""

    file: str
    mel: MelInput
    n_queries: int


class TaggerPart(Struct, frozen=True):
    """`pixel_values` -> `logits` [1, labels]; a label holds where its sigmoid reaches its threshold."""

    file: str
    pixels: PixelInput
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]


class QueryGrounder(Struct, frozen=True, tag="query", tag_field="kind"):
    """`pixel_values`, `queries` [phrases, d] -> `logits` [1, places, phrases], `boxes` [1, places, 4].

    Boxes are x0, y0, x1, y1 in 0..1 of the network's (letterboxed) input. `queries_file` is a `.npz` whose
    arrays `labels` (str) and `vectors` [labels, d] hold the vector of every known phrase; those in `attributes`
    (colours) describe a box and are no objects.
    """

    file: str
    pixels: PixelInput
    queries_file: str
    attributes: tuple[str, ...]
    score_threshold: float
    iou_threshold: float
    max_objects: int = 20


class CropSegmenter(Struct, frozen=True, tag="crop", tag_field="kind"):
    """`crops` [boxes, 4, size, size] -> `mask_logits` [boxes, size, size].

    A crop is the box grown by `margin` on each side (fraction of its width and height), resampled to a square;
    channels are RGB as (x - 0.5) / 0.25 and 1 inside the box, 0 outside. Outside the picture the crop is `pad`
    (0 after normalising). A pixel belongs to the mask where the logit is positive.
    """

    file: str
    size: int
    margin: float
    refines_boxes: bool = True


class SoundTaggerPart(Struct, frozen=True):
    """`mel` with one clip -> `logits` [1, steps, labels]: what sounds in each `step_s`; a step's sigmoid must
    reach the label's threshold. A label holds for the recording where an event of it was found.
    """

    file: str
    mel: MelInput
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    step_s: float


class Parts(Struct, frozen=True, kw_only=True):
    """What the pack can do: a part that is null is an ability the pack lacks."""

    language: LanguagePart
    vision: VisionPart | None = None
    hearing: HearingPart | None = None
    tagger: TaggerPart | None = None
    grounder: QueryGrounder | None = None
    segmenter: CropSegmenter | None = None
    sound_tagger: SoundTaggerPart | None = None


class PromptTemplate(Struct, frozen=True, kw_only=True):
    """The words around media, question and answer.

    A prompt is BOS, `system`, then for each turn `human`, sounds, pictures, the question, `assistant` (and after an
    earlier answer `turn_end`). Media stand in the last turn only, each as open tag, embeddings, close tag, sounds
    first. With `control_tokens` the template's own strings are tokenised with control tokens recognised; the user's
    text never is. Without, neighbouring texts are joined before they are tokenised, as BuboGPT does.
    """

    system: str
    human: str
    assistant: str
    turn_end: str
    image_tags: tuple[str, str]
    sound_tags: tuple[str, str]
    stop: tuple[str, ...]
    control_tokens: bool
    fold_case: bool = False
    max_turns: int = 0


class ClosedWorld(Struct, frozen=True):
    """Set where a pack knows only a small world and must say so.

    A picture whose surest tag (or detection, without a tagger) scores below `min_score` is not of this world: nothing
    is named in it, and it is withheld from the language network, as is a sound without any event. Where nothing is
    left, the answer is `nothing_recognised`.
    """

    notice: str
    nothing_recognised: str
    min_score: float = 0.0


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `pack.json`."""

    format: Literal[1] = 1
    id: str
    name: str
    version: str
    description: str
    languages: tuple[str, ...]
    parts: Parts
    files: tuple[PackFile, ...]
    prompt: PromptTemplate
    sampling: Sampling
    vocabulary_file: str | None = None
    synonyms: dict[str, str] = {}
    closed_world: ClosedWorld | None = None
    licences: dict[str, str] = {}
    provenance: dict[str, str] = {}
    self_test: tuple[SelfTestCase, ...] = ()


class SelfTestCase(Struct, frozen=True):
    """A question about a file of the pack and what its answer must contain and find."""

    question: str
    image: str | None = None
    sound: str | None = None
    answer: str = ""
    labels: tuple[str, ...] = ()


class Word(Struct, frozen=True):
    """An entry of `vocabulary.json`: an object of the pack's world, and the sounds it makes."""

    label_en: str
    label_es: str
    glyph: str
    sounds: tuple[str, ...] = ()


def read_manifest(folder: Path) -> Manifest:
    """Reads and checks `folder/pack.json`.

    Raises:
        PackError: there is no manifest, or it is not of the form above.
    """
    return _read(folder / MANIFEST_NAME, Manifest)


def read_vocabulary(folder: Path, manifest: Manifest) -> tuple[Word, ...]:
    """Reads the pack's vocabulary; empty where it has none. Raises `PackError` where it cannot be read."""
    if manifest.vocabulary_file is None:
        return ()
    return _read(folder / manifest.vocabulary_file, tuple[Word, ...])


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise PackError(f"{path.parent} holds no readable {path.name}.", "Choose another pack.") from error
    except msgspec.MsgspecError as error:
        raise PackError(f"{path} is not valid: {error}.", "Install the pack again.") from error
