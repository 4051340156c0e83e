"""Numbers that others published, each with its source, to stand beside ours where the test is the same.

All of them are given here in parts of one, as ours are, where they were published in hundredths.
"""

from __future__ import annotations

from msgspec import Struct


class Published(Struct, frozen=True):
    """What others published of a test set.

    Attributes:
        suite: the test set, as `build.evaluate` calls it.
        figures: names of our figures of the same measures.
        rows: by whose they are, numbers in the figures' order; None where one was not published.
        source: where they stand.
        differs: what keeps ours from being the same measure; empty where nothing does.
    """

    suite: str
    figures: tuple[str, ...]
    rows: dict[str, tuple[float | None, ...]]
    source: str
    differs: str = ""


PUBLISHED: tuple[Published, ...] = (
    Published(
        "grandf",
        ("METEOR, without synonyms", "CIDEr-D", "masks, mAP at IoU 0.5", "mask mIoU", "mask recall"),
        {
            "BuboGPT": (0.171, 0.035, 0.173, 0.541, 0.270),
            "Kosmos-2": (0.158, 0.272, 0.172, 0.568, 0.290),
            "LISA, adapted": (0.129, 0.322, 0.248, 0.617, 0.355),
            "GLaMM": (0.158, 0.435, 0.292, 0.656, 0.408),
        },
        "GLaMM (arXiv 2311.03356), Table 3, test split",
        "theirs is METEOR 1.5 with synonyms and paraphrases, ranks all masks alike, and compares phrases by BERT",
    ),
    Published(
        "groundingbench",
        ("links, precision", "links, recall", "links, F1"),
        {
            "BuboGPT": (0.372, 0.262, 0.307),
            "Shikra": (0.398, 0.211, 0.276),
            "MiniGPT-v2": (0.336, 0.206, 0.256),
            "CogVLM-Grounding": (0.563, 0.223, 0.320),
            "LLaVA-Grounding": (0.527, 0.286, 0.371),
        },
        "LLaVA-Grounding (arXiv 2312.02949), Table 4",
        "GPT-4 judges theirs and a table of words ours; theirs wants what people named, ours all objects of COCO",
    ),
    Published(
        "refcoco",
        ("accuracy at IoU 0.5, val",),
        {
            "GLIP-T, zero-shot": (0.504,),
            "Kosmos-2, zero-shot": (0.523,),
            "Florence-2-base, zero-shot": (0.539,),
            "Florence-2-large, zero-shot": (0.563,),
            "Shikra-7B": (0.870,),
            "Ferret-7B": (0.875,),
            "GroundingDINO-T, tuned": (0.892,),
            "LLaVA-Grounding-7B": (0.892,),
        },
        "LLaVA-Grounding (arXiv 2312.02949), Table 5; Kosmos-2's README; Florence-2's model card",
    ),
    Published(
        "flickr-soundnet",
        ("cIoU: cases of at least 0.5", "AUC"),
        {"EZ-VSL": (0.8394, 0.6360), "Meerkat": (0.8835, None)},
        "stoneMo/EZ-VSL, README; Meerkat's page of results",
        "theirs always points at the half of the picture that sounds most, ours may find that nothing does",
    ),
    Published(
        "clotho",
        ("CIDEr-D",),
        {"Pengi": (0.416,), "Qwen-Audio": (0.441,)},
        "QwenLM/Qwen-Audio, README",
    ),
)
