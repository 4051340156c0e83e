"""From a network's logits to scores in 0..1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logistic function, of any shape; extreme logits do not overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), np.float32)
