"""OWL-ViT and OWLv2 in two graphs: what a picture shows where, and what a phrase asks for.

The layers are those of transformers, with weights from a Hugging Face folder.

Source: arXiv 2205.06230 and 2306.09683; transformers, models/owlvit/modeling_owlvit.py.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import OwlViTForObjectDetection, PreTrainedModel

_NORM_EPS = 1e-6


class PictureSide(nn.Module):
    """`pixel_values` [1, 3, size, size] -> `pred_boxes` [1, places, 4] (centre x, centre y, width, height in 0..1),
    `class_embeds` [1, places, d] of length 1, `logit_shift` and `logit_scale` [1, places, 1].
    """

    def __init__(self, network: PreTrainedModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        grid = self.network.image_embedder(pixel_values=pixel_values)[0]
        places = grid.flatten(1, 2)
        head = self.network.class_head
        boxes = self.network.box_predictor(places, grid)
        return boxes, _unit(head.dense0(places)), head.logit_shift(places), F.elu(head.logit_scale(places)) + 1


class TextSide(nn.Module):
    """`input_ids` [phrases, n], filled up with zeros behind the last token -> `text_embeds` [phrases, d] of length 1.

    Tokens look back only, and the last one, which has the highest number, is read out: what follows has no effect.
    """

    def __init__(self, network: PreTrainedModel) -> None:
        super().__init__()
        base = network.owlvit if isinstance(network, OwlViTForObjectDetection) else network.owlv2
        self.text, self.projection = base.text_model, base.text_projection

    def forward(self, input_ids: Tensor) -> Tensor:
        """See the class."""
        embedded = self.text.embeddings(input_ids=input_ids)
        ahead = torch.full((embedded.shape[1], embedded.shape[1]), torch.finfo(torch.float32).min).triu(1)
        encoded = self.text.encoder(inputs_embeds=embedded, attention_mask=ahead[None, None]).last_hidden_state
        last = input_ids.to(torch.int32).argmax(1)[:, None, None].expand(-1, 1, encoded.shape[-1])
        read_out = self.text.final_layer_norm(encoded).gather(1, last)[:, 0]
        return _unit(F.normalize(self.projection(read_out), dim=-1))


def gives_boxes(layer: str) -> bool:
    """Whether a layer of `PictureSide`, by the name it has in the graph, belongs to a head."""
    return not layer.startswith("/vision_model/")


def _unit(rows: Tensor) -> Tensor:
    return rows / (torch.linalg.norm(rows, dim=-1, keepdim=True) + _NORM_EPS)
