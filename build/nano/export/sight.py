"""What tagger and grounder say of a picture, cut from the detector: its labels are worth more where middles are."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from build.nano.eyes.detector import Detector
from build.nano.eyes.namer import QUERY_WIDTH

_LEAST_DOUBT = 1e-6  # so that the logit of what is certain is finite


def weigh(labels: Tensor, middles: Tensor, share: Tensor) -> Tensor:
    """The logits of p(label) * p(middle)^share, so that of the places of an object the one in its middle is surest.

    Source of scores that prefer middles: Tian et al., FCOS, 2019, section 3.3.

    Args:
        labels: logits (B, P, labels).
        middles: logits (B, P).
        share: (labels,) or (), 0 where a label is to be left as it is.

    Returns:
        Logits (B, P, labels).
    """
    doubt = F.softplus(-labels) + share * F.softplus(-middles)[..., None]  # -log of the product
    doubt = doubt.clamp(min=_LEAST_DOUBT)
    return -doubt - torch.log(1 - torch.exp(-doubt))


class Tagger(nn.Module):
    """pixel_values (1, 3, h, w) -> logits (1, labels): of each label, the place where it is surest.

    Args:
        detector: what finds.
        share: how much the middle counts beside the label.
    """

    def __init__(self, detector: Detector, share: float) -> None:
        super().__init__()
        self.detector = detector
        self.share = torch.tensor(share)

    def forward(self, pixel_values: Tensor) -> Tensor:
        """pixel_values: (1, 3, h, w) -> logits (1, labels)."""
        found = self.detector(pixel_values)
        return weigh(found.named.labels, found.middles, self.share).amax(1)


class Grounder(nn.Module):
    """pixel_values (1, 3, h, w), queries (phrases, QUERY_WIDTH + 1) -> logits (1, P, phrases), boxes (1, P, 4).

    The last number of a query says how much the middle counts for it.
    """

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixel_values: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        """pixel_values: (1, 3, h, w), queries: (phrases, QUERY_WIDTH + 1) -> logits (1, P, phrases), boxes (1, P, 4).

        Boxes are x0, y0, x1, y1 in 0..1 of the input.
        """
        found = self.detector(pixel_values)
        logits = found.named.embedding @ queries[:, :QUERY_WIDTH].T + self.detector.namer.bias
        return weigh(logits, found.middles, queries[:, QUERY_WIDTH]), found.boxes


def list_queries(detector: Detector, share: float) -> NDArray[np.float32]:
    """The queries of all labels, then of all colours: float32 (labels + colours, QUERY_WIDTH + 1).

    Args:
        detector: what finds.
        share: how much the middle counts beside the label; a colour is there wherever a place says so.
    """
    vectors: NDArray[np.float32] = detector.namer.queries.detach().numpy()
    shares = np.zeros((len(vectors), 1), np.float32)
    shares[: detector.namer.n_labels] = share
    return np.concatenate((vectors, shares), axis=1)
