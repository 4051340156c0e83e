"""Both Q-Formers with their projections: from a picture or a recording to embeddings of the language network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn
from transformers import LlamaForCausalLM

from build.nano.alignment.words import image_groups, image_words, sound_words
from build.nano.ears.listener import Listener
from build.nano.ears.network import SoundTagger
from build.nano.eyes.detector import Detector
from build.nano.eyes.reader import Reader
from build.nano.learnt import read_learnt
from build.world.facts import Vocabulary, read_vocabulary
from build.world.talk.slots import N_SOUND_SLOTS
from build.world.talk.tokenizer import Tokenizer


class QFormers(nn.Module):
    """The Q-Formers of both senses, ready to learn, on encoders that are not to.

    Args:
        eyes: a trained detector.
        ears: a trained tagger.
        vocabulary: all that there is a word for.
    """

    def __init__(self, eyes: Detector, ears: SoundTagger, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.image = Reader(eyes.eval().requires_grad_(False), image_groups(vocabulary))
        self.sound = Listener(ears.eval().requires_grad_(False), N_SOUND_SLOTS)


class Projections(nn.Module):
    """The embedding of each word that a Q-Former says, at first the language network's own.

    Attributes:
        image: (image words, width).
        sound: (sound words, width).
    """

    def __init__(self, network: LlamaForCausalLM, tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
        super().__init__()
        table = network.get_input_embeddings().weight.detach()
        self.image, self.sound = (
            nn.Parameter(table[[tokenizer.word_id(word) for word in words(vocabulary)]].clone())
            for words in (image_words, sound_words)
        )


class Aloud(nn.Module):
    """A Q-Former with its projection: what it reads -> embeddings (B, slots, width).

    Args:
        qformer: says words.
        table: the embedding of each, (words, width).
    """

    def __init__(self, qformer: Reader | Listener, table: nn.Parameter) -> None:
        super().__init__()
        self.qformer, self.table = qformer, table

    def forward(self, sensed: Tensor) -> Tensor:
        """A picture (B, 3, h, w) or mel (B, clips, 1, n_mels, n_frames) -> embeddings (B, slots, width)."""
        said: Any = self.qformer(sensed)
        return self.qformer.bags(said) @ self.table


class Readers(nn.Module):
    """What a pack reads pictures and recordings with.

    Attributes:
        image: pixel_values (B, 3, h, w) -> embeddings (B, N_QUERIES, width).
        sound: mel (B, clips, 1, n_mels, n_frames) -> embeddings (B, N_SOUND_SLOTS, width).
    """

    def __init__(self, qformers: QFormers, projections: Projections) -> None:
        super().__init__()
        self.image = Aloud(qformers.image, projections.image)
        self.sound = Aloud(qformers.sound, projections.sound)


def load_readers(
    eyes: Detector, ears: SoundTagger, network: LlamaForCausalLM, tokenizer: Tokenizer, folder: Path
) -> Readers:
    """Rebuilds what was learnt, in evaluation mode: that of stage 2, or of stage 1 as long as there is no stage 2.

    Args:
        eyes: the detector that the readers were taught on.
        ears: likewise the tagger.
        network: the language network that they are joined to; it was frozen in stage 2.
        tokenizer: of that network.
        folder: with the stages' folders.

    Raises:
        BuildError: neither stage has been run.
    """
    vocabulary = read_vocabulary()
    qformers = QFormers(eyes, ears, vocabulary)
    projections = Projections(network, tokenizer, vocabulary)
    for stage in (1, 2):
        if stage == 1 or stage_folder(folder, stage).is_dir():
            restore(stage_folder(folder, stage), qformers=qformers, projections=projections)
    return Readers(qformers, projections).eval()


def stage_folder(folder: Path, stage: int) -> Path:
    """Where a stage runs."""
    return folder / f"stage{stage}"


def restore(folder: Path, **parts: nn.Module) -> None:
    """Puts what a run has learnt so far into its pupil's parts of these names; what is frozen stays as it is.

    Raises:
        BuildError: the run has not saved anything yet.
    """
    for part, network in parts.items():
        learns = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
        mine = read_learnt(folder, part, "readers")
        network.load_state_dict({name: mine[name] for name in learns & mine.keys()}, strict=False)
