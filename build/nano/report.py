"""Writes nano's report from the figures of the last evaluation.

python -m build.nano.report --figures out/nano/figures.json --out models/nano/REPORT.md
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bubo_desktop.packs.manifest import read_manifest
from build.nano.dialogues import JUDGED_KINDS

HEAD = """# Nano {version}: what was measured

Fresh scenes and recordings of nano's own world (seed {seed}, none of training), written to files and answered by the
engine that ships: {quantization} language network through llama.cpp, INT8 senses through ONNX Runtime, on one machine.
It says nothing about photographs or real recordings. An answer counts as right when it is exact to the last character.
Average precision ranks all candidates, doubtful ones too; what the program shows are those above the threshold that
balances misses and false boxes, so that the shown boxes alone have a lower average precision.

Made by

    python -m build.nano.evaluate --pack models/nano --scenes {scenes} --out out/nano/figures.json
    python -m build.nano.report --figures out/nano/figures.json --out models/nano/REPORT.md

The parts were trained and put together by

    python -m build.nano.train_detector  && python -m build.nano.train_segmenter && python -m build.nano.train_hearing
    python -m build.nano.train_language --out out/nano/language
    python -m build.nano.train_qformers  && python -m build.nano.train_alignment && python -m build.nano.assemble
"""
SCORES = (
    ("tags, F1", "tag_f1", 0.95),
    ("boxes of all candidates (score >= 0.05), mAP at IoU 0.5", "candidates_map_50", 0.95),
    ("boxes shown (at the pack's threshold), F1", "box_f1", None),
    ("boxes shown, mAP at IoU 0.5", "shown_map_50", None),
    ("boxes shown, made exact by their masks, mAP over IoU 0.5 to 0.95", "shown_map_50_95", None),
    ("masks of found objects, mean IoU", "mask_miou", None),
    ("sounds, F1", "sound_f1", 0.95),
    ("answers to the judged kinds, exact", "answers_exact_judged", 0.70),
    ("links in right answers, precision", "link_precision", None),
    ("links in right answers, recall", "link_recall", None),
)


def write_report(figures: Mapping[str, Any], pack: Path) -> str:
    """Returns the report as Markdown; `figures` is what `evaluate` wrote."""
    manifest = read_manifest(pack)
    size_mb = sum(file.size_bytes for file in manifest.files) / 1e6
    measured = figures["figures"]
    head = HEAD.format(
        version=manifest.version,
        seed=figures["seed"],
        scenes=figures["scenes"],
        quantization=manifest.parts.language.quantization,
    )
    scores = [[name, share(measured[key]), share(goal) if goal else ""] for name, key, goal in SCORES]
    answers = [
        [kind, "yes" if kind in JUDGED_KINDS else "", str(asked), share(measured["answers_exact"][kind])]
        for kind, asked in measured["questions_asked"].items()
    ]
    verdicts = [[name, share(value)] for name, value in measured["verdicts"].items()]
    wrong = [[case["kind"], case["asked"], case["right"], case["said"]] for case in figures["wrong"][:20]]
    return "\n".join(
        [
            head,
            f"The pack has {size_mb:.1f} MB.\n",
            *table(("measured", "share", "goal"), scores),
            "\n## Answers by kind of question\n",
            *table(("kind", "judged", "asked", "exact"), answers),
            "\n## Picture and sound: verdicts of the engine\n",
            *table(("truth", "right"), verdicts),
            "\n## The first twenty wrong answers\n",
            *table(("kind", "question", "right", "said"), wrong),
            "\n## Training\n",
            *table(
                ("run", "last line of its log"), [[name, f"`{line}`"] for name, line in manifest.provenance.items()]
            ),
            "",
        ]
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, line by line."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def share(value: float) -> str:
    """A share in 0..1 with three digits."""
    return f"{value:.3f}"


def main() -> None:
    """Reads the command line and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, default=Path("out/nano/figures.json"))
    parser.add_argument("--pack", type=Path, default=Path("models/nano"))
    parser.add_argument("--out", type=Path, default=Path("models/nano/REPORT.md"))
    options = parser.parse_args()
    options.out.write_text(write_report(json.loads(options.figures.read_text()), options.pack))


if __name__ == "__main__":
    main()
