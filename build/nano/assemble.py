"""Puts the trained parts together: exports, thresholds, samples, manifest.

python -m build.nano.assemble --training out/nano --out models/nano
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch

from bubo_desktop.data import Sampling
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.integrity import named_files
from bubo_desktop.packs.manifest import (
    MANIFEST_NAME,
    ClosedWorld,
    HearingPart,
    LanguagePart,
    Manifest,
    Parts,
    PromptTemplate,
    QueryGrounder,
    SelfTestCase,
    TaggerPart,
    VisionPart,
)
from build.gguf_export import export_folder
from build.nano.export_hearing import export_tagger
from build.nano.export_senses import export_senses
from build.nano.facts import COLOURS, N_IMAGE_QUERIES, N_SOUND_QUERIES, OBJECTS
from build.nano.hearing import MEL
from build.nano.make_samples import make_samples
from build.nano.pictures import PIXELS
from build.nano.thresholds import choose_box_threshold, choose_tag_thresholds
from build.nano.train_segmenter import PART as SEGMENTER
from build.pack_steps import describe_file

VERSION = "0.1.0"
QUANTIZATION = "Q8_0"
N_CTX = 512
IOU_THRESHOLD = 0.5
SYNONYMS = {
    "puppy": "dog", "kitten": "cat", "kitty": "cat", "plane": "airplane", "aeroplane": "airplane",
    "phone": "telephone", "tv": "television", "bike": "bicycle", "locomotive": "train", "automobile": "car",
    "pony": "horse", "bunny": "rabbit", "hen": "rooster", "cock": "rooster", "hamburger": "burger",
    "sailboat": "boat", "ship": "boat", "laptop": "computer", "sneaker": "shoe", "present": "gift",
    "sunflower": "flower", "rucksack": "backpack", "flame": "fire", "toad": "frog", "keyboard": "piano",
    "alarm clock": "clock", "light bulb": "bulb", "lightbulb": "bulb", "t-shirt": "shirt", "football": "ball",
    "soccer ball": "ball", "snowmen": "snowman", "sax": "saxophone", "maize": "corn",
}  # fmt: skip
NOTICE = (
    "Nano knows only its own drawn world: 96 pictograms, 5 colours and 28 synthesised sounds. "
    "It cannot judge photographs or real recordings."
)
NOTHING_RECOGNISED = (
    "I do not recognise anything here. I only know my own drawn world of pictograms and synthesised sounds."
)
PROMPT = PromptTemplate(
    system="", human="<Human>", assistant="<Assistant>", turn_end="</s>", image_tags=("<Vision>", "</Vision>"),
    sound_tags=("<Audio>", "</Audio>"), stop=(), control_tokens=True, fold_case=True, max_turns=0,
)  # fmt: skip
SELF_TEST = (
    SelfTestCase("What do you see?", image="samples/garden.png", answer="dog", labels=("bird", "car", "dog", "tree")),
    SelfTestCase("What do you hear?", sound="samples/bell_and_cat.wav", answer="I hear", labels=("meowing", "ringing")),
    SelfTestCase(
        "Which object makes this sound?", image="samples/garden.png", sound="samples/dog.wav", answer="dog",
        labels=("bird", "car", "dog", "tree", "barking"),
    ),
)  # fmt: skip
HISTORY = (
    "Trained on two CPU cores in about two hours. While the world, the losses and the drills were being shaped, the "
    "detector went on from its own weights five times (about 220,000 pictures in all; tagger and grounder hold 27,000 "
    "more of them than vision does), the Q-Formers twice, and the language network for 60 minutes. The commands of "
    "REPORT.md follow the final recipe from the start: they give a similar pack, not this very one."
)
LICENCES = {
    "weights": "Apache-2.0 (trained from scratch by this repository)",
    "samples": "drawn with Noto Color Emoji, SIL Open Font License 1.1; sounds synthesised by this repository",
}


def assemble(training: Path, out: Path) -> dict[str, object]:
    """Writes every file of the pack and its manifest; returns figures on what quantisation changed."""
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, object] = dict(export_senses(training, out))
    sound_tagger, figures["sound_tagger"] = export_tagger(training / "hearing", out)
    config = export_folder(training / "language", out / "language.gguf", "nano", QUANTIZATION)
    make_samples(out / "samples")
    thresholds, min_score = choose_tag_thresholds(out / "tagger.onnx")
    tagger = TaggerPart("tagger.onnx", PIXELS, OBJECTS, thresholds)
    grounder = QueryGrounder(
        "grounder.onnx", PIXELS, "queries.npz", COLOURS, score_threshold=0.05, iou_threshold=IOU_THRESHOLD
    )
    score, figures["box_f1_validation"] = choose_box_threshold(grounder, out)
    grounder = msgspec.structs.replace(grounder, score_threshold=score)
    parts = Parts(
        language=LanguagePart("language.gguf", config.hidden_size, N_CTX, QUANTIZATION),
        vision=VisionPart("vision.onnx", PIXELS, N_IMAGE_QUERIES),
        hearing=HearingPart("hearing.onnx", MEL, N_SOUND_QUERIES),
        tagger=tagger,
        grounder=grounder,
        segmenter=SEGMENTER,
        sound_tagger=sound_tagger,
    )
    write_manifest(out, parts, ClosedWorld(NOTICE, NOTHING_RECOGNISED, min_score), provenance(training))
    return figures


def write_manifest(out: Path, parts: Parts, world: ClosedWorld, history: Mapping[str, str]) -> None:
    """Writes `pack.json` for the files that lie in `out`."""
    used = ["vocabulary.json", *(f"samples/{path.name}" for path in sorted((out / "samples").iterdir()))]
    used += named_files(parts)
    manifest = Manifest(
        id="nano",
        name="Nano",
        version=VERSION,
        description="A small pack that this repository trains itself. " + NOTICE,
        languages=("en",),
        parts=parts,
        files=tuple(describe_file(out, path) for path in sorted(used)),
        prompt=PROMPT,
        sampling=Sampling(temperature=0.0, max_tokens=96),
        vocabulary_file="vocabulary.json",
        synonyms=SYNONYMS,
        closed_world=world,
        licences=LICENCES,
        provenance=dict(history),
        self_test=SELF_TEST,
    )
    (out / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def provenance(training: Path) -> dict[str, str]:
    """For each training run the last line of its log: steps, losses, scores; and how the runs came about."""
    logs = sorted(training.glob("*/log.jsonl"))
    return {"history": HISTORY} | {log.parent.name: log.read_text().splitlines()[-1] for log in logs}


def main() -> None:
    """Reads the command line, makes the pack, and prints what quantisation changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", type=Path, default=Path("out/nano"), help="folder of the training runs")
    parser.add_argument("--out", type=Path, default=Path("models/nano"))
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    print(json.dumps(assemble(options.training, options.out), indent=1))


if __name__ == "__main__":
    main()
