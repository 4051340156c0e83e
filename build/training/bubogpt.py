"""BuboGPT as a pupil: frozen encoders and language network, and between them Q-Formers and projections that may learn.

Source: arXiv 2307.08581. Its Q-Former learnt with BERT's dropout, which the networks here have not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import LlamaForCausalLM

from build.blockwise import Block, Chain, chain_shapes
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.errors import BuildError
from build.parts.hearing import hearing_blocks, read_hearing
from build.parts.vision import read_vision, vision_blocks
from build.tensor_table import check_shapes
from build.training.lessons import IGNORED, NO_ROW, Lesson
from build.training.pupil import Judged, Pupil
from build.training.recipe import Sense
from build.training.starts import Checkpoints

FEATURES = "features"


class SenseNetwork(nn.Module):
    """An encoder, the Q-Former that reads its features, and the projection: inputs -> embeddings (n, queries, width).

    Args:
        blocks: the whole way, as the pack's part is made of them; their last is the projection.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        n_encoder = 1 + [block.name for block in blocks].index(FEATURES)
        self._input = blocks[0].inputs[0]
        self._reader_names = [block.name for block in blocks[n_encoder:]]
        self.encoder = Chain(blocks[:n_encoder])
        self.reader = Chain(blocks[n_encoder:-1])
        self.projection = Chain(blocks[-1:])
        self._last_reader = blocks[-2].name

    def forward(self, inputs: Tensor) -> Tensor:
        """Pictures (n, 3, h, w) or sounds' clips (n, clips, 1, bins, frames) -> embeddings (n, queries, width)."""
        with torch.no_grad():
            features = self.encoder(**{self._input: inputs})
        return self.projection(**{self._last_reader: self.reader(features=features)})

    def tensors(self) -> dict[str, nn.Parameter]:
        """Parameters of Q-Former and projection by the names that the build's tables give them."""
        networks = zip(self._reader_names, [*self.reader.networks, *self.projection.networks], strict=True)
        return {f"{block}.{name}": p for block, network in networks for name, p in network.named_parameters()}


class BuboGPT(Pupil):
    """The whole network; what does not learn is frozen.

    Args:
        language: the language network, in any float type.
        senses: by name.
    """

    def __init__(self, language: LlamaForCausalLM, senses: Mapping[Sense, SenseNetwork]) -> None:
        super().__init__()
        self.language = language.requires_grad_(requires_grad=False).eval()
        self.senses = nn.ModuleDict({str(name): network for name, network in senses.items()})

    def judge(self, lesson: Lesson) -> Judged:
        """Predicts each answer's tokens from those before them; the loss, of shape (), is their cross-entropy."""
        hidden = self.language.model(inputs_embeds=self.embed(lesson), use_cache=False).last_hidden_state
        is_next = lesson.labels[:, 1:] != IGNORED  # padding is on the right, where no token of a sample sees it
        logits = self.language.lm_head(hidden[:, :-1][is_next]).float()
        wanted = lesson.labels[:, 1:][is_next]
        sample = is_next.nonzero()[:, 0]
        n_wrong = torch.zeros(len(lesson.kinds), device=logits.device)
        n_wrong.index_add_(0, sample, (logits.argmax(-1) != wanted).float())
        return Judged(cross_entropy(logits, wanted, reduction="sum"), is_next.sum().float(), n_wrong == 0)

    def embed(self, lesson: Lesson) -> Tensor:
        """What the language network reads: (n, length, width), token embeddings with pictures and sounds among them."""
        embedded = self.language.get_input_embeddings()(lesson.ids)
        media = {"hearing": lesson.mel, "vision": lesson.pixel_values}
        rows = [self.senses[sense](inputs).flatten(0, 1) for sense, inputs in media.items() if len(inputs)]
        if not rows:
            return embedded
        media_rows = torch.cat(rows).to(embedded.dtype)[lesson.rows.clamp(min=0)]
        return torch.where((lesson.rows != NO_ROW)[..., None], media_rows, embedded)


def load_sense(
    sense: Sense, dims: Dims, checkpoints: Checkpoints, frozen: torch.dtype
) -> tuple[SenseNetwork, dict[str, LazyTensor]]:
    """A sense with its weights, of which the encoder's are of the type `frozen` and all others float32.

    Returns:
        The network, and the tensors it was filled with by the names of `SenseNetwork.tensors`, the encoder's too.

    Raises:
        BuildError: tensors are missing, unknown, or of other sizes; they are named.
    """
    read, blocks_of = (read_vision, vision_blocks) if sense == "vision" else (read_hearing, hearing_blocks)
    tensors = read(dims, checkpoints)
    check_shapes(f"What {sense} starts from", tensors, chain_shapes(blocks_of(dims, {})))
    network = SenseNetwork(blocks_of(dims, tensors))
    network.encoder.to(frozen)
    return network, tensors


def load_language(folder: Path, dims: Dims, frozen: torch.dtype) -> LlamaForCausalLM:
    """The language network, for evaluation, in the type `frozen`; no code in the folder is run.

    Raises:
        BuildError: its weights cannot be read, are not all there, or are not of the pack's width.
    """
    try:
        network, report = LlamaForCausalLM.from_pretrained(
            folder, dtype=frozen, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise BuildError(f"{folder} holds no usable weights: {str(error).splitlines()[0]}") from error
    if report["missing_keys"]:
        raise BuildError(f"{folder} lacks {', '.join(sorted(report['missing_keys']))}.")
    if network.config.hidden_size != dims.llm:
        raise BuildError(f"{folder} holds a network {network.config.hidden_size} wide instead of {dims.llm}.")
    return network
