"""`pack.json`: all that the engine knows of a pack. A pack is a folder; every path here is relative to it.

Parts are tagged by `kind` where more than one way of doing the same job exists, so that other packs can bring theirs.
Tensor names and shapes of each ONNX part stand in its class; batch is the first axis, float32 everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bubo_desktop.data import Sampling
from bubo_desktop.errors import PackError

MANIFEST_NAME = "pack.json"
MAX_BYTES = 1 << 26  # of a manifest or a vocabulary; a pack may come from anywhere

# What a number may be, wherever it comes from: beyond these, memory or time would run out.
Count = Annotated[int, Meta(ge=1, le=1 << 20)]
SmallCount = Annotated[int, Meta(ge=1, le=4096)]
Positive = Annotated[float, Meta(gt=0)]
Duration = Annotated[float, Meta(gt=0, le=600)]


class PackFile(Struct, frozen=True):
    """A file of the pack, its size and its SHA-256 in lower-case hexadecimal."""

    path: str
    size_bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class PixelInput(Struct, frozen=True):
    """How a picture becomes `pixel_values` [1, 3, height, width]: RGB in 0..1, minus `mean`, divided by `std`.

    `letterbox` scales the longer side to fit and centres on `pad_rgb` (0..1), `corner` puts the same at the top left;
    `crop` scales the shorter side and crops the centre; `stretch` scales each side by itself; `shortest` makes the
    shorter side `height` pixels and the longer one at most `width`, without padding: the size follows the picture.
    Then both sides are rounded to a `multiple`. Resampling is Pillow's antialiased filter of that name.
    """

    height: SmallCount
    width: SmallCount
    fit: Literal["letterbox", "corner", "crop", "stretch", "shortest"]
    mean: tuple[float, float, float]
    std: tuple[Positive, Positive, Positive]
    resample: Literal["bilinear", "bicubic"] = "bicubic"
    pad_rgb: tuple[float, float, float] = (0.5, 0.5, 0.5)
    multiple: SmallCount = 1


class MelInput(Struct, frozen=True):
    """How a sound becomes `mel` [1, clips, 1, n_mels, n_frames]: Kaldi log-mel filterbank, (x - mean) / std.

    Mono at `rate_hz`, DC of each clip removed, 25 ms Hann frames every 10 ms, no dither; padded with zeros on the
    right after normalising. `windows`: consecutive clips of `clip_s` (the last padded with silence before the
    filterbank), at most `max_clips`. `bubogpt`: six 5 s clips and one global clip.

    Source: ImageBind audio preprocessing, github.com/facebookresearch/ImageBind.
    """

    rate_hz: Annotated[int, Meta(ge=4_000, le=192_000)]
    n_mels: SmallCount
    n_frames: Annotated[int, Meta(ge=1, le=100_000)]
    mean: float
    std: Positive
    clip_s: Duration
    plan: Literal["windows", "bubogpt"] = "windows"
    max_clips: SmallCount = 15


class LanguagePart(Struct, frozen=True):
    """A GGUF that llama.cpp can read. `width` is that of its input embeddings."""

    file: str
    width: Count
    n_ctx: Count
    quantization: str


class QuestionReader(Struct, frozen=True):
    """A Q-Former that reads the question too: `features` [1, tokens, d], `input_ids` [1, text tokens] (int64) ->
    `embeddings` [1, n_queries, width]. `tokenizer_file` is a Hugging Face `tokenizer.json`; a question is cut at
    `max_tokens`.

    Source: InstructBLIP, arXiv 2305.06500.
    """

    file: str
    tokenizer_file: str
    max_tokens: SmallCount = 128


class VisionPart(Struct, frozen=True):
    """`pixel_values` -> `embeddings` [1, n_queries, width]: encoder, Q-Former and projection in one file. Where the
    embeddings depend on the question, the file gives `features` instead, which `question_reader` reads.
    """

    file: str
    pixels: PixelInput
    n_queries: SmallCount
    question_reader: QuestionReader | None = None


class ProjectorPart(Struct, frozen=True):
    """llama.cpp's own image or sound encoder for the pack's language network: an `mmproj` GGUF, run by libmtmd."""

    file: str
    sees: bool
    hears: bool


class HearingPart(Struct, frozen=True):
    """`mel` -> `embeddings` [1, n_queries, width]; clips are joined inside."""

    file: str
    mel: MelInput
    n_queries: SmallCount


class TaggerPart(Struct, frozen=True):
    """`pixel_values` -> `logits` [1, labels]; a label holds where its sigmoid reaches its threshold."""

    file: str
    pixels: PixelInput
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_same_length(self.labels, self.thresholds)


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
    max_objects: SmallCount = 20


class PhraseGrounder(Struct, frozen=True, tag="phrase", tag_field="kind"):
    """Grounding DINO: boxes for phrases written as text (`dog . cat .`), in three files, so that a picture's maps and
    a text's features are worked out once.

    `backbone_file`: `pixel_values` -> maps. `text_file`: `input_ids` [1, n], `attention_mask` [1, n, n] (1: attends),
    `position_ids` [1, n] (all int64) -> `text_features` [1, n, d]. `file`: the maps by their names, `text_features`,
    `attention_mask`, `position_ids` -> `logits` [1, places, n], `pred_boxes` [1, places, 4] (centre x, centre y, width,
    height in 0..1), as in transformers but without padding. The tokenizer knows `[CLS]`, `[SEP]` and the full stop that
    ends each phrase. A place belongs to the phrase with the best token, where its sigmoid reaches `box_threshold`.

    Source: arXiv 2303.05499; transformers, `GroundingDinoForObjectDetection`.
    """

    file: str
    backbone_file: str
    text_file: str
    tokenizer_file: str
    pixels: PixelInput
    box_threshold: float
    iou_threshold: float
    max_text_tokens: SmallCount = 256
    max_objects: SmallCount = 20


class VectorGrounder(Struct, frozen=True, tag="vector", tag_field="kind"):
    """OWL-ViT and OWLv2: a picture's places once, then a small product per phrase.

    `file`: `pixel_values` -> `pred_boxes` [1, places, 4] (centre x, centre y, width, height in 0..1 of the padded
    input), `class_embeds` [1, places, d], `logit_shift`, `logit_scale` [1, places, 1]. `text_file`: `input_ids` int64
    [phrases, n], filled up with zeros -> `text_embeds` [phrases, d]. `prompt` holds `{}` where the phrase stands.
    `labels` are looked for in every picture, where the pack has no tagger to say what is worth looking for.

    Source: arXiv 2205.06230; transformers, `OwlViTForObjectDetection`.
    """

    file: str
    text_file: str
    tokenizer_file: str
    pixels: PixelInput
    score_threshold: float
    iou_threshold: float
    max_text_tokens: SmallCount = 16
    max_objects: SmallCount = 20
    prompt: str = "a photo of a {}"
    labels: tuple[str, ...] = ()


class BoxSegmenter(Struct, frozen=True, tag="box", tag_field="kind"):
    """SAM and its family: a picture's maps once, then a mask for each box.

    `file`: `pixel_values` -> maps. `decoder_file`: the maps by their names, `input_boxes` [1, boxes, 4]
    (x0, y0, x1, y1 in pixels of the network's input) -> `pred_masks` [1, boxes, masks, h, w] logits, `iou_scores`
    [1, boxes, masks]; of a box's masks the one with the best score counts. Holes and islands smaller than
    `min_region_px` picture pixels are removed.

    Source: arXiv 2304.02643; transformers, `SamModel` and `Sam2Model`.
    """

    file: str
    decoder_file: str
    pixels: PixelInput
    min_region_px: Annotated[int, Meta(ge=0)] = 400
    refines_boxes: bool = False


class CropSegmenter(Struct, frozen=True, tag="crop", tag_field="kind"):
    """`crops` [boxes, 4, size, size] -> `mask_logits` [boxes, size, size].

    A crop is the box grown by `margin` on each side (fraction of its width and height), resampled to a square;
    channels are RGB as (x - 0.5) / 0.25 and 1 inside the box, 0 outside. Outside the picture the crop is `pad`
    (0 after normalising). A pixel belongs to the mask where the logit is positive.
    """

    file: str
    size: SmallCount
    margin: Annotated[float, Meta(ge=0, le=4)]
    refines_boxes: bool = True


class SoundTaggerPart(Struct, frozen=True):
    """`mel` with one clip -> `logits` [1, steps, labels]: what sounds in each `step_s`; a step's sigmoid must
    reach the label's threshold. A label holds for the recording where an event of it was found.
    """

    file: str
    mel: MelInput
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    step_s: Duration

    def __post_init__(self) -> None:
        _require_same_length(self.labels, self.thresholds)


class Parts(Struct, frozen=True, kw_only=True):
    """What the pack can do: a part that is null is an ability the pack lacks."""

    language: LanguagePart
    vision: VisionPart | None = None
    hearing: HearingPart | None = None
    tagger: TaggerPart | None = None
    projector: ProjectorPart | None = None
    grounder: QueryGrounder | PhraseGrounder | VectorGrounder | None = None
    segmenter: CropSegmenter | BoxSegmenter | None = None
    sound_tagger: SoundTaggerPart | None = None


class PromptTemplate(Struct, frozen=True, kw_only=True):
    """The words around media, question and answer.

    A prompt is BOS, `system`, then for each turn `human`, sounds, pictures, the question, `assistant` (and after an
    earlier answer `turn_end`). Each file stands in the first turn about it, as open tag, embeddings, close tag, sounds
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
    max_turns: Annotated[int, Meta(ge=0, le=1000)] = 0


class ClosedWorld(Struct, frozen=True):
    """Set where a pack knows only a small world and must say so.

    A picture whose surest tag (or detection, without a tagger) scores below `min_score` is not of this world: nothing
    is named in it, and it is withheld from the language network, as is a sound without any event. Where nothing is
    left, the answer is `nothing_recognised`, or for a question in Spanish `nothing_recognised_es`, if there is one.
    """

    notice: str
    nothing_recognised: str
    min_score: float = 0.0
    nothing_recognised_es: str = ""


class Curve(Struct, frozen=True):
    """From a score in 0..1 to the probability of being right: the logistic function of slope x logit(score) + offset.

    Source: Platt, "Probabilistic Outputs for Support Vector Machines" (1999), section 2.
    """

    slope: Annotated[float, Meta(gt=0, le=1000)]
    offset: Annotated[float, Meta(ge=-100, le=100)]


class Confidence(Struct, frozen=True, kw_only=True):
    """How scores become honest before anybody is told them; measured on validation data when the pack was made.

    Thresholds and `min_score` are of the scores before that. Scores of links and of verdicts on picture and sound
    (`related`, `unrelated`) are made of honest ones, and have curves of their own; a link whose honest score is below
    `least_link_score` is not made. Where a curve is null the score stays as it is.
    """

    tags: Curve | None = None
    boxes: Curve | None = None
    sounds: Curve | None = None
    links: Curve | None = None
    related: Curve | None = None
    unrelated: Curve | None = None
    least_link_score: Annotated[float, Meta(ge=0, le=1)] = 0.0


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `pack.json`. `proof` holds, for each part, the figures measured when the pack was made."""

    format: Literal[1] = 1
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
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
    confidence: Confidence = Confidence()
    licences: dict[str, str] = {}
    provenance: dict[str, str] = {}
    proof: dict[str, dict[str, float | str]] = {}
    self_test: tuple[SelfTestCase, ...] = ()


class SelfTestCase(Struct, frozen=True):
    """A question about a file of the pack and what its answer must contain and find."""

    question: str
    image: str | None = None
    sound: str | None = None
    answer: str = ""
    labels: tuple[str, ...] = ()


class Word(Struct, frozen=True, omit_defaults=True):
    """An entry of `vocabulary.json`: an object of the pack's world, the sounds it makes, and its plurals where they
    are irregular.
    """

    label_en: str
    label_es: str
    glyph: str
    sounds: tuple[str, ...] = ()
    plural_en: str = ""
    plural_es: str = ""


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


def _require_same_length(labels: tuple[str, ...], thresholds: tuple[float, ...]) -> None:
    if len(labels) != len(thresholds):
        raise ValueError(f"{len(labels)} labels have {len(thresholds)} thresholds")


def _read(path: Path, kind: Any) -> Any:
    if path.exists() and not (path.is_file() and path.stat().st_size <= MAX_BYTES):  # a FIFO would be waited for
        raise PackError(f"{path} is no plain file of a sensible size.", "Choose another pack.")
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise PackError(f"{path.parent} holds no readable {path.name}.", "Choose another pack.") from error
    except msgspec.MsgspecError as error:
        raise PackError(f"{path} is not valid: {error}.", "Install the pack again.") from error
