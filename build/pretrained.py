"""Networks of transformers, from a folder in the form of the Hugging Face hub, with every tensor accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from transformers import PreTrainedModel

from build.errors import BuildError


def read_kind(folder: Path) -> str:
    """The `model_type` of a folder's `config.json`.

    Raises:
        BuildError: it cannot be read or says nothing of the kind.
    """
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildError(f"{folder / 'config.json'} cannot be read: {error}.") from error
    return str(config.get("model_type", ""))


def load_network(kind: type[PreTrainedModel], folder: Path, **changes: object) -> PreTrainedModel:
    """A network in evaluation mode, float32. No code in the folder is run, and nothing is fetched.

    Args:
        kind: its class.
        folder: holds `config.json` and weights.
        changes: of the configuration.

    Raises:
        BuildError: tensors are missing, unknown or of other sizes; they are named.
    """
    options: Mapping[str, Any] = {"local_files_only": True, "output_loading_info": True, "dtype": "float32"}
    try:
        network, report = kind.from_pretrained(folder, **options, **changes)
    except (OSError, ValueError, RuntimeError) as error:
        raise BuildError(f"{folder} holds no usable weights: {str(error).splitlines()[0]}") from error
    problems = [
        f"{folder.name} {what} {', '.join(map(str, sorted(report[key], key=str)))}."
        for key, what in (
            ("missing_keys", "lacks"),
            ("unexpected_keys", "holds tensors that are not known here:"),
            ("mismatched_keys", "has tensors of other sizes:"),
        )
        if report.get(key)
    ]
    if problems:
        raise BuildError(*problems)
    evaluated: PreTrainedModel = network.eval()
    return evaluated
