"""The trained networks of nano, read from the folders of their runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from transformers import LlamaForCausalLM

from build.errors import BuildError
from build.nano.alignment.readers import load_readers
from build.nano.checkpoints import load_checkpoint
from build.nano.ears.network import SoundTagger
from build.nano.ears.training import load_tagger
from build.nano.eyes.detector import Detector
from build.nano.learnt import read_learnt
from build.nano.masks.network import load_masks
from build.nano.tongue.lessons import TonguePupil
from build.nano.tongue.network import create_network
from build.nano.train_tongue import TOKENIZER_NAME
from build.world.facts import COLOURS, Vocabulary
from build.world.talk.tokenizer import Tokenizer, read_tokenizer

EYES = ("finder", "namer")
EARS, TONGUE, MASKS, READERS = "ears", "tongue", "masks", "alignment"
"""The runs' folders."""


@dataclass(frozen=True, slots=True)
class Trained:
    """All that nano is made of, in evaluation mode.

    Attributes:
        detector: of tagger, grounder and eyes.
        sound_tagger: of the ears.
        vision: pixel_values (1, 3, h, w) -> embeddings (1, queries, width).
        hearing: mel (1, clips, 1, mels, frames) -> embeddings (1, queries, width).
        masks: crops (boxes, 4, size, size) -> mask_logits (boxes, size, size).
        tongue: the language network.
        tokenizer: its.
    """

    detector: Detector
    sound_tagger: SoundTagger
    vision: nn.Module
    hearing: nn.Module
    masks: nn.Module
    tongue: LlamaForCausalLM
    tokenizer: Tokenizer


def load_all(training: Path, vocabulary: Vocabulary) -> Trained:
    """Reads every run in the folder `training`.

    Raises:
        BuildError: runs are missing; they are named.
    """
    missing = [name for name in (*EYES, EARS, TONGUE, MASKS, READERS) if not (training / name).is_dir()]
    if missing:
        raise BuildError(f"{training} holds no {', '.join(missing)}: train what is missing first.")
    detector = load_detector(training, vocabulary)
    sound_tagger = load_tagger(training / EARS, len(vocabulary.sounds))
    tongue, tokenizer = load_tongue(training / TONGUE)
    readers = load_readers(detector, sound_tagger, tongue, tokenizer, training / READERS)
    masks = load_masks(training / MASKS)
    return Trained(detector, sound_tagger, readers.image, readers.sound, masks, tongue, tokenizer)


def load_detector(training: Path, vocabulary: Vocabulary) -> Detector:
    """Reads the newest finder and namer of their runs.

    Raises:
        BuildError: there is none.
    """
    detector = Detector(len(vocabulary.labels), len(COLOURS))
    for part in EYES:
        network: nn.Module = getattr(detector, part)
        network.load_state_dict(read_learnt(training / part, part, part))
    return detector.eval()


def load_tongue(folder: Path) -> tuple[LlamaForCausalLM, Tokenizer]:
    """Reads a run's language network, whose sizes its weights tell, and its tokenizer.

    Raises:
        BuildError: there is none.
    """
    state = load_checkpoint(folder)
    if state is None:
        raise BuildError(f"{folder} holds no checkpoint: train the tongue first (python -m build.nano.train_tongue).")
    weights: dict[str, torch.Tensor] = state["network"]
    n_pieces, width = weights["network.model.embed_tokens.weight"].shape
    feed_forward = weights["network.model.layers.0.mlp.gate_proj.weight"].shape[0]
    n_layers = sum(name.endswith("mlp.gate_proj.weight") for name in weights)
    pupil = TonguePupil(create_network(n_pieces, width, n_layers, feed_forward))
    pupil.load_state_dict(weights)
    return pupil.network.eval(), read_tokenizer(folder / TOKENIZER_NAME)
